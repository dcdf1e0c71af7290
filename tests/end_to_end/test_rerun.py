"""A step runs again when something it depends on changed, and only then."""

from __future__ import annotations

import json
import os
import re

import pytest
from demonstration import ROOT, YEAR, YEARS, Place, notebook_cells

from evaluation.pipeline import STEPS
from evaluation.settings import read_programme

PARTS = read_programme(ROOT / "config" / "programme.yml").parts
TASKS = {(step, year) for step in STEPS for year in (YEARS if step.scope == "each_year" else (YEAR,))}
APPLYING = [step for step in STEPS if step.part is None or step.part in PARTS]
EVERY = {(step.name, year) for step, year in TASKS if step in APPLYING}
OUTSIDE = len(TASKS) - len(EVERY)  # tasks of parts that are not switched on


def test_a_second_run_executes_nothing_and_takes_less_than_three_seconds(own: Place) -> None:
    before = own.results()
    answers = [own.evaluation("run", "2025") for _ in range(2)]
    for answer in answers:
        assert answer.code == 0, answer.output
        assert answer.ended("kept") == EVERY
        assert answer.counts == (0, len(EVERY), 0, 0, OUTSIDE)
    assert own.results() == before
    # the seconds of a machine that does nothing else: what others run beside it stretches the clock
    crowding = max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))
    assert min(answer.seconds for answer in answers) < 3 * crowding


@pytest.mark.slow  # the small workspace's table of edits is in every run
def test_comments_docstrings_and_saved_outputs_run_nothing_again(own: Place) -> None:
    source = "src/evaluation"
    own.append(f"{source}/indicators/outcomes.py", "\n\n# A remark that changes nothing.\n")
    own.append(f"{source}/cleaning/layout.py", "# Another one.\n")
    own.edit(
        f"{source}/display/maps/values.py",
        "from __future__ import annotations\n",
        "from __future__ import annotations  # !\n",
    )
    notebook = own.root / "notebooks" / "04_map_coverage.ipynb"
    content = json.loads(notebook.read_text(encoding="utf-8"))
    cells = [cell for cell in content["cells"] if cell["cell_type"] == "code"]
    for number, cell in enumerate(cells, 1):
        cell["execution_count"] = number + 30
        cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": ["seen in the browser\n"]}]
        cell["metadata"] = {**cell["metadata"], "collapsed": True}
    content["metadata"]["language_info"] = {"name": "python", "version": "3.99"}
    notebook.write_text(json.dumps(content, indent=2, ensure_ascii=True), encoding="utf-8")
    answer = own.evaluation("run", "2025")
    assert answer.code == 0, answer.output
    assert answer.counts == (0, len(EVERY), 0, 0, OUTSIDE), answer.output


@pytest.mark.slow
def test_a_changed_parameter_runs_the_steps_that_declare_it(own: Place) -> None:
    own.edit("config/years/2025.yml", "invited_n: 540", "invited_n: 541")
    declaring = {step.name for step in APPLYING if "year.surveys" in step.settings}
    assert declaring == {"02_clean_survey", "02a_weigh_answers", "09_write_report"}
    why = own.evaluation("why", "02_clean_survey", "2025")
    assert why.stdout.splitlines() == [
        "02_clean_survey 2025: stale",
        "  the setting changed: year.surveys.residents_survey.invited_n: 540 -> 541",
    ]
    answer = own.evaluation("run", "2025")
    assert answer.code == 0, answer.output
    # the number asked changes the waves, and with them what the answers are weighed to; the report quotes both
    assert answer.ended("ran") >= {(name, YEAR) for name in declaring}
    later = ("07_check_robustness", "10_hand_in", "10a_write_cards")
    assert answer.ended("ran") <= {(name, YEAR) for name in (*declaring, *later)}
    assert answer.ended("kept") == EVERY - answer.ended("ran")
    waves = own.table("survey_waves").set_index("instrument")
    assert waves.loc["residents", "invited_n"] == 541


def test_every_parameter_makes_stale_just_what_declares_it(own: Place) -> None:
    changes = {
        "application_deadline": ("application_deadline: 2025-02-14", "application_deadline: 2025-02-28"),
        "territory_date": ("territory_date: 2025-12-31", "territory_date: 2025-12-30"),
        "rules": ("max_grant: 2000000", "max_grant: 2500000"),
    }
    for old, new in changes.values():
        own.edit("config/years/2025.yml", old, new)
    lines = [line.split("\t") for line in own.evaluation("status", "2025").stdout.splitlines()]
    lines = [line for line in lines if line[2] != "not_applicable"]
    assert {(name, int(year)) for name, year, *_ in lines} == EVERY
    for setting in changes:
        declaring = {step.name for step in APPLYING if {f"year.{setting}", f"years.{setting}"} & set(step.settings)}
        told = {(name, int(year)) for name, year, _, *why in lines if f".{setting}" in "".join(why)}
        assert told == {(name, YEAR) for name in declaring}, setting
    for name, year, state, *why in lines:
        assert state == "fresh" or int(year) == YEAR
        if state != "fresh" and "the setting changed" not in why[0]:
            assert re.fullmatch(r"step \S+ 2025 has to run first", why[0]), name


@pytest.mark.slow  # the small workspace's table of edits is in every run
def test_the_outputs_in_a_notebook_are_no_reason_to_distrust_this_test(own: Place) -> None:
    """The same edit of a cell's source, not of its outputs, does make the step stale."""
    notebook = own.root / "notebooks" / "04_map_coverage.ipynb"
    content = json.loads(notebook.read_text(encoding="utf-8"))
    index = next(place for place, cell in enumerate(notebook_cells(notebook)) if cell["cell_type"] == "markdown")
    content["cells"][index]["source"] = [*content["cells"][index]["source"], "\nOne sentence more."]
    notebook.write_text(json.dumps(content), encoding="utf-8")
    own.edit(
        "src/evaluation/effects/plan.py",
        "from __future__ import annotations\n",
        "from __future__ import annotations\n\nADDED = 1\n",
    )
    lines = [line.split("\t") for line in own.evaluation("status", "2025").stdout.splitlines()]
    reasons = {name: why for name, _, state, *why in lines if state != "fresh"}
    assert reasons.pop("04_map_coverage")[0].startswith("the notebook changed: changed: the text before cell ")
    assert reasons.pop("06_estimate_outcomes") == ["the code changed: evaluation.effects.plan (added: name ADDED)"]
    assert "01_clean_programme" not in reasons
