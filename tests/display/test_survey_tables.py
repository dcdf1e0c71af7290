"""Tables of surveys: remarks in words, withheld errors, hidden counts, every code of the survey has its words."""

from __future__ import annotations

import importlib
import pkgutil
from types import SimpleNamespace

import pandas as pd
import pytest

import evaluation.survey
from evaluation.display.kirkpatrick_exhibit import LEVELS, kirkpatrick_exhibit
from evaluation.display.survey.heads import HEADS
from evaluation.display.survey.remarks import REMARKS
from evaluation.display.survey.specs import TABLES_OF_SURVEY
from evaluation.display.survey.tables import (
    estimates_exhibit,
    event_ratings_exhibit,
    hidden_below,
    survey_exhibit,
    waves_exhibit,
)
from evaluation.display.weights_exhibit import weights_exhibit
from evaluation.settings import Text

MODULES = [module.name for module in pkgutil.iter_modules(evaluation.survey.__path__)]


def spaces(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def estimates(note: str = "") -> pd.DataFrame:
    row = {"item": "useful", "choice": "", "group": "", "statistic": "top_share", "value": 0.7, "se": 0.03, "low": 0.64,
           "high": 0.76, "n": 80, "n_weighted": 81.4, "n_eff": 60.2, "deff": 1.33, "df": 20, "asked": 100,
           "dont_know": 12, "refused": 3, "no_answer": 5, "note": note}  # fmt: skip
    return pd.DataFrame([row]).astype({"n": "Int64", "asked": "Int64", "dont_know": "Int64"})


@pytest.mark.parametrize("name", MODULES)
def test_every_remark_of_the_survey_has_words(name: str) -> None:
    codes = getattr(importlib.import_module(f"evaluation.survey.{name}"), "NOTES", ())
    assert set(codes) <= set(REMARKS)


def test_every_column_has_a_head() -> None:
    for spec in TABLES_OF_SURVEY.values():
        assert set(spec.columns) <= set(HEADS)


def test_estimates_have_n_and_weighted_n_in_both_languages() -> None:
    made = estimates_exhibit(estimates(), None, items={"useful": Text(ru="Полезно", en="Useful")})
    ru, en = (spaces(made.to_markdown(language)) for language in ("ru", "en"))  # type: ignore[arg-type]
    assert "| Полезно |" in ru and "70,0 %" in ru and "от 64,0 % до 76,0 %" in ru and "| 81 |" in ru and "| 80 |" in ru
    assert "| Useful |" in en and "64.0% to 76.0%" in en and "| 1.33 |" in en
    assert "Взвешенное n" in ru and "Weighted n" in en


def test_errors_of_a_convenience_sample_are_withheld_though_the_frame_has_them() -> None:
    made = estimates_exhibit(estimates("not_probability; census_nonresponse"), None)
    text = spaces(made.to_markdown("ru"))
    assert "64,0" not in text and "1,33" not in text and "70,0 %" in text
    assert "не вероятностная выборка: погрешность не указывается; спросили всех" in text
    assert made.frame[["low", "high", "deff", "n_eff"]].isna().all(axis=None)


def test_a_small_count_is_hidden_with_all_that_would_give_it_away() -> None:
    frame = pd.DataFrame({"n": [50, 3, 10], "dont_know": [2, 3, 0], "refused": [8, 0, 0], "asked": [60, 6, 10],
                          "mean": [4.1, 4.9, 3.0]})  # fmt: skip
    marks = hidden_below(frame, ["n", "dont_know", "refused"], ["mean"], 5, total="asked")
    assert marks.loc[0].to_dict() == {
        "n": "", "dont_know": "primary", "refused": "complementary", "mean": "", "asked": "",
    }  # fmt: skip
    assert marks.loc[1, ["n", "dont_know", "mean"]].tolist() == ["primary", "primary", "hidden"]
    assert (marks.loc[2] == "").all()
    alone = hidden_below(pd.DataFrame({"n": [3], "dont_know": [0], "asked": [3]}), ["n", "dont_know"], total="asked")
    assert alone.loc[0, "asked"] == "complementary"


def test_hidden_cells_leave_the_table_itself() -> None:
    frame = pd.DataFrame({"wave_id": ["w"], "item": ["a"], "asked": [40], "answered": [38], "dont_know": [2]})
    made = survey_exhibit(
        "survey_item_nonresponse", frame, None, hidden=hidden_below(frame, ["answered", "dont_know"], total="asked")
    )
    assert spaces(made.cell(0, "dont_know", "ru")) == "< 5" and made.frame[["dont_know", "answered"]].isna().all(
        axis=None
    )


def test_empty_levels_are_shown_as_not_measured_and_none_may_be_dropped() -> None:
    rows = [{"level": level, "measure": "", "instrument": "", "items": "", "unit": "", "value": float("nan"), "n": 0,
             "asked": pd.NA, "is_measured": False, "says": "", "cannot_say": "", "note": "not_measured"}
            for level in LEVELS]  # fmt: skip
    rows[0] |= {"unit": "share", "value": 0.8, "n": 90, "asked": 120, "is_measured": True, "note": "no_interval"}
    table = pd.DataFrame(rows).assign(low=float("nan"), high=float("nan"))
    text = spaces(kirkpatrick_exhibit(table, None).to_markdown("ru"))
    assert text.count("не измерялось") == 3 and "80,0 %" in text
    assert "не доказывает, что обучение бесполезно" in text
    with pytest.raises(ValueError, match="behaviour"):
        kirkpatrick_exhibit(table[table["level"] != "behaviour"], None)


def test_weights_are_named_by_the_questions_they_rest_on() -> None:
    schemes = pd.DataFrame([{"scheme": "raked", "variables": "sex, age_group", "bound_low": 0.3, "bound_high": 3.0,
                             "iterations": 6, "max_gap": 1e-9, "kish_deff": 1.2512, "n": 300, "n_eff": 239.8,
                             "wmin": 0.5, "wmax": 2.75, "population": 2_092_746.0}])  # fmt: skip
    items = {"sex": Text(ru="Пол", en="Sex"), "age_group": Text(ru="Возраст", en="Age")}
    text = spaces(weights_exhibit(schemes, None, items).to_markdown("ru"))
    assert "Пол; Возраст" in text and "1,25" in text and "| 240 |" in text and "2,75" in text


def test_waves_tell_mode_and_dates_and_no_rate_where_nobody_was_drawn() -> None:
    waves = pd.DataFrame({
        "wave_id": ["2025-residents", "2025-open"], "instrument": ["residents", "open"], "year": 2025,
        "design": ["stratified", "convenience"], "population": "", "mode": "", "frame_n": [1000, None],
        "invited_n": pd.array([540, 400], dtype="Int64"), "answered_n": pd.array([270, 100], dtype="Int64"),
        "invited_basis": ["declared", "attendance"], "field_from": pd.Timestamp("2025-10-05"),
        "field_to": pd.Timestamp("2025-10-31"),
    })  # fmt: skip
    adults = Text(ru="взрослые", en="adults")
    surveys = {
        "a": SimpleNamespace(instrument="residents", population=adults, mode=Text(ru="на планшете", en="by tablet")),
        "b": SimpleNamespace(instrument="open", population=adults, mode=None),
    }
    lines = spaces(waves_exhibit(waves, None, surveys).to_markdown("ru")).splitlines()
    residents = next(line for line in lines if "жители" in line)
    other = next(line for line in lines if "open" in line)
    assert "на планшете" in residents and "| 50,0 |" in residents and "05.10.2025" in residents
    assert "| 25,0 |" not in other and "не вероятностная выборка" in other
    assert "посчитаны по спискам участников" in other and "посчитаны" not in residents


def test_of_an_event_with_few_ratings_not_even_the_remark_is_shown() -> None:
    ratings = pd.DataFrame({"event_id": ["e1", "e2"], "item": "useful", "attended": [9, 14], "rated": [3, 9],
                            "dont_know": [0, 0], "mean": [4.67, 3.67], "top_share": [1.0, 0.67], "low": [0.4, 0.3],
                            "high": [1.0, 0.9], "verdict": ["holds", "fails"], "note": ["ceiling", None]})  # fmt: skip
    made = event_ratings_exhibit(ratings, None)
    row = [spaces(made.cell(0, column, "ru")) for column in ("rated", "mean", "top_share", "low", "verdict", "note")]
    assert row == ["< 5", "×", "×", "×", "×", "×"]
    assert made.cell(1, "verdict", "ru") == "неверно" and "4.67" not in made.to_csv("en")
