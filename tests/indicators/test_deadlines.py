"""Without a deadline a panel can be built only where there is no support that a deadline could divide."""

from __future__ import annotations

import datetime as dt

import pytest

from evaluation.contracts import TABLES
from evaluation.indicators.programme_years import SUPPORT, usable_deadlines
from evaluation.settings import InputProblem

GIVEN = {2025: dt.date(2025, 2, 14), 2024: None}


def test_without_support_the_last_days_of_the_years_stand_in() -> None:
    nothing = {name: TABLES[name].empty() for name in SUPPORT}
    expected = {2024: dt.date(2024, 12, 31), 2025: dt.date(2025, 12, 31)}
    assert usable_deadlines(nothing, GIVEN) == expected == usable_deadlines({}, GIVEN)
    assert list(usable_deadlines(nothing, GIVEN)) == [2024, 2025]


@pytest.mark.parametrize("name", SUPPORT)
def test_one_row_of_support_asks_for_every_deadline(name: str) -> None:
    tables = {other: TABLES[other].empty() for other in SUPPORT}
    tables[name] = tables[name].reindex([0])
    with pytest.raises(InputProblem, match=r"2024\.yml: the key 'application_deadline'"):
        usable_deadlines(tables, GIVEN)
    known = {2024: dt.date(2024, 2, 15), 2025: dt.date(2025, 2, 14)}
    assert usable_deadlines(tables, known) == known
