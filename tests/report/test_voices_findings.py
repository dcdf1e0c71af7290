"""All that the report says of questionnaires: numbers of the demonstration in both languages, and none without them."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from bs4 import BeautifulSoup

from evaluation.cleaning.questionnaire.xlsform import Questionnaire, read_questionnaire
from evaluation.display.wording import format_number
from evaluation.report.document import ReportInputs, build_report
from evaluation.report.findings import Finding, findings_frame
from evaluation.report.summaries.surveys import survey_estimate_findings, voices_findings, wave_findings
from evaluation.settings import LANGUAGES, Language, RatingClaim, Text
from evaluation.simulate import simulate_programme
from evaluation.simulate.surveys.yearly import population_margins
from evaluation.survey.results import SurveyResults, rated_by_instrument, survey_results
from evaluation.survey.tabulate import learning_gain, rating_table

ROOT = Path(__file__).resolve().parents[2]
TITLE = Text(ru="Программа", en="Programme")


@dataclass(frozen=True)
class Year:
    results: SurveyResults
    findings: list[Finding]
    tables: dict[str, pd.DataFrame]
    margins: pd.DataFrame
    ratings: pd.DataFrame

    def value(self, name: str) -> float:
        found = [finding.value for finding in self.findings if finding.name == name]
        assert len(found) == 1, name
        assert found[0] is not None
        return float(found[0])


@pytest.fixture(scope="module")
def year() -> Year:
    read = [pd.read_csv(ROOT / f"config/territory/{name}.csv", dtype="str", keep_default_na=False)
            for name in ("units", "crosswalk")]  # fmt: skip
    programme = simulate_programme(*read, years=(2024,))
    tables, margins = programme.tables, population_margins(programme.history)
    again = {one for facts in programme.truth.estimands["surveys"].values() for one in facts.get("answered_again", {})}
    responses = tables["survey_responses"][~tables["survey_responses"]["response_id"].isin(again)]
    waves, answers = tables["survey_waves"], tables["survey_answers"]
    forms: dict[str, Questionnaire] = {
        name: read_questionnaire(ROOT / f"config/survey/{name}.xlsx")
        for name in ("participants", "residents", "followup")
    }
    results = survey_results(
        waves, responses, answers, forms, margins, tables["support_events"], tables["attendance"],
        [RatingClaim(claim="C7", item="useful", threshold=0.6)], dt.date(2024, 1, 15),
    )  # fmt: skip
    ratings = rating_table(answers, responses, waves, rated_by_instrument(forms))
    gain = learning_gain(answers)
    found = voices_findings(results.tables, responses, answers, waves, margins, ratings, gain, results.reversed_items)
    return Year(results, [*wave_findings(waves), *found], tables, margins, ratings)


def section(findings: list[Finding], language: Language) -> str:
    """The section on questionnaires as plain text; empty where the report has none."""
    frame = findings_frame(findings, "02a_weigh_answers")
    page = BeautifulSoup(build_report(ReportInputs(2025, TITLE, TITLE, frame), language), "html.parser")
    found = page.find(id="voices")
    text = "" if found is None else found.get_text()
    return re.sub(r"\s+", " ", text.replace("\u00a0", " ").replace("\u202f", " "))


def test_every_name_stands_once_and_every_number_is_that_of_its_table(year: Year) -> None:
    names = [finding.name for finding in year.findings]
    assert len(set(names)) == len(names)
    findings_frame(year.findings, "02a_weigh_answers")
    table = year.results["survey_estimates"]
    heard = table[(table["item"] == "heard") & (table["choice"] == "yes") & (table["statistic"] == "share")].iloc[0]
    told = next(finding for finding in year.findings if finding.name == "share_heard_yes")
    assert (told.value, told.low, told.high, told.n) == (heard["value"], heard["low"], heard["high"], heard["n"])
    assert year.value("levels_measured") == 3
    verdict = year.results["rating_claims"].iloc[0]["verdict"]
    assert year.value("rating_claim") == {"holds": 1, "fails": -1, "cannot_tell": 0}[verdict]


def test_agreeing_with_a_reversed_item_is_no_high_rating(year: Year) -> None:
    rows = year.ratings[(year.ratings["instrument"] == "participants") & (year.ratings["item"] != "overloaded")]
    best = (rows["top_two_share"] * rows["answered"].astype("float64")).sum() / rows["answered"].sum()
    assert year.value("ratings_positive_share") == pytest.approx(float(best))
    reversed_share = year.ratings.set_index("item").loc["overloaded", "top_two_share"]
    assert reversed_share < best - 0.2  # agreement with it would have pulled the share down


def test_weights_close_the_gap_to_the_population(year: Year) -> None:
    assert year.value("margins_gap_residents") > 0.01
    assert year.value("margins_gap_weighted_residents") < 1e-6
    own = year.results["survey_weights"].query("scheme == 'residents-2024'")["w"]
    kish = len(own) * (own**2).sum() / own.sum() ** 2
    assert year.value("weights_deff_residents") == pytest.approx(kish)
    assert year.value("weights_n_eff_residents") == pytest.approx(len(own) / kish)


def test_a_census_and_a_convenience_sample_give_no_interval(year: Year) -> None:
    participants = [finding for finding in year.findings if finding.name in ("mean_useful", "top_share_useful")]
    assert len(participants) == 2
    assert all(finding.low is None and finding.high is None for finding in participants)
    table = year.results["survey_estimates"].query("item == 'heard'")
    assert all(finding.low is not None for finding in survey_estimate_findings(table))
    free = survey_estimate_findings(table.assign(note="not_probability"))
    assert len(free) == 2 and all(finding.low is None and finding.high is None for finding in free)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_section_says_the_demonstration_s_numbers(year: Year, language: Language) -> None:
    text = section(year.findings, language)

    def said(value: float, unit: str = "share") -> str:
        number = format_number(value, language, 1, unit)
        return number.replace("\u00a0", " ").replace("\u202f", " ")

    for name in ("ratings_positive_share", "returned_participants", "returned_residents", "share_applied_yes"):
        assert said(year.value(name)) in text, name
    words = {
        "ru": ("Участники", "Жители", "причин они не называют", "не эффект занятия", "не доказывает, что обучение"),
        "en": ("Participants", "Residents", "name no causes", "not the event's effect", "would not prove training"),
    }
    for phrase in words[language]:
        assert phrase in text, phrase
    assert not re.search(r"\b(nan|None|undefined)\b", text)
    days = {"ru": "5 октября 2024 г. — 31 октября 2024 г.", "en": "5 October 2024 — 31 October 2024"}
    assert days[language] in text
    assert not re.search(r"[{}]|%}", text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_claim_is_never_said_stronger_than_its_verdict(year: Year, language: Language) -> None:
    words = {
        "ru": {1: "Данные его поддерживают", -1: "Данные его не поддерживают", 0: "Данные этого не решают"},
        "en": {1: "The data support it", -1: "do not support it", 0: "do not settle it"},
    }[language]
    others = [finding for finding in year.findings if finding.name != "rating_claim"]
    texts = {
        value: section([*others, Finding("rating_claim", value, "number", 6, note="x")], language) for value in words
    }
    assert len(set(texts.values())) == 3
    for value, phrase in words.items():
        assert [other for other, text in texts.items() if phrase in text] == [value]


@pytest.mark.parametrize("language", LANGUAGES)
def test_residents_who_came_of_their_own_accord_stand_for_nobody_else(year: Year, language: Language) -> None:
    changed = [finding for finding in year.findings if finding.name != "probability_residents"]
    text = section([*changed, Finding("probability_residents", 0, "number", note="convenience")], language)
    assert ("не вероятностная выборка" if language == "ru" else "not a probability sample") in text
    assert ("на всех жителей" if language == "ru" else "do not carry over to all residents") in text
    said = section(year.findings, language)
    assert ("не вероятностная выборка" if language == "ru" else "not a probability sample") not in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_questionnaires_the_section_says_so_or_is_left_out(language: Language) -> None:
    text = section([Finding("rows_data", 10, "rows")], language)
    assert not text or ("нет" if language == "ru" else "no questionnaires") in text
    assert not re.search(r"\d %|\d%", text)


def test_no_waves_give_no_findings_but_the_levels(year: Year) -> None:
    none = {name: table.iloc[:0] for name, table in year.results.tables.items()}
    empty = [year.tables[name].iloc[:0] for name in ("survey_responses", "survey_answers", "survey_waves")]
    gain = learning_gain(year.tables["survey_answers"].iloc[:0])
    found = voices_findings(none, *empty, year.margins.iloc[:0], year.ratings.iloc[:0], gain)
    assert [(finding.name, finding.value) for finding in found] == [("levels_measured", 0)]
    assert np.isnan(gain.points)
