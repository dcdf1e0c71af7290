"""Who on the lists is the same person."""

from __future__ import annotations

from typing import Any

import pandas as pd
from cleaning_helpers import KEY

from evaluation.cleaning.people import identify
from evaluation.privacy.pseudonyms import pseudonym

COLUMNS = ["person_key", "person_name", "phone", "email", "unit_id"]


def people(*rows: tuple[Any, ...]) -> pd.DataFrame:
    return identify(pd.DataFrame(rows, columns=COLUMNS, dtype=object), KEY)


def test_one_person_under_three_orders_of_the_name_and_scattered_contacts() -> None:
    found = people(
        (None, "Иванова Мария Петровна", "+7 000 100-00-01", None, "U1"),
        (None, "Мария Петровна Иванова", None, "m@example.org", "U1"),
        (None, "Иванова М.П.", None, None, "U1"),
        (None, "М. П. Иванова", "8(000)1000001", "m@example.org", "U1"),
    )
    assert len(set(found["person_key"])) == 1
    assert found["key_basis"].tolist() == ["phone"] * 4 and found["key_quality"].tolist() == ["certain"] * 4
    assert found["person_key"].iloc[0] == pseudonym("phone", "0001000001", KEY)


def test_namesakes_with_contacts_that_contradict_stay_two() -> None:
    found = people(
        (None, "Иванова Мария Петровна", "+7 000 100-00-01", None, "U1"),
        (None, "Иванова Мария Павловна", "+7 000 100-00-02", None, "U1"),
        (None, "Иванова М.П.", None, None, "U1"),
    )
    assert found["person_key"].nunique() == 3, "the one without contacts could be either"
    assert found["key_quality"].tolist() == ["certain", "certain", "probable"]


def test_the_same_name_in_another_unit_is_another_person() -> None:
    found = people(
        (None, "Иванова Мария Петровна", None, None, "U1"), (None, "Иванова Мария Петровна", None, None, "U2")
    )
    assert found["person_key"].nunique() == 2


def test_an_office_phone_names_nobody() -> None:
    found = people(
        (None, "Иванова Мария Петровна", "8 391 200-00-00", None, "U1"),
        (None, "Гусев Пётр Юрьевич", "8 391 200-00-00", None, "U1"),
    )
    assert found["person_key"].nunique() == 2 and found["shared_contact"].all()
    assert found["key_basis"].tolist() == ["name_and_unit"] * 2


def test_a_registration_number_comes_first_and_a_key_stays() -> None:
    found = people(
        ("A-17", "Иванова Мария Петровна", "8 000 100 00 01", None, "U1"), ("0123456789abcdef", None, None, None, None)
    )
    assert found["person_key"].tolist() == [pseudonym("registration", "A-17", KEY), "0123456789abcdef"]
    assert found["key_basis"].tolist() == ["registration"] * 2


def test_nothing_to_tell_a_person_by() -> None:
    found = people((None, "Мария", None, None, "U1"), (None, "Иванова Мария", None, None, None))
    assert found["person_key"].isna().all()


def test_keys_depend_on_the_secret() -> None:
    frame = pd.DataFrame(
        [(None, "Иванова Мария Петровна", "8 000 100 00 01", None, "U1")], columns=COLUMNS, dtype=object
    )
    assert identify(frame, KEY)["person_key"].iloc[0] != identify(frame, b"another")["person_key"].iloc[0]
