"""The history as tables in the shape of the processed ones (see ``contracts.py``), all years together."""

from __future__ import annotations

import numpy as np
import pandas as pd

from evaluation.contracts import TABLES, conform
from evaluation.simulate import exchange, words
from evaluation.simulate.contest import CHANNELS, CRITERIA, SOURCES, STAGES, Contest
from evaluation.simulate.people import person_keys
from evaluation.simulate.programme import History
from evaluation.simulate.randomness import generator
from evaluation.simulate.schedule import TAUGHT
from evaluation.simulate.training import TEAM, Attendance, send_people

SHEET = "data"
GUEST = exchange.ROLES.index("guest")
# for whom an event of a form is held; a publication is for nobody in particular
COHORTS = {
    "course": "specialists", "seminar": "mixed", "workshop": "team", "immersion": "residents",
    "clock_check": "team", "webinar": "specialists",
}  # fmt: skip


def territories(history: History) -> pd.DataFrame:
    """Units in force in every year; populations of closed cities are left empty as in published statistics."""
    frames = []
    for k, year in enumerate(history.geography.years):
        successors = history.geography.successors[year]
        count = len(successors.units)
        shares = np.diff(successors.cumulative, axis=1, prepend=0.0)
        population, hidden = np.zeros(count), np.zeros(count)
        for j in range(successors.target.shape[1]):
            np.add.at(population, successors.target[:, j], shares[:, j] * history.geography.population[:, k])
            np.add.at(hidden, successors.target[:, j], (shares[:, j] > 0) & ~history.geography.published)
        frame = successors.units[
            [
                "unit_id",
                "name",
                "short_name",
                "type",
                "is_north",
                "is_closed",
                "longitude",
                "latitude",
                "valid_from",
                "valid_to",
            ]
        ].copy()
        frame.insert(1, "year", year)
        known = pd.Series(np.where(hidden > 0, np.nan, np.round(population)))
        frame["population"] = known.astype("Int64")
        frame["population_18plus"] = (known * history.parameters.adult_share).round().astype("Int64")
        frames.append(frame)
    return conformed("territories", pd.concat(frames, ignore_index=True))


def row_codes(history: History, year: int, base: np.ndarray, component: str) -> np.ndarray:
    """Codes in a year's files of rows that lie in base units; rows of split units are divided at random."""
    successors = history.geography.successors[year]
    uniform = generator(history.seed, component, year).random(len(base))
    return _codes(history, year, successors.of(base, uniform))


def person_codes(history: History, year: int, persons: np.ndarray) -> np.ndarray:
    """Codes in a year's files of persons (positions); a person stays on one side of a split."""
    uniform = generator(history.seed, "person codes").random(history.geography.size * TEAM)
    return _codes(history, year, history.geography.successors[year].of(persons // TEAM, uniform[persons]))


def _codes(history: History, year: int, positions: np.ndarray) -> np.ndarray:
    return np.asarray(history.geography.successors[year].codes[positions])


def projects(history: History) -> pd.DataFrame:
    """Applications of all years in the order of their numbers."""
    parts = [_year_projects(history, contest) for contest in history.contests]
    columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    return conformed("projects", pd.DataFrame(columns).assign(source="projects", source_sheet=SHEET))


def project_ids(contest: Contest) -> np.ndarray:
    """Application numbers with their year: '2025-017' is number 17 of 2025."""
    return np.array([f"{contest.year}-{n:03d}" for n in contest.number.tolist()], dtype=object)


def place_name(city: bool, unit: int, place: int) -> str:
    names = words.CITY_PLACES if city else words.PLACES
    return names[(unit * 7 + place * 5) % len(names)]


def _year_projects(history: History, contest: Contest) -> dict[str, np.ndarray]:
    order = np.argsort(contest.number)
    city = np.isin(history.geography.units["type"].to_numpy(), ("city_okrug", "closed_city"))[contest.unit]
    places = [
        place_name(c, u, p)
        for c, u, p in zip(city.tolist(), contest.unit.tolist(), contest.place.tolist(), strict=True)
    ]
    titles = []
    for topic, number, place in zip(contest.topic.tolist(), contest.number.tolist(), places, strict=True):
        options = words.TITLES[topic]
        titles.append(f"{options[number % len(options)]}, {place}")
    columns = {
        "project_id": project_ids(contest),
        "year": np.full(len(order), contest.year),
        "unit_id": row_codes(history, contest.year, contest.unit, "project codes"),
        "place_name": np.array(places, dtype=object),
        "title": np.array(titles, dtype=object),
        "topic": contest.topic,
        "applicant_type": contest.applicant,
        "applied_on": contest.applied_on,
        "score": contest.score,
        "status": contest.status,
        "is_funded": contest.funded,
        "cost_planned": contest.planned.sum(axis=1),
        "cost_actual": contest.paid.sum(axis=1),
        "beneficiaries": contest.beneficiaries,
        # Only winners are given a date of completion.
        "planned_end": np.where(contest.funded, contest.planned_end, np.datetime64("NaT")),
        "finished_on": contest.finished_on,
    }
    columns = {name: values[order] for name, values in columns.items()}
    columns["source_row"] = np.arange(2, len(order) + 2)
    return columns


def project_funding(history: History) -> pd.DataFrame:
    """Money by project, source and stage; unpaid sources have no row."""
    frames = []
    for contest in history.contests:
        order = np.argsort(contest.number)
        ids = project_ids(contest)[order]
        for stage, amounts in zip(STAGES, (contest.planned, contest.paid), strict=True):
            for k, source in enumerate(SOURCES):
                amount = amounts[order, k]
                # Every planned source has a row, except 'other' of projects that have none of it.
                held = np.isfinite(amount) & ((amount > 0) | (source != "other"))
                rows = {"project_id": ids[held], "funding_source": source, "stage": stage, "amount": amount[held]}
                frames.append(pd.DataFrame(rows).assign(source_row=np.flatnonzero(held) + 2))
    out = pd.concat(frames, ignore_index=True).assign(source="projects", source_sheet=SHEET)
    return conformed("project_funding", out.sort_values(["project_id", "stage", "funding_source"], kind="stable"))


def project_participation(history: History) -> pd.DataFrame:
    """Participations by project and channel."""
    frames = []
    for contest in history.contests:
        order = np.argsort(contest.number)
        for k, channel in enumerate(CHANNELS):
            rows = {
                "project_id": project_ids(contest)[order],
                "channel": channel,
                "participations": contest.participation[order, k],
            }
            frames.append(pd.DataFrame(rows).assign(source_row=np.arange(2, len(order) + 2)))
    out = pd.concat(frames, ignore_index=True).assign(
        counted_as="participations", source="projects", source_sheet=SHEET
    )
    return conformed("project_participation", out.sort_values(["project_id", "channel"], kind="stable"))


def scores(history: History) -> pd.DataFrame:
    """Points by project and criterion; applications that were not scored have no row."""
    frames = []
    for contest in history.contests:
        order = np.argsort(contest.number)
        scored = order[np.isfinite(contest.score[order])]
        for k, criterion in enumerate(CRITERIA):
            rows = {
                "project_id": project_ids(contest)[scored],
                "criterion": criterion,
                "points": contest.points[scored, k],
            }
            frames.append(pd.DataFrame(rows).assign(source_row=np.arange(2, len(scored) + 2)))
    out = pd.concat(frames, ignore_index=True).assign(source="scores", source_sheet=SHEET)
    return conformed("scores", out.sort_values(["project_id", "criterion"], kind="stable"))


def attendance_of(history: History, training_only: bool) -> pd.DataFrame:
    """Attendance by person position: training, and (unless ``training_only``) the other streams with lists."""
    frames = [history.attendance.frame()]
    if not training_only:
        other = Attendance()
        for event in history.support_events:
            if event.stream == "training" or event.stream not in TAUGHT:
                continue
            rng = generator(history.seed, "other attendance " + event.event_id, event.year)
            size = history.geography.size
            count = int(rng.integers(8, 15)) if event.mode == "online" else int(rng.integers(2, 5))
            utility = 0.3 * history.geography.activity + 0.3 * history.geography.capacity + rng.gumbel(size=size)
            host = history.hosts[event.event_id]
            if host >= 0:
                utility = utility - history.geography.distance_from(host) / 100.0
            present = np.argsort(-utility, kind="stable")[: min(count, size)]
            more = 0.5 if event.mode == "online" else 3.0
            send_people(
                rng, other, event.event_id, event.hours, event.year, history.teams, present, np.array([], dtype=int),
                more,
                event.mode == "online",
            )  # fmt: skip
        frames.append(other.frame())
    place = {event.event_id: k for k, event in enumerate(history.support_events)}
    out = pd.concat(frames, ignore_index=True)
    order = np.lexsort((out["person"].to_numpy(dtype=int), out["event_id"].map(place).to_numpy(dtype=int)))
    return out.iloc[order].reset_index(drop=True)


def attendance(history: History, rows: pd.DataFrame) -> pd.DataFrame:
    """Attendance in the shape of its contract."""
    persons = rows["person"].to_numpy(dtype=int)
    years = np.array([int(event[:4]) for event in rows["event_id"]])
    codes = np.empty(len(rows), dtype=object)
    for year in history.geography.years:
        inside = years == year
        codes[inside] = person_codes(history, year, persons[inside])
    out = pd.DataFrame(
        {
            "event_id": rows["event_id"],
            "person_key": person_keys(persons),
            "unit_id": codes,
            "sector": history.teams.sector.reshape(-1)[persons],
            "status": rows["status"],
            "hours_present": rows["hours_present"],
            "source": "attendance",
            "source_sheet": SHEET,
            "source_row": np.arange(2, len(rows) + 2),
        }
    )
    return conformed("attendance", out)


def participants(history: History, rows: pd.DataFrame) -> pd.DataFrame:
    """Persons on any list, under the code of their base unit."""
    persons = np.unique(rows["person"].to_numpy(dtype=int))
    base = history.geography.units["unit_id"].to_numpy(dtype=object)[persons // TEAM]
    out = pd.DataFrame(
        {
            "person_key": person_keys(persons),
            "unit_id": base,
            "sector": history.teams.sector.reshape(-1)[persons],
            "key_basis": "registration",
            "key_quality": "certain",
        }
    )
    return conformed("participants", out)


def support_events(history: History, rows: pd.DataFrame) -> pd.DataFrame:
    """Support events of the streams training, methodical, consulting and information."""
    came = rows[rows["status"].isin(["present", "partial"])].groupby("event_id").size()
    listed = rows.groupby("event_id").size()
    out = []
    for event in history.support_events:
        host = history.hosts[event.event_id]
        code = None
        if host >= 0:
            successors = history.geography.successors[event.year]
            # A split host: the part that comes first in the crosswalk, where the old centre lies.
            code = successors.codes[successors.target[host, 0]]
        invited = None
        if event.stream in TAUGHT:
            reported = int(came.get(event.event_id, 0))
            on_list = int(listed.get(event.event_id, 0))
            more = generator(history.seed, "invited " + event.event_id, event.year).poisson(0.2 * on_list + 1)
            invited = on_list + int(more)
        else:
            reported = int(generator(history.seed, "audience " + event.event_id).integers(300, 2500))
        out.append(
            (
                event.event_id, event.year, event.title, event.stream, event.form, event.starts_on, event.ends_on,
                event.hours or None,
                event.mode, code, COHORTS.get(event.form), invited, reported, "support_events", SHEET,
                event.number + 1,
            )
        )  # fmt: skip
    names = [name for name in TABLES["support_events"].names if name != "recipient_unit_id"]
    frame = pd.DataFrame(out, columns=names)
    return conformed("support_events", frame.astype({"invited": "Int64"}))


def exchange_events(history: History) -> pd.DataFrame:
    """Exchange events; a publication has no participants."""
    persons = {meeting.exchange_id: int(meeting.persons.sum()) for meeting in history.meetings}
    out = [
        (
            event.event_id, event.year, event.title, event.form, event.topic, event.starts_on, event.ends_on,
            persons.get(event.event_id), "exchange_events", SHEET, event.number + 1,
        )
        for event in history.exchange_events
    ]  # fmt: skip
    frame = pd.DataFrame(out, columns=list(TABLES["exchange_events"].names))
    frame["reported_participants"] = frame["reported_participants"].astype("Int64")
    return conformed("exchange_events", frame)


def exchange_participation(history: History) -> pd.DataFrame:
    """Units in roles; units that are one after the reform and had the same role are added up."""
    numbers = {event.event_id: event for event in history.exchange_events}
    sizes = [len(meeting.units) for meeting in history.meetings]
    units = np.concatenate([meeting.units for meeting in history.meetings])
    year = np.repeat([numbers[meeting.exchange_id].year for meeting in history.meetings], sizes)
    codes = np.empty(len(units), dtype=object)
    for one in history.geography.years:
        inside = year == one
        codes[inside] = row_codes(history, one, units[inside], "exchange codes")
    out = pd.DataFrame(
        {
            "exchange_id": np.repeat(
                np.array([meeting.exchange_id for meeting in history.meetings], dtype=object), sizes
            ),
            "unit_id": codes,
            "role": np.array(exchange.ROLES, dtype=object)[
                np.concatenate([meeting.roles for meeting in history.meetings])
            ],
            "persons": np.concatenate([meeting.persons for meeting in history.meetings]),
            "invited": np.concatenate([invited_guests(history, meeting) for meeting in history.meetings]),
            "source_row": np.repeat([numbers[meeting.exchange_id].number + 1 for meeting in history.meetings], sizes),
        }
    )
    keys = ["exchange_id", "unit_id", "role"]
    for name in ("persons", "invited"):
        out[name] = out.groupby(keys, sort=False)[name].transform(lambda counts: counts.sum(min_count=1))
    out = out.drop_duplicates(keys, ignore_index=True)
    return conformed("exchange_participation", out.assign(source="exchange_events", source_sheet=SHEET))


def invited_guests(history: History, meeting: exchange.Meeting) -> np.ndarray:
    """People whom each guest unit was asked to send (not fewer than came); nothing for hosts, speakers and experts."""
    rng = generator(history.seed, "exchange invited " + meeting.exchange_id)
    asked = (meeting.persons + rng.poisson(0.6, len(meeting.persons))).astype(float)
    return np.where(meeting.roles == GUEST, asked, np.nan)


def consultations(history: History) -> pd.DataFrame:
    """Consultations; the person who asked is not recorded."""
    held = history.consultations
    codes = np.empty(len(held), dtype=object)
    for year in history.geography.years:
        inside = (held["year"] == year).to_numpy()
        codes[inside] = row_codes(history, year, held["unit"].to_numpy()[inside], "consultation codes")
    out = pd.DataFrame(
        {
            "consultation_id": held["consultation_id"],
            "year": held["year"],
            "consulted_on": held["moment"].dt.normalize(),
            "unit_id": codes,
            "person_key": None,
            "channel": held["channel"],
            "topic": held["topic"],
            "minutes": held["minutes"],
            "source": "consultations",
            "source_sheet": SHEET,
            "source_row": held["number"] + 1,
        }
    )
    return conformed("consultations", out)


def conformed(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """The frame as declared; columns that may be empty and are not simulated are empty."""
    table = TABLES[name]
    empty = table.empty()
    absent = {
        column.name: empty[column.name].reindex(frame.index)
        for column in table.columns
        if not column.required and column.name not in frame
    }
    return conform(frame.assign(**absent), table)
