"""Tables of the part ``measures``: measures, territorial self-government, adopted recommendations and what follows."""

from __future__ import annotations

from evaluation.tables.declaration import Table

# received registers that are read by their declaration alone, each into the table of its name
REGISTERS: tuple[str, ...] = ()
DECLARED: tuple[Table, ...] = ()
