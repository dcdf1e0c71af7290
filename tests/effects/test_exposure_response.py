"""Own training and exposure together: truth recovered, contrasts by hand, reflection refused."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from exchange_world import world

from evaluation.effects.estimate import collect
from evaluation.effects.exchange.reflection import refuse_reflection
from evaluation.effects.exchange.response import CONTRASTS, mapped_effects, rows_of
from evaluation.settings import InputProblem, Model

Declare = Callable[..., Model]
EFFECTS = {"fixed_effects": ("unit_id", "year")}


@pytest.fixture
def response(declare: Declare) -> Callable[..., Model]:
    def make(outcome: str = "count", exposures: tuple[str, ...] = ("trained", "exposure"), **more: object) -> Model:
        values = {"family": "exposure_response", "offset": "population", **EFFECTS} | more
        return declare(outcome, exposures, **values)

    return make


def test_both_estimands_are_recovered(response: Callable[..., Model]) -> None:
    """Own training at fixed exposure, exposure at fixed own training: means over worlds near what was put in."""
    found = []
    for seed in range(25):
        one = world(seed, effect=0.15, own=0.3)
        frame = one.with_expected(one.redrawn(19, seed, rounds=3))
        found.append([row["estimate"] for row in rows_of(frame, response(), draws=9, seed=1)])
    means, errors = np.mean(found, axis=0), np.std(found, axis=0, ddof=1) / 5
    assert (np.abs(means - [0.3, 0.15]) < 4 * errors).all()
    assert (errors < 0.05).all()


def test_rows_equal_a_regression_with_indicators(response: Callable[..., Model]) -> None:
    one = world(2, 0.1)
    frame = one.with_expected(one.redrawn(9, 1, rounds=3))
    rows = rows_of(frame, response(name="r", is_main=True), draws=9, seed=1)
    plain = smf.poisson("count ~ trained + exposure + exposure_expected + C(unit_id) + C(year)", frame)
    fitted = plain.fit(disp=0, maxiter=200)
    for row in rows:
        assert row["estimate"] == pytest.approx(fitted.params[row["exposure"]], abs=1e-6)
        assert row["estimand"] == "log_rate_ratio"
        assert row["warning"] is None
    assert collect(rows).frame["is_main"].all()


def test_logarithm_is_fitted_by_least_squares(response: Callable[..., Model]) -> None:
    frame = world(2, 0.1).panel
    rows = rows_of(frame, response("log1p(count)", offset=None), draws=9, seed=1)
    plain = smf.ols("np.log1p(count) ~ trained + exposure + C(unit_id) + C(year)", frame).fit()
    assert rows[1]["estimate"] == pytest.approx(plain.params["exposure"])
    assert rows[1]["estimand"] == "mean_difference"


def test_without_expected_exposure_the_row_says_so(response: Callable[..., Model]) -> None:
    own, exposed = rows_of(world(2).panel, response(), draws=9, seed=1)
    assert own["warning"] is None
    assert exposed["warning"] == "exposure_not_recentred=exposure"


def test_mapping_contrasts_equal_a_saturated_regression(response: Callable[..., Model]) -> None:
    frame = world(5, 0.2).panel
    found = mapped_effects(frame, response("log1p(count)", offset=None)).set_index("contrast")
    assert list(found.index) == list(CONTRASTS)
    is_exposed = (frame["exposure"] > 0).astype(float)
    cells = frame.assign(e=is_exposed, both=is_exposed * frame["trained"])
    plain = smf.ols("np.log1p(count) ~ trained + e + both + C(unit_id) + C(year)", cells).fit()
    assert found.loc["own_when_not_exposed", "estimate"] == pytest.approx(plain.params["trained"])
    assert found.loc["own_when_exposed", "estimate"] == pytest.approx(plain.params["trained"] + plain.params["both"])
    assert found.loc["exposed_when_untrained", "estimate"] == pytest.approx(plain.params["e"])
    assert found.loc["exposed_when_trained", "estimate"] == pytest.approx(plain.params["e"] + plain.params["both"])
    counts = cells.groupby(["trained", "e"]).size()
    assert found.loc["own_when_exposed", "rows_compared"] == counts[1, 1] + counts[0, 1]
    assert (found["se"] > 0).all()


def test_mapping_names_an_empty_condition(response: Callable[..., Model]) -> None:
    frame = world(5).panel
    frame["exposure"] = np.where(frame["trained"] == 1, frame["exposure"] + 1, frame["exposure"])
    found = mapped_effects(frame, response()).set_index("contrast")
    assert found.loc["own_when_not_exposed", "warning"] == "condition_empty=own"
    assert np.isnan(found.loc["own_when_not_exposed", "estimate"])
    assert np.isfinite(found.loc["exposed_when_untrained", "estimate"])


def test_mapping_needs_a_yes_or_no(response: Callable[..., Model]) -> None:
    with pytest.raises(InputProblem, match="needs two exposures"):
        mapped_effects(world(5).panel, response(exposures=("exposure", "trained")))


# ---- reflection ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["peers_count", "exposure_count", "neighbours_mean_count", "count", "network_count_sum"]
)
def test_current_outcome_of_peers_is_refused_by_name(response: Callable[..., Model], name: str) -> None:
    frame = world(1).panel.assign(**{name: np.random.default_rng(0).random(len(world(1).panel))})
    for where in ({"exposures": ("trained", name)}, {"controls": (name,)}):
        with pytest.raises(InputProblem, match="outcome 'count' of the same year"):
            rows_of(frame, response(**where), draws=9, seed=1)


@pytest.mark.parametrize("name", ["peers_count_lagged", "exposure", "exposure_wins", "earlier_peers_count", "account"])
def test_earlier_peers_are_welcome(response: Callable[..., Model], name: str) -> None:
    frame = world(1).panel
    if name not in frame:
        frame = frame.assign(**{name: np.random.default_rng(0).random(len(frame))})
    refuse_reflection(frame, response(exposures=("trained", name)))


def test_current_outcome_of_others_is_refused_by_its_numbers(response: Callable[..., Model]) -> None:
    frame = world(1).panel
    by_year = frame.groupby("year")["count"]
    others = (by_year.transform("sum") - frame["count"]) / (by_year.transform("size") - 1)
    for hidden in (others, 3 * others + 1):
        with pytest.raises(InputProblem, match="'climate' is the outcome"):
            rows_of(frame.assign(climate=hidden), response(exposures=("trained", "climate")), draws=9, seed=1)


def test_current_outcome_over_the_ties_is_refused_by_its_numbers(response: Callable[..., Model]) -> None:
    frame = world(1).panel
    generator = np.random.default_rng(3)
    units, years = frame["unit_id"].unique(), frame["year"].unique()
    ties = pd.DataFrame(
        [(y, a, b, int(generator.integers(1, 4))) for y in years for a in units for b in generator.choice(units, 4)],
        columns=["year", "from_unit", "to_unit", "events"],
    )
    value = frame.set_index(["unit_id", "year"])["count"]
    weighted = ties.assign(v=[e * value[a, y] for y, a, _, e in ties.itertuples(index=False)])
    met = weighted.groupby(["to_unit", "year"])["v"].sum()
    climate = [met.get((u, y), 0.0) for u, y in zip(frame["unit_id"], frame["year"], strict=True)]
    model = response(exposures=("trained", "climate"))
    with pytest.raises(InputProblem, match="'climate' is the outcome"):
        refuse_reflection(frame.assign(climate=climate), model, ties)
    last = frame.assign(climate=pd.Series(climate).groupby(frame["unit_id"]).shift(1).fillna(0.0))
    refuse_reflection(last, model, ties)


# ---- bad input ----------------------------------------------------------------------------------------------


def test_bad_input_is_refused_in_words(response: Callable[..., Model]) -> None:
    frame = world(1).panel
    with pytest.raises(InputProblem, match="model 'm': the outcome 'y' is negative"):
        rows_of(frame, response("y"), draws=9, seed=1)
    with pytest.raises(InputProblem, match="zero in all rows"):
        rows_of(frame.assign(count=0.0), response(), draws=9, seed=1)
    with pytest.raises(InputProblem, match="no columns elsewhere"):
        rows_of(frame, response(exposures=("elsewhere",)), draws=9, seed=1)
    with pytest.raises(InputProblem, match="no row has all the values"):
        rows_of(frame.assign(exposure=np.nan), response(), draws=9, seed=1)


def test_exposure_without_variation_is_named(response: Callable[..., Model]) -> None:
    rows = rows_of(world(1).panel.assign(exposure=0.0), response(), draws=9, seed=1)
    assert "not_identified=exposure" in str(rows[1]["warning"])
    assert np.isnan(rows[1]["estimate"])
    assert np.isfinite(rows[0]["estimate"])
