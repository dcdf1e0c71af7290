"""Words that only documents need: titles of their lists."""

from __future__ import annotations

from evaluation.settings import Language, Text

_WORDS: dict[str, Text] = {
    "contents": Text(ru="Содержание", en="Contents"),
    "tables": Text(ru="Таблицы", en="Tables"),
    "figures": Text(ru="Рисунки", en="Figures"),
}


def office_words(language: Language) -> dict[str, str]:
    return {name: text.in_language(language) for name, text in _WORDS.items()}
