"""The picture of the pipeline, drawn from its declaration: received files, steps, tables, report."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape

from evaluation.display.wording import SOURCES
from evaluation.pipeline import Step
from evaluation.settings import Language, Text

WIDTH = 960
MARGIN = 24
GAP = 14
LINE = 16
MOST_IN_A_ROW = 5  # a box then has room for the longest step name
FRAME = 12

STEP_TITLES: dict[str, Text] = {
    "01_clean_programme": Text(ru="Чистка файлов программы", en="Clean the programme's files"),
    "01a_take_in_returns": Text(ru="Приём отчётов", en="Take in returns"),
    "02_clean_survey": Text(ru="Чистка анкет", en="Clean the questionnaires"),
    "02a_weigh_answers": Text(ru="Что говорят ответы", en="What answers say"),
    "03_build_panel": Text(ru="Сборка панели", en="Build the panel"),
    "04_map_coverage": Text(ru="Кого охватили", en="Whom it reaches"),
    "04a_measure_unevenness": Text(ru="Случай или нет", en="Chance or not"),
    "04b_plan_access": Text(ru="Где проводить", en="Where to hold events"),
    "05_describe_support": Text(ru="Какая поддержка", en="What support"),
    "05a_follow_reach": Text(ru="Охват по видам", en="Reach by stream"),
    "05b_follow_teams": Text(ru="Команды и линии", en="Teams and lines"),
    "05c_follow_practices": Text(ru="Базовые города", en="Base cities, practices"),
    "05d_follow_measures": Text(ru="Меры и решения", en="Measures, decisions"),
    "05e_total_returns": Text(ru="Итоги по отчётам", en="Totals of returns"),
    "05f_describe_services": Text(ru="Службы конгресса", en="Services of a congress"),
    "06_estimate_outcomes": Text(ru="Связь с результатами", en="Relation to outcomes"),
    "07_check_robustness": Text(ru="Прочность выводов", en="How firm it is"),
    "08_compare_years": Text(ru="Сравнение лет", en="Year on year"),
    "09_write_report": Text(ru="Отчёт", en="Write the report"),
    "10_hand_in": Text(ru="Документы для сдачи", en="Documents to hand in"),
    "10a_write_cards": Text(ru="Карточки территорий", en="Cards of territories"),
}
_WORDS: dict[str, Text] = {
    "title": Text(ru="Как данные становятся отчётом", en="How data become a report"),
    "raw": Text(ru="data/raw/<год>: файлы как получены", en="data/raw/<year>: files as received"),
    "processed": Text(ru="data/processed/<год>: проверенные таблицы", en="data/processed/<year>: checked tables"),
    "panel": Text(ru="data/processed/<год>/panel: все годы", en="data/processed/<year>/panel: all years"),
    "results": Text(ru="data/processed/<год>/results: выводы", en="data/processed/<year>/results: findings"),
    "report": Text(ru="reports/<год>/draft", en="reports/<year>/draft"),
    "each_year": Text(ru="для каждого года", en="for every year"),
    "chosen_year": Text(ru="для выбранного года", en="for the chosen year"),
    "figures": Text(ru="рисунков: {}", en="figures: {}"),
    "tables": Text(ru="таблиц: {}", en="tables: {}"),
}
_STYLE = (
    "text{font-family:system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans','Liberation Sans',sans-serif;fill:#1d2733}"
    ".name{font-size:13px;font-weight:650}.file{font-size:11px;fill:#55616f}.band{font-size:12px;font-weight:600;"
    "fill:#0b5a8a}.chip{font-size:11.5px}.mono{font-family:ui-monospace,'DejaVu Sans Mono',monospace;font-size:11px}"
)


@dataclass
class _Canvas:
    language: Language
    parts: list[str] = field(default_factory=list)
    y: float = MARGIN

    def text(self, x: float, y: float, text: str, kind: str, anchor: str = "start") -> None:
        self.parts.append(f'<text x="{x:g}" y="{y:g}" class="{kind}" text-anchor="{anchor}">{escape(text)}</text>')

    def box(self, x: float, y: float, width: float, height: float, fill: str, edge: str, radius: int = 8) -> None:
        self.parts.append(
            f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="{radius}" fill="{fill}" '
            f'stroke="{edge}"/>'
        )

    def arrow(self, x: float, y: float, end: float) -> None:
        self.parts.append(
            f'<path d="M{x:g} {y:g}V{end - 6:g}" stroke="#5f6b7a" stroke-width="1.6" fill="none"/>'
            f'<path d="M{x - 5:g} {end - 8:g}h10l-5 8z" fill="#5f6b7a"/>'
        )

    def word(self, name: str) -> str:
        return _WORDS[name].in_language(self.language)

    # ---- bands and steps ----------------------------------------------------------------------------------------

    def band(self, title: str, chips: Sequence[str], mono: bool = True) -> None:
        """A box of files or tables, its chips set in lines."""
        kind, size = ("mono", 6.75) if mono else ("chip", 7.3)
        lines: list[list[tuple[str, float]]] = [[]]
        room = WIDTH - 2 * MARGIN - 28
        used = 0.0
        for chip in chips:
            width = len(chip) * size + 16
            if used + width > room:
                lines.append([])
                used = 0.0
            lines[-1].append((chip, width))
            used += width + 8
        height = 36 + 28 * len(lines)
        self.box(MARGIN, self.y, WIDTH - 2 * MARGIN, height, "#f4f6f9", "#d5dbe3")
        self.text(MARGIN + 14, self.y + 21, title, "band")
        for number, line in enumerate(lines):
            x, y = MARGIN + 14.0, self.y + 32 + 28 * number
            for chip, width in line:
                self.box(x, y, width, 22, "#ffffff", "#c5cdd8", 5)
                self.text(x + 8, y + 15, chip, kind)
                x += width + 8
        self.y += height

    def steps(self, steps: Sequence[Step], scope: str, width: float | None = None) -> None:
        """Steps in as few even rows as their names allow, framed where there are several; arrows above and below."""
        rows = -(-len(steps) // MOST_IN_A_ROW)
        columns = -(-len(steps) // max(1, rows))
        inset = FRAME if rows > 1 else 0
        across = width or (WIDTH - 2 * (MARGIN + inset) - GAP * (columns - 1)) / columns
        left = (WIDTH - across * columns - GAP * (columns - 1)) / 2
        room = max(10, int(across / 9.4))
        texts = [textwrap.wrap(STEP_TITLES[step.name].in_language(self.language), room) for step in steps]
        height = 46 + LINE * max(map(len, texts)) + (18 if any(step.figures for step in steps) else 0)
        start, top = self.y, self.y + 26
        whole = height * rows + GAP * (rows - 1) + 2 * inset
        if inset:
            self.box(MARGIN, top, WIDTH - 2 * MARGIN, whole, "#ffffff", "#b5cfe0")
        for number, (step, lines) in enumerate(zip(steps, texts, strict=True)):
            x = left + number % columns * (across + GAP)
            y = top + inset + number // columns * (height + GAP)
            self.box(x, y, across, height, "#e6f1f8", "#0b5a8a")
            self.text(x + 12, y + 20, step.name, "file mono")
            for position, line in enumerate(lines):
                self.text(x + 12, y + 40 + LINE * position, line, "name")
            counts = [("figures", len(step.figures)), ("tables", len(step.exhibits))]
            shown = ", ".join(self.word(key).format(count) for key, count in counts if count and step.figures)
            if shown:
                self.text(x + 12, y + height - 11, shown, "file")
        for number in range(columns):
            x = left + number * (across + GAP) + across / 2
            self.arrow(x, start + 2, top)
            self.arrow(x, top + whole + 2, top + whole + 26)
        if width:  # a row across the whole sheet has an arrow where the word would stand
            self.text(WIDTH - MARGIN, start + 17, self.word(scope), "file", "end")
        self.y = top + whole + 26


def flow_svg(steps: Sequence[Step], language: Language) -> str:
    """The pipeline as SVG text, ``WIDTH`` wide, on its own light ground so that dark pages show it too.

    Sources, tables, figures and files are those that ``steps`` declare.
    """
    by_name = {step.name: step for step in steps}
    first = [step for step in steps if step.scope == "each_year"]
    panel = [step for step in steps if step.folder == "panel"]
    results = [step for step in steps if step.folder == "results"]
    last = [step for step in steps if step.assembles]
    canvas = _Canvas(language)
    position = 0 if language == "ru" else 1
    sources = [SOURCES.get(name, (name, name))[position] for step in first for name in step.sources]
    canvas.y = MARGIN + 6
    canvas.band(canvas.word("raw"), sources, mono=False)
    canvas.steps(first, "each_year", min(330, (WIDTH - 2 * MARGIN - GAP * (len(first) - 1)) / max(1, len(first))))
    canvas.band(canvas.word("processed"), _tables(first))
    canvas.steps(panel, "chosen_year", 330)
    canvas.band(canvas.word("panel"), _tables(panel))
    canvas.steps(results, "chosen_year")
    canvas.band(canvas.word("results"), _tables(results))
    canvas.steps(last, "chosen_year", 330 if len(last) == 1 else None)
    canvas.band(canvas.word("report"), [file for step in (*last, *results) for file in step.files])
    height = canvas.y + MARGIN
    assert len(by_name) == len(first) + len(panel) + len(results) + len(last), "a step belongs to no row of the picture"
    title = canvas.word("title")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:g}" width="{WIDTH}" '
        f'height="{height:g}" role="img" aria-labelledby="title" lang="{language}">\n'
        f'<title id="title">{title}</title>\n'
        f"<style>{_STYLE}</style>\n"
        f'<rect width="{WIDTH}" height="{height:g}" rx="12" fill="#ffffff"/>\n' + "\n".join(canvas.parts) + "\n</svg>\n"
    )


def _tables(steps: Sequence[Step]) -> list[str]:
    return [table for step in steps for table in step.makes]
