"""The report's texts: Markdown templates of this package, replaced one by one by a workspace's own.

A template may not hold a typed number: numbers come from findings. What is no result (the number of a law) is
written ``{{ typed('№ 10-4831') }}``, which says so.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Any

import jinja2
from jinja2.sandbox import SandboxedEnvironment
from markdown_it import MarkdownIt
from markupsafe import Markup, escape

from evaluation.report.findings import FindingError
from evaluation.report.typed_numbers import typed_numbers
from evaluation.settings import InputProblem, Language

ENDING = ".md.j2"
TOKEN_SIGNS = re.compile("[\ue000\ue001]")
_FULL_STOPS = re.compile(r"(\.</span>)\.(?!\.)")  # an abbreviation at the end of a sentence brings its own
BLOCKS = ("<div", "<figure", "<ol", "<ul", "<dl", "<table", "<p", "<details")
_TOKEN = re.compile("\ue000(\\d+)\ue001")
_RUSSIAN_SMALL_WORD = re.compile(r"(?<![^\s(«])([ВвКкСсУуОоИиАа]|[Нн]а|[Нн]е|[Пп]о|[Ии]з|[Оо]т|[Дд]о|[Зз]а) (?=\S)")


def text_name(section: str, language: Language) -> str:
    """File name of a section's text: ``section_summary.ru.md.j2``."""
    return f"section_{section}.{language}{ENDING}"


def package_texts() -> dict[str, str]:
    """The package's own templates by file name."""
    folder = resources.files("evaluation.report").joinpath("texts")
    return {entry.name: entry.read_text(encoding="utf-8") for entry in folder.iterdir() if entry.name.endswith(ENDING)}


def own_texts(folder: Path | None) -> dict[str, str]:
    """A workspace's templates by file name; empty without a folder.

    Raises InputProblem for a folder that is missing, for a file that replaces no text of the report, and for a typed
    number.
    """
    if folder is None:
        return {}
    if not folder.is_dir():
        raise InputProblem(
            f"Нет папки с текстами отчёта {folder}. Создайте её или уберите report_text из programme.yml.",
            f"There is no folder of report texts {folder}. Make it or remove report_text from programme.yml.",
        )
    known = package_texts()
    texts = {}
    for path in sorted(folder.glob(f"*{ENDING}")):
        if path.name not in known:
            raise InputProblem(
                f"{path}: такого текста в отчёте нет. Имена файлов: {', '.join(sorted(known))}.",
                f"{path}: the report has no such text. File names: {', '.join(sorted(known))}.",
            )
        texts[path.name] = path.read_text(encoding="utf-8")
        for line, found in typed_numbers(texts[path.name]):
            raise InputProblem(
                f"{path}, строка {line}: число «{found}» набрано руками. Возьмите его из находки: "
                f"{{{{ f('имя') }}}}; если это не результат (номер закона), напишите {{{{ typed('{found}') }}}}.",
                f"{path}, line {line}: the number '{found}' is typed. Take it from a finding: {{{{ f('name') }}}}; "
                f"if it is no result (the number of a law), write {{{{ typed('{found}') }}}}.",
            )
    return texts


class Renderer:
    """Turns templates into HTML. What a template inserts is never read as Markdown or HTML, unless it is Markup.

    Inserted values wait behind tokens while the Markdown is read; ``finish`` puts them in their places.
    """

    def __init__(self, functions: dict[str, Any], language: Language) -> None:
        self._values: list[Markup | Callable[[], Markup]] = []
        self._language = language
        self._environment = SandboxedEnvironment(
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            finalize=self._hold,
            lstrip_blocks=True,
        )
        self._environment.globals = dict(functions)
        self._markdown = MarkdownIt("commonmark", {"html": False}).enable("table")

    def _hold(self, value: Any) -> str:
        if isinstance(value, jinja2.Undefined):
            return str(value)  # a strict undefined raises here and names itself
        self._values.append(value if isinstance(value, Markup) else escape(TOKEN_SIGNS.sub("", str(value))))
        return f"\ue000{len(self._values) - 1}\ue001"

    def hold_later(self, value: Callable[[], Markup]) -> Markup:
        """A token for what is known only when the whole report is there, such as a table's number."""
        self._values.append(value)
        return Markup(f"\ue000{len(self._values) - 1}\ue001")

    def section(self, name: str, template: str) -> tuple[str, str]:
        """Title (the text's first heading) and HTML of one template.

        Raises InputProblem naming the text for whatever is wrong in it: syntax, an unknown name, a missing finding.
        """
        try:
            filled = self._environment.from_string(template).render()
        except (jinja2.TemplateError, FindingError, TypeError, ValueError) as error:
            line = f", line {error.lineno}" if isinstance(error, jinja2.TemplateSyntaxError) else ""
            place = f", строка {error.lineno}" if isinstance(error, jinja2.TemplateSyntaxError) else ""
            raise InputProblem(
                f"Текст отчёта {name}{place}: {error}. Исправьте текст или условие, под которым он стоит.",
                f"Report text {name}{line}: {error}. Correct the text or the condition it stands under.",
            ) from error
        title, _, body = filled.lstrip().partition("\n")
        if not title.startswith("# "):
            raise InputProblem(
                f"Текст отчёта {name}: первая строка должна быть заголовком «# …».",
                f"Report text {name}: the first line must be a heading '# ...'.",
            )
        body = re.sub(r"^(#{2,4}) ", lambda match: f"{match.group(1)}# ", body, flags=re.MULTILINE)
        html = self._markdown.render(self._typography(body))
        return str(escape(title.removeprefix("# ").strip())), html

    def _typography(self, text: str) -> str:
        text = re.sub(r"(\d) %", "\\1\u00a0%", text)
        if self._language == "ru":
            text = _RUSSIAN_SMALL_WORD.sub("\\1\u00a0", text)
            text = text.replace(" — ", "\u00a0— ")
        return text

    def finish(self, html: str) -> str:
        """HTML with every token replaced; a block that stands alone in a paragraph loses the paragraph."""
        for _ in range(5):  # a held block may itself hold tokens
            if not _TOKEN.search(html):
                return _FULL_STOPS.sub(r"\1", html)
            html = re.sub(
                "<p>\\s*\ue000(\\d+)\ue001\\s*</p>",
                lambda match: self._block(int(match.group(1))),
                html,
            )
            html = _TOKEN.sub(lambda match: self._value(int(match.group(1))), html)
        raise ValueError("the report's tokens refer to each other in a circle")

    def _value(self, index: int) -> str:
        value = self._values[index]
        return str(value() if callable(value) else value)

    def _block(self, index: int) -> str:
        value = self._value(index)
        return value if value.lstrip().startswith(BLOCKS) else f"<p>{value}</p>"
