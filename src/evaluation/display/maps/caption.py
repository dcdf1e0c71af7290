"""What stands around a map: its title, and the note with source, boundaries and numbers of units."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from evaluation.display.maps.keys import map_text
from evaluation.display.wording import format_date, format_number

if TYPE_CHECKING:
    import datetime as dt

    from evaluation.settings import Language


@dataclass(frozen=True)
class Caption:
    """Words of a map: ``source`` of the values, the day of the boundaries, ``attribution``: whose boundaries."""

    title: str = ""
    note: str = ""
    source: str = ""
    boundaries_on: dt.date | None = None
    attribution: str = ""
    simulated: bool = False

    def notes(self, language: Language, drawn: bool) -> list[str]:
        """Sentences on the origin; of boundaries only where they are ``drawn``."""
        told = [map_text("source", language).format(self.source)] if self.source else []
        if drawn and self.boundaries_on is not None:
            day = format_date(self.boundaries_on, language).removesuffix(".")  # «г.» ends the sentence itself
            told.append(map_text("boundaries_on", language).format(day))
        return [*told, self.attribution if drawn else ""]


def counted(units: int, known: int, language: Language) -> str:
    """How many territories a map shows, and how many of them have a value."""
    name = "drawn_units" if units == known else "drawn_known"
    return map_text(name, language).format(format_number(units, language), format_number(known, language))
