"""Data that do not suffice for one model leave a row that says why; words that cannot be meant stop the plan."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from evaluation.effects.estimate import in_both_languages, parse_warnings, warning_text
from evaluation.effects.plan import fit_plan
from evaluation.settings import DataProblem, InputProblem, Model
from evaluation.tables import TABLES

Declare = Callable[..., Model]


def lives(events: int) -> pd.DataFrame:
    """30 teams x 3 years; the first ``events`` teams, none trained, fall silent in the last."""
    team, year = np.repeat(np.arange(30), 3), np.tile([2019, 2020, 2021], 30)
    return pd.DataFrame(
        {
            "team_id": team, "unit_id": team, "year": year, "period": year - 2018, "trained_jointly": team % 2 == 1,
            "fell_silent": (team < events) & (team % 2 == 0) & (year == 2021),
        }
    )  # fmt: skip


def hazard(declare: Declare, name: str = "teams") -> Model:
    return declare("fell_silent", ("trained_jointly",), "hazard", name=name)


def test_one_refusal_does_not_stop_the_others(declare: Declare) -> None:
    plain = declare("fell_silent", ("period",), name="plain")
    found = fit_plan(None, None, [hazard(declare), plain], others={"team_spells": lives(8)})
    row = found.one("teams", "trained_jointly")
    assert (row["n"], row["clusters"], row["inference"]) == (0, 0, "none")
    assert np.isnan(row["estimate"])
    assert set(parse_warnings(row["warning"])) == {"not_fitted"}
    assert "perfectly separated" in warning_text(row["warning"], "en")
    assert "||" not in warning_text(row["warning"], "en") + warning_text(row["warning"], "ru")
    ru = warning_text(row["warning"], "ru")
    assert ru.startswith("модель не оценена") and "разделён" in ru and "separated" not in ru
    assert np.isfinite(found.one("plain", "period")["estimate"])


@pytest.mark.parametrize(
    ("family", "outcome", "exposures", "more", "table"),
    [
        ("hazard", "fell_silent", ("trained_jointly",), {}, "team_spells"),
        ("cox", "fell_silent", ("trained_jointly",), {}, "team_spells"),
        ("diffusion", "adopted", ("adopters_exchange",), {"geography": "original"}, "practice_years"),
        ("cutoff", "applies_again", ("won",), {}, "scored_applications"),
        ("local_randomisation", "applies_again", ("won",), {}, "scored_applications"),
    ],
)
def test_a_table_without_rows(
    declare: Declare, family: str, outcome: str, exposures: tuple[str, ...], more: dict[str, str], table: str
) -> None:
    model = declare(outcome, exposures, family, **more)
    row = fit_plan(None, None, [model], others={table: TABLES[table].empty()}).frame.iloc[0]
    assert "not_fitted" in parse_warnings(row["warning"])


def test_an_empty_table_of_applications_and_logit(declare: Declare) -> None:
    model = declare("won", ("is_mixed",), "logit", fixed_effects=("year",))
    table = TABLES["scored_applications"].empty()
    row = fit_plan(None, None, [model], others={"scored_applications": table}).frame.iloc[0]
    assert set(parse_warnings(row["warning"])) & {"no_rows", "not_fitted"}


def test_words_of_the_plan_stop_it(declare: Declare) -> None:
    others = {"team_spells": lives(8)}
    with pytest.raises(InputProblem, match="no columns elsewhere") as told:
        fit_plan(None, None, [declare("fell_silent", ("elsewhere",), "hazard")], others=others)
    assert not isinstance(told.value, DataProblem)
    with pytest.raises(InputProblem, match="takes no weights"):
        fit_plan(None, None, [hazard(declare).model_copy(update={"weights": "period"})], others=others)


def test_separators_of_warnings_do_not_break_the_words() -> None:
    problem = DataProblem("нет строк; проверьте a=b.", "no rows; check a=b.")
    text = f"few_treated_clusters=3;not_fitted={in_both_languages(problem)}"
    assert parse_warnings(text)["few_treated_clusters"] == "3"
    assert warning_text(text, "en").endswith("no rows, check a=b")
    assert warning_text(text, "ru").endswith("нет строк, проверьте a=b")


def test_numbers_of_warnings_have_the_comma_of_the_language() -> None:
    assert "0,028" in warning_text("curvature_assumed=0.028", "ru")
    assert "0.028" in warning_text("curvature_assumed=0.028", "en")
