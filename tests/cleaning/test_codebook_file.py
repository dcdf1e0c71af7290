"""The project's codebook covers every table, and every list that the code relies on."""

from __future__ import annotations

import pytest
from cleaning_helpers import codebook

from evaluation.cleaning.attendance import PRESENT
from evaluation.cleaning.headers import header_aliases, header_key
from evaluation.cleaning.projects import CHANNELS, FUNDED, SOURCES, STAGES
from evaluation.cleaning.rules import RULES
from evaluation.cleaning.scores import CRITERIA
from evaluation.cleaning.values import Choices
from evaluation.ledger import FATES, ROW_CLASSES
from evaluation.tables import FORMS, SOURCE_TABLES, TABLES

CODEBOOK = codebook()


@pytest.mark.parametrize("name", TABLES)
def test_every_column_has_labels_and_every_category_a_list(name: str) -> None:
    for column in TABLES[name].columns:
        for language in ("ru", "en"):
            label = CODEBOOK.label(name, column.name, language)
            assert label != column.name, f"{name}.{column.name} has no label in {language}"
        assert any("а" <= letter <= "я" for letter in CODEBOOK.label(name, column.name, "ru").casefold()), column.name
        if column.kind == "category":
            assert CODEBOOK.allowed(name, column.name), f"{name}.{column.name} has no list"


def test_every_list_that_is_named_exists() -> None:
    named = set(CODEBOOK.variables["list"]) - {""}
    assert named <= set(CODEBOOK.choices["list"])
    assert not CODEBOOK.choices.duplicated(["list", "code"]).any()
    assert not (CODEBOOK.choices[["label_ru", "label_en"]] == "").any().any()


def test_lists_hold_what_the_code_uses() -> None:
    def codes(name: str) -> list[str]:
        return list(CODEBOOK.choice_labels(name, "ru"))

    assert set(codes("rule")) == set(RULES)
    assert codes("row_class") == list(ROW_CLASSES) and codes("fate") == list(FATES)
    assert codes("funding_source") == list(SOURCES) and codes("funding_stage") == list(STAGES)
    assert codes("channel") == list(CHANNELS) and codes("criterion") == list(CRITERIA)
    assert set(codes("project_status")) >= FUNDED and set(codes("attendance_status")) >= PRESENT
    assert {severity for severity, _ in RULES.values()} <= set(codes("severity"))
    assert {action for _, action in RULES.values()} <= set(codes("action"))


@pytest.mark.parametrize("name", sorted(set(CODEBOOK.choices["list"]) - {"consultation_topic"}))
def test_no_spelling_stands_for_two_codes(name: str) -> None:
    rows = CODEBOOK.choices[CODEBOOK.choices["list"] == name]
    seen: dict[str, str] = {}
    for row in rows.itertuples():
        for spelling in {row.code, row.label_ru, row.label_en, *str(row.aliases).split("|")} - {""}:
            assert Choices({spelling: row.code}).parse(spelling).value == row.code
            assert seen.setdefault(spelling.casefold(), row.code) == row.code, f"{name}: {spelling}"


@pytest.mark.parametrize("source", FORMS)
def test_every_column_of_a_form_has_a_header_of_its_own(source: str) -> None:
    own = set(CODEBOOK.variables.loc[CODEBOOK.variables["table"] == source, "variable"])
    assert set(FORMS[source].names) <= own
    for column in FORMS[source].columns:
        if column.kind == "category":
            assert CODEBOOK.allowed(source, column.name), f"{source}.{column.name} has no list"


@pytest.mark.parametrize("table", SOURCE_TABLES)
def test_no_header_stands_for_two_variables(table: str) -> None:
    seen: dict[str, str] = {}
    for variable, texts in CODEBOOK.aliases(table).items():
        for text in texts:
            if ">" not in text:
                key = header_key(text)[0]
                assert seen.setdefault(key, variable) == variable, f"{table}: {text} is {seen[key]} and {variable}"


def test_personal_columns_are_marked() -> None:
    marked = CODEBOOK.variables[CODEBOOK.variables["sensitivity"] == "personal"]
    pairs = set(zip(marked["table"], marked["variable"], strict=True))
    assert pairs >= {
        ("attendance", "person_name"),
        ("attendance", "phone"),
        ("attendance", "email"),
        ("attendance", "position"),
        ("projects", "contact"),
        ("consultations", "topic"),
        ("consultations", "consultant"),
        ("team_members", "person_name"),
        ("team_members", "phone"),
        ("team_members", "position"),
        ("teams", "contact"),
        ("publications", "author"),
        ("recommendations", "responsible"),
    }


def test_levels_of_a_header_have_many_spellings() -> None:
    aliases = header_aliases(CODEBOOK, "projects")
    assert aliases.find(["Стоимость проекта, тыс. руб.", "краевой бюджет"]) == "planned_regional"
    assert aliases.find(["ФАКТИЧЕСКИЕ РАСХОДЫ", "Средства населения"]) == "paid_residents"
    assert aliases.find(["Сведения о проекте", "Наименование проекта"]) == "title"
    assert aliases.find(["Неизвестно", "всего"]) is None
