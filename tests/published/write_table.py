"""Write docs/published_results.md: every published number beside ours. Run by hand after a change of either.

    python tests/published/write_table.py [TEST_FILE ...]

runs the tests of this folder (or the named ones alone, keeping the other rows) and writes what they compared. Nothing
is written when a test fails.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
import reference
from reference import HEADER, TABLE, Reference, documented, references

FOLDER = Path(__file__).resolve().parent
ABOVE = """\
# Published results, reproduced

Every number below was published elsewhere, and the tests in `tests/published` compute it again through this package's
own functions: the test fails when ours is apart from it by more than the tolerance. `make test` runs them. The data
come from packages installed for the tests, or lie beside the makers' repository (their licences vary, so they are not
part of it; such tests are skipped elsewhere, and say so).

A reference that is known from memory of the publication was checked by computing it with an independent library.
This file is written by `tests/published/write_table.py`.
"""


def document(ours: Mapping[Reference, float]) -> str:
    """The whole text: one row a reference that has a number of ours, in the order of the references."""
    lines = ["| " + " | ".join(HEADER) + " |", "|" + "---|" * len(HEADER)]
    lines += [line_of(row, ours[row]) for row in references() if row in ours]
    return ABOVE + "\n" + "\n".join(lines) + "\n"


def line_of(row: Reference, ours: float) -> str:
    """A row of the document."""
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in row.cells(ours)) + " |"


def main() -> None:
    """Run the tests, write the table aside, put it in place."""
    chosen = sys.argv[1:] or [str(path) for path in sorted(FOLDER.glob("test_published_*.py"))]
    before = dict(documented())
    reference.REWRITING = True
    if pytest.main(["-n", "0", "-q", *chosen]) != pytest.ExitCode.OK:
        raise SystemExit("some published results are not reproduced: nothing was written")
    made = document(before | reference.RECORDED)
    aside = TABLE.with_suffix(".tmp")
    aside.write_text(made, encoding="utf-8")
    os.replace(aside, TABLE)
    print(f"{TABLE.name}: {made.count(chr(10)) - document({}).count(chr(10))} of {len(references())} rows")


if __name__ == "__main__":
    main()
