"""For work by hand: a year's tables and settings to look at, declared models to change, results that show themselves.

Nothing here writes: what is found in exploring belongs in next year's plan, not in this year's report.

    import evaluation

    year = evaluation.open_year(2025)
    year.show("panel")                                  # what a row is, what the columns hold
    year.tables["panel"]                                # the frame itself; Tab completes the names
    changed = year.model("main", geography="stable")    # a declared model with one decision changed
    year.fit(changed)
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pandas as pd
from pydantic import ValidationError

from evaluation import pipeline, workspace
from evaluation.codebook import Codebook
from evaluation.display.exhibit import Exhibit
from evaluation.display.exhibits import row_accounts_exhibit
from evaluation.display.rich import Shown, columns_exhibit, show_estimates, show_exhibit
from evaluation.effects.estimate import Estimates, with_warning_words
from evaluation.effects.plan import fit_plan
from evaluation.ledger import row_accounts
from evaluation.places import Workspace, open_workspace
from evaluation.report.dictionary_rows import ROWS_RU
from evaluation.settings import InputProblem, Language, Model, Plan, Programme, Text
from evaluation.tables import TABLES
from evaluation.workspace import Named, OpenStep, read_table

FITTED_TABLES = ("practice_years", "team_spells", "scored_applications")


def open_step(name: str, year: int, workspace_folder: str | Path | None = None) -> OpenStep:
    """As ``workspace.open_step``; in a notebook, results and tables are also shown in the workspace's language."""
    step = workspace.open_step(name, year, workspace_folder)
    show_results(step.language, step.codebook)
    return step


def open_year(year: int, workspace_folder: str | Path | None = None, language: Language | None = None) -> OpenYear:
    """A year of a workspace, to look at: any processed table, any setting, the plan and the codebook.

    ``language`` of what is shown: by default the workspace's first. Raises InputProblem where the year is not set up.
    """
    opened = OpenYear(open_workspace(workspace_folder or None), year, language)
    show_results(opened.language, opened.codebook)
    return opened


class OpenYear:
    """A year to look at; nothing can be written through it."""

    def __init__(self, place: Workspace, year: int, language: Language | None = None) -> None:
        place.year(year)
        self.workspace = place
        self.year = year
        self.language: Language = language or place.programme.languages[0]

    def __repr__(self) -> str:
        return f"OpenYear({self.year}): {self.tables!r}"

    @property
    def codebook(self) -> Codebook:
        return self.workspace.codebook

    @property
    def programme(self) -> Programme:
        """``config/programme.yml``; its settings complete with Tab."""
        return self.workspace.programme

    @property
    def plan(self) -> Plan:
        """The year's analysis plan. Raises InputProblem where there is none."""
        plan = self.workspace.plan(self.year)
        if plan is None:
            path = self.workspace.plan_file(self.year).relative_to(self.workspace.root).as_posix()
            raise InputProblem(
                f"Плана анализа на {self.year} год нет: нужен файл {path}. Создайте его по образцу соседнего года.",
                f"There is no analysis plan of {self.year}: the file {path} is needed. Make it after a neighbouring "
                "year's.",
            )
        return plan

    # ---- tables -------------------------------------------------------------------------------------------------

    @property
    def tables(self) -> Named:
        """Every processed table that this year has, by name."""
        made = [table for step in pipeline.STEPS for table in step.makes]
        return Named([name for name in made if self.workspace.table_path(name, self.year).exists()], self.table)

    def table(self, name: str) -> pd.DataFrame:
        """A processed table of this year. Raises InputProblem for a name that no step makes, or that is not there."""
        if name not in TABLES:
            raise InputProblem(
                f"Таблицы «{name}» не бывает. В этом году есть: {self.tables!r}.",
                f"There is no table named '{name}'. This year has: {self.tables!r}.",
            )
        return read_table(self.workspace, name, self.year, self.year)

    def history(self, name: str) -> pd.DataFrame:
        """A processed table of all years up to this one that have it, with the column ``programme_year``."""
        years = [then for then in self.workspace.years_up_to(self.year) if self._has(name, then)]
        if not years:
            return self.table(name)
        frames = [read_table(self.workspace, name, then, self.year).assign(programme_year=then) for then in years]
        return pd.concat(frames, ignore_index=True)

    def _has(self, name: str, year: int) -> bool:
        return name in TABLES and self.workspace.table_path(name, year).exists()

    def show(self, name: str) -> Shown:
        """A table as people judge it: estimates with their reservations, the ledger as an account of rows, any other
        as a list of its columns. No value of a row about people is shown."""
        frame = self.table(name)
        if name in ("estimates", "robustness"):
            return show_estimates(with_warning_words(frame), self.codebook, self.language)
        if name == "row_ledger":
            return show_exhibit(row_accounts_exhibit(row_accounts(frame), self.codebook), self.language)
        table = TABLES[name]
        row = Text(ru=ROWS_RU[table.row], en=table.row)
        return show_exhibit(columns_exhibit(frame, table, self.codebook, row), self.language)

    # ---- models -------------------------------------------------------------------------------------------------

    @property
    def models(self) -> Named:
        """The plan's models by name."""
        return Named([model.name for model in self.plan.models], self.model)

    def model(self, declared: str, /, **changes: Any) -> Model:
        """A declared model, or that model with some of its keys changed; a changed one is no main model.

        Without a ``name`` of its own the changed model is called ``<declared>__explored``. Raises InputProblem for an
        unknown model, key or value.
        """
        models = {model.name: model for model in self.plan.models}
        if declared not in models:
            known = ", ".join(models) or "—"
            raise InputProblem(
                f"В плане {self.year} года нет модели «{declared}». Есть: {known}.",
                f"The plan of {self.year} has no model '{declared}'. There are: {known}.",
            )
        if not changes:
            return models[declared]
        values = models[declared].model_dump() | {"name": f"{declared}__explored", "is_main": False} | changes
        try:
            return Model.model_validate(values)
        except ValidationError as error:
            keys = ", ".join(dict.fromkeys(str(each["loc"][0]) for each in error.errors()))
            raise InputProblem(
                f"Модель «{declared}»: изменения не годятся ({keys}). Ключи и значения — как в файле плана.",
                f"Model '{declared}': the changes do not do ({keys}). Keys and values are those of the plan's file.",
            ) from error

    def fit(self, *models: Model, draws: int = 999, seed: int = 1) -> Estimates:
        """Estimates of models on this year's tables, as the plan's are fitted; without families of hypotheses."""
        found = {name: self.table(name) if self._has(name, self.year) else None for name in _FIRST}
        others = {name: self.table(name) for name in FITTED_TABLES if self._has(name, self.year)}
        return fit_plan(
            found["panel"], found["project_table"], models, found["trial_households"], others=others, draws=draws,
            seed=seed,
        )  # fmt: skip


_FIRST = ("panel", "project_table", "trial_households")


def show_results(language: Language, codebook: Codebook | None = None) -> bool:
    """From now on this notebook shows estimates and tables for people in ``language``; whether there is a notebook."""
    console = sys.modules.get("IPython")
    shell = console.get_ipython() if console is not None else None
    if shell is None:
        return False
    formatter = shell.display_formatter.formatters["text/html"]
    formatter.for_type(
        Estimates, lambda made: show_estimates(with_warning_words(made.frame), codebook, language).html
    )  # fmt: skip
    formatter.for_type(Exhibit, lambda made: show_exhibit(made, language).html)
    return True
