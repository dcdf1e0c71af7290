"""Scales, ratings, changes and levels on the demonstration's questionnaires: contracts, and the truth behind them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest

from evaluation.codebook import read_codebook
from evaluation.contracts import TABLES, check
from evaluation.settings import RatingClaim
from evaluation.simulate import SimulatedProgramme, simulate_programme
from evaluation.simulate.questionnaires import QUESTIONNAIRES
from evaluation.survey import claims, kirkpatrick, pairs, ratings, scales, scoring
from evaluation.survey.rating_model import rating_odds

ROOT = Path(__file__).resolve().parents[2]
CODEBOOK = read_codebook(ROOT / "config")
RATED = ["useful", "clear", "applicable", "recommend", "overloaded"]


@pytest.fixture(scope="module")
def programme() -> SimulatedProgramme:
    read = [pd.read_csv(ROOT / f"config/territory/{name}.csv", dtype="str", keep_default_na=False)
            for name in ("units", "crosswalk")]  # fmt: skip
    return simulate_programme(*read, years=(2024,))


def wave(programme: SimulatedProgramme, name: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Answers and responses of one wave; people who answered again are left out, as a declared rule would."""
    tables, again = programme.tables, programme.truth.estimands["surveys"][name].get("answered_again", {})
    responses = tables["survey_responses"]
    responses = responses[(responses["wave_id"] == name) & ~responses["response_id"].isin(again)]
    answers = tables["survey_answers"]
    return answers[answers["response_id"].isin(responses["response_id"])], responses


def scale(name: str, instrument: str) -> scales.Scale:
    form = QUESTIONNAIRES[instrument]
    items = [item for item in form.items if item.scale_id == name]
    return scales.Scale(
        name,
        tuple(item.name for item in items),
        frozenset(item.name for item in items if item.reversed),
        {item.name: (1.0, 5.0) for item in items},
    )


def rated(programme: SimulatedProgramme) -> tuple[pd.DataFrame, pd.DataFrame]:
    answers, responses = wave(programme, "2024-participants")
    people = ratings.people_at_events(programme.tables["support_events"], programme.tables["attendance"])
    claim = RatingClaim(claim="C7", item="useful", threshold=0.5)
    return claims.rate_events(
        answers, responses, people, RATED, [claim], reversed_items=["overloaded"], declared_on=dt.date(2024, 1, 15)
    )


def test_scales_satisfy_their_contracts_and_their_loading(programme: SimulatedProgramme) -> None:
    answers, _ = wave(programme, "2024-participants")
    table, items = scales.describe_scales(answers, [scale("reaction", "participants")], "participants", draws=200)
    check(table, TABLES["survey_scales"], CODEBOOK)
    check(items, TABLES["survey_scale_items"], CODEBOOK)
    loading = programme.truth.estimands["surveys"]["2024-participants"]["item_loading"]
    spread = items["loading_ordinal"].std()
    assert items["loading_ordinal"].mean() == pytest.approx(loading, abs=0.1 + spread)
    assert items.set_index("item").loc["overloaded", "is_reversed"]
    assert (items["item_rest"] > 0).all()
    two, _ = scales.describe_scales(
        wave(programme, "2024-residents")[0], [scale("influence", "residents")], "residents"
    )
    check(two, TABLES["survey_scales"], CODEBOOK)
    assert "two_items" in two.loc[0, "note"]


def test_ratings_of_events_satisfy_their_contracts_and_count_who_came(programme: SimulatedProgramme) -> None:
    table, verdicts = rated(programme)
    check(table, TABLES["event_ratings"], CODEBOOK)
    check(verdicts, TABLES["rating_claims"], CODEBOOK)
    truth = programme.truth.estimands["surveys"]["2024-participants"]["events"]
    useful = table[table["item"] == "useful"].set_index("event_id")
    for event, facts in truth.items():
        assert useful.loc[event, "responses"] == facts["answered"]
        assert useful.loc[event, "attended"] == facts["present"]
    known = useful.dropna(subset=["mean_lowest"])
    assert (known["mean_lowest"] <= known["mean"]).all()
    assert (known["mean"] <= known["mean_highest"]).all()
    assert verdicts.loc[0, "events"] == len(useful)
    assert "declared_late" not in verdicts.loc[0, "note"]


def test_models_of_ratings_satisfy_their_contract(programme: SimulatedProgramme) -> None:
    answers, responses = wave(programme, "2024-participants")
    found = rating_odds(answers, responses, programme.tables["support_events"], ["hours"], "useful")
    check(found, TABLES["rating_odds"], CODEBOOK)


def test_gain_of_the_pairs_is_the_simulated_one_and_the_bounds_hold_everybodys(programme: SimulatedProgramme) -> None:
    answers, _ = wave(programme, "2024-participants")
    measured = pairs.pairs_of_items(answers, "test_before", "test_after", (0, 20))
    flow, changes = pairs.pair_flow(measured), pairs.change_table(measured)
    check(flow, TABLES["survey_pair_flow"], CODEBOOK)
    check(changes, TABLES["survey_changes"], CODEBOOK)
    truth = programme.truth.estimands["surveys"]["2024-participants"]
    values = changes.set_index("statistic")["value"]
    assert flow.set_index("stage").loc["matched", "n"] == truth["pairs"]
    assert values["mean_change"] == pytest.approx(truth["mean_gain_points_pairs"])
    # who gained most stays away from the second test: the pairs understate, the bounds hold the truth
    assert values["change_lowest"] <= truth["mean_gain_points_all"] <= values["change_highest"]


def test_levels_satisfy_their_contract_and_bounds_hold_the_truth(programme: SimulatedProgramme) -> None:
    answers, responses = wave(programme, "2024-participants")
    measured = pairs.pairs_of_items(answers, "test_before", "test_after", (0, 20))
    later, who = wave(programme, "2024-followup")
    truth = programme.truth.estimands["surveys"]["2024-followup"]
    done = kirkpatrick.behaviour(
        later, who, ["applied", "held_since", "told"], truth["invited"], programme.tables["support_events"]
    )
    for one in done:
        assert one.lowest <= truth["shares_of_invited"][f"{one.measure}=yes"] <= one.highest
    table = kirkpatrick.kirkpatrick(
        [
            kirkpatrick.reaction(rated(programme)[0], "useful"),
            kirkpatrick.learning(
                pairs.change_table(measured), pairs.pair_flow(measured), ["test_before", "test_after"], "participants"
            ),
            *done,
        ]
    )
    check(table, TABLES["kirkpatrick"], CODEBOOK)
    assert table["level"].tolist() == ["reaction", "learning", *["behaviour"] * 3, "results"]
    assert table.iloc[-1]["note"] == "not_measured"
    assert len(responses) == programme.truth.estimands["surveys"]["2024-participants"]["answered"]


def test_every_remark_and_statement_has_words() -> None:
    known = {name: set(CODEBOOK.choices.loc[CODEBOOK.choices["list"] == name, "code"]) for name in (
        "survey_remark", "pair_stage", "change_statistic", "kirkpatrick_level", "kirkpatrick_says",
        "kirkpatrick_cannot_say", "rating_verdict",
    )}  # fmt: skip
    remarks = {*scales.NOTES, *ratings.NOTES, *claims.NOTES, *pairs.NOTES, *kirkpatrick.NOTES, *scoring.NOTES}
    assert remarks | {"too_few_events", "few_events", "cannot_be_estimated"} <= known["survey_remark"]
    assert set(pairs.STAGES) == known["pair_stage"]
    assert set(pairs.STATISTICS) == known["change_statistic"]
    assert set(kirkpatrick.LEVELS) == known["kirkpatrick_level"]
    assert {says for says, _ in kirkpatrick.SAYS.values()} | {"nothing"} == known["kirkpatrick_says"]
    assert {cannot for _, cannot in kirkpatrick.SAYS.values()} == known["kirkpatrick_cannot_say"]
    assert known["rating_verdict"] == {"holds", "fails", "cannot_tell"}
