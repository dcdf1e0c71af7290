"""A person's answer to a fact that was read: taken as it is, refused, or corrected to a value of the field's kind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

from evaluation.cleaning.dates import parse_date
from evaluation.cleaning.text import fold, tidy
from evaluation.cleaning.values import parse_integer
from evaluation.field.documents.facts import Fact, Field
from evaluation.privacy.personal import find_personal
from evaluation.settings import Text

Choice = Literal["yes", "no", "correct"]


def answered(fact: Fact, field: Field, choice: Choice, answer: str, codes: Mapping[str, str]) -> Fact | Text:
    """The fact as confirmed, or what is wrong with the answer.

    ``codes`` gives codes by folded spelling for a category. A refused fact, and one that is confirmed as missing, have
    the value None.
    """
    if choice == "yes":
        return replace(fact, remarks=())
    if choice == "no":
        return replace(fact, value=None, remarks=())
    value = _value(field, answer, codes)
    return value if isinstance(value, Text) else replace(fact, value=value, remarks=())


def _value(field: Field, answer: str, codes: Mapping[str, str]) -> str | Text:
    if field.kind == "integer":
        parsed = parse_integer(answer)
        if parsed.value is None or parsed.value < 0:
            return Text(ru=f"«{answer}»: ожидалось целое число не меньше нуля", en=f"'{answer}': a whole number of at "
                        "least zero was expected")  # fmt: skip
        return str(parsed.value)
    if field.kind == "date":
        day = parse_date(answer).value
        if day is None:
            return Text(ru=f"«{answer}»: ожидалась дата вида 27.01.2021", en=f"'{answer}': a date such as 27.01.2021 "
                        "was expected")  # fmt: skip
        return str(day.isoformat())
    if field.kind == "category":
        parts = [codes.get(fold(part.strip())) for part in answer.split(";") if part.strip()]
        if not parts or any(part is None for part in parts):
            return Text(ru=f"«{answer}»: такого значения в списке нет", en=f"'{answer}' is no value of the list")
        return "; ".join(str(part) for part in parts)
    if find_personal(answer, names=True):
        return Text(ru="здесь личные данные (имя, телефон, адрес); уберите их", en="personal data stand here (a name, "
                    "phone, address); remove them")  # fmt: skip
    return tidy(answer)
