"""Empty forms, filled in by their rules, are read back without a remark and give exactly what was entered."""

from __future__ import annotations

import datetime as dt
import io
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from cleaning_helpers import KEY, NO_ALIASES, NO_DECISIONS, clean, codebook, krasnoyarsk, plain_registry
from filled_forms import YEAR, a_year, units
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from evaluation.cleaning.context import Cleaned, Context, empty_table
from evaluation.cleaning.registers import clean_register
from evaluation.cleaning.values import parse_text
from evaluation.cleaning.workbook import read_received
from evaluation.privacy.personal import find_personal
from evaluation.privacy.pseudonyms import pseudonym
from evaluation.report.templates import template
from evaluation.settings import LANGUAGES, Language, Text
from evaluation.tables import FORMS, INSTRUCTION_SHEET, LIST_SHEET, REGISTERS, TABLES, Column
from evaluation.territory.registry import in_force

CURRENCY = Text(ru="руб.", en="RUB")
PROVENANCE = ("source", "source_sheet", "source_row")
# the form's column where it is not called as the table's
ENTERED_AS = {
    "project_id": "project_number", "event_id": "event_number", "exchange_id": "exchange_number",
    "consultation_id": "consultation_number", "unit_id": "unit_name", "host_unit_id": "host_unit_name",
    "recipient_unit_id": "recipient_unit_name", "addressee_unit_id": "addressee_unit_name",
    "origin_unit_id": "origin_unit_name", "place_unit_id": "place_unit_name",
}  # fmt: skip


@cache
def empty_form(source: str, language: Language) -> bytes:
    return template(source, codebook(), units(), language, CURRENCY)


def shown(source: str, column: Column, value: Any, language: Language) -> Any:
    """A value as a person enters it, worked out from the codebook and the registry alone."""
    if value is None or value != value:
        return None
    form = FORMS[source]
    if column.name in form.units:
        known = units().set_index("unit_id")["name"]
        return known[value]
    if column.kind == "category":
        return codebook().choice_labels(codebook().list_of(source, column.name), language)[value]
    if column.kind == "flag":
        return codebook().choice_labels("yes_no", language)["yes" if value else "no"]
    if column.kind == "date":
        return pd.Timestamp(value).to_pydatetime()
    return value


def fill_by_hand(path: Path, source: str, rows: pd.DataFrame, language: Language) -> Path:
    """Fill the empty form as a person would: type into the cells below the header and save."""
    book = load_workbook(io.BytesIO(empty_form(source, language)))
    sheet = book.worksheets[0]
    for at, row in enumerate(rows.to_dict("records"), start=2):
        for position, column in enumerate(FORMS[source].columns, start=1):
            sheet.cell(row=at, column=position).value = shown(source, column, row[column.name], language)
    book.save(path)
    return path


def read_back(folder: Path, year: dict[str, pd.DataFrame], by_hand: bool, language: Language) -> Cleaned:
    files = {}
    for source, rows in year.items():
        path = folder / f"{source}.xlsx"
        if by_hand:
            fill_by_hand(path, source, rows, language)
        else:
            path.write_bytes(template(source, codebook(), units(), language, CURRENCY, rows))
        files[source] = path
    return clean(files, YEAR, krasnoyarsk(), region_code="04")


def expected_key(row: dict[str, Any]) -> Any:
    if row["person_key"] is not None:
        return row["person_key"]
    digits = "".join(sign for sign in row["phone"] if sign.isdigit())[1:]
    return pseudonym("phone", digits, KEY)


def assert_entered(table: pd.DataFrame, name: str, rows: pd.DataFrame) -> None:
    """Every column of the table that the form has holds what was entered, in the order in which it was."""
    assert len(table) == len(rows), name
    compared = 0
    for column in TABLES[name].columns:
        entered = column.name if column.name in rows else ENTERED_AS.get(column.name, column.name)
        if column.name in PROVENANCE or entered not in rows:
            continue
        values = rows[entered].tolist()
        if column.name == "person_key":
            values = [expected_key(row) for row in rows.to_dict("records")]
        compared += 1
        for ours, value in zip(table[column.name].tolist(), values, strict=True):
            if value is None or value != value:
                assert pd.isna(ours), f"{name}.{column.name}: {ours} instead of nothing"
            elif isinstance(value, float):
                assert ours == pytest.approx(value, abs=1e-9), f"{name}.{column.name}"
            else:
                assert ours == value, f"{name}.{column.name}"
    assert compared >= 2


BY_HAND, BY_PROGRAM = ("ru", True, 3), ("en", False, 6)


@pytest.fixture(scope="module", params=[BY_HAND, BY_PROGRAM])
def entered(request: Any, tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, pd.DataFrame], Cleaned]:
    language, by_hand, seed = request.param
    year = a_year(seed)
    return year, read_back(tmp_path_factory.mktemp("forms"), year, by_hand, language)


def test_every_form_is_read_back_without_a_remark(entered: tuple[dict[str, pd.DataFrame], Cleaned]) -> None:
    year, cleaned = entered
    assert set(year) == set(FORMS)
    columns = ["source", "sheet", "cell", "field", "rule", "raw", "suggestion"]
    assert cleaned.issues.empty, cleaned.issues[columns].to_string()
    assert (cleaned.row_ledger.loc[cleaned.row_ledger["row_class"] == "data", "fate"] == "kept").all()


@pytest.mark.parametrize("name", [*REGISTERS, "projects", "support_events", "consultations", "trial_households",
                                  "attendance"])  # fmt: skip
def test_tables_hold_what_was_entered(entered: tuple[dict[str, pd.DataFrame], Cleaned], name: str) -> None:
    year, cleaned = entered
    assert_entered(cleaned.tables[name], name, year[name])


def test_wide_columns_become_rows(entered: tuple[dict[str, pd.DataFrame], Cleaned]) -> None:
    year, cleaned = entered
    funding = cleaned.tables["project_funding"].set_index(["project_id", "funding_source", "stage"])["amount"]
    rows = year["projects"]
    for (project, source, stage), amount in funding.items():
        told = rows.loc[rows["project_number"] == project, f"{stage}_{source}"].item()
        assert amount == pytest.approx(told, abs=1e-6)
    assert len(funding) == 5 * len(rows) + int(rows["cost_actual"].notna().sum()) * 5
    points = cleaned.tables["scores"].pivot(index="project_id", columns="criterion", values="points")
    wide = year["scores"].set_index("project_number")
    for criterion in points:
        assert points[criterion].tolist() == wide[f"points_{criterion}"].tolist()
    people = year["territories"].set_index("name")["population"]
    ours = cleaned.tables["territories"].set_index("unit_id")["population"]
    assert ours.astype(int).to_dict() == people.to_dict()


def test_exchange_keeps_invited_and_attended_apart(entered: tuple[dict[str, pd.DataFrame], Cleaned]) -> None:
    year, cleaned = entered
    rows = year["exchange_events"].dropna(subset=["role"])
    ours = cleaned.tables["exchange_participation"].set_index("unit_id")
    assert ours["persons"].to_dict() == dict(zip(rows["unit_name"], rows["persons"], strict=True))
    assert ours.loc[ours["role"] == "guest", "invited"].tolist() == [5]
    assert ours.loc[ours["role"] == "host", "invited"].isna().all()
    assert cleaned.tables["exchange_events"]["exchange_id"].tolist() == [f"{YEAR}-X1", f"{YEAR}-X2"]


def test_the_same_person_has_the_same_key_at_an_event_and_in_a_team(
    entered: tuple[dict[str, pd.DataFrame], Cleaned],
) -> None:
    _, cleaned = entered
    attended, members = cleaned.tables["attendance"], cleaned.tables["team_members"]
    assert len(set(attended["person_key"]) & set(members["person_key"])) == 2
    text = " ".join(frame.to_csv() for frame in (*cleaned.tables.values(), cleaned.issues))
    assert "Приходько" not in text and "Ключевая" not in text and "example.org" not in text


@pytest.mark.parametrize(
    "entered", [BY_PROGRAM, pytest.param(BY_HAND, marks=pytest.mark.slow)], indirect=True, ids=["entered1", "entered0"]
)
def test_writing_what_was_read_is_the_identity(
    entered: tuple[dict[str, pd.DataFrame], Cleaned], tmp_path: Path
) -> None:
    year, cleaned = entered
    again = {name: year[name] for name in ("projects", "support_events", "exchange_events")}
    for name in REGISTERS:
        table = cleaned.tables[name]
        # columns stand under the form's names, except where the form asks for the table's own
        table = table.rename(columns={k: v for k, v in ENTERED_AS.items() if k not in FORMS[name].names})
        frame = pd.DataFrame({column: table.get(column) for column in FORMS[name].names}, index=table.index)
        again[name] = frame.astype(object).where(frame.notna(), None)
    second = read_back(tmp_path, again, False, "ru")
    assert second.issues[second.issues["source"].isin(REGISTERS)].empty
    for name in REGISTERS:
        columns = [column for column in TABLES[name].names if column not in PROVENANCE]
        pd.testing.assert_frame_equal(second.tables[name][columns], cleaned.tables[name][columns])


# ---- random rows --------------------------------------------------------------------------------------------


def is_plain(text: str) -> bool:
    parsed = parse_text(text)
    return parsed.value == text and parsed.rule is None and not find_personal(text, names=True)


SIGNS = "абвгдежзиклмнопрстуфхцчшыьэюяАБВГДЕЖЗ ABCabc0123456789.,-()«»№%"
WORDS = st.text(SIGNS, min_size=3, max_size=40).filter(is_plain)
DAYS = st.dates(dt.date(YEAR, 1, 1), dt.date(YEAR, 12, 31)).map(pd.Timestamp)


def cells(source: str, column: Column) -> st.SearchStrategy[Any]:
    low, high = column.low, column.high
    by_kind: dict[str, Any] = {
        "text": WORDS,
        "code": st.none(),
        "integer": st.integers(int(low or 0), int(high or 10**7)),
        "number": st.decimals(low if low is not None else -(10**7), high if high is not None else 10**7, places=3)
        .map(float),
        "date": DAYS,
        "flag": st.booleans(),
        "category": st.sampled_from(codebook().allowed(source, column.name) or ["-"]),
    }  # fmt: skip
    strategy = (
        st.sampled_from(units()["unit_id"].tolist()) if column.name in FORMS[source].units else (by_kind[column.kind])
    )
    return strategy if column.required else st.none() | strategy


KEYS = {
    "document_reviews": "review_id", "publications": "publication_id", "recommendations": "recommendation_id",
    "teams": "team_id",
}  # fmt: skip


def context() -> Context:
    return Context(YEAR, krasnoyarsk(), NO_ALIASES, NO_DECISIONS, codebook(), KEY, dt.date(YEAR, 12, 31), "04")


@pytest.mark.parametrize("source", KEYS)
@settings(
    max_examples=3,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.generate],  # shrinking would read thousands of workbooks
)
@given(data=st.data())
def test_any_valid_rows_come_back(tmp_path: Path, source: str, data: st.DataObject) -> None:
    columns = {column.name: cells(source, column) for column in FORMS[source].columns}
    numbers = data.draw(st.lists(st.integers(0, 9999), min_size=1, max_size=6, unique=True))
    columns[KEYS[source]] = st.just(None)
    rows = pd.DataFrame(
        [data.draw(st.fixed_dictionaries(columns)) for _ in numbers], columns=list(columns), dtype=object
    )
    rows[KEYS[source]] = [f"{YEAR}-N{number:04d}" for number in numbers]
    path = fill_by_hand(tmp_path / "form.xlsx", source, rows, data.draw(st.sampled_from(LANGUAGES)))
    part = clean_register(read_received(path, source), context(), {name: empty_table(name) for name in TABLES})
    assert not part.issues, [(issue.cell, issue.rule, issue.raw) for issue in part.issues]
    assert_entered(part.tables[source], source, rows)


# ---- other registries, our own sheets ---------------------------------------------------------------------------


def test_units_with_equal_names_are_entered_by_code(tmp_path: Path) -> None:
    registry = plain_registry(tmp_path, {"A-1": "Берёзовка", "B-1": "Берёзовка", "C-1": "Ключи"})
    rows = pd.DataFrame({"team_id": ["01", "02"], "unit_name": ["B-1", "C-1"], "project_number": [None, None],
                         "formed_on": [None, None], "ended_on": [None, None]}, dtype=object)  # fmt: skip
    in_year = in_force(registry, dt.date(YEAR, 12, 31))
    path = tmp_path / "teams.xlsx"
    path.write_bytes(template("teams", codebook(), in_year, "ru", CURRENCY, rows))
    cleaned = clean({"teams": path}, YEAR, registry)
    assert cleaned.tables["teams"]["unit_id"].tolist() == ["B-1", "C-1"]
    assert cleaned.tables["teams"]["team_id"].tolist() == ["01", "02"]
    assert cleaned.issues[cleaned.issues["source"] == "teams"].empty


def test_only_our_own_hidden_sheets_pass_without_a_remark(tmp_path: Path) -> None:
    rows = a_year(1)["teams"]
    path = fill_by_hand(tmp_path / "teams.xlsx", "teams", rows, "ru")
    book = load_workbook(path)
    assert book[LIST_SHEET].sheet_state == "hidden"
    book[LIST_SHEET]["A1"] = "somebody's own list"
    book[INSTRUCTION_SHEET]["A1"] = "somebody's own notes"
    book.save(path)
    cleaned = clean({"teams": path}, YEAR, krasnoyarsk(), region_code="04")
    found = cleaned.issues[cleaned.issues["source"] == "teams"]
    assert {"hidden_sheet", "informational_sheet"} <= set(found["rule"])


def test_an_empty_form_is_an_empty_table(tmp_path: Path) -> None:
    path = tmp_path / "publications.xlsx"
    path.write_bytes(empty_form("publications", "ru"))
    cleaned = clean({"publications": path}, YEAR, krasnoyarsk(), region_code="04")
    assert cleaned.tables["publications"].empty
    assert cleaned.issues[cleaned.issues["source"] == "publications"].empty


def test_a_typed_code_keeps_its_zeros(tmp_path: Path) -> None:
    book = load_workbook(io.BytesIO(empty_form("projects", "ru")))
    sheet = book.worksheets[0]
    names = list(FORMS["projects"].names)
    assert sheet.column_dimensions[openpyxl.utils.get_column_letter(names.index("place_code") + 1)].number_format == "@"
    for name, value in {"project_number": "007", "unit_name": units()["name"].iloc[0], "place_code": "04601401101",
                        "status": "Подана"}.items():  # fmt: skip
        sheet.cell(row=2, column=names.index(name) + 1).value = value
    path = tmp_path / "projects.xlsx"
    book.save(path)
    project = clean({"projects": path}, YEAR, krasnoyarsk(), region_code="04").tables["projects"].iloc[0]
    assert (project["project_id"], project["place_code"], project["status"]) == ("2025-007", "04601401101", "submitted")
