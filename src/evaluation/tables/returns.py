"""Tables of the part ``returns``: returns of municipalities, totals from them and how well they stand for all."""

from __future__ import annotations

from evaluation.tables.declaration import Table

# received registers that are read by their declaration alone, each into the table of its name
REGISTERS: tuple[str, ...] = ()
DECLARED: tuple[Table, ...] = ()
