"""Formulas: every family has some, they hold what the model declares, and nobody needs to see them to know them."""

from __future__ import annotations

import re
from typing import get_args

import pytest
from bs4 import BeautifulSoup, Tag

from evaluation.report.formulas.families import FAMILY_FORMULAS
from evaluation.report.formulas.models import formula, model_formula, symbol
from evaluation.settings import LANGUAGES, Family, Language, Model, Text


def model(family: Family = "poisson", **changes: object) -> Model:
    given = {
        "name": "main", "question": "EQ1", "outcome": "applications", "exposures": ("trained",), "family": family,
        "estimand": Text(ru="о", en="e"), "design": "association", "assumption": Text(ru="у", en="a"), **changes,
    }  # fmt: skip
    return Model(**given)  # type: ignore[arg-type]


def latex(one: Model) -> list[str]:
    return [each.latex for each in FAMILY_FORMULAS[one.family](one)]


def shown(one: Model, language: Language = "en") -> BeautifulSoup:
    return BeautifulSoup(str(model_formula(one, None, language, ())), "html.parser")


def test_every_family_of_a_plan_has_its_formula() -> None:
    assert set(FAMILY_FORMULAS) == set(get_args(Family))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("family", get_args(Family))
def test_every_symbol_is_explained_and_every_formula_has_words(family: Family, language: Language) -> None:
    rich = model(
        family, exposures=("trained", "exposure"), controls=("age",), fixed_effects=("unit_id", "year"),
        offset="population", instruments=("lot",),
    )  # fmt: skip
    for one in (model(family), rich):
        page = shown(one, language)
        blocks = page.find_all(class_="formula")
        assert blocks and len(blocks) == len(page.select("math[display=block]"))
        for block in blocks:
            assert len(str(block["aria-label"])) > 25 and block["aria-label"] == block["data-text"]
            assert block["tabindex"] == "0", "a long formula is scrolled with the keyboard"
        told = page.select_one("p.symbols")
        assert told is not None
        assert all(each["alttext"] for each in page.find_all("math"))
        parts = told.get_text().rstrip(".").split("; ")
        assert len(parts) == len(told.find_all("math")) > 0
        assert all(len(part.partition("— ")[2]) > 3 for part in parts)
        explained = " ".join(each.latex for formula_ in FAMILY_FORMULAS[family](one) for each in formula_.symbols)
        for text in latex(one):
            for letter in set(re.findall(r"\\(alpha|beta|gamma|lambda|kappa|sigma|pi|zeta|rho|tau_j|delta)\b", text)):
                assert f"\\{letter}" in explained or letter == "gamma", (family, letter)


def test_a_formula_holds_what_the_model_declares() -> None:
    assert latex(model()) == [r"\log \mathrm{E}[y_i] = \beta d_i + \mu"]
    full = model(controls=("age",), fixed_effects=("unit_id", "year"), offset="population")
    assert latex(full) == [
        r"\log \mathrm{E}[y_i] = \beta d_i + \gamma^{\top} x_i + \alpha_{i} + \lambda_{i} + \log N_i"
    ]
    text = " ".join(shown(full).get_text(" ").split())
    for column in ("applications", "trained", "age", "unit_id", "year", "population"):
        assert column in text
    two = model("ols", exposures=("trained", "exposure"))
    assert latex(two) == [r"y_i = \beta_{1} d_{1i} + \beta_{2} d_{2i} + \mu + \varepsilon_i"]
    many = model("logit", exposures=("a", "b", "c", "d"))
    assert latex(many)[0].endswith(r"= \beta^{\top} d_i + \mu")


def test_families_that_depend_on_the_model_choose_their_formula() -> None:
    assert latex(model("exposure_response"))[0].startswith(r"\log")
    assert latex(model("exposure_response", outcome="log1p(cost)"))[0].startswith("y_i")
    assert "hat{m}" in latex(model("group_time", controls=("age",)))[0]
    assert r"\log" in latex(model("group_time"))[0] and r"\log" not in latex(model("group_time", outcome="log1p(x)"))[0]
    assert latex(model("intention_to_treat", offset="population"))[0].startswith(r"\log")
    assert r"\mu" not in latex(model("cox"))[0] and r"\mu" not in latex(model("ordered_logit"))[0]


def test_a_logarithm_is_named_by_what_stands_in_it() -> None:
    text = shown(model("ols", outcome="log1p(cost)")).get_text(" ")
    assert "outcome: logarithm of (1 + value): cost" in text and "log1p" not in text


def test_words_and_labels_are_escaped_and_latex_that_fails_is_told() -> None:
    made = str(formula(r"a < b", '"<script>&'))
    assert "<script" not in made
    block = BeautifulSoup(made, "html.parser").div
    assert isinstance(block, Tag) and block["data-text"] == '"<script>&' and block["data-latex"] == "a < b"
    assert block.math is not None and block.math["alttext"] == '"<script>&'
    with pytest.raises(ValueError, match="cannot be read"):
        symbol("a_b_c")


def test_mathml_asks_for_nothing() -> None:
    text = str(model_formula(model("group_time", controls=("age",)), None, "ru", ()))
    found = BeautifulSoup(text, "html.parser")
    allowed = {"math", "mrow", "mi", "mo", "mn", "msub", "msup", "msubsup", "mfrac", "mover", "munder", "munderover",
               "msqrt", "mspace", "mtext", "mstyle", "div", "p", "mpadded"}  # fmt: skip
    assert {tag.name for tag in found.find_all()} <= allowed
    assert not found.find_all(["a", "maction", "script"]) and "href" not in text
