"""Tables of the support system of teams: contents of streams, cards, composition, conditions, combinations, lines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from evaluation.display.exhibit import Exhibit
from evaluation.display.tables import exhibit
from evaluation.settings import LANGUAGES, Language, Text

if TYPE_CHECKING:
    from evaluation.codebook import Codebook

_WORDS: dict[str, Text] = {
    "none": Text(ru="ничего", en="none"),
    "others": Text(ru="другие сочетания", en="other combinations"),
}
CARD_COLUMNS = (
    "team_id", "unit_id", "members", "authorities", "residents", "business", "elsewhere", "unstated",
    *(f"{stream}_{basis}" for stream in ("training", "methodical", "consulting", "information", "exchange")
      for basis in ("team", "unit")),
    "has_applied", "has_won", "applications_so_far", "wins_so_far", "year_of_spell",
)  # fmt: skip


def contents_exhibit(contents: pd.DataFrame, codebook: Codebook, *, simulated: bool = False) -> Exhibit:
    """What the streams held in one year (contract ``support_contents``)."""
    return exhibit(
        contents[["stream", "content", "known_of", "acts", "units_reached", "teams_reached"]], codebook,
        "support_contents", "Из чего состоит поддержка команд", "What the support of teams consists of",
        "Между прошлым и нынешним сроком подачи заявок. «Не записано»: реестра за эти годы нет, это не ноль. Группа в "
        "мессенджере — возможность, а не контакт, и не считается.",
        "Between the last deadline and this one. 'Not recorded': there is no register of these years, which is not "
        "zero. A messenger group is potential, not contact, and is not counted.",
        simulated=simulated,
    )  # fmt: skip


def cards_exhibit(
    cards: pd.DataFrame,
    names: Mapping[str, str],
    codebook: Codebook,
    *,
    hidden: pd.DataFrame | None = None,
    threshold: int = 5,
    simulated: bool = False,
) -> Exhibit:
    """The teams of one year (contract ``team_cards``); ``hidden`` marks counts of people that are not shown."""
    rows = cards.assign(unit_name=cards["unit_id"].map(dict(names))).sort_values(
        ["unit_name", "team_id"], kind="stable"
    )
    return exhibit(
        rows, codebook, "team_cards", "Карточки команд", "Cards of the teams",
        "Поддержка — сколько раз до срока подачи заявок: «команда» — известно о людях или заявке команды, "
        "«территория» — известно только о её территории; пусто — узнать нельзя. Год отрезка — который год "
        "подряд команда подаёт заявки.",
        "Support: acts before the deadline; 'team': known of the team's people or application, 'territory': known of "
        "its territory alone; empty: cannot be known. Year of the spell: for how many years the team has gone on "
        "applying.",
        columns=CARD_COLUMNS, names={"unit_id": names}, hidden=hidden, threshold=threshold, simulated=simulated,
    )  # fmt: skip


def composition_exhibit(
    composition: pd.DataFrame, codebook: Codebook, *, hidden: pd.DataFrame | None = None, simulated: bool = False
) -> Exhibit:
    """Composition and continuity of the teams (contract ``team_composition``)."""
    return exhibit(
        composition, codebook, "team_composition", "Состав и преемственность команд",
        "Composition and continuity of teams",
        "Доли сторон — средние по командам; интервалы средних учитывают, что команды одной территории похожи; доли "
        "команд — с интервалом Уилсона. Преемственность: люди обоих лет ÷ люди хотя бы одного.",
        "Shares of sides are means over teams; intervals of means allow for teams of one territory being alike; shares "
        "of teams have Wilson's interval. Continuity: people of both years ÷ people of either.",
        columns=["indicator", "year", "value", "low", "high", "n", "clusters", "missing", "unit"],
        variables_in={"indicator": "team_composition"}, hidden=hidden, simulated=simulated,
    )  # fmt: skip


def scales_exhibit(scales: pd.DataFrame, codebook: Codebook, *, simulated: bool = False) -> Exhibit:
    """The four conditions and the index in one year (contract ``team_index_scales``)."""
    return exhibit(
        scales.assign(note=scales["note"].fillna("")), codebook, "team_index_scales", "Условия для устойчивых команд",
        "Conditions for sustained teams",
        "От 0 до 1; признаки — 0, 1 или 2 по объявленным порогам. Индекс формирующий: виды помощи складываются, но не "
        "обязаны идти вместе, поэтому низкая альфа — его свойство, а не ошибка. Интервалы — по выборкам территорий. "
        "Индекс описывает условия и ничего не доказывает.",
        "From 0 to 1; indicators score 0, 1 or 2 at declared steps. The index is formative: kinds of help add up but "
        "need not go together, so a low alpha is a property of it and no fault. Intervals from samples of territories. "
        "The index describes conditions and proves nothing.",
        columns=["scale", "items", "items_used", "n", "clusters", "mean", "sd", "alpha", "alpha_low", "alpha_high",
                 "omega", "omega_low", "omega_high", "note"],
        decimals=dict.fromkeys(
            ("mean", "sd", "alpha", "alpha_low", "alpha_high", "omega", "omega_low", "omega_high"), 2
        ),
        names={"note": _notes(scales, codebook)}, simulated=simulated,
    )  # fmt: skip


def items_exhibit(items: pd.DataFrame, codebook: Codebook, *, simulated: bool = False) -> Exhibit:
    """The declared indicators of the conditions in one year (contract ``team_index_items``)."""
    return exhibit(
        items.assign(note=items["note"].fillna("")), codebook, "team_index_items",
        "Признаки условий", "Indicators of the conditions",
        "Доли команд по счёту признака: нет, есть, больше. Связь — корреляция с суммой остальных признаков.",
        "Shares of teams by the indicator's score: none, some, more. Correlation is with the sum of the others.",
        columns=["scale", "indicator", "known_of", "n", "share_none", "share_some", "share_more", "item_rest",
                 "item_total", "alpha_dropped", "note"],
        decimals=dict.fromkeys(("item_rest", "item_total", "alpha_dropped"), 2),
        variables_in={"indicator": "team_conditions"}, names={"note": _notes(items, codebook)}, simulated=simulated,
    )  # fmt: skip


def combinations_exhibit(combinations: pd.DataFrame, codebook: Codebook, *, simulated: bool = False) -> Exhibit:
    """Combinations of streams and the fate of applications (contract ``stream_combinations``)."""
    streams = {each: codebook.choice_labels("stream", each) for each in LANGUAGES}
    return exhibit(
        combinations, codebook, "stream_combinations", "Сочетания видов поддержки и успех заявок",
        "Combinations of streams and the success of applications",
        "Все годы до нынешнего. Это связь, а не действие: команды не получали поддержку по жребию. Заявки одной "
        "территории зависят друг от друга, поэтому настоящий интервал шире. Сочетания, где команд меньше порога, "
        "сложены вместе. Чего реестры не знают о самой команде, в строках «только команда» нет.",
        "All years so far. An association, no effect: teams did not receive support by lot. Applications of one "
        "territory depend on one another, so the true interval is wider. Combinations of fewer teams than the "
        "threshold are put together. What registers do not tell of the team itself is not in the rows 'team alone'.",
        columns=["known_of", "combination", "teams", "clusters", "team_years", "applications", "wins", "success_rate",
                 "low", "high"],
        names={"combination": _joined(combinations["combination"], streams)}, simulated=simulated,
    )  # fmt: skip


def lines_exhibit(
    lines: pd.DataFrame,
    codebook: Codebook,
    *,
    hidden: pd.DataFrame | None = None,
    simulated: bool = False,
    currency: str = "RUB",
) -> Exhibit:
    """The lines of the state programme by year (contract ``programme_line_years``), in the codebook's order."""
    order = {code: place for place, code in enumerate(codebook.choice_labels("programme_line", "en"))}
    rows = lines.sort_values(["line", "year"], key=lambda cells: cells.map(order).fillna(cells), kind="stable")
    return exhibit(
        rows, codebook, "programme_line_years", "Линии государственной программы",
        "Lines of the state programme",
        "У линий разные правила и участники: доля поддержанных не говорит, какая линия лучше. Участники разных линий "
        "посчитаны по-разному и не складываются. «По своему реестру» — то, что считает реестр проектов.",
        "Lines have rules and applicants of their own: a success rate does not say which line is better. Participants "
        "of different lines are counted differently and do not add up. 'In the own register': what the register of "
        "projects counts.",
        columns=["line", "year", "applications", "supported", "applications_compared", "success_rate", "low",
                 "high", "cost", "cost_regional",
                 "participants", "counted_as", "units_supported", "units_in_force", "coverage",
                 "register_applications", "register_supported"],
        hidden=hidden, simulated=simulated, currency=currency,
    )  # fmt: skip


def overlap_exhibit(overlap: pd.DataFrame, codebook: Codebook, *, simulated: bool = False) -> Exhibit:
    """In how many and which lines territories were supported (contract ``programme_line_overlap``)."""
    labels = {each: codebook.choice_labels("programme_line", each) for each in LANGUAGES}
    return exhibit(
        overlap, codebook, "programme_line_overlap", "Территории в нескольких линиях", "Territories in several lines",
        columns=["year", "lines_number", "lines", "units", "share", "low", "high", "n"],
        names={"lines": _joined(overlap["lines"], labels)}, simulated=simulated,
    )  # fmt: skip


def _joined(codes: pd.Series, labels: Mapping[Language, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    """Words of codes that are joined by ``+``, by language and code."""
    return {
        each: {
            code: " + ".join(
                _WORDS[part].in_language(each) if part in _WORDS else labels[each].get(part, part)
                for part in str(code).split("+")
            )
            for code in codes.unique()
        }
        for each in LANGUAGES
    }


def _notes(frame: pd.DataFrame, codebook: Codebook) -> dict[str, dict[str, str]]:
    """Words of the codes of remarks, joined by semicolons, by language."""
    found: dict[str, dict[str, str]] = {}
    for each in LANGUAGES:
        words = codebook.choice_labels("team_index_note", each)
        found[each] = {
            str(note): "; ".join(words.get(code, code) for code in str(note).split("; ") if code)
            for note in frame["note"].fillna("").unique()
        }
    return found
