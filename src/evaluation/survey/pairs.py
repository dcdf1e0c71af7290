"""Change between two measurements of the same people: who is left to compare, how much they changed, what the lost
could change.

A mean change is that of the people who were measured twice. The flow says where the others went, the attrition check
whether those who left had started elsewhere, and the bounds what the change would be for all who were measured first.
Without people who got no training no change is an effect: it also holds time, the first test's own teaching, and the
return of extreme first results towards the mean.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import special, stats

from evaluation.settings import InputProblem
from evaluation.survey.signed_ranks import hodges_lehmann

FLOW_COLUMNS = ["measure", "stage", "n"]
STAGES = (
    "asked_before", "answered_before", "asked_after", "answered_after", "unusable_before", "unusable_after",
    "only_before", "only_after", "matched",
)  # fmt: skip
CHANGE_COLUMNS = ["measure", "statistic", "value", "se", "low", "high", "p", "n", "note"]
STATISTICS = (
    "mean_before", "mean_after", "mean_change", "median_change", "change_in_sd", "lost_difference",
    "lost_difference_in_sd", "change_lowest", "change_highest", "change_if_lost_unchanged", "before_change_correlation",
)  # fmt: skip
NOTES = (
    "no_comparison_group", "few_pairs", "before_never_varies", "change_never_varies", "regression_to_mean",
    "lost_differ", "many_lost", "ceiling_after", "limits_unknown", "level_out_of_reach", "too_many_values",
    "zero_changes", "nobody_lost", "few_lost",
)  # fmt: skip
FEWEST = 3
FEW = 30
MANY_LOST = 0.2
DIFFERENT = 0.25
CEILING = 0.15


@dataclass(frozen=True, eq=False)
class Measured:
    """Two measurements, a row a person (or response): ``people`` has before and after (NaN: none).

    ``counts`` are STAGES up to unusable_after: how many were asked and answered each time, and how many answers could
    not be matched to anybody (no key, or the same person again). ``limits`` are the lowest and highest possible result.
    """

    measure: str
    people: pd.DataFrame
    counts: Mapping[str, int]
    limits: tuple[float, float] | None = None


def pairs_of_items(
    answers: pd.DataFrame,
    before: str,
    after: str,
    limits: tuple[float, float] | None = None,
    measure: str = "learning",
) -> Measured:
    """Two items of one questionnaire as measurements of the person who filled it in.

    ``answers`` has response_id, item, value, missing; not_asked is neither asked nor answered.
    """
    given = answers[answers["item"].isin([before, after])]
    asked = given[given["missing"].isna() | (given["missing"] != "not_asked")]
    wide = given.pivot(index="response_id", columns="item", values="value").reindex(columns=[before, after])
    people = wide.astype("float64").set_axis(["before", "after"], axis=1).sort_index()
    sizes = asked["item"].value_counts()
    counts = {
        "asked_before": int(sizes.get(before, 0)), "answered_before": int(people["before"].notna().sum()),
        "asked_after": int(sizes.get(after, 0)), "answered_after": int(people["after"].notna().sum()),
        "unusable_before": 0, "unusable_after": 0,
    }  # fmt: skip
    return Measured(measure, people, counts, limits)


def pairs_of_people(
    before: pd.DataFrame,
    after: pd.DataFrame,
    asked: tuple[int, int],
    limits: tuple[float, float] | None = None,
    measure: str = "learning",
) -> Measured:
    """Two waves (or a test list's two columns), matched by person.

    Each frame has person_key, value (NaN: no answer) and may have submitted_at. Of several results of one person the
    first one before and the last one after count; the others, and results without a key, are unusable. ``asked`` are
    the people asked each time. Raises InputProblem where more people answered than were asked.
    """
    kept: list[pd.Series] = []
    counts: dict[str, int] = {}
    for frame, when, which, number in zip((before, after), ("before", "after"), ("first", "last"), asked, strict=True):
        answered = frame[frame["value"].notna()]
        if len(answered) > number:
            raise InputProblem(
                f"Сравнение «{measure}»: результатов ({when}) {len(answered)}, а спрошено {number}. Исправьте число "
                "спрошенных (invited_n) или уберите повторы.",
                f"Comparison '{measure}': {len(answered)} results ({when}) from {number} people asked. Correct the "
                "number asked (invited_n), or remove what stands twice.",
            )
        named = answered[answered["person_key"].notna()]
        if "submitted_at" in named:
            named = named.sort_values("submitted_at", kind="stable")
        one = named.drop_duplicates("person_key", keep=which)
        kept.append(one.set_index("person_key")["value"].astype("float64").rename(when))
        counts |= {
            f"asked_{when}": int(number), f"answered_{when}": len(answered),
            f"unusable_{when}": len(answered) - len(one),
        }  # fmt: skip
    return Measured(measure, pd.concat(kept, axis=1).sort_index(), counts, limits)


def pair_flow(measured: Measured) -> pd.DataFrame:
    """FLOW_COLUMNS, a row a stage of STAGES; answered = matched + only + unusable, each time."""
    before, after = (measured.people[name].notna() for name in ("before", "after"))
    numbers = dict(measured.counts) | {
        "only_before": int((before & ~after).sum()),
        "only_after": int((after & ~before).sum()),
        "matched": int((before & after).sum()),
    }
    for when in ("before", "after"):
        parts = numbers["matched"] + numbers[f"only_{when}"] + numbers[f"unusable_{when}"]
        if parts != numbers[f"answered_{when}"]:
            raise InputProblem(
                f"Сравнение «{measured.measure}»: числа не сходятся ({when}): ответили "
                f"{numbers[f'answered_{when}']}, а по частям {parts}.",
                f"Comparison '{measured.measure}': the numbers do not add up ({when}): "
                f"{numbers[f'answered_{when}']} answered, the parts make {parts}.",
            )
    rows = [{"measure": measured.measure, "stage": stage, "n": numbers[stage]} for stage in STAGES]
    return pd.DataFrame(rows, columns=FLOW_COLUMNS).astype({"n": "Int64"})


def change_table(measured: Measured, level: float = 0.95) -> pd.DataFrame:
    """CHANGE_COLUMNS, a row a statistic of STATISTICS; ``note`` holds codes of NOTES joined by a semicolon.

    ``mean_change`` with Student's interval; ``median_change`` is Hodges and Lehmann's, with the interval that belongs
    to Wilcoxon's signed ranks; ``change_in_sd`` is the mean change, and its interval, over the SD of all first results
    of the pairs. ``lost_difference`` compares first results of those lost with those kept (Welch). The bounds give all
    who were measured first but not again the lowest or highest possible result (NaN without ``limits``).
    """
    people = measured.people
    pairs = people.dropna()
    first, second = pairs["before"].to_numpy(dtype=float), pairs["after"].to_numpy(dtype=float)
    lost = people.loc[people["before"].notna() & people["after"].isna(), "before"].to_numpy(dtype=float)
    change, n = second - first, len(pairs)
    found: dict[str, dict[str, object]] = {name: {"n": n} for name in STATISTICS}
    if n >= FEWEST:
        found["mean_before"] |= _student(first, level)
        found["mean_after"] |= _student(second, level)
        found["mean_change"] |= _student(change, level)
        found["median_change"] |= hodges_lehmann(change, level)
        _standardise(found, first, change, level)
        if measured.limits is not None and (second >= measured.limits[1]).mean() >= CEILING:
            found["mean_change"]["note"] = "; ".join(filter(None, [_note(found, "mean_change"), "ceiling_after"]))
    else:
        for name in STATISTICS[:5] + STATISTICS[-1:]:
            found[name]["note"] = "few_pairs"
    _attrition(found, first, lost, level)
    _bounds(found, change, lost, measured.limits)
    remarks = ["no_comparison_group"] + (["few_pairs"] if FEWEST <= n < FEW else [])
    found["mean_change"]["note"] = "; ".join(filter(None, [_note(found, "mean_change"), *remarks]))
    rows = [{"measure": measured.measure, "statistic": name, "note": "", **found[name]} for name in STATISTICS]
    numbers = dict.fromkeys(("value", "se", "low", "high", "p"), "float64")
    return pd.DataFrame(rows, columns=CHANGE_COLUMNS).astype({**numbers, "n": "Int64"})


def _note(found: Mapping[str, Mapping[str, object]], name: str) -> str:
    return str(found[name].get("note", ""))


def _student(values: np.ndarray, level: float) -> dict[str, object]:
    """Mean with its error, interval, and p of no difference from zero."""
    n, mean = len(values), float(values.mean())
    se = float(values.std(ddof=1) / np.sqrt(n))
    half = float(special.stdtrit(n - 1, (1 + level) / 2)) * se
    if se < 1e-12:
        return {"value": mean, "note": "change_never_varies"}
    return {"value": mean, "se": se, "low": mean - half, "high": mean + half,
            "p": float(2 * special.stdtr(n - 1, -abs(mean) / se))}  # fmt: skip


def _standardise(found: dict[str, dict[str, object]], first: np.ndarray, change: np.ndarray, level: float) -> None:
    """The change in standard deviations of the first result, and how change goes with the first result."""
    spread = float(first.std(ddof=1))
    if spread < 1e-12:
        found["change_in_sd"]["note"] = "before_never_varies"
        found["before_change_correlation"]["note"] = "before_never_varies"
        return
    whole = found["mean_change"]
    scaled = ("value", "se", "low", "high")
    found["change_in_sd"] |= {name: float(whole[name]) / spread for name in scaled if name in whole}  # type: ignore[arg-type]  # numbers
    if "p" in whole:
        found["change_in_sd"]["p"] = whole["p"]
    if float(change.std(ddof=1)) < 1e-12 or len(first) < 4:
        found["before_change_correlation"]["note"] = "change_never_varies" if len(first) >= 4 else "few_pairs"
        return
    test = stats.pearsonr(first, change)
    interval = test.confidence_interval(level)
    found["before_change_correlation"] |= {
        "value": float(test.statistic), "low": float(interval.low), "high": float(interval.high),
        "p": float(test.pvalue),
        "note": "regression_to_mean" if test.statistic < 0 and test.pvalue < 0.05 else "",
    }  # fmt: skip


def _attrition(found: dict[str, dict[str, object]], kept: np.ndarray, lost: np.ndarray, level: float) -> None:
    """Did those who are missing at the end start elsewhere? Lost less kept, at the first measurement."""
    rows = ("lost_difference", "lost_difference_in_sd")
    measured_first = len(kept) + len(lost)
    notes = ["many_lost"] if measured_first and len(lost) / measured_first > MANY_LOST else []
    for name in rows:
        found[name]["n"] = len(lost)
    if min(len(kept), len(lost)) < FEWEST:
        why = "few_lost" if len(lost) else "nobody_lost"
        found[rows[1]]["note"] = why
        notes.append(why)
    else:
        gap = float(lost.mean() - kept.mean())
        parts = [values.var(ddof=1) / len(values) for values in (lost, kept)]
        spread = float(np.sqrt(((len(lost) - 1) * lost.var(ddof=1) + (len(kept) - 1) * kept.var(ddof=1))
                               / (measured_first - 2)))  # fmt: skip
        se = float(np.sqrt(sum(parts)))
        if se < 1e-12:
            found[rows[0]]["value"] = gap
            found[rows[1]]["note"] = "before_never_varies"
            notes.append("before_never_varies")
        else:
            below = sum(part**2 / (len(values) - 1) for part, values in zip(parts, (lost, kept), strict=True))
            degrees = float(sum(parts)) ** 2 / float(below)
            half = float(special.stdtrit(degrees, (1 + level) / 2)) * se
            p = float(2 * special.stdtr(degrees, -abs(gap) / se))
            found[rows[0]] |= {"value": gap, "se": se, "low": gap - half, "high": gap + half, "p": p}
            found[rows[1]] |= {"value": gap / spread, "low": (gap - half) / spread, "high": (gap + half) / spread}
            if p < 0.05 or abs(gap / spread) >= DIFFERENT:
                notes.append("lost_differ")
    found[rows[0]]["note"] = "; ".join(notes)


def _bounds(
    found: dict[str, dict[str, object]], change: np.ndarray, lost: np.ndarray, limits: tuple[float, float] | None
) -> None:
    """Mean change of all who were measured first, whatever the lost would have reached."""
    everyone = len(change) + len(lost)
    for name in ("change_lowest", "change_highest", "change_if_lost_unchanged"):
        found[name]["n"] = everyone
    if not everyone:
        for name in ("change_lowest", "change_highest", "change_if_lost_unchanged"):
            found[name]["note"] = "few_pairs"
        return
    found["change_if_lost_unchanged"]["value"] = float(change.sum()) / everyone
    for name, limit in zip(("change_lowest", "change_highest"), limits or (np.nan, np.nan), strict=True):
        found[name] |= {"value": float(change.sum() + (limit - lost).sum()) / everyone if limits or not len(lost)
                        else np.nan, "note": "" if limits or not len(lost) else "limits_unknown"}  # fmt: skip
