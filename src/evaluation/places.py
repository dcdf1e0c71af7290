"""Every path of a workspace, and what each step reads and makes in it."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import hmac
import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from operator import attrgetter
from pathlib import Path
from typing import Any

from evaluation import pipeline
from evaluation.applicability import APPLIES, Applicability, switched_off, without_sources, without_tables
from evaluation.codebook import Codebook, read_codebook
from evaluation.pipeline import Step
from evaluation.settings import (
    History,
    InputProblem,
    Language,
    Plan,
    Programme,
    Recommendation,
    Year,
    arrival_dates,
    history_of,
    plain,
    read_plan,
    read_programme,
    read_recommendations,
    read_year,
)
from evaluation.tables import PSEUDONYM_SOURCES, SOURCE_TABLES

WORKSPACE = "EVALUATION_WORKSPACE"
KEY_FILE = "EVALUATION_KEY_FILE"
FIGURE_FORMATS = ("svg", "png")
EXHIBIT_FORMATS = ("html", "csv")
ASSEMBLED = {("figure", ".svg"), ("figure", ".png"), ("exhibit", ".html"), ("exhibit", ".csv")}


@dataclass(frozen=True)
class Workspace:
    """One programme's folder: its settings and every path in it."""

    root: Path
    programme: Programme

    @cached_property
    def codebook(self) -> Codebook:
        return read_codebook(self.codebook_folder)

    @property
    def codebook_folder(self) -> Path:
        """Folder of the codebook's files: this workspace's own, else the repository's."""
        return self._own("config", "codebook.csv").parent

    def _own(self, *parts: str) -> Path:
        """A file of this workspace or, where it brings none, of the repository."""
        own = self.root.joinpath(*parts)
        return own if own.exists() else repository().joinpath(*parts)

    # ---- settings -------------------------------------------------------------------------------------------

    @cached_property
    def years(self) -> list[int]:
        """Years that have a settings file, in order."""
        found = (self.root / "config" / "years").glob("*.yml")
        return sorted(int(path.stem) for path in found if path.stem.isdigit())

    def years_up_to(self, year: int) -> list[int]:
        return [known for known in self.years if self.programme.first_year <= known <= year]

    def year_file(self, year: int) -> Path:
        return self.root / "config" / "years" / f"{year}.yml"

    def year(self, year: int) -> Year:
        if year not in self._years:
            known = ", ".join(map(str, self.years)) or "—"
            if year not in self.years:
                raise InputProblem(
                    f"Год {year} не настроен: нет файла {self.year_file(year)}. Настроены годы: {known}. "
                    "Проверьте год или создайте файл по образцу соседнего.",
                    f"Year {year} is not set up: there is no file {self.year_file(year)}. Years set up: {known}. "
                    "Check the year, or create the file after a neighbouring one.",
                )
            settings = read_year(self.year_file(year))
            if settings.year != year:
                raise InputProblem(
                    f"{self.year_file(year)}: ключ «year» равен {settings.year}, а файл назван {year}. Исправьте это.",
                    f"{self.year_file(year)}: key 'year' is {settings.year}, the file is named {year}. Correct this.",
                )
            self._years[year] = settings
        return self._years[year]

    @cached_property
    def _years(self) -> dict[int, Year]:
        return {}

    def plan_file(self, year: int) -> Path:
        return self.root / "config" / "plan" / f"{year}.yml"

    def plan(self, year: int) -> Plan | None:
        if year not in self._plans:
            path = self.plan_file(year)
            self._plans[year] = read_plan(path) if path.exists() else None
        return self._plans[year]

    @cached_property
    def _plans(self) -> dict[int, Plan | None]:
        return {}

    def plan_history(self, year: int) -> History:
        """When that year's plan was first committed, as git tells; else as a release's archive says."""
        if year not in self._histories:
            archived = self.plan_file(year).with_suffix(".history.json")
            found = history_of(self.plan_file(year))
            # a released year is rerun by strangers without the repository that knew when the plan was committed
            asked = found.first_on is None and archived.exists()
            self._histories[year] = History.model_validate_json(archived.read_bytes()) if asked else found
        return self._histories[year]

    @cached_property
    def _histories(self) -> dict[int, History]:
        return {}

    def arrivals(self, year: int) -> dict[str, dt.date | None]:
        """The day on which each configured file arrived, by logical name, as SOURCES.csv says; None: it does not."""
        path = self.raw_folder(year) / "SOURCES.csv"
        recorded = arrival_dates(path) if path.exists() else {}
        return {name: recorded.get(name) for name in self.year(year).sources}

    def recommendations(self, year: int) -> tuple[Recommendation, ...]:
        """What the year's report recommends, as config/recommendations/<year>.yml says; nothing without the file."""
        return read_recommendations(self.root / "config" / "recommendations" / f"{year}.yml", year)

    def key_file(self) -> Path:
        """The pseudonym key, outside the project: EVALUATION_KEY_FILE or ~/.config/evaluation/<id>.key."""
        own = os.environ.get(KEY_FILE)
        return Path(own) if own else Path.home() / ".config" / "evaluation" / f"{self.programme.id}.key"

    # ---- places ---------------------------------------------------------------------------------------------

    def raw_folder(self, year: int) -> Path:
        return self.root / "data" / "raw" / str(year)

    def restricted_folder(self, year: int) -> Path:
        """Workbooks with received values for people to decide on, annotated copies: never in git."""
        return self.root / "data" / "restricted" / str(year)

    def decisions_file(self, personal: bool = False) -> Path:
        """People's decisions; those on cells with personal data lie apart, outside git."""
        return self.root / ("data/restricted/decisions.csv" if personal else "config/decisions.csv")

    def table_path(self, table: str, year: int) -> Path:
        folder = pipeline.maker_of(table).folder
        return self.root.joinpath("data", "processed", str(year), folder, f"{table}.parquet")

    def report_folder(self, year: int) -> Path:
        return self.root.joinpath("reports", str(year), "draft")

    def run_folder(self, year: int) -> Path:
        return self.report_folder(year) / "run"

    def figure_path(self, name: str, year: int, language: Language, ending: str = "svg") -> Path:
        return self.root.joinpath("reports", str(year), "draft", "figures", f"{name}.{language}.{ending}")

    def exhibit_path(self, name: str, year: int, language: Language, ending: str = "html") -> Path:
        return self.root.joinpath("reports", str(year), "draft", "tables", f"{name}.{language}.{ending}")

    def notebook(self, step: str) -> Path:
        """The step's notebook: this workspace's own, else the repository's."""
        return self._own("notebooks", f"{step}.ipynb")

    def executed_notebook(self, step: str, year: int) -> Path:
        return self.report_folder(year) / "notebooks" / f"{step}.ipynb"

    def territory_file(self, name: str) -> Path | None:
        """File of registry, crosswalk, boundaries, travel, aliases, decisions or breaks; None where there is none."""
        registry = self.programme.registry
        travel = self.programme.access.travel_matrix
        letterhead = self.programme.report_reference
        units = self.root / registry.units
        places: dict[str, Path | None] = {
            "registry": units,
            "crosswalk": self.root / registry.crosswalk if registry.crosswalk else None,
            "boundaries": self.root / registry.boundaries if registry.boundaries else None,
            "travel": self.root / travel if travel else None,
            "aliases": units.parent / "aliases.csv",
            "decisions": self.decisions_file(),
            "personal_decisions": self.decisions_file(personal=True),
            "breaks": self.root / "config" / "breaks.csv",
            "evidence": self.root / "config" / "evidence.csv",
            "claims": self.root / "config" / "claims.csv",
            "report_reference": self.root / letterhead if letterhead else None,
            "rules": self._own("config", "rules.yml"),
            "return_form": self._own("config", "returns", "form.csv"),
            "margins": self._own("config", "survey", "population_margins.csv"),
        }
        path = places[name]
        optional = name in ("aliases", "decisions", "personal_decisions", "breaks", "evidence", "claims", "margins")
        return None if path is None or (optional and not path.exists()) else path

    def questionnaires(self, year: int) -> dict[str, Path]:
        """Questionnaire workbook by survey source."""
        surveys = self.year(year).surveys
        return {name: self._own("config", "survey", survey.questionnaire) for name, survey in surveys.items()}

    # ---- what a step reads and makes here -------------------------------------------------------------------

    def step(self, name: str) -> Step:
        """The step as declared, with what this workspace's settings replace."""
        declared = pipeline.step_named(name)
        own = self.programme.steps.get(name)
        if own is None:
            return declared
        changes = {key: getattr(own, key) for key in ("needs", "uses", "figures", "exhibits")}
        return dataclasses.replace(declared, **{key: value for key, value in changes.items() if value is not None})

    def made(self, step: Step, year: int) -> tuple[str, ...]:
        """Tables that the step makes in this year: of the programme's tables those whose source is configured."""
        if not self.applicability(step, year).applies:
            return ()
        sources = self.year(year).sources
        absent = {
            table
            for source, tables in SOURCE_TABLES.items()
            for table in tables
            if source not in sources and table != "territories"
        }
        return tuple(table for table in step.makes if table not in absent)

    def available(self, table: str, year: int) -> bool:
        step = self.step(pipeline.maker_of(table).name)
        return table in self.made(step, year)

    def applicability(self, step: Step, year: int) -> Applicability:
        """Whether the step applies: not excluded by the settings, its sources configured, its needed tables made."""
        own = self.programme.steps.get(step.name)
        if own is not None and not own.applicable:
            return Applicability(False, own.reason)
        if step.part is not None and step.part not in self.programme.parts:
            return switched_off(step.part)
        if step.scope == "each_year" and not set(step.sources) & set(self.year(year).sources):
            return without_sources(year, step.sources)
        lacking = [table for table in step.needs if not self.available(table, year)]
        return without_tables(lacking) if lacking else APPLIES

    def read_tables(self, step: Step, year: int) -> Iterator[tuple[str, int]]:
        """Each table and year that the step reads."""
        for table in (*step.needs, *step.uses):
            years = self.years_up_to(year) if table in step.history else [year]
            yield from ((table, then) for then in years if self.available(table, then))

    def inputs(self, step: Step, year: int) -> dict[str, Path]:
        """Every file that the step reads, by a name that does not depend on the workspace's place."""
        files: dict[str, Path] = {}
        sources = self.year(year).sources
        for name in step.sources:
            if name in sources:
                files[f"source:{name}"] = self.raw_folder(year) / sources[name].file
        if "year.surveys" in step.settings:
            files |= {f"questionnaire:{name}": path for name, path in self.questionnaires(year).items()}
        for table, then in self.read_tables(step, year):
            files[f"table:{table}@{then}"] = self.table_path(table, then)
        for name in step.territory:
            path = self.territory_file(name)
            if path is not None:
                files[f"territory:{name}"] = path
        if step.assembles:
            files |= self._exhibits_of_others(step, year)
            folder = self.report_text_folder()
            if folder is not None:
                files |= {f"text:{path.name}": path for path in sorted(folder.iterdir())}
        return files

    def report_text_folder(self) -> Path | None:
        own = self.programme.report_text
        return self.root / own if own else None

    def _exhibits_of_others(self, step: Step, year: int) -> dict[str, Path]:
        """Drawings and tables for people of all other steps, and the pages of earlier ones."""
        files: dict[str, Path] = {}
        names = pipeline.STEP_NAMES
        own = names.index(step.name) if step.name in names else len(names)
        for place, other in enumerate(map(self.step, pipeline.STEP_NAMES)):
            if other.name == step.name or not self.applicability(other, year).applies:
                continue
            for name, path in self.outputs(other, year).items():
                ending = (name.partition(":")[0], path.suffix)
                if ending in ASSEMBLED or (ending == ("file", ".html") and place < own):
                    files[name] = path
        return files

    def outputs(self, step: Step, year: int) -> dict[str, Path]:
        """Final place of every file that the step makes."""
        files = {f"table:{table}": self.table_path(table, year) for table in self.made(step, year)}
        for language in self.programme.languages:
            for name in step.figures:
                for ending in FIGURE_FORMATS:
                    files[f"figure:{name}.{language}.{ending}"] = self.figure_path(name, year, language, ending)
            for name in step.exhibits:
                for ending in EXHIBIT_FORMATS:
                    files[f"exhibit:{name}.{language}.{ending}"] = self.exhibit_path(name, year, language, ending)
        for name in step.files:
            if any(f".{language}." in name for language in self.programme.languages):
                files[f"file:{name}"] = self.report_folder(year) / name
        return files

    def setting(self, key: str, year: int) -> Any:
        """The value of one declared setting: programme.*, year.*, plan.* or years.* (by year up to ``year``).

        A programme's setting may lie deeper (``programme.report.theory``). Three are no keys of the files:
        ``year.arrivals`` is ``arrivals``, ``year.recommendations`` is ``recommendations``, ``plan.history`` is
        ``plan_history``.
        """
        group, _, name = key.partition(".")
        if group == "programme":
            return attrgetter(name)(self.programme)
        if group == "year":
            if name in ("arrivals", "recommendations"):
                return getattr(self, name)(year)
            return getattr(self.year(year), name)
        if group == "years":
            return {then: getattr(self.year(then), name) for then in self.years_up_to(year)}
        if name == "history":
            return self.plan_history(year)
        plan = self.plan(year)
        return None if plan is None else getattr(plan, name)

    def parameters(self, step: Step, year: int) -> dict[str, Any]:
        """JSON-ready values of the settings that the step declares."""
        values = {key: plain(self.setting(key, year)) for key in step.settings}
        if set(PSEUDONYM_SOURCES) & set(step.sources) & set(self.year(year).sources):
            values["pseudonym_key"] = key_identity(self.key_file())
        return values

    def codebook_tables(self, step: Step) -> list[str]:
        """Tables whose rows in the codebook the step depends on; a received file counts as ``source:<name>``."""
        tables = [*step.needs, *step.uses, *step.makes, "indicators", "models", "findings"]
        return [*tables, *(f"source:{name}" for name in step.sources)]


def key_identity(path: Path) -> str:
    """What can be recorded of a key without giving it away; ``none`` while there is no key."""
    if not path.exists():
        return "none"
    return hmac.new(path.read_bytes(), b"which key", hashlib.sha256).hexdigest()[:12]


def refuse_released(path: Path) -> None:
    """Raises InputProblem when ``path`` lies inside a released folder, through links as well."""
    for folder in path.resolve().parents:
        if folder.parent.name == "released" and (folder / "MANIFEST.json").exists():
            raise InputProblem(
                f"{path}: это выпущенный год ({folder.name}), он больше не меняется. Запишите в другое место или "
                "выпустите год ещё раз: «evaluation release» создаст новую папку рядом.",
                f"{path}: this is a released year ({folder.name}), which never changes again. Write elsewhere, or "
                "release the year once more: 'evaluation release' makes a new folder beside it.",
            )


def repository() -> Path:
    """The folder of the project this package was installed from."""
    return Path(__file__).resolve().parents[2]


def open_workspace(path: str | Path | None = None) -> Workspace:
    """The workspace at ``path``; else of EVALUATION_WORKSPACE; else the nearest one at or above this folder."""
    given = path or os.environ.get(WORKSPACE)
    if given:
        root = Path(given).resolve()
        if not (root / "config" / "programme.yml").exists():
            raise InputProblem(
                f"{root} — не рабочее пространство: нет файла config/programme.yml. Укажите другую папку.",
                f"{root} is not a workspace: it has no config/programme.yml. Name another folder.",
            )
    else:
        here = Path.cwd().resolve()
        places = [place for place in (here, *here.parents) if (place / "config" / "programme.yml").exists()]
        root = places[0] if places else repository()
    return Workspace(root, read_programme(root / "config" / "programme.yml"))
