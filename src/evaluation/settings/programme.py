"""``config/programme.yml`` and ``config/years/<year>.yml`` as typed settings."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import Field

from evaluation.settings.base import Language, Settings, Text
from evaluation.settings.reporting import ReportFacts
from evaluation.settings.returns import ReturnSettings
from evaluation.settings.survey_asked import AskedAtEvents
from evaluation.settings.survey_quality import Exclusion, SurveyQuality

# ---- programme.yml ------------------------------------------------------------------------------------------


class Registry(Settings):
    """Where the territorial units are listed and by which rules their codes are checked."""

    kind: Literal["oktmo", "list"] = Field(description="rules of the codes: OKTMO, or a plain list")
    units: str = Field(description="CSV of the units, relative to the workspace")
    crosswalk: str | None = Field(None, description="CSV of changes of territory, relative to the workspace")
    boundaries: str | None = Field(None, description="file of boundaries, relative to the workspace or absolute")
    boundaries_date: dt.date | None = Field(None, description="the day they show; else the year's")
    unit_name: Text = Field(description="what a unit is called, e.g. municipality")


class Currency(Settings):
    code: str = Field(pattern="^[A-Z]{3}$", description="three letters of ISO 4217, such as RUB")
    label: Text = Field(description="the unit in words, as it stands after a number: roubles")


class Disclosure(Settings):
    """Rules that keep single people from being recognised in published tables and maps."""

    threshold: Annotated[int, Field(ge=1)] = Field(5, description="counts of people below this are hidden")


class Tolerance(Settings):
    """How far two values of a column may lie apart and still count as equal: absolute + relative * the larger one."""

    relative: float = Field(0.0, ge=0, description="part of the larger value by which the two may differ")
    absolute: float = Field(0.0, ge=0, description="difference that is always allowed, in the units of the column")


class ReferenceTotal(Settings):
    """A published total that the register must be compared with."""

    name: str = Field(description="its code")
    label: Text = Field(description="what it counts, in words")
    measure: Literal["projects_funded", "applications", "cost", "participations", "units_with_projects"] = Field(
        description="what of the register it is compared with"
    )
    scale: float = Field(1.0, gt=0, description="the published value is in this many units of the register")
    published: float = Field(description="the value as it was published")
    unit: str = Field(description="its unit: projects, persons, currency")
    years: tuple[int, int] | None = Field(None, description="first and last year it covers; empty = all years")
    reference: str = Field(description="where it was published")
    explanation: Text = Field(description="why the register may differ")


class Exposure(Settings):
    """How exchange is turned into exposure to peers' earlier training and wins."""

    lag_years: Annotated[int, Field(ge=1)] = Field(1, description="peers' training and wins count when this old")
    teaching_roles: tuple[str, ...] = Field(
        ("host", "speaker", "expert"), description="roles from which knowledge flows"
    )
    weight: Literal["one", "events", "persons"] = Field("events", description="how a tie is weighted")
    half_life_years: float = Field(2.0, gt=0, description="a dose of training counts half when this many years old")
    network_draws: Annotated[int, Field(ge=1)] = Field(
        199, description="re-drawn networks behind the exposure that was to be expected"
    )
    network_seed: int = Field(1, description="their seed")


class MapSettings(Settings):
    projection: str = Field(description="an equal-area projection as a PROJ or WKT string")
    classes: Annotated[int, Field(ge=2, le=9)] = Field(5, description="classes of colour in a map, at most")
    credit: Text | None = Field(None, description="whose boundaries these are: a line under maps drawn with them")


class AccessSettings(Settings):
    """How far the nearest event may be, and what a proposal of places for the next ones is asked."""

    thresholds_km: tuple[Annotated[float, Field(gt=0)], ...] = Field(
        (50, 100, 200, 400), description="residents within these kilometres of the nearest event are counted"
    )
    thresholds_minutes: tuple[Annotated[float, Field(gt=0)], ...] = Field(
        (60, 120, 180), description="the same for minutes of travel, where there is a travel matrix"
    )
    travel_matrix: str | None = Field(
        None, description="csv or xlsx of travel (from_unit, to_unit, minutes, km), relative to the workspace"
    )
    assumed_kmh: float | None = Field(
        None, gt=0, description="speed over the great circle for pairs that the matrix lacks; empty = not known"
    )
    method: Literal["p_median", "max_covering"] = Field(
        "p_median", description="shortest mean way, or most of the demand within reach"
    )
    weights: Literal["residents", "teams", "white_spots"] = Field("residents", description="whose way is shortened")
    k: Annotated[int, Field(ge=1)] | None = Field(
        None, description="events to place; empty = as many as the plan at hand has venues"
    )
    reach_km: float = Field(100, gt=0, description="within reach of an event, by kilometres")
    reach_minutes: float = Field(120, gt=0, description="within reach of an event, by minutes of travel")
    candidates: tuple[str, ...] | None = Field(None, description="codes of units that can hold an event; empty = all")
    fixed: tuple[str, ...] = Field((), description="codes of venues that are already settled")
    excluded: tuple[str, ...] = Field((), description="codes of units where no event can be held")
    capacity: dict[str, Annotated[float, Field(ge=0)]] | None = Field(
        None, description="how many units' teams a venue can take, by code; without a number: any"
    )
    draws: Annotated[int, Field(ge=1)] = Field(999, description="placements by lot that a proposal is compared with")
    seed: int = Field(1, description="their seed")
    frontier: Annotated[int, Field(ge=1)] = Field(10, description="the gain of each further event is told up to here")
    time_limit_seconds: float = Field(30, gt=0, description="the search then stops and tells how far it has come")


class AwardSettings(Settings):
    """How the award's winners follow from the points of its jury."""

    weights: dict[str, Annotated[float, Field(gt=0)]] = Field(
        default_factory=dict, description="weight by criterion; empty = equal weights of the criteria that are used"
    )
    winners: Annotated[int, Field(ge=1)] = Field(1, description="places that win in a nomination")


Part = Literal["teams", "partnership", "measures", "services", "returns"]


class StepSettings(Settings):
    """What a workspace says of one step."""

    applicable: bool = Field(True, description="false: the step does not run, and the report gives the reason")
    reason: Text | None = Field(None, description="why the step does not apply; shown in the report")
    needs: tuple[str, ...] | None = Field(None, description="tables that this workspace's own notebook needs instead")
    uses: tuple[str, ...] | None = Field(None, description="tables that it reads where they exist, instead")
    figures: tuple[str, ...] | None = Field(None, description="figures that it draws instead")
    exhibits: tuple[str, ...] | None = Field(None, description="tables for people that it makes instead")


class Programme(Settings):
    """``config/programme.yml``: what an institute decides once for its programme."""

    id: str = Field(pattern="^[a-z0-9-]+$", description="short name; names the file of the pseudonym key")
    title: Text = Field(description="name of the programme, on every title page")
    institute: Text = Field(description="who evaluates it")
    simulated: bool = Field(False, description="true labels every figure, table and report as simulated")
    region_code: str | None = Field(None, description="first digits of the codes of the region's units")
    first_year: int = Field(description="the first programme year with files")
    last_year: int = Field(description="the last one, which commands take where no year is named")
    languages: tuple[Language, ...] = Field(("ru", "en"), description="languages of the reports")
    registry: Registry = Field(description="list of the territorial units")
    currency: Currency = Field(description="unit of all sums of money")
    disclosure: Disclosure = Field(Disclosure(), description="how small counts of people are kept from print")
    exposure: Exposure = Field(Exposure(), description="how exchange becomes exposure")
    map: MapSettings | None = Field(None, description="how maps are drawn; empty: no maps")
    access: AccessSettings = Field(AccessSettings(), description="distances to events and proposed places")
    award: AwardSettings = Field(AwardSettings(), description="weights of the award's criteria, places that win")
    reference_totals: tuple[ReferenceTotal, ...] = Field(
        (), description="published totals that the register is compared with"
    )
    parts: tuple[Part, ...] = Field(
        (),
        description="further systems to follow: teams (support by stream, composition), partnership (base "
        "municipalities, practices), measures (measures, self-government, resolutions), services (requests, education, "
        "award, project office, media), returns (returns of all municipalities)",
    )
    returns: ReturnSettings = Field(
        ReturnSettings(), description="how returns of municipalities are weighted and compared"
    )
    steps: dict[str, StepSettings] = Field(
        default_factory=dict, description="what this workspace says of single steps, by their names"
    )
    report_text: str | None = Field(None, description="folder with this workspace's own report texts")
    report_reference: str | None = Field(
        None, description="a Word document whose styles, header and footer the reports take, relative to the workspace"
    )
    report: ReportFacts = Field(ReportFacts(), description="what the title page says; the theory of change")
    compare: dict[str, Tolerance] = Field(
        default_factory=dict, description="tolerances of `evaluation compare` by `table.column` (or `*.column`)"
    )


# ---- years/<year>.yml ---------------------------------------------------------------------------------------


class Source(Settings):
    """A received file."""

    file: str = Field(description="file name in data/raw/<year>")
    sheet: str | None = Field(None, description="the one sheet of the workbook that is read; empty: all its sheets")
    constants: dict[str, str] = Field(default_factory=dict, description="values of columns that the file lacks")


class Survey(Settings):
    """Facts about a survey that its answers do not tell."""

    instrument: str = Field(description="code of the questionnaire, the same in every wave")
    questionnaire: str = Field(description="XLSForm workbook, relative to config/survey")
    design: Literal["census", "srs", "stratified", "cluster", "quota", "convenience"] = Field(
        description="how the asked were chosen"
    )
    population: Text = Field(description="whom the answers are to speak for, in words")
    frame_n: int | None = Field(None, ge=0, description="people in the population, or on the list drawn from")
    invited_n: int | None = Field(
        None, ge=0, description="people asked; empty = counted from the attendance of the events asked about"
    )
    asked: AskedAtEvents | None = Field(
        None,
        description="events whose participants were asked: counted where invited_n is empty, else compared",
    )
    field_from: dt.date | None = Field(None, description="first day of asking")
    field_to: dt.date | None = Field(None, description="last day of asking")
    mode: Text | None = Field(None, description="how people were asked: by a link, on paper, by an interviewer")
    margins_id: str | None = Field(None, description="population to weight to, in config/survey/population_margins.csv")
    quality: SurveyQuality = Field(
        SurveyQuality(), description="what makes a response complete and which are remarked on"
    )
    exclusions: tuple[Exclusion, ...] = Field(
        (), description="rules applied in this order; what is not declared leaves nobody out"
    )


class Rules(Settings):
    """Floors and caps of the contest in this year."""

    max_grant: float | None = Field(None, gt=0, description="the most that the regional budget gives to a project")
    min_local_share: float | None = Field(
        None, ge=0, le=1, description="least share of a project's cost from the municipal budget"
    )
    min_residents_share: float | None = Field(None, ge=0, le=1, description="least share from residents")
    min_business_share: float | None = Field(None, ge=0, le=1, description="least share from businesses")
    budget: float | None = Field(None, gt=0, description="regional money for all projects of the year")


SignedRole = Literal["data", "analysis", "text"]
"""Parts of a released year that somebody answers for."""


class Year(Settings):
    """``config/years/<year>.yml``: one programme year."""

    year: int = Field(description="the programme year; the same as in the name of the file")
    starts_on: dt.date = Field(description="first day of the programme year")
    ends_on: dt.date = Field(description="its last day")
    application_deadline: dt.date | None = Field(None, description="support counts as exposure only before this day")
    territory_date: dt.date = Field(description="the day on which the codes and names in this year's files are valid")
    rules: Rules = Field(Rules(), description="floors and caps of the contest")
    sources: dict[str, Source] = Field(description="received files by logical name")
    surveys: dict[str, Survey] = Field(default_factory=dict, description="facts about the surveys, by source")
    reported_on: dt.date | None = Field(None, description="the date on the report's title page")
    signed: dict[SignedRole, str] = Field(default_factory=dict, description="who answers for a released year, by part")
    public_texts: tuple[str, ...] = Field(
        (), description="what looks like personal data and may be published: an author, an office's telephone"
    )
