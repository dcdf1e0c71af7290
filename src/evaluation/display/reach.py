"""Tables of reach: every stream's indicators of a year, and how long ago each stream reached each territory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from evaluation.display.exhibit import Exhibit
from evaluation.display.tables import exhibit
from evaluation.settings import LANGUAGES, Text

if TYPE_CHECKING:
    from evaluation.codebook import Codebook


def stream_exhibit(coverage: pd.DataFrame, codebook: Codebook, *, simulated: bool = False) -> Exhibit:
    """Indicators of the streams of support in one year (contract ``stream_coverage``, rows of unit_id ``all``).

    The channel of participation has a column where there is one: rows that differ by it alone would look the same.
    """
    rows = coverage.dropna(subset=["stream", "value"])
    told = ["channel"] if rows["channel"].notna().any() else []
    return exhibit(
        rows[["stream", "indicator", *told, "value", "low", "high", "n", "unit"]], codebook, "stream_coverage",
        "Охват по видам поддержки", "Reach by stream of support",
        "Доли — с интервалом Уилсона, частоты — с точным пуассоновским; n — знаменатель.",
        "Shares with Wilson's interval, rates with the exact Poisson one; n is the denominator.",
        variables_in={"indicator": "stream_coverage"}, simulated=simulated,
    )  # fmt: skip


def contact_exhibit(
    contact: pd.DataFrame, names: Mapping[str, str], codebook: Codebook, *, simulated: bool = False
) -> Exhibit:
    """One row a territory, one column a stream: the last year with a contact (contract ``last_contact``)."""
    told = contact["last_year"].astype("str").where(contact["last_year"].notna(), contact["state"].astype("str"))
    wide = contact.assign(told=told).pivot(index="unit_id", columns="stream", values="told")
    streams = [stream for stream in contact["stream"].unique() if stream in wide.columns]
    frame = wide[streams].reset_index()
    frame.insert(0, "name", frame.pop("unit_id").map(dict(names)))
    states: dict[str, Mapping[str, Any]] = {
        stream: {each: codebook.choice_labels("contact_state", each) for each in LANGUAGES} for stream in streams
    }
    heads = {
        stream: Text(**{each: codebook.choice_labels("coverage_stream", each)[stream] for each in LANGUAGES})
        for stream in streams
    }
    return exhibit(
        frame.sort_values("name", kind="stable").reset_index(drop=True), codebook, "last_contact",
        "Последний год с поддержкой", "Last year with support", labels={
            "name": Text(ru="Территория", en="Territory"), **heads,
        }, names=states, simulated=simulated,
    )  # fmt: skip
