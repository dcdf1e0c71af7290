"""The condition on which a question of a questionnaire is asked."""

from __future__ import annotations

import re

from evaluation.settings import InputProblem

_RELEVANT = re.compile(r"^\s*(?:selected\(\s*\$\{([\w.-]+)\}\s*,\s*'([^']*)'\s*\)|\$\{([\w.-]+)\}\s*=\s*'([^']*)')\s*$")


def condition(relevant: str) -> tuple[str, str] | None:
    """Item and answer on which a question depends (``${item} = 'answer'``); None where it is always asked.

    Raises InputProblem for a condition of another form.
    """
    if not relevant.strip():
        return None
    found = _RELEVANT.match(relevant)
    if found is None:
        raise InputProblem(
            f"Условие вопроса «{relevant}» не поддерживается. "
            "Пишите ${вопрос} = 'ответ' или selected(${вопрос}, 'ответ').",
            f"The condition '{relevant}' is not supported. "
            "Write ${item} = 'answer' or selected(${item}, 'answer').",
        )
    return (found[1] or found[3], found[2] if found[1] else found[4])
