"""Why two totals differ: which remarks, taken together, would close the gap between them exactly.

Amounts are integers in hundredths of the unit (kopecks for roubles), so that "exactly" means exactly. That a cause
closes a gap is arithmetic, no proof: where several do, all of them are named.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

from evaluation.settings import Language

Treatment = Literal["counted", "left_out", "as_suggested", "would_hold"]
MOST_CAUSES = 2
MOST_EXPLANATIONS = 3
_CAUSE = re.compile(
    r"(?P<rule>\w+):(?P<treatment>counted|left_out|as_suggested|would_hold):(?P<n>\d+):(?P<amount>[+-]\d+\.\d\d)"
)
_WORDS: dict[Language, dict[str, str]] = {
    "ru": {
        "counted": "посчитать",
        "left_out": "не считать",
        "as_suggested": "взять как предложено",
        "or": " или ",
        "would_hold": "в непрочитанной ячейке стоит недостающее:",
    },
    "en": {
        "counted": "counting",
        "left_out": "leaving out",
        "as_suggested": "taking as suggested",
        "or": " or ",
        "would_hold": "the missing amount standing in the unread cell:",
    },
}


@dataclass(frozen=True)
class Cause:
    """What treating the ``n`` rows or cells of one remark differently would add to our total, in hundredths.

    ``counted``: they are not in our total and would be; ``left_out``: they are and would not be; ``as_suggested``:
    they would stand with the value that the remark suggests; ``would_hold``: the one cell whose amount is not known
    would have to hold this one, which is possible and no more.
    """

    rule: str
    treatment: Treatment
    n: int
    amount: int


@dataclass(frozen=True)
class Explanation:
    """Causes that together close a gap, and what is left of it (hundredths; 0 where it closes exactly)."""

    causes: tuple[Cause, ...]
    remainder: int


def hundredths(value: float) -> int:
    """``value`` in whole hundredths of its unit, rounded half to even."""
    return round(float(value) * 100)


def gather(parts: Iterable[tuple[str, Treatment, int]]) -> list[Cause]:
    """One cause a rule and treatment, from (rule, treatment, amount in hundredths) of single rows or cells."""
    sums: dict[tuple[str, Treatment], list[int]] = {}
    for rule, treatment, amount in parts:
        sums.setdefault((rule, treatment), []).append(amount)
    return [Cause(rule, treatment, len(found), sum(found)) for (rule, treatment), found in sorted(sums.items())]


def explain_gap(gap: int, causes: Sequence[Cause], tolerance: int = 0) -> tuple[Explanation, ...]:
    """Every smallest set of causes (one, else two of different rules) whose amounts add up to ``gap``.

    ``gap`` is the other total less ours, ``tolerance`` what rounding of the other total leaves open, both in
    hundredths. A cause no larger than the tolerance explains nothing. Empty where there is no gap or no such set;
    those that close it best come first.
    """
    if abs(gap) <= tolerance:
        return ()
    useful = [cause for cause in causes if abs(cause.amount) > tolerance]
    for size in range(1, MOST_CAUSES + 1):
        found = [
            Explanation(chosen, gap - sum(cause.amount for cause in chosen))
            for chosen in combinations(useful, size)
            if len({cause.rule for cause in chosen}) == size
            and abs(gap - sum(cause.amount for cause in chosen)) <= tolerance
        ]
        if found:
            return tuple(sorted(found, key=lambda explanation: abs(explanation.remainder)))
    return ()


def coded(explanations: Sequence[Explanation]) -> str | None:
    """Explanations as text without a language: ``duplicate_row:counted:3:+4200.00``, several joined by & and |."""
    return (
        " | ".join(
            " & ".join(
                f"{cause.rule}:{cause.treatment}:{cause.n}:{cause.amount / 100:+.2f}" for cause in explanation.causes
            )
            for explanation in explanations[:MOST_EXPLANATIONS]
        )
        or None
    )


def in_words(text: str | None, labels: Mapping[str, str], language: Language) -> str:
    """What ``coded`` gave, in the reader's language; ``labels`` of the rules by code. Other text comes back as it is.

    Example: counting 3 × «A repeated row» (+4,200).
    """
    if not text or not _CAUSE.search(text):
        return text or ""
    words = _WORDS[language]

    def say(found: re.Match[str]) -> str:
        label = labels.get(found["rule"], found["rule"])
        quoted = f"«{label}»" if language == "ru" else f"'{label}'"
        return f"{words[found['treatment']]} {found['n']} × {quoted} ({amount_text(float(found['amount']), language)})"

    spoken = _CAUSE.sub(say, text)
    return spoken.replace(" | ", words["or"]).replace(" & ", " и " if language == "ru" else " and ")


def amount_text(amount: float, language: Language) -> str:
    """A signed amount with its thousands apart; hundredths only where there are any."""
    text = f"{amount:+,.2f}".removesuffix(".00")
    return text.replace(",", "\u00a0").replace(".", ",").replace("-", "−") if language == "ru" else text
