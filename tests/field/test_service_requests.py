"""The request log by hand: what counts as answered, how long answers take, who never asks, rates and shares."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from evaluation.contracts import TABLES, check
from evaluation.field.services.requests import (
    answer_waits,
    busiest_month,
    is_answered,
    request_indicators,
    silent_units,
)
from evaluation.field.services.waiting_times import quantile, waiting_curve
from evaluation.indicators.intervals import poisson_bounds, wilson_interval

LAST = pd.Timestamp("2025-12-31")
UNITS = pd.DataFrame(
    {
        "unit_id": ["1", "2", "3"], "name": ["А", "Б", "В"], "type": ["city_okrug", "city_okrug", "municipal_okrug"],
        "region": None, "population": [20_000.0, 10_000.0, np.nan],
    }
)  # fmt: skip


def log(**columns: list[object]) -> pd.DataFrame:
    size = len(columns["received_on"])
    defaults: dict[str, object] = {
        "request_id": [f"2025-S{k}" for k in range(size)], "year": 2025, "unit_id": None, "topic": None, "kind": None,
        "channel": None, "answered": None, "answered_on": None,
    }  # fmt: skip
    frame = pd.DataFrame({**defaults, **columns})
    frame["answered"] = frame["answered"].astype("boolean")
    for name in ("received_on", "answered_on"):
        frame[name] = pd.to_datetime(frame[name])
    return frame


REQUESTS = log(
    received_on=["2025-03-01", "2025-03-05", "2025-03-09", "2025-12-21", "2025-05-01"],
    answered_on=["2025-03-01", "2025-03-15", "2025-03-29", None, None],
    answered=[True, True, False, False, None],
    unit_id=["1", "1", "2", "1", "9"],
    topic=["legal", "legal", "finance", "legal", None],
)


def test_a_day_of_answer_settles_it_then_the_mark_and_no_mark_is_unknown() -> None:
    assert is_answered(REQUESTS).tolist() == [True, True, True, False, pd.NA]
    unmarked = log(received_on=["2025-03-01", "2025-03-02"], answered_on=["2025-03-04", None])
    assert is_answered(unmarked).tolist() == [True, False]


def test_waits_are_censored_not_left_out() -> None:
    found = answer_waits(REQUESTS, LAST)
    assert found.days.tolist() == [0, 10, 20, 10] and found.done.tolist() == [True, True, True, False]
    assert found.untold == 1
    curve = waiting_curve(found)
    # four waiting: one answered at once, one of three on day 10, where one more is lost from sight, the last on day 20
    assert curve["survival"].tolist() == pytest.approx([3 / 4, 3 / 4 * 2 / 3, 0])
    assert quantile(curve, 0.5)[0] == 10
    assert quantile(curve, 0.9)[0] == 20
    assert all(np.isnan(quantile(waiting_curve(answer_waits(REQUESTS.iloc[3:4], LAST)), 0.5)))


def test_an_answer_before_the_request_is_no_wait() -> None:
    early = log(received_on=["2025-03-05"], answered_on=["2025-03-01"])
    assert (answer_waits(early, LAST).n, answer_waits(early, LAST).untold) == (0, 1)
    assert waiting_curve(answer_waits(early, LAST)).empty
    after = log(received_on=["2025-12-30"], answered_on=["2026-01-05"])
    assert answer_waits(after, LAST).done.tolist() == [False]  # on the last day seen it was still open


def test_indicators_by_hand() -> None:
    found = request_indicators(REQUESTS, UNITS, 2025, LAST, ["legal", "strategy", "finance"])
    check(found, TABLES["service_indicators"])
    rows = found.set_index(["indicator", "grouping", "member"]).sort_index()
    assert rows.loc[("requests", "topic")]["value"].to_dict() == {
        "legal": 3, "strategy": 0, "finance": 1, "not_stated": 1,
    }  # fmt: skip
    assert rows.loc[("requests", "unit")]["value"].to_dict() == {"1": 3, "2": 1, "3": 0, "not_stated": 1}
    rate = rows.loc["requests_per_10000", "unit", "1"]
    assert (rate["value"], rate["n"]) == (pytest.approx(1.5), 3)
    assert rate["low"] == pytest.approx(float(poisson_bounds(3)[0]) / 2)
    # unit 3 has no published residents, unit 9 is not in force: neither enters the rate of all
    assert rows.loc["requests_per_10000", "all", "all"]["value"] == pytest.approx(4 / 30_000 * 10_000)
    assert rows.loc["requests_per_unit", "type", "city_okrug"]["value"] == 2
    silent = rows.loc["silent_units_share", "all", "all"]
    assert (silent["value"], silent["n"], silent["note"]) == (pytest.approx(1 / 3), 3, "census")
    assert np.isnan(silent["low"])
    unanswered = rows.loc["unanswered_share", "all", "all"]
    assert (unanswered["numerator"], unanswered["n"], unanswered["clusters"]) == (1, 4, 2)
    assert (unanswered["low"], unanswered["high"]) == pytest.approx(wilson_interval(1, 4))
    assert rows.loc["answer_days_median", "all", "all"]["value"] == 10
    assert rows.loc["answer_days_90", "topic", "not_stated"]["note"] == "not_reached"


def test_silent_units_and_the_busiest_month() -> None:
    assert silent_units(REQUESTS, UNITS)["unit_id"].tolist() == ["3"]
    assert busiest_month(REQUESTS) == (3, 3)
    assert busiest_month(REQUESTS.iloc[:0]) == (None, 0)


def test_no_log_is_not_a_log_without_requests() -> None:
    assert request_indicators(REQUESTS.iloc[:0], UNITS, 2025, LAST).empty
