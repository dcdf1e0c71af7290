"""The five streams of support and what each consists of, as an institute's support system describes them.

Training: courses; seminars and webinars. Methodical help: materials and templates; a rubric in a periodical; work on
the applicants' contest documents. Consulting: curators of the teams; clock checks; immersion sessions. Information: the
programme's site; social networks; promotion. Exchange: inter-municipal meetings; publications on themes; teams as
experts of meetings; a messenger group. Membership of the group is potential, not contact, and is never counted.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from evaluation.contracts import TABLES, conform
from evaluation.field.teams.acts import TeamYears, acts_of_teams, registers_told, unit_keys
from evaluation.field.teams.dose import match_acts

EXPERT_ROLES = ("speaker", "expert")


@dataclass(frozen=True)
class Content:
    """A kind of help: its stream, the registers that tell of it, and what those name (person, application,
    municipality or nobody); a content that no register tells of is ``not_recorded``."""

    name: str
    stream: str
    registers: tuple[str, ...]
    known_of: str


CONTENTS: tuple[Content, ...] = (
    Content("courses", "training", ("support_events",), "person"),
    Content("seminars", "training", ("support_events",), "person"),
    Content("materials", "methodical", ("support_events",), "person"),
    Content("rubric", "methodical", ("publications",), "nobody"),
    Content("contest_documents", "methodical", ("document_reviews",), "application"),
    Content("curators", "consulting", ("consultations",), "municipality"),
    Content("clock_checks", "consulting", ("support_events",), "person"),
    Content("immersions", "consulting", ("support_events",), "person"),
    Content("website", "information", ("publications",), "nobody"),
    Content("social_networks", "information", ("publications",), "nobody"),
    Content("promotion", "information", ("support_events", "publications"), "nobody"),
    Content("meetings", "exchange", ("exchange_events",), "municipality"),
    Content("thematic_publications", "exchange", ("exchange_events",), "nobody"),
    Content("team_experts", "exchange", ("exchange_events",), "municipality"),
    Content("messenger_group", "exchange", (), "not_recorded"),
)
_CHANNELS = {
    "periodical": "rubric", "handbook": "rubric", "website": "website", "municipal_website": "website",
    "social_network": "social_networks", "broadcast": "promotion", "other": "promotion",
}  # fmt: skip


def content_of(acts: pd.DataFrame) -> pd.Series:
    """Content of every row (``register``, ``stream``, ``form``); empty for what belongs to none, as chat messages.

    A unit's part as expert or speaker is told beside its meeting (``support_contents``), not instead of it.
    """
    form, stream, register = acts["form"], acts["stream"], acts["register"]
    events = register.eq("support_events")
    found = pd.Series(None, index=acts.index, dtype="str")
    rules = (
        (register.eq("consultations"), "curators"),
        (register.eq("document_reviews"), "contest_documents"),
        (stream.eq("exchange") & form.eq("publication"), "thematic_publications"),
        (stream.eq("exchange"), "meetings"),
        (events & stream.eq("training") & form.eq("course"), "courses"),
        (events & stream.eq("training"), "seminars"),
        (events & stream.eq("methodical"), "materials"),
        (events & stream.eq("consulting") & form.eq("clock_check"), "clock_checks"),
        (events & stream.eq("consulting"), "immersions"),
        (events & stream.eq("information"), "promotion"),
    )
    for rows, name in rules:
        found = found.mask(found.isna() & rows, name)
    return found.mask(register.eq("publications"), form.map(_CHANNELS))


def support_contents(
    years: TeamYears, acts: pd.DataFrame | None = None, matched: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Contract ``support_contents``: what each stream held before every deadline, and how many it reached.

    Every content of CONTENTS has a row in every year. ``acts`` are empty where neither the year's files nor those of
    the year before hold the register: unknown is not zero. So are units and teams of contents that name nobody.
    """
    told = registers_told(years)
    acts = acts_of_teams(years) if acts is None else acts
    matched = match_acts(years, acts) if matched is None else matched
    acts = acts.assign(content=content_of(acts))
    acts["unit"] = unit_keys(years, acts["unit_id"], acts["file_year"], acts["year"])
    matched = matched.assign(content=content_of(matched))
    experts = {"acts": acts["role"].isin(EXPERT_ROLES), "matched": matched["role"].isin(EXPERT_ROLES)}
    rows = []
    for content in CONTENTS:
        is_expert = content.name == "team_experts"
        own = acts[experts["acts"]] if is_expert else acts[acts["content"] == content.name]
        teams = matched[experts["matched"]] if is_expert else matched[matched["content"] == content.name]
        for year in years.years:
            known = any({year, year - 1} & told[register] for register in content.registers)
            names_some = known and content.known_of != "nobody"
            found = own[own["year"] == year]
            rows.append(
                {
                    "stream": content.stream,
                    "content": content.name,
                    "year": year,
                    "known_of": content.known_of if known else "not_recorded",
                    "acts": found["act_id"].nunique() if known else None,
                    "units_reached": found["unit"].dropna().nunique() if names_some else None,
                    "teams_reached": teams.loc[teams["year"] == year, "team_id"].nunique() if names_some else None,
                }
            )
    frame = pd.DataFrame(rows)
    counts = ["acts", "units_reached", "teams_reached"]
    return conform(frame.astype(dict.fromkeys(counts, "Int64")), TABLES["support_contents"])
