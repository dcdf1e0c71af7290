"""Tables of single services of a congress: topics of requests, fate of applications, media, partners abroad."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from evaluation.display.exhibit import Exhibit
from evaluation.display.services.overview import choices, members_exhibit
from evaluation.settings import LANGUAGES, Language, Text

if TYPE_CHECKING:
    from evaluation.codebook import Codebook


def topics_exhibit(indicators: pd.DataFrame, year: int, codebook: Codebook, *, simulated: bool = False) -> Exhibit:
    """Requests by topic: how many, how many unanswered, how long half and nine tenths wait."""
    return members_exhibit(
        indicators, "request_topics", "requests", "topic",
        ("requests", "requests_share", "unanswered_share", "answer_days_median", "answer_days_90"), year,
        choices(codebook, "request_topic"), codebook,
        (
            Text(ru="О чём обращаются и сколько ждут", en="What is asked and how long answers take"),
            Text(
                ru="Интервал — у доли без ответа (Уилсон), n — её знаменатель; дни — по Каплану — Мейеру; прочерк: "
                "столько ответов за время наблюдения не было.",
                en="The interval is that of the share unanswered (Wilson), n its denominator; days after Kaplan and "
                "Meier, a dash: so many were not answered while watched.",
            ),
        ),
        interval_of="unanswered_share", n_of="unanswered_share", simulated=simulated,
    )  # fmt: skip


def programmes_exhibit(
    indicators: pd.DataFrame, year: int, codebook: Codebook, *, currency: str = "RUB", simulated: bool = False
) -> Exhibit:
    """What became of applications to each federal programme."""
    return members_exhibit(
        indicators, "federal_programmes", "project_office", "programme",
        ("applications", "success_share", "pending_share", "asked", "granted"), year,
        choices(codebook, "federal_programme"), codebook,
        (
            Text(ru="Заявки в федеральные программы", en="Applications to federal programmes"),
            Text(
                ru="Доля одобренных — среди решённых (их число — n), с интервалом Уилсона; суммы — известные.",
                en="The share approved is of those decided (n), with Wilson's interval; amounts are those known.",
            ),
        ),
        interval_of="success_share", n_of="success_share", simulated=simulated, currency=currency,
    )  # fmt: skip


def channels_exhibit(indicators: pd.DataFrame, year: int, codebook: Codebook, *, simulated: bool = False) -> Exhibit:
    """Items and views by channel of the media."""
    return members_exhibit(
        indicators, "media_channels", "media", "channel", ("items", "items_share", "views", "views_known_share"), year,
        choices(codebook, "media_channel"), codebook,
        (
            Text(ru="Материалы по каналам", en="Items by channel"),
            Text(
                ru="Просмотры — сумма известных (их число — n); неизвестные не считаются нулём.",
                en="Views: sum of those known (n); what is not known is no zero.",
            ),
        ),
        n_of="views", simulated=simulated,
    )  # fmt: skip


def status_exhibit(indicators: pd.DataFrame, year: int, codebook: Codebook, *, simulated: bool = False) -> Exhibit:
    """Partnerships abroad by status, with the partners where a number is stated."""
    return members_exhibit(
        indicators, "partnership_status", "partnerships", "status", ("partnerships", "partners_stated"), year,
        choices(codebook, "partnership_status"), codebook,
        (
            Text(ru="Международные партнёрства по состоянию", en="International partnerships by status"),
            Text(
                ru="n — партнёрства, где число партнёров названо; прочерк: не названо нигде, нулём не считается.",
                en="n: partnerships that state a number of partners; a dash: none states one, which is no zero.",
            ),
        ),
        n_of="partners_stated", simulated=simulated,
    )  # fmt: skip


def visits_exhibit(
    indicators: pd.DataFrame, year: int, codebook: Codebook, *, threshold: int = 5, simulated: bool = False
) -> Exhibit:
    """Visits, agreements and other events of partnerships with their people; small numbers of people are hidden."""
    return members_exhibit(
        indicators, "partnership_visits", "partnerships", "kind", ("partnership_events", "event_persons"), year,
        choices(codebook, "partnership_event_kind"), codebook,
        (
            Text(ru="События международных партнёрств", en="Events of international partnerships"),
            Text(ru="n — события, где число людей известно.", en="n: events whose number of people is known."),
        ),
        n_of="event_persons", hidden=("event_persons",), threshold=threshold, simulated=simulated,
    )  # fmt: skip


MONTHS: dict[Language, tuple[str, ...]] = {
    "ru": ("январь", "февраль", "март", "апрель", "май", "июнь", "июль", "август", "сентябрь", "октябрь", "ноябрь",
           "декабрь"),
    "en": ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
           "December"),
}  # fmt: skip
MOST_UNITS = 100
NOT_NAMED = Text(ru="не названа", en="not named")


def months_exhibit(indicators: pd.DataFrame, year: int, codebook: Codebook, *, simulated: bool = False) -> Exhibit:
    """Requests by the month in which they came in."""
    names: dict[str, dict[str, str]] = {
        each: {f"{k:02d}": told for k, told in enumerate(months, start=1)} for each, months in MONTHS.items()
    }
    return members_exhibit(
        indicators, "request_months", "requests", "month", ("requests",), year, names, codebook,
        (
            Text(ru="Обращения по месяцам", en="Requests by month"),
            Text(ru="Число обращений и есть n.", en="The number of requests is n."),
        ),
        simulated=simulated,
    )  # fmt: skip


def territories_exhibit(
    indicators: pd.DataFrame, names: Mapping[str, str], year: int, codebook: Codebook, *, simulated: bool = False
) -> Exhibit:
    """Requests by territory, those that never asked first, then those that asked most, at most MOST_UNITS of them.

    The last row counts the requests that name no territory of the registry.
    """
    by_unit = indicators["service"].eq("requests") & indicators["grouping"].eq("unit")
    asked = indicators[by_unit & indicators["indicator"].eq("requests")].set_index("member")["value"]
    order = asked.drop("not_stated", errors="ignore").sort_values(ascending=False, kind="stable")
    told = [*order.index[order.eq(0)], *order.index[order.gt(0)]][:MOST_UNITS]
    chosen = [*told, "not_stated"]
    rows = indicators[~by_unit | indicators["member"].isin(chosen)]
    place = {unit: number for number, unit in enumerate(chosen)}
    rows = rows.sort_values("member", key=lambda member: member.map(place), kind="stable")
    return members_exhibit(
        rows, "request_territories", "requests", "unit", ("requests", "requests_per_10000"), year,
        {each: {**names, "not_stated": NOT_NAMED.in_language(each)} for each in LANGUAGES}, codebook,
        (
            Text(ru="Обращения по территориям", en="Requests by territory"),
            Text(
                ru="Сначала территории, которые не обратились ни разу, затем — по числу обращений; таблица не длиннее "
                "ста территорий. «Не названа»: обращения без территории или с территорией не из реестра. Число "
                "обращений и есть n; прочерк: число жителей не опубликовано.",
                en="First the territories that never asked, then by the number of requests; the table has at most a "
                "hundred territories. 'Not named': requests without a territory or with one outside the registry. The "
                "number of requests is n; a dash: the residents are not published.",
            ),
        ),
        interval_of="requests_per_10000", units={"low": "", "high": ""}, simulated=simulated,
    )  # fmt: skip
