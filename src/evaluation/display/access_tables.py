"""Tables of how far the nearest event is and of a proposal where to hold the next ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from evaluation.display.access import GREAT_CIRCLE, NOT_KNOWN, WARNINGS
from evaluation.display.exhibit import Exhibit
from evaluation.display.placenames import transliterate
from evaluation.display.tables import exhibit
from evaluation.display.units import unit_label
from evaluation.display.wording import format_number
from evaluation.settings import LANGUAGES, Language, Text

if TYPE_CHECKING:
    from evaluation.codebook import Codebook


def access_exhibit(
    summary: pd.DataFrame,
    within: pd.DataFrame,
    counts: pd.DataFrame,
    codebook: Codebook,
    names: Mapping[str, str],
    *,
    basis: str = "great_circle",
    name: str = "access",
    simulated: bool = False,
    language: Language = "ru",
) -> Exhibit:
    """How far the nearest event is, by stream (frames ``summary``, ``within`` and ``venues.counts`` of ``Access``).

    ``names``: name of a unit by its code. ``basis`` chooses great_circle (kilometres) or travel_time (minutes).
    Streams without a venue are in the note, with the events that have none.
    """
    unit = "km" if basis == "great_circle" else "minutes"
    shares = within[within["basis"] == basis].pivot_table(
        index="stream", columns="threshold", values="share", sort=True
    )
    shares.columns = [f"within_{threshold:g}" for threshold in shares.columns]
    own = summary[summary["basis"] == basis].drop(columns="basis")
    shown = own.merge(shares.reset_index(), on="stream", how="left")
    columns = [
        "stream", *shares.columns, "mean", "median", "farthest_unit", "farthest", "units", "units_unmeasured",
        "units_without_population",
    ]  # fmt: skip
    labels = {column: _within_label(column, unit) for column in shares.columns}
    notes = [GREAT_CIRCLE] if basis == "great_circle" else []
    notes.append(_events_note(counts, codebook))
    note = _joined(notes)
    return exhibit(
        shown, codebook, "access", "Как далеко до ближайшего мероприятия", "How far the nearest event is",
        note.ru, note.en, name=name, columns=columns, labels=labels,
        units={"mean": unit, "median": unit, "farthest": unit, **dict.fromkeys(shares.columns, "share")},
        decimals={"mean": 0, "median": 0, "farthest": 0},
        names={"stream": _streams(codebook), "farthest_unit": _unit_names(names)},
        simulated=simulated, language=language,
    )  # fmt: skip


def proposal_exhibit(
    proposal: Any, codebook: Codebook, names: Mapping[str, str], *, simulated: bool = False, language: Language = "ru"
) -> Exhibit:
    """The proposed venues in the order of their gains (``proposal``: ``territory.proposal.Proposal``)."""
    unit = str(proposal.measure)
    reach = {each: format_number(proposal.request.reach, each, None, unit) for each in LANGUAGES}
    second = {each: ", ".join(_unit_names(names)[each].get(code, code) for code in proposal.placement.second)
              for each in LANGUAGES}  # fmt: skip
    demand = codebook.choice_labels("access_demand", "ru"), codebook.choice_labels("access_demand", "en")
    method = codebook.choice_labels("access_method", "ru"), codebook.choice_labels("access_method", "en")
    notes = [
        Text(
            ru=f"Способ: {method[0][proposal.request.method]}; чей путь: {demand[0][proposal.request.demand]}; "
            f"в пределах доступности: {reach['ru']}.",
            en=f"Method: {method[1][proposal.request.method]}; whose way: {demand[1][proposal.request.demand]}; "
            f"within reach: {reach['en']}.",
        )
    ]
    if second["ru"]:
        ways = (proposal.placement.mean, proposal.placement.second_mean)
        means = {each: [format_number(way, each, 1, unit) for way in ways] for each in LANGUAGES}
        notes.append(
            Text(
                ru=f"Средний путь {means['ru'][0]}; второй по качеству набор — {second['ru']} ({means['ru'][1]}).",
                en=f"Mean way {means['en'][0]}; the next best set is {second['en']} ({means['en'][1]}).",
            )
        )
    if proposal.placement.ties:
        notes.append(
            Text(
                ru="Наборы одинаково хороши; взят тот, чьи коды идут раньше.",
                en="Several sets are equally good; the one whose codes come first was taken.",
            )
        )
    if proposal.placement.left_out:
        notes.append(
            Text(
                ru="Из территорий с общим центром (район и его город) названа одна.",
                en="Of units with a common centre (a district and its city) one is named.",
            )
        )
    note = _joined([*notes, *(WARNINGS[each] for each in proposal.warnings), NOT_KNOWN])
    return exhibit(
        proposal.venues, codebook, "proposal", "Где провести следующие мероприятия", "Where to hold the next events",
        note.ru, note.en, name="proposal",
        columns=["order", "unit_id", "is_fixed", "assigned_units", "assigned_residents", "residents_gained",
                 "mean_way"],
        units={"mean_way": unit}, decimals={"mean_way": 1}, names={"unit_id": _unit_names(names)},
        simulated=simulated, language=language,
    )  # fmt: skip


def gains_exhibit(proposal: Any, codebook: Codebook, *, simulated: bool = False, language: Language = "ru") -> Exhibit:
    """The proposal beside the plan at hand, what is held now, and as many venues drawn by lot."""
    unit = str(proposal.measure)
    draws = {each: format_number(proposal.request.draws, each, 0) for each in LANGUAGES}
    note = _joined(
        [
            Text(
                ru=f"Жребий: {draws['ru']} размещений того же числа мест; девять из десяти лежат между двумя "
                "указанными границами.",
                en=f"Lots: {draws['en']} placements of as many venues; nine in ten lie between the two limits given.",
            ),
            *(WARNINGS[each] for each in proposal.warnings),
        ]
    )
    return exhibit(
        proposal.gains, codebook, "proposal",
        "Что даёт предложение", "What the proposal gains", note.ru, note.en, name="proposal_gains",
        columns=["plan", "venues", "mean", "mean_low", "mean_high", "median", "residents_within", "share",
                 "units_within", "units_unmeasured", "units_without_population", "random_as_good"],
        units={"mean": unit, "mean_low": unit, "mean_high": unit, "median": unit, "random_as_good": "share"},
        decimals={"mean": 0, "mean_low": 0, "mean_high": 0, "median": 0, "residents_within": 0},
        simulated=simulated, language=language,
    )  # fmt: skip


def frontier_exhibit(
    proposal: Any, codebook: Codebook, *, simulated: bool = False, language: Language = "ru"
) -> Exhibit:
    """What each further event would gain."""
    unit = str(proposal.measure)
    note = Text(
        ru="Для каждого числа мест взят лучший набор; он не обязан содержать меньший. При наибольшем охвате средний "
        "путь может и вырасти. Взвешено по тем, чей путь сокращается.",
        en="For every number of venues the best set is taken; it need not contain the smaller one. Under maximal "
        "covering the mean way may even grow. Weighted by those whose way is shortened.",
    )
    return exhibit(
        proposal.frontier, codebook, "proposal", "Что даёт каждое следующее мероприятие",
        "What each further event gains", note.ru, note.en, name="proposal_frontier",
        columns=["venues", "mean", "mean_gain", "share", "share_gain", "gap"],
        labels={"mean": Text(ru="Средний путь", en="Mean way")},
        units={"mean": unit, "mean_gain": unit, "share_gain": "share_points"},
        decimals={"mean": 1, "mean_gain": 1}, simulated=simulated, language=language,
    )  # fmt: skip


def _within_label(column: str, unit: str) -> Text:
    number = float(column.removeprefix("within_"))
    ru, en = (f"{format_number(number, each)} {unit_label(unit, each)}" for each in LANGUAGES)
    return Text(ru=f"Жителей в пределах {ru}", en=f"Residents within {en}")


def _streams(codebook: Codebook) -> dict[str, dict[str, str]]:
    """Labels of streams by language, and of all of them together."""
    every = {"ru": "Все виды поддержки", "en": "All streams"}
    return {each: {**codebook.choice_labels("stream", each), "all": every[each]} for each in LANGUAGES}


def _unit_names(names: Mapping[str, str]) -> dict[str, dict[str, str]]:
    return {"ru": dict(names), "en": {code: transliterate(name) for code, name in names.items()}}


def _events_note(counts: pd.DataFrame, codebook: Codebook) -> Text:
    """How many events have no venue and why, and which streams have none at all."""
    fates = ("with_venue", "online", "publications", "host_unknown", "host_elsewhere")
    every = counts.set_index("stream").loc["all"]
    without = [str(each) for each in counts.loc[(counts["with_venue"] == 0) & (counts["stream"] != "all"), "stream"]]
    texts = {}
    for each in LANGUAGES:
        labels = codebook.choice_labels("stream", each)
        parts = "; ".join(
            f"{codebook.label('access', fate, each).lower()}: {format_number(int(every[fate]), each, 0)}"
            for fate in fates
        )
        total = format_number(int(every["events"]), each, 0)
        head = "Мероприятий" if each == "ru" else "Events"
        none = ", ".join(labels.get(stream, stream) for stream in without)
        told = ("Без места вовсе: " if each == "ru" else "Without any venue: ") + none + "." if none else ""
        texts[each] = f"{head}: {total} ({parts}). {told}".strip()
    return Text(ru=texts["ru"], en=texts["en"])


def _joined(notes: Sequence[Text]) -> Text:
    return Text(ru=" ".join(note.ru for note in notes), en=" ".join(note.en for note in notes))
