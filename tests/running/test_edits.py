"""The table of edits: what is edited, which steps run again because of it, what is said about it in both languages.

Code counts by the module that a step reaches. An edit of a function that the step never calls therefore runs it: names
are reached in ways that no reading of the source shows. What is said names the function, and the steps behind are
kept, since the results come out equal.
"""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import pytest
from edited_programme import EVERY, STEPS, build_edited, ran, standing_of, use, workbook
from tiny_programme import Tiny

CODE = "code/tinycode"


@dataclass(frozen=True)
class Edit:
    """``ran``: steps that run again, by number and last digit of the year; ``why``: words by step, in en and ru."""

    name: str
    make: Callable[[Tiny], object]
    ran: frozenset[str]
    why: dict[str, tuple[str, str]]


def edit(
    name: str, make: Callable[[Tiny], object], ran: str = "", en: str = "", ru: str = "", at: str | None = None
) -> Edit:
    """One row of the table; ``at``: the step that the words are about (default: the first that runs)."""
    steps = ran.split()
    return Edit(name, make, frozenset(steps), {at or steps[0]: (en, ru)} if en else {})


def change(place: str, old: str, new: str) -> Callable[[Tiny], object]:
    return lambda tiny: tiny.edit(place, old, new)


def cells(step: str, make: Callable[[list[dict[str, object]]], object]) -> Callable[[Tiny], object]:
    def change_cells(tiny: Tiny) -> None:
        content = json.loads(tiny.read(f"notebooks/{step}.ipynb"))
        make(content["cells"])
        tiny.write(f"notebooks/{step}.ipynb", json.dumps(content, indent=3))

    return change_cells


def several(*makes: Callable[[Tiny], object]) -> Callable[[Tiny], object]:
    return lambda tiny: [make(tiny) for make in makes]


def rename_module(tiny: Tiny) -> None:
    (tiny.root / CODE / "parsing.py").rename(tiny.root / CODE / "splitting.py")
    tiny.edit(f"{CODE}/adding.py", ".parsing", ".splitting")


def save_outputs(each: list[dict[str, object]]) -> None:
    each[2]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "old"}]
    each[2]["execution_count"] = 17
    each[2]["metadata"] = {"collapsed": True}
    each[2]["id"] = "another"


def insert_cell(each: list[dict[str, object]]) -> None:
    each.insert(3, {**each[2], "id": "more", "source": "more = 1"})


EDITS = (
    # ---- code ---------------------------------------------------------------------------------------------------
    edit("a comment", change(f"{CODE}/spelling.py", "def plain", "# plainly\ndef plain")),
    edit("a docstring", change(f"{CODE}/spelling.py", "Plainly.", "In other words.")),
    edit("blank lines and layout", change(f"{CODE}/parsing.py", "    return [", "\n    return  [\n        ")),
    edit(
        "a helper two imports away that changes the result",
        change(f"{CODE}/parsing.py", "int(part)", "2 * int(part)"), "02-4 04-4",
        "the code changed: tinycode.parsing (changed: function numbers)",
        "изменился код tinycode.parsing (изменено: функция numbers)",
    ),
    edit(
        "a helper two imports away that leaves the result as it was: nothing behind it runs",
        change(f"{CODE}/parsing.py", "int(part)", "int(part) + 0"), "02-4",
        "the code changed: tinycode.parsing (changed: function numbers)",
        "изменился код tinycode.parsing (изменено: функция numbers)",
    ),
    edit(
        "a function that nobody calls, of a module that is reached",
        change(f"{CODE}/reading.py", "return 1", "return 11"), "01-3 01-4",
        "the code changed: tinycode.reading (changed: function unrelated)",
        "изменился код tinycode.reading (изменено: функция unrelated)",
    ),
    edit(
        "a method", change(f"{CODE}/reading.py", "return self.size", "return self.size + 1"), "01-3 01-4",
        "the code changed: tinycode.reading (changed: method Reader.rows)",
        "изменился код tinycode.reading (изменено: метод Reader.rows)",
    ),
    edit(
        "what a class holds", change(f"{CODE}/reading.py", "    size = 1", "    size = 2"), "01-3 01-4",
        "the code changed: tinycode.reading (changed: class Reader)",
        "изменился код tinycode.reading (изменено: класс Reader)",
    ),
    edit(
        "a constant", change(f"{CODE}/reading.py", "LIMIT = 1000", "LIMIT = 2000"), "01-3 01-4",
        "the code changed: tinycode.reading (changed: name LIMIT)",
        "изменился код tinycode.reading (изменено: имя LIMIT)",
    ),
    edit(
        "another statement", change(f"{CODE}/reading.py", "LIMIT > 0", "LIMIT > 1"), "01-3 01-4",
        "the code changed: tinycode.reading (changed: top-level statement 1)",
        "изменился код tinycode.reading (изменено: оператор верхнего уровня 1)",
    ),
    edit(
        "a function added, one removed, one renamed",
        several(change(f"{CODE}/reading.py", "def unrelated", "def related"),
                change(f"{CODE}/reading.py", "def twice():\n    return 2\n", "def thrice():\n    return 3\n")),
        "01-3 01-4",
        "the code changed: tinycode.reading (renamed: function unrelated -> related; added: function thrice; "
        "removed: function twice)",
        "изменился код tinycode.reading (переименовано: функция unrelated -> related; добавлено: функция thrice; "
        "удалено: функция twice)",
    ),
    edit(
        "the order of functions",
        change(f"{CODE}/reading.py", "def unrelated():\n    return 1\n\n\ndef twice():\n    return 2\n",
               "def twice():\n    return 2\n\n\ndef unrelated():\n    return 1\n"), "01-3 01-4",
        "the code changed: tinycode.reading (the order of its definitions)",
        "изменился код tinycode.reading (порядок определений)",
    ),
    edit(
        "a module behind a relative import", change(f"{CODE}/spelling.py", "str(int(value))", "f'{int(value)}'"),
        "01-3 01-4",
        "the code changed: tinycode.spelling (changed: function plain)",
        "изменился код tinycode.spelling (изменено: функция plain)",
    ),
    edit(
        "a relative import of a new module",
        several(lambda tiny: tiny.write(f"{CODE}/extra.py", "x = 1\n"),
                change(f"{CODE}/cells.py", "from .spelling", "from . import extra\nfrom .spelling")), "01-3 01-4",
        "the code changed: tinycode.cells (changed: imports)"
        "\nthe code changed: tinycode.extra (the step did not reach it before)",
        "изменился код tinycode.cells (изменено: импорты)"
        "\nизменился код tinycode.extra (раньше шаг его не использовал)",
    ),
    edit(
        "a renamed module", rename_module, "02-4",
        "the code changed: tinycode.adding (changed: function add)"
        "\nthe code changed: tinycode.splitting (formerly tinycode.parsing)",
        "изменился код tinycode.adding (изменено: функция add)"
        "\nизменился код tinycode.splitting (раньше tinycode.parsing)",
    ),
    edit("a module that nobody imports", lambda tiny: tiny.write(f"{CODE}/idle/more.py", "x = 1")),
    edit(
        "a file of the package found by importlib.resources",
        change(f"{CODE}/telling/texts/page.txt", "The sum is", "In sum"), "04-4",
        "the code changed: tinycode/telling/texts/page.txt (a file of the package)",
        "изменился код tinycode/telling/texts/page.txt (файл пакета)",
    ),
    edit(
        "a file of the package found beside a module", change(f"{CODE}/bounds/limit.csv", "100", "2"), "03-4 04-4",
        "the code changed: tinycode/bounds/limit.csv (a file of the package)",
        "изменился код tinycode/bounds/limit.csv (файл пакета)",
    ),
    edit(
        "a new file in a folder that a module reads",
        lambda tiny: tiny.write(f"{CODE}/telling/texts/more.txt", "x"), "04-4",
        "the code changed: tinycode/telling/texts/more.txt (the step did not reach it before)",
        "изменился код tinycode/telling/texts/more.txt (раньше шаг его не использовал)",
    ),
    edit("a new file beside one that a module names", lambda tiny: tiny.write(f"{CODE}/bounds/other.csv", "1")),
    edit("a file of a package that no module reads", change(f"{CODE}/idle/idle.txt", "Nobody", "No one")),
    edit("an editor's copy of a module", lambda tiny: tiny.write(f"{CODE}/reading.py~", "x")),
    # ---- notebook -----------------------------------------------------------------------------------------------
    edit(
        "a notebook's text", cells("03_count", lambda each: each[0].update(source="# Another title")), "03-4",
        "the notebook changed: changed: the text before cell 1 '# Another title'",
        "изменился блокнот: изменено: текст перед ячейкой 1 «# Another title»",
    ),
    edit("a notebook's saved outputs, numbers and metadata", cells("03_count", save_outputs)),
    edit(
        "a notebook's code",
        change("notebooks/03_count.ipynb", "min(len(numbers)", "min(7 * len(numbers)"), "03-4 04-4",
        "the notebook changed: changed: cell 3 'from tinycode.limits import limit'",
        "изменился блокнот: изменено: ячейка 3 «from tinycode.limits import limit»",
    ),
    edit(
        "a cell more", cells("03_count", insert_cell), "03-4",
        "the notebook changed: added: cell 3 'more = 1'", "изменился блокнот: добавлено: ячейка 3 «more = 1»",
    ),
    edit(
        "a cell less", cells("03_count", lambda each: each.pop(0)), "03-4",
        "the notebook changed: removed: the text before cell 1 '# Title'",
        "изменился блокнот: удалено: текст перед ячейкой 1 «# Title»",
    ),
    edit(
        "a cell moved", cells("03_count", lambda each: each.insert(3, each.pop(0))), "03-4",
        "the notebook changed: moved: the text before cell 4 '# Title'",
        "изменился блокнот: переставлено: текст перед ячейкой 4 «# Title»",
    ),
    # ---- settings and codebook ----------------------------------------------------------------------------------
    edit(
        "a setting", change("config/programme.yml", "threshold: 5", "threshold: 6"), "02-4",
        "the setting changed: programme.disclosure.threshold: 5 -> 6",
        "изменилась настройка programme.disclosure.threshold: 5 -> 6",
    ),
    edit(
        "a setting of one year", change("config/years/2024.yml", "starts_on: 2024-01-01", "starts_on: 2024-02-01"),
        "01-4",
        'the setting changed: year.starts_on: "2024-01-01" -> "2024-02-01"',
        'изменилась настройка year.starts_on: "2024-01-01" -> "2024-02-01"',
    ),
    edit("a setting that no step declares", change("config/programme.yml", "en: Tiny", "en: Small")),
    edit("a comment in the settings", change("config/programme.yml", "id: tiny", "# the programme\nid: tiny")),
    edit(
        "a codebook label that is used", change("config/codebook.csv", "Сумма,Sum", "Сумма,Total"), "02-4 04-4",
        'a row of the codebook changed: sums.total, label_en: "Sum" -> "Total"',
        'изменилась строка кодовой книги sums.total, label_en: "Sum" -> "Total"',
    ),
    edit(
        "a label of an allowed value", change("config/codebook_choices.csv", "kinds,b,Два,Two", "kinds,b,Пара,Two"),
        "03-4 04-4",
        'a row of the codebook changed: kinds: b, label_ru: "Два" -> "Пара"',
        'изменилась строка кодовой книги kinds: b, label_ru: "Два" -> "Пара"',
    ),
    edit(
        "a codebook row more", change("config/codebook.csv", "counts,kind", "counts,more,,,,,,,,\ncounts,kind"),
        "03-4 04-4",
        "a row of the codebook was added: counts.more", "добавлена строка кодовой книги counts.more",
    ),
    edit(
        "the order of allowed values",
        change("config/codebook_choices.csv",
               "kinds,a,Один,One,\nkinds,b,Два,Two,", "kinds,b,Два,Two,\nkinds,a,Один,One,"),
        "03-4 04-4", "the order of the codebook's rows changed", "изменился порядок строк кодовой книги",
    ),
    edit("a codebook label that is not used", change("config/codebook.csv", "Вещь,Thing", "Вещь,Object")),
    edit("a list that is not used", change("config/codebook_choices.csv", "things,a,Вещь", "things,a,Предмет")),
    # ---- what was received and decided --------------------------------------------------------------------------
    edit(
        "a row of a received file",
        lambda tiny: workbook(tiny.root / "data/raw/2024/answers.xlsx", [3, 4, 5, 6]), "01-4 02-4 03-4 04-4",
        "the input changed: source:answers (data/raw/2024/answers.xlsx; ",
        "изменился входной файл source:answers (data/raw/2024/answers.xlsx; ",
    ),
    edit(
        "a workbook saved again with the same content",
        lambda tiny: workbook(tiny.root / "data/raw/2024/answers.xlsx", [3, 4, 5], "another"), "01-4",
        "the input changed: source:answers (data/raw/2024/answers.xlsx; ",
        "изменился входной файл source:answers (data/raw/2024/answers.xlsx; ",
    ),
    edit(
        "a decision", lambda tiny: tiny.write("config/decisions.csv", "what,why\n"), "01-3 01-4",
        "the input appeared: territory:decisions (config/decisions.csv; 9 bytes)",
        "появился входной файл territory:decisions (config/decisions.csv; 9 байт)",
    ),
    edit("the date of a received file", lambda tiny: os.utime(tiny.root / "data/raw/2024/answers.xlsx", (1, 1))),
    # ---- results ------------------------------------------------------------------------------------------------
    edit(
        "a result edited by hand", lambda tiny: tiny.write("data/processed/2024/sums.parquet", "by hand"), "02-4",
        "results were changed by hand: table:sums (data/processed/2024/sums.parquet)",
        "результаты изменены не программой: table:sums (data/processed/2024/sums.parquet)",
    ),
    edit(
        "a result deleted", lambda tiny: (tiny.root / "reports/2024/draft/report.en.html").unlink(), "04-4",
        "results were removed: file:report.en.html (reports/2024/draft/report.en.html)",
        "результаты удалены: file:report.en.html (reports/2024/draft/report.en.html)",
    ),
    edit(
        "an executed notebook deleted",
        lambda tiny: (tiny.root / "reports/2024/draft/notebooks/03_count.ipynb").unlink(), "03-4",
        "results were removed: notebook (reports/2024/draft/notebooks/03_count.ipynb)",
        "результаты удалены: notebook (reports/2024/draft/notebooks/03_count.ipynb)",
    ),
)  # fmt: skip


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    with pytest.MonkeyPatch.context() as patch:
        use(patch)
        tiny = build_edited(tmp_path_factory.mktemp("edited") / "programme")
        assert ran(tiny) == EVERY
    return tiny.root


@pytest.fixture
def edited(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tiny:
    use(monkeypatch)
    shutil.copytree(made, tmp_path / "programme")
    return Tiny(tmp_path / "programme")


@pytest.mark.parametrize("row", EDITS, ids=[row.name for row in EDITS])
def test_an_edit_runs_just_what_depends_on_it_and_says_so(edited: Tiny, row: Edit) -> None:
    row.make(edited)
    places = standing_of(edited)
    for step, (en, ru) in row.why.items():
        reasons = places[step].reasons
        for said, language in ((en, "en"), (ru, "ru")):
            whole = "\n".join(reason.in_language(language) for reason in reasons)
            assert whole == said or (said.endswith(" ") and whole.startswith(said)), whole
    # what will run is foreseen: whatever runs was stale, and what was stale for its own sake runs
    stale = {step for step, place in places.items() if place.state != "fresh"}
    assert row.ran <= stale
    assert bool(stale) == bool(row.ran)
    assert ran(edited) == row.ran
    assert ran(edited) == set()


def test_the_table_is_long_enough_and_no_edit_stands_twice() -> None:
    assert len({row.name for row in EDITS}) == len(EDITS) >= 40


def test_an_environment_variable_runs_nothing(edited: Tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOMETHING", "else")
    assert ran(edited) == set()


def test_a_renamed_step_runs_and_those_behind_it_are_kept(edited: Tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, (*STEPS[:2], dataclasses.replace(STEPS[2], name="03_tally"), STEPS[3]))
    (edited.root / "notebooks/03_count.ipynb").rename(edited.root / "notebooks/03_tally.ipynb")
    place = standing_of(edited)["03-4"]
    assert place.state == "never"
    assert [reason.en for reason in place.reasons] == [
        "has not been run yet under this name (step 03_count made the same files)"
    ]
    assert [reason.ru for reason in place.reasons] == [
        "под этим именем ещё не выполнялся (те же файлы делал шаг 03_count)"
    ]
    assert ran(edited) == {"03-4"}


def test_a_changed_declaration_runs_the_step_and_names_the_field(edited: Tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    declared = dataclasses.replace(STEPS[2], settings=("programme.disclosure",), folder="results")
    use(monkeypatch, (*STEPS[:2], declared, STEPS[3]))
    reasons = standing_of(edited)["03-4"].reasons
    assert [reason.en for reason in reasons] == [
        'the step\'s declaration changed: folder: "" -> "results"; settings: +programme.disclosure',
        'the setting appeared: programme.disclosure: {"threshold": 5}',
    ]
    assert reasons[0].ru == 'изменилось объявление шага: folder: "" -> "results"; settings: +programme.disclosure'
    assert reasons[1].ru == 'появилась настройка programme.disclosure: {"threshold": 5}'


def test_a_new_year_leaves_the_earlier_ones_as_they_are(edited: Tiny) -> None:
    for place in ("config/years/2024.yml",):
        edited.write(place.replace("2024", "2025"), edited.read(place).replace("2024", "2025"))
    (edited.root / "data/raw/2025").mkdir()
    workbook(edited.root / "data/raw/2025/answers.xlsx", [10])
    edited.edit("config/programme.yml", "last_year: 2024", "last_year: 2025")
    assert ran(edited) == set()
    places = standing_of(edited, 2025)
    assert {step: place.state for step, place in places.items()} == {
        "01-3": "fresh", "01-4": "fresh", "01-5": "never", "02-5": "never", "03-5": "never", "04-5": "never",
    }  # fmt: skip
    assert ran(edited, 2025) == {"01-5", "02-5", "03-5", "04-5"}
    assert edited.read("reports/2025/draft/report.en.html") == "The sum is 25."
    assert ran(edited) == set()


def test_what_stands_behind_a_stale_step_is_told_apart_from_what_changed_itself(edited: Tiny) -> None:
    edited.edit(f"{CODE}/parsing.py", "int(part)", "int(part) + 0")
    places = standing_of(edited)
    assert places["04-4"].only_behind and not places["02-4"].only_behind
    assert places["04-4"].behind == (("02_sum", 2024),)
    assert reasons_of(places["04-4"].reasons) == ["step 02_sum 2024 has to run first"]
    edited.edit("config/codebook.csv", "Сумма,Sum", "Сумма,Total")
    both = standing_of(edited)["04-4"]
    assert both.behind == (("02_sum", 2024),) and not both.only_behind


def test_a_changed_table_names_its_maker_and_its_size(edited: Tiny) -> None:
    edited.edit(f"{CODE}/parsing.py", "int(part)", "100 * int(part)")
    edited.run(only="02_sum")
    (reason,) = standing_of(edited)["04-4"].reasons
    assert reason.en == "the input changed: table:sums@2024 (made by step 02_sum; 2 -> 4 bytes)"
    assert reason.ru == "изменился входной файл table:sums@2024 (его делает шаг 02_sum; 2 -> 4 байт)"


def test_without_the_kept_codebook_the_change_is_still_seen(edited: Tiny) -> None:
    shutil.rmtree(edited.root / ".staging" / "codebook")
    edited.edit("config/codebook.csv", "Сумма,Sum", "Сумма,Total")
    assert reasons_of(standing_of(edited)["02-4"].reasons) == [
        "rows of the codebook changed (the earlier codebook is no longer kept)"
    ]


def reasons_of(reasons: Iterable[object]) -> list[str]:
    return [reason.en for reason in reasons]  # type: ignore[attr-defined]
