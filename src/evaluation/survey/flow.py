"""From invited to analysed: how many responses are left at each stage, and why the others are not."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from evaluation.settings import InputProblem

FLOW_COLUMNS = ["wave_id", "step", "stage", "n", "lost", "reason", "item"]
_UNUSABLE = frozenset({"refusal", "break_off"})


def response_flow(
    wave_id: str,
    sources: Sequence[str],
    row_ledger: pd.DataFrame,
    steps: pd.DataFrame,
    item_bases: pd.DataFrame,
    invited: int | None = None,
) -> pd.DataFrame:
    """FLOW_COLUMNS of one wave: stages invited, received, read, one an exclusion rule, analysed, then one an item.

    What is left after the ineligible is the stage eligible, after both refusals and break-offs usable (complete and
    partial), after another rule excluded.

    ``row_ledger`` is the account of the received rows; ``sources`` are those of the wave. ``steps`` are
    ``exclusions.Excluded.steps``, ``item_bases`` ``quality.item_nonresponse`` of the responses analysed. ``lost`` and
    ``reason`` say what was lost on the way to a stage (before ``received``: the invited who sent nothing); rows merged
    with another and rows set aside are losses of their own on the way to ``read``. Of an item ``n`` answered and
    ``lost`` did not though asked (reason not_answered). Raises InputProblem where numbers do not add up.
    """
    data = row_ledger[row_ledger["source"].isin(list(sources)) & (row_ledger["row_class"] == "data")]
    fates = data["fate"].value_counts()
    received, kept = len(data), int(fates.get("kept", 0))
    rows: list[tuple[str, int, int, str | None, str | None]] = []
    if invited is not None and invited >= received:
        rows.append(("invited", invited, 0, None, None))
        rows.append(("received", received, invited - received, "no_response", None))
    else:
        rows.append(("received", received, 0, None, None))
    left = received
    losses = [(fate, int(fates.get(fate, 0))) for fate in ("merged", "quarantined") if fates.get(fate, 0)]
    for fate, count in losses[:-1]:
        left -= count
        rows.append(("reading", left, count, fate, None))
    last = losses[-1] if losses else (None, 0)
    rows.append(("read", kept, last[1], last[0], None))
    done: set[str] = set()
    for step in steps.itertuples():
        done.add(str(step.rule))
        rows.append((_stage(str(step.rule), done), int(step.remaining), int(step.excluded), str(step.rule), None))
    analysed = int(steps["remaining"].iloc[-1]) if len(steps) else kept
    rows.append(("analysed", analysed, 0, None, None))
    for base in item_bases.itertuples():
        if int(base.responses) != analysed:
            raise _unequal(wave_id, f"{base.item}", analysed, int(base.responses))
        rows.append(("item", int(base.answered), int(base.asked) - int(base.answered), "not_answered", str(base.item)))
    frame = pd.DataFrame(rows, columns=["stage", "n", "lost", "reason", "item"])
    frame = frame.assign(wave_id=wave_id, step=range(1, len(frame) + 1))[FLOW_COLUMNS]
    check_flow(frame)
    return frame


def _stage(rule: str, done: set[str]) -> str:
    if rule == "ineligible":
        return "eligible"
    return "usable" if rule in _UNUSABLE and done >= _UNUSABLE else "excluded"


def check_flow(flow: pd.DataFrame) -> None:
    """Raise InputProblem at the first stage whose number and loss are not the number of the stage before it."""
    for wave_id, rows in flow.groupby("wave_id", sort=False):
        main = rows[rows["stage"] != "item"]
        before: int | None = None
        for row in main.itertuples():
            if before is not None and int(row.n) + int(row.lost) != before:
                raise _unequal(str(wave_id), str(row.reason or row.stage), before, int(row.n) + int(row.lost))
            before = int(row.n)
        for row in rows[rows["stage"] == "item"].itertuples():
            if before is None or int(row.n) + int(row.lost) > before:
                raise _unequal(str(wave_id), str(row.item), before or 0, int(row.n) + int(row.lost))


def _unequal(wave_id: str, where: str, expected: int, found: int) -> InputProblem:
    return InputProblem(
        f"Волна {wave_id}, путь анкет, шаг «{where}»: ожидалось {expected}, выходит {found}. Числа анкет не сходятся: "
        "проверьте, что исключения и основания посчитаны по одним и тем же анкетам.",
        f"Wave {wave_id}, flow of responses, step '{where}': expected {expected}, found {found}. The counts do not add "
        "up: check that exclusions and bases were counted on the same responses.",
    )


def flow_of_largest(flow: pd.DataFrame) -> pd.DataFrame:
    """The flow of the wave that most people were asked in (the first of equals), in order of its steps."""
    if flow.empty:
        return flow
    largest = flow.groupby("wave_id")["n"].max().sort_index().idxmax()
    return flow[flow["wave_id"] == largest].sort_values("step", kind="stable").reset_index(drop=True)
