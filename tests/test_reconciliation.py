"""Which remarks close the gap between two totals: cases by hand, and the search against plain enumeration."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from evaluation.reconciliation import (
    Cause,
    Explanation,
    amount_text,
    coded,
    explain_gap,
    gather,
    hundredths,
    in_words,
)

REPEATED = Cause("duplicate_row", "counted", 3, 4_200_000_00)
ASIDE = Cause("key_missing", "left_out", 2, -150_000_50)
EMPTIED = Cause("sum_of_sources", "counted", 1, 12_000_000_00)
CAUSES = [REPEATED, ASIDE, EMPTIED]


def test_one_remark_closes_the_gap_to_the_kopeck() -> None:
    assert explain_gap(4_200_000_00, CAUSES) == (Explanation((REPEATED,), 0),)
    assert explain_gap(4_200_000_01, CAUSES) == (), "a kopeck more is not explained"


def test_two_remarks_together_close_it() -> None:
    assert explain_gap(4_200_000_00 - 150_000_50, CAUSES) == (Explanation((REPEATED, ASIDE), 0),)
    assert explain_gap(sum(cause.amount for cause in CAUSES), CAUSES) == (), "three together are no explanation"


def test_one_is_preferred_to_two_and_every_one_that_fits_is_named() -> None:
    same = Cause("hidden_row", "left_out", 1, 4_200_000_00)
    half = [Cause("a", "counted", 1, 2_100_000_00), Cause("b", "counted", 1, 2_100_000_00)]
    found = explain_gap(4_200_000_00, [*half, REPEATED, same])
    assert [explanation.causes for explanation in found] == [(REPEATED,), (same,)]


def test_one_rule_dealt_with_in_two_ways_at_once_explains_nothing() -> None:
    both = [Cause("negative", "counted", 1, 100), Cause("negative", "as_suggested", 1, 200)]
    assert explain_gap(300, both) == ()


def test_rounding_of_the_other_total() -> None:
    million = 1_000_000_00
    assert explain_gap(40_000_000, CAUSES, tolerance=million // 2) == (), "less than the rounding is no gap"
    found = explain_gap(4_300_000_00, CAUSES, tolerance=million // 2)
    assert found == (Explanation((REPEATED,), 100_000_00),)
    small = Cause("duplicate_row", "counted", 1, 400_000_00)
    assert explain_gap(700_000_00, [small], tolerance=million // 2) == (), "a cause below the rounding proves nothing"


def test_the_best_comes_first() -> None:
    near, far = Cause("a", "counted", 1, 990), Cause("b", "counted", 1, 970)
    assert [found.remainder for found in explain_gap(1000, [far, near], tolerance=40)] == [10, 30]


amounts = st.integers(-30, 30)


@given(amounts, st.lists(amounts, max_size=6), st.integers(0, 3))
def test_the_search_finds_what_plain_enumeration_finds(gap: int, values: list[int], tolerance: int) -> None:
    causes = [Cause(f"rule{place}", "counted", 1, value) for place, value in enumerate(values)]
    found = {tuple(cause.rule for cause in explanation.causes) for explanation in explain_gap(gap, causes, tolerance)}
    expected: set[tuple[str, ...]] = set()
    if abs(gap) > tolerance:
        for size in (1, 2):
            chosen = [
                pair
                for pair in combinations([place for place, value in enumerate(values) if abs(value) > tolerance], size)
                if abs(gap - sum(values[place] for place in pair)) <= tolerance
            ]
            if chosen:
                expected = {tuple(f"rule{place}" for place in pair) for pair in chosen}
                break
    assert found == expected


def test_gathering_and_hundredths() -> None:
    parts = [("b", "counted", 5), ("a", "left_out", -1), ("b", "counted", 7), ("b", "left_out", -5)]
    assert gather(parts) == [  # type: ignore[arg-type]
        Cause("a", "left_out", 1, -1),
        Cause("b", "counted", 2, 12),
        Cause("b", "left_out", 1, -5),
    ]
    assert [hundredths(value) for value in (0.29, 1.1, 4_200_000.57, -0.07, 971)] == [29, 110, 420000057, -7, 97100]


def test_words_in_both_languages() -> None:
    text = coded([Explanation((REPEATED, ASIDE), 0), Explanation((EMPTIED,), 0)])
    assert text == (
        "duplicate_row:counted:3:+4200000.00 & key_missing:left_out:2:-150000.50"
        " | sum_of_sources:counted:1:+12000000.00"
    )
    labels = {"duplicate_row": "Повтор строки", "key_missing": "Нет номера", "sum_of_sources": "Сумма"}
    assert in_words(text, labels, "ru") == (
        "посчитать 3 × «Повтор строки» (+4\u00a0200\u00a0000) и не считать 2 × «Нет номера» (−150\u00a0000,50)"
        " или посчитать 1 × «Сумма» (+12\u00a0000\u00a0000)"
    )
    english = in_words(text, {"duplicate_row": "Repeated row"}, "en")
    assert english.startswith(
        "counting 3 × 'Repeated row' (+4,200,000) and leaving out 2 × 'key_missing' (-150,000.50)"
    )
    assert in_words(None, labels, "ru") == "" and in_words("<= 500", labels, "ru") == "<= 500"
    assert coded([]) is None
    assert amount_text(-1234.5, "en") == "-1,234.50" and amount_text(7, "ru") == "+7"
