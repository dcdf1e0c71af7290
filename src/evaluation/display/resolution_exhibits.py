"""Tables of what events adopted and named: recommendations and problems by theme, who met and voted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from evaluation.display.exhibit import Exhibit
from evaluation.display.measure_exhibits import both
from evaluation.display.tables import exhibit
from evaluation.settings import LANGUAGES, Text

if TYPE_CHECKING:
    from evaluation.codebook import Codebook

_ALL = Text(ru="Все темы", en="All themes")
_NOT_CODED = Text(ru="Тема не определена", en="Not coded")
NEVER = Text(ru="больше наблюдаемого", en="longer than observed")


def recommendations_exhibit(themes: pd.DataFrame, codebook: Codebook, *, simulated: bool = False) -> Exhibit:
    """Recommendations by theme (``field.resolutions.recommendations.themes_of_recommendations``)."""
    days = themes["median_days"]
    shown = themes.assign(median_days=days.where(days.abs() != float("inf")))
    return exhibit(
        shown, codebook, "recommendation_themes", "Рекомендации и их выполнение", "Recommendations and their fate",
        "Доля — от рекомендаций, срок которых наступил; интервал учитывает, что рекомендации одного мероприятия "
        "похожи (кластеры — мероприятия). Без медианы: за время наблюдения выполнено меньше половины.",
        "Share of the recommendations whose due date has come; the interval allows for recommendations of one event "
        "being alike (clusters are events). Without a median: fewer than half were done while observed.",
        names={"theme": both(codebook, "exchange_theme", all=_ALL, not_coded=_NOT_CODED)}, simulated=simulated,
    )  # fmt: skip


def themes_exhibit(themes: pd.DataFrame, codebook: Codebook, *, simulated: bool = False) -> Exhibit:
    """Problems by theme and year (``field.resolutions.problems.theme_years``)."""
    years = {name: Text(ru=str(name), en=str(name)) for name in themes if str(name).isdigit()}
    return exhibit(
        themes, codebook, "problem_themes", "Проблемы по темам и годам", "Problems by theme and year",
        "Сколько раз проблему этой темы назвали на мероприятиях года; тему определил первый кодировщик.",
        "How often events of the year named a problem of this theme; the first coder's theme.",
        labels={**years, "years": Text(ru="В скольких годах", en="In how many years"),
                "problems": Text(ru="Всего (n)", en="In all (n)")},
        units=dict.fromkeys(years, "count"), simulated=simulated,
    )  # fmt: skip


def achievements_exhibit(years: pd.DataFrame, codebook: Codebook, *, simulated: bool = False) -> Exhibit:
    """Achievements by theme and year (``field.resolutions.achievements.achievement_years``)."""
    heads = {name: Text(ru=str(name), en=str(name)) for name in years if str(name).isdigit()}
    return exhibit(
        years, codebook, "achievements", "Достижения, отмеченные на мероприятиях", "Achievements noted at events",
        "Сколько раз достижение этой темы назвали в документах мероприятий. Назвать достижение — не доказать его: "
        "никто не проверял, чего оно стоит и чьё оно.",
        "How often documents of events noted an achievement of this theme. To note one is not to prove it: nobody "
        "checked what it is worth, or whose it is.",
        name="achievements", names={"theme": both(codebook, "exchange_theme", not_coded=_NOT_CODED)},
        labels={**heads, "achievements": Text(ru="Всего (n)", en="In all (n)"),
                "events": Text(ru="На скольких мероприятиях", en="At how many events")},
        units=dict.fromkeys([*heads, "achievements", "events"], "count"), simulated=simulated,
    )  # fmt: skip


def events_exhibit(
    events: pd.DataFrame,
    codebook: Codebook,
    *,
    hidden: pd.DataFrame | None = None,
    threshold: int = 5,
    simulated: bool = False,
) -> Exhibit:
    """Who met and voted (``field.resolutions.events.event_records``); ``hidden`` marks small counts of people."""
    columns = [name for name in events if events[name].notna().any() or name in ("participants", "held_on")]
    yes_no = {
        "sectors_add_up": Text(ru="Сумма по секторам сходится", en="The sectors add up"),
        "votes_add_up": Text(ru="Голосов не больше участников", en="No more votes than participants"),
        "recommendations": Text(ru="Рекомендаций", en="Recommendations"),
        "problems": Text(ru="Проблем", en="Problems"),
    }
    return exhibit(
        events, codebook, "resolutions", "Кто собирался и как голосовал", "Who met and how they voted",
        "По протоколам мероприятий. Люди одного сектора, которых меньше порога, скрыты.",
        "From the events' minutes. People of a sector fewer than the threshold are hidden.",
        name="event_records", columns=columns, labels=yes_no, hidden=hidden, threshold=threshold, simulated=simulated,
    )  # fmt: skip


def curve_labels() -> dict[str, dict[str, str]]:
    """Names of the groups of ``not_done_curve`` by language."""
    names = {"not_done": Text(ru="не выполнены", en="not done"), "open": Text(ru="ещё открыты", en="still open")}
    return {each: {code: text.in_language(each) for code, text in names.items()} for each in LANGUAGES}
