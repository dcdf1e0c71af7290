"""Tables of the services of a congress: overview, topics, fate of applications, award, reach, media, partners."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from evaluation.display.exhibit import Exhibit
from evaluation.display.tables import exhibit
from evaluation.settings import LANGUAGES, Language, Text

if TYPE_CHECKING:
    from evaluation.codebook import Codebook

TABLE = "service_indicators"
# what the overview tells, in this order
OVERVIEW: tuple[tuple[str, str], ...] = (
    ("registry", "units_in_force"), ("requests", "requests"), ("requests", "requests_per_10000"),
    ("requests", "unanswered_share"), ("requests", "answer_days_median"), ("requests", "answer_days_90"),
    ("requests", "silent_units_share"), ("education", "reached_share"), ("education", "newly_reached"),
    ("education", "reached_ever_share"), ("award", "entries"), ("project_office", "applications"),
    ("project_office", "success_share"), ("project_office", "success_difference"), ("project_office", "pending_share"),
    ("project_office", "decision_days_median"), ("media", "items"), ("media", "mentioned_share"),
    ("media", "mentions_gini"), ("partnerships", "partnerships"), ("partnerships", "active_partnerships"),
    ("partnerships", "partners_stated"), ("partnerships", "partnership_events"),
)  # fmt: skip
NOT_STATED = Text(ru="не указано", en="not stated")


def overview_exhibit(indicators: pd.DataFrame, year: int, codebook: Codebook, *, simulated: bool = False) -> Exhibit:
    """What every service did in the year, of all together (contract ``service_indicators``)."""
    rows = indicators[indicators["grouping"].eq("all") & indicators["year"].eq(year)]
    order = {key: place for place, key in enumerate(OVERVIEW)}
    keys = pd.Series([order.get(key) for key in zip(rows["service"], rows["indicator"], strict=True)], index=rows.index)
    shown = rows[keys.notna()].loc[keys.dropna().sort_values().index]
    return exhibit(
        shown[["service", "indicator", "value", "low", "high", "n", "note", "unit"]], codebook, TABLE,
        "Службы конгресса за год", "Services of the congress in the year",
        "n — сколько обращений, заявок, материалов или территорий за числом. Где посчитаны все, интервала нет.",
        "n: requests, applications, items or territories behind the number. Where all are counted there is no "
        "interval.",
        name="services_overview", variables_in={"indicator": TABLE}, simulated=simulated,
    )  # fmt: skip


def members_exhibit(
    indicators: pd.DataFrame,
    name: str,
    service: str,
    grouping: str,
    shown: Sequence[str],
    year: int,
    members: Mapping[str, Any],
    codebook: Codebook,
    titles: tuple[Text, Text],
    *,
    interval_of: str = "",
    n_of: str = "",
    units: Mapping[str, str] | None = None,
    hidden: Sequence[str] = (),
    threshold: int = 5,
    simulated: bool = False,
    currency: str = "RUB",
) -> Exhibit:
    """One row a member of a grouping, one column an indicator of ``shown``; ``titles`` are title and note.

    ``interval_of``: the indicator whose interval stands beside it; ``n_of``: the one whose n is told. ``members``:
    names by language and code. Columns named in ``hidden`` count people: 1 to ``threshold`` - 1 are hidden.
    """
    own = indicators["service"].eq(service) & indicators["grouping"].eq(grouping) & indicators["year"].eq(year)
    rows = indicators[own]
    order = rows.loc[rows["indicator"].eq(shown[0]), "member"]
    wide = rows.pivot(index="member", columns="indicator", values="value").reindex(order)
    frame = pd.DataFrame({"member": order.to_numpy()})
    for indicator in shown:
        frame[indicator] = wide[indicator].to_numpy() if indicator in wide else float("nan")
        if indicator == interval_of:
            ends = rows[rows["indicator"].eq(indicator)].set_index("member")
            for end in ("low", "high"):
                frame[end] = ends[end].reindex(order).to_numpy()
    if n_of:
        frame["n"] = rows[rows["indicator"].eq(n_of)].set_index("member")["n"].reindex(order).to_numpy()
    share = {"low": "share", "high": "share"} if interval_of else {}
    mask = None
    if hidden:
        mask = pd.DataFrame("", index=frame.index, columns=frame.columns)
        for column in hidden:
            mask.loc[frame[column].gt(0) & frame[column].lt(threshold), column] = "primary"
    head = (
        codebook.choice_labels("service_grouping", "ru")[grouping],
        codebook.choice_labels("service_grouping", "en")[grouping],
    )
    return exhibit(
        frame, codebook, TABLE, titles[0].ru, titles[0].en, titles[1].ru, titles[1].en, name=name,
        labels={"member": Text(ru=head[0], en=head[1])}, units={**share, **(units or {})},
        names={"member": with_not_stated(members)}, hidden=mask, threshold=threshold, simulated=simulated,
        currency=currency,
    )  # fmt: skip


def with_not_stated(members: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """Names by language and code, with one for what is not stated. ``members`` as ``exhibit`` takes names."""
    named = {each: dict(members[each] if set(members) <= set(LANGUAGES) and members else members) for each in LANGUAGES}
    return {each: {"not_stated": NOT_STATED.in_language(each), **names} for each, names in named.items()}


def choices(codebook: Codebook, list_name: str) -> dict[str, dict[str, str]]:
    """Names of the codes of a list, in every language."""
    return {each: codebook.choice_labels(list_name, each) for each in LANGUAGES}


def reach_exhibit(indicators: pd.DataFrame, codebook: Codebook, *, simulated: bool = False) -> Exhibit:
    """Share of municipalities that training reached, by year and type, with the units in force that year."""
    rows = indicators[indicators["indicator"].eq("reached_share") & indicators["grouping"].isin(["all", "type"])]
    rows = rows.sort_values(["year", "grouping", "member"], kind="stable")
    kinds: dict[str, dict[str, str]] = {
        each: {"all": words, **codebook.choice_labels("territory_type", each)} for each, words in _ALL.items()
    }
    return exhibit(
        rows[["year", "member", "numerator", "denominator", "value", "unit"]], codebook, TABLE,
        "Охват обучением по типам территорий", "Reach of training by type of territory",
        "Знаменатель — территории, действовавшие в этом году; посчитаны все, поэтому интервала нет.",
        "The denominator is the territories in force that year; all are counted, so there is no interval.",
        name="education_reach", labels={
            "member": Text(ru="Тип территории", en="Type of territory"),
            "numerator": Text(ru="Охвачено", en="Reached"),
            "denominator": Text(ru="Действовало (n)", en="In force (n)"),
            "value": Text(ru="Доля охваченных", en="Share reached"),
        }, units={"numerator": "count", "denominator": "count"}, names={"member": kinds}, simulated=simulated,
    )  # fmt: skip


_ALL: dict[Language, str] = {"ru": "все", "en": "all"}
BY_GROUP = (
    "units_in_force", "requests", "requests_per_unit", "silent_units_share", "reached_share", "entries", "applications",
    "items", "mentioned_share", "partnerships",
)  # fmt: skip


def groups_exhibit(indicators: pd.DataFrame, year: int, codebook: Codebook, *, simulated: bool = False) -> Exhibit:
    """What all services did, by type of territory and, where the registry names regions, by region."""
    chosen = indicators[
        indicators["grouping"].isin(["type", "region"]) & indicators["year"].eq(year)
        & indicators["indicator"].isin(BY_GROUP)
    ]  # fmt: skip
    wide = chosen.pivot(index=["grouping", "member"], columns="indicator", values="value")
    frame = wide.reindex(columns=[name for name in BY_GROUP if name in wide]).reset_index()
    order = frame["grouping"].eq("region").astype(int) * 2 + frame["member"].eq("not_stated")
    frame = frame.iloc[order.argsort(kind="stable")].reset_index(drop=True)
    return exhibit(
        frame, codebook, TABLE, "Службы по группам территорий", "Services by group of territories",
        "Действующие территории — знаменатель (n); «не указано» — без территории или с территорией не из реестра; "
        "пустая ячейка — службе нечего сказать об этой группе.",
        "The territories in force are the denominator (n); 'not stated': without a territory or with one outside the "
        "registry; an empty cell: the service tells nothing of the group.",
        name="services_by_group", names={"member": with_not_stated(choices(codebook, "territory_type"))},
        simulated=simulated,
    )  # fmt: skip


def ranking_exhibit(
    ranking: pd.DataFrame, names: Mapping[str, str], codebook: Codebook, *, winners: int = 3, simulated: bool = False
) -> Exhibit:
    """The first places of every nomination, with the share of jurors without any one of whom the entry still wins."""
    first = ranking[ranking["rank"].le(max(winners, 3))]
    columns = ["nomination", "rank", "entry_id", "unit_id", "points", "jurors", "place", "leads_without_one"]
    return exhibit(
        first[columns].reset_index(drop=True), codebook, "award_ranking",
        "Премия: места по баллам жюри", "Award: places by the jury's points",
        "Места — по среднему взвешенному баллу полных оценок внутри номинации; объявленное место — из реестра.",
        "Places by the mean weighted points of complete ballots within the nomination; the place announced is that of "
        "the register.",
        name="award_ranking", names={"unit_id": dict(names)},
        labels={"unit_id": Text(ru="Территория", en="Territory")}, simulated=simulated,
    )  # fmt: skip


def agreement_exhibit(agreement: pd.DataFrame, codebook: Codebook, *, simulated: bool = False) -> Exhibit:
    """How far the jury agrees in every nomination (contract ``award_agreement``)."""
    columns = ["nomination", "measure", "value", "low", "high", "p", "n", "jurors", "note"]
    return exhibit(
        agreement[columns], codebook, "award_agreement",
        "Премия: согласие жюри", "Award: agreement of the jury",
        "Внутригрупповая корреляция — по Мак-Гро и Вонгу, альфа — бутстреп по заявкам; p — конкордация Кендалла; "
        "n — заявки.",
        "Intraclass correlation: McGraw and Wong; alpha: bootstrap over entries; p: Kendall's concordance; n: entries.",
        name="award_agreement", decimals={"value": 2, "low": 2, "high": 2}, simulated=simulated,
    )  # fmt: skip
