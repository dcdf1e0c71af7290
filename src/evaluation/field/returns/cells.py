"""Cells within which those who answered stand for those who did not, and what becomes of a cell that is too small.

A cell is a region and a type of municipality. One that fails joins the other failing cells of its region, then those
of its type in the whole country, then all that still fail; what fails even then joins the largest cell.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.intp]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Cells:
    """``of`` (N,) is the cell of each unit; ``units`` and ``answered`` count by cell; ``joined`` (N,) marks the units
    whose cell is no longer their own region and type."""

    of: Codes
    units: NDArray[np.intp]
    answered: NDArray[np.intp]
    joined: Flags

    @property
    def rate(self) -> NDArray[np.float64]:
        """Share of each cell that answered."""
        return np.asarray(self.answered / self.units, dtype=float)


def response_cells(region: Codes, kind: Codes, answered: Flags, smallest: int = 5, least_rate: float = 0.1) -> Cells:
    """Cells of N units with at least ``smallest`` answers and ``least_rate`` of them, or answered in full.

    ``region`` and ``kind`` number each unit's region and type from 0. Without any answer there is one cell, in which
    nothing can be estimated.
    """
    own = np.unique(region * (int(kind.max(initial=0)) + 1) + kind, return_inverse=True)[1].astype(np.intp)
    cell = own.copy()
    for wider in (region, kind, np.zeros_like(region)):
        failing = _fails(cell, answered, smallest, least_rate)[cell]
        if not failing.any():
            break
        start = int(cell.max()) + 1
        cell = np.where(failing, start + wider, cell)
    cell = _numbered(cell)
    while (failing_cells := _fails(cell, answered, smallest, least_rate)).any() and len(failing_cells) > 1:
        # the largest of the others, so that as few of them as possible lose their own cell
        largest = int(np.argmax(np.where(failing_cells, -1, np.bincount(cell))))
        cell = _numbered(np.where(failing_cells[cell], largest, cell))
    count = int(cell.max(initial=-1)) + 1
    units = np.bincount(cell, minlength=count)
    return Cells(cell, units, np.bincount(cell[answered], minlength=count), _is_joined(own, cell))


def _is_joined(own: Codes, cell: Codes) -> Flags:
    """Units whose cell holds several regions or types."""
    held = np.bincount(np.unique(np.column_stack([cell, own]), axis=0)[:, 0], minlength=int(cell.max(initial=-1)) + 1)
    return np.asarray(held[cell] > 1)


def _fails(cell: Codes, answered: Flags, smallest: int, least_rate: float) -> Flags:
    count = int(cell.max(initial=-1)) + 1
    units = np.bincount(cell, minlength=count)
    theirs = np.bincount(cell[answered], minlength=count)
    enough = (theirs >= smallest) & (theirs >= least_rate * units)
    return np.asarray((units > 0) & (theirs < units) & ~enough)


def _numbered(cell: Codes) -> Codes:
    return np.unique(cell, return_inverse=True)[1].astype(np.intp)
