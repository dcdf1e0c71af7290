"""What questionnaires say, as figures and words: the same questionnaires, look and threshold for all of them."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd

from evaluation.display.canvas import empty, style
from evaluation.display.diverging import diverging_bars
from evaluation.display.survey.bars import change_dumbbells, change_rows, option_bars
from evaluation.display.survey.flow import survey_flow
from evaluation.settings import LANGUAGES, Text

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from evaluation.codebook import Codebook
    from evaluation.settings import Language

FIVE = (1.0, 5.0)
CHANGE = Text(ru="Результат теста до и после занятия", en="Result of the test before and after")


@dataclass(frozen=True, eq=False)
class Voices:
    """``forms``: questionnaires by instrument (frames ``items`` and ``choices``, as XLSForm has them)."""

    forms: Mapping[str, Any]
    codebook: Codebook | None = None
    simulated: bool = False
    threshold: int = 5

    @cached_property
    def questions(self) -> pd.DataFrame:
        """The items of all questionnaires, each name once: name, label_ru, label_en and the others."""
        frames = [form.items for form in self.forms.values()]
        return pd.concat(frames).drop_duplicates("name") if frames else pd.DataFrame(columns=["name", "kind"])

    @cached_property
    def items(self) -> dict[str, Text]:
        """Wordings of the questions by item."""
        return {str(row.name_): _text(row) for row in _rows(self.questions)}

    @cached_property
    def answers(self) -> dict[str, Text]:
        """Wordings of the answers by code; where lists use one code for different answers, the first list's."""
        words: dict[str, Text] = {}
        for form in self.forms.values():
            for row in _rows(form.choices):
                words.setdefault(str(row.name_), _text(row))
        return words

    def ratings(self, estimates: pd.DataFrame, instrument: str, language: Language) -> Figure:
        """Answers from 1 to 5 of a questionnaire as diverging bars; a sheet that says so where there are none."""
        form = self.forms.get(instrument)
        lists = self._five(form) if form is not None else []
        if form is None or not lists:
            return self._nothing(language)
        asked = form.items[(form.items["kind"] == "one") & form.items["list_name"].isin(lists)]
        chosen = asked["list_name"].value_counts(sort=True).index[0]
        asked = asked[asked["list_name"] == chosen]
        rows = estimates[estimates["item"].isin(asked["name"])].reset_index(drop=True)
        if rows.empty:
            return self._nothing(language)
        levels = form.choices[(form.choices["list_name"] == chosen) & form.choices["value"].notna()]
        labels = {str(row.name_): _text(row).in_language(language) for row in _rows(levels.sort_values("value"))}
        wording = {str(row.name_): _text(row).in_language(language) for row in _rows(asked)}
        return diverging_bars(
            rows, language, labels, wording, turned=asked.loc[asked["reversed"].astype(bool), "name"].tolist(),
            hidden=self._small(rows), threshold=self.threshold, simulated=self.simulated,
        )  # fmt: skip

    def options(self, estimates: pd.DataFrame, instrument: str, language: Language) -> Figure:
        """Options of the question of several answers that most were asked."""
        form = self.forms.get(instrument)
        several = [] if form is None else form.items.loc[form.items["kind"] == "several", "name"].tolist()
        rows = estimates[estimates["item"].isin(several) & (estimates["statistic"] == "share")].reset_index(drop=True)
        if form is None or rows.empty:
            return self._nothing(language)
        item = rows.sort_values(["asked", "item"], ascending=[False, True], kind="stable")["item"].iloc[0]
        rows = rows[rows["item"] == item].reset_index(drop=True)
        used = form.items.set_index("name").loc[item, "list_name"]
        words = {
            str(row.name_): _text(row).in_language(language) for row in _rows(form.choices) if row.list_name == used
        }
        return option_bars(
            rows, language, words, hidden=self._small(rows), threshold=self.threshold,
            title=self.items[item].in_language(language), simulated=self.simulated,
        )  # fmt: skip

    def change(self, changes: pd.DataFrame, language: Language) -> Figure:
        """Before and after of the same people (contract ``survey_changes``)."""
        if changes.empty:
            return self._nothing(language)
        rows = change_rows(changes)
        labels = {str(measure): CHANGE.in_language(language) for measure in rows["measure"]}
        return change_dumbbells(
            rows, language, labels, hidden=self._small(rows), threshold=self.threshold, simulated=self.simulated
        )

    def flow(self, flow: pd.DataFrame, language: Language) -> Figure:
        """What became of those who were asked in one wave (contract ``survey_flow``)."""
        if flow.empty:
            return self._nothing(language)
        wording = {name: shortened(text.in_language(language)) for name, text in self.items.items()}
        return survey_flow(flow, language, self.codebook, wording, simulated=self.simulated)

    def shown(self, estimates: pd.DataFrame) -> pd.DataFrame:
        """Estimates for a table: of ratings from 1 to 5 the mean and the share of high ones, not every answer."""
        rated: set[str] = set()
        for form in self.forms.values():
            rated |= set(form.items.loc[form.items["list_name"].isin(self._five(form)), "name"])
        every = (estimates["statistic"] == "share") & estimates["item"].isin(sorted(rated))
        return estimates[~every].reset_index(drop=True)

    def _five(self, form: Any) -> list[str]:
        values = form.choices.dropna(subset=["value"]).groupby("list_name")["value"].agg(["min", "max"])
        return [str(name) for name, row in values.iterrows() if (row["min"], row["max"]) == FIVE]

    def _small(self, rows: pd.DataFrame) -> pd.Series:
        return rows["n"].astype("Float64").lt(self.threshold).fillna(False).astype(bool)

    def _nothing(self, language: Language) -> Figure:
        with style():
            return empty("", language, self.simulated)


def shortened(text: str, width: int = 48) -> str:
    """A question in one line: cut between words, with an ellipsis."""
    return textwrap.shorten(text, width, placeholder="…")


def _rows(frame: pd.DataFrame) -> Any:
    return frame.rename(columns={"name": "name_"}).itertuples()


def _text(row: Any) -> Text:
    labels = {each: getattr(row, f"label_{each}") for each in LANGUAGES}
    said = next((label for label in labels.values() if label), str(row.name_))
    return Text(**{each: label or said for each, label in labels.items()})
