"""Whether a step applies to a year of a workspace, and if not, why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from evaluation.settings import Part, Text


@dataclass(frozen=True)
class Applicability:
    """Whether a step applies; ``reason`` says why not."""

    applies: bool
    reason: Text | None = None


APPLIES = Applicability(True)


def switched_off(part: Part) -> Applicability:
    """The step belongs to a part that the programme has not switched on."""
    return Applicability(
        False,
        Text(
            ru=f"часть «{part}» не включена (parts в config/programme.yml)",
            en=f"the part '{part}' is not switched on (parts in config/programme.yml)",
        ),
    )


def without_sources(year: int, sources: Sequence[str]) -> Applicability:
    """The year's settings name none of the received files that the step reads."""
    return Applicability(
        False,
        Text(
            ru=f"в настройках {year} года нет ни одного из источников: {', '.join(sources)}",
            en=f"the settings of {year} name none of the sources: {', '.join(sources)}",
        ),
    )


def without_tables(tables: Sequence[str]) -> Applicability:
    """Tables are lacking without which the step has nothing to do."""
    return Applicability(False, Text(ru=f"нет таблиц: {', '.join(tables)}", en=f"no tables: {', '.join(tables)}"))
