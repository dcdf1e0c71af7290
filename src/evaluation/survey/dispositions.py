"""What became of everybody who was asked, and the rates that follow from it.

Source of the categories and formulas: AAPOR (2023), Standard Definitions: Final Dispositions of Case Codes and
Outcome Rates for Surveys, 10th edition. I complete, P partial, R refusals and break-offs, NC non-contact, O other,
U unknown whether eligible; e is the share of the unknown taken as eligible.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from evaluation.settings import InputProblem, SurveyQuality
from evaluation.survey.answer_matrix import ANSWERED, DONT_KNOW, INVALID, NOT_ASKED, AnswerMatrix

DISPOSITIONS = (
    "complete", "partial", "break_off", "refusal", "non_contact", "other", "unknown_eligibility", "ineligible",
)  # fmt: skip
COUNT_COLUMNS = ["wave_id", "disposition", "n", "share"]
RATE_COLUMNS = ["wave_id", "rate", "value", "numerator", "denominator", "e", "note"]
NOT_PROBABILITY = ("quota", "convenience")


@dataclass(frozen=True)
class Outcomes:
    """How many of those asked ended in each disposition; ``asked`` is missing where nobody counted them."""

    complete: int = 0
    partial: int = 0
    break_off: int = 0
    refusal: int = 0
    non_contact: int = 0
    other: int = 0
    unknown_eligibility: int = 0
    ineligible: int = 0
    asked: int | None = None

    def as_frame(self, wave_id: str) -> pd.DataFrame:
        """COUNT_COLUMNS: all dispositions, with their share of those asked (empty where that is not known)."""
        counts = [getattr(self, name) for name in DISPOSITIONS]
        shares = [count / self.asked if self.asked else np.nan for count in counts]
        return pd.DataFrame({"wave_id": wave_id, "disposition": DISPOSITIONS, "n": counts, "share": shares})


def dispositions(matrix: AnswerMatrix, items: pd.DataFrame, rules: SurveyQuality) -> pd.Series:
    """Disposition of each response, index response_id: complete, partial, break_off, refusal or ineligible.

    By the share of the asked closed items that are answered; an answer that could not be read was given, «don't know»
    is one where ``rules`` say so. A response without any answer is an implicit refusal. Who fails the screening
    question is ineligible, however much he answered; who left it blank stays.

    Raises InputProblem for a screening question that the questionnaire lacks.
    """
    closed = set(items.loc[items["kind"] != "open", "name"].astype(str))
    states = matrix.item_states[:, [place for place, name in enumerate(matrix.items) if name in closed]]
    answers = [ANSWERED, INVALID, *([DONT_KNOW] if rules.dont_know_is_answer else [])]
    asked = (states != NOT_ASKED).sum(axis=1)
    given = np.isin(states, answers).sum(axis=1)
    share = np.zeros(len(states))
    np.divide(given, asked, out=share, where=asked > 0)
    found = np.select(
        [given == 0, share >= rules.complete_from, share >= rules.partial_from],
        ["refusal", "complete", "partial"],
        "break_off",
    )
    if rules.screening is not None:
        item = rules.screening.item
        if item not in closed:
            raise InputProblem(
                f"Настройка surveys: quality.screening.item: вопроса «{item}» нет в анкете.",
                f"Setting surveys: quality.screening.item: the questionnaire has no item '{item}'.",
            )
        if item in matrix.items:
            answered = matrix.item_states[:, matrix.items.index(item)] == ANSWERED
            belongs = np.zeros(len(states), dtype=bool)
            for code in rules.screening.eligible:
                belongs |= matrix.holds(item, code)
            found = np.where(answered & ~belongs, "ineligible", found)
    return pd.Series(found, index=matrix.response_ids, dtype="str")


def outcomes(found: pd.Series, wave: pd.Series, rules: SurveyQuality) -> Outcomes:
    """Dispositions of everybody asked in one wave: the responses ``found``, and the invited who sent nothing.

    ``found`` should hold each person once (leave duplicates out first). ``wave`` is the row of survey_waves; without
    ``invited_n`` a census asked its whole frame. The invited who sent nothing are of unknown eligibility or, where
    ``rules.unanswered`` says that the list holds members of the population alone, non-contacts.

    Raises InputProblem where more answered than were invited.
    """
    counts = {name: int((found == name).sum()) for name in DISPOSITIONS}
    invited = wave["invited_n"]
    if pd.isna(invited) and wave["design"] == "census":
        invited = wave["frame_n"]
    if pd.isna(invited):
        return Outcomes(**counts)
    silent = int(invited) - len(found)
    if silent < 0:
        raise InputProblem(
            f"Волна {wave['wave_id']}: ответили {len(found)}, а приглашены {int(invited)} (invited_n, frame_n). "
            "Исправьте число приглашённых в настройках года или уберите повторные анкеты.",
            f"Wave {wave['wave_id']}: {len(found)} responded, but {int(invited)} were invited (invited_n, frame_n). "
            "Correct the number invited in the year's settings or take out repeated responses.",
        )
    kind = "unknown_eligibility" if rules.unanswered == "unknown" else "non_contact"
    counts[kind] += silent
    return Outcomes(**counts, asked=int(invited))


def eligible_share(one: Outcomes, declared: float | None) -> tuple[float, str]:
    """e and how it came about: ``declared``, or ``allocated`` (as among cases whose eligibility is known), or 1."""
    if declared is not None:
        return declared, "e_declared"
    eligible = one.complete + one.partial + one.break_off + one.refusal + one.non_contact + one.other
    known = eligible + one.ineligible
    return (eligible / known, "e_allocated") if known else (1.0, "e_one")


def response_rates(one: Outcomes, wave: pd.Series, rules: SurveyQuality) -> pd.DataFrame:
    """RATE_COLUMNS: AAPOR's response, cooperation, refusal and contact rates of one wave, unweighted.

    ``note`` says why a rate is empty: invited_unknown, not_probability (there is no response rate where nobody was
    drawn), unknown_eligibility (RR5, RR6, REF3 and CON3 need that every case's eligibility is known, or e = 0
    declared), nobody; or how e came about: e_declared, e_allocated, e_one. ``completion`` is completes by those who
    began and is known for every design.
    """
    i, p, r = one.complete, one.partial, one.refusal + one.break_off
    nc, o, u = one.non_contact, one.other, one.unknown_eligibility
    e, how = eligible_share(one, rules.eligible_share)
    known = i + p + r + nc + o
    contacted = i + p + r + o
    rates: dict[str, tuple[float, float]] = {
        "rr1": (i, known + u),
        "rr2": (i + p, known + u),
        "rr3": (i, known + e * u),
        "rr4": (i + p, known + e * u),
        "rr5": (i, known),
        "rr6": (i + p, known),
        "coop1": (i, contacted),
        "coop2": (i + p, contacted),
        "coop3": (i, i + p + r),
        "coop4": (i + p, i + p + r),
        "ref1": (r, known + u),
        "ref2": (r, known + e * u),
        "ref3": (r, known),
        "con1": (contacted, known + u),
        "con2": (contacted, known + e * u),
        "con3": (contacted, known),
        "completion": (i, i + p + one.break_off),
    }
    uses_e, ignores_unknown = ("rr3", "rr4", "ref2", "con2"), ("rr5", "rr6", "ref3", "con3")
    rows = []
    for name, (numerator, denominator) in rates.items():
        note = None
        if name != "completion":
            if wave["design"] in NOT_PROBABILITY:
                note = "not_probability"
            elif one.asked is None:
                note = "invited_unknown"
            elif name in ignores_unknown and u > 0 and rules.eligible_share != 0:
                note = "unknown_eligibility"
        withheld = note is not None
        if not withheld and denominator == 0:
            note, withheld = "nobody", True
        if not withheld and name in uses_e and u > 0:
            note = how
        rows.append(
            {
                "wave_id": wave["wave_id"],
                "rate": name,
                "value": np.nan if withheld else numerator / denominator,
                "numerator": np.nan if withheld else float(numerator),
                "denominator": np.nan if withheld else float(denominator),
                "e": e if name in uses_e and u > 0 and not withheld else np.nan,
                "note": note,
            }
        )
    return pd.DataFrame(rows, columns=RATE_COLUMNS)
