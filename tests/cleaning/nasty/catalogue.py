"""All kinds of traps in one table: what is done to a file and what must come out."""

from __future__ import annotations

import pandas as pd

from nasty.attendance import ATTENDANCE_KINDS
from nasty.books import REGISTER_KINDS
from nasty.exchange import EXCHANGE_KINDS
from nasty.model import Kind

EVERY_KIND: tuple[Kind, ...] = (*REGISTER_KINDS, *ATTENDANCE_KINDS, *EXCHANGE_KINDS)


def catalogue() -> pd.DataFrame:
    """One row a kind: name, source, what is done, acceptable ends, what else may be remarked, formats, why."""
    return pd.DataFrame(
        [
            {
                "kind": kind.name,
                "source": kind.source,
                "done": kind.done,
                "must_come_out": " | ".join(outcome.in_words() for outcome in kind.outcomes),
                "also": ", ".join(sorted(kind.also | kind.also_header)),
                "formats": ", ".join(sorted(kind.formats)),
                "why": kind.why,
            }
            for kind in EVERY_KIND
        ]
    )
