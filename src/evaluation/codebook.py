"""Variables of every table: labels in two languages, unit, allowed values, aliases of received headers.

``config/codebook.csv`` has one row a variable (``table`` may be ``*``: any table), ``config/codebook_choices.csv``
one row an allowed value. Both are read as text.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from evaluation.settings import InputProblem, Language

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("table", "variable", "label_ru", "label_en", "unit", "list", "aliases", "sensitivity", "note_ru", "note_en")
CHOICE_COLUMNS = ("list", "code", "label_ru", "label_en", "aliases")


@dataclass(frozen=True)
class Codebook:
    """``variables`` has COLUMNS, ``choices`` has CHOICE_COLUMNS; aliases are separated by ``|``."""

    variables: pd.DataFrame
    choices: pd.DataFrame

    @cached_property
    def _rows(self) -> dict[tuple[str, str], dict[str, str]]:
        """Row by table and variable: a report asks a thousand times. Of several the first counts."""
        rows: dict[tuple[str, str], dict[str, str]] = {}
        for row in self.variables.to_dict("records"):
            rows.setdefault((str(row["table"]), str(row["variable"])), {str(key): row[key] for key in row})
        return rows

    def _row(self, table: str, variable: str) -> dict[str, str] | None:
        return self._rows.get((table, variable)) or self._rows.get(("*", variable))

    def label(self, table: str, variable: str, language: Language) -> str:
        """The variable's label; its name where the codebook has none."""
        row = self._row(table, variable)
        text = "" if row is None else str(row[f"label_{language}"])
        return text or variable

    def unit(self, table: str, variable: str) -> str:
        row = self._row(table, variable)
        return "" if row is None else str(row["unit"])

    def note(self, table: str, variable: str, language: Language) -> str:
        """What else is said of the variable; empty where nothing is."""
        row = self._row(table, variable)
        return "" if row is None else str(row[f"note_{language}"])

    def list_of(self, table: str, variable: str) -> str:
        """Name of the variable's list of allowed values; empty where it has none."""
        row = self._row(table, variable)
        return "" if row is None else str(row["list"])

    def allowed(self, table: str, variable: str) -> list[str]:
        """Allowed codes of a category; empty where anything is allowed."""
        name = self.list_of(table, variable)
        return self.choices.loc[self.choices["list"] == name, "code"].tolist() if name else []

    def choice_labels(self, list_name: str, language: Language) -> dict[str, str]:
        """Label by code of one list of allowed values, in the declared order."""
        rows = self.choices[self.choices["list"] == list_name]
        return dict(zip(rows["code"], rows[f"label_{language}"], strict=True))

    def choice_aliases(self, list_name: str) -> dict[str, str]:
        """Code by every spelling that stands for it: the code, both labels, the aliases."""
        rows = self.choices[self.choices["list"] == list_name]
        spellings: dict[str, str] = {}
        for row in rows.itertuples():
            for spelling in (row.code, row.label_ru, row.label_en, *str(row.aliases).split("|")):
                if spelling:
                    spellings.setdefault(spelling, str(row.code))
        return spellings

    def aliases(self, table: str) -> dict[str, list[str]]:
        """Received headers by variable for one table (its own rows only): label and aliases."""
        rows = self.variables[self.variables["table"] == table]
        return {
            row.variable: [text for text in (row.variable, row.label_ru, row.label_en, *row.aliases.split("|")) if text]
            for row in rows.itertuples()
        }

    def sensitivity(self, table: str, variable: str) -> str:
        """``personal`` for names, contacts and free text; otherwise empty."""
        row = self._row(table, variable)
        return "" if row is None else str(row["sensitivity"])


def read_codebook(folder: Path) -> Codebook:
    """Read ``codebook.csv`` and ``codebook_choices.csv`` in ``folder``. Raises InputProblem for missing columns."""
    return Codebook(
        _read(folder / "codebook.csv", COLUMNS),
        _read(folder / "codebook_choices.csv", CHOICE_COLUMNS),
    )


def _read(path: Path, columns: tuple[str, ...]) -> pd.DataFrame:
    # half of the time that a command takes to start is pandas, and not every command opens the codebook
    import pandas as pd

    try:
        frame = pd.read_csv(path, dtype="str", keep_default_na=False, encoding="utf-8-sig")
    except FileNotFoundError:
        raise InputProblem(
            f"Нет файла {path}. Скопируйте его из папки config этого проекта и дополните.",
            f"There is no file {path}. Copy it from this project's config folder and extend it.",
        ) from None
    missing = [name for name in columns if name not in frame.columns]
    if missing:
        raise InputProblem(
            f"{path}, строка 1: нет столбцов {', '.join(missing)}. Ожидались: {', '.join(columns)}.",
            f"{path}, line 1: columns {', '.join(missing)} are missing. Expected: {', '.join(columns)}.",
        )
    repeated = frame[frame.duplicated(subset=list(columns[:2]), keep=False)]
    if len(repeated):
        line = int(repeated.index[-1]) + 2
        entry = ", ".join(repeated.iloc[-1, :2])
        raise InputProblem(
            f"{path}, строка {line}: «{entry}» записано дважды. Оставьте одну строку.",
            f"{path}, line {line}: '{entry}' stands twice. Keep one row.",
        )
    return frame[list(columns)]
