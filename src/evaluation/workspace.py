"""``open_step()``: a notebook's only way to read and write.

A step sees just what ``pipeline.py`` declares for it. What it writes is kept aside until all of it is there:
under the pipeline the engine moves it into place, by hand ``finish()`` does.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

import pandas as pd

from evaluation import pipeline
from evaluation.applicability import Applicability
from evaluation.codebook import Codebook
from evaluation.contracts import TABLES, check, dangling
from evaluation.places import FIGURE_FORMATS, Workspace, open_workspace, refuse_released
from evaluation.settings import InputProblem, Language, Source, Text

__all__ = ["Applicability", "OpenStep", "Workspace", "open_step", "open_workspace", "publish"]

STAGING = "EVALUATION_STAGING"


class Exhibit(Protocol):
    """A table for people (``display.tables.Exhibit``)."""

    def to_html(self, language: Language) -> str: ...

    def to_csv(self, language: Language) -> str: ...


def open_step(name: str, year: int, workspace: str | Path | None = None) -> OpenStep:
    """What a notebook begins with: the step's declared inputs and outputs for one year.

    By hand it is the same as under the pipeline, and nothing is written before ``finish()``:

        step = open_step("06_estimate_outcomes", 2025)
        step.tables["panel"]            # the names complete with Tab; the same as step.table("panel")
        step.settings["plan.models"]
    """
    return OpenStep(open_workspace(workspace or None), name, year)


class Named(Mapping[str, Any]):
    """What can be had by name; nothing is read before it is asked for.

    In a notebook the names complete with Tab after ``[`` and, those that are words, after the dot.
    """

    def __init__(self, names: Iterable[str], get: Callable[[str], Any]) -> None:
        self._names = tuple(dict.fromkeys(names))
        self._get = get

    def __getitem__(self, name: str) -> Any:
        return self._get(name)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name not in self._names:
            raise AttributeError(f"{name}: no such name; there are {', '.join(self._names)}")
        return self._get(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __dir__(self) -> list[str]:
        return [name for name in self._names if name.isidentifier()]

    def __repr__(self) -> str:
        return ", ".join(self._names)

    def _ipython_key_completions_(self) -> list[str]:
        return list(self._names)


class OpenStep:
    """A notebook's only way to read and write."""

    def __init__(self, workspace: Workspace, name: str, year: int) -> None:
        self.workspace = workspace
        self.step = workspace.step(name)
        self.year = year
        workspace.year(year)
        applicability = workspace.applicability(self.step, year)
        if not applicability.applies:
            reason = applicability.reason or Text(ru="так решено в настройках", en="the settings say so")
            raise InputProblem(
                f"Шаг {name} не применяется к {year} году: {reason.ru}.",
                f"Step {name} does not apply to {year}: {reason.en}.",
            )
        staging = os.environ.get(STAGING)
        self._by_hand = staging is None
        self._staging = Path(staging) if staging else Path(tempfile.mkdtemp(prefix=f"{name}-"))
        self._written: dict[str, int] = {}
        self._tables: dict[str, pd.DataFrame] = {}

    @property
    def codebook(self) -> Codebook:
        return self.workspace.codebook

    @property
    def language(self) -> Language:
        return self.workspace.programme.languages[0]

    @property
    def languages(self) -> tuple[Language, ...]:
        return self.workspace.programme.languages

    # ---- reading --------------------------------------------------------------------------------------------

    @property
    def tables(self) -> Named:
        """The declared tables by name."""
        return Named((*self.step.needs, *self.step.uses), self.table)

    @property
    def settings(self) -> Named:
        """The declared settings by key, such as ``plan.models``."""
        return Named(self.step.settings, self.setting)

    def table(self, name: str) -> pd.DataFrame:
        """A declared table; of all years up to the chosen one where the step declares its history.

        A table that is declared but not made in this workspace comes back empty, with its columns. Tables with
        history have a column ``programme_year``.
        """
        if name not in (*self.step.needs, *self.step.uses):
            raise KeyError(f"step {self.step.name} does not declare the table {name} in pipeline.py")
        years = [then for table, then in self.workspace.read_tables(self.step, self.year) if table == name]
        frames = [read_table(self.workspace, name, then, self.year) for then in years]
        if name not in self.step.history:
            return frames[0] if frames else TABLES[name].empty()
        frames = [frame.assign(programme_year=then) for frame, then in zip(frames, years, strict=True)]
        filled = [frame for frame in frames if len(frame)]
        if filled:
            return pd.concat(filled, ignore_index=True)
        return TABLES[name].empty().assign(programme_year=pd.Series(dtype="int64"))

    def setting(self, key: str) -> Any:
        """A declared setting's typed value."""
        if key not in self.step.settings:
            raise KeyError(f"step {self.step.name} does not declare the setting {key} in pipeline.py")
        return self.workspace.setting(key, self.year)

    def file(self, name: str) -> Path | None:
        """A declared file of the territory: registry, crosswalk, boundaries, aliases, decisions, breaks."""
        if name not in self.step.territory:
            raise KeyError(f"step {self.step.name} does not declare the file {name} in pipeline.py")
        return self.workspace.territory_file(name)

    def sources(self) -> dict[str, tuple[Path, Source]]:
        """Place and settings of each received file of this step, by logical name."""
        configured = self.workspace.year(self.year).sources
        folder = self.workspace.raw_folder(self.year)
        return {
            name: (folder / configured[name].file, configured[name]) for name in self.step.sources if name in configured
        }

    def questionnaires(self) -> dict[str, Path]:
        return self.workspace.questionnaires(self.year)

    def pseudonym_key(self) -> Path:
        """Where the key of the pseudonyms lies."""
        return self.workspace.key_file()

    def exhibits(self, language: Language) -> dict[str, str]:
        """HTML of every table for people that the other steps made."""
        return self._texts("exhibit:", f".{language}.html")

    def exhibit_files(self, language: Language) -> dict[str, str]:
        """CSV of every table for people that the other steps made."""
        files = self.workspace.inputs(self.step, self.year)
        start, end = "exhibit:", f".{language}.csv"
        # as bytes: the lines of a CSV end as they were written
        return {
            name.removeprefix(start).removesuffix(end): path.read_bytes().decode("utf-8-sig")
            for name, path in files.items()
            if name.startswith(start) and name.endswith(end)
        }

    def figures(self, language: Language) -> dict[str, str]:
        """SVG of every figure that the other steps drew."""
        return self._texts("figure:", f".{language}.svg")

    def figure_pictures(self, language: Language) -> dict[str, bytes]:
        """PNG of every figure that the other steps drew."""
        files = self.workspace.inputs(self.step, self.year)
        start, end = "figure:", f".{language}.png"
        return {
            name.removeprefix(start).removesuffix(end): path.read_bytes()
            for name, path in files.items()
            if name.startswith(start) and name.endswith(end)
        }

    def pages(self, language: Language) -> dict[str, str]:
        """HTML of every page that earlier steps made, such as the report or an interactive map."""
        return self._texts("file:", f".{language}.html")

    def _texts(self, start: str, end: str) -> dict[str, str]:
        files = self.workspace.inputs(self.step, self.year)
        return {
            name.removeprefix(start).removesuffix(end): path.read_text(encoding="utf-8-sig")
            for name, path in files.items()
            if name.startswith(start) and name.endswith(end)
        }

    def executed_notebooks(self) -> dict[str, str]:
        """Address of each executed notebook, relative to the report, by step that applies."""
        left_out = {*self.not_applicable(), self.step.name}
        return {name: f"notebooks/{name}.ipynb" for name in pipeline.STEP_NAMES if name not in left_out}

    def report_text_folder(self) -> Path | None:
        """The workspace's own report texts; None where it brings none."""
        return self.workspace.report_text_folder()

    def not_applicable(self) -> dict[str, Text]:
        """Reason by step that does not apply to this year."""
        found = {}
        for name in pipeline.STEP_NAMES:
            applicability = self.workspace.applicability(self.workspace.step(name), self.year)
            if not applicability.applies:
                found[name] = applicability.reason or Text(ru="так решено в настройках", en="the settings say so")
        return found

    # ---- writing --------------------------------------------------------------------------------------------

    def _place(self, final: Path) -> Path:
        place = self._staging / final.relative_to(self.workspace.root)
        place.parent.mkdir(parents=True, exist_ok=True)
        return place

    def write(self, name: str, frame: pd.DataFrame) -> None:
        """Keep a declared table, after its contract was checked. Raises ContractError."""
        if name not in self.workspace.made(self.step, self.year):
            raise KeyError(f"step {self.step.name} does not declare that it makes {name} in {self.year}")
        checked = check(frame, TABLES[name], self.codebook)
        checked.to_parquet(self._place(self.workspace.table_path(name, self.year)), index=False)
        self._tables[name] = checked
        self._written[f"table:{name}"] = len(checked)

    def write_all(self, tables: dict[str, pd.DataFrame]) -> None:
        """Keep those of ``tables`` that this workspace makes, after checking the references between them."""
        made = {name: frame for name, frame in tables.items() if name in self.workspace.made(self.step, self.year)}
        lost = dangling(made)
        if len(lost):
            first = lost.iloc[0]
            raise InputProblem(
                f"Таблица «{first.table}»: в столбце «{first.column}» есть {first.value!r}, чего нет в таблице "
                f"«{first.target}» (всего таких: {len(lost)}). Проверьте номера в файлах.",
                f"Table '{first.table}': column '{first.column}' holds {first.value!r}, which table '{first.target}' "
                f"lacks ({len(lost)} such in all). Check the numbers in the files.",
            )
        for name, frame in made.items():
            self.write(name, frame)

    def save_figure(self, name: str, draw: Callable[[Language], Any]) -> Any:
        """Draw a declared figure in every language; return it in the first one, for the notebook to show."""
        from evaluation.display.rendering import Picture, figure_bytes

        if name not in self.step.figures:
            raise KeyError(f"step {self.step.name} does not declare the figure {name} in pipeline.py")
        shown = None
        for language in self.languages:
            figure = draw(language)
            for ending in FIGURE_FORMATS:
                content = figure_bytes(figure, ending)
                self._place(self.workspace.figure_path(name, self.year, language, ending)).write_bytes(content)
                self._written[f"figure:{name}.{language}.{ending}"] = 1
                if shown is None and ending == "png":
                    shown = Picture(content)
        return shown

    def save_exhibit(self, name: str, exhibit: Exhibit) -> Exhibit:
        """Keep a declared table for people in every language; return it, for the notebook to show."""
        if name not in self.step.exhibits:
            raise KeyError(f"step {self.step.name} does not declare the exhibit {name} in pipeline.py")
        for language in self.languages:
            html = self._place(self.workspace.exhibit_path(name, self.year, language, "html"))
            html.write_text(exhibit.to_html(language), encoding="utf-8")
            csv = self._place(self.workspace.exhibit_path(name, self.year, language, "csv"))
            csv.write_text(exhibit.to_csv(language), encoding="utf-8-sig", newline="")
            self._written[f"exhibit:{name}.{language}.html"] = self._written[f"exhibit:{name}.{language}.csv"] = 1
        return exhibit

    def save_text(self, name: str, text: str) -> None:
        """Keep a declared file, such as the report in one language."""
        self.save_bytes(name, text.encode("utf-8"))

    def save_bytes(self, name: str, content: bytes) -> None:
        """Keep a declared file that is no text, such as a workbook."""
        if name not in self.step.files:
            raise KeyError(f"step {self.step.name} does not declare the file {name} in pipeline.py")
        self._place(self.workspace.report_folder(self.year) / name).write_bytes(content)
        self._written[f"file:{name}"] = 1

    def finish(self) -> pd.DataFrame:
        """Close the step: refuse when a declared output is missing, else hand everything over.

        Returns the tables that were written (columns: table, rows).
        """
        missing = [name for name in self.workspace.outputs(self.step, self.year) if name not in self._written]
        if missing:
            raise InputProblem(
                f"Шаг {self.step.name} не создал обещанное: {', '.join(missing)}. Ничего не записано.",
                f"Step {self.step.name} did not make what it declares: {', '.join(missing)}. Nothing was written.",
            )
        if self._by_hand:
            publish(self._staging, self.workspace.root)
            shutil.rmtree(self._staging, ignore_errors=True)
        else:
            (self._staging / "finished.json").write_text(json.dumps(self._written, indent=1), encoding="utf-8")
        rows = {
            name.removeprefix("table:"): count for name, count in self._written.items() if name.startswith("table:")
        }
        return pd.DataFrame({"table": list(rows), "rows": list(rows.values())})


def read_table(workspace: Workspace, name: str, year: int, asked: int) -> pd.DataFrame:
    """A processed table of one year; ``asked`` is the year that a person would run to have it made.

    Raises InputProblem where it is missing or damaged.
    """
    path = workspace.table_path(name, year)
    maker = pipeline.maker_of(name).name
    if not path.exists():
        raise InputProblem(
            f"Нет таблицы «{name}» за {year} год. Её создаёт шаг {maker}: выполните «evaluation run {asked}».",
            f"There is no table '{name}' for {year}. Step {maker} makes it: run 'evaluation run {asked}'.",
        )
    try:
        return pd.read_parquet(path)
    except PermissionError:
        raise
    except (ValueError, OSError) as error:  # what the library of Parquet raises for a damaged file
        shown = path.relative_to(workspace.root).as_posix()
        raise InputProblem(
            f"{shown}: файл таблицы «{name}» повреждён и не читается. Шаг {maker} создаст его заново: выполните "
            f"«evaluation run {asked}».",
            f"{shown}: the file of the table '{name}' is damaged and cannot be read. Step {maker} makes it anew: "
            f"run 'evaluation run {asked}'.",
        ) from error


def publish(staging: Path, root: Path) -> list[Path]:
    """Move every staged file to its place under ``root``, each in one step; return the places."""
    places = []
    sources = sorted(path for path in staging.rglob("*") if path.is_file() and path.name != "finished.json")
    for source in sources:
        refuse_released(root / source.relative_to(staging))
    for source in sources:
        target = root / source.relative_to(staging)
        target.parent.mkdir(parents=True, exist_ok=True)
        aside = target.with_name(f".{target.name}.new")
        shutil.move(source, aside)
        os.replace(aside, target)
        places.append(target)
    return places
