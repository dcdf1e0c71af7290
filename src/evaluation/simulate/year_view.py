"""What the writers of one year's files need, taken once from the whole programme."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from evaluation.simulate.api import SimulatedProgramme
from evaluation.simulate.mess import Names, file_names, names_of
from evaluation.simulate.tables import project_ids

_OF_PROJECT = ("project_funding", "project_participation", "scores")


@dataclass(frozen=True)
class YearView:
    """Tables of one year (clean), names of units by code, people, and the base unit of every project.

    ``former``: names and codes of base units, for rows that stand under a unit that is no longer in force.
    """

    programme: SimulatedProgramme
    year: int
    seed: int
    tables: dict[str, pd.DataFrame]
    names: Names
    files: dict[str, str]
    base_code: pd.Series  # by project_id
    people: dict[str, dict[str, Any]]  # by person_key
    former: dict[str, list[str]]  # names of base units by the code of their successor


def view(programme: SimulatedProgramme, year: int) -> YearView:
    """The tables of ``year`` and everything around them."""
    history = programme.history
    tables = programme.tables
    chosen = {name: frame[frame["year"] == year] for name, frame in tables.items() if "year" in frame.columns}
    ids = set(chosen["projects"]["project_id"])
    for name in _OF_PROJECT:
        chosen[name] = tables[name][tables[name]["project_id"].isin(ids)]
    events = set(chosen["support_events"]["event_id"])
    chosen["attendance"] = tables["attendance"][tables["attendance"]["event_id"].isin(events)]
    exchanges = set(chosen["exchange_events"]["exchange_id"])
    chosen["exchange_participation"] = tables["exchange_participation"][
        tables["exchange_participation"]["exchange_id"].isin(exchanges)
    ]
    waves = set(chosen["survey_waves"]["wave_id"])
    chosen["survey_responses"] = tables["survey_responses"][tables["survey_responses"]["wave_id"].isin(waves)]
    responses = set(chosen["survey_responses"]["response_id"])
    chosen["survey_answers"] = tables["survey_answers"][tables["survey_answers"]["response_id"].isin(responses)]
    persons = set(chosen["attendance"]["person_key"])
    chosen["participants"] = tables["participants"][tables["participants"]["person_key"].isin(persons)]

    base = history.geography.units
    contest = next(contest for contest in history.contests if contest.year == year)
    base_code = pd.Series(base["unit_id"].to_numpy()[contest.unit], index=project_ids(contest))
    successors = history.geography.successors[year]
    former: dict[str, list[str]] = {}
    for k, name in enumerate(base["name"]):
        targets = dict.fromkeys(successors.codes[successors.target[k]])
        for code in targets:
            former.setdefault(code, []).append(f"{name} (часть)" if len(targets) > 1 else str(name))
    names = names_of(successors.units, base)
    people = {str(row["person_key"]): row for row in programme.people.to_dict("records")}
    frames = {name: frame.reset_index(drop=True) for name, frame in chosen.items()}
    return YearView(programme, year, history.seed, frames, names, file_names(year), base_code, people, former)


def wide_projects(year_view: YearView) -> pd.DataFrame:
    """One row a project: its columns, money as planned_<source> and paid_<source>, participations by channel."""
    tables = year_view.tables
    funding = tables["project_funding"].copy()
    funding["column"] = funding["stage"] + "_" + funding["funding_source"]
    money = funding.pivot(index="project_id", columns="column", values="amount")
    channels = tables["project_participation"].pivot(index="project_id", columns="channel", values="participations")
    out = tables["projects"].set_index("project_id", drop=False).join(money).join(channels)
    return out.reset_index(drop=True)
