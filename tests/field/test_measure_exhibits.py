"""Tables, figures and findings of measures and decisions show the numbers they were given, hide what must be hidden."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgb

from evaluation.codebook import Codebook, read_codebook
from evaluation.display import measure_exhibits, resolution_exhibits
from evaluation.display.measure_charts import MOST_PROJECTS, not_done_plot, progress_plot, status_matrix_plot
from evaluation.effects.claims import judge_claims, read_claims
from evaluation.field.resolutions.following import Problems, Recommendations
from evaluation.field.resolutions.recommendations import not_done_curve
from evaluation.field.resolutions.shares import Agreement, Share
from evaluation.report.findings import findings_frame
from evaluation.report.summaries.measures import measure_findings, resolution_findings, selfgovernment_findings
from evaluation.settings import LANGUAGES, Language
from evaluation.tables import TABLES

CONFIG = Path(__file__).resolve().parents[2] / "config"
STATUSES = ("planned", "in_progress", "done", "suspended", "cancelled", "no_status")


@pytest.fixture(scope="module")
def codebook() -> Codebook:
    return read_codebook(CONFIG)


def matrix(*rows: tuple[str | None, dict[str, int]]) -> pd.DataFrame:
    frame = pd.DataFrame([{"project": name} | dict.fromkeys(STATUSES, 0) | counts for name, counts in rows])
    return frame.assign(overdue=0, n=frame[list(STATUSES)].sum(axis=1))


def way(**progress: tuple[float | None, float | None]) -> pd.DataFrame:
    """Progress of measures in 2024 and 2025."""
    rows = [
        {"measure_id": name, "year": year, "project": "A", "progress": value}
        for name, values in progress.items()
        for year, value in zip((2024, 2025), values, strict=True)
    ]
    frame = pd.DataFrame(rows).astype({"progress": "float64"})
    return frame.assign(target_changed=pd.array([False] * len(frame), dtype="boolean"))


# ---- figures -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_matrix_is_legible_in_grey(codebook: Codebook, language: Language) -> None:
    shown = matrix(("A", {"done": 9, "planned": 1}), (None, {"done": 4}), ("B", {"in_progress": 12}))
    figure = status_matrix_plot(shown, measure_exhibits.status_labels(codebook)[language], language)
    axes = figure.axes[0]
    shades = [to_rgb(patch.get_facecolor())[0] for patch in axes.patches]
    counts = shown[["planned", "in_progress", "done"]].to_numpy().ravel()
    order = np.argsort(counts, kind="stable")
    assert (np.diff(np.array(shades)[order]) <= 1e-9).all() and len(set(shades)) == len(set(counts.tolist()))
    assert all(len(set(to_rgb(patch.get_facecolor()))) == 1 for patch in axes.patches)
    texts = {text.get_text(): text for text in axes.texts}
    assert set(texts) == {"1", "4", "9", "12"}
    for text in texts.values():
        column, row = text.get_position()
        shade = shades[int(row) * 3 + int(column)]
        assert abs(to_rgb(text.get_color())[0] - shade) > 0.35
    assert len(axes.get_xticks()) == 3  # statuses without a measure are left out


def test_a_long_matrix_says_what_it_leaves_out(codebook: Codebook) -> None:
    rows = matrix(*((f"project {k}", {"done": 1}) for k in range(MOST_PROJECTS + 3)))
    figure = status_matrix_plot(rows, measure_exhibits.status_labels(codebook)["en"], "en")
    assert len(figure.axes[0].get_yticks()) == MOST_PROJECTS
    assert "not shown: 3" in str(figure._supxlabel.get_text())


def test_progress_shows_every_measure_and_counts_the_others() -> None:
    shown = way(a=(0.2, 0.6), b=(None, 2.4), c=(0.1, None), d=(-0.9, -0.8))
    figure = progress_plot(shown, 2025, "en")
    axes = figure.axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["a", "b", "d"]
    assert {text.get_text().replace("\u00a0", " ") for text in axes.texts} == {"240 %", "−80 %"}
    assert "cannot be computed: 1" in str(figure._supxlabel.get_text())
    markers = [line.get_marker() for line in axes.lines if len(line.get_xdata()) == 1]
    assert markers.count(">") == 1 and markers.count("<") == 1


def test_a_changed_target_hides_the_way_to_the_old_one() -> None:
    shown = way(a=(0.2, 0.6), b=(0.3, 0.9))
    shown.loc[(shown["measure_id"] == "b") & (shown["year"] == 2025), "target_changed"] = True
    figure = progress_plot(shown, 2025, "en")
    hollow = [line for line in figure.axes[0].lines if line.get_markerfacecolor() == "white"]
    assert [line.get_xdata()[0] for line in hollow] == [0.2]
    assert "target was changed: 1" in str(figure._supxlabel.get_text())


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_to_draw_is_said(codebook: Codebook, language: Language) -> None:
    labels = measure_exhibits.status_labels(codebook)[language]
    empty = TABLES["recommendation_progress"].empty()
    for figure in (
        status_matrix_plot(pd.DataFrame(columns=["project", *STATUSES, "n"]), labels, language),
        progress_plot(TABLES["measure_progress"].empty(), 2025, language),
        not_done_plot(not_done_curve(empty), resolution_exhibits.curve_labels()[language], language),
    ):
        assert figure.texts and not figure.axes


# ---- tables --------------------------------------------------------------------------------------------------------


def test_the_status_table_names_what_has_no_name(codebook: Codebook) -> None:
    shown = measure_exhibits.status_exhibit(matrix(("A", {"done": 2}), (None, {"no_status": 1})), codebook)
    assert shown.cell(1, "project", "ru") == "Без проекта" and shown.cell(1, "project", "en") == "Without a project"
    assert shown.heading("done", "ru") == "Выполнена" and shown.heading("no_status", "en") == "Not stated"


def coverage() -> pd.DataFrame:
    frame = pd.DataFrame(
        {"unit_id": ["all", "u1", "u2"], "year": 2025, "bodies": [3, 1, 2], "bodies_with_residents": [3, 1, 2],
         "legal_entities": [0, 0, 0], "residents": [43.0, 3.0, 40.0], "population": [300.0, 100.0, 200.0],
         "residents_share": [43 / 300, 0.03, 0.2], "units": [2, 1, 1], "units_with_bodies": [2, 1, 1],
         "units_share": [1.0, 1.0, 1.0], "low": [0.34, None, None], "high": [1.0, None, None], "gap": None}
    )  # fmt: skip
    return frame


def test_hidden_residents_are_in_no_form_of_the_table(codebook: Codebook) -> None:
    hidden = pd.DataFrame(False, index=range(3), columns=coverage().columns)
    hidden.loc[1:, ["residents", "residents_share"]] = True
    shown = measure_exhibits.coverage_exhibit(coverage(), {"u1": "One", "u2": "Two"}, codebook, hidden=hidden)
    assert shown.cell(1, "residents", "en") == "×" and shown.cell(0, "residents", "en") == "43"
    assert shown.frame["residents"].tolist()[0] == 43 and shown.frame["residents"].isna().tolist() == [
        False,
        True,
        True,
    ]
    assert shown.cell(1, "units_share", "en") == "n/a" and shown.cell(0, "units_share", "en") == "100.0"


def test_a_median_that_was_never_reached_is_no_number(codebook: Codebook) -> None:
    row = dict.fromkeys(("recommendations", "events", "no_addressee", "never_checked", "done", "refused", "irrelevant",
                         "due", "due_done", "in_time"), 1)  # fmt: skip
    themes = pd.DataFrame([{"theme": "all", **row, "done_share": 0.5, "low": 0.1, "high": 0.9, "median_days": np.inf}])
    shown = resolution_exhibits.recommendations_exhibit(themes, codebook)
    assert shown.cell(0, "median_days", "ru") == "—" and shown.cell(0, "theme", "ru") == "Все темы"


# ---- findings ------------------------------------------------------------------------------------------------------


def recommendations(share: Share, median: float = 200.0) -> Recommendations:
    progress = pd.DataFrame({"year": [2024, 2025, 2025], "has_addressee": [True, False, False],
                             "outcome": ["done", "refused", "never_checked"]})  # fmt: skip
    return Recommendations(progress, pd.DataFrame(), pd.DataFrame(), share, median)


def problems() -> Problems:
    themes = pd.DataFrame({"theme": ["a", "a", "b"], "is_recurring": [False, True, False]})
    return Problems(pd.DataFrame({"theme": ["a", "a", None]}), themes, themes, Agreement(0.8, 0.7, 0.5, 0.9, 20))


def test_findings_of_decisions_by_hand() -> None:
    found = findings_frame(resolution_findings(recommendations(Share(0.75, 0.6, 0.85, 40, 9)), problems(), 2025), "s")
    values = found.set_index("name")
    expected = {"recommendations": 3, "recommendations_of_year": 2, "recommendations_no_addressee": 2 / 3,
                "recommendations_never_checked": 1, "recommendations_refused": 1, "recommendations_due": 40,
                "recommendations_due_events": 9, "recommendations_done_over_half": 0.25, "problems_uncoded": 1,
                "problem_themes_recurring": 1, "coder_kappa": 0.7}  # fmt: skip
    assert values.loc[list(expected), "value"].to_dict() == pytest.approx(expected)
    assert values.loc["recommendations_done_share", ["low", "high", "n"]].tolist() == [0.6, 0.85, 40]


@pytest.mark.parametrize(
    ("share", "verdict"),
    [
        (Share(0.75, 0.6, 0.85, 40, 9), "agrees"),
        (Share(0.55, 0.4, 0.7, 40, 9), "unclear"),
        (Share(0.2, 0.1, 0.4, 40, 9), "disagrees"),
        (Share(0.75, None, None, 40, 1), "not_made"),  # one event tells no error: nothing is claimed
        (Share(None, None, None, 0, 0), "not_made"),
    ],
)
def test_the_claim_that_recommendations_are_carried_out(share: Share, verdict: str) -> None:
    claims = read_claims(CONFIG / "claims.csv")
    found = findings_frame(resolution_findings(recommendations(share), problems(), 2025), "s")
    estimates = pd.DataFrame(columns=["model", "exposure"])
    judged = judge_claims(claims, estimates, found).set_index("claim")["verdict"]
    assert judged["C11"] == verdict and judged["C12"] == "not_testable"


@pytest.mark.parametrize("median", [float("inf"), float("nan")])
def test_a_median_never_reached_is_a_finding_without_value(median: float) -> None:
    share = Share(0.75, 0.6, 0.85, 40, 9)
    found = findings_frame(resolution_findings(recommendations(share, median), problems(), 2025), "s")
    assert pd.isna(found.set_index("name").loc["recommendations_median_days", "value"])


def test_findings_of_measures_and_coverage_by_hand() -> None:
    names = TABLES["measure_progress"].names
    flags = {"has_indicator": True, "has_owner": False, "has_due_date": True, "has_evidence": True}
    row = dict.fromkeys(names) | {"year": 2025, "project": "A", "status": "done", "progress": 0.5} | flags
    rows = [row, row | {"status": "in_progress", "is_overdue": True, "progress": 0.3, "project": "B"},
            row | {"year": 2024}]  # fmt: skip
    tasks = pd.DataFrame({"task_number": [1, 2, 3], "measures": [0, 4, 1]})
    found = measure_findings(pd.DataFrame(rows, columns=names), tasks, 2025)
    values = {finding.name: finding.value for finding in found}
    assert values["measures"] == 2 and values["measure_projects"] == 2 and values["measures_overdue"] == 1
    assert values["measures_without_owner"] == 2 and values["tasks_absent"] == 1
    assert values["measures_progress_median"] == pytest.approx(0.4)
    support = pd.DataFrame(columns=["support_stage", "year"])
    covered = {finding.name: finding.value for finding in selfgovernment_findings(coverage(), support, 2025)}
    assert covered["selfgovernment_bodies"] == 3 and covered["selfgovernment_units_doubled"] == 0


def test_years_without_a_register_have_no_findings() -> None:
    nothing = TABLES["measure_progress"].empty()
    support = pd.DataFrame(columns=["support_stage", "year"])
    assert measure_findings(nothing, pd.DataFrame({"measures": []}), 2025) == []
    assert selfgovernment_findings(TABLES["selfgovernment_coverage"].empty(), support, 2025) == []
    none = dataclasses.replace(recommendations(Share(None, None, None, 0, 0)), progress=pd.DataFrame())
    silent = dataclasses.replace(problems(), named=pd.DataFrame())
    assert resolution_findings(none, silent, dt.date(2025, 1, 1).year) == []
