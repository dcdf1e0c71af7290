"""How strongly a result may be told: the claim that its design allows, and how certain it is, by fixed rules.

A claim is an effect only where the plan declares a design that allows it, no warning shakes that design and no check
contradicts the result; otherwise it is an association, or nothing that can be told from zero. Certainty begins high
for assignment by lot and moderate for everything else, and falls one level for each objection. This follows the order
of grading evidence used in systematic reviews (GRADE: design first, then reasons to rate down); an association of
observed data never rises above moderate.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from evaluation.display.wording import is_missing
from evaluation.report.reading import EFFECT_DESIGNS, is_clear, is_effect
from evaluation.settings import Language, Text

Claim = Literal["missing", "open", "association", "effect"]
Level = Literal["none", "very_low", "low", "moderate", "high"]
LEVELS: tuple[Level, ...] = ("none", "very_low", "low", "moderate", "high")

FEW_CLUSTERS = 40
FEW_TREATED = 10
SIGNIFICANT = 0.05
# checks by the ending of their model's name after «<model>__»
_P_CHECKS = ("wild_bootstrap", "permutation", "placebo_networks", "randomisation")
_PLACEBOS = ("placebo_lead", "placebo_from", "negative_control")
_BOUNDS = ("lee_", "worst_")
# objections that say a check has failed: they take the word effect back
CONTRADICTING = ("stricter_p", "hangs_on_unit", "placebo", "bounds", "other_choice")

CLAIMS: dict[Claim, Text] = {
    "missing": Text(ru="ничего — оценить нельзя", en="nothing, as it cannot be estimated"),
    "open": Text(ru="ничего — от нуля не отличить", en="nothing, as it cannot be told from zero"),
    "association": Text(ru="связь, не воздействие", en="an association, no effect"),
    "effect": Text(ru="воздействие, если верно условие схемы", en="an effect, if the design's condition holds"),
}
LEVEL_WORDS: dict[Level, Text] = {
    "none": Text(ru="нет", en="none"),
    "very_low": Text(ru="очень низкая", en="very low"),
    "low": Text(ru="низкая", en="low"),
    "moderate": Text(ru="средняя", en="moderate"),
    "high": Text(ru="высокая", en="high"),
}
REASONS: dict[str, Text] = {
    "few_clusters": Text(ru="мало территорий или групп", en="few units or clusters"),
    "few_treated": Text(ru="мало получивших поддержку", en="few with support"),
    "not_checked": Text(ru="отдельных проверок не было", en="no separate checks were made"),
    "stricter_p": Text(
        ru="более строгая проверка от нуля не отличает", en="a stricter test does not tell it from zero"
    ),
    "hangs_on_unit": Text(ru="держится на отдельной территории", en="it hangs on a single unit"),
    "placebo": Text(ru="ложная проверка даёт то же", en="a false check shows the same"),
    "bounds": Text(ru="границы отбора допускают и обратный знак", en="bounds for selection allow the opposite sign"),
    "other_choice": Text(ru="другой выбор даёт обратный знак", en="another choice gives the opposite sign"),
    "applicants_only": Text(ru="только о подавших заявку", en="about applicants only"),
    "shaken": Text(ru="предупреждение ослабляет схему", en="a warning shakes the design"),
}


@dataclass(frozen=True)
class Certainty:
    """What may be claimed, how surely, and the objections (keys of REASONS) that lowered it."""

    claim: Claim
    level: Level = "none"
    reasons: tuple[str, ...] = ()

    def in_words(self, language: Language) -> str:
        """«Связь, не воздействие; уверенность средняя (отдельных проверок не было)»."""
        claim = CLAIMS[self.claim].in_language(language)
        if self.level == "none":
            return claim
        level = LEVEL_WORDS[self.level].in_language(language)
        told = f"{claim}; уверенность {level}" if language == "ru" else f"{claim}; certainty {level}"
        reasons = ", ".join(REASONS[reason].in_language(language) for reason in self.reasons)
        return f"{told} ({reasons})" if reasons else told


def certainty_of(
    row: Mapping[str, Any], checks: Iterable[Mapping[str, Any]] = (), *, applicants_only: bool = False
) -> Certainty:
    """The claim and certainty of one row of ``estimates``.

    ``checks`` are rows of ``robustness`` and ``estimates`` (see ``checks_of``) that test the same model and exposure;
    their model is called ``<model>__<check>``. ``applicants_only`` says that the outcome exists for applicants alone.
    """
    if is_missing(row["estimate"]):
        return Certainty("missing")
    if not is_clear(row):
        return Certainty("open")
    objections = _objections(row, list(checks), applicants_only)
    is_causal = is_effect(row) and not set(objections) & set(CONTRADICTING)
    start = LEVELS.index("high" if is_causal and row["design"] == "randomised" else "moderate")
    level = LEVELS[max(1, start - len(objections))]
    return Certainty("effect" if is_causal else "association", level, tuple(objections))


def bounded(row: Mapping[str, Any], certainty: Certainty) -> dict[str, Any]:
    """``row`` as it may be read aloud: its design is an association where the claim is no effect."""
    kept = certainty.claim == "effect" or row["design"] not in EFFECT_DESIGNS or certainty.claim in ("missing", "open")
    return dict(row) if kept else {**row, "design": "association"}


def checks_of(row: Mapping[str, Any], rows: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Those of ``rows`` that check ``row``: of a model named ``<model>__…``, with its exposure or one made of it."""
    start, exposure = f"{row['model']}__", str(row["exposure"])
    return [
        each for each in rows if str(each["model"]).startswith(start) and str(each["exposure"]).startswith(exposure)
    ]


def rows_of(*frames: pd.DataFrame | None) -> list[dict[str, Any]]:
    """The rows of several frames of estimates, those that are None left out."""
    filled = [frame for frame in frames if frame is not None and len(frame)]
    return [{str(key): row[key] for key in row} for frame in filled for row in frame.to_dict("records")]


def _objections(row: Mapping[str, Any], checks: list[Mapping[str, Any]], applicants_only: bool) -> list[str]:
    found = []
    clusters, treated = row.get("clusters"), row.get("treated_clusters")
    if row["design"] in EFFECT_DESIGNS and not is_effect(row):
        found.append("shaken")
    if is_missing(clusters) or float(clusters) < FEW_CLUSTERS:  # type: ignore[arg-type]
        found.append("few_clusters")
    if not is_missing(treated) and float(treated) < FEW_TREATED:  # type: ignore[arg-type]
        found.append("few_treated")
    if applicants_only:
        found.append("applicants_only")
    if not checks:
        found.append("not_checked")
    up = float(row["estimate"]) > 0
    failed = {_failure(check, str(row["model"]), up) for check in checks} | _straddled(checks, str(row["model"]))
    return found + [reason for reason in CONTRADICTING if reason in failed]


def _failure(check: Mapping[str, Any], model: str, up: bool) -> str | None:
    """The objection that one check raises; None where it agrees or could not be computed."""
    name = str(check["model"]).removeprefix(f"{model}__")
    if name.startswith(_P_CHECKS):
        return "stricter_p" if not is_missing(check["p"]) and float(check["p"]) >= SIGNIFICANT else None
    if name.startswith(_BOUNDS) or is_missing(check["estimate"]):
        return None
    if name.startswith(_PLACEBOS):
        return "placebo" if is_clear(check) else None
    same_sign = (float(check["estimate"]) > 0) == up
    if name.startswith(("leave_out", "without_")):
        return None if same_sign and is_clear(check) else "hangs_on_unit"
    return "other_choice" if not same_sign and is_clear(check) else None


def _straddled(checks: Iterable[Mapping[str, Any]], model: str) -> set[str]:
    """Bounds whose two ends lie on both sides of zero."""
    ends = [
        float(check["estimate"])
        for check in checks
        if str(check["model"]).removeprefix(f"{model}__").startswith("lee_") and not is_missing(check["estimate"])
    ]
    return {"bounds"} if ends and min(ends) < 0 < max(ends) else set()


def estimate_behind(finding: Mapping[str, Any], estimates: Iterable[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """The row (contract ``estimates``) whose estimate, or change in per cent, ``finding`` is; None where there is none.

    Value and both ends of the interval must agree up to a common scale (shares told in points, tenths told instead of
    wholes), so that names do not matter.
    """
    if any(is_missing(finding[name]) for name in ("value", "low", "high")):
        return None
    for row in estimates:
        numbers = [row["estimate"], row["low"], row["high"]]
        if any(is_missing(number) for number in numbers):
            continue
        told = [finding["value"], finding["low"], finding["high"]]
        if _alike(told, numbers) or _alike(told, [_percent(float(number)) for number in numbers]):
            return row
    return None


def _alike(first: list[Any], second: list[Any]) -> bool:
    if any(float(number) == 0 for number in second):
        return all(math.isclose(float(a), float(b), rel_tol=1e-9) for a, b in zip(first, second, strict=True))
    scales = [float(a) / float(b) for a, b in zip(first, second, strict=True)]
    return scales[0] > 0 and all(math.isclose(scale, scales[0], rel_tol=1e-9) for scale in scales)


def _percent(number: float) -> float:
    return 100 * math.expm1(number) if number < 50 else math.inf
