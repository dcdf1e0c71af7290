"""Who on the lists is the same person: keyed pseudonyms from contacts or, without them, from name and unit.

A phone or address names a person when all names beside it agree. A person without contacts is recognised by surname,
initials and unit: as the one person with contacts who has the same, or else under a key of name and unit. That is
probable, not certain.
"""

from __future__ import annotations

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
    groups = _groups(frame)
    known: dict[object, tuple[str | None, str | None, str | None]] = {}
    rows = []
    for row in frame.index:
        first = groups[row][0]
        if first not in known:
            known[first] = _key(frame.loc[groups[row]], key)
        rows.append([*known[first], bool(shared.loc[row])])
    return pd.DataFrame(rows, columns=PERSON_COLUMNS, index=people.index)


def _groups(frame: pd.DataFrame) -> dict[object, list[object]]:
    """Rows of the same person by row: joined by registration, phone and e-mail, then by a name and unit that one
    such person has."""
    parent = {row: row for row in frame.index}

    def root(row: object) -> object:
        while parent[row] != row:
            parent[row] = parent[parent[row]]
            row = parent[row]
        return row

    for column in CONTACTS:
        for rows in frame.dropna(subset=[column]).groupby(column, sort=False).groups.values():
            for row in rows[1:]:
                parent[root(row)] = root(rows[0])
    named = frame.dropna(subset=["name", "unit"])
    for rows in named.groupby(["name", "unit"], sort=False).groups.values():
        with_contact = [row for row in rows if any(frame.loc[row, contact] is not None for contact in CONTACTS)]
        without = [row for row in rows if row not in with_contact]
        if all(len(set(frame.loc[with_contact, contact].dropna())) <= 1 for contact in CONTACTS):
            # no two contacts contradict one another: one has the phone, another the address
            for row in with_contact[1:]:
                parent[root(row)] = root(with_contact[0])
        known = {root(row) for row in with_contact}
        target = next(iter(known)) if len(known) == 1 else None
        for row in without:
            parent[root(row)] = target if target is not None else root(without[0])
    groups: dict[object, list[object]] = {}
    for row in frame.index:
        groups.setdefault(root(row), []).append(row)
    return {row: groups[root(row)] for row in frame.index}


def _key(group: pd.DataFrame, key: bytes) -> tuple[str | None, str | None, str | None]:
    """Pseudonym, its basis and quality for one person's rows."""
    for kind in CONTACTS:
        known = sorted(group[kind].dropna())
        if known:
            value = known[0]
            is_key = kind == "registration" and PSEUDONYM.match(value)
            return (value if is_key else pseudonym(kind, value, key)), kind, "certain"
    named = group.dropna(subset=["name", "unit"])
    if len(named):
        first = named.iloc[0]
        return pseudonym("name_and_unit", f"{first['name']}|{first['unit']}", key), "name_and_unit", "probable"
    return None, None, None
