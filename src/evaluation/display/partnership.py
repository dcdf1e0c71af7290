"""Tables of the partnership: roles, the ledger of trainings, comparisons by role, and how far practices have gone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from evaluation.display.exhibit import Exhibit
from evaluation.display.tables import exhibit
from evaluation.settings import LANGUAGES, Text

if TYPE_CHECKING:
    from evaluation.codebook import Codebook

LEDGER_COLUMNS = (
    "title", "starts_on", "ends_on", "training_days", "host_unit_id", "host_role", "components", "participants",
    "person_days", "units", "rated", "top_share", "low", "high", "top_lowest", "top_highest", "verdict",
)  # fmt: skip

_COMPARISON_LABELS = {
    "model": Text(ru="Сравнение", en="Comparison"),
    "estimate": Text(ru="Разность", en="Difference"),
    "low": Text(ru="95 % интервал", en="95% interval"),
    "high": Text(ru="95 % интервал: до", en="95% interval: to"),
    "n": Text(ru="n", en="n"),
    "treated_clusters": Text(ru="из них базовых", en="of them base"),
    "warning": Text(ru="Оговорки", en="Reservations"),
}


def joined_labels(values: pd.Series, codebook: Codebook, kind: str) -> dict[str, dict[str, str]]:
    """Labels by language of codes of the list ``kind`` that are joined by ``; ``."""
    codes = sorted({str(value) for value in values.dropna()})
    labels = {language: codebook.choice_labels(kind, language) for language in LANGUAGES}
    return {
        language: {joined: "; ".join(words.get(code, code) for code in joined.split("; ")) for joined in codes}
        for language, words in labels.items()
    }


def roles_exhibit(roles: pd.DataFrame, codebook: Codebook, *, simulated: bool = False) -> Exhibit:
    """Units by role and year (contract ``partnership_years`` of one geography)."""
    counts = roles.groupby(["year", "role"]).size().unstack(fill_value=0)
    frame = counts.reindex(columns=["base", "participant", "outside"], fill_value=0).reset_index()
    frame["n"] = frame[["base", "participant", "outside"]].sum(axis=1)
    words = {each: codebook.choice_labels("partnership_role", each) for each in LANGUAGES}
    labels = {role: Text(**{each: words[each][role] for each in LANGUAGES}) for role in ("base", "participant",
                                                                                         "outside")}  # fmt: skip
    return exhibit(
        frame, codebook, "partnership_years", "Территории по роли в партнёрстве", "Units by role in the partnership",
        "Вне партнёрства — все остальные территории реестра. Территория с обеими ролями — базовая.",
        "Outside: all other units of the registry. A unit with both roles is a base.",
        name="partnership_roles", labels={**labels, "n": Text(ru="n территорий", en="n units")},
        units=dict.fromkeys(("base", "participant", "outside", "n"), "count"), simulated=simulated,
    )  # fmt: skip


def ledger_exhibit(
    ledger: pd.DataFrame, hidden: pd.DataFrame, names: Mapping[str, str], codebook: Codebook, threshold: int,
    *, simulated: bool = False,
) -> Exhibit:  # fmt: skip
    """Trainings of a year (contract ``training_ledger``); ``hidden`` marks cells below ``threshold`` people."""
    return exhibit(
        ledger, codebook, "training_ledger", "Тренинги года", "Trainings of the year",
        "n — участники и оценившие. Худшая и лучшая границы отдают все голоса промолчавших низшей или высшей оценке. "
        "Вывод — о заявленном в плане пороге, с поправкой на число мероприятий.",
        "n: participants and those who rated. The worst and best case give all silent voices the lowest or highest "
        "mark. The verdict is on the plan's threshold, corrected for the number of events.",
        columns=list(LEDGER_COLUMNS), hidden=hidden, threshold=threshold,
        names={"host_unit_id": dict(names),
               "components": joined_labels(ledger["components"], codebook, "partnership_component")},
        decimals={"person_days": 1}, simulated=simulated,
    )  # fmt: skip


def totals_exhibit(
    totals: pd.DataFrame, hidden: pd.DataFrame, codebook: Codebook, threshold: int, *, simulated: bool = False
) -> Exhibit:
    """Trainings by what their host is, its components and the year; ``hidden`` as in ``ledger_exhibit``."""
    told = totals.assign(components=totals["components"].replace({"": None}))
    return exhibit(
        told, codebook, "training_ledger", "Тренинги по базовым муниципалитетам, компонентам и годам",
        "Trainings by base municipality, component and year",
        "Кто принимал неизвестно — вне партнёрства. Мероприятия, о которых неизвестно, сколько было людей, в суммы "
        "людей не входят и посчитаны отдельно.",
        "A host that is not known counts as outside. Events of which nobody knows how many came add no people and are "
        "counted apart.",
        name="training_totals", labels={"days": Text(ru="Учебных дней", en="Training days")}, hidden=hidden,
        threshold=threshold,
        names={"components": joined_labels(told["components"], codebook, "partnership_component")},
        decimals={"person_days": 1, "person_hours": 1}, simulated=simulated,
    )  # fmt: skip


def comparison_exhibit(estimates: pd.DataFrame, codebook: Codebook, *, simulated: bool = False) -> Exhibit:
    """Comparisons of base municipalities (contract ``partnership_estimates``), with what stands against each.

    ``warning_ru`` and ``warning_en`` hold the warnings in words.
    """
    outcomes = {"applications_per_10000": "per_10000", "participations_per_1000": "per_1000"}
    frame = estimates.assign(unit=estimates["outcome"].map(outcomes), warning=estimates["warning"].fillna(""))
    words: Mapping[str, Any] = {
        each: dict(zip(frame["warning"], frame[f"warning_{each}"], strict=True)) for each in LANGUAGES
    }
    return exhibit(
        frame, codebook, "partnership_estimates", "Базовые муниципалитеты в сравнении", "Base municipalities compared",
        "Разность средних после начала работы. Базовые отобраны по конкурсу: это связь, не воздействие. Похожие: p и "
        "интервал — от раздачи мест базовых другим; двойники: от каждой другой территории на месте базовой. n — "
        "сравниваемые территории; сравнение без оценки данные не выдержали.",
        "Difference of means after the start. Base municipalities were selected by contest: an association, no "
        "effect. Units alike: p and interval from dealing the base places to others; doubles: from every other unit "
        "in a base unit's place. n: units compared; a comparison without an estimate was more than the data could "
        "carry.",
        columns=["model", "outcome", "estimate", "low", "high", "p", "n", "treated_clusters", "warning"],
        labels=_COMPARISON_LABELS, units={"p": "p", "n": "count", "treated_clusters": "count"},
        decimals={"estimate": 2, "low": 2, "high": 2, "p": 3}, signed=("estimate",),
        variables_in={"model": "models", "outcome": "panel"}, names={"warning": words}, simulated=simulated,
    )  # fmt: skip


def balance_exhibit(balance: pd.DataFrame, codebook: Codebook, *, simulated: bool = False) -> Exhibit:
    """What was known before the start, before and after matching (contract ``partnership_balance``)."""
    return exhibit(
        balance, codebook, "partnership_balance", "Похожи ли те, с кем сравнивают", "Are those compared alike",
        "Разности — в стандартных отклонениях всех сравниваемых; больше четверти — не похожи.",
        "Differences in standard deviations of all compared; above a quarter they are not alike.",
        variables_in={"covariate": "partnership_balance", "comparison": "models", "outcome": "panel"},
        decimals=dict.fromkeys(("base_mean", "pool_mean", "matched_mean", "difference_before", "difference_after"), 2),
        signed=("difference_before", "difference_after"), simulated=simulated,
    )  # fmt: skip


def diffusion_exhibit(curves: pd.DataFrame, codebook: Codebook, year: int, *, simulated: bool = False) -> Exhibit:
    """How far every practice had gone by ``year`` (contract ``practice_diffusion``)."""
    rows = curves[curves["year"] == year].sort_values(["value", "practice_id"], ascending=[False, True], kind="stable")
    every = Text(ru="Все практики вместе", en="All practices together")
    named: Mapping[str, Any] = {each: {"all": every.in_language(each)} for each in LANGUAGES}
    return exhibit(
        rows, codebook, "practice_diffusion", "Как далеко разошлись практики", "How far practices have gone",
        "Могли перенять: без места появления и без тех, кто имел практику раньше записанных лет. У всех вместе "
        "интервала нет: одна территория перенимает несколько практик.",
        "Could adopt: without the place of origin and those who had it before the recorded years. All together have no "
        "interval: one unit adopts several practices.",
        columns=["practice_id", "title", "eligible", "adopted", "new", "value", "low", "high"],
        names={"practice_id": named}, units={"value": "share", "low": "share", "high": "share"}, simulated=simulated,
    )  # fmt: skip


def sources_exhibit(sources: pd.DataFrame, codebook: Codebook, *, simulated: bool = False) -> Exhibit:
    """Adoptions by what was told and by whom of the earlier adopters they had met (contract ``practice_sources``)."""
    told = sources.assign(told_channel=sources["told_channel"].fillna(""))
    counts = told.groupby(["told_channel", "state"]).size().unstack(fill_value=0)
    states = ["one_candidate", "several_candidates", "not_known"]
    frame = counts.reindex(columns=states, fill_value=0).reset_index()
    frame["n"] = frame[states].sum(axis=1)
    words = {each: codebook.choice_labels("learning_state", each) for each in LANGUAGES}
    labels = {state: Text(**{each: words[each][state] for each in LANGUAGES}) for state in states}
    channels: Mapping[str, Any] = {
        each: {**codebook.choice_labels("learned_through", each), "": "—"} for each in LANGUAGES
    }
    return exhibit(
        frame, codebook, "practice_sources", "От кого могли узнать о практике", "From whom a practice can have come",
        "Кандидат — территория, которая переняла раньше и делилась опытом с этой до срока подачи. Кандидат — не "
        "доказательство.",
        "A candidate is a unit that had adopted earlier and taught this one before the deadline. A candidate is no "
        "proof.",
        labels={**labels, "n": Text(ru="n внедрений", en="n adoptions")},
        units=dict.fromkeys([*states, "n"], "count"), names={"told_channel": channels}, simulated=simulated,
    )  # fmt: skip
