"""p corrected within the declared families of hypotheses, and nowhere else."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from evaluation.effects.adjusted import adjusted_p
from evaluation.effects.families import FAMILIES, rows_of_family
from evaluation.effects.plan import fit_plan, table_of
from evaluation.settings import HypothesisFamily, InputProblem, Model, Text

WORDS = Text(ru="вместе", en="together")


def family(method: str = "holm", name: str = "one") -> HypothesisFamily:
    return HypothesisFamily(name=name, text=WORDS, method=method)  # type: ignore[arg-type]


@pytest.fixture
def models(declare: Callable[..., Model]) -> list[Model]:
    return [
        declare("y", ("a", "b"), name="first", hypothesis_family="one"),
        declare("z", ("a",), name="second", hypothesis_family="one"),
        declare("z", ("b",), name="alone"),
        declare("z", ("c",), name="other", hypothesis_family="two"),
    ]


ESTIMATES = pd.DataFrame({
    "model": ["first", "first", "second", "alone", "other"], "exposure": ["a", "b", "a", "b", "c"],
    "p": [0.01, 0.04, 0.03, 0.001, 0.02],
})  # fmt: skip


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("holm", [0.03, 0.06, 0.06]),  # 3 x 0.01; 2 x 0.03; at least the one before
        ("hochberg", [0.03, 0.04, 0.04]),
        ("benjamini_hochberg", [0.03, 0.04, 0.04]),
    ],
)
def test_corrections_by_hand(models: list[Model], method: str, expected: list[float]) -> None:
    found = adjusted_p(ESTIMATES, models, [family(method), family(name="two")], lambda _: pd.DataFrame())
    assert found.iloc[:3].tolist() == pytest.approx(expected)
    assert math.isnan(found.iloc[3]), "in no family"
    assert found.iloc[4] == 0.02, "a family of one needs no correction"


def test_a_row_without_p_is_no_hypothesis(models: list[Model]) -> None:
    lost = ESTIMATES.assign(p=ESTIMATES["p"].mask(ESTIMATES.index == 1))
    found = adjusted_p(lost, models, [family()], lambda _: pd.DataFrame())
    assert math.isnan(found.iloc[1])
    assert found.iloc[0] == pytest.approx(0.02)


@pytest.fixture(scope="module")
def panel() -> pd.DataFrame:
    generator = np.random.default_rng(8)
    frame = pd.DataFrame({"unit_id": np.repeat([f"u{n:02}" for n in range(30)], 5), "year": np.tile(range(5), 30)})
    frame["trained"] = generator.integers(0, 2, len(frame)).astype(float)
    shared = generator.normal(size=len(frame))
    frame["y"] = 0.5 * frame["trained"] + shared
    frame["twin"] = frame["y"]
    return frame.assign(geography="original")


def declared(declare: Callable[..., Model], **more: object) -> list[Model]:
    common = {"fixed_effects": ("unit_id", "year"), "geography": "original", "hypothesis_family": "one"} | more
    return [declare(outcome, ("trained",), name=outcome, **common) for outcome in ("y", "twin")]


def test_fit_plan_fills_the_column(panel: pd.DataFrame, declare: Callable[..., Model]) -> None:
    frame = fit_plan(panel, None, declared(declare), hypothesis_families=[family()]).frame
    assert frame["p_adjusted"].tolist() == pytest.approx((2 * frame["p"]).clip(upper=1).tolist())
    assert fit_plan(panel, None, declared(declare)).frame["p_adjusted"].isna().all()


def test_romano_wolf_knows_that_twins_are_one_hypothesis(panel: pd.DataFrame, declare: Callable[..., Model]) -> None:
    models = declared(declare)
    weak = panel.assign(y=panel["y"] - 0.35 * panel["trained"]).assign(twin=lambda each: each["y"])
    estimates = fit_plan(weak, None, models).frame

    def correct(method: str) -> pd.Series:
        return adjusted_p(estimates, models, [family(method)], lambda model: table_of(model, weak, None), draws=999)

    joint, holm = correct("romano_wolf"), correct("holm")
    assert joint.iloc[0] == joint.iloc[1]
    assert joint.iloc[0] == pytest.approx(estimates["p"].iloc[0], abs=0.05), "no penalty for asking twice the same"
    assert holm.iloc[0] == pytest.approx(2 * estimates["p"].iloc[0])


def test_romano_wolf_refuses_what_it_cannot_draw(panel: pd.DataFrame, declare: Callable[..., Model]) -> None:
    models = declared(declare, family="multilevel")
    estimates = ESTIMATES.assign(model="y", exposure="trained").iloc[:1]
    with pytest.raises(InputProblem, match="romano_wolf knows only regressions"):
        adjusted_p(estimates, models, [family("romano_wolf")], lambda _: panel)


def test_every_registered_family_has_its_function() -> None:
    for name in FAMILIES:
        assert callable(rows_of_family(name)), name  # type: ignore[arg-type]
    with pytest.raises(InputProblem, match="'frailty' are not executed"):
        rows_of_family("frailty")  # type: ignore[arg-type]
