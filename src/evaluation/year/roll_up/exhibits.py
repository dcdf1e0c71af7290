"""Tables and figures of a national report."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from evaluation.codebook import Codebook
from evaluation.display.exhibit import Exhibit
from evaluation.display.tables import exhibit
from evaluation.display.wording import code_label, label_of
from evaluation.settings import LANGUAGES, Language, Text
from evaluation.year.roll_up.contract import ALL, SMALL
from evaluation.year.roll_up.read import Refused, Taken

SHOWN = ("applications", "funded", "success_rate", "units_applied_share", "projects_per_10000", "participations",
         "training_persons", "cost_total")  # fmt: skip
"""Indicators of the table of regions, in this order."""
LABELLED = ("indicators", "stream_coverage", "support_summary", "panel", "*")
INTERVAL_OF = "success_rate"
Names = Mapping[Language, Mapping[str, str]]


class Exhibits:
    """Makes the tables and figures with the same codebook, names of regions, currency and mark of simulated data."""

    def __init__(
        self, codebook: Codebook, names: Mapping[str, Text], currency: str, threshold: int, simulated: bool
    ) -> None:
        self.codebook, self.currency, self.threshold, self.simulated = codebook, currency, threshold, simulated
        self.names: Names = {
            each: {code: text.in_language(each) for code, text in names.items()} for each in LANGUAGES
        }  # fmt: skip

    def _make(self, frame: pd.DataFrame, name: str, title: Text, note: Text, **more: Any) -> Exhibit:
        coded: dict[str, Any] = {"region": self.names}
        for column in ("indicator", "outcome", "exposure", "stream", "design"):
            if column in frame.columns:
                codes = [str(code) for code in frame[column].dropna().unique()]
                coded[column] = {
                    each: {code: self.label(column, code, each) for code in codes} for each in LANGUAGES
                }  # fmt: skip
        return exhibit(
            frame.reset_index(drop=True), self.codebook, name, title.ru, title.en, note.ru, note.en, name=name,
            names={**coded, **more.pop("names", {})}, simulated=self.simulated, currency=self.currency,
            threshold=self.threshold, **more,
        )  # fmt: skip

    def label(self, column: str, code: str, language: Language) -> str:
        """A code in words; a stream that is none is a dash."""
        if column == "stream":
            known = {"all": ("—", "—"), "programme": ("программа", "programme")}
            if code in known:
                return known[code][0 if language == "ru" else 1]
            return code_label("stream", code, language)
        if column == "design":
            return code_label("design", code, language)
        return label_of(self.codebook, LABELLED, code, language)

    # ---- tables -------------------------------------------------------------------------------------------------

    def refused(self, refused: Sequence[Refused], language: Language) -> Exhibit:
        frame = pd.DataFrame(
            {
                "file": [each.file for each in refused],
                "region": [each.region or None for each in refused],
                "reasons": [" · ".join(text.in_language(language) for text in each.reasons) for each in refused],
            },
            dtype="str",
        )
        return self._make(
            frame, "refused",
            Text(ru="Посылки, которые не учтены", en="Deliveries that were left out"),
            Text(ru="Их чисел в отчёте нет.", en="Their numbers are not in this report."),
            labels={
                "file": Text(ru="Файл", en="File"), "region": Text(ru="Регион", en="Region"),
                "reasons": Text(ru="Почему и что сделать", en="Why, and what to do"),
            },
        )  # fmt: skip

    def deliveries(self, taken: Sequence[Taken]) -> Exhibit:
        frame = pd.DataFrame(
            {
                "region": [each.region for each in taken],
                "units": pd.array([len(each.frames["units"]) for each in taken], dtype="Int64"),
                "released_on": [pd.Timestamp(each.delivery.release.released_on) for each in taken],
                "territory_date": [pd.Timestamp(each.delivery.territory_date) for each in taken],
                "threshold": pd.array([each.delivery.threshold for each in taken], dtype="Int64"),
                "hidden": pd.array([each.frames["totals"]["hidden"].notna().sum() for each in taken], dtype="Int64"),
                "file": [each.file for each in taken],
                "sha256": [each.sha256[:16] for each in taken],
            }
        )
        return self._make(
            frame, "deliveries", Text(ru="Учтённые посылки", en="Deliveries taken"),
            Text(ru="Скрытые числа — те, за которыми людей меньше порога региона, и те, по которым их можно вычислить.",
                 en="Hidden numbers are those behind which there are fewer people than the region's threshold, and "
                 "those by which they could be worked out."),
            labels={
                "region": Text(ru="Регион", en="Region"), "units": Text(ru="Территорий", en="Units"),
                "released_on": Text(ru="Выпущено", en="Released on"),
                "territory_date": Text(ru="Территории на", en="Units as of"),
                "threshold": Text(ru="Порог", en="Threshold"), "hidden": Text(ru="Скрыто чисел", en="Numbers hidden"),
                "file": Text(ru="Файл", en="File"), "sha256": Text(ru="SHA-256, начало", en="SHA-256, beginning"),
            },
            units={"threshold": "count", "hidden": "count"},
        )  # fmt: skip

    def totals(self, totals: pd.DataFrame, name: str, title: Text) -> Exhibit:
        """Numbers of the nation; where regions hid some, the ends between which they lie."""
        bounded = totals["hidden_regions"] > 0
        frame = totals[["indicator", "stream", "value", "low", "high"]].assign(
            at_least=totals["at_least"].where(bounded), at_most=totals["at_most"].where(bounded),
            regions=totals["regions"].astype("Int64"), hidden_regions=totals["hidden_regions"].astype("Int64"),
            n=totals["n"].round().astype("Int64"), unit=totals["unit"],
        )  # fmt: skip
        if (frame["stream"] == ALL).all():
            frame = frame.drop(columns="stream")
        if not bounded.any():
            frame = frame.drop(columns=["at_least", "at_most", "hidden_regions"])
        return self._make(
            frame, name, title,
            Text(ru="Числители и знаменатели регионов сложены. n — то, на чём стоит число: территории, заявки. Где "
                 "регионы скрыли числа, сказано, не меньше и не больше скольких.",
                 en="Regions' numerators and denominators are added. n is what a number rests on: units, applications. "
                 "Where regions hid numbers, it is said how much at least and at most."),
            labels={
                "indicator": Text(ru="Показатель", en="Indicator"), "stream": Text(ru="Вид поддержки", en="Stream"),
                "value": Text(ru="Значение", en="Value"), "low": Text(ru="95 % интервал", en="95% interval"),
                "at_least": Text(ru="Не меньше", en="At least"), "at_most": Text(ru="Не больше", en="At most"),
                "regions": Text(ru="Регионов", en="Regions"), "n": Text(ru="n", en="n"),
                "hidden_regions": Text(ru="Скрыли", en="Hidden by"),
            },
        )  # fmt: skip

    def regions(self, regional: pd.DataFrame) -> Exhibit:
        own = regional[(regional["source"] == "indicators") & regional["indicator"].isin(SHOWN)]
        wide = own.pivot(index="region", columns="indicator", values="value")
        marks = own.assign(mark=own["hidden"].map({SMALL: "primary"}).fillna("complementary").where(
            own["hidden"].notna(), "")).pivot(index="region", columns="indicator", values="mark")  # fmt: skip
        there = [name for name in SHOWN if name in wide.columns]
        units = own.drop_duplicates("indicator").set_index("indicator")["unit"]
        frame, hidden = wide[there].reset_index(), marks[there].reset_index().assign(region="").fillna("")
        if INTERVAL_OF in there:
            ends = own[own["indicator"] == INTERVAL_OF].set_index("region")
            for place, (name, column) in enumerate((("low", "low"), ("high", "high"), ("n", "n")), 1):
                frame.insert(
                    frame.columns.get_loc(INTERVAL_OF) + place, name, ends[column].reindex(wide.index).to_numpy()
                )
            hidden = hidden.reindex(columns=frame.columns, fill_value="")
            frame["n"] = frame["n"].astype("Int64")
        made = self._make(
            frame, "regions", Text(ru="Регионы", en="Regions"),
            Text(ru="Прочерк: регион этого показателя не прислал.", en="n/a: the region did not send this indicator."),
            labels={
                "region": Text(ru="Регион", en="Region"),
                "low": Text(ru="её 95 % интервал", en="its 95% interval"), "n": Text(ru="n", en="n"),
                **{name: Text(ru=self.label("indicator", name, "ru"), en=self.label("indicator", name, "en"))
                   for name in there},
            },
            units={**{name: str(units[name]) for name in there}, "low": "share", "high": "share", "n": "count"},
        )  # fmt: skip
        return _with_marks(made, hidden)

    def dispersion(self, spread: pd.DataFrame) -> Exhibit:
        """Of an indicator that two tables of a workspace tell of the programme, one row is enough."""
        spread = spread.assign(told_as=spread["stream"].replace("programme", ALL))
        spread = spread.drop_duplicates(["indicator", "told_as", "channel"])
        frame = spread[["indicator", "stream", "regions", "dispersion", "p", "between_sd"]].assign(
            low=spread["between_low"], high=spread["between_high"].replace(np.inf, np.nan)
        )
        return self._make(
            frame, "dispersion",
            Text(ru="Различаются ли регионы сильнее, чем по случайности",
                 en="Do regions differ by more than chance"),
            Text(ru="Разброс около единицы — столько даёт случай. Разброс уровней — стандартное отклонение собственных "
                 "частот регионов в долях общей, в скобках его интервал; для долей он не считается.",
                 en="A variation of about one is what chance makes. Spread of levels: standard deviation of the "
                 "regions' own rates over the common one, with its interval; not computed for shares."),
            labels={
                "indicator": Text(ru="Показатель", en="Indicator"), "stream": Text(ru="Вид поддержки", en="Stream"),
                "regions": Text(ru="Регионов", en="Regions"), "dispersion": Text(ru="Разброс", en="Variation"),
                "p": Text(ru="p", en="p"), "between_sd": Text(ru="Разброс уровней", en="Spread of levels"),
                "low": Text(ru="95 % интервал", en="95% interval"),
            },
            units={"p": "p", "regions": "count"}, decimals={"dispersion": 2, "between_sd": 2, "low": 2, "high": 2},
        )  # fmt: skip

    def summaries(self, summary: pd.DataFrame) -> Exhibit:
        frame = summary[["model", "outcome", "exposure", "design", "regions_used", "estimate", "low", "high"]].assign(
            expected_low=summary["expected_low"], expected_high=summary["expected_high"], i2=summary["i2"],
            tau2=summary["tau2"], q_p=summary["q_p"], clusters=summary["clusters"].round().astype("Int64"),
            n=summary["n"].round().astype("Int64"), reason=summary["reason"],
        )  # fmt: skip
        return self._make(
            frame.drop(columns="reason") if frame["reason"].isna().all() else frame, "summaries",
            Text(ru="Оценки регионов вместе", en="Regions' estimates together"),
            Text(ru="Случайные эффекты (ДерСимониан — Лэрд), интервал Хартунга — Кнаппа. «Ожидается» — где лежала бы "
                 "оценка ещё одного региона. I² — доля разброса сверх случайного. Сводка не делает связь следствием.",
                 en="Random effects (DerSimonian-Laird), interval of Hartung and Knapp. 'Expected': where the effect "
                 "of one more region would lie. I²: share of the spread beyond chance. A summary makes no association "
                 "an effect."),
            labels={
                "model": Text(ru="Модель", en="Model"), "outcome": Text(ru="Результат", en="Outcome"),
                "exposure": Text(ru="Поддержка", en="Support"), "design": Text(ru="Что это", en="Design"),
                "regions_used": Text(ru="Регионов", en="Regions"), "estimate": Text(ru="Сводная", en="Summary"),
                "low": Text(ru="95 % интервал", en="95% interval"),
                "expected_low": Text(ru="Ожидается от", en="Expected from"),
                "expected_high": Text(ru="до", en="to"), "i2": Text(ru="I²", en="I²"), "tau2": Text(ru="τ²", en="τ²"),
                "q_p": Text(ru="p равенства", en="p of equality"), "clusters": Text(ru="Кластеров", en="Clusters"),
                "n": Text(ru="n", en="n"), "reason": Text(ru="Почему нет", en="Why none"),
            },
            units={"i2": "share", "q_p": "p", "regions_used": "count", "clusters": "count", "n": "count"},
            decimals={"estimate": 3, "low": 3, "high": 3, "expected_low": 3, "expected_high": 3, "tau2": 4},
            names={"reason": REASONS},
        )  # fmt: skip


REASONS: Names = {
    "ru": {"few": "меньше трёх регионов", "unplanned": "модель не объявлена в плане", "units": "разные единицы",
           "currencies": "разные валюты"},
    "en": {"few": "fewer than three regions", "unplanned": "the model is in no plan", "units": "different units",
           "currencies": "different currencies"},
}  # fmt: skip


def _with_marks(made: Exhibit, marks: pd.DataFrame) -> Exhibit:
    return dataclasses.replace(made, hidden=marks) if (marks != "").any(axis=None) else made
