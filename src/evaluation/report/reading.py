"""An estimate read aloud: direction, size in units people know, uncertainty, what it rests on and what it is not.

The sentences are made from the numbers alone. They are never stronger than the declared design: only random
assignment, an instrument or a cut-off let them speak of an effect, under the assumption that is named; a warning that
shakes the design, an interval that covers zero, or a p-value (also a corrected one) that is not small take words back.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from evaluation.codebook import Codebook
from evaluation.display.units import plural
from evaluation.display.wording import (
    NO_BREAK_SPACE,
    code_label,
    format_interval,
    format_number,
    format_p,
    is_missing,
    label_of,
)
from evaluation.report.reading_sizes import Size, amount, bound, interval, signed, size_of
from evaluation.report.reading_words import SENTENCES, VARIABLES, ExposureWords, Told, exposure_words, outcome_words
from evaluation.settings import LANGUAGES, Language, Model

EFFECT_DESIGNS = ("randomised", "instrument", "cutoff")
# beginnings of the codes of warnings under which a declared design does not carry its conclusion
SHAKEN = (
    "few_treated", "no_reliable_interval", "one_treated_cluster", "one_cluster", "weak_first_stage", "no_overlap",
    "poor_overlap", "separated", "perfect_fit", "unbounded_interval",
)  # fmt: skip
SIGNIFICANT = 0.05
SHARE_OF_SPREAD = "intraclass_correlation"
# families that compare each unit with itself over time, besides those with unit effects
WITHIN_FAMILIES = ("event_study", "group_time", "imputation", "sun_abraham")
UNIT_CLUSTERS = ("unit_id", "stable_unit_id")


def is_clear(row: Mapping[str, Any]) -> bool:
    """Whether the sign can be told: the interval leaves out zero and neither p nor corrected p contradicts it."""
    low, high = row["low"], row["high"]
    if is_missing(low) or is_missing(high) or low <= 0 <= high:
        return False
    known = [row.get(name) for name in ("p", "p_adjusted")]
    return all(is_missing(p) or float(p) < SIGNIFICANT for p in known)  # type: ignore[arg-type]


def is_effect(row: Mapping[str, Any]) -> bool:
    """Whether the declared design allows to speak of an effect: it does, and no warning shakes it."""
    return row["design"] in EFFECT_DESIGNS and not _shaking(row)


def _shaking(row: Mapping[str, Any]) -> list[str]:
    text = row.get("warning")
    codes = [part.partition("=")[0] for part in text.split(";")] if isinstance(text, str) else []
    return [code for code in codes if code.startswith(SHAKEN)]


def read_estimate(
    row: Mapping[str, Any], language: Language, model: Model | None = None, codebook: Codebook | None = None
) -> str:
    """One row of ``estimates`` in sentences.

    ``warning_ru`` and ``warning_en`` of the row, where it has them, are the warnings in words. ``model`` says per
    whom a rate is counted, within what errors are related, and the assumption in the reader's language.
    """
    said = {name: pair[language] for name, pair in SENTENCES.items()}
    warning = row.get(f"warning_{language}")
    warned = warning if isinstance(warning, str) and warning else ""
    if is_missing(row["estimate"]):
        return said["none"].format(
            exposure=_exposure(row, language, model, codebook).noun,
            outcome=_outcome(row, language, model, codebook).about,
            why=f": {warned}" if warned else "",
        )
    if row["estimand"] == SHARE_OF_SPREAD:
        told = _share(row, language, codebook, said)
        return f"{told} {_basis(row, language, model, said)}"
    sentences = [_main(row, language, model, codebook, said), _basis(row, language, model, said)]
    if not is_missing(row.get("p_adjusted")):
        sentences.append(said["corrected"].format(p=format_p(row["p_adjusted"], language)))
    if row["design"] in EFFECT_DESIGNS and not is_effect(row):
        sentences.append(said["shaken"].format(design=code_label("design", str(row["design"]), language)))
    elif not is_effect(row):
        sentences.append(said["association"])
    if warned:
        sentences.append(said["warned"].format(text=warned))
    return _ended(" ".join(sentences))


def read_briefly(
    row: Mapping[str, Any], language: Language, model: Model | None = None, codebook: Codebook | None = None
) -> str:
    """The first sentences of ``read_estimate``: direction, size and interval alone."""
    said = {name: pair[language] for name, pair in SENTENCES.items()}
    if is_missing(row["estimate"]):
        return read_estimate(row, language, model, codebook)
    if row["estimand"] == SHARE_OF_SPREAD:
        return _share(row, language, codebook, said)
    return _ended(_main(row, language, model, codebook, said))


def readings(
    estimates: pd.DataFrame,
    models: Mapping[str, Model] | None = None,
    codebook: Codebook | None = None,
) -> pd.DataFrame:
    """Readings: model, outcome, exposure, reading_ru, reading_en.

    With ``models`` the rows that tell of an exposure, a time since first exposure or a share of the spread are read;
    what else a family estimates (its dispersion, say) is left to the table.
    """
    known = models or {}
    rows = [
        {
            **{name: row[name] for name in ("model", "outcome", "exposure")},
            **{
                f"reading_{language}": read_estimate(row, language, known.get(str(row["model"])), codebook)
                for language in LANGUAGES
            },
        }
        for row in estimates.to_dict("records")
        if _is_told(row, known.get(str(row["model"])))
    ]
    return pd.DataFrame(rows, columns=["model", "outcome", "exposure", "reading_ru", "reading_en"])


def _is_told(row: Mapping[str, Any], model: Model | None) -> bool:
    exposure = str(row["exposure"])
    if model is None or row["estimand"] == SHARE_OF_SPREAD:
        return True
    return exposure in model.exposures or exposure.startswith("event_time_")


# ---- sentences ----------------------------------------------------------------------------------------------


def _outcome(row: Mapping[str, Any], language: Language, model: Model | None, codebook: Codebook | None) -> Told:
    return outcome_words(str(row["outcome"])).told(language, model.offset if model else None, codebook)


def _share(row: Mapping[str, Any], language: Language, codebook: Codebook | None, said: dict[str, str]) -> str:
    return said["share"].format(
        size=format_number(row["estimate"], language, 0, "share"),
        outcome=label_of(codebook, VARIABLES, str(row["outcome"]), language),
        interval=format_interval(row["low"], row["high"], language, 0, "share"),
    )


def _exposure(
    row: Mapping[str, Any], language: Language, model: Model | None, codebook: Codebook | None
) -> ExposureWords:
    within = model is None or "unit_id" in model.fixed_effects or model.family in WITHIN_FAMILIES
    return exposure_words(str(row["exposure"]), language, codebook, within)


def _main(
    row: Mapping[str, Any], language: Language, model: Model | None, codebook: Codebook | None, said: dict[str, str]
) -> str:
    size = size_of(row)
    exposure = _exposure(row, language, model, codebook)
    outcome = _outcome(row, language, model, codebook)
    span = interval(size, language)
    if not is_clear(row):
        named = outcome.subject if is_effect(row) else outcome.about
        return _unclear(row, size, exposure.noun, named, span, language, said)
    up = float(row["estimate"]) > 0
    kind = size.scale if size.scale in ("odds", "logarithm") else outcome.kind
    change = said[f"{kind}_{'up' if up else 'down'}"].format(size=amount(size, language))
    sentence = said["clear"].format(
        when=exposure.when, outcome=outcome.odds if kind == "odds" else outcome.subject, change=change,
        interval=span, verb="are" if kind == "odds" else outcome.verb,
    )  # fmt: skip
    if not is_effect(row):
        return _capital(sentence) + "."
    assumption = model.assumption.in_language(language) if model else str(row["assumption"])
    design = code_label("design", str(row["design"]), language)
    return said["effect"].format(design=design, sentence=sentence, assumption=assumption.strip().rstrip("."))


def _unclear(
    row: Mapping[str, Any], size: Size, exposure: str, outcome: str, span: str, language: Language,
    said: dict[str, str],
) -> str:  # fmt: skip
    neutral = 1.0 if size.scale == "odds" else 0.0
    estimate = said["odds_estimate" if size.scale == "odds" else "plain_estimate"]
    shown = estimate.format(size=signed(size, size.value, language))
    sentence = said["unclear_effect" if is_effect(row) else "unclear"].format(
        exposure=exposure, outcome=outcome, estimate=shown, interval=span
    )
    if is_missing(row["low"]) or is_missing(row["high"]) or size.scale == "logarithm":
        return sentence
    limits = []
    if math.isfinite(size.high) and size.high > neutral:
        limits.append(said["odds_rise" if size.scale == "odds" else "rise"].format(size=bound(size, True, language)))
    if size.low < neutral:
        limits.append(said["odds_fall" if size.scale == "odds" else "fall"].format(size=bound(size, False, language)))
    if not limits:
        return sentence
    excluded = said["excluded" if len(limits) == 1 else "excluded_both"].format(*limits)
    return f"{sentence} {_capital(excluded)}"


def _basis(row: Mapping[str, Any], language: Language, model: Model | None, said: dict[str, str]) -> str:
    clusters, treated = row.get("clusters"), row.get("treated_clusters")
    kind = "unit" if model is not None and model.clusters in UNIT_CLUSTERS and model.geography else "cluster"
    parts = []
    if not is_missing(clusters):
        word = plural(float(clusters), tuple(said[f"{kind}_forms"].split("|")), language)  # type: ignore[arg-type]
        parts.append(f"{format_number(clusters, language, 0)}{NO_BREAK_SPACE}{word}")
        if not is_missing(treated):
            parts[-1] += said["treated"].format(n=format_number(treated, language, 0))
    word = plural(float(row["n"]), tuple(said["row_forms"].split("|")), language)
    parts.append(f"{format_number(row['n'], language, 0)}{NO_BREAK_SPACE}{word}")
    return said["basis"].format(text=said["basis_joint"].join(parts))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _ended(text: str) -> str:
    return text if text.endswith(".") else text + "."
