"""Who on the lists is the same person: keyed pseudonyms from contacts or, without them, from name and unit.

A phone or address names a person when all names beside it agree. A person without contacts is recognised by surname,
initials and unit: as the one person with contacts who has the same, or else under a key of name and unit. That is
probable, not certain.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from evaluation.cleaning.objects import mapped, objects
from evaluation.privacy.pseudonyms import PSEUDONYM, normalise_email, normalise_name, normalise_phone, pseudonym

CONTACTS = ("registration", "phone", "email")
PERSON_COLUMNS = ["person_key", "key_basis", "key_quality", "shared_contact"]


def identify(people: pd.DataFrame, key: bytes) -> pd.DataFrame:
    """Pseudonym of each listed person; index as ``people``, columns PERSON_COLUMNS.

    ``people`` has text columns person_key (a registration number), person_name, phone, email and unit_id, None where
    missing. ``person_key`` is missing where nothing tells the person from others. ``shared_contact`` is True where
    a contact was left aside because different people give it.
    """
    frame = pd.DataFrame(
        {
            "registration": objects(people["person_key"], people.index),
            "phone": mapped(people["phone"], lambda text: normalise_phone(text) if isinstance(text, str) else None),
            "email": mapped(people["email"], lambda text: normalise_email(text) if isinstance(text, str) else None),
            "name": mapped(people["person_name"], lambda text: normalise_name(text) if isinstance(text, str) else None),
            "unit": objects(people["unit_id"], people.index),
        },
        index=people.index,
    )
    shared = pd.Series(False, index=frame.index)
    for contact in ("phone", "email"):
        several = frame.dropna(subset=[contact, "name"]).groupby(contact)["name"].nunique()
        office = frame[contact].isin(several.index[several > 1])
        shared |= office
        frame.loc[office, contact] = None
    persons = frame.to_dict("index")
    groups = _groups(persons)
    known: dict[object, tuple[str | None, str | None, str | None]] = {}
    rows = []
    for row in frame.index:
        first = groups[row][0]
        if first not in known:
            known[first] = _key([persons[other] for other in groups[row]], key)
        rows.append([*known[first], bool(shared.loc[row])])
    return pd.DataFrame(rows, columns=PERSON_COLUMNS, index=people.index)


def _groups(people: Mapping[Any, Mapping[Any, Any]]) -> dict[Any, list[Any]]:
    """Rows of the same person by row: joined by registration, phone and e-mail, then by a name and unit that one
    such person has."""
    parent = {row: row for row in people}

    def root(row: Any) -> Any:
        while parent[row] != row:
            parent[row] = parent[parent[row]]
            row = parent[row]
        return row

    def join(rows: list[Any]) -> None:
        for row in rows[1:]:
            parent[root(row)] = root(rows[0])

    for contact in CONTACTS:
        for rows in _by(people, (contact,)).values():
            join(rows)
    for rows in _by(people, ("name", "unit")).values():
        with_contact = [row for row in rows if any(people[row][contact] is not None for contact in CONTACTS)]
        without = [row for row in rows if row not in with_contact]
        if all(len({people[row][contact] for row in with_contact} - {None}) <= 1 for contact in CONTACTS):
            # no two contacts contradict one another: one has the phone, another the address
            join(with_contact)
        known = {root(row) for row in with_contact}
        join([*known, *without] if len(known) == 1 else without)
    groups: dict[Any, list[Any]] = {}
    for row in people:
        groups.setdefault(root(row), []).append(row)
    return {row: groups[root(row)] for row in people}


def _by(people: Mapping[Any, Mapping[Any, Any]], names: tuple[str, ...]) -> dict[tuple[Any, ...], list[Any]]:
    """Rows by the values of ``names``, where none is missing."""
    groups: dict[tuple[Any, ...], list[Any]] = {}
    for row, person in people.items():
        values = tuple(person[name] for name in names)
        if None not in values:
            groups.setdefault(values, []).append(row)
    return groups


def _key(persons: list[Mapping[Any, Any]], key: bytes) -> tuple[str | None, str | None, str | None]:
    """Pseudonym, its basis and quality for one person's rows."""
    for kind in CONTACTS:
        known = sorted(person[kind] for person in persons if person[kind] is not None)
        if known:
            value = known[0]
            is_key = kind == "registration" and PSEUDONYM.match(value)
            return (value if is_key else pseudonym(kind, value, key)), kind, "certain"
    for person in persons:
        if person["name"] is not None and person["unit"] is not None:
            value = f"{person['name']}|{person['unit']}"
            return pseudonym("name_and_unit", value, key), "name_and_unit", "probable"
    return None, None, None
