"""Cells without a value: blanks, Excel errors, and the marks by which people say why there is none."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from evaluation.cleaning.parsed import EMPTY, MISSING_RULES, Missing, Parsed, plain
from evaluation.cleaning.text import fold, tidy

_RULES = {reason: rule for rule, reason in MISSING_RULES.items()}
_WORDS: dict[Missing, tuple[str, ...]] = {
    "marker": (
        "x", "х", "б/н", "б/д", "н/д", "нд", "н.д.", "н/с", "н/у", "нет данных", "данных нет", "данные отсутствуют",
        "нет сведений", "сведений нет", "сведения отсутствуют", "не указано", "не указан", "не указана", "не указаны",
        "не заполнено", "не предоставлено", "не представлено", "нет инф.", "нет информации", "информация отсутствует",
        "не определено", "отсутствует", "пусто", "n/a", "na", "nan", "nat", "<na>", "null", "none", "nil", "#n/a",
        "no data", "missing", "brak", "brak danych", "b.d.", "b/d",
    ),
    "refused": (
        "отказ", "отказался", "отказалась", "отказ от ответа", "отказ отвечать", "отказываюсь отвечать",
        "не хочу отвечать", "предпочитаю не отвечать", "refused", "refusal", "prefer not to say",
    ),
    "dont_know": (
        "затрудняюсь ответить", "затрудняюсь", "затрудняюсь с ответом", "затр. ответить", "з/о", "не знаю",
        "трудно сказать", "dont know", "do not know", "hard to say", "nie wiem",
    ),
    "not_asked": ("не спрашивали", "не задавался", "вопрос не задавался", "not asked"),
    "skip": ("не применимо", "неприменимо", "н/п", "пропуск", "пропущено", "not applicable", "skip", "skipped"),
    "suppressed": ("скрыто", "[скрыто]", "данные скрыты", "конфиденциально", "suppressed", "confidential"),
}  # fmt: skip
_REASONS = {fold(word).replace(" ", "_"): reason for reason, words in _WORDS.items() for word in words}
LONGEST = 40  # no such words are longer
_SIGNS = re.compile(r"[-.…*?_=/\\\s]+")
_EXCEL_ERRORS = re.compile(
    r"#(?:DIV/0!|N/A|NAME\?|NULL!|NUM!|REF!|VALUE!|SPILL!|CALC!|GETTING_DATA|ДЕЛ/0!|ЗНАЧ!|ССЫЛКА!|ИМЯ\?|Н/Д|ЧИСЛО!|ПУСТО!"
    r"|ПЕРЕНОС!|ВЫЧИСЛ!)",
    re.I,
)


def is_blank(raw: Any) -> bool:
    """Is there nothing in the cell, or nothing that can be seen?"""
    if isinstance(raw, str):
        if raw[:1].isalnum():
            return False
        text = raw.strip()
        return not text or (not text[0].isalnum() and not tidy(text))
    if raw is None:
        return True
    # asked of every cell: the commonest kinds are told without a further call
    return raw != raw if raw.__class__ is float else raw.__class__ is not int and plain(raw) is None


def missing_reason(text: str) -> Missing | None:
    """Why a value is missing as the text says it («н/д» a mark, «отказ» refused); None where it says no such thing."""
    if not text or is_blank(text):
        return "blank"
    if "0" <= text[0] <= "9" or (len(text) > LONGEST and text[0].isalnum()):
        return None
    return _reason(text[: 4 * LONGEST])


@lru_cache(maxsize=20_000)
def _reason(text: str) -> Missing | None:
    key = fold(text)
    if _SIGNS.fullmatch(key):
        return "marker"
    key = key.replace(" ", "_")
    return _REASONS.get(key) or _REASONS.get(key.rstrip(".!_"))


def is_marker(text: str) -> bool:
    """Is the text a mark of missing data («—», «н/д») that gives no reason?"""
    return missing_reason(text) == "marker"


def read_missing(raw: Any, only_marks: bool = False) -> Parsed | None:
    """What a cell without a value comes to; None for a cell that has one.

    With ``only_marks`` words that say why a value is missing are left alone: in a column of text they may be the text.
    """
    if not isinstance(raw, str):
        return EMPTY if plain(raw) is None else None
    reason = missing_reason(raw)
    if reason == "blank":
        return EMPTY
    if _EXCEL_ERRORS.fullmatch(tidy(raw)) if raw.lstrip().startswith("#") else False:
        return Parsed(None, "excel_error")
    if reason is None or (only_marks and reason != "marker"):
        return None
    return Parsed(None, _RULES[reason])
