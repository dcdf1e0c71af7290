"""Categories, marks of attendance, lists in one cell: declared values, and nothing guessed."""

from __future__ import annotations

from typing import Any

import pytest
from cleaning_helpers import codebook
from hypothesis import given
from hypothesis import strategies as st

from evaluation.cleaning.choices import Choices, Several
from evaluation.cleaning.parsed import Parsed
from evaluation.cleaning.survey.cells import parse_several

TOPICS = Choices(
    {
        "roads": "roads", "Дороги": "roads", "Дороги, тротуары и мосты": "roads", "sport": "sport", "Спорт": "sport",
        "lighting": "lighting", "Освещение": "lighting", "Освещение улиц; фонари": "lighting", "other": "other",
        "Другое": "other",
    }
)  # fmt: skip


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("+", "present"), ("1", "present"), (1, "present"), (1.0, "present"), ("v", "present"), ("V", "present"),
        ("да", "present"), ("Да", "present"), ("✓", "present"), ("✔\ufe0f", "present"), ("√", "present"),
        ("х", "present"), ("онлайн", "present"), (" + ", "present"), ("1.0", "present"), (True, "present"),
        ("-", "absent"), ("−", "absent"), ("–", "absent"), ("—", "absent"), ("0", "absent"), (0, "absent"),
        ("н", "absent"), ("Н", "absent"), ("нет", "absent"), ("0,0", "absent"), (False, "absent"),
        ("0,5", "partial"), (0.5, "partial"), ("½", "partial"), ("+/-", "partial"), ("?", "unknown"), ("??", "unknown"),
    ],
)  # fmt: skip
def test_marks_of_attendance(raw: Any, expected: str) -> None:
    marks = Choices(codebook().choice_aliases("attendance_status"))
    assert marks.parse(raw).value == expected


@pytest.mark.parametrize("raw", ["++?", "возможно", "2", 2, "+ потом -", "10"])
def test_marks_that_are_not_declared_are_not_understood(raw: Any) -> None:
    marks = Choices(codebook().choice_aliases("attendance_status"))
    assert marks.parse(raw)[:2] == (None, "category_unknown")


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("Дороги", Parsed("roads")),
        ("ДОРОГИ", Parsed("roads", "category_normalised")),
        ("дороги.", Parsed("roads", "category_normalised")),
        ("«Дороги»", Parsed("roads", "category_normalised")),
        ("Доpоги", Parsed("roads", "category_normalised")),  # a Latin p
        ("До\u00adроги", Parsed("roads", "category_normalised")),
        ("Другоё", Parsed("other", "category_normalised")),
        ("Дороге", Parsed(None, "category_unknown", "roads")),
        ("Кладбище", Parsed(None, "category_unknown")),
        ("н/д", Parsed(None, "missing_marker")),
        ("Отказ", Parsed(None, "missing_refused")),
        ("не знаю", Parsed(None, "missing_dont_know")),
        ("Не применимо", Parsed(None, "missing_skip")),
        ("#Н/Д", Parsed(None, "excel_error")),
        ("", Parsed()),
        (float("nan"), Parsed()),
        ("тЕНПОФ", Parsed(None, "mojibake", "Ремонт")),
    ],
)
def test_one_value(raw: Any, expected: Parsed) -> None:
    assert TOPICS.parse(raw) == expected


def test_a_spelling_of_two_values_is_none() -> None:
    twofold = Choices({"Дом": "house", "дом.": "club", "Сад": "garden"})
    assert twofold.parse("ДОМ").value is None
    assert twofold.parse("Дом") == Parsed("house"), "as it is declared it has one meaning"


def test_no_list_of_the_codebook_declares_one_spelling_for_two_values() -> None:
    book = codebook()
    for name in set(book.choices["list"]) - {"rule"}:
        spellings = book.choice_aliases(name)
        choices = Choices(spellings)
        for spelling, code in spellings.items():
            assert choices.parse(f" {spelling} ").value == code, (name, spelling)


@pytest.mark.parametrize(
    ("raw", "codes", "unknown"),
    [
        ("Дороги, Спорт", ("roads", "sport"), ()),
        ("Дороги, тротуары и мосты, Спорт", ("roads", "sport"), ()),
        ("Освещение улиц; фонари; Спорт", ("lighting", "sport"), ()),
        ("Освещение; Дороги", ("lighting", "roads"), ()),
        ("спорт\nДороги", ("sport", "roads"), ()),
        ("Спорт и дороги", ("sport", "roads"), ()),
        ("Спорт/Дороги.", ("sport", "roads"), ()),
        ("• Спорт • Дороги", ("sport", "roads"), ()),
        ("sport roads", ("sport", "roads"), ()),
        ("Спорт, Спорт", ("sport",), ()),
        ("Спорт, пруд", ("sport",), ("пруд",)),
        ("пруд; Спорт; парк, сад", ("sport",), ("пруд", "парк", "сад")),
        ("пруд", (), ("пруд",)),
    ],
)
def test_several_values_of_one_cell(raw: str, codes: tuple[str, ...], unknown: tuple[str, ...]) -> None:
    assert TOPICS.split(raw) == Several(codes, unknown)
    assert parse_several(raw, TOPICS) == (list(codes), list(unknown)), "a survey's answers are read in the same way"


def test_several_values_and_what_was_done_to_read_them() -> None:
    assert TOPICS.parse_several("sport roads") == Parsed(("sport", "roads"))
    assert TOPICS.parse_several("Спорт") == Parsed(("sport",))
    assert TOPICS.parse_several("Спорт; Дороги") == Parsed(("sport", "roads"), "category_normalised")
    assert TOPICS.parse_several("Спорт; пруд") == Parsed(("sport",), "several_part_unknown", "пруд")
    assert TOPICS.parse_several("пруд").rule == "category_unknown"
    assert TOPICS.parse_several("—") == Parsed(None, "missing_marker")
    assert TOPICS.parse_several(None) == Parsed()


LABELS = {
    "Дороги, тротуары": "a",
    "Дороги": "b",
    "тротуары": "c",
    "Вода; колодцы, насосы": "d",
    "Вода": "e",
    "клуб": "f",
}


@given(
    st.lists(st.sampled_from(["Дороги, тротуары", "Вода; колодцы, насосы", "клуб"]), min_size=1, unique=True),
    st.sampled_from([", ", "; ", "\n", " | "]),
)
def test_labels_with_separators_inside_are_told_apart(labels: list[str], separator: str) -> None:
    choices = Choices(LABELS)
    assert choices.split(separator.join(labels)) == Several(tuple(LABELS[label] for label in labels), ())
