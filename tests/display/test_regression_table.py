"""Regression tables: an independent library's numbers, alignment by the decimal mark, stars, escaping, tidy CSV."""

from __future__ import annotations

import csv
import io
import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
import statsmodels.formula.api as smf
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.codebook import Codebook, read_codebook
from evaluation.display.regression_table import RegressionTable, comparable, decimals_of, regression_table, stars_of
from evaluation.effects.estimate import collect
from evaluation.effects.plan import estimates_of, fit_declared
from evaluation.report.html import safe_fragment
from evaluation.settings import Model, Text

ROOT = Path(__file__).resolve().parents[2]
WORDS = Text(ru="слова", en="words")
MARK = {"ru": ",", "en": "."}


def declare(name: str, **more: object) -> Model:
    values = {
        "name": name, "question": "Q", "estimand": WORDS, "assumption": WORDS, "design": "association", "family": "ols",
        "outcome": "y", "exposures": ("trained", "exposure"), "clusters": "unit_id",
    } | more  # fmt: skip
    return Model(**values)  # type: ignore[arg-type]  # keys of a test


@pytest.fixture(scope="module")
def panel() -> pd.DataFrame:
    rng = np.random.default_rng(3)
    units, years = 40, 6
    unit = np.repeat(np.arange(units), years)
    year = np.tile(np.arange(2019, 2019 + years), units)
    trained = (year >= 2020 + unit % 5).astype(float)
    exposure = rng.poisson(2, len(unit)).astype(float)
    mean = 0.4 * rng.normal(size=units)[unit] + 0.3 * trained + 0.1 * exposure
    return pd.DataFrame(
        {
            "unit_id": [f"u{number:02d}" for number in unit], "year": year, "trained": trained, "exposure": exposure,
            "y": mean + rng.normal(size=len(unit)), "applications": rng.poisson(np.exp(0.5 + mean)).astype(float),
        }
    )  # fmt: skip


@pytest.fixture(scope="module")
def models() -> list[Model]:
    return [
        declare("plain", inference=("crv1",)),
        declare("fixed", inference=("crv1",), fixed_effects=("unit_id", "year")),
        declare("counts", outcome="applications", family="poisson", exposures=("trained",), inference=("crv1",)),
    ]


@pytest.fixture(scope="module")
def codebook() -> Codebook:
    return read_codebook(ROOT / "config")


@pytest.fixture(scope="module")
def table(panel: pd.DataFrame, models: list[Model], codebook: Codebook) -> RegressionTable:
    found = [estimates_of(panel, model).frame for model in models]
    return regression_table(found, models, codebook, below="error")


def cells(table: RegressionTable, language: str) -> dict[tuple[str, int], str]:
    """Text by head of the line (with its place) and model."""
    out = {}
    for line in table.lines(language):  # type: ignore[arg-type]  # a language
        for place, text in enumerate(line.cells):
            out.setdefault((line.head, place), text)
    return out


def number(text: str) -> float:
    return float(re.sub("[^0-9.,−-]", "", text).replace(",", ".").replace("−", "-"))


def test_numbers_are_those_of_statsmodels(table: RegressionTable, panel: pd.DataFrame) -> None:
    groups = pd.factorize(panel["unit_id"])[0]
    plain = smf.ols("y ~ trained + exposure", panel).fit(cov_type="cluster", cov_kwds={"groups": groups})
    fixed = smf.ols("y ~ trained + exposure + C(unit_id) + C(year)", panel).fit()
    counts = smf.glm("applications ~ trained", panel, family=sm.families.Poisson()).fit(
        cov_type="cluster", cov_kwds={"groups": groups}
    )
    frame = table.frame.set_index(["model", "exposure"])
    assert frame.loc[("plain", "trained"), "estimate"] == pytest.approx(plain.params["trained"], abs=1e-9)
    assert frame.loc[("plain", "trained"), "se"] == pytest.approx(plain.bse["trained"], rel=1e-6)
    assert frame.loc[("fixed", "exposure"), "estimate"] == pytest.approx(fixed.params["exposure"], abs=1e-9)
    assert frame.loc[("counts", "trained"), "estimate"] == pytest.approx(counts.params["trained"], abs=1e-7)
    above, below = table.lines("en")[:2]
    assert number(above.cells[0]) == pytest.approx(plain.params["trained"], abs=0.5 * 10 ** -decimals(above.cells[0]))
    assert number(below.cells[0]) == pytest.approx(plain.bse["trained"], abs=0.5 * 10 ** -decimals(below.cells[0]))


def decimals(text: str) -> int:
    return len(re.search(r"[.,](\d+)", text).group(1))  # type: ignore[union-attr]


@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize("stars", [True, False])
def test_decimal_marks_stand_above_each_other(
    panel: pd.DataFrame, models: list[Model], language: str, stars: bool
) -> None:
    found = [estimates_of(panel, model).frame for model in models]
    table = regression_table(found, models, below="error", stars=stars)
    lines = [line for line in table.lines(language) if line.kind != "fact"]  # type: ignore[arg-type]
    for place in range(len(models)):
        column = [line.cells[place] for line in lines if line.cells[place]]
        assert len({len(text) - text.index(MARK[language]) for text in column}) == 1, column
    told = {line.head: line.cells for line in table.lines(language)}  # type: ignore[arg-type]
    assert any("*" in text for cells in told.values() for text in cells) == stars
    assert any("p < 0" in note for note in table.notes(language)) == stars  # type: ignore[arg-type]


def test_facts_that_a_referee_asks_for(table: RegressionTable) -> None:
    shown = cells(table, "en")
    assert [shown[("Observations (n)", place)] for place in range(3)] == ["240"] * 3
    assert shown[("Clusters", 0)] == "40"
    assert shown[("Supported clusters", 2)] == "40", "every unit is trained by 2024"
    assert [shown[("Effects of territory", place)] for place in range(3)] == ["no", "yes", "no"]
    assert shown[("Inference", 0)] == "clustered, t"
    assert shown[("What it is", 1)] == "association"
    assert shown[("Family", 2)] == "Poisson regression"
    assert any("associations" in note for note in table.notes("en"))
    assert table.heads("en") == ["(1) plain", "(2) fixed", "(3) counts"]


def test_a_model_without_an_exposure_leaves_its_cell_empty(table: RegressionTable) -> None:
    exposure = [line for line in table.lines("en") if line.kind == "coefficient"][1]
    assert exposure.cells[2] == ""
    assert exposure.cells[0] != ""


def test_no_association_is_claimed_where_a_design_is_declared(panel: pd.DataFrame) -> None:
    model = declare("drawn", design="randomised")
    table = regression_table(estimates_of(panel, model).frame, [model])
    assert not any("associations" in note for note in table.notes("en"))
    assert cells(table, "en")[("What it is", 0)] == "randomised"


def test_a_model_that_could_not_be_fitted_has_marks_and_no_numbers(panel: pd.DataFrame, models: list[Model]) -> None:
    found = estimates_of(panel, models[0]).frame
    empty = found.assign(model="failed", estimate=np.nan, se=np.nan, low=np.nan, high=np.nan, p=np.nan, n=0)
    failed = declare("failed")
    table = regression_table([found, empty], [models[0], failed])
    lines = [line for line in table.lines("ru") if line.kind != "fact"]
    assert {line.cells[1] for line in lines} == {"—"}
    table.to_html("ru")


@pytest.mark.parametrize("language", ["ru", "en"])
def test_html_holds_nothing_but_a_table_and_is_escaped(panel: pd.DataFrame, language: str) -> None:
    model = declare("bad")
    labels = {
        "bad": Text(ru="<script>alert(1)</script>", en="<script>alert(1)</script>"),
        "trained": Text(ru="=cmd|'/c calc'", en="=cmd|'/c calc'"),
    }
    table = regression_table(estimates_of(panel, model).frame, [model], labels=labels, simulated=True)
    made = table.to_html(language)  # type: ignore[arg-type]  # a language
    safe_fragment("regression_table", made)
    assert "<script" not in made
    HTMLParser().feed(made)
    text = table.to_csv(language)  # type: ignore[arg-type]  # a language
    assert "'=cmd" in text
    assert "\\|" in table.to_markdown(language)  # type: ignore[arg-type]  # a language


def test_csv_is_tidy_and_of_full_precision(table: RegressionTable) -> None:
    rows = list(csv.reader(io.StringIO(table.to_csv("en"))))
    head, body = rows[0], rows[1:]
    assert len(body) == 5, "one row a model and exposure"
    assert len({len(row) for row in rows}) == 1
    estimate = head.index("Estimate")
    assert [float(row[estimate]) for row in body] == pytest.approx(list(table.frame["estimate"]), rel=1e-11)
    assert "Standard error" in head and "Fixed effects" in head
    russian = list(csv.reader(io.StringIO(table.to_csv("ru")), delimiter=";"))
    assert russian[1][russian[0].index("Оценка")] == rows[1][estimate].replace(".", ",")


def test_interval_below_by_hand() -> None:
    model = declare("hand", exposures=("trained",))
    row = fit_row(model, estimate=0.25, se=0.1, low=-0.05, high=0.55, p=0.1)
    table = regression_table(row, [model])
    lines = table.lines("ru")
    assert lines[0].cells[0].strip("\u2007\u2008") == "0,25"
    assert lines[1].cells[0] == "[−0,05;\u00a00,55]"
    assert table.lines("en")[1].cells[0] == "[−0.05,\u00a00.55]"


def fit_row(model: Model, **numbers: float) -> pd.DataFrame:
    base = pd.DataFrame(
        {
            "unit_id": [f"u{k}" for k in range(8)] * 2, "trained": [0.0] * 8 + [1.0] * 8,
            "y": np.random.default_rng(1).normal(size=16), "exposure": 0.0, "year": 1,
        }
    )  # fmt: skip
    return collect(fit_declared(base, model)).frame.assign(**numbers)


def test_stars_follow_the_corrected_p() -> None:
    assert stars_of(pd.Series({"p": 0.0005})) == "***"
    assert stars_of(pd.Series({"p": 0.0005, "p_adjusted": 0.03})) == "*"
    assert stars_of(pd.Series({"p": 0.03, "p_adjusted": np.nan})) == "*"
    assert stars_of(pd.Series({"p": 0.05})) == ""
    assert stars_of(pd.Series({"p": np.nan, "p_adjusted": pd.NA})) == ""


@pytest.mark.parametrize(
    ("errors", "digits"),
    [([0.045, 0.2], 3), ([0.4], 2), ([12.3], 0), ([1.0], 1), ([0.0004], 5), ([np.nan], 3), ([0.0], 3), ([1e-12], 6)],
)
def test_digits_follow_the_smallest_error(errors: list[float], digits: int) -> None:
    assert decimals_of(pd.DataFrame({"se": errors})) == digits


@settings(deadline=None)  # time depends on the machine
@given(st.floats(min_value=1e-4, max_value=9.0), st.floats(min_value=-50, max_value=50))
def test_two_significant_digits_of_the_error_are_left(error: float, estimate: float) -> None:
    digits = decimals_of(pd.DataFrame({"se": [error]}))
    assert abs(round(error, digits) - error) <= 0.05 * error + 1e-12


def test_comparable_models_share_an_exposure_with_the_main_one() -> None:
    main = declare("main", is_main=True)
    some = [declare("other", exposures=("won",)), declare("alike", exposures=("exposure",)), main]
    assert [model.name for model in comparable(some)] == ["main", "alike"]
    assert comparable(some[:2]) == []


def test_nothing_to_show_is_said() -> None:
    model = declare("hand", exposures=("trained",))
    empty = regression_table(fit_row(model).iloc[:0], [model])
    assert "There are no rows" in empty.to_html("en")
    assert "There are no rows" in empty.to_markdown("en")


def test_the_order_of_rows_does_not_matter(panel: pd.DataFrame, models: list[Model]) -> None:
    found = pd.concat([estimates_of(panel, model).frame for model in models], ignore_index=True)
    assert regression_table(found, models).to_html("ru") == regression_table(found.iloc[::-1], models).to_html("ru")
