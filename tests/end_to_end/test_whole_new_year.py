"""An institute's first two years by the commands alone: made, filled, run, released, carried over, mended, compared."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from institute import Institute, move_columns, registry_file, settle, year_sheets

from evaluation.report.decision_form import COLUMNS, HEADER_ROW

# two real notebooks a year and their report: the others would take minutes
LEFT_OUT = (
    "04_map_coverage", "04a_measure_unevenness", "04b_plan_access", "05_describe_support", "05a_follow_reach",
    "08_compare_years",
)  # fmt: skip
SOURCES = ("territories", "projects", "support_events", "attendance")
SIGNED = ("--sign", "data=A, clerk", "--sign", "analysis=B, analyst", "--sign", "text=C, editor", "--without-git")
HEADERS = {
    "№ заявки *": "Рег. №",
    "Муниципальное образование *": "Территория",
    "Стоимость по плану, руб.": "Сметная стоимость",
}


def done(institute: Institute, *arguments: str, code: int = 0) -> str:
    answer = institute.evaluation(*arguments)
    assert answer.code == code, f"{arguments} ended with {answer.code}:\n{answer.output}"
    return answer.output


def accept(path: Path, cell: str) -> None:
    """Take the suggestion of the line about ``cell`` in the workbook of decisions."""
    book = openpyxl.load_workbook(path)
    sheet = book["Decisions"]
    place = {name: number for number, name in enumerate(COLUMNS, start=1)}
    lines = range(HEADER_ROW + 1, sheet.max_row + 1)
    (line,) = [line for line in lines if str(sheet.cell(line, place["cell"]).value).endswith(cell)]
    sheet.cell(line, place["decision"]).value = "Accept the suggestion"
    sheet.cell(line, place["reason"]).value = "asked by telephone"
    sheet.cell(line, place["author"]).value = "clerk"
    book.save(path)


@pytest.mark.slow
def test_two_years_by_the_commands_alone(tmp_path: Path) -> None:
    own = settle(tmp_path)
    asked = [word for name in SOURCES for word in ("--source", name)]
    registry = str(registry_file(tmp_path / "units.csv"))
    done(
        own, "init", str(own.root), "--registry", registry, "--first-year", "2024", "--deadline", "2024-02-20",
        "--title-ru", "Колодцы", "--title-en", "Wells", "--institute-ru", "Институт", "--institute-en", "Institute",
        *asked,
    )  # fmt: skip
    reasons = "".join(f"  {step}:\n    applicable: false\n    reason: {{ru: проба, en: trial}}\n" for step in LEFT_OUT)
    own.edit("config/programme.yml", "steps:\n", f"steps:\n{reasons}")

    # the first year
    own.fill(2024, year_sheets(2024, [100_000, 200_000, 150_000, 120_000]))
    assert "not confirmed: 4" in done(own, "check", "2024")
    own.confirm(2024)
    assert "not confirmed" not in done(own, "check", "2024")
    done(own, "run", "2024")
    assert own.table("projects", 2024)["cost_planned"].tolist() == [100_000, 200_000, 150_000, 120_000]
    done(own, "release", "2024", *SIGNED)
    first = own.released(2024)
    assert any(name.endswith("MANIFEST.json") for name in first)

    # the next year begins
    done(own, "new-year", "2025")
    done(own, "new-year", "2025", code=2)
    assert own.open().programme.last_year == 2025
    assert own.raw(2025, "projects").name == "Реестр заявок 2025.xlsx"
    listed = (own.root / "config/years/2025-checklist.ru.md").read_text(encoding="utf-8")
    assert "Реестр заявок 2025.xlsx" in listed
    own.confirm(2025)
    own.fill(2025, year_sheets(2025, [110_000, 210_000, 160_000, 130_000, 90_000]))
    odd = {(3, "Стоимость по плану, руб."): "около 200 тыс."}
    move_columns(own.raw(2025, "projects"), HEADERS, odd)

    # what cannot be taken as it stands is decided
    done(own, "check", "2025", "--report", str(tmp_path / "quality"), code=3)
    book = own.root / "data/restricted/2025/decisions.xlsx"
    accept(book, "C5")
    done(own, "decide", str(book))
    done(own, "check", "2025")
    done(own, "run", "2025")
    assert own.table("projects", 2025)["cost_planned"].tolist() == [110_000, 200_000, 160_000, 130_000, 90_000]
    done(own, "compare", "2024", "2025", "--no-rerun")
    done(own, "release", "2025", *SIGNED)

    assert own.released(2024) == first
    assert len(own.released(2025)) > 0
    done(own, "backup", "--to", str(tmp_path / "kept"))
    (archive,) = (tmp_path / "kept").glob("*.zip")
    assert archive.stat().st_size > 10_000
