"""How every command speaks: options common to all, messages in one language, exit codes instead of tracebacks."""

from __future__ import annotations

import functools
import os
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ParamSpec

import typer

from evaluation.app.language import Language, asked_language, system_language

if TYPE_CHECKING:
    from rich.console import Console

    from evaluation.settings import Text

Parameters = ParamSpec("Parameters")

DONE, FAILED, BAD_INPUT = 0, 1, 2


def say(ru: str, en: str) -> str:
    """A text that is needed before the command line is parsed, such as help."""
    return ru if asked_language(sys.argv[1:]) == "ru" else en


WorkspaceOption = Annotated[
    Path | None,
    typer.Option(
        "--workspace",
        metavar="DIR",
        help=say("папка рабочего пространства", "the workspace's folder"),
        show_default=False,
    ),
]
LanguageOption = Annotated[
    Language | None,
    typer.Option("--language", help=say("язык сообщений", "language of the messages"), show_default=False),
]
YearArgument = Annotated[int, typer.Argument(metavar="YEAR", help=say("год", "the year"))]
LastYearArgument = Annotated[
    int | None,
    typer.Argument(
        metavar="[YEAR]", help=say("год; без него последний", "year; without it the last"), show_default=False
    ),
]
PlainOption = Annotated[
    bool,
    typer.Option("--plain", help=say("простой текст, для журналов", "plain text, for logs"), show_default=False),
]


def console(plain: bool, error: bool = False) -> Console:
    """A console; a plain one has no colours, no boxes and does not break lines."""
    from rich.console import Console

    if plain:
        return Console(stderr=error, no_color=True, force_terminal=False, highlight=False, soft_wrap=True)
    return Console(stderr=error, highlight=False)


def show(screen: Console, line: str, style: str | None = None) -> None:
    """Print a line to the letter: nothing in it is markup, and it is not broken."""
    screen.print(line, style=style, markup=False, highlight=False, soft_wrap=True)


def show_texts(screen: Console, texts: Iterable[Text], language: Language) -> None:
    """Print every text in one language, a line each."""
    for text in texts:
        show(screen, text.in_language(language))


def telling(screen: Console, language: Language) -> Callable[[Text], None]:
    """A function that prints a text in one language as soon as it is told."""
    return lambda text: show(screen, text.in_language(language))


def chosen_language(language: Language | None) -> Language:
    return language or system_language()


def command(function: Callable[Parameters, int | None]) -> Callable[Parameters, None]:
    """Let ``function`` return an exit code and raise InputProblem (exit 2); other errors become a log and exit 1."""

    @functools.wraps(function)
    def spoken(*args: Parameters.args, **kwargs: Parameters.kwargs) -> None:
        language = chosen_language(kwargs.get("language"))  # type: ignore[arg-type]
        try:
            code = function(*args, **kwargs) or DONE
            sys.stdout.flush()
        except typer.Exit:
            raise
        except BrokenPipeError:
            # whoever reads has seen enough (| head) and is told no more, not even when Python empties its buffer
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            code = FAILED
        except KeyboardInterrupt:
            _complain("Прервано." if language == "ru" else "Interrupted.")
            code = FAILED
        except Exception as error:
            code = _explain(error, language)
        raise typer.Exit(code)

    return spoken


def _explain(error: Exception, language: Language) -> int:
    from evaluation.settings import InputProblem

    if isinstance(error, InputProblem):
        _complain(error.messages[language])
        return BAD_INPUT
    if isinstance(error, OSError):
        from evaluation.running.failure import of_system

        refused = of_system(error, {str(Path.cwd()): "."})
        if refused is not None:
            message = refused.message.in_language(language)
            _complain(message[:1].upper() + message[1:])
            return FAILED
    log = Path(tempfile.gettempdir()) / "evaluation-error.log"
    with suppress(OSError):
        log.write_text(traceback.format_exc(), encoding="utf-8")
    cause = f"{type(error).__name__}: {error}"
    _complain(
        f"Ошибка программы ({cause}). Подробности: {log}"
        if language == "ru"
        else f"An error of the program ({cause}). Details: {log}"
    )
    return FAILED


def _complain(text: str) -> None:
    typer.echo(text, err=True)
