"""Published results to agree with: one row a number, taken from the file of references that lies beside the repository.

A test module says which examples it answers for and compares every number of them::

    REFERENCES = ("grunfeld",)

    @pytest.mark.parametrize("row", rows(*REFERENCES))
    def test_panel(row: Reference) -> None:
        agree(row, computed[row.quantity])

Where the file is absent (any clone but the makers' own), the rows are read from docs/published_results.md, which holds
every column that a comparison needs; the file, where it is there, is what the document is checked against.
"""

from __future__ import annotations

import csv
import functools
import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
BENCHMARKS = REPOSITORY.parent / "shared" / "data" / "benchmarks"
FILE = BENCHMARKS / "reference_results.csv"
TABLE = REPOSITORY / "docs" / "published_results.md"

SCOPES = ("effects", "survey", "territory")
HOW_KNOWN = {
    "S": "read in the source",
    "R": "rerun in the original R package",
    "M": "from memory of the publication",
    "computed": "computed by hand, no publication",
}
HEADER = (
    "Example",
    "What",
    "Quantity",
    "Published",
    "Ours",
    "Tolerance",
    "How the reference is known",
    "Source",
    "Data",
)


@dataclass(frozen=True)
class Reference:
    """One published number: ``published`` holds within ``tolerance``; numbers stay as they were written."""

    id: str
    what: str
    quantity: str
    published_text: str
    tolerance_text: str
    known: str
    source: str
    data: str

    @property
    def published(self) -> float:
        return float(self.published_text)

    @property
    def tolerance(self) -> float:
        return float(self.tolerance_text)

    @property
    def decimals(self) -> int:
        """Decimals that our number is shown with: one more than the tolerance tells apart."""
        return 1 if self.tolerance == 0 else max(0, math.ceil(-math.log10(self.tolerance)) + 1)

    def cells(self, ours: float) -> tuple[str, ...]:
        """The row of the document, in the order of HEADER."""
        shown = f"{ours:.{self.decimals}f}"
        return (self.id, self.what, self.quantity, self.published_text, shown, self.tolerance_text, self.known,
                self.source, self.data)  # fmt: skip


RECORDED: dict[Reference, float] = {}
"""Our numbers of this process, as ``agree`` got them."""

REWRITING = False
"""The document is being written anew: what it shows is not compared."""


def rows(*ids: str) -> list[object]:
    """Parameters for pytest: one Reference a published number of these examples, named by example and quantity.

    One skipped parameter when the references are nowhere; ValueError when an example is not among them.
    """
    known = references()
    if not known:
        reason = f"neither {FILE.name} beside the repository nor {TABLE.name} is there"
        return [pytest.param(None, id=one, marks=pytest.mark.skip(reason=reason)) for one in ids]
    names = _names(known)
    unknown = sorted(set(ids) - {row.id for row in known})
    if unknown:
        raise ValueError(f"no published results of {', '.join(unknown)}")
    return [pytest.param(row, id=names[row]) for row in known if row.id in ids]


def agree(row: Reference, value: float) -> None:
    """Our ``value`` is the published one within its tolerance, and is the one that the document shows."""
    RECORDED[row] = float(value)
    gap = abs(value - row.published)
    # a tolerance such as 0.0005 has no exact binary form: the published number's own rounding must not fail by it
    assert gap <= row.tolerance * (1 + 1e-9), (
        f"{row.id}, {row.quantity} ({row.what}): published {row.published_text}, ours {value:.10g}, "
        f"apart by {gap:.3g}, more than {row.tolerance_text}"
    )
    shown = documented().get(row)
    if shown is not None and not REWRITING:
        last_place = 10.0**-row.decimals
        assert abs(value - shown) <= last_place, (
            f"{row.id}, {row.quantity}: docs/{TABLE.name} shows {shown}, ours is {value:.10g}; "
            "run tests/published/write_table.py"
        )


def beside(name: str) -> pd.DataFrame:
    """The table ``name`` (such as ``PetersenCL.csv``) beside the file of references; the test is skipped without it."""
    path = BENCHMARKS / name
    if not path.exists():
        pytest.skip(f"the data file {name} is not beside the repository")
    return pd.read_csv(path)


@functools.cache
def references() -> tuple[Reference, ...]:
    """Every published number that the package must reproduce, in the file's order; empty when it is nowhere."""
    if FILE.exists():
        return tuple(_of_file())
    return tuple(row for row, _ in _of_table())


@functools.cache
def documented() -> dict[Reference, float]:
    """Our numbers as the document shows them."""
    return dict(_of_table())


def _of_file() -> Iterator[Reference]:
    with FILE.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            if row["scope"] in SCOPES:
                # two rows of one number differ in the library alone that once reproduced it
                library = f" [{row['library']}]" if "pyfixest ssc" in row["library"] else ""
                yield Reference(
                    row["id"],
                    row["spec"] + library,
                    row["quantity"],
                    row["published"],
                    row["tolerance"],
                    HOW_KNOWN[row["how_published_value_known"]],
                    row["citation"],
                    row["data_source"],
                )


def _of_table() -> Iterator[tuple[Reference, float]]:
    if TABLE.exists():
        yield from read_lines(TABLE.read_text(encoding="utf-8").splitlines())


def read_lines(lines: Iterable[str]) -> Iterator[tuple[Reference, float]]:
    """Rows of the document and our numbers in them; other lines are passed over."""
    for line in lines:
        cells = [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if len(cells) == len(HEADER) and cells[0] != HEADER[0] and not set(cells[0]) <= {"-", ":"}:
            one, what, quantity, published, ours, tolerance, known, source, data = cells
            yield Reference(one, what, quantity, published, tolerance, known, source, data), float(ours)


def _names(known: tuple[Reference, ...]) -> dict[Reference, str]:
    """Unique names of rows: example and quantity, and what it is where these are the same for several."""
    times = Counter((row.id, row.quantity) for row in known)
    return {
        row: f"{row.id}-{row.quantity}" + (f" ({row.what})" if times[row.id, row.quantity] > 1 else "") for row in known
    }
