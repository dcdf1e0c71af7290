"""The parts of the report beyond its texts: matrix, answers, theory, surveys, fact check, front."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import pandas as pd
import pytest
from bs4 import BeautifulSoup
from markupsafe import Markup

from evaluation.display.theory_of_change import theory_of_change_plot
from evaluation.report.annex_tables import instruments_exhibit, received_files_exhibit, variables_exhibit
from evaluation.report.conclusions import question_answers
from evaluation.report.cover import acronym_list, cover, interests, lists
from evaluation.report.fact_check import fact_check, independent_sources, refuse_strong_sentences
from evaluation.report.findings import Finding, Findings, findings_frame
from evaluation.report.matrix import evaluation_matrix
from evaluation.report.results import result_findings, results_of
from evaluation.report.sentences import Sentence
from evaluation.report.sources_of import in_words, sources_of_step, sources_of_variables
from evaluation.report.survey_method import survey_method
from evaluation.report.theory import DEFAULT, columns_of, description, theory_list, theory_of
from evaluation.settings import (
    LANGUAGES,
    Acronym,
    InputProblem,
    Model,
    Question,
    ReferenceTotal,
    ReportFacts,
    Survey,
    Text,
    Theory,
)

HERE = Text(ru="Институт", en="Institute")


def model(name: str, question: str, exposures: tuple[str, ...], **changes: Any) -> Model:
    words = Text(ru="x", en="x")
    base = {
        "name": name, "question": question, "outcome": "applications", "exposures": exposures, "family": "poisson",
        "estimand": words, "design": "association", "assumption": words, "geography": "original",
    }  # fmt: skip
    return Model(**{**base, **changes})


def estimates() -> pd.DataFrame:
    base = {
        "outcome": "applications", "estimand": "log_rate_ratio", "design": "association", "assumption": "x", "se": 0.1,
        "p": 0.001, "p_adjusted": math.nan, "n": 348, "clusters": 58, "treated_clusters": 50, "inference": "crv3_t",
        "is_main": True, "warning": None,
    }  # fmt: skip
    return pd.DataFrame([
        {**base, "model": "main", "exposure": "trained", "estimate": math.log(1.5), "low": math.log(1.1),
         "high": math.log(2.0)},
        {**base, "model": "main", "exposure": "exposure", "estimate": 0.05, "low": -0.01, "high": 0.11, "p": 0.1},
    ])  # fmt: skip


MODELS = (model("main", "Q2", ("trained", "exposure"), is_main=True),)
QUESTIONS = (
    Question(id="Q1", text=Text(ru="Кого?", en="Whom?"), criteria=("relevance",), findings=("units_applied",)),
    Question(id="Q2", text=Text(ru="Связано ли?", en="Is it associated?")),
    Question(id="Q3", text=Text(ru="Что ещё?", en="What else?")),
)


def findings() -> pd.DataFrame:
    return pd.concat(
        [
            findings_frame([Finding("units_applied", 36, "units", 39)], "04_map_coverage"),
            findings_frame(result_findings(estimates(), MODELS), "06_estimate_outcomes"),
        ],
        ignore_index=True,
    )


def test_declared_estimates_become_findings() -> None:
    made = {finding.name: finding for finding in result_findings(estimates(), MODELS)}
    assert set(made) == {"estimate_main_trained", "estimate_main_exposure"}
    assert made["estimate_main_trained"].value == pytest.approx(0.405, abs=1e-3)
    assert made["estimate_main_trained"].unit == "log_points"


def test_the_matrix_leads_from_question_to_certainty() -> None:
    results = results_of(MODELS, estimates())
    found = {language: Findings(findings(), language) for language in LANGUAGES}
    made = evaluation_matrix(QUESTIONS, MODELS, results, found, None)
    cells = [[made.cell(row, column, "ru").replace("\u00a0", " ") for column in made.columns] for row in range(3)]
    assert cells[0] == [
        "Q1", "units_applied",
        "Паспорт муниципалитетов; Реестр заявок; План-график мероприятий; Списки участников; "
        "Межмуниципальные мероприятия", "описание: подсчёт по данным", "36 территорий", "сплошной подсчёт",
    ]  # fmt: skip
    assert cells[1] == [
        "Q2", "applications",
        "Реестр заявок; План-график мероприятий; Списки участников; Межмуниципальные мероприятия",
        "регрессия Пуассона; связь", "trained: +50 % (от 10 % до 100 %); exposure: +5,1 % (от −1 % до 12 %)",
        "trained: связь, не воздействие; уверенность низкая (отдельных проверок не было); "
        "exposure: ничего — от нуля не отличить",
    ]  # fmt: skip
    assert cells[2] == ["Q3", "план не назвал показателя", "—", "—", "—", "—"]
    assert "the plan names no indicator" in made.to_html("en")


def test_answers_hold_findings_and_say_where_there_are_none() -> None:
    results = results_of(MODELS, estimates())
    html = question_answers(QUESTIONS, results, Findings(findings(), "en"), None, lambda step: Markup(""))
    page = BeautifulSoup(html, "html.parser")
    assert [head.get_text() for head in page.find_all("h3")] == [
        "Q1. Whom? (relevance)", "Q2. Is it associated?", "Q3. What else?",
    ]  # fmt: skip
    quoted = [span["data-finding"] for span in page.find_all(class_="finding")]
    assert quoted[-2:] == ["estimate_main_trained", "estimate_main_exposure"]
    text = page.get_text(" ")
    assert "50% higher" in text
    assert "certainty low (no separate checks were made)" in text
    assert "cannot be told from zero" in text
    assert "The report has no answer" in text


def test_sources_follow_the_declared_pipeline() -> None:
    assert sources_of_variables(["log1p(applications)", "trained"]) == ["projects", "support_events", "attendance"]
    assert sources_of_variables(["applications", "unheard_of"]) == []
    assert sources_of_step("01_clean_programme")[:2] == ["territories", "population"]
    assert sources_of_step("no_such_step") == []
    assert in_words(["projects"] * 9, "en") == "all tables that were received"
    assert in_words(["projects", "own"], "ru") == "Реестр заявок; own"


def test_theory_is_completed_from_the_plan_and_the_usual_streams() -> None:
    usual = theory_of(None, MODELS, None)
    assert [stream.name.en for stream in usual.streams] == [
        "Training", "Methodical help", "Consulting", "Information", "Exchange",
    ]  # fmt: skip
    assert [outcome.en for outcome in usual.outcomes] == ["applications"]
    own = theory_of(Theory(outcomes=(HERE,)), MODELS, None)
    assert own.outcomes == (HERE,)
    assert own.streams == DEFAULT.streams
    assert own.impact == DEFAULT.impact
    declared = Theory(streams=DEFAULT.streams[:1], outcomes=(HERE,))
    assert theory_of(declared, MODELS, None) == declared
    assert [head for head, _ in columns_of(declared, "en")] == [
        "Support",
        "What it yields at once",
        "What is to change",
    ]
    assert description(declared, "ru").startswith("Поддержка: Обучение → Что она даёт сразу:")
    assert "<script>" not in theory_list(
        Theory(streams=DEFAULT.streams, assumptions=(Text(ru="<script>", en="<script>"),)), "en"
    )


def test_the_theorys_figure_joins_neighbours_and_needs_a_column() -> None:
    figure = theory_of_change_plot([("a", ["x"] * 5), ("b", ["y"] * 5), ("c", ["long words " * 12])], "en")
    axes = figure.axes[0]
    boxes = [patch for patch in axes.patches if patch.__class__.__name__ == "FancyBboxPatch"]
    assert len(boxes) == 11
    for patch in boxes:
        assert axes.get_xlim()[0] <= patch.get_x()
        assert patch.get_x() + patch.get_width() <= axes.get_xlim()[1]
    with pytest.raises(ValueError, match="at least one column"):
        theory_of_change_plot([], "en")


def wave(**changes: Any) -> dict[str, Any]:
    base = {
        "wave_id": "2025-residents", "instrument": "residents", "year": 2025, "design": "stratified",
        "population": "жители", "frame_n": 1000, "invited_n": 540, "answered_n": 330,
        "field_from": pd.Timestamp("2025-10-05"), "field_to": pd.Timestamp("2025-10-31"), "mode": "интервью",
        "margins_id": None,
    }  # fmt: skip
    return {**base, **changes}


def test_a_survey_says_how_it_was_done_and_what_can_go_wrong() -> None:
    survey = Survey(
        instrument="residents", questionnaire="residents.xlsx", design="stratified",
        population=Text(ru="жители", en="residents"), mode=Text(ru="интервью", en="interview"),
    )  # fmt: skip
    schemes = pd.DataFrame([{"wave_id": "2025-residents", "variables": "sex", "n_eff": 255.7, "kish_deff": 1.29}])
    waves = pd.DataFrame([
        wave(), wave(wave_id="w2", instrument="panel", design="convenience", invited_n=None, answered_n=30),
    ])  # fmt: skip
    made = survey_method(waves, schemes, {"residents_survey": survey}, None)
    assert made is not None
    column = {made.cell(row, "fact", "en"): made.cell(row, "residents", "en") for row in range(10)}
    assert column["Population"] == "residents"
    assert column["Field dates"].replace("\u00a0", " ") == "5 October 2025 — 31 October 2025"
    assert column["Response rate"] == "61.1%"
    assert column["Weights"] == "by sex; effective questionnaires 256, design effect of weighting 1.29"
    assert column["What can go wrong"].startswith("38.9% did not answer")
    other = {made.cell(row, "fact", "en"): made.cell(row, "panel", "en") for row in range(10)}
    for said in ("response rate cannot be told", "no random selection", "few answers", "no weights were applied"):
        assert said in other["What can go wrong"]
    assert survey_method(waves[:0], None, {}, None) is None


def test_independent_sources_are_published_totals_of_the_same_measure() -> None:
    words = Text(ru="Всего", en="Total")
    total = ReferenceTotal(
        name="t", label=words, measure="projects_funded", published=867, unit="projects", reference="Доклад",
        explanation=words,
    )  # fmt: skip
    table = pd.DataFrame([{
        "name": "t", "published": 867.0, "register": 870.0, "unit": "projects", "period": "2019–2025",
        "reference": "Доклад",
    }])  # fmt: skip
    told = independent_sources(["funded"], table, [total], {}, "ru").replace("\u00a0", " ")
    assert told == "опубликовано за 2019–2025: 867 проектов; в реестре за то же время 870 проектов (Доклад)"
    assert independent_sources(["white_spots"], table, [total], {}, "ru") == ""
    assert independent_sources(["funded"], None, [], {}, "ru") == ""
    assert "earlier studies" in independent_sources(["effect"], None, [], {"effect": True}, "en")


def test_the_fact_check_has_a_row_a_sentence() -> None:
    said = Sentence("coverage", "36 территорий подали заявки.", ("units_applied",))
    made = fact_check([said], Findings(findings(), "ru"), [""], {"coverage": "Охват"})
    cells = [made.cell(0, column, "ru").replace("\u00a0", " ") for column in made.columns]
    assert cells == [
        "Охват", "36 территорий подали заявки.", "units_applied: 36 территорий (n = 39)", "04_map_coverage", "—",
    ]  # fmt: skip


def test_a_sentence_stronger_than_its_finding_is_refused() -> None:
    said = Sentence("outcomes", "Обучение повысило число заявок на 47 %.", ("effect_trained",))
    refuse_strong_sentences([said], {}, "ru")
    refuse_strong_sentences([said], {"effect_trained": "effect"}, "ru")
    with pytest.raises(InputProblem, match="section outcomes") as caught:
        refuse_strong_sentences([said], {"effect_trained": "association"}, "ru")
    assert "слово «повысило»" in caught.value.messages["ru"]
    assert "Напишите «связано»" in caught.value.messages["ru"]


def test_the_front_says_only_what_is_given() -> None:
    bare = BeautifulSoup(cover("T <b>", 2025, HERE, ReportFacts(), "ru"), "html.parser")
    assert [each["data-fact"] for each in bare.find_all("div", attrs={"data-fact": True})] == ["year", "institute"]
    assert bare.h1.get_text() == "T <b>"  # type: ignore[union-attr]
    facts = ReportFacts(commissioner=HERE, operator=HERE, place=HERE, evaluators=Text(ru="Отдел", en="Unit"))
    full = cover("T", 2025, HERE, facts, "en", period="2019–2025", reported_on=dt.date(2026, 2, 20), simulated=True)
    page = BeautifulSoup(full, "html.parser")
    assert [each["data-fact"] for each in page.find_all("div", attrs={"data-fact": True})] == [
        "year", "period", "commissioner", "institute", "operator", "place", "reported_on",
    ]  # fmt: skip
    assert "Unit" in page.get_text()
    assert "20\u00a0February\u00a02026" in page.get_text()
    assert page.find(class_="banner") is not None


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        (ReportFacts(), "Who runs the programme is not stated"),
        (
            ReportFacts(operator=HERE),
            "both runs and evaluates the programme: Institute. That is a conflict of interest",
        ),
        (ReportFacts(operator=Text(ru="м", en="Ministry")), "run by: Ministry. The evaluation was made by: Institute."),
        (ReportFacts(operator=HERE, evaluators=Text(ru="о", en="Unit")), "made by: Unit."),
        (ReportFacts(commissioner=Text(ru="м", en="Ministry")), "commissioned by: Ministry."),
        (ReportFacts(interests=Text(ru="м", en="We <teach> too.")), "We &lt;teach&gt; too."),
    ],
)
def test_who_runs_and_who_evaluates_is_said(facts: ReportFacts, said: str) -> None:
    assert said in interests(HERE, facts, "en")


def test_lists_and_acronyms_are_in_order() -> None:
    acronyms = [Acronym(short=Text(ru=each, en=each), long=Text(ru="x", en="x")) for each in ("ОЭСР", "МО")]
    assert [term.get_text() for term in BeautifulSoup(acronym_list(acronyms, "ru"), "html.parser").find_all("dt")] == [
        "МО", "ОЭСР",
    ]  # fmt: skip
    numbers = {("table", "b"): 1, ("figure", "f"): 1, ("table", "a"): 2}
    captions = {key: Markup(key[1].upper()) for key in numbers}
    page = BeautifulSoup(lists(captions, numbers, "en"), "html.parser")
    assert [link["href"] for link in page.find_all("a")] == ["#table-b", "#table-a", "#figure-f"]
    assert lists({}, {}, "en") == ""


def test_tables_of_the_annex() -> None:
    items = pd.DataFrame({
        "name": ["q"], "kind": ["one"], "label_ru": ["Довольны?"], "label_en": ["Content?"], "group_ru": [""],
        "group_en": ["Matrix"],
    })  # fmt: skip
    made = instruments_exhibit({"residents_survey": items}, None)
    assert made is not None
    assert [made.cell(0, column, "en") for column in made.columns] == [
        "Residents' questionnaire", "1", "Matrix — Content?", "one answer",
    ]  # fmt: skip
    assert instruments_exhibit({"residents_survey": items[:0]}, None) is None
    used = variables_exhibit(MODELS, None)
    assert used is not None
    assert [used.cell(row, "variable", "en") for row in range(4)] == ["applications", "trained", "exposure", "unit_id"]
    assert used.cell(0, "role", "ru") == "результат"
    files = pd.DataFrame({"source": ["projects"], "file_format": ["xlsx"], "bytes": [9], "sha256": ["ab"],
                          "file_name": ["Иванов.xlsx"]})  # fmt: skip
    shown = received_files_exhibit(files)
    assert shown is not None
    assert "Иванов" not in shown.to_html("ru")
    assert "Реестр заявок" in shown.to_html("ru")
