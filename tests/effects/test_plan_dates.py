"""Did the plan come first? By the repository where it knows the plan, by the plan's own word where it does not."""

from __future__ import annotations

import datetime as dt
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from evaluation.effects.plan_dates import COMPARED, compare_dates, deviations
from evaluation.settings import (
    Conley,
    Deviation,
    History,
    InputProblem,
    Model,
    Text,
    arrival_dates,
    history_of,
    read_plan,
)

DECLARED = dt.date(2025, 1, 20)
ARRIVED = dt.date(2025, 6, 1)
ARRIVALS = {"territories": dt.date(2024, 1, 1), "projects": ARRIVED, "scores": dt.date(2025, 7, 1), "teams": None}
PLAN = """\
year: 2025
declared_on: 2025-01-20
models:
  - name: main
    question: Q
    outcome: applications
    exposures: [trained, exposure]
    family: poisson
    estimand: {ru: отношение, en: ratio}
    design: association
    assumption: {ru: нет, en: none}
    fixed_effects: [unit_id, year]
    geography: original
    is_main: true
"""


def commit(folder: Path, day: str) -> None:
    environment = {
        "GIT_AUTHOR_DATE": f"{day}T12:00:00+00:00", "GIT_COMMITTER_DATE": f"{day}T12:00:00+00:00",
        "GIT_AUTHOR_NAME": "n", "GIT_AUTHOR_EMAIL": "e", "GIT_COMMITTER_NAME": "n", "GIT_COMMITTER_EMAIL": "e",
        "PATH": "/usr/bin:/bin:/usr/local/bin", "HOME": str(folder),
    }  # fmt: skip
    for command in (["git", "add", "."], ["git", "commit", "-q", "-m", "x"]):
        subprocess.run(command, cwd=folder, env=environment, check=True)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    (tmp_path / "план").mkdir()
    (tmp_path / "план" / "2025.yml").write_text(PLAN, encoding="utf-8")
    commit(tmp_path, "2025-02-01")
    return tmp_path


@pytest.mark.parametrize(
    ("first_on", "verdict", "days"),
    [
        (dt.date(2025, 5, 31), "first", 1),
        (dt.date(2025, 6, 2), "after", -1),
        (ARRIVED, "same_day", 0),
    ],
)
def test_the_first_commit_is_compared_with_the_first_outcome(first_on: dt.date, verdict: str, days: int) -> None:
    found = compare_dates(DECLARED, History(first_on=first_on, changed_on=first_on), ARRIVALS)
    assert (found.verdict, found.days, found.basis) == (verdict, days, "commit")
    assert (found.outcomes_on, found.outcome_source) == (ARRIVED, "projects"), "territories hold no outcome"


@pytest.mark.parametrize("history", [History(), History(first_on=dt.date(2025, 9, 1), shallow=True)])
def test_without_a_known_commit_the_plan_s_word_is_used_and_said_so(history: History) -> None:
    found = compare_dates(DECLARED, history, ARRIVALS)
    assert (found.basis, found.plan_on, found.verdict) == ("declared", DECLARED, "first")


def test_unrecorded_arrivals_leave_it_open() -> None:
    found = compare_dates(DECLARED, History(first_on=DECLARED), {"projects": None, "territories": ARRIVED})
    assert (found.verdict, found.days, found.outcomes_on) == ("unknown", None, None)


def test_history_of_a_file_in_git(repository: Path) -> None:
    path = repository / "план" / "2025.yml"
    history = history_of(path)
    assert (history.first_on, history.changed_on) == (dt.date(2025, 2, 1), dt.date(2025, 2, 1))
    assert history.known
    assert not history.uncommitted
    moved = repository / "план" / "moved.yml"
    path.rename(moved)
    moved.write_text(PLAN.replace("poisson", "ols"), encoding="utf-8")
    commit(repository, "2025-08-01")
    moved.write_text(PLAN, encoding="utf-8")
    later = history_of(moved)
    assert (later.first_on, later.changed_on) == (dt.date(2025, 2, 1), dt.date(2025, 8, 1))
    assert later.uncommitted
    assert later.first is not None
    assert later.first["models"][0]["family"] == "poisson", "the content of the first commit, under its first name"


def test_history_outside_git_knows_nothing(tmp_path: Path) -> None:
    path = tmp_path / "2025.yml"
    path.write_text(PLAN, encoding="utf-8")
    assert history_of(path) == History()
    assert history_of(tmp_path / "nowhere" / "2025.yml") == History()


def test_a_file_not_yet_committed_has_no_history(repository: Path) -> None:
    path = repository / "план" / "2026.yml"
    path.write_text(PLAN, encoding="utf-8")
    assert not history_of(path).known


def test_nothing_changed_means_no_departure(repository: Path) -> None:
    path = repository / "план" / "2025.yml"
    assert deviations(history_of(path).first, read_plan(path).models, ()).empty


def changed(repository: Path, old: str, new: str) -> list[tuple[str, str, str, str, str]]:
    path = repository / "план" / "2025.yml"
    path.write_text(PLAN.replace(old, new), encoding="utf-8")
    rows = deviations(history_of(path).first, read_plan(path).models, ())
    return [tuple(row) for row in rows[["model", "change", "field", "planned", "executed"]].to_numpy()]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("family: poisson", "family: ols", ("main", "changed", "family", "poisson", "ols")),
        ("[trained, exposure]", "[trained]", ("main", "changed", "exposures", "trained, exposure", "trained")),
        (
            "    geography", "    clusters: stable_unit_id\n    geography",
            ("main", "changed", "clusters", "", "stable_unit_id"),
        ),
        ("outcome: applications", "outcome: funded", ("main", "changed", "outcome", "applications", "funded")),
        ("en: ratio", "en: difference", ("main", "changed", "estimand", "ratio", "difference")),
    ],
)  # fmt: skip
def test_a_changed_field_is_named(repository: Path, old: str, new: str, expected: tuple[str, ...]) -> None:
    assert changed(repository, old, new) == [expected]


def test_a_distance_is_compared_by_its_value(declare: Callable[..., Model]) -> None:
    """The first plan as YAML has it: a whole number as text, where the settings hold 200.0."""
    plain = declare("applications", ("trained",), "ols", name="main", inference=("conley",))
    model = plain.model_copy(update={"conley": Conley(cutoff_km=200, serial_lags=2)})
    written = {**model.model_dump(mode="json"), "conley": {"serial_lags": "2", "cutoff_km": "200"}}
    assert deviations({"models": [written]}, [model], ()).empty
    written["conley"] = {"serial_lags": "2", "cutoff_km": "near"}
    (row,) = deviations({"models": [written]}, [model], ()).to_dict("records")
    assert (row["field"], row["planned"]) == ("conley", "cutoff_km: near, serial_lags: 2")
    assert row["executed"] == "cutoff_km: 200, serial_lags: 2"


def test_renamed_models_are_one_dropped_and_one_added(repository: Path) -> None:
    assert changed(repository, "name: main", "name: best") == [
        ("best", "added", "", "", "applications, trained, exposure"),
        ("main", "dropped", "", "applications", ""),
    ]


def test_what_is_written_as_its_default_is_no_departure(repository: Path) -> None:
    assert changed(repository, "    geography", "    clusters: unit_id\n    outcome_kind: primary\n    geography") == []


def test_statements_explain_changes_or_stand_alone(declare: Callable[..., Model]) -> None:
    model = declare("applications", ("trained",), "ols", name="main")
    first = {"models": [{**model.model_dump(mode="json"), "family": "poisson"}]}
    words = Text(ru="данных мало", en="few data")
    about = Deviation(date=ARRIVED, what=Text(ru="смена", en="change"), why=words, model="main")
    whole = Deviation(date=ARRIVED, what=Text(ru="срок", en="date"), why=words)
    rows = deviations(first, [model], [about, whole])
    assert rows[["model", "change", "why_en", "date"]].to_numpy().tolist() == [
        ["main", "changed", "few data", "2025-06-01"], ["", "stated", "few data", "2025-06-01"],
    ]  # fmt: skip
    assert deviations(None, [model], [about])["change"].tolist() == ["stated"]


def test_every_compared_field_is_one_of_a_model() -> None:
    assert set(COMPARED) <= set(Model.model_fields)


def test_arrivals_are_read_and_bad_days_refused(tmp_path: Path) -> None:
    path = tmp_path / "SOURCES.csv"
    path.write_text(
        "source,file,received_on\nprojects,a,2026-02-01\nprojects,b,2026-01-15\nteams,c,\n", encoding="utf-8"
    )
    assert arrival_dates(path) == {"projects": dt.date(2026, 1, 15)}
    path.write_text("source,received_on\nprojects,2015\nscores,2015-03\n", encoding="utf-8")
    assert arrival_dates(path) == {"projects": dt.date(2015, 1, 1), "scores": dt.date(2015, 3, 1)}
    path.write_text("source,received_on\nprojects,soon\n", encoding="utf-8")
    with pytest.raises(InputProblem, match="line 2, column received_on: 'soon' is no date"):
        arrival_dates(path)
