"""How many people were asked in a wave, counted from the attendance of the events that hand out questionnaires.

A number that the settings declare stands, and is compared. Where lists leave open who came nothing is guessed: a base
that is too small would show a response that nobody had.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd

from evaluation.settings import AskedAtEvents, Survey

ATTENDED = ("present", "partial")
FOLLOW_UP = "followup"
"""The questionnaire that people get once, weeks after their last event."""
_MANY = 10


@dataclass(frozen=True)
class Asked:
    """The number asked in one wave.

    ``invited_n`` and ``frame_n`` as the wave has them (None: not known); ``basis`` says whose number ``invited_n`` is:
    declared, or attendance. ``remark`` is a rule of issues (or None), ``declared`` and ``counted`` what it is about,
    ``gaps`` the events whose number of people is open.
    """

    invited_n: int | None
    frame_n: int | None
    basis: str | None = None
    remark: str | None = None
    declared: int | None = None
    counted: int | None = None
    gaps: tuple[str, ...] = ()

    @property
    def named_gaps(self) -> str:
        """The events of ``gaps`` in one line, the first ten of them."""
        more = ", …" if len(self.gaps) > _MANY else ""
        return ", ".join(self.gaps[:_MANY]) + more


def attended_by_event(support_events: pd.DataFrame, attendance: pd.DataFrame) -> pd.DataFrame:
    """People at every event, index event_id: ``attended`` (Int64) and ``basis``.

    ``basis``: list (different people marked present, at least in part), reported (the organisers' number, where no
    list names anybody present), or unknown. A list on which nobody is present and no number beside it is 0 by list.
    """
    events = pd.Index(support_events["event_id"].astype("str"), name="event_id")
    came = attendance[attendance["status"].isin(ATTENDED)].groupby("event_id")["person_key"].nunique()
    listed = pd.Series(came.reindex(events).to_numpy(), index=events).astype("Int64")
    reported = pd.Series(support_events["reported_participants"].array, index=events).astype("Int64")
    has_list = pd.Series(events.isin(attendance["event_id"].unique()), index=events)
    number = listed.fillna(reported).mask(listed.isna() & reported.isna() & has_list, 0)
    by_list = listed.notna() | (has_list & reported.isna())
    basis = np.select([by_list, reported.notna()], ["list", "reported"], "unknown")
    return pd.DataFrame({"attended": number, "basis": basis}, index=events)


def asked_in_wave(
    survey: Survey, responses: pd.DataFrame, support_events: pd.DataFrame | None, attendance: pd.DataFrame | None
) -> Asked:
    """How many were asked: the declared number where there is one, else the base that attendance gives.

    ``responses`` (event_id, person_key) are the wave's; ``support_events`` and ``attendance`` the tables of its year.
    Which events count says ``survey.asked``; without it a census whose responses name events asked all attendances
    of the stream ``training`` (its ``followup`` every person once). The base is open, and says so, where an event has
    neither list nor reported number, more answered than came, or answers name other events.
    """
    declared = survey.invited_n
    if declared is None and survey.design == "census":
        declared = survey.frame_n
    plain = Asked(survey.invited_n, survey.frame_n, "declared" if survey.invited_n is not None else None)
    at = _events_asked(survey, responses)
    if at is None or support_events is None or attendance is None:
        return plain
    counted, gaps = _counted(at, survey.field_to, responses, support_events, attendance)
    if declared is not None:
        if gaps or counted in (declared, None):
            return plain
        return Asked(survey.invited_n, survey.frame_n, plain.basis, "asked_differs", declared, counted)
    if counted is None:
        return Asked(None, survey.frame_n, None, "asked_unknown", gaps=gaps)
    frame = counted if survey.design == "census" and survey.frame_n is None else survey.frame_n
    return Asked(counted, frame, "attendance", counted=counted)


def _events_asked(survey: Survey, responses: pd.DataFrame) -> AskedAtEvents | None:
    if survey.asked is not None:
        return survey.asked
    if survey.design != "census" or not responses["event_id"].notna().any():
        return None
    return AskedAtEvents(each="person" if survey.instrument == FOLLOW_UP else "attendance")


def _counted(
    at: AskedAtEvents,
    field_to: dt.date | None,
    responses: pd.DataFrame,
    support_events: pd.DataFrame,
    attendance: pd.DataFrame,
) -> tuple[int | None, tuple[str, ...]]:
    """The base (None where it is open) and the events that leave it open."""
    ends = support_events["ends_on"]
    chosen = support_events["stream"] == at.stream
    if at.ended_from is not None:
        chosen &= ends >= pd.Timestamp(at.ended_from)
    last = at.ended_until or field_to
    if last is not None:
        chosen &= ends < pd.Timestamp(last) + pd.Timedelta(days=1)
    people = attended_by_event(support_events[chosen.fillna(False).astype(bool)], attendance)
    named = responses["event_id"].dropna().astype("str")
    elsewhere = set(named) - set(people.index)
    if at.each == "person":
        open_events = people.index[people["basis"].ne("list") & people["attended"].ne(0).fillna(True)]
        present = attendance["status"].isin(ATTENDED) & attendance["event_id"].isin(people.index)
        total = int(attendance.loc[present, "person_key"].nunique())
    else:
        came = people["attended"].to_numpy(dtype=float, na_value=np.nan)
        answered = _different_people(responses).reindex(people.index).fillna(0).to_numpy(dtype=float)
        open_events = people.index[np.isnan(came) | (answered > came)]
        total = int(np.nansum(came))
    gaps = tuple(sorted({*open_events, *elsewhere}))
    return (None if gaps or len(responses) > total else total), gaps


def _different_people(responses: pd.DataFrame) -> pd.Series:
    """Respondents by event: different persons, and responses of which nobody knows whose they are."""
    named = responses[responses["event_id"].notna()]
    whose = named["person_key"].astype("object").where(named["person_key"].notna(), named["response_id"])
    return whose.groupby(named["event_id"].astype("str")).nunique()
