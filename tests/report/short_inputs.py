"""What a brief and slides are made of in tests: findings of every kind, two questions, two figures."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from evaluation.report.findings import Finding, findings_frame
from evaluation.report.inputs import ReportInputs
from evaluation.settings import Question, Text

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"></svg>'
NAMES = (
    "coverage_map", "applications_by_year", "reach_by_year", "main_estimates", "exchange_network", "resident_ratings",
    "indicators_by_year",
)  # fmt: skip


def findings(applied: int = 21, trained: tuple[float, float, float] = (36.6, 10.6, 68.7)) -> pd.DataFrame:
    value, low, high = trained
    return pd.concat(
        [
            findings_frame(
                [
                    Finding("units_in_force", 39, "units"),
                    Finding("units_applied", applied, "units"),
                    Finding("units_applied_share", applied / 39, "share", n=39, low=0.3, high=0.7),
                    Finding("units_funded_share", 0.5, "share", n=39, low=0.35, high=0.65),
                    Finding("white_spots", 39 - applied, "units"),
                    Finding("applications", 111, "applications"),
                    Finding("funded", 62, "projects"),
                    Finding("cost_total", 171.4e6, "currency"),
                ],
                "04_map_coverage",
            ),
            findings_frame(
                [Finding("training_events", 5, "events"), Finding("exchange_events", 22, "events")],
                "05_describe_support",
            ),
            findings_frame(
                [
                    Finding("effect_trained_percent", value, "percent", n=348, low=low, high=high),
                    Finding("effect_exposure_percent", 4.2, "percent", n=348, low=-0.4, high=9.0),
                ],
                "06_estimate_outcomes",
            ),
            findings_frame(
                [
                    Finding("levels_measured", 3, "count"),
                    Finding("top_share_satisfied_projects", 0.534, "share", n=308, low=0.47, high=0.6),
                    Finding("returned_residents", 0.611, "share", n=540),
                ],
                "02a_weigh_answers",
            ),
            findings_frame([Finding("applications_change", -17, "applications", n=39)], "08_compare_years"),
        ],
        ignore_index=True,
    )


def inputs(frame: pd.DataFrame | None = None, simulated: bool = True) -> ReportInputs:
    return ReportInputs(
        year=2025,
        title=Text(ru="Программа <script>alert(1)</script>", en="=cmd <script>alert(1)</script>"),
        institute=Text(ru="Институт", en="Institute"),
        findings=findings() if frame is None else frame,
        simulated=simulated,
        period="2019–2025",
        data_date=dt.date(2025, 12, 31),
        questions=(
            Question(id="EQ1", text=Text(ru="Кого охватывает программа?", en="Whom does the programme reach?")),
            Question(id="EQ3", text=Text(ru="Связана ли поддержка?", en="Is support associated?")),
        ),
    )


def figures() -> dict[str, str | bytes]:
    return dict.fromkeys(NAMES, SVG)
