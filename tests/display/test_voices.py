"""Figures of questionnaires from their tables: right items, wordings, hidden groups; a sheet where there is none."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text as Drawn

from evaluation.display.voices import Voices, shortened
from evaluation.settings import LANGUAGES, Language

ITEMS = [
    ("useful", "one", "agree", "Материал был полезен", "The material was useful", False),
    ("dull", "one", "agree", "Было скучно", "It was dull", True),
    ("heard", "one", "yes_no", "Слышали?", "Heard of it?", False),
    ("learnt_from", "several", "channels", "Откуда узнали?", "Learnt from where?", False),
    ("channels_seldom", "several", "channels", "Откуда ещё?", "From where else?", False),
]
CHOICES = [
    *(("agree", str(number), f"оценка {number}", f"mark {number}", float(number)) for number in range(1, 6)),
    ("yes_no", "yes", "Да", "Yes", 1.0), ("yes_no", "no", "Нет", "No", 0.0),
    ("channels", "media", "Газета", "Paper", None), ("channels", "people", "Соседи", "Neighbours", None),
]  # fmt: skip


@dataclass(frozen=True)
class Form:
    items: pd.DataFrame
    choices: pd.DataFrame


FORM = Form(
    pd.DataFrame(ITEMS, columns=["name", "kind", "list_name", "label_ru", "label_en", "reversed"]),
    pd.DataFrame(CHOICES, columns=["list_name", "name", "label_ru", "label_en", "value"]).astype({"value": "float64"}),
)


def estimates(note: str = "", n: int = 40) -> pd.DataFrame:
    shares = {"1": 0.1, "2": 0.1, "3": 0.2, "4": 0.35, "5": 0.25}
    rows = [("useful", code, "share", value) for code, value in shares.items()]
    rows += [("dull", code, "share", shares[str(6 - int(code))]) for code in shares]
    rows += [("useful", "", "mean", 3.55), ("useful", "", "top_share", 0.6), ("dull", "", "top_share", 0.2)]
    rows += [("heard", "yes", "share", 0.56), ("heard", "no", "share", 0.44)]
    rows += [("learnt_from", "media", "share", 0.25), ("learnt_from", "people", "share", 0.34)]
    rows += [("channels_seldom", "media", "share", 0.5), ("channels_seldom", "people", "share", 0.51)]
    frame = pd.DataFrame(rows, columns=["item", "choice", "statistic", "value"])
    frame = frame.assign(group="", se=0.05, low=frame["value"] - 0.07, high=frame["value"] + 0.07, note=note)
    asked = frame["item"].map({"channels_seldom": 9}).fillna(n + 5).astype("Int64")
    return frame.assign(n=pd.array([n] * len(frame), dtype="Int64"), n_weighted=1000.0, n_eff=30.0, deff=1.3,
                        asked=asked, dont_know=3, refused=0, no_answer=2)  # fmt: skip


def texts(figure: Figure) -> str:
    found = " ".join(text.get_text() for text in figure.findobj(Drawn))
    return " ".join(found.split()).replace("\u00a0", " ").replace("\u202f", " ")


VOICES = Voices({"participants": FORM}, simulated=True)


@pytest.mark.parametrize("language", LANGUAGES)
def test_ratings_show_the_items_of_the_scale_alone_in_the_reader_s_words(language: Language) -> None:
    told = texts(VOICES.ratings(estimates(), "participants", language))
    assert ("Материал был полезен" if language == "ru" else "The material was useful") in told
    assert ("Было скучно (обратный по смыслу)" if language == "ru" else "It was dull") in told
    assert ("оценка 5" if language == "ru" else "mark 5") in told
    assert "Слышали?" not in told and "Heard of it?" not in told
    assert ("СМОДЕЛИРОВАННЫЕ ДАННЫЕ" if language == "ru" else "SIMULATED DATA") in told


def test_small_groups_are_hidden_and_no_margin_is_drawn_without_chance() -> None:
    assert "60 %" in texts(VOICES.ratings(estimates(), "participants", "ru"))
    small = texts(VOICES.ratings(estimates(n=3), "participants", "ru"))
    assert "60 %" not in small and "35" not in small
    drawn = texts(VOICES.ratings(estimates(), "participants", "en"))
    free = texts(VOICES.ratings(estimates("not_probability"), "participants", "en"))
    assert "(53–67)" in drawn and "(53–67)" not in free
    assert "no margin of error" in free and "no margin of error" not in drawn


def test_options_are_those_of_the_question_that_most_were_asked() -> None:
    told = texts(VOICES.options(estimates(), "participants", "ru"))
    assert "Откуда узнали?" in told and "Откуда ещё?" not in told
    assert "34 %" in told and "51 %" not in told


@pytest.mark.parametrize("language", LANGUAGES)
def test_where_nothing_was_asked_the_sheet_says_so(language: Language) -> None:
    none = estimates().iloc[:0]
    sheets = [
        VOICES.ratings(estimates(), "residents", language), VOICES.ratings(none, "participants", language),
        VOICES.options(estimates(), "residents", language), VOICES.options(none, "participants", language),
        VOICES.change(pd.DataFrame(columns=["measure", "statistic", "value"]), language),
        VOICES.flow(pd.DataFrame(columns=["wave_id", "stage", "n"]), language),
        Voices({}).ratings(estimates(), "participants", language),
    ]  # fmt: skip
    for sheet in sheets:
        assert ("Нет данных" if language == "ru" else "No data") in texts(sheet)


def test_change_is_shown_of_pairs_with_its_interval() -> None:
    table = pd.DataFrame({
        "measure": "learning", "statistic": ["mean_before", "mean_after", "mean_change"], "value": [9.9, 11.7, 1.8],
        "low": [8.8, 10.4, 1.2], "high": [11.1, 13.1, 2.3], "n": pd.array([19] * 3, dtype="Int64"), "note": None,
    })  # fmt: skip
    told = texts(VOICES.change(table, "en"))
    assert "Result of the test before and after" in told and "+1.80 (1.20; 2.30)" in told and "19" in told
    assert "(1.20; 2.30)" not in texts(VOICES.change(table.assign(note="not_probability", low=None, high=None), "en"))


def test_a_table_shows_ratings_by_mean_and_high_share_alone() -> None:
    shown = VOICES.shown(estimates())
    rated = shown[shown["item"].isin(["useful", "dull"])]
    assert set(rated["statistic"]) == {"mean", "top_share"}
    assert set(shown["item"]) == set(estimates()["item"])
    assert len(shown) == len(estimates()) - 10


def test_wordings_come_once_a_question_and_long_ones_end_between_words() -> None:
    both = Voices({"participants": FORM, "residents": FORM})
    assert list(both.items) == [row[0] for row in ITEMS]
    assert both.answers["media"].in_language("en") == "Paper"
    long = "Насколько Вы удовлетворены качеством выполненных проектов там, где Вы живёте?"
    assert len(shortened(long)) <= 48 and shortened(long).endswith("…")
    assert shortened(long)[:-1] in long and shortened("Ваш пол") == "Ваш пол"
