"""Responses left out of the analysis by rules that the plan declared, one after another, every one counted.

A rule that was not declared leaves nobody out, whatever the marks say.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from evaluation.settings import Exclusion, InputProblem

STEP_COLUMNS = ["wave_id", "step", "rule", "limit", "matched", "excluded", "remaining", "note"]
SENSITIVITY_COLUMNS = [
    "item", "choice", "group", "statistic", "value_all", "value", "difference", "n_all", "n", "is_inside", "note",
]  # fmt: skip
_DISPOSITIONS = ("ineligible", "refusal", "break_off", "partial")
_FLAGS = {
    "duplicate_person": "q_duplicate_person",
    "duplicate_answers": "q_duplicate_answers",
    "near_identical": "q_near_identical",
    "speeder": "q_speeder",
    "straight_lining": "q_straight_lining",
    "item_nonresponse": "item_nonresponse",
    "skip_violations": "q_skip_violations",
    "required_missing": "q_required_missing",
    "outside_field": "q_outside_field",
}


@dataclass(frozen=True, eq=False)
class Excluded:
    """``reason`` (index response_id): the first rule that left the response out, empty where it stays.

    ``steps`` has STEP_COLUMNS: ``matched`` responses fit the rule by itself, ``excluded`` only those that no rule
    before it took. ``note`` is not_measured where the rule's mark is known of no response.
    """

    reason: pd.Series
    steps: pd.DataFrame

    @property
    def kept(self) -> pd.Index:
        """response_id of the responses that stay."""
        return self.reason.index[self.reason.isna()]


def exclude(flags: pd.DataFrame, disposition: pd.Series, rules: Sequence[Exclusion], wave_id: str) -> Excluded:
    """Apply ``rules`` in their order to the responses of one wave.

    ``flags`` are ``quality.quality_flags`` (one row a response), ``disposition`` is by response_id. A mark that is not
    known of a response leaves it in. Raises InputProblem for a rule declared twice and for a response without a
    disposition.
    """
    names = [rule.rule for rule in rules]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InputProblem(
            f"Волна {wave_id}: правило исключения «{twice[0]}» объявлено дважды. Оставьте одно.",
            f"Wave {wave_id}: the exclusion rule '{twice[0]}' is declared twice. Keep one.",
        )
    ids = pd.Index(flags["response_id"])
    known = disposition.reindex(ids)
    if known.isna().any():
        raise InputProblem(
            f"Волна {wave_id}: у анкеты {ids[known.isna()][0]} нет исхода (disposition). Вычислите исходы всех анкет.",
            f"Wave {wave_id}: the response {ids[known.isna()][0]} has no disposition. Work out those of all responses.",
        )
    reason = pd.Series(None, index=ids, dtype="str", name="excluded_reason")
    stays = np.ones(len(ids), dtype=bool)
    rows = []
    for step, rule in enumerate(rules, start=1):
        matched, is_measured = _matched(rule, flags, known)
        gone = matched & stays
        reason[gone] = rule.rule
        stays &= ~gone
        rows.append(
            {
                "wave_id": wave_id,
                "step": step,
                "rule": rule.rule,
                "limit": np.nan if rule.limit is None else rule.limit,
                "matched": int(matched.sum()),
                "excluded": int(gone.sum()),
                "remaining": int(stays.sum()),
                "note": None if is_measured else "not_measured",
            }
        )
    counts = dict.fromkeys(["step", "matched", "excluded", "remaining"], "Int64")
    return Excluded(reason, pd.DataFrame(rows, columns=STEP_COLUMNS).astype(counts))


def _matched(rule: Exclusion, flags: pd.DataFrame, disposition: pd.Series) -> tuple[np.ndarray, bool]:
    if rule.rule in _DISPOSITIONS:
        return (disposition == rule.rule).to_numpy(dtype=bool), True
    flag = flags[_FLAGS[rule.rule]]
    limit = 1.0 if rule.limit is None else rule.limit
    numbers = flag.to_numpy(dtype="float64", na_value=np.nan)
    known = np.isfinite(numbers)
    hit = np.zeros(len(numbers), dtype=bool)
    np.greater_equal(numbers, limit - 1e-12, where=known, out=hit)  # a share such as 0.9 is no exact number
    return hit, bool(known.any()) or not len(flags)


def sensitivity(
    estimate: Callable[[pd.DataFrame], pd.DataFrame], responses: pd.DataFrame, reason: pd.Series
) -> pd.DataFrame:
    """SENSITIVITY_COLUMNS: every estimate with all responses (``value_all``) and without those left out (``value``).

    ``estimate`` takes responses and gives estimates (item, group, statistic, value, low, high, n, optionally choice);
    ``responses`` has response_id, ``reason`` is that of ``Excluded``. ``is_inside`` tells whether the value with all
    lies within the interval of the value without; it is empty where there is no interval. ``note`` is lost where an
    estimate exists on one side alone, same where nobody was left out.
    """
    kept = responses[responses["response_id"].map(reason).isna().to_numpy()]
    key = ["item", "choice", "group", "statistic"]
    both = [_keyed(estimate(frame), key) for frame in (responses, kept)]
    table = both[0][[*key, "value", "n"]].merge(both[1], on=key, how="outer", suffixes=("_all", ""), indicator=True)
    interval = table["low"].notna() & table["high"].notna() & table["value_all"].notna()
    inside = pd.Series(pd.NA, index=table.index, dtype="boolean")
    inside[interval] = ((table["value_all"] >= table["low"]) & (table["value_all"] <= table["high"]))[interval]
    note = np.where(
        (table["_merge"] != "both") | (table["value"].isna() & table["value_all"].notna()),
        "lost",
        "same" if len(kept) == len(responses) else "",
    )
    out = table.assign(difference=table["value"] - table["value_all"], is_inside=inside, note=note)
    out["note"] = out["note"].replace("", None)
    return out[SENSITIVITY_COLUMNS].reset_index(drop=True)


def _keyed(estimates: pd.DataFrame, key: list[str]) -> pd.DataFrame:
    frame = estimates.copy()
    for name in key:
        frame[name] = frame[name].fillna("").astype(str) if name in frame.columns else ""
    return frame[[*key, "value", "low", "high", "n"]]
