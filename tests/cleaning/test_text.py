"""Text as it is stored, marks of missing data, and texts spoilt by a wrong encoding."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.cleaning.markers import is_blank, is_marker, missing_reason
from evaluation.cleaning.mojibake import is_mojibake, unspoil
from evaluation.cleaning.parsed import MISSING_RULES, Parsed
from evaluation.cleaning.quantities import parse_number
from evaluation.cleaning.text import fold, tidy
from evaluation.cleaning.values import parse_text


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("Школа № 5", Parsed("Школа № 5")),
        ("Дом ½ ㎡", Parsed("Дом ½ ㎡")),
        ("  два\u00a0 слова\n", Parsed("два слова", "text_trimmed")),
        ("бла\u00adго\u200bустрой\ufeffство", Parsed("благоустройство", "text_trimmed")),
        ("дом\x07 культуры\x00", Parsed("дом культуры", "text_trimmed")),
        ("\u202bдом\u202c", Parsed("дом", "text_trimmed")),
        ("и\u0306", Parsed("й", "text_trimmed")),
        ("и\u200b\u0306", Parsed("й", "text_trimmed")),
        ("первая_x000D_\nвторая", Parsed("первая вторая", "text_trimmed")),
        ("отказ", Parsed("отказ")),
        ("не знаю", Parsed("не знаю")),
        ("н/д", Parsed(None, "missing_marker")),
        ("#REF!", Parsed(None, "excel_error")),
        (5.0, Parsed("5")),
        (0.1 + 0.2, Parsed("0.3")),
        (pd.Timestamp("2025-02-01"), Parsed("2025-02-01", "date_in_text")),
        (np.int64(7), Parsed("7")),
        ("дом � культуры", Parsed(None, "mojibake")),
        ("дом \ud800", Parsed(None, "mojibake")),
    ],
)
def test_text_for_storage(raw: Any, expected: Parsed) -> None:
    assert parse_text(raw) == expected


@given(st.text())
def test_stored_text_is_composed_visible_and_final(text: str) -> None:
    stored = tidy(text)
    assert tidy(stored) == stored
    assert unicodedata.is_normalized("NFC", stored)
    assert not any(unicodedata.category(sign) == "Cc" for sign in stored)
    assert tidy(f"\u00a0{text}\n") == stored


@given(st.text())
def test_a_key_for_comparing_is_final(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert fold(f" {text}\u200b") == fold(text)


# ---- missing data ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "blank"), (" \u00a0\u200b", "blank"), ("-", "marker"), ("—", "marker"), ("− − −", "marker"),
        ("...", "marker"), ("…", "marker"), ("***", "marker"), ("н/д", "marker"), ("Н/Д", "marker"), ("х", "marker"),
        ("нет данных", "marker"), ("Не указано.", "marker"), ("N/A", "marker"), ("brak danych", "marker"),
        ("Отказ", "refused"), ("отказ от ответа", "refused"), ("Затрудняюсь ответить", "dont_know"),
        ("не знаю", "dont_know"), ("don't know", "dont_know"), ("вопрос не задавался", "not_asked"),
        ("Не применимо", "skip"), ("н/п", "skip"), ("скрыто", "suppressed"), ("[скрыто]", "suppressed"),
        ("нет", None), ("0", None), ("дом", None), ("-5", None), ("x5", None),
    ],
)  # fmt: skip
def test_reasons_of_missing_values(text: str, reason: str | None) -> None:
    assert missing_reason(text) == reason
    assert is_marker(text) == (reason == "marker")


@pytest.mark.parametrize(
    "raw", [None, float("nan"), np.nan, np.float32("nan"), pd.NA, pd.NaT, "", " \u200b\n", "\ufeff"]
)
def test_every_kind_of_nothing_is_blank(raw: Any) -> None:
    assert is_blank(raw) and parse_text(raw) == Parsed() and parse_number(raw) == Parsed()


def test_a_parsed_cell_tells_why_it_has_no_value() -> None:
    cells = (None, "н/д", "отказ", "не знаю", "не спрашивали", "неприменимо", "скрыто", "дом", "12 34", 5)
    reasons = [
        "blank", "marker", "refused", "dont_know", "not_asked", "skip", "suppressed", "invalid", "invalid", None,
    ]  # fmt: skip
    assert [parse_number(cell).missing for cell in cells] == reasons
    assert {"marker", "refused", "dont_know", "not_asked", "skip", "suppressed"} == set(MISSING_RULES.values())


# ---- wrong encodings ----------------------------------------------------------------------------------------------

PLACES = [
    "Ремонт дороги по улице Ленина", "Освещение", "Дом культуры с. Сосновка", "Муниципальное образование", "Шушенское",
    "Дороги", "Спорт", "Средства края",
]  # fmt: skip
PAIRS = [
    ("utf-8", "cp1251"), ("utf-8", "cp1252"), ("utf-8", "latin-1"), ("utf-8", "cp866"), ("utf-8", "koi8-r"),
    ("utf-8", "mac-cyrillic"), ("cp1251", "latin-1"), ("cp1251", "cp1252"), ("cp1251", "cp866"), ("cp866", "cp1251"),
    ("cp866", "latin-1"), ("cp866", "koi8-r"), ("koi8-r", "cp1251"), ("koi8-r", "latin-1"), ("koi8-r", "cp866"),
]  # fmt: skip


def misread(text: str, written: str, read: str) -> str:
    """The text as a program shows it that takes ``written`` bytes for ``read``; undefined bytes stay as they are."""
    signs = []
    for byte in text.encode(written):
        try:
            signs.append(bytes([byte]).decode(read))
        except UnicodeDecodeError:
            signs.append(chr(byte))
    return "".join(signs)


@pytest.mark.parametrize(("written", "read"), PAIRS)
def test_spoilt_texts_are_known_with_what_they_were(written: str, read: str) -> None:
    for text in PLACES:
        spoilt = misread(text, written, read)
        assert is_mojibake(spoilt) and unspoil(spoilt) == text, (text, spoilt)
        assert parse_text(spoilt) == Parsed(None, "mojibake", text)


@pytest.mark.parametrize(
    "text",
    [
        *PLACES, "ТОС «Рассвет»", "с. Сосновка", "РСО", "С.С. Иванов, Р.Р. Петров", "рЕМОНТ ДОРОГИ", "МБУК СДК",
        "Площадь 25 м², +5 °С", "Śródmieście", "Été à Zürich", "ŁÓDŹ", "Қазақстан", "ЂУРЂЕВДАН",
        "Київ, вулиця Шевченка",
        "№ 5 — «Заря»", "ПМИ-2024", "100 ₽", "Ёлка", "ДК", "½", "Ð", "✓", "🏫 школа", "東京", "Ўзбекистон", "кПа",
        "ООО «НПО»",
    ],
)  # fmt: skip
def test_sound_texts_are_left_alone(text: str) -> None:
    assert not is_mojibake(text)


def test_a_spoilt_part_is_put_right_within_a_sound_text() -> None:
    spoilt = f"(«{misread('Муни', 'utf-8', 'cp1251')}»)"
    assert unspoil(spoilt) == "(«Муни»)"
    assert unspoil("ÓÄÊ") == "УДК", "letters of the Latin alphabet with accents and none without"


@given(st.text(alphabet="абвгдежзийклмнопрстуфхцчшщыьэюя АБВГДЕЖЗ0123456789.,-«»№", max_size=40))
def test_a_repair_of_utf8_is_exact_or_not_offered(text: str) -> None:
    spoilt = misread(text, "utf-8", "cp1251")
    if re.search("[а-яА-Я]{2}", text):
        assert unspoil(spoilt) == text
