"""Codes of OKTMO: control digits against published ones, repairs of damaged codes."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.territory.oktmo import ZERO_REGIONS, CodeReading, control_digit, normalise, read_code, upper_unit
from evaluation.territory.registry import read_registry

ROOT = Path(__file__).resolve().parents[2]
UNITS = ROOT / "config" / "territory" / "units.csv"


@pytest.mark.parametrize(
    ("code", "digit"),
    # worked by hand: 45000000: 4*1+5*2 = 14, 14 mod 11 = 3; 04601000: 4*2+6*3+1*5 = 31, 31 mod 11 = 9 (published: 9);
    # 02000000: 2*2 = 4; 90000001: 9*1+1*8 = 17, 6; 00000070: 7*7 = 49, 5;
    # 00000010: 1*7 = 7; 05000000: 5*2 = 10 -> weights from 3: 5*4 = 20, 9; 00400600: 12+36 = 48 -> 4
    # 10000100: 1+6 = 7; 04701000: 8+21+5 = 34, 1
    [
        ("45000000", "3"), ("04601000", "9"), ("02000000", "4"), ("90000001", "6"), ("00000070", "5"),
        ("00000010", "7"), ("05000000", "9"), ("00400600", "4"), ("10000100", "7"), ("04701000", "1"),
    ],
)  # fmt: skip
def test_control_digits(code: str, digit: str) -> None:
    assert control_digit(code) == digit


def test_the_third_rule_gives_zero_when_both_sums_leave_ten() -> None:
    codes = [f"{number:08d}" for number in range(20_000)]
    twice_ten = [code for code in codes if _sum(code, 1) == 10 and _sum(code, 3) == 10]
    assert twice_ten and all(control_digit(code) == "0" for code in twice_ten)


def _sum(code: str, first: int) -> int:
    weights = [*range(1, 11), *range(1, 11), *range(1, 11)]
    return sum(weights[first - 1 + place] * int(digit) for place, digit in enumerate(code)) % 11


def test_eleven_digits_use_weights_from_one_again() -> None:
    # 04701000001: 4*2 + 7*3 + 1*5 + 1*1 = 35, 35 mod 11 = 2: the eleventh digit has weight 1
    assert control_digit("04701000001") == "2"
    # 13 digits: the thirteenth has weight 3; shifted weights wrap in the same way: 10*1 -> 3
    assert control_digit("0000000000001") == "3"


@pytest.mark.parametrize("code", ["", "0460100A", "٠٤٦٠١٠٠٠", "04 601"])
def test_a_control_digit_of_no_code_is_an_error(code: str) -> None:
    with pytest.raises(ValueError, match="not a code"):
        control_digit(code)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("04601000", ("04601000", None)),
        ("4601000", ("04601000", "oktmo_lost_zero")),
        ("4601000.0", ("04601000", "oktmo_lost_zero")),
        ("4601000,00", ("04601000", "oktmo_lost_zero")),
        ("04 601 000", ("04601000", "oktmo_spaces")),
        ("04\u00a0601\u00a0000", ("04601000", "oktmo_spaces")),
        ("'04601000", ("04601000", "oktmo_spaces")),
        (" 04601000", ("04601000", "oktmo_spaces")),
        ("45601000.0", ("45601000", "oktmo_spaces")),
        ("04.601.000", ("04601000", "oktmo_spaces")),
        ("04601000;", ("04601000", "oktmo_spaces")),
        ("ОКТМО: 04 601 000", ("04601000", "oktmo_spaces")),
        ("04\u2011601\u2011000", ("04601000", "oktmo_spaces")),
        ("04-701-000-000", ("04701000", "oktmo_11_to_8")),
        ("79-701-000-000", ("79701000", "oktmo_11_to_8")),
        # worked above: 04701000 has 1, so that 8 is wrong; 04601000 has 9
        ("04701000 8", ("04701000", "oktmo_control_digit_wrong")),
        ("04701000-8", ("04701000", "oktmo_control_digit_wrong")),
        ("04701000-1", ("04701000", "oktmo_control_digit")),
        ("04701000 – 1", ("04701000", "oktmo_control_digit")),
        ("4701000-1", ("04701000", "oktmo_control_digit")),
        ("4701000-8", (None, "oktmo_unreadable")),
        ("04701000001-2", ("04701000", "oktmo_control_digit")),
        ("04-601-000-000", ("04601000", "oktmo_11_to_8")),
        ("04701000001", ("04701000", "oktmo_11_to_8")),
        ("4701000001", ("04701000", "oktmo_11_to_8")),
        ("04601000(9)", ("04601000", "oktmo_control_digit")),
        ("04 601 000 9", ("04601000", "oktmo_control_digit")),
        ("46010009", ("04601000", "oktmo_control_digit")),
        ("04601000 8", ("04601000", "oktmo_control_digit_wrong")),
        ("047010000012", ("04701000", "oktmo_control_digit")),
        ("4.601E+06", (None, "oktmo_scientific_lossy")),
        ("4,6E+06", (None, "oktmo_scientific_lossy")),
        ("4E+06", (None, "oktmo_scientific_lossy")),
        ("4,601Е+06", (None, "oktmo_scientific_lossy")),
        ("4,6010000E+06", ("04601000", "oktmo_scientific")),
        ("4.601000001E+06", (None, "oktmo_scientific_lossy")),
        ("4,601000E+06", ("04601000", "oktmo_scientific")),
        ("4.601000E6", ("04601000", "oktmo_scientific")),
        ("5601000", ("05601000", "oktmo_lost_zero")),
        ("нет", (None, "oktmo_unreadable")),
        ("0460100", (None, "oktmo_unreadable")),
        ("2601000", (None, "oktmo_unreadable")),
        ("6701000001", (None, "oktmo_unreadable")),
        ("4601000.5", (None, "oktmo_unreadable")),
        ("04601000, 04604000", (None, "oktmo_unreadable")),
        ("04601000 04604000", (None, "oktmo_unreadable")),
        ("046", (None, "oktmo_unreadable")),
        ("", (None, None)),
        ("  ", (None, None)),
    ],
)
def test_repairs_without_a_region(text: str, expected: tuple[str | None, str | None]) -> None:
    region = "04" if text in ("46010009",) else None
    assert normalise(text, region) == expected


def test_the_region_decides_about_lost_zeros() -> None:
    assert normalise("4601000", "04") == ("04601000", "oktmo_lost_zero")
    assert normalise("5601000", "04") == (None, "oktmo_unreadable")
    assert normalise("0460100", "04") == (None, "oktmo_unreadable")
    assert normalise("45000000", "04") == ("45000000", None), "a readable code of another region stays as it is"


@given(st.text(max_size=30))
def test_any_text_is_answered_and_nothing_is_taken_silently(text: str) -> None:
    code, rule = normalise(text, "04")
    if code is not None:
        assert len(code) == 8 and code.isascii() and code.isdigit()
        assert rule is not None or code == text
    elif text.strip().strip("\u200b\u2060\ufeff'’`"):
        assert rule in {"oktmo_unreadable", "oktmo_scientific_lossy"}


@given(st.sampled_from(read_registry(UNITS)["unit_id"].unique().tolist()), st.sampled_from(" \u00a0-–"))
def test_every_damage_of_a_registered_code_is_repaired(code: str, gap: str) -> None:
    spellings = (
        code, code.lstrip("0"), gap.join((code[:2], code[2:5], code[5:])), code + "000", (code + "000").lstrip("0"),
        f"{code}{gap}{control_digit(code)}", f"{code.lstrip('0')}{control_digit(code)}", f"{int(code)}.0",
        f"{int(code) / 10**6:.6f}E+06",
    )  # fmt: skip
    assert {normalise(text, "04")[0] for text in spellings} == {code}


def test_the_upper_unit_of_a_rural_settlement() -> None:
    assert upper_unit("04601404") == "04601000"


@pytest.mark.parametrize(
    ("text", "suggestion"),
    [("О4601000", "04601000"), ("046О1ООО", "04601000"), ("0460l000", "04601000"), ("O4 701 OOO", "04701000")],
)
def test_letters_that_look_like_digits_are_only_suggested(text: str, suggestion: str) -> None:
    assert read_code(text, "04") == CodeReading(None, "oktmo_unreadable", suggestion)


@pytest.mark.parametrize(
    ("cell", "code", "rule"),
    [
        (4601000, "04601000", "oktmo_lost_zero"), (4601000.0, "04601000", "oktmo_lost_zero"),
        (45601000, "45601000", None), (4701000001, "04701000", "oktmo_11_to_8"),
        (None, None, None), (float("nan"), None, None), (4601000.5, None, "oktmo_unreadable"),
        (True, None, "oktmo_unreadable"), (10**400, None, "oktmo_unreadable"), (float("inf"), None, "oktmo_unreadable"),
        (dt.date(2024, 1, 1), None, "oktmo_unreadable"),
    ],
)  # fmt: skip
def test_cells_that_are_no_text(cell: Any, code: str | None, rule: str | None) -> None:
    assert read_code(cell)[:2] == (code, rule)


def test_without_a_region_a_zero_is_restored_only_where_a_region_begins_with_it() -> None:
    for first in "123456789":
        restored = normalise(f"{first}601000")[0]
        assert restored == (f"0{first}601000" if f"0{first}" in ZERO_REGIONS else None)


@given(
    st.one_of(
        st.text(max_size=40), st.integers(), st.floats(), st.booleans(), st.none(), st.decimals(), st.dates(),
        st.datetimes(), st.times(), st.timedeltas(), st.text(alphabet="0123456789 .,-–eE+()'О", max_size=16),
    ),
    st.sampled_from([None, "04", "45"]),
)  # fmt: skip
def test_no_cell_makes_the_reader_fail(cell: Any, region: str | None) -> None:
    reading = read_code(cell, region)
    if reading.code is None:
        text: Any = cell.strip().strip("\u200b\u2060\ufeff'’`") if isinstance(cell, str) else cell
        assert (text is None or text == "" or repr(text) == "nan") == (reading.rule is None)
    else:
        assert reading.code.isascii() and reading.code.isdigit() and len(reading.code) == 8
        assert reading.rule is not None or cell == reading.code or cell == int(reading.code)
        assert read_code(reading.code) == CodeReading(reading.code), "reading again changes nothing"
        if isinstance(cell, str):
            assert read_code(f"\u00a0{cell} \n", region).code == reading.code
