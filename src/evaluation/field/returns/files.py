"""What became of every received file and row of returns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from evaluation.field.returns.folder import ReturnFile
from evaluation.field.returns.layout import Block
from evaluation.ledger import LEDGER_COLUMNS

FILE_COLUMNS = [
    "file", "sha256", "bytes", "layout", "fate", "region", "stated_year", "stated_on", "rows", "kept", "merged",
    "quarantined",
]  # fmt: skip


def row_ledger(
    blocks: Sequence[tuple[ReturnFile, Block]],
    block_of: np.ndarray,
    row: np.ndarray,
    unit: np.ndarray,
    state: Mapping[str, set[int]],
) -> pd.DataFrame:
    """Class and fate of every row of the sheets with returns (``ledger.LEDGER_COLUMNS``).

    ``state`` has the records (by number) that were ``kept``, and those ``merged`` into a later edition; the others
    with a row of their own were set aside. In a form of one municipality the answers share the fate of its code.
    """
    frames = []
    ends = np.searchsorted(block_of, np.arange(len(blocks)), side="right")
    starts = np.searchsorted(block_of, np.arange(len(blocks)), side="left")
    for (file, block), start, end in zip(blocks, starts, ends, strict=True):
        classes = np.array(block.classes, dtype=object)
        fates, keys = np.full(len(classes), None, dtype=object), np.full(len(classes), None, dtype=object)
        for record in range(int(start), int(end)):
            fate = next((name for name, members in state.items() if record in members), "quarantined")
            own = classes == "data" if block.layout == "form" else slice(int(row[record]) - 1, int(row[record]))
            fates[own], keys[own] = fate, unit[record]
        if block.layout == "form":
            for place, _ in block.unknown:
                fates[place - 1] = "quarantined"
        frames.append(
            pd.DataFrame(
                {
                    "source": file.name,
                    "sheet": block.sheet,
                    "row": np.arange(1, len(classes) + 1),
                    "row_class": classes,
                    "fate": fates,
                    "record_key": keys,
                }
            )
        )
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=LEDGER_COLUMNS)


def file_facts(
    files: Sequence[ReturnFile],
    blocks: Sequence[tuple[ReturnFile, Block]],
    ledger: pd.DataFrame,
    region: Sequence[str | None],
    year: int,
) -> pd.DataFrame:
    """One row a file (FILE_COLUMNS): its fate, and how many of its rows with data had which.

    Fates of a file that was read: read, superseded (a later edition replaced all of it), wrong_year, no_unit (no
    municipality could be made out).
    """
    counts = ledger[ledger["fate"].notna()].groupby(["source", "fate"]).size().unstack(fill_value=0)
    counts = counts.reindex(columns=["kept", "merged", "quarantined"], fill_value=0)
    rows = ledger.groupby("source").size()
    by_file: dict[str, list[Block]] = {}
    for file, block in blocks:
        by_file.setdefault(file.name, []).append(block)
    made = []
    for file, its_region in zip(files, region, strict=True):
        own = by_file.get(file.name, [])
        kept, merged, aside = (int(counts[name].get(file.name, 0)) for name in counts.columns)
        years = sorted({block.year for block in own if block.year is not None})
        days = [block.stated_on for block in own if block.stated_on is not None]
        fate: str = file.fate
        if file.fate == "read" and not kept:
            wrong = years and all(block.year not in (None, year) for block in own)
            fate = "wrong_year" if wrong else "superseded" if merged else "no_unit"
        facts = (own[0].layout if own else None, fate, its_region, years[0] if years else None)
        day = max(days) if days else None
        made.append((file.name, file.sha256, file.bytes, *facts, day, int(rows.get(file.name, 0)), kept, merged, aside))
    frame = pd.DataFrame(made, columns=FILE_COLUMNS)
    frame["stated_on"] = pd.to_datetime(frame["stated_on"])
    frame["stated_year"] = frame["stated_year"].astype("Int64")
    return frame
