"""The clean tables of one year in the canonical templates: one sheet, one header row of variable names."""

from __future__ import annotations

import io

import pandas as pd

from evaluation.simulate import workbooks
from evaluation.simulate.mess import day
from evaluation.simulate.questionnaires import QUESTIONNAIRES
from evaluation.simulate.workbooks import put
from evaluation.simulate.year_view import YearView, wide_projects

# columns of survey_responses that a file can hold; the others are worked out from it
_RECEIVED = (
    "response_id", "person_key", "unit_id", "event_id", "started_at", "submitted_at", "duration_s", "stratum", "psu",
    "w_base",
)  # fmt: skip
_PROVENANCE = ["source", "source_sheet", "source_row"]


def canonical_frames(view: YearView) -> dict[str, pd.DataFrame]:
    """Frames by logical source, with names of variables as headers.

    ``projects`` is wide: planned_<source>, paid_<source> and participations_<channel> beside the project's columns;
    ``scores`` is wide: points_<criterion>; ``exchange_events`` has one row an event, unit and role.
    """
    tables = {name: frame.drop(columns=_PROVENANCE, errors="ignore") for name, frame in view.tables.items()}
    projects = wide_projects(view).drop(columns=_PROVENANCE)
    projects = projects.drop(columns=[name for name in projects if name.endswith("_partial")])
    projects = projects.rename(
        columns={name: f"participations_{name}" for name in ("meeting", "questionnaire", "online")}
    )
    points = tables["scores"].pivot(index="project_id", columns="criterion", values="points").add_prefix("points_")
    return {
        "territories": tables["territories"],
        "projects": projects,
        "scores": points.reset_index().rename_axis(columns=None),
        "support_events": tables["support_events"],
        "attendance": tables["attendance"],
        "exchange_events": tables["exchange_events"].merge(
            tables["exchange_participation"], on="exchange_id", how="left"
        ),
        "consultations": tables["consultations"],
        "teams": tables["teams"],
        "team_members": tables["team_members"],
        "practices": tables["practices"],
        "practice_adoptions": tables["practice_adoptions"],
        "participants_survey": _survey(view, "participants"),
        "followup_survey": _survey(view, "followup"),
        "residents_survey": _survey(view, "residents"),
    }


def canonical_bytes(frame: pd.DataFrame, file_name: str) -> bytes:
    """One frame as a workbook or, where the name ends with .csv, as CSV in UTF-8 with a byte order mark."""
    if file_name.endswith(".csv"):
        out = io.StringIO()
        frame.to_csv(out, index=False, date_format="%Y-%m-%d", lineterminator="\r\n")
        return out.getvalue().encode("utf-8-sig")
    book = workbooks.new_workbook(file_name.removesuffix(".xlsx"))
    sheet = book.create_sheet("data")
    for column, name in enumerate(frame.columns, start=1):
        put(sheet, 1, column, str(name))
    for at, row in enumerate(frame.itertuples(index=False), start=2):
        for column, value in enumerate(row, start=1):
            if pd.isna(value):
                continue
            if isinstance(value, pd.Timestamp):
                put(sheet, at, column, day(value), "YYYY-MM-DD")
            else:
                put(sheet, at, column, value.item() if hasattr(value, "item") else value)
    return workbooks.workbook_bytes(book)


def _survey(view: YearView, instrument: str) -> pd.DataFrame:
    """Codes of answers in wide form: one column an item; several choices in one cell, separated by a blank."""
    responses = view.tables["survey_responses"]
    responses = responses[responses["wave_id"] == f"{view.year}-{instrument}"]
    answers = view.tables["survey_answers"]
    answers = answers[answers["response_id"].isin(set(responses["response_id"]))].copy()
    several = {item.name for item in QUESTIONNAIRES[instrument].items if item.type.startswith("select_multiple")}
    single = answers[~answers["item"].isin(several)].copy()
    said = single["missing"].where(~single["missing"].isin(["blank", "not_asked"]))
    single["shown"] = single["code"].where(single["code"].notna(), said)
    wide = single.pivot(index="response_id", columns="item", values="shown")
    for name in several:
        chosen = answers[(answers["item"] == name) & (answers["code"] == "1")]
        wide[name] = chosen.groupby("response_id")["choice"].agg(" ".join)
    out = responses[list(_RECEIVED)].copy()
    for name in ("started_at", "submitted_at"):
        out[name] = out[name].dt.strftime("%Y-%m-%d %H:%M:%S")  # a form is sent at a moment, not on a day
    return out.merge(wide.reset_index().rename_axis(columns=None), on="response_id", how="left").reset_index(drop=True)
