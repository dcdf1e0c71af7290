"""Which logical source a received file is, by how many of its headers the codebook knows for each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from evaluation.cleaning.headers import Aliases, find_header, header_aliases
from evaluation.cleaning.workbook import Received
from evaluation.codebook import Codebook
from evaluation.settings import InputProblem
from evaluation.tables import SOURCE_TABLES, TABLES

FEWEST = 2
MARGIN = 2
_OF_EVERY_TABLE = {"source", "source_sheet", "source_row"}


@dataclass(frozen=True)
class Fit:
    """How a file's best sheet fits a source: ``known`` different variables in ``named`` columns with a header."""

    source: str
    known: int
    named: int

    @property
    def share(self) -> float:
        return self.known / self.named if self.named else 0.0


def fits(received: Received, codebook: Codebook, wordings: Mapping[str, Mapping[str, str]] | None = None) -> list[Fit]:
    """Every source of which a sheet has a known column, best first: most variables, then the largest share known.

    ``wordings`` are the questions (item by wording) of the surveys, by source, that the file may be an export of.
    """
    found = []
    for source, aliases in _known_headers(codebook, wordings or {}).items():
        headers = [find_header(sheet, aliases) for sheet in received.visible if len(sheet.cells)]
        of_sheets = [
            Fit(source, len(header.variables), sum(bool(column.text) for column in header.columns))
            for header in headers
            if header is not None
        ]
        if of_sheets:
            found.append(max(of_sheets, key=lambda fit: (fit.known, fit.share)))
    return sorted(found, key=lambda fit: (-fit.known, -fit.share, fit.source))


def guess_source(
    received: Received, codebook: Codebook, wordings: Mapping[str, Mapping[str, str]] | None = None
) -> Fit:
    """The one source that the file fits: FEWEST known columns or more, and MARGIN more than for any other source.

    Raises InputProblem listing the candidates where none or several fit.
    """
    found = [fit for fit in fits(received, codebook, wordings) if fit.known >= FEWEST]
    if found and (len(found) == 1 or found[0].known - found[1].known >= MARGIN):
        return found[0]
    raise _unclear(received, found, [*SOURCE_TABLES, *(wordings or {})])


def _known_headers(codebook: Codebook, wordings: Mapping[str, Mapping[str, str]]) -> dict[str, Aliases]:
    aliases = {}
    for source, tables in SOURCE_TABLES.items():
        names = [name for table in tables for name in TABLES[table].names if name not in _OF_EVERY_TABLE]
        aliases[source] = header_aliases(codebook, source, names)
    for source, questions in wordings.items():
        aliases[source] = header_aliases(codebook, "survey_responses", TABLES["survey_responses"].names, questions)
    return aliases


def _unclear(received: Received, found: Sequence[Fit], known: Sequence[str]) -> InputProblem:
    names = ", ".join(known)
    if not found:
        return InputProblem(
            f"Файл {received.file_name}: по шапке не понять, что это: известных столбцов меньше {FEWEST} для любого "
            f"из источников ({names}). Укажите источник (--as ИСТОЧНИК) или впишите заголовки столбцов в графу aliases "
            "файла config/codebook.csv.",
            f"The file {received.file_name}: its header does not tell what it is: fewer than {FEWEST} columns are "
            f"known for any of the sources ({names}). Name the source (--as SOURCE) or add the columns' headers to the "
            "column aliases of config/codebook.csv.",
        )
    close = [fit for fit in found if found[0].known - fit.known < MARGIN]
    ru = ", ".join(f"{fit.source} (узнано столбцов: {fit.known} из {fit.named})" for fit in close)
    en = ", ".join(f"{fit.source} ({fit.known} of {fit.named} columns known)" for fit in close)
    return InputProblem(
        f"Файл {received.file_name} похож сразу на несколько источников: {ru}. Укажите, какой это: --as ИСТОЧНИК.",
        f"The file {received.file_name} looks like several sources: {en}. Say which it is: --as SOURCE.",
    )
