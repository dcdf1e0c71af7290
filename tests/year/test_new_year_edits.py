"""Settings carried over: what moves, what is marked, and that nothing else changes."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from evaluation.settings import InputProblem, read_plan, read_year
from evaluation.year.new_year import (
    carried_plan,
    carried_year,
    moved_day,
    moved_name,
    naming_years,
    raised_last_year,
)
from evaluation.year.yaml_edits import marked, scalars, unconfirmed

ROOT = Path(__file__).resolve().parents[2]

YEAR = """\
# Programme year 2024
year: 2024
starts_on: 2024-01-01
application_deadline: 2024-02-29   # support before it counts
territory_date: "2024-12-31"
rules:
  max_grant: 1000   # roubles
sources:                            # files in data/raw/2024
  projects: {file: "Заявки 2024 №20241.xlsx", constants: {year: "2024", title: "с 2024"}}
  # scores: {file: "Баллы 2024.xlsx"}
surveys:
  residents_survey:
    population: {ru: "жители # 2024 года", en: people of 2024-01-01}
    frame_n: 12
    field_from: 2024-10-05
signed:
  data: somebody
# the end
"""


def test_a_day_moves_by_whole_years() -> None:
    assert moved_day(dt.date(2024, 2, 29), 1) == dt.date(2025, 2, 28)
    assert moved_day(dt.date(2024, 2, 29), 4) == dt.date(2028, 2, 29)
    assert moved_name("Реестр 2024 (12024) 2024.xlsx", 2024, 2025) == "Реестр 2025 (12024) 2025.xlsx"


def test_a_year_is_carried_over() -> None:
    told = carried_year(YEAR, 2024, 2025)
    lines = told.split("\n")
    assert yaml.safe_load(told) == {
        "year": 2025,
        "starts_on": dt.date(2025, 1, 1),
        "application_deadline": dt.date(2025, 2, 28),
        "territory_date": "2025-12-31",
        "rules": {"max_grant": 1000},
        "sources": {"projects": {"file": "Заявки 2025 №20241.xlsx", "constants": {"year": "2025", "title": "с 2024"}}},
        "surveys": {
            "residents_survey": {
                "population": {"ru": "жители # 2024 года", "en": "people of 2024-01-01"},
                "frame_n": 12,
                "field_from": dt.date(2025, 10, 5),
            }
        },
    }
    assert lines[0] == "# Programme year 2025"
    assert "starts_on: 2025-01-01  # confirm / подтвердите (было / was 2024-01-01)" in lines
    assert (
        "application_deadline: 2025-02-28  # confirm / подтвердите (было / was 2024-02-29); support before it counts"
        in lines
    )
    assert "  max_grant: 1000  # confirm / подтвердите; roubles" in lines
    assert "sources:                            # files in data/raw/2025" in lines
    assert '  # scores: {file: "Баллы 2025.xlsx"}' in lines
    assert "# the end" in lines
    assert [one.text for one in unconfirmed(told)] == [
        "starts_on: 2025-01-01",
        "application_deadline: 2025-02-28",
        'territory_date: "2025-12-31"',
        "max_grant: 1000",
        "frame_n: 12",
        "field_from: 2025-10-05",
    ]
    assert [one.text for one in naming_years(told, 2024)] == [
        'projects: {file: "Заявки 2025 №20241.xlsx", constants: {year: "2025", title: "с 2024"}}',
        'population: {ru: "жители # 2024 года", en: people of 2024-01-01}',
    ]


def test_a_mark_is_renewed_not_doubled() -> None:
    twice = carried_year(carried_year(YEAR, 2024, 2025), 2025, 2026)
    assert "starts_on: 2026-01-01  # confirm / подтвердите (было / was 2025-01-01)" in twice.split("\n")
    assert (
        "application_deadline: 2026-02-28  # confirm / подтвердите (было / was 2025-02-28); support before it counts"
        in twice
    )
    assert twice.count("Carried over from") == 1


def test_the_demonstration_is_carried_over(tmp_path: Path) -> None:
    old = ROOT / "config" / "years" / "2025.yml"
    told = carried_year(old.read_text(encoding="utf-8"), 2025, 2026)
    (tmp_path / "2026.yml").write_text(told, encoding="utf-8")
    new, before = read_year(tmp_path / "2026.yml"), read_year(old)
    assert (new.year, new.territory_date) == (2026, dt.date(2026, 12, 31))
    assert new.rules == before.rules
    assert set(new.sources) == set(before.sources)
    plan = carried_plan((ROOT / "config" / "plan" / "2025.yml").read_text(encoding="utf-8"), 2025, 2026)
    (tmp_path / "plan.yml").write_text(plan, encoding="utf-8")
    carried = read_plan(tmp_path / "plan.yml")
    assert carried.year == 2026
    assert carried.models == read_plan(ROOT / "config" / "plan" / "2025.yml").models
    assert "declared_on" in unconfirmed(plan)[0].text


def test_departures_stay_with_the_old_plan() -> None:
    plan = (
        "year: 2024\ndeclared_on: 2024-01-20\ndeviations:\n  - date: 2024-05-01\n    what: {ru: а, en: a}\n"
        "    why: {ru: б, en: b}\n\n# draws\nrobustness:\n  seed: 2000\n  bootstrap_draws: 1999\n"
        "  placebo_years: [2020]\n"
    )
    told = carried_plan(plan, 2024, 2025)
    assert yaml.safe_load(told) == {
        "year": 2025,
        "declared_on": dt.date(2025, 1, 20),
        "robustness": {"seed": 2000, "bootstrap_draws": 1999, "placebo_years": [2020]},
    }
    assert "# draws\nrobustness:" in told
    assert [one.text for one in unconfirmed(told)] == ["declared_on: 2025-01-20", "placebo_years: [2020]"]


def test_a_value_over_several_lines_keeps_its_words() -> None:
    text = 'year: 2024\nstarts_on: 2024-01-01\nsurveys: {a: {field_from: 2024-05-01, mode: "one\n  two"}}\n'
    told = carried_year(text, 2024, 2025)
    assert yaml.safe_load(told)["surveys"]["a"] == {"field_from": dt.date(2025, 5, 1), "mode": "one two"}
    assert len(unconfirmed(told)) == 2


def test_the_last_year_is_raised_and_nothing_else() -> None:
    text = "id: x  # last_year: 1\nfirst_year: 2020\nlast_year:   2024   # the last\nnote: |\n  last_year: 9\n"
    assert raised_last_year(text, 2025) == text.replace("2024", "2025")
    with pytest.raises(InputProblem, match="last_year"):
        raised_last_year("id: x\n", 2025)


WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cf", "Zl", "Zp")), max_size=20)
DAYS = st.dates(dt.date(1990, 1, 1), dt.date(2090, 12, 31))


@given(
    title=WORDS, comment=WORDS, file=WORDS, day=DAYS, style=st.sampled_from([None, '"', "'", "|", ">"]),
    flow=st.booleans(),
)  # fmt: skip
def test_whatever_stands_in_a_file_only_the_dates_move(
    title: str, comment: str, file: str, day: dt.date, style: str | None, flow: bool
) -> None:
    data = {
        "year": 2024,
        "starts_on": day,
        "sources": {"projects": {"file": file}},
        "surveys": {"a": {"population": {"ru": title, "en": f"# confirm {day}"}, "field_to": day}},
    }
    body = yaml.safe_dump(data, allow_unicode=True, default_style=None, default_flow_style=flow, sort_keys=False)
    if style in ("|", ">") and not flow:
        body = body + f"words: {style}\n  2024-01-01 # confirm\n"
    text = f"# {comment}\n{body}"
    told = carried_year(text, 2024, 2025)
    found = yaml.safe_load(told)
    assert found["starts_on"] == found["surveys"]["a"]["field_to"] == moved_day(day, 1)
    assert found["surveys"]["a"]["population"] == data["surveys"]["a"]["population"]  # type: ignore[index]
    assert found["sources"]["projects"]["file"] == moved_name(file, 2024, 2025)
    assert found.get("words") == yaml.safe_load(text).get("words")
    assert unconfirmed(told)


@given(WORDS, WORDS)
def test_a_mark_changes_no_value(first: str, second: str) -> None:
    text = yaml.safe_dump({"a": first, "b": {"c": second}}, allow_unicode=True)
    lines = {one.line: "" for one in scalars(text)}
    assert yaml.safe_load(marked(text, lines)) == yaml.safe_load(text)
