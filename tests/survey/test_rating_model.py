"""The ordered logit of ratings against two other programs, known truth, and what it refuses."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from statsmodels.miscmodels.ordinal_model import OrderedModel

from evaluation.effects.ordinal import fit_ordered_logit
from evaluation.effects.regressors import Regressors
from evaluation.settings import InputProblem
from evaluation.survey.rating_model import MODEL_COLUMNS, rating_odds


def simulated(events: int, seed: int, effect: float = 0.8) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Answers, responses and events; ``hours`` raises the log odds of a higher rating by ``effect``."""
    rng = np.random.default_rng(seed)
    table = pd.DataFrame(
        {
            "event_id": [f"e{n:02}" for n in range(events)],
            "hours": rng.normal(size=events),
            "mode": rng.choice(["online", "on_site"], events),
        }
    )
    rows = table.loc[np.repeat(np.arange(events), 30)].reset_index(drop=True)
    shared = np.repeat(0.4 * rng.normal(size=events), 30)
    latent = effect * rows["hours"] + shared + rng.logistic(size=len(rows))
    rating = np.searchsorted([-3.0, -1.5, 0.0, 2.0], latent) + 1.0
    ids = [f"r{n}" for n in range(len(rows))]
    responses = pd.DataFrame({"response_id": ids, "event_id": rows["event_id"]})
    answers = pd.DataFrame({"response_id": ids, "item": "useful", "value": rating, "missing": None})
    return answers, responses, table


def test_agrees_with_two_other_programs() -> None:
    answers, responses, events = simulated(40, seed=1)
    found = rating_odds(answers, responses, events, ["hours", "mode"], "useful")
    assert list(found.columns) == MODEL_COLUMNS
    assert found["feature"].tolist() == ["hours", "mode=online"]
    rows = responses.merge(events)
    matrix = np.column_stack([rows["hours"], rows["mode"] == "online"]).astype(float)
    codes = pd.factorize(rows["event_id"])[0]
    other = OrderedModel(answers["value"].astype(int), matrix, distr="logit").fit(method="bfgs", disp=False)
    assert found["log_odds"].to_numpy() == pytest.approx(np.asarray(other.params)[:2], abs=1e-3)
    ours = fit_ordered_logit(answers["value"].to_numpy(), Regressors(["hours", "online"], matrix, []), codes)
    crv1 = ours.estimate.table("crv1").loc[["hours", "online"]]
    assert found["log_odds"].to_numpy() == pytest.approx(crv1["estimate"].to_numpy(), abs=1e-6)
    assert found["se"].to_numpy() == pytest.approx(crv1["se"].to_numpy(), rel=0.02)  # small-sample factors differ
    assert found["odds_ratio"].to_numpy() == pytest.approx(np.exp(found["log_odds"].to_numpy()))


def test_interval_counts_events_not_people() -> None:
    covered = 0
    for seed in range(30):
        row = rating_odds(*simulated(40, seed), ["hours"], "useful").iloc[0]
        # the shared part of an event draws the odds of a single person's model a little towards zero
        covered += row["low"] <= 0.8 / np.sqrt(1 + 0.346 * 0.4**2) <= row["high"]
    assert covered >= 25


def test_reversed_item_turns_the_sign() -> None:
    data = simulated(30, seed=3)
    plain = rating_odds(*data, ["hours"], "useful").loc[0, "log_odds"]
    assert rating_odds(*data, ["hours"], "useful", reversed_item=True).loc[0, "log_odds"] == pytest.approx(-plain)


def test_too_few_events_and_ratings_that_never_vary_are_said() -> None:
    few = rating_odds(*simulated(4, seed=1), ["hours"], "useful")
    assert few["note"].tolist() == ["too_few_events"]
    assert few["log_odds"].isna().all()
    answers, responses, events = simulated(12, seed=1)
    alike = rating_odds(answers.assign(value=5.0), responses, events, ["hours"], "useful")
    assert alike["note"].tolist() == ["cannot_be_estimated"]
    split = answers.merge(responses).merge(events)
    told = answers.assign(value=np.where(split["hours"] > 0, 5.0, 4.0))
    assert rating_odds(told, responses, events, ["hours"], "useful")["note"].tolist() == ["cannot_be_estimated"]


def test_ratings_without_event_are_counted_and_unknown_features_refused() -> None:
    answers, responses, events = simulated(12, seed=2)
    responses.loc[:4, "event_id"] = None
    found = rating_odds(answers, responses, events, ["hours"], "useful")
    assert found.loc[0, "dropped"] == 5
    assert found.loc[0, "ratings"] == 12 * 30 - 5
    with pytest.raises(InputProblem, match="lacks the features: trainer"):
        rating_odds(answers, responses, events, ["trainer"], "useful")
