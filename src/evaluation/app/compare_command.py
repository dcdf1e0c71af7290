"""The command ``evaluation compare``: what differs between two runs of a programme year, and why."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evaluation.app.speaking import (
    DONE,
    LanguageOption,
    PlainOption,
    WorkspaceOption,
    chosen_language,
    command,
    console,
    say,
    show,
    telling,
)

if TYPE_CHECKING:
    from rich.console import Console

    from evaluation.places import Workspace
    from evaluation.settings import Language, Text
    from evaluation.year.attribution import Kind
    from evaluation.year.compare import Comparison
    from evaluation.year.rerun import Runner
    from evaluation.year.sides import Side

COMPARE_HELP = say(
    "Сравнить два года, выпуска или рабочих пространства: что изменилось и почему.",
    "Compare two years, releases or workspaces: what differs and why.",
)
# without being asked, reruns are made when they take no longer than this
PATIENCE_SECONDS = 600.0
MOST_DECIMALS = 12
SHOWN_FINDINGS = 20
SHOWN_CAUSES = 5

SideArgument = Annotated[
    str,
    typer.Argument(
        metavar="A|B",
        help=say(
            "год, draft, папка выпуска или ПАПКА:ГОД другого рабочего пространства",
            "a year, draft, a released folder, or FOLDER:YEAR of another workspace",
        ),
        show_default=False,
    ),
]


@command
def compare(
    first: SideArgument,
    second: SideArgument,
    rerun: Annotated[
        bool | None,
        typer.Option(
            "--rerun/--no-rerun",
            help=say(
                "разделять причины повторными запусками (по умолчанию: если это недолго)",
                "tell causes apart by reruns (default: where they are short)",
            ),
            show_default=False,
        ),
    ] = None,
    workspace: WorkspaceOption = None,
    language: LanguageOption = None,
    plain: PlainOption = False,
) -> int:
    from evaluation.places import open_workspace

    return run_compare(open_workspace(workspace), first, second, rerun, console(plain), chosen_language(language))


def run_compare(
    opened: Workspace,
    first: str,
    second: str,
    rerun: bool | None,
    screen: Console,
    language: Language,
    runner: Runner | None = None,
) -> int:
    """Compare, say what differs and write the report. Differences are no failure: the exit code is 0."""
    from evaluation.year.compare import compare as compare_sides
    from evaluation.year.compare_report import write_report
    from evaluation.year.sides import read_side

    tell = telling(screen, language)
    with tempfile.TemporaryDirectory(prefix="compare-") as place:
        scratch = Path(place)
        sides = [read_side(text, opened, scratch / f"side{number}") for number, text in enumerate((first, second))]
        found = compare_sides(sides[0], sides[1])
        kinds = found.unseparated()
        if kinds and sides[0].year == sides[1].year:
            found = _separated(found, kinds, rerun, scratch, tell, runner)
        _tell(found, screen, language)
        for path in write_report(opened, found):
            shown = path.relative_to(opened.root) if path.is_relative_to(opened.root) else path
            show(screen, str(shown))
    return DONE


def _separated(
    found: Comparison,
    kinds: tuple[Kind, ...],
    rerun: bool | None,
    scratch: Path,
    tell: Callable[[Text], None],
    runner: Runner | None,
) -> Comparison:
    from evaluation.display.wording import format_number
    from evaluation.settings import LANGUAGES, Text
    from evaluation.year.attribution import KIND_WORDS
    from evaluation.year.rerun import attempts, estimated_seconds, run_apart
    from evaluation.year.separation import by_rerun

    names = {each: ", ".join(KIND_WORDS[kind].in_language(each) for kind in kinds) for each in LANGUAGES}
    minutes = estimated_seconds(found.before, found.after, found.origins, kinds) / 60
    missing = _missing(found.before, found.after)
    if missing:
        tell(
            Text(
                ru=f"Причины ({names['ru']}) не разделить повторными запусками, не хватает файлов: {missing}.",
                en=f"Causes ({names['en']}) cannot be told apart by reruns, files are missing: {missing}.",
            )
        )
        return found
    tell(
        Text(
            ru=f"Чтобы разделить причины ({names['ru']}), нужно повторных запусков: {len(kinds) + 1}, "
            f"примерно {format_number(minutes, 'ru', 1)} мин.",
            en=f"To tell the causes apart ({names['en']}) takes {len(kinds) + 1} reruns, about {minutes:.1f} min.",
        )
    )
    if rerun is False or (rerun is None and minutes * 60 > PATIENCE_SECONDS):
        if rerun is None:
            tell(Text(ru="Это долго: повторите с --rerun.", en="That is long: repeat with --rerun."))
        return found

    def on_attempt(kind: Kind | None) -> None:
        ru = "как было" if kind is None else KIND_WORDS[kind].ru
        en = "as it was" if kind is None else KIND_WORDS[kind].en
        tell(Text(ru=f"  запуск: {ru}", en=f"  rerun: {en}"))

    made = attempts(found.before, found.after, kinds, scratch / "reruns", runner or run_apart, on_attempt)
    return by_rerun(found, made)


def _missing(*sides: Side) -> str:
    return ", ".join(dict.fromkeys(place for side in sides for place in side.asked))


def _decimals(values: list[float]) -> int:
    """As many digits as tell two numbers apart, down to the precision that comparing itself has."""
    from evaluation.display.wording import default_decimals, is_missing

    given = [value for value in values if not is_missing(value)]
    small = [2 - math.floor(math.log10(abs(value))) for value in given if 0 < abs(value) < 1]
    return min(max([*map(default_decimals, given), *small], default=0), MOST_DECIMALS)


def _tell(found: Comparison, screen: Console, language: Language) -> None:
    from evaluation.display.wording import format_change, format_number
    from evaluation.year.attribution import KIND_WORDS
    from evaluation.year.compare_report import cause_words, reservations, side_name
    from evaluation.year.told import estimates_told, files_told, findings_told, tables_told

    def line(ru: str, en: str) -> None:
        show(screen, ru if language == "ru" else en)

    names = [side_name(side, language) for side in (found.before, found.after)]
    line(f"{names[0]} -> {names[1]}", f"{names[0]} -> {names[1]}")
    if found.same:
        line("Отличий нет.", "No differences.")
    for kind, texts in found.causes().items():
        shown = [text.in_language(language) for text in texts[:SHOWN_CAUSES]]
        more = len(texts) - len(shown)
        shown += [f"… +{more}"] if more else []
        word = KIND_WORDS[kind].in_language(language)
        line(f"причина, {word}: {'; '.join(shown)}", f"cause, {word}: {'; '.join(shown)}")
    for row in tables_told(found).to_dict("records"):
        facts = (row["added"], row["removed"], row["cells"], cause_words(str(row["cause"]), language))
        line(
            "таблица {}: строк добавлено {}, убрано {}, ячеек изменено {}; {}".format(row["table"], *facts),
            "table {}: rows added {}, removed {}, cells changed {}; {}".format(row["table"], *facts),
        )
    findings = findings_told(found)
    estimates = estimates_told(found)
    for row in [*findings.head(SHOWN_FINDINGS).to_dict("records"), *estimates.head(SHOWN_FINDINGS).to_dict("records")]:
        if row["verb"] == "refused":
            line(f"{row['name']}: {row['why_ru']}", f"{row['name']}: {row['why_en']}")
            continue
        decimals = _decimals([row[each] for each in ("was", "now", "change")])
        was, now = (format_number(row[side], language, decimals) for side in ("was", "now"))
        text = f"{row['name']}: {was} -> {now} ({format_change(row['change'], language, decimals=decimals)}); "
        text += cause_words(str(row["cause"]), language)
        if row.get("verdict_changed"):
            text += f"; {row['was_verdict']} -> {row['now_verdict']}"
        line(text, text)
    more = max(0, len(findings) - SHOWN_FINDINGS) + max(0, len(estimates) - SHOWN_FINDINGS)
    if more:
        line(f"… и ещё {more} (в отчёте)", f"… and {more} more (in the report)")
    files = files_told(found)
    if len(files):
        data, total = int(files["basis"].eq("data").sum()), len(files)
        line(
            f"файлов отчёта отличается {total}: по данным {data}, только по байтам {total - data}",
            f"files of the report that differ {total}: by data {data}, by bytes alone {total - data}",
        )
    for note in (*found.notes, *reservations(found)):
        line(note.ru, note.en)
