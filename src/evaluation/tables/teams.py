"""Tables of the part ``teams``: support by stream, composition and continuity of teams, programme lines."""

from __future__ import annotations

from evaluation.tables.declaration import Table

# received registers that are read by their declaration alone, each into the table of its name
REGISTERS: tuple[str, ...] = ()
DECLARED: tuple[Table, ...] = ()
