"""A result is never told more strongly than its design and its checks allow."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.report.certainty import (
    CLAIMS,
    LEVEL_WORDS,
    LEVELS,
    REASONS,
    bounded,
    certainty_of,
    checks_of,
    estimate_behind,
)
from evaluation.report.strength import too_strong
from evaluation.settings import LANGUAGES, Language

NAN = math.nan


def row(design: str = "association", **changes: object) -> dict[str, object]:
    base = {
        "model": "main", "outcome": "applications", "exposure": "trained", "estimand": "log_rate_ratio",
        "design": design, "assumption": "none", "estimate": 0.4, "se": 0.1, "low": 0.2, "high": 0.6, "p": 0.001,
        "p_adjusted": NAN, "n": 300, "clusters": 60, "treated_clusters": 30, "warning": None,
    }  # fmt: skip
    return {**base, **changes}


def check(name: str, **changes: object) -> dict[str, object]:
    return row(model=f"main__{name}", **changes)


AGREES = [check("wild_bootstrap", p=0.01), check("leave_out_low", estimate=0.3, low=0.1, high=0.5)]


@pytest.mark.parametrize(
    ("result", "checks", "claim", "level", "reasons"),
    [
        # design first: association at most moderate, assignment by lot high
        (row(), AGREES, "association", "moderate", ()),
        (row("randomised"), AGREES, "effect", "high", ()),
        (row("instrument"), AGREES, "effect", "moderate", ()),
        (row("cutoff"), AGREES, "effect", "moderate", ()),
        (row("event_study"), AGREES, "association", "moderate", ()),
        (row("two_way_fixed_effects"), AGREES, "association", "moderate", ()),
        (row("staggered"), AGREES, "association", "moderate", ()),
        (row("selection_on_observed"), AGREES, "association", "moderate", ()),
        # nothing can be said of what cannot be told from zero, whatever the design
        (row("randomised", low=-0.1), AGREES, "open", "none", ()),
        (row(p_adjusted=0.2), AGREES, "open", "none", ()),
        (row("randomised", estimate=NAN, low=NAN, high=NAN), AGREES, "missing", "none", ()),
        # each objection takes a level
        (row(), [], "association", "low", ("not_checked",)),
        (row(clusters=20), AGREES, "association", "low", ("few_clusters",)),
        (row(clusters=20, treated_clusters=5), AGREES, "association", "very_low", ("few_clusters", "few_treated")),
        (row(clusters=20, treated_clusters=5), [], "association", "very_low",
         ("few_clusters", "few_treated", "not_checked")),
        # failed checks take the word effect back, too
        (row("randomised"), [check("permutation", p=0.2)], "association", "low", ("stricter_p",)),
        (row(), [check("leave_out_low", low=-0.1)], "association", "low", ("hangs_on_unit",)),
        (row("instrument"), [check("without_04", estimate=-0.1, low=-0.2, high=-0.05)], "association", "low",
         ("hangs_on_unit",)),
        (row("cutoff"), [check("placebo_lead_1", exposure="trained_lead_1")], "association", "low", ("placebo",)),
        (row("cutoff"), [check("placebo_lead_1", low=-0.1)], "effect", "moderate", ()),
        (row(), [check("negative_control_x")], "association", "low", ("placebo",)),
        (row(), [check("lee_low", estimate=-0.1), check("lee_high", estimate=0.5)], "association", "low", ("bounds",)),
        (row(), [check("lee_low", estimate=0.1), check("lee_high", estimate=0.5)], "association", "moderate", ()),
        (row(), [check("donut", estimate=-0.5, low=-0.7, high=-0.3)], "association", "low", ("other_choice",)),
        (row(), [check("donut", estimate=-0.5, low=-0.9, high=0.3)], "association", "moderate", ()),
        # a warning that shakes the design leaves an association
        (row("instrument", warning="weak_first_stage=3"), AGREES, "association", "low", ("shaken",)),
    ],
)  # fmt: skip
def test_claim_and_certainty(
    result: dict[str, object], checks: list[dict[str, object]], claim: str, level: str, reasons: tuple[str, ...]
) -> None:
    found = certainty_of(result, checks)
    assert (found.claim, found.level, found.reasons) == (claim, level, reasons)


def test_an_outcome_of_applicants_alone_is_less_certain() -> None:
    assert certainty_of(row(), AGREES, applicants_only=True).level == "low"


@given(
    st.sampled_from(["association", "event_study", "randomised", "instrument", "cutoff", "staggered"]),
    st.floats(-2, 2), st.floats(0.01, 3), st.integers(1, 200), st.integers(0, 50),
)  # fmt: skip
def test_an_association_is_never_an_effect_nor_highly_certain(
    design: str, estimate: float, half: float, clusters: int, treated: int
) -> None:
    result = row(
        design, estimate=estimate, low=estimate - half, high=estimate + half, clusters=clusters,
        treated_clusters=treated,
    )  # fmt: skip
    found = certainty_of(result, AGREES)
    if design not in ("randomised", "instrument", "cutoff"):
        assert found.claim != "effect"
    if found.claim != "effect":
        assert LEVELS.index(found.level) <= LEVELS.index("moderate")
        assert bounded(result, found)["design"] == design or bounded(result, found)["design"] == "association"
    if found.claim == "association":
        assert bounded(result, found)["design"] not in ("randomised", "instrument", "cutoff")


def test_every_claim_level_and_reason_has_words_in_both_languages() -> None:
    for texts in (CLAIMS, LEVEL_WORDS, REASONS):
        for text in texts.values():
            assert text.ru
            assert text.en
    told = certainty_of(row(clusters=20), AGREES)
    assert told.in_words("ru") == "связь, не воздействие; уверенность низкая (мало территорий или групп)"
    assert told.in_words("en") == "an association, no effect; certainty low (few units or clusters)"
    assert "воздействие, если верно" in certainty_of(row("randomised"), AGREES).in_words("ru")


def test_checks_belong_to_their_model_and_exposure() -> None:
    rows = [check("permutation"), check("permutation", exposure="exposure"), row(model="main_stable__permutation")]
    assert checks_of(row(), rows) == [rows[0]]


def test_the_estimate_behind_a_finding_is_found_by_its_numbers() -> None:
    rows = [row(model="other", estimate=0.1), row()]
    plain = {"value": 0.4, "low": 0.2, "high": 0.6}
    percent = {name: 100 * math.expm1(value) for name, value in plain.items()}
    tenth = {name: value / 10 for name, value in plain.items()}
    for finding in (plain, percent, tenth):
        assert estimate_behind(finding, rows) is rows[1]
    assert estimate_behind({"value": 0.4, "low": 0.2, "high": 0.61}, rows) is None
    assert estimate_behind({"value": -0.4, "low": -0.2, "high": -0.6}, rows) is None
    assert estimate_behind({"value": 0.4, "low": NAN, "high": NAN}, rows) is None


@pytest.mark.parametrize(
    ("language", "sentence", "words"),
    [
        ("ru", "Обучение повысило число заявок на 47 %.", ["повысило"]),
        ("ru", "Благодаря обучению заявок на 47 % больше.", ["Благодаря"]),
        ("ru", "Обмен влияет на число заявок: +5 %.", ["влияет"]),
        ("ru", "Эффект обучения — 47 %.", ["Эффект"]),
        ("ru", "После обучения заявок больше на 47 %.", []),
        ("ru", "Обучение связано с числом заявок: +47 %.", []),
        ("ru", "Это не доказывает, что обучение повысило число заявок на 47 %.", []),
        ("en", "Training raised applications by 47%.", ["raised"]),
        ("en", "Thanks to training there are 47% more applications.", ["Thanks to"]),
        ("en", "The effect of training is 47%.", ["effect"]),
        ("en", "Training led to 47% more applications.", ["led to"]),
        ("en", "After training, applications are 47% higher.", []),
        ("en", "Training goes together with applications: +47%.", []),
        ("en", "This does not show that training raised applications by 47%.", []),
    ],
)
def test_words_of_cause_are_refused_beside_an_association(language: Language, sentence: str, words: list[str]) -> None:
    assert too_strong(sentence, ["association"], language) == words
    assert too_strong(sentence, ["effect", "open"], language) == words
    assert too_strong(sentence, ["effect"], language) == []
    assert too_strong(sentence, [], language) == []


def test_an_open_result_may_be_called_by_what_was_looked_for_when_it_is_said_to_be_open() -> None:
    said = "The effect of winning cannot be told from zero: -2.3 points."
    assert too_strong(said, ["open"], "en") == []
    assert too_strong(said, ["open", "association"], "en") == ["effect"]
    assert too_strong("The effect of winning is -2.3 points.", ["open"], "en") == ["effect"]
    assert too_strong("Воздействие победы по этим данным не отличить от нуля: −2,3.", ["open"], "ru") == []


def test_the_words_for_what_is_claimed_pass_the_test_themselves() -> None:
    for language in LANGUAGES:
        for claim in ("association", "open", "missing"):
            assert too_strong(CLAIMS[claim].in_language(language), ["association"], language) == []
