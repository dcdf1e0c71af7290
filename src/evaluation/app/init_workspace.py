"""Making an institute's own workspace: registry, settings, forms; written aside, tried, then moved into place."""

from __future__ import annotations

import csv
import datetime as dt
import io
import shutil
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from evaluation.app.init_population import REMARKS as POPULATION_REMARKS
from evaluation.app.init_population import Imported, import_population, remarks_csv, with_population
from evaluation.aside import made_aside
from evaluation.places import open_workspace, repository
from evaluation.settings import InputProblem, Language, Text
from evaluation.tables import FORMS
from evaluation.year.init import Answers, middle, workspace_texts

USUAL_SOURCES = ("territories", "projects", "support_events", "attendance", "exchange_events", "consultations")
UNITS, REMARKS = "config/territory/units.csv", "config/territory/units_remarks.csv"
SPECIAL = ("trial_households",)  # sources of a study of its own, not of a programme year
SHOWN_REGIONS = 12
MUNICIPALITY = Text(ru="муниципальное образование", en="municipality")


@dataclass(frozen=True)
class Made:
    """What was made: the workspace's folder, its units in all and in force, remarks on the registry's rows."""

    folder: Path
    units: int
    in_force: int
    regions_left_out: int
    remarks: pd.DataFrame
    forms: int
    population: Imported | None


def make_workspace(
    folder: Path,
    answers: Answers,
    registry_file: Path,
    population_file: Path | None = None,
    today: dt.date | None = None,
) -> Made:
    """Write a workspace to ``folder``, which must be empty or not there.

    ``registry_file`` is a registry of the project's shape or a directory as others publish it; of the latter the region
    ``answers.region_code`` is taken. ``population_file`` is kept as received, named as the year's source ``population``
    and read: its totals go into the registry where that has none. Everything is written beside ``folder``, opened as a
    workspace, and only then moved. Raises InputProblem, and leaves nothing, where the folder is taken, a file cannot be
    read, or no unit is in force.
    """
    refuse_taken(folder)
    registry, remarks = _any_registry(registry_file)
    registry, left_out = _of_region(registry, answers.region_code, registry_file)
    if _all_oktmo(registry):
        answers = replace(answers, registry_kind="oktmo", unit_name=MUNICIPALITY)
    units = _in_force(registry, answers.first_year, registry_file)
    if population_file is not None and not population_file.is_file():
        raise InputProblem(
            f"Нет файла населения {population_file}. Проверьте путь.",
            f"There is no population file {population_file}. Check the path.",
        )
    try:
        with made_aside(folder) as aside:
            _write_texts(aside, answers, units, population_file, today or dt.date.today())
            _put(aside / UNITS, registry_csv(registry))
            if len(remarks):
                columns = ["rule", "action", "row", "field", "raw", "suggestion"]
                _put(aside / REMARKS, remarks[columns].to_csv(index=False, lineterminator="\n"))
            forms = _write_forms(aside, answers, units)
            _try(aside, answers.first_year)
            population = None
            if population_file is not None:
                population = import_population(aside, answers.first_year)
                _put(aside / UNITS, registry_csv(with_population(registry, population)))
                if len(population.remarks):
                    _put(aside / POPULATION_REMARKS, remarks_csv(population))
    except OSError as error:
        raise _not_written(folder, error) from error
    return Made(folder, len(registry), len(units), left_out, remarks, forms, population)


def refuse_taken(folder: Path) -> None:
    """Raises InputProblem where ``folder`` is a file or has anything in it."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputProblem(
            f"{folder} уже есть и не пуста: новое рабочее пространство создаётся только в пустой или новой папке. "
            "Назовите другую.",
            f"{folder} is there already and not empty: a new workspace is made only in an empty or new folder. "
            "Name another.",
        )


def _not_written(folder: Path, error: OSError) -> InputProblem:
    return InputProblem(
        f"{folder}: записать не удаётся ({error.strerror}). Ничего не создано. Укажите папку, куда можно писать, и "
        "проверьте место на диске.",
        f"{folder} cannot be written ({error.strerror}). Nothing was made. Name a folder that can be written to, and "
        "check free disk space.",
    )


# ---- the registry -------------------------------------------------------------------------------------------


def _any_registry(path: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """A registry of the project's shape where its header says so, else a directory; remarks on its rows."""
    from evaluation.ledger import issues_frame
    from evaluation.territory.directory import read_directory
    from evaluation.territory.registry import COLUMNS, REQUIRED, read_registry

    if path.suffix.casefold() == ".csv" and path.is_file():
        first = path.read_bytes().split(b"\n", 1)[0].decode("utf-8-sig", errors="replace")
        header = {cell.strip().strip('"') for cell in first.replace(";", ",").split(",")}
        if set(REQUIRED) <= header <= set(COLUMNS):
            return read_registry(path), issues_frame([])
    return read_directory(path)


def _of_region(registry: pd.DataFrame, region: str | None, path: Path) -> tuple[pd.DataFrame, int]:
    """The units whose code begins with the region's; how many were left to other regions."""
    if region is None:
        regions = Counter(code[:2] for code in registry["unit_id"].unique())
        if len(regions) > 1 and _all_oktmo(registry):
            names = dict(zip(registry["unit_id"].str[:2], registry["region"].astype(str), strict=True))
            shown = ", ".join(f"{code} {names[code]}".strip() for code in sorted(regions)[:SHOWN_REGIONS])
            more = ", ..." if len(regions) > SHOWN_REGIONS else ""
            raise InputProblem(
                f"{path}: в справочнике {len(regions)} регионов. Назовите свой: --region NN. Есть: {shown}{more}.",
                f"{path}: the directory has {len(regions)} regions. Name yours: --region NN. There are: {shown}{more}.",
            )
        return registry, 0
    mine = registry[registry["unit_id"].str.startswith(region)].reset_index(drop=True)
    if mine.empty:
        known = ", ".join(sorted({code[:2] for code in registry["unit_id"]})[:SHOWN_REGIONS])
        raise InputProblem(
            f"{path}: нет единиц, чей код начинается с {region}. Коды начинаются, например, с: {known}.",
            f"{path}: no unit's code begins with {region}. Codes begin, for example, with: {known}.",
        )
    return mine, len(registry) - len(mine)


def _all_oktmo(registry: pd.DataFrame) -> bool:
    from evaluation.territory import oktmo

    return all(oktmo.normalise(code)[0] is not None for code in registry["unit_id"].unique())


def _in_force(registry: pd.DataFrame, year: int, path: Path) -> pd.DataFrame:
    from evaluation.territory.registry import in_force

    units = in_force(registry, dt.date(year, 12, 31))
    if units.empty:
        raise InputProblem(
            f"{path}: на 31.12.{year} не действует ни одна единица. Проверьте первый год и сроки действия в реестре.",
            f"{path}: no unit is in force on {year}-12-31. Check the first year, and the registry's intervals.",
        )
    return units


def registry_csv(registry: pd.DataFrame) -> str:
    """The registry as ``read_registry`` reads it back; columns that are empty throughout are left out."""
    from evaluation.territory.registry import BEGINNING

    shown = registry.copy()
    for column in ("valid_from", "valid_to"):
        days = shown[column].dt.strftime("%Y-%m-%d")
        shown[column] = days.where(shown[column].notna() & (shown[column] != pd.Timestamp(BEGINNING)), "")
    for column in ("is_north", "is_closed"):
        shown[column] = shown[column].map({True: "true", False: "false"}).fillna("")
    filled = [
        name for name in shown if name in ("unit_id", "name") or (shown[name].notna() & (shown[name] != "")).any()
    ]
    return shown[filled].to_csv(index=False, lineterminator="\n")


# ---- files --------------------------------------------------------------------------------------------------


def _put(place: Path, content: str | bytes) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)


def _write_texts(aside: Path, answers: Answers, units: pd.DataFrame, population: Path | None, today: dt.date) -> None:
    from evaluation.cleaning.rulefile import rules_schema

    files = file_names(answers.sources, answers.languages[0], answers.first_year)
    others = file_names(
        [name for name in FORMS if name not in (*answers.sources, *SPECIAL)], answers.languages[0], answers.first_year
    )
    if population is not None:
        files["population"] = population.name
    located = units[units["longitude"].notna() & units["latitude"].notna()]
    centre = middle(located["longitude"], located["latitude"])
    for place, text in workspace_texts(answers, files, others, centre, today).items():
        _put(aside / place, text)
    for name, text in rules_schema().items():
        _put(aside / "config" / "schema" / name, text)
    raw = aside / "data" / "raw" / str(answers.first_year)
    _put(raw / "SOURCES.csv", _sources_csv(files))
    _put(aside / "data" / "raw" / "README.md", (repository() / "data" / "raw" / "README.md").read_bytes())
    if population is not None:
        shutil.copyfile(population, raw / population.name)
    shared = repository() / "config"
    _put(aside / "config" / "rules.yml", (shared / "rules.yml").read_bytes())
    for path in sorted((shared / "survey").glob("*.xlsx")):
        _put(aside / "config" / "survey" / path.name, path.read_bytes())
    if answers.own_codebook:
        for name in ("codebook.csv", "codebook_choices.csv"):
            _put(aside / "config" / name, (shared / name).read_bytes())


def file_names(sources: tuple[str, ...] | list[str], language: Language, year: int) -> dict[str, str]:
    """The name that each source's file should have: that of its form."""
    from evaluation.report.templates import sheet_title

    return {name: f"{sheet_title(name, language)} {year}.xlsx" for name in sources}


def _sources_csv(files: Mapping[str, str]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("source", "file", "received_on", "received_from", "note"))
    writer.writerows((name, file, "", "", "") for name, file in files.items())
    return out.getvalue()


def _write_forms(aside: Path, answers: Answers, units: pd.DataFrame) -> int:
    """Empty forms of the expected files; that of the territories already names the units."""
    from evaluation.report.templates import template

    codebook = open_workspace(aside).codebook
    language = answers.languages[0]
    names = file_names([name for name in answers.sources if name in FORMS], language, answers.first_year)
    for source, file in names.items():
        rows = pd.DataFrame({"name": units["unit_id"]}) if source == "territories" else None
        content = template(source, codebook, units, language, answers.currency, rows)
        _put(aside / "forms" / str(answers.first_year) / file, content)
    return len(names)


def _try(aside: Path, year: int) -> None:
    """Open what was written as a workspace: settings, plan, codebook, registry, rules must all be read."""
    from evaluation.app.cleaning_alone import conditions

    opened = open_workspace(aside)
    opened.year(year)
    opened.plan(year)
    conditions(opened, year)


def in_words(made: Made, answers: Answers) -> list[Text]:
    """What was made, what the registry came to, what to do next."""
    lines = [
        Text(
            ru=f"Рабочее пространство создано: {made.folder}. Территорий в реестре: {made.units}, действует в конце "
            f"{answers.first_year} года: {made.in_force}. Пустых форм: {made.forms}.",
            en=f"The workspace is made: {made.folder}. Units in the registry: {made.units}, in force at the end of "
            f"{answers.first_year}: {made.in_force}. Empty forms: {made.forms}.",
        )
    ]
    if made.regions_left_out:
        lines.append(
            Text(
                ru=f"Строк справочника о других регионах не взято: {made.regions_left_out}.",
                en=f"Rows of the directory about other regions that were not taken: {made.regions_left_out}.",
            )
        )
    if len(made.remarks):
        out = int(made.remarks["action"].eq("quarantined").sum())
        lines.append(
            Text(
                ru=f"Замечаний к строкам справочника: {len(made.remarks)}, не взято строк: {out}; они записаны в "
                f"{REMARKS}.",
                en=f"Remarks on the directory's rows: {len(made.remarks)}, rows not taken: {out}; all in {REMARKS}.",
            )
        )
    if made.population is not None:
        lines += made.population.words()
    lines.append(
        Text(
            ru=f"Дальше: прочтите {made.folder / 'README.ru.md'}, проверьте строки с пометкой «confirm» в config и "
            f"выполните «evaluation doctor --workspace {made.folder}».",
            en=f"Next: read {made.folder / 'README.md'}, check the lines marked 'confirm' in config, and run "
            f"'evaluation doctor --workspace {made.folder}'.",
        )
    )
    return lines
