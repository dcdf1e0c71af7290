"""``evaluation best-practice``: the code of best practice as a Word file, a PDF or a page, in one or both languages."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evaluation.app.speaking import (
    LanguageOption,
    PlainOption,
    WorkspaceOption,
    chosen_language,
    command,
    console,
    say,
    show,
)

if TYPE_CHECKING:
    import pandas as pd

    from evaluation.places import Workspace
    from evaluation.settings import Language

BEST_PRACTICE_HELP = say(
    "Записать кодекс лучшей практики: по главе на практику, с карточкой и теми, кто её перенял.",
    "Write the code of best practice: a chapter a practice, with its card and who took it over.",
)
ENDINGS = ("docx", "pdf", "html")
STEP = "05c_follow_practices"
CARDS = "practice_cards"


@command
def best_practice(
    year: Annotated[int, typer.Argument(metavar="YEAR", help=say("год реестра практик", "year of the register"))],
    out: Annotated[
        Path,
        typer.Option(
            "--out",
            metavar="FILE|DIR",
            help=say(
                "файл .docx, .pdf или .html на языке --language; папка — все три на всех языках программы",
                "a file .docx, .pdf or .html in --language; a folder: all three in the programme's languages",
            ),
            show_default=False,
        ),
    ],
    workspace: WorkspaceOption = None,
    language: LanguageOption = None,
    plain: PlainOption = False,
) -> None:
    from evaluation.places import open_workspace

    spoken = chosen_language(language)
    written = write_code(open_workspace(workspace), year, out, spoken)
    said = "Кодекс лучшей практики: " if spoken == "ru" else "Code of best practice: "
    show(console(plain), said + ", ".join(map(str, written)))


def write_code(workspace: Workspace, year: int, out: Path, language: Language) -> list[Path]:
    """Write the code of ``year`` to ``out`` (a file in ``language``, or a folder for everything); the paths written.

    Raises InputProblem where the step that follows practices was not run or does not apply, no practice has a card,
    a file lies there already, its ending is none of ENDINGS, or nothing can be written.
    """
    from evaluation.app.writing import write_or_refuse

    targets = _targets(out, year, language, workspace.programme.languages)
    _refuse_existing(targets)
    pages = code_pages(workspace, year, sorted({each for _, each in targets}))
    for path, each in targets:
        write_or_refuse(path, _content(workspace, year, pages[each], path.suffix.lower().lstrip("."), each))
    return [path for path, _ in targets]


def code_pages(workspace: Workspace, year: int, languages: list[Language]) -> dict[Language, str]:
    """The code as a page by language. Raises InputProblem as ``write_code``."""
    import pandas as pd

    from evaluation.field.practices.cards import code_of_best_practice
    from evaluation.field.practices.learning import placed_practices
    from evaluation.indicators.geographies import build_geography
    from evaluation.report.best_practice import best_practice_page
    from evaluation.report.findings import COLUMNS
    from evaluation.report.inputs import ReportInputs
    from evaluation.territory.crosswalk import read_crosswalk
    from evaluation.territory.registry import read_registry
    from evaluation.workspace import read_table

    _refuse_not_applicable(workspace, year)
    curves, sources = (read_table(workspace, name, year, year) for name in ("practice_diffusion", "practice_sources"))
    registers = {name: _register(workspace, name, year) for name in ("practices", "practice_adoptions")}
    if CARDS not in workspace.year(year).sources:
        raise _no_cards(year)
    cards = read_table(workspace, CARDS, year, year)
    registry = workspace.territory_file("registry")
    assert registry is not None  # the settings require one
    dates = workspace.setting("years.territory_date", year)
    place = build_geography(
        "current", read_registry(registry), read_crosswalk(workspace.territory_file("crosswalk")), dates
    )
    practices, _ = placed_practices(registers["practices"], registers["practice_adoptions"], place)
    chapters = code_of_best_practice(practices, cards, curves, sources)
    if not chapters:
        raise _no_cards(year)
    programme = workspace.programme
    inputs = ReportInputs(
        year=year, title=programme.title, institute=programme.institute, findings=pd.DataFrame(columns=COLUMNS),
        simulated=programme.simulated, threshold=programme.disclosure.threshold, currency=programme.currency.code,
        codebook=workspace.codebook,
    )  # fmt: skip
    names = {str(unit): str(name) for unit, name in zip(place.units["unit_id"], place.units["name"], strict=True)}
    registered = int(practices["practice_id"].nunique())
    return {each: best_practice_page(chapters, registered, names, inputs, each) for each in languages}


def _register(workspace: Workspace, name: str, year: int) -> pd.DataFrame:
    from evaluation.settings import InputProblem
    from evaluation.workspace import read_table

    if name not in workspace.year(year).sources:
        raise InputProblem(
            f"{year} год: реестр практик не получен (нет источника {name} в config/years/{year}.yml). Без него нет и "
            "кодекса: положите файл в данные года и назовите его в sources.",
            f"{year}: the register of practices was not received (no source {name} in config/years/{year}.yml). There "
            "is no code without it: put the file into the year's data and name it in sources.",
        )
    return read_table(workspace, name, year, year)


def _content(workspace: Workspace, year: int, page: str, ending: str, language: Language) -> bytes:
    from evaluation.report.office import to_docx, to_pdf, written_on

    settings = workspace.year(year)
    written = written_on(settings.reported_on, settings.territory_date)
    if ending == "docx":
        return to_docx(page, language, written, workspace.territory_file("report_reference"))
    if ending == "pdf":
        return to_pdf(page, language, written)
    return page.encode("utf-8")


def _targets(
    out: Path, year: int, language: Language, languages: tuple[Language, ...]
) -> list[tuple[Path, Language]]:  # fmt: skip
    from evaluation.settings import InputProblem

    ending = out.suffix.lower().lstrip(".")
    if ending in ENDINGS:
        return [(out, language)]
    if ending and not out.is_dir():
        raise InputProblem(
            f"{out}: имя файла должно кончаться на .docx, .pdf или .html; имя без окончания — папка для всех.",
            f"{out}: the name of the file must end with .docx, .pdf or .html; a name without ending is a folder for "
            "all of them.",
        )
    return [(out / f"best_practice_{year}.{each}.{kind}", each) for each in languages for kind in ENDINGS]


def _refuse_existing(targets: list[tuple[Path, Language]]) -> None:
    from evaluation.settings import InputProblem

    there = [path for path, _ in targets if path.exists()]
    if there:
        raise InputProblem(
            f"{there[0]}: такой файл уже есть, ничего не записано. Укажите другое имя или уберите его.",
            f"{there[0]}: there is such a file already, nothing was written. Name another or take it away.",
        )


def _refuse_not_applicable(workspace: Workspace, year: int) -> None:
    from evaluation.settings import InputProblem

    applicability = workspace.applicability(workspace.step(STEP), year)
    if applicability.applies:
        return
    ru = applicability.reason.ru if applicability.reason else "так решено в настройках"
    en = applicability.reason.en if applicability.reason else "the settings say so"
    raise InputProblem(
        f"Кодекс лучшей практики за {year} год не собрать: шаг {STEP} не применяется: {ru}.",
        f"There is no code of best practice for {year}: step {STEP} does not apply: {en}.",
    )


def _no_cards(year: int) -> Exception:
    from evaluation.settings import InputProblem

    return InputProblem(
        f"{year} год: ни у одной практики реестра нет карточки для кодекса. Заполните форму practice_cards "
        "(evaluation templates), положите её в данные года и выполните «evaluation run».",
        f"{year}: no practice of the register has a card for the code. Fill in the form practice_cards (evaluation "
        "templates), put it into the year's data and run 'evaluation run'.",
    )
