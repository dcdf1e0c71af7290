"""Taylor errors of fixed weights equal those of an independent library to 1e-8."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from samples import clustered, svy_sample

from evaluation.survey.design import Design, make_design
from evaluation.survey.estimates import difference_of, mean_of, quantile_of, ratio_of, share_of, total_of
from evaluation.survey.regression import survey_glm
from evaluation.survey.replicates import balanced_halves, jackknife, mean_of_totals, weighted_totals

FRAME = clustered()
DESIGNS = {
    "alone": ({"wgt": "w"}, {"drawn": "srs"}),
    "strata": ({"wgt": "w", "stratum": "stratum"}, {"drawn": "stratified", "stratum": "stratum"}),
    "psus": ({"wgt": "w", "psu": "place"}, {"drawn": "cluster", "psu": "place"}),
    "strata and psus": (
        {"wgt": "w", "stratum": "stratum", "psu": "place"},
        {"drawn": "cluster", "stratum": "stratum", "psu": "psu"},
    ),
    "with fpc": (
        {"wgt": "w", "stratum": "stratum", "psu": "place", "pop_size": "fpc"},
        {"drawn": "cluster", "stratum": "stratum", "psu": "psu", "fpc": "fpc"},
    ),
}


def both(name: str, frame: pd.DataFrame = FRAME) -> tuple[Any, Design]:
    theirs, ours = DESIGNS[name]
    return svy_sample(frame, **theirs), make_design(frame, weights="w", **ours)


def same(ours: pd.DataFrame, theirs: Any) -> None:
    row = ours.iloc[0]
    assert row["value"] == pytest.approx(theirs.est, rel=1e-8)
    assert row["se"] == pytest.approx(theirs.se, rel=1e-8)
    assert [row["low"], row["high"]] == pytest.approx([theirs.lci, theirs.uci], rel=1e-8)
    assert row["df"] == theirs.df and row["n"] == theirs.n


@pytest.mark.parametrize("name", DESIGNS)
def test_means_totals_and_ratios(name: str) -> None:
    sample, design = both(name)
    y, x = FRAME["y"].to_numpy(), FRAME["x"].to_numpy()
    mean = sample.estimation.mean("y", deff="wr").estimates[0]
    same(mean_of(design, y), mean)
    assert mean_of(design, y).loc[0, "deff"] == pytest.approx(mean.deff, rel=1e-8)
    same(total_of(design, y), sample.estimation.total("y").estimates[0])
    same(ratio_of(design, y, x), sample.estimation.ratio("y", "x").estimates[0])
    same(quantile_of(design, y, 0.5), sample.estimation.median("y").estimates[0])


@pytest.mark.parametrize("name", DESIGNS)
def test_domains_keep_the_whole_design(name: str) -> None:
    sample, design = both(name)
    y = FRAME["y"].to_numpy()
    means = {one.by_level[0]: one for one in sample.estimation.mean("y", by="group").estimates}
    totals = {one.by_level[0]: one for one in sample.estimation.total("y", by="group").estimates}
    for group in "abc":
        inside = (FRAME["group"] == group).to_numpy()
        same(mean_of(design, y, inside), means[group])
        same(total_of(design, y, inside), totals[group])


@pytest.mark.parametrize("name", DESIGNS)
@pytest.mark.parametrize("kind", ["logit", "korn_graubard"])
def test_intervals_of_shares(name: str, kind: Any) -> None:
    sample, design = both(name)
    found = sample.estimation.prop("yes", ci_method=kind.replace("_", "-")).estimates
    same(share_of(design, FRAME["yes"].to_numpy(), interval=kind), next(one for one in found if one.y_level == 1.0))


def test_a_difference_of_groups_holds_their_covariance() -> None:
    """Regression of y on an indicator has the difference as its slope, and its error from the same linearisation."""
    _, design = both("strata and psus")
    two = FRAME["group"].isin(["a", "b"]).to_numpy()
    found = difference_of(design, FRAME["y"].to_numpy(), two & (FRAME["group"] == "b"), two & (FRAME["group"] == "a"))
    frame = FRAME.assign(b=(FRAME["group"] == "b").astype(float))
    slope = survey_glm(design, frame, "y", ["b"], domain=two).table.set_index("term").loc["b"]
    assert found.loc[0, "value"] == pytest.approx(slope["estimate"], rel=1e-10)
    assert found.loc[0, "se"] == pytest.approx(slope["se"], rel=1e-8)
    apart = [mean_of(design, FRAME["y"].to_numpy(), (FRAME["group"] == one).to_numpy()).loc[0, "se"] for one in "ab"]
    assert found.loc[0, "se"] != pytest.approx(np.hypot(*apart), rel=1e-3), "PSUs are shared: not the root of a sum"


def test_single_psus_centred_at_the_mean_of_all() -> None:
    frame = pd.concat([FRAME, FRAME.head(7).assign(stratum="alone", psu="00", place="alone00", w=40.0)])
    theirs, ours = DESIGNS["strata and psus"]
    design = make_design(frame, weights="w", single="centre", **ours)
    sample = svy_sample(frame, **theirs, singleton="center")
    y = frame["y"].to_numpy()
    same(mean_of(design, y), sample.estimation.mean("y").estimates[0])
    same(total_of(design, y), sample.estimation.total("y").estimates[0])
    design = make_design(frame, weights="w", single="certainty", **ours)
    sample = svy_sample(frame, **theirs, singleton="skip")
    assert mean_of(design, y).loc[0, "se"] == pytest.approx(sample.estimation.mean("y").estimates[0].se, rel=1e-8)


def test_jackknife_and_balanced_halves() -> None:
    sample, design = both("strata and psus")
    jack = sample.weighting.create_jk_wgts(rep_prefix="jk")
    theirs = jack.estimation.mean("y", method="replication", variance_center="estimate").estimates[0]
    ours = jackknife(design, weighted_totals(design, FRAME["y"].to_numpy()), mean_of_totals)
    assert ours.value == pytest.approx(theirs.est, rel=1e-10) and ours.se == pytest.approx(theirs.se, rel=1e-8)
    frame = FRAME[FRAME["i"] < 2].reset_index(drop=True)
    sample, design = both("strata and psus", frame)
    # with an orthogonal set of halves the variance of a total is Taylor's to the last digit
    halves = balanced_halves(design, weighted_totals(design, frame["y"].to_numpy()), lambda found: found[:, 1])
    assert halves.se == pytest.approx(sample.estimation.total("y").estimates[0].se, rel=1e-8)
