"""People in a delivery: contacts, names and keys in its texts, counts of people too small to be shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from evaluation.privacy.personal import find_personal
from evaluation.privacy.pseudonyms import PSEUDONYM
from evaluation.settings import Text
from evaluation.territory.oktmo import read_code
from evaluation.year.leaks import KINDS, RESIDENTS
from evaluation.year.roll_up.contract import HEAD, PEOPLE_BELOW, PEOPLE_UNITS, TABLES, Delivery, counts_people
from evaluation.year.roll_up.csv import file_of

_TEXTS = ("text", "code", "category")


def people_in(delivery: Delivery, frames: Mapping[str, pd.DataFrame], threshold: int = 1) -> list[Text]:
    """Everything personal in a delivery, by file, line and column; what was found is never told.

    ``threshold``: the receiver's own; the larger of it and the delivery's counts.
    """
    limit = max(threshold, delivery.threshold)
    return [*_in_head(delivery), *_in_tables(delivery, frames), *_small(frames, limit)]


def _in_head(delivery: Delivery) -> Iterator[Text]:
    head = delivery.model_dump(mode="json")
    shown = {f"{name}.{each}": head[name][each] for name in ("title", "institute") for each in ("ru", "en")}
    shown |= {name: head[name] for name in ("programme", "region_code", "tool_version")}
    for place, text in shown.items():
        for kind in _kinds(str(text)):
            yield _told(HEAD, Text(ru=f"ключ {place}", en=f"key {place}"), kind)


def _in_tables(delivery: Delivery, frames: Mapping[str, pd.DataFrame]) -> Iterator[Text]:
    for name, frame in frames.items():
        for column in TABLES[name].columns:
            if column.kind not in _TEXTS:
                continue
            # one look at each distinct text; codes of units are long numbers, and those of the registry are its own
            values = frame[column.name].dropna()
            is_code = column.name == "unit_id" and delivery.registry == "oktmo"
            for text in values.unique():
                if is_code and _is_unit_code(str(text), delivery.region_code):
                    continue
                for kind in _kinds(str(text)):
                    line = int((frame[column.name] == text).to_numpy().argmax()) + 2
                    place = Text(ru=f"строка {line}, столбец {column.name}", en=f"line {line}, column {column.name}")
                    yield _told(file_of(name), place, kind)


def _is_unit_code(text: str, region: str) -> bool:
    if not text.startswith(region) or not text.isdigit() or len(text) not in (8, 11):
        return False
    return len(text) == 11 or read_code(text, region).code == text


def _kinds(text: str) -> dict[str, None]:
    found = dict.fromkeys(piece.kind for piece in find_personal(text, names=True))
    return found | ({"key": None} if PSEUDONYM.match(text) else {})


def _told(file: str, place: Text, kind: str) -> Text:
    return Text(
        ru=f"{file}, {place.ru}: {KINDS[kind].ru}. Данные о людях не посылают: уберите это у себя, выпустите год и "
        "соберите посылку заново.",
        en=f"{file}, {place.en}: {KINDS[kind].en}. Data on people are never sent: take it out in the region's "
        "workspace, release the year and pack the delivery again.",
    )


def _small(frames: Mapping[str, pd.DataFrame], threshold: int) -> Iterator[Text]:
    """Counts of people from 1 to below ``threshold`` that are not hidden: each column's first, and how many."""
    totals, units, findings = frames["totals"], frames["unit_values"], frames["findings"]
    people = counts_people(units).to_numpy().nonzero()[0]
    if len(people):
        yield Text(
            ru=f"{file_of('unit_values')}, строка {people[0] + 2}, столбец indicator: числа людей по территориям не "
            f"посылают (таких строк: {len(people)}). Соберите посылку заново (evaluation roll-up pack).",
            en=f"{file_of('unit_values')}, line {people[0] + 2}, column indicator: counts of people by unit are not "
            f"sent (such lines: {len(people)}). Pack the delivery again (evaluation roll-up pack).",
        )
    counted = {
        ("totals", "numerator"): totals["numerator"].where(counts_people(totals)),
        ("totals", "denominator"): totals["denominator"].where(totals["indicator"].isin(PEOPLE_BELOW)),
        ("findings", "value"): findings["value"].where(
            findings["unit"].isin(PEOPLE_UNITS) & ~findings["name"].astype("str").str.contains(RESIDENTS)
        ),
    }
    for (table, column), values in counted.items():
        small = ((values > 0) & (values < threshold)).to_numpy(dtype=bool).nonzero()[0]
        if len(small):
            yield Text(
                ru=f"{file_of(table)}, строка {small[0] + 2}, столбец {column}: людей меньше {threshold}, а число не "
                f"скрыто (таких строк: {len(small)}). Поставьте порог disclosure.threshold не ниже {threshold}, "
                "выпустите год и соберите посылку заново.",
                en=f"{file_of(table)}, line {small[0] + 2}, column {column}: fewer than {threshold} people, and the "
                f"number is not hidden (such lines: {len(small)}). Set disclosure.threshold to {threshold} or more, "
                "release the year and pack the delivery again.",
            )
