"""The population file of a new workspace: read as its steps will read it, its totals put into the registry."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from evaluation.places import open_workspace
from evaluation.settings import InputProblem, Text

SOURCE = "population"
REMARKS = "config/territory/population_remarks.csv"
_REMARK_COLUMNS = ["rule", "action", "row", "field", "raw", "suggestion"]
_SHOWN = 5


@dataclass(frozen=True, eq=False)
class Imported:
    """What a population file came to.

    ``rows`` of its table population, of ``years``; ``totals``: people by unit on 1 January of ``year``; ``lacking``
    are units in force then without a total; ``remarks`` are those on its cells (columns of ``issues``).
    """

    file: str
    rows: int
    years: tuple[int, ...]
    year: int
    totals: pd.Series
    lacking: tuple[str, ...]
    remarks: pd.DataFrame

    def words(self) -> list[Text]:
        """What was read and what is missing."""
        years = str(self.years[0]) if len(self.years) == 1 else f"{self.years[0]}–{self.years[-1]}"
        lines = [
            Text(
                ru=f"Население прочитано из {self.file}: чисел {self.rows}, годы {years}; в реестр записано население "
                f"территорий на 1 января {self.year} года: {len(self.totals)}.",
                en=f"Population read from {self.file}: {self.rows} numbers, years {years}; units whose population on "
                f"1 January {self.year} is now in the registry: {len(self.totals)}.",
            )
        ]
        if self.lacking:
            shown = ", ".join(self.lacking[:_SHOWN]) + (", …" if len(self.lacking) > _SHOWN else "")
            lines.append(
                Text(
                    ru=f"Территорий без населения на эту дату: {len(self.lacking)} ({shown}).",
                    en=f"Units without a population on that day: {len(self.lacking)} ({shown}).",
                )
            )
        if len(self.remarks):
            lines.append(
                Text(
                    ru=f"Замечаний к файлу населения: {len(self.remarks)}; они записаны в {REMARKS}.",
                    en=f"Remarks on the population file: {len(self.remarks)}; all in {REMARKS}.",
                )
            )
        return lines


def import_population(folder: Path, year: int) -> Imported:
    """Read the source ``population`` of ``year`` of the workspace in ``folder``, without writing anything.

    The totals are of ``year``, else of the last year before it, else of the first one given. Raises InputProblem where
    the file cannot be read as a table of population, or none of its units is in the registry.
    """
    from evaluation.app.cleaning_alone import clean_each, conditions
    from evaluation.cleaning.workbook import read_received
    from evaluation.territory.population import population_of
    from evaluation.territory.registry import in_force

    opened = open_workspace(folder)
    source = opened.year(year).sources[SOURCE]
    given = conditions(opened, year)
    path = opened.raw_folder(year) / source.file
    cleaned, refused = clean_each({SOURCE: read_received(path, SOURCE, source.sheet)}, given, opened)
    for problem in refused.values():
        raise problem
    table = cleaned[0].tables[SOURCE]
    known = table[table["persons"].notna() & table["unit_id"].notna()]
    if known.empty:
        raise InputProblem(
            f"Файл населения {source.file}: ни одной строки нельзя отнести к территории реестра. Проверьте коды или "
            "названия территорий и файл, данный в --population.",
            f"Population file {source.file}: no row can be linked to a unit of the registry. Check the units' codes or "
            "names, and the file given with --population.",
        )
    years = tuple(sorted(int(one) for one in known["year"].unique()))
    chosen = max((one for one in years if one <= year), default=years[0])
    totals = population_of(table, chosen, strict=False).dropna()
    units = in_force(given.registry, pd.Timestamp(chosen, 1, 1).date())["unit_id"]
    lacking = tuple(sorted(set(units) - set(totals.index)))
    return Imported(source.file, len(known), years, chosen, totals, lacking, cleaned[0].issues)


def with_population(registry: pd.DataFrame, found: Imported) -> pd.DataFrame:
    """``registry`` with reference_population and reference_year where it had none and the unit was in force then."""
    day = pd.Timestamp(found.year, 1, 1)
    then = (registry["valid_from"] <= day) & (registry["valid_to"].isna() | (registry["valid_to"] >= day))
    total = registry["unit_id"].map(found.totals)
    free = then & registry["reference_population"].isna() & total.notna()
    return registry.assign(
        reference_population=registry["reference_population"].mask(free, total),
        reference_year=registry["reference_year"].mask(free, found.year),
    )


def remarks_csv(found: Imported) -> str:
    """The remarks on the file as a table, in order."""
    return str(found.remarks[_REMARK_COLUMNS].to_csv(index=False, lineterminator="\n"))
