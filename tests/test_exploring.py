"""Work by hand: names that complete, a year to look at, declared models to change, results that show themselves."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pandas as pd
import pytest
from nbclient import NotebookClient

import evaluation
from evaluation.display.exhibit import Exhibit
from evaluation.effects.estimate import Estimates
from evaluation.effects.plan import fit_plan
from evaluation.exploring import OpenYear, open_year, show_results
from evaluation.ledger import row_accounts
from evaluation.places import open_workspace
from evaluation.settings import InputProblem, Text
from evaluation.tables import TABLES
from evaluation.workspace import open_step

ROOT = Path(__file__).resolve().parents[1]
UNITS, YEARS = 24, range(2019, 2026)


def panel() -> pd.DataFrame:
    """A panel in the shape of its contract: 24 units of both geographies, half of them trained."""
    rng = np.random.default_rng(7)
    parts = []
    for geography in ("original", "stable"):
        unit = np.repeat(np.arange(UNITS), len(YEARS))
        year = np.tile(list(YEARS), UNITS)
        trained = (unit % 2 == 0) & (year >= 2020 + unit % 5)
        frame = TABLES["panel"].empty().reindex(range(len(unit)))
        parts.append(
            frame.assign(
                geography=geography, unit_id=[f"{geography[0]}{number:02d}" for number in unit], year=year,
                name="<b>село</b>", population=10_000, trained=trained,
                exposure=rng.poisson(2, len(unit)).astype(float),
                applications=rng.poisson(np.exp(0.6 + 0.3 * trained)), funded=1, participations=50,
            )
        )  # fmt: skip
    return pd.concat(parts, ignore_index=True)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demonstration's settings with a small panel, estimates, a ledger and people in 2025."""
    place = tmp_path_factory.mktemp("workspace")
    shutil.copytree(ROOT / "config", place / "config")
    workspace = open_workspace(place)
    models = [model for model in workspace.plan(2025).models if model.name == "main"]  # type: ignore[union-attr]
    made = panel()
    ledger = pd.DataFrame(
        {
            "source": "projects", "sheet": "s", "row": range(5), "row_class": ["title", "header", *["data"] * 3],
            "fate": [None, None, "kept", "kept", "quarantined"], "record_key": None,
        }
    )  # fmt: skip
    people = TABLES["participants"].empty().reindex(range(3)).assign(person_key=["secret-1", "secret-2", "secret-3"])
    tables = {
        "panel": made,
        "estimates": fit_plan(made, None, models).frame,
        "row_ledger": ledger,
        "participants": people,
    }
    for name, frame in tables.items():
        for year in (2024, 2025) if name == "row_ledger" else (2025,):
            path = workspace.table_path(name, year)
            path.parent.mkdir(parents=True, exist_ok=True)
            frame.to_parquet(path, index=False)
    return place


@pytest.fixture
def year(folder: Path) -> OpenYear:
    return open_year(2025, folder)


def test_the_package_opens_lazily_and_names_what_it_offers() -> None:
    code = (
        "import sys, evaluation; assert 'pandas' not in sys.modules; "
        "assert {'open_step', 'open_year'} <= set(dir(evaluation)); evaluation.open_year; "
        "assert 'evaluation.exploring' in sys.modules; assert 'matplotlib.pyplot' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    with pytest.raises(AttributeError, match="open_step"):
        evaluation.nonsense  # noqa: B018  # reading it is the test
    assert evaluation.open_year is open_year


def test_names_of_a_steps_tables_and_settings_complete(folder: Path) -> None:
    step = open_step("06_estimate_outcomes", 2025, folder)
    assert step.tables._ipython_key_completions_() == list(step.tables) == [*step.step.needs, *step.step.uses]
    assert "panel" in dir(step.tables) and "panel" in step.tables and "panel" in repr(step.tables)
    pd.testing.assert_frame_equal(step.tables["panel"], step.table("panel"))
    pd.testing.assert_frame_equal(step.tables.panel, step.table("panel"))
    assert "plan.models" in step.settings._ipython_key_completions_()
    assert "plan.models" not in dir(step.settings), "not a word: it completes in brackets alone"
    assert step.settings["plan.models"] == step.setting("plan.models")
    with pytest.raises(AttributeError, match="there are panel"):
        step.tables.nonsense  # noqa: B018  # reading it is the test
    with pytest.raises(KeyError, match="does not declare"):
        step.tables["territories"]
    assert not hasattr(step.tables, "_repr_html_")


def test_opened_by_hand_through_the_package(folder: Path) -> None:
    assert evaluation.open_step("06_estimate_outcomes", 2025, folder).year == 2025


def test_a_year_offers_what_it_has_and_writes_nothing(year: OpenYear, folder: Path) -> None:
    before = sorted(folder.rglob("*"))
    assert list(year.tables) == [name for name in year.tables if year._has(name, 2025)]
    assert set(year.tables) == {"panel", "estimates", "row_ledger", "participants"}
    assert "panel" in repr(year)
    assert len(year.tables.panel) == 2 * UNITS * len(YEARS)
    assert sorted(year.history("row_ledger")["programme_year"].unique()) == [2024, 2025]
    assert "main" in year.models and year.plan.year == 2025 and year.programme.simulated
    year.fit(year.model("main"))
    assert sorted(folder.rglob("*")) == before
    assert not [name for name in dir(year) if name.startswith(("write", "save"))]


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda year: year.table("nonsense"), "There is no table named 'nonsense'. This year has: participants"),
        (lambda year: year.table("projects"), "There is no table 'projects' for 2025"),
        (lambda year: year.history("projects"), "There is no table 'projects' for 2025"),
        (lambda year: year.model("nonsense"), "has no model 'nonsense'. There are: main"),
        (lambda year: year.model("main", famly="ols"), "the changes do not do (famly)"),
        (lambda year: year.model("main", family="magic"), "the changes do not do (family)"),
        (lambda year: year.fit(year.model("main", outcome="nonsense")), "no table has the outcome 'nonsense'"),
    ],
)
def test_bad_questions_are_answered_in_words(year: OpenYear, ask: Callable[[OpenYear], Any], words: str) -> None:
    with pytest.raises(InputProblem) as caught:
        ask(year)
    assert words in caught.value.messages["en"]
    assert any("а" <= letter <= "я" for letter in caught.value.messages["ru"])


def test_a_year_that_is_not_set_up_and_one_without_a_plan(folder: Path) -> None:
    with pytest.raises(InputProblem, match="not set up"):
        open_year(1999, folder)
    with pytest.raises(InputProblem, match="no analysis plan of 2019"):
        open_year(2019, folder).plan  # noqa: B018  # reading it is the test


def test_a_changed_model_is_fitted_as_the_plan_would_and_is_no_main_one(year: OpenYear) -> None:
    stable = year.model("main", geography="stable")
    assert (stable.name, stable.is_main, stable.geography) == ("main__explored", False, "stable")
    found = year.fit(year.model("main"), stable)
    by_hand = fit_plan(year.tables["panel"], None, [stable]).frame
    pd.testing.assert_frame_equal(
        found.frame[found.frame["model"] == "main__explored"].reset_index(drop=True), by_hand, check_dtype=False
    )
    kept = year.tables["estimates"].set_index("exposure")["estimate"]
    assert found.one("main", "trained")["estimate"] == pytest.approx(kept["trained"], abs=1e-12)


def test_estimates_are_shown_with_all_that_a_referee_asks(year: OpenYear) -> None:
    shown = year.show("estimates")
    made = shown._repr_mimebundle_()
    for words in ("95 % интервал", "Кластеров (с поддержкой)", "24 (12)", "связь", "кластерные"):
        assert words.replace(" ", "") in made["text/html"].replace("\u00a0", "").replace(" ", ""), words
    assert "Кластеров" in made["text/plain"]
    english = open_year(2025, year.workspace.root, "en").show("estimates").html
    assert "Clusters (supported)" in english and "Кластеров" not in english


def test_the_ledger_is_shown_as_an_account(year: OpenYear) -> None:
    accounts = row_accounts(year.tables["row_ledger"]).iloc[0]
    assert (accounts["rows"], accounts["data"], accounts["kept"], accounts["quarantined"]) == (5, 3, 2, 1)
    assert "| Реестр заявок | 5 | 2 | 3 | 2 | 0 | 1 |" in year.show("row_ledger").text


def test_a_table_is_shown_by_its_columns_and_values_of_people_never(year: OpenYear) -> None:
    shown = year.show("panel").html
    assert "<b>село" not in shown and "село" not in shown, "texts are not shown"
    assert "2019" in shown and "n = 336" in shown and "geography, unit_id, year" in shown
    people = year.show("participants")
    assert "secret" not in people.html + people.text
    assert "псевдонимами" in people.text and "Наименьшее" not in people.text


@pytest.fixture
def shell() -> Iterator[Any]:
    """IPython as a kernel would have it, in this process."""
    from IPython.core.interactiveshell import InteractiveShell

    made = InteractiveShell.instance()
    yield made
    InteractiveShell.clear_instance()


def test_results_show_themselves_in_the_notebooks_language(year: OpenYear, shell: Any) -> None:
    found = year.fit(year.model("main"))
    assert show_results("en", year.codebook)
    html = shell.display_formatter.format(found)[0]["text/html"]
    assert "Clusters (supported)" in html and "Main model: applications" in html
    assert show_results("ru", year.codebook)
    assert "Кластеров (с поддержкой)" in shell.display_formatter.format(found)[0]["text/html"]
    table = Exhibit(
        "t", pd.DataFrame({"x": ["<script>"]}), {"ru": {"x": "икс"}, "en": {"x": "ex"}}, Text(ru="а", en="b")
    )
    made = shell.display_formatter.format(table)[0]["text/html"]
    assert "икс" in made and "<script>" not in made


def test_colours_are_those_of_the_theme(year: OpenYear) -> None:
    html = year.show("estimates").html
    assert "color:#" not in html and "background" not in html


def test_without_a_notebook_nothing_is_registered() -> None:
    assert show_results("en") is False


def test_reservations_are_told_in_words_and_escaped(year: OpenYear) -> None:
    from evaluation.display.rich import SHOWN_ROWS, show_estimates

    frame = year.tables["estimates"].assign(warning_ru="<i>мало</i>", warning_en="<i>few</i>")
    shown = show_estimates(frame, None, "en")
    assert "&lt;i&gt;few" in shown.html and "<i>" not in shown.html and "мало" not in shown.html
    many = pd.concat([frame] * (SHOWN_ROWS // len(frame) + 1), ignore_index=True)
    assert f"The first {SHOWN_ROWS} of {len(many)} are shown." in show_estimates(many, None, "en").html
    assert isinstance(Estimates(frame), Estimates)


@pytest.mark.parametrize("path", sorted((ROOT / "notebooks" / "explore").glob("*.ipynb")), ids=lambda path: path.stem)
def test_the_template_runs_from_top_to_bottom(path: Path, folder: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    place = next(cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", []))
    place.source = f'year = 2025\nworkspace = r"{folder}"'
    NotebookClient(notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": str(ROOT)}}).execute()
    shown = "\n".join(str(out.get("data", {})) for cell in notebook.cells for out in cell.get("outputs", []))
    assert "Модели рядом" in shown and "Что стало с каждой полученной строкой" in shown
    assert "image/png" in shown
