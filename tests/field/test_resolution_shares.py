"""Shares of clustered records and agreement of coders, against independent libraries and by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score
from statsmodels.stats.inter_rater import cohens_kappa

from evaluation.field.resolutions.shares import clustered_share, coder_agreement
from evaluation.survey.intervals import share_interval


def test_the_error_of_clusters_by_hand() -> None:
    """Groups of 2, 3 and 1: p = 1/2, residual sums 1, -1/2, -1/2; se^2 = 3/2 * 1.5 / 36."""
    hits = pd.Series([True, True, True, False, False, False])
    groups = pd.Series(["a", "a", "b", "b", "b", "c"])
    found = clustered_share(hits, groups)
    assert (found.value, found.n, found.clusters) == (0.5, 6, 3)
    assert (found.low, found.high) == pytest.approx(share_interval(0.5, np.sqrt(1.5 * 1.5 / 36), 2, 6))


def test_equal_groups_have_the_error_of_their_means() -> None:
    rng = np.random.default_rng(1)
    hits = pd.Series(rng.random(60) < 0.4)
    groups = pd.Series(np.repeat(np.arange(12), 5))
    means = hits.groupby(groups).mean()
    found = clustered_share(hits, groups)
    expected = share_interval(float(hits.mean()), float(means.std(ddof=1) / np.sqrt(12)), 11, 60)
    assert (found.low, found.high) == pytest.approx(expected)


def test_the_interval_covers_when_events_differ() -> None:
    rng = np.random.default_rng(5)
    covered = 0
    for _ in range(250):
        rates = rng.beta(2, 2, 20)
        hits = pd.Series((rng.random((20, 6)) < rates[:, None]).ravel())
        found = clustered_share(hits, pd.Series(np.repeat(np.arange(20), 6)))
        covered += found.low <= 0.5 <= found.high
    assert 0.92 <= covered / 250 <= 0.98


@pytest.mark.parametrize("hits", [[True] * 6, [False] * 6])
def test_all_or_none_still_has_an_interval_by_the_number_of_events(hits: list[bool]) -> None:
    found = clustered_share(pd.Series(hits), pd.Series(["a", "a", "b", "b", "c", "c"]))
    width = found.high - found.low
    more = clustered_share(pd.Series(hits * 2), pd.Series(["a", "a", "b", "b", "c", "c"] * 2))
    assert width > 0.3 and more.high - more.low == pytest.approx(width)


def test_one_event_tells_no_error_and_none_tells_nothing() -> None:
    one = clustered_share(pd.Series([True, False]), pd.Series(["a", "a"]))
    assert (one.value, one.low, one.clusters) == (0.5, None, 1)
    assert clustered_share(pd.Series(dtype=bool), pd.Series(dtype=object)).value is None
    alone = clustered_share(pd.Series([True, False]), pd.Series([None, None], dtype=object))
    assert alone.clusters == 2


def test_kappa_by_hand() -> None:
    """Twenty texts: 7 and 8 alike, 5 apart; po = 0.75, pe = 0.5."""
    first = pd.Series(["x"] * 7 + ["x"] * 3 + ["y"] * 2 + ["y"] * 8)
    second = pd.Series(["x"] * 7 + ["y"] * 3 + ["x"] * 2 + ["y"] * 8)
    found = coder_agreement(first, second)
    assert found.alike == 0.75
    assert found.kappa == pytest.approx((0.75 - 0.5) / 0.5)


@pytest.mark.filterwarnings("ignore:invalid value encountered:RuntimeWarning")  # theirs, at variances of zero
@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from("abcd")), min_size=2, max_size=60))
def test_kappa_and_its_error_are_those_of_other_libraries(pairs: list[tuple[str, str]]) -> None:
    first, second = (pd.Series(side) for side in zip(*pairs, strict=True))
    found = coder_agreement(first, second)
    codes = sorted(set(first) | set(second))
    if len(codes) == 1:
        assert found.kappa is None and found.alike == 1.0
        return
    assert found.kappa == pytest.approx(cohen_kappa_score(first, second), abs=1e-12)
    table = pd.crosstab(first, second).reindex(index=codes, columns=codes, fill_value=0).to_numpy()
    theirs = cohens_kappa(table)
    assert found.kappa == pytest.approx(theirs.kappa, abs=1e-12)
    half = 1.959963984540054 * np.sqrt(max(theirs.var_kappa, 0.0))
    assert found.low == pytest.approx(max(-1.0, theirs.kappa - half), abs=1e-7)
    assert found.high == pytest.approx(min(1.0, theirs.kappa + half), abs=1e-7)


def test_texts_coded_once_do_not_count() -> None:
    found = coder_agreement(pd.Series(["a", "b", None, "a"]), pd.Series(["a", "a", "b", None]))
    assert found.n == 2 and found.alike == 0.5
