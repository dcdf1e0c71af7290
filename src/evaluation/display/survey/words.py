"""What the figures and tables of surveys say: remarks by code, bases, heads of columns."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import pandas as pd

from evaluation.display.survey.remarks import REMARKS
from evaluation.settings import Text

if TYPE_CHECKING:
    from evaluation.settings import Language

NOT_PROBABILITY = "not_probability"
WORDS: dict[str, Text] = {
    "percent_rated": Text(ru="Проценты от тех, кто поставил оценку", en="Per cent of those who rated"),
    "percent_asked": Text(ru="Проценты от всех, кому задали вопрос", en="Per cent of all who were asked"),
    "no_rating": Text(ru="без оценки, %", en="no rating, %"),
    "no_rating_note": Text(
        ru="Серым справа — доля спрошенных без оценки: тёмным «затрудняюсь ответить», светлым отказ и пропуск.",
        en="Grey at the right: share of those asked without a rating; dark: don't know, light: refused or left blank.",
    ),
    "neutral": Text(ru="середина, %", en="middle, %"),
    "weighted": Text(ru="взвеш. n", en="weighted n"),
    "top": Text(ru="верхние ответы", en="highest answers"),
    "interval": Text(ru="Линии и скобки — 95 % интервалы.", en="Lines and brackets: 95% intervals."),
    "turned": Text(ru="обратный по смыслу", en="worded the other way"),
    "before": Text(ru="до", en="before"),
    "after": Text(ru="после", en="after"),
    "pairs": Text(ru="пар", en="pairs"),
    "promoters": Text(ru="готовы рекомендовать (9–10)", en="promoters (9–10)"),
    "passives": Text(ru="нейтральны (7–8)", en="passives (7–8)"),
    "detractors": Text(ru="не готовы (0–6)", en="detractors (0–6)"),
}


def word(name: str, language: Language) -> str:
    """A fixed word of the figures of surveys. Raises KeyError for a name that WORDS lacks."""
    return WORDS[name].in_language(language)


def codes_of(note: object) -> list[str]:
    """Codes in one cell of a column ``note``: they are joined by a semicolon."""
    if note is None or (not isinstance(note, str) and pd.isna(note)):
        return []
    return [code.strip() for code in str(note).split(";") if code.strip()]


def remark(code: str, language: Language) -> str:
    """A remark in words; a code that nobody knows is shown as it stands."""
    return REMARKS[code].in_language(language) if code in REMARKS else code


def remarks_of(notes: Iterable[object], language: Language, shown: Iterable[str] | None = None) -> str:
    """Sentences for the codes in ``notes``, each once, in the order of REMARKS; ``shown`` limits them."""
    found = {code for note in notes for code in codes_of(note)}
    wanted = found if shown is None else found & set(shown)
    known = [code for code in REMARKS if code in wanted]
    sentences = [remark(code, language) for code in known]
    return " ".join(text[:1].upper() + text[1:] + "." for text in sentences)


def has_interval(frame: pd.DataFrame) -> pd.Series:
    """True for rows whose interval may be drawn: known, of a probability sample, and wider than nothing (a census)."""
    known = (frame["high"] > frame["low"]).fillna(False).astype(bool)
    return known & ~frame["note"].map(lambda note: NOT_PROBABILITY in codes_of(note)).astype(bool)
