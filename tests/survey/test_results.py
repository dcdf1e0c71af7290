"""All results of a year's questionnaires: counted by hand on small waves, and against the simulated truth."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from survey_waves import ATTENDANCE, EVENTS, NO_MARGINS, answers, form, responses, wave

from evaluation.cleaning.questionnaire.xlsform import Questionnaire, read_questionnaire
from evaluation.codebook import read_codebook
from evaluation.contracts import TABLES, check
from evaluation.display.survey.tables import estimates_exhibit, event_ratings_exhibit
from evaluation.settings import RatingClaim, Survey, Text
from evaluation.simulate import SimulatedProgramme, simulate_programme
from evaluation.simulate.surveys.yearly import population_margins
from evaluation.survey.results import (
    MADE,
    SurveyResults,
    forms_by_instrument,
    kinds_of,
    rated_by_instrument,
    survey_results,
)

ROOT = Path(__file__).resolve().parents[2]
CODEBOOK = read_codebook(ROOT / "config")
CLAIM = RatingClaim(claim="C7", item="useful", threshold=0.6)
# twelve people: nine ratings (one of them low), two who do not know, one blank
USEFUL = ["5", "5", "4", "4", "5", "4", "2", "5", "4", "dont_know", "dont_know", None]
GIVEN: Mapping[str, Sequence[str | None]] = {
    "place": ["town"] * 8 + ["village"] * 4,
    "useful": USEFUL,
    "clear": ["4", "5", "4", "3", "5", "4", "1", "5", "4", "3", "4", "4"],
    "dull": ["1", "1", "2", "2", "1", "2", "5", "1", "2", "3", "2", "2"],
    "likely": ["10", "9", "8", "7", "10", "9", "0", "10", "6", "8", "9", "10"],
    "applied": ["yes", "no"] * 6,
    "heard_at": ["town|"] * 3 + ["town|village"] * 3 + ["|"] * 6,
    "test_before": ["3", "4", "5", "6", "4", "5"] + [None] * 6,
    "test_after": ["5", "5", "7", "7", "6", "6"] + [None] * 6,
}


def results(design: str = "srs", given: Mapping[str, Sequence[str | None]] = GIVEN, **changes: object) -> SurveyResults:
    parts: dict[str, object] = {
        "waves": wave(design=design), "responses": responses(12), "answers": answers(given),
        "forms": {"participants": form()}, "margins": NO_MARGINS, "events": EVENTS, "attendance": ATTENDANCE,
        "claims": [CLAIM], "declared_on": dt.date(2025, 1, 1),
    }  # fmt: skip
    return survey_results(**{**parts, **changes})  # type: ignore[arg-type]


def value_of(made: SurveyResults, item: str, statistic: str, choice: str = "") -> pd.Series:
    table = made["survey_estimates"]
    rows = table[(table["item"] == item) & (table["statistic"] == statistic) & (table["choice"] == choice)]
    assert len(rows) == 1
    return rows.iloc[0]


def test_items_are_known_by_their_answers_and_the_private_and_open_are_left_out() -> None:
    kinds = kinds_of(form())
    assert kinds.five == ("useful", "clear", "dull")
    assert kinds.rated == ("useful", "clear", "dull", "likely", "test_before", "test_after")
    assert kinds.one_of == ("place", "useful", "clear", "dull", "likely", "applied")
    assert kinds.promoters == ("likely",)
    assert kinds.multiple == ("heard_at",)
    assert kinds.reversed_items == ("dull",)
    assert kinds.yes_no == ("applied",)
    everything = {name for group in vars(kinds).values() for name in group}
    assert not {"in_own_words", "phone"} & everything


def test_forms_go_by_instrument() -> None:
    survey = Survey(instrument="residents", questionnaire="", design="srs", population=Text(ru="", en=""))
    made = forms_by_instrument({"residents_survey": survey}, {"residents_survey": form()})
    assert rated_by_instrument(made) == {"residents": ["useful", "clear", "dull"]}


def test_tables_satisfy_their_contracts_and_are_the_same_on_every_run() -> None:
    made, again = results(), results()
    assert set(made.tables) == set(MADE)
    for name in MADE:
        check(made[name], TABLES[name], CODEBOOK)
        pd.testing.assert_frame_equal(made[name], again[name])
    assert made.reversed_items == {"participants": ("dull",)}


def test_dont_know_and_blanks_enter_no_mean_and_are_counted() -> None:
    row = value_of(results(), "useful", "mean")
    assert row["value"] == pytest.approx((5 + 5 + 4 + 4 + 5 + 4 + 2 + 5 + 4) / 9)
    assert (row["n"], row["asked"], row["dont_know"], row["no_answer"]) == (9, 12, 2, 1)
    assert value_of(results(), "useful", "top_share")["value"] == pytest.approx(8 / 9)
    assert value_of(results(), "likely", "nps")["value"] == pytest.approx(100 * (7 - 2) / 12)


def test_options_are_shares_of_everybody_asked() -> None:
    made = results()
    assert value_of(made, "heard_at", "share", "town")["value"] == pytest.approx(6 / 12)
    assert value_of(made, "heard_at", "share", "village")["value"] == pytest.approx(3 / 12)


def test_excluded_responses_enter_nothing() -> None:
    excluded = responses(12).assign(excluded_reason=[None] * 6 + ["speeder"] + [None] * 5)  # the one low rating
    made = results(responses=excluded)
    row = value_of(made, "useful", "mean")
    assert (row["value"], row["n"], row["asked"]) == (pytest.approx(36 / 8), 8, 11)
    assert "participants-6" not in set(made["survey_weights"]["response_id"])
    ratings = made["event_ratings"].query("item == 'useful'")
    assert ratings["rated"].sum() == 8


def test_weights_reach_the_known_margins_and_their_sum() -> None:
    margins = pd.DataFrame({
        "margins_id": "m", "variable": "place", "level": ["town", "village"], "count": [400.0, 600.0],
        "share": [0.4, 0.6], "source": "census", "as_of": "2025",
    })  # fmt: skip
    made = results(waves=wave(margins_id="m"), margins=margins)
    weights = made["survey_weights"].set_index("response_id")["w"]
    assert weights.sum() == pytest.approx(1000)
    assert weights.iloc[:8].to_numpy() == pytest.approx(np.full(8, 50.0))
    assert weights.iloc[8:].to_numpy() == pytest.approx(np.full(4, 150.0))
    assert value_of(made, "place", "share", "village")["value"] == pytest.approx(0.6)
    assert made["survey_schemes"]["kish_deff"].iloc[0] == pytest.approx(12 * (8 * 50**2 + 4 * 150**2) / 1000**2)


def test_claims_are_judged_by_event_and_change_is_of_pairs_alone() -> None:
    made = results()
    claim = made["rating_claims"].iloc[0]
    assert (claim["events"], claim["events_rated"], claim["verdict"]) == (2, 2, "cannot_tell")
    assert "declared_late" not in str(claim["note"])
    # e1 has the odd people: 5 4 5 2 4, of whom one is low; e2 5 4 4 5 and no low one
    useful = made["event_ratings"].query("item == 'useful'").set_index("event_id")
    assert useful["top_share"].to_dict() == {"e1": pytest.approx(4 / 5), "e2": 1.0}
    assert useful.loc["e1", "top_lowest"] == pytest.approx(4 / 8)
    changes = made["survey_changes"].set_index("statistic")
    assert changes.loc["mean_change", "value"] == pytest.approx(1.5)
    assert changes.loc["mean_change", "n"] == 6
    late = results(declared_on=dt.date(2025, 5, 5))["rating_claims"].iloc[0]
    assert "declared_late" in late["note"]


def test_behaviour_comes_from_the_later_questionnaire_and_results_are_not_measured() -> None:
    first, later = responses(12), responses(4, "followup")
    said = pd.concat([answers(GIVEN), answers({"applied": ["yes", "yes", "yes", "no"]}, "followup")])
    made = results(
        waves=pd.concat([wave(), wave("followup", invited_n=8)], ignore_index=True),
        responses=pd.concat([first, later], ignore_index=True), answers=said,
        forms={"participants": form(), "followup": form(["applied"])},
    )  # fmt: skip
    levels = made["kirkpatrick"].set_index("level")
    assert levels["is_measured"].to_dict() == {
        "reaction": True, "learning": True, "behaviour": True, "results": False,
    }  # fmt: skip
    behaviour = levels.loc["behaviour"]
    assert behaviour["value"] == pytest.approx(3 / 4)
    assert (behaviour["lowest"], behaviour["highest"]) == (pytest.approx(3 / 8), pytest.approx(7 / 8))
    # later answers to the same question are no ratings of an event
    assert set(made["event_ratings"]["item"]) == {"useful", "clear", "dull"}
    assert made["event_ratings"].query("item == 'useful'")["rated"].sum() == 9


@pytest.mark.parametrize("design", ["convenience", "quota"])
def test_no_margin_of_error_without_a_probability_sample(design: str) -> None:
    made, drawn = results(design), results()
    for name in ("survey_estimates", "event_ratings", "survey_changes", "kirkpatrick"):
        errors = [column for column in ("se", "low", "high", "p", "p_adjusted") if column in made[name]]
        assert made[name][errors].isna().all(axis=None), name
        assert drawn[name][errors].notna().any(axis=None), name
        told = made[name] if name != "kirkpatrick" else made[name][made[name]["is_measured"]]
        assert told["note"].str.contains("not_probability").all(), name
        pd.testing.assert_series_equal(made[name]["value" if "value" in made[name] else "mean"],
                                       drawn[name]["value" if "value" in drawn[name] else "mean"])  # fmt: skip
        check(made[name], TABLES[name], CODEBOOK)
    assert made["rating_odds"].empty
    check(made["rating_claims"], TABLES["rating_claims"], CODEBOOK)
    claim = made["rating_claims"].iloc[0]
    assert "not_probability" in claim["note"] and claim["verdict"] == claim["verdict_any_silence"]
    assert claim["holds"] + claim["fails"] + claim["cannot_tell"] == claim["events"]
    shown = estimates_exhibit(made["survey_estimates"], CODEBOOK)
    assert shown.frame[["low", "high"]].isna().all(axis=None)
    assert "Не вероятностная выборка" in shown.to_html("ru") or "не вероятностная выборка" in shown.to_html("ru")
    ratings = event_ratings_exhibit(made["event_ratings"], CODEBOOK)
    assert ratings.frame[["low", "high", "p_adjusted"]].isna().all(axis=None)


def test_a_claim_that_is_certain_stands_even_where_nobody_was_drawn() -> None:
    everybody_low = {**GIVEN, "useful": ["1"] * 12}
    claim = results("convenience", everybody_low)["rating_claims"].iloc[0]
    # six of eight and six of six gave low ratings: the two silent could not lift either event to 60 %
    assert (claim["verdict"], claim["fails"], claim["fails_either"]) == ("fails", 2, 2)


def test_a_census_has_no_interval_to_show() -> None:
    made = results("census")
    assert (made["survey_estimates"]["se"].dropna() == 0).all()
    shown = estimates_exhibit(made["survey_estimates"], CODEBOOK)
    assert shown.frame[["low", "high"]].isna().all(axis=None)
    assert made["survey_estimates"]["note"].str.contains("census_nonresponse").all()


def test_a_wave_without_answers_and_an_instrument_without_form_say_nothing() -> None:
    waves = pd.concat([wave(), wave("elsewhere"), wave("residents", answered_n=0)], ignore_index=True)
    forms = {"participants": form(), "residents": form()}
    made = results(waves=waves, forms=forms)
    for name in MADE:
        check(made[name], TABLES[name], CODEBOOK)
    pd.testing.assert_frame_equal(made["survey_estimates"], results()["survey_estimates"])
    assert set(made["survey_schemes"]["wave_id"]) == {"2025-participants"}
    nothing = results(responses=responses(0), answers=answers({}), waves=wave())
    for name in MADE:
        check(nothing[name], TABLES[name], CODEBOOK)
    assert nothing["survey_estimates"].empty
    assert not nothing["kirkpatrick"]["is_measured"].any()
    assert results(waves=wave().iloc[:0])["survey_estimates"].empty


def test_tests_of_two_questionnaires_are_two_measures() -> None:
    tests = {name: GIVEN[name] for name in ("test_before", "test_after")}
    made = results(
        waves=pd.concat([wave(), wave("seminars")], ignore_index=True),
        responses=pd.concat([responses(12), responses(12, "seminars")], ignore_index=True),
        answers=pd.concat([answers(GIVEN), answers(tests, "seminars")]),
        forms={"participants": form(), "seminars": form(list(tests))},
    )
    for name in MADE:
        check(made[name], TABLES[name], CODEBOOK)
    change = made["survey_changes"].query("statistic == 'mean_change'").set_index("measure")["value"]
    assert change.to_dict() == {"learning": pytest.approx(1.5), "learning_seminars": pytest.approx(1.5)}


# ---- the simulated residents -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def programme() -> SimulatedProgramme:
    read = [pd.read_csv(ROOT / f"config/territory/{name}.csv", dtype="str", keep_default_na=False)
            for name in ("units", "crosswalk")]  # fmt: skip
    return simulate_programme(*read, years=(2024,))


@pytest.fixture(scope="module")
def simulated(programme: SimulatedProgramme) -> SurveyResults:
    tables = programme.tables
    forms: dict[str, Questionnaire] = {
        name: read_questionnaire(ROOT / f"config/survey/{name}.xlsx")
        for name in ("participants", "residents", "followup")
    }
    again = {one for facts in programme.truth.estimands["surveys"].values() for one in facts.get("answered_again", {})}
    first = tables["survey_responses"][~tables["survey_responses"]["response_id"].isin(again)]
    return survey_results(
        tables["survey_waves"], first, tables["survey_answers"], forms, population_margins(programme.history),
        tables["support_events"], tables["attendance"], [CLAIM], dt.date(2024, 1, 15),
    )  # fmt: skip


def test_the_truth_of_the_simulated_residents_lies_inside_the_intervals(
    programme: SimulatedProgramme, simulated: SurveyResults
) -> None:
    truth = programme.truth.estimands["surveys"]["2024-residents"]["population_shares"]
    table = simulated["survey_estimates"]
    own = table[(table["wave_id"] == "2024-residents") & (table["statistic"] == "share")]
    values = own.assign(code=own["item"] + "=" + own["choice"]).set_index("code")
    # satisfaction moves who answers and what they say; what they heard from does not depend on it
    fair = [code for code in truth if code.startswith(("heard", "learnt_from", "how_took_part"))]
    found = values.loc[fair]
    expected = pd.Series(truth)[fair]
    assert len(fair) >= 10
    assert ((found["low"] <= expected) & (expected <= found["high"])).mean() >= 0.75
    assert ((found["value"] - expected).abs() <= 4 * found["se"]).all()
    assert (found["high"] - found["low"] < 0.4).all()


def test_weights_of_the_simulated_residents_sum_to_the_adults(
    programme: SimulatedProgramme, simulated: SurveyResults
) -> None:
    adults = sum(part["adults"] for part in programme.truth.estimands["surveys"]["2024-residents"]["strata"].values())
    weights = simulated["survey_weights"].query("scheme == 'residents-2024'")["w"]
    assert weights.sum() == pytest.approx(adults, rel=1e-6)
    assert (weights > 0).all()
    shares = simulated["survey_estimates"].query("wave_id == '2024-residents' and item == 'sex'").set_index("choice")
    assert shares["value"]["female"] == pytest.approx(
        programme.truth.estimands["surveys"]["2024-residents"]["margins"]["female"], abs=1e-4
    )


def test_the_simulated_year_satisfies_every_contract(simulated: SurveyResults) -> None:
    for name in MADE:
        check(simulated[name], TABLES[name], CODEBOOK)
        assert len(simulated[name]), name
