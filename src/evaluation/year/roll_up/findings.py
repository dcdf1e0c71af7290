"""The numbers that a national report quotes, each a finding by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from evaluation.report.findings import Finding, findings_frame
from evaluation.year.roll_up.contract import ALL

STEP = "roll_up"
OF_STREAMS = ("events", "hours", "participants", "unique_participants", "units_reached")


def roll_up_findings(
    counts: Mapping[str, int], units: pd.DataFrame, totals: pd.DataFrame, spread: pd.DataFrame, summary: pd.DataFrame
) -> pd.DataFrame:
    """Findings in the shape of their contract.

    ``counts`` by name (regions taken, refused ...); ``national_<indicator>`` and ``<indicator>_<stream>`` of the
    tables of support, with ``_at_least`` and ``_at_most`` where regions hid numbers; ``regions_of_<indicator>``;
    ``dispersion_<indicator>``; of the main models ``summary_<exposure>`` with its further numbers.
    """
    found = [Finding(name, value, _unit_of(name)) for name, value in counts.items()]
    found.append(Finding("units_in_all", len(units), "units"))
    known = units["population"].dropna()
    found.append(Finding("residents_in_all", float(known.sum()) if len(known) else None, "persons", len(known)))
    for row in _rows(totals):
        found += _of_total(row)
    found += [
        Finding(f"dispersion_{row['indicator']}", row["dispersion"], "number", int(row["regions"]))
        for row in _rows(spread[(spread["source"] == "indicators") & (spread["stream"] == ALL)])
    ]
    found += _of_summaries(summary[summary["is_main"].fillna(value=False).astype(bool)])
    return findings_frame(found, STEP)


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]


def _unit_of(name: str) -> str:
    return "units" if name.startswith("units") else "count"


def _of_total(row: Mapping[str, Any]) -> Iterator[Finding]:
    indicator, stream = str(row["indicator"]), str(row["stream"])
    if row["source"] == "indicators":
        name = f"national_{indicator}"
    elif row["source"] == "support_summary" and indicator in OF_STREAMS:
        name = f"{indicator}_{stream}"
    else:
        return
    unit, count = str(row["unit"]), _whole(row["n"])
    yield Finding(
        name, _known(row["value"]), unit, count, _known(row["low"]), _known(row["high"]), _text(row["reason"])
    )
    yield Finding(f"regions_of_{name}", int(row["regions"]), "count")
    if row["hidden_regions"]:
        yield Finding(f"{name}_at_least", _known(row["at_least"]), unit, count)
        yield Finding(f"{name}_at_most", _known(row["at_most"]), unit, count)
        yield Finding(f"{name}_hidden", int(row["hidden_regions"]), "count")


def _of_summaries(main: pd.DataFrame) -> list[Finding]:
    """Findings of the main model's summaries; where regions specify it in several ways there is no one to quote."""
    found: list[Finding] = []
    for exposure, rows in main.groupby("exposure", sort=True):
        summed = _rows(rows[rows["estimate"].notna()])
        name = f"summary_{exposure}"
        found.append(Finding(f"{name}_ways", len(rows), "count"))
        if len(summed) != 1:
            continue
        row = summed[0]
        regions = int(row["regions_used"])
        found += [
            Finding(name, row["estimate"], "log_points", regions, row["low"], row["high"]),
            Finding(f"{name}_expected", row["estimate"], "log_points", regions, row["expected_low"],
                    row["expected_high"]),
            Finding(f"{name}_i2", row["i2"], "share", regions),
            Finding(f"{name}_tau2", row["tau2"], "number", regions),
            Finding(f"{name}_q_p", row["q_p"], "p", regions),
            Finding(f"{name}_regions", regions, "count"),
        ]  # fmt: skip
    return found


def _known(value: Any) -> float | None:
    return None if pd.isna(value) else float(value)


def _whole(value: Any) -> int | None:
    return None if pd.isna(value) else int(value)


def _text(value: Any) -> str | None:
    return None if value is None or pd.isna(value) else str(value)


def streams_of(totals: pd.DataFrame) -> Sequence[str]:
    """Streams that the tables of support tell of, in the order of the programme."""
    order = ("training", "methodical", "consulting", "information", "exchange")
    there = {*totals.loc[totals["source"] == "support_summary", "stream"]}
    return [*(stream for stream in order if stream in there), *sorted(there - {*order})]
