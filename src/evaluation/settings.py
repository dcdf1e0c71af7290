"""Typed settings of a programme, its years and its analysis plans, read from YAML.

An unknown or missing key, or a value of the wrong type, is refused with the file, the line and the key. The
classes are also the source of the JSON schemas in ``config/schema`` that editors use.
"""

from __future__ import annotations

import datetime as dt
import difflib
import json
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

Language = Literal["ru", "en"]
LANGUAGES: tuple[Language, ...] = ("ru", "en")


class InputProblem(Exception):
    """Something that people can mend: a message in plain words in both languages.

    ``messages`` maps a language to what is wrong, where, what was expected and what to do.
    """

    def __init__(self, ru: str, en: str) -> None:
        super().__init__(en)
        self.messages: dict[Language, str] = {"ru": ru, "en": en}

    def __reduce__(self) -> tuple[type[InputProblem], tuple[str, str]]:
        return type(self), (self.messages["ru"], self.messages["en"])


class Settings(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Text(Settings):
    """A text in both languages."""

    ru: str
    en: str

    def in_language(self, language: Language) -> str:
        return self.ru if language == "ru" else self.en


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
    code: str = Field(pattern="^[A-Z]{3}$")
    label: Text


class Disclosure(Settings):
    """Rules that keep single people from being recognised in published tables and maps."""

    threshold: Annotated[int, Field(ge=1)] = Field(5, description="counts of people below this are hidden")


class ReferenceTotal(Settings):
    """A published total that the register must be compared with."""

    name: str
    label: Text
    measure: Literal["projects_funded", "applications", "cost", "participations", "units_with_projects"]
    scale: float = Field(1.0, gt=0, description="the published value is in this many units of the register")
    published: float
    unit: str
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


class MapSettings(Settings):
    projection: str = Field(description="an equal-area projection as a PROJ or WKT string")
    classes: Annotated[int, Field(ge=2, le=9)] = 5
    credit: Text | None = Field(None, description="whose boundaries these are: a line under maps drawn with them")


class StepSettings(Settings):
    """What a workspace says of one step."""

    applicable: bool = True
    reason: Text | None = Field(None, description="why the step does not apply; shown in the report")
    needs: tuple[str, ...] | None = Field(None, description="tables that this workspace's own notebook needs instead")
    uses: tuple[str, ...] | None = Field(None, description="tables that it reads where they exist, instead")
    figures: tuple[str, ...] | None = Field(None, description="figures that it draws instead")
    exhibits: tuple[str, ...] | None = Field(None, description="tables for people that it makes instead")


class Programme(Settings):
    """``config/programme.yml``: what an institute decides once for its programme."""

    id: str = Field(pattern="^[a-z0-9-]+$", description="short name; names the file of the pseudonym key")
    title: Text
    institute: Text
    simulated: bool = Field(False, description="true labels every figure, table and report as simulated")
    region_code: str | None = Field(None, description="first digits of the codes of the region's units")
    first_year: int
    last_year: int
    languages: tuple[Language, ...] = ("ru", "en")
    registry: Registry
    currency: Currency
    disclosure: Disclosure = Disclosure()
    exposure: Exposure = Exposure()
    map: MapSettings | None = None
    reference_totals: tuple[ReferenceTotal, ...] = ()
    steps: dict[str, StepSettings] = Field(default_factory=dict)
    report_text: str | None = Field(None, description="folder with this workspace's own report texts")


# ---- years/<year>.yml ---------------------------------------------------------------------------------------


class Source(Settings):
    """A received file."""

    file: str = Field(description="file name in data/raw/<year>")
    sheet: str | None = None
    constants: dict[str, str] = Field(default_factory=dict, description="values of columns that the file lacks")


class Survey(Settings):
    """Facts about a survey that its answers do not tell."""

    instrument: str
    questionnaire: str = Field(description="XLSForm workbook, relative to config/survey")
    design: Literal["census", "srs", "stratified", "cluster", "quota", "convenience"]
    population: Text
    frame_n: int | None = None
    invited_n: int | None = None
    field_from: dt.date | None = None
    field_to: dt.date | None = None


class Rules(Settings):
    """Floors and caps of the contest in this year."""

    max_grant: float | None = Field(None, gt=0)
    min_local_share: float | None = Field(None, ge=0, le=1)
    min_residents_share: float | None = Field(None, ge=0, le=1)
    min_business_share: float | None = Field(None, ge=0, le=1)
    budget: float | None = Field(None, gt=0)


class Year(Settings):
    """``config/years/<year>.yml``: one programme year."""

    year: int
    starts_on: dt.date
    ends_on: dt.date
    application_deadline: dt.date | None = Field(None, description="support counts as exposure only before this day")
    territory_date: dt.date = Field(description="the day on which the codes and names in this year's files are valid")
    rules: Rules = Rules()
    sources: dict[str, Source] = Field(description="received files by logical name")
    surveys: dict[str, Survey] = Field(default_factory=dict)


# ---- plan/<year>.yml ----------------------------------------------------------------------------------------


class Question(Settings):
    id: str
    text: Text


class Model(Settings):
    """One declared specification."""

    name: str
    question: str
    outcome: str
    exposures: tuple[str, ...] = Field(min_length=1)
    family: Literal["poisson", "ols", "logit", "iv", "event_study"]
    estimand: Text
    design: Literal["association", "two_way_fixed_effects", "event_study", "randomised", "instrument"]
    assumption: Text
    offset: str | None = None
    controls: tuple[str, ...] = ()
    fixed_effects: tuple[str, ...] = ()
    instruments: tuple[str, ...] = ()
    clusters: str = "unit_id"
    geography: Literal["original", "stable", "current"] | None = None
    is_main: bool = False
    would_refute: Text | None = None


class Robustness(Settings):
    drop_units: tuple[str, ...] = Field((), description="units left out one at a time")
    placebo_lead_years: Annotated[int, Field(ge=0)] = 0
    bootstrap_draws: Annotated[int, Field(ge=0)] = 999
    permutation_draws: Annotated[int, Field(ge=0)] = 999
    seed: int = 1


class Plan(Settings):
    """``config/plan/<year>.yml``: the analysis plan, written before that year's outcomes arrive."""

    year: int
    declared_on: dt.date
    questions: tuple[Question, ...] = ()
    models: tuple[Model, ...] = ()
    robustness: Robustness = Robustness()


# ---- reading ------------------------------------------------------------------------------------------------


def read_programme(path: Path) -> Programme:
    return read_settings(path, Programme)


def read_year(path: Path) -> Year:
    return read_settings(path, Year)


def read_plan(path: Path) -> Plan:
    return read_settings(path, Plan)


SettingsModel = TypeVar("SettingsModel", bound=Settings)


def read_settings(path: Path, model: type[SettingsModel]) -> SettingsModel:
    """A YAML file as ``model``. Raises InputProblem with file, line and key for whatever does not fit."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise InputProblem(
            f"Нет файла настроек {path}. Создайте его по образцу из папки config этого проекта.",
            f"There is no settings file {path}. Create it after the example in this project's config folder.",
        ) from None
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        data = yaml.safe_load(text)
    except yaml.YAMLError as error:
        # an unclosed quote is noticed at the file's end; where it was opened is what a person looks for
        opened = "scanning" in (getattr(error, "context", None) or "")
        mark = getattr(error, "context_mark" if opened else "problem_mark", None)
        line = mark.line + 1 if mark else 1
        raise InputProblem(
            f"{path}, строка {line}: это не YAML. Проверьте отступы, двоеточия и кавычки.",
            f"{path}, line {line}: this is not YAML. Check indents, colons and quotes.",
        ) from error
    if not isinstance(data, dict):
        raise InputProblem(
            f"{path}: файл пуст или не содержит ключей. Ожидались ключи: {', '.join(model.model_fields)}.",
            f"{path}: the file is empty or has no keys. Expected keys: {', '.join(model.model_fields)}.",
        )
    try:
        return model.model_validate(data)
    except ValidationError as error:
        problems = [_problem(detail, node, model) for detail in error.errors()]
        raise InputProblem(
            "\n".join(f"{path}, строка {line}: {ru}" for line, ru, _ in problems),
            "\n".join(f"{path}, line {line}: {en}" for line, _, en in problems),
        ) from error


def _problem(detail: Any, node: yaml.Node | None, model: type[Settings]) -> tuple[int, str, str]:
    """Line and words (Russian, English) of one validation error."""
    place = detail["loc"]
    key = ".".join(str(part) for part in place)
    line = _line(node, place)
    kind = detail["type"]
    if kind == "extra_forbidden":
        known = _known_keys(model, place[:-1])
        near = difflib.get_close_matches(str(place[-1]), known, n=1)
        hint_ru = f" Возможно, имелось в виду «{near[0]}»." if near else f" Известные ключи: {', '.join(known)}."
        hint_en = f" Did you mean '{near[0]}'?" if near else f" Known keys: {', '.join(known)}."
        return line, f"неизвестный ключ «{key}».{hint_ru}", f"unknown key '{key}'.{hint_en}"
    if kind == "missing":
        return line, f"нет обязательного ключа «{key}». Добавьте его.", f"the required key '{key}' is missing. Add it."
    value = detail.get("input")
    return (
        line,
        f"ключ «{key}»: значение {value!r} не подходит ({detail['msg']}). Исправьте значение.",
        f"key '{key}': the value {value!r} does not fit ({detail['msg']}). Correct it.",
    )


def _line(node: yaml.Node | None, place: tuple[Any, ...]) -> int:
    """Line (from 1) of the deepest part of ``place`` that the file has."""
    line = 1
    for part in place:
        if isinstance(node, yaml.MappingNode):
            found = [(name, value) for name, value in node.value if name.value == str(part)]
            if not found:
                return line
            line, node = found[0][0].start_mark.line + 1, found[0][1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            line = node.start_mark.line + 1
    return line


def line_of(path: Path, place: tuple[Any, ...]) -> int:
    """Line (from 1) of the deepest part of ``place`` (keys and numbers of items) that the YAML file has."""
    return _line(yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader), place)


def _known_keys(model: type[Settings], place: tuple[Any, ...]) -> list[str]:
    schema = model.model_json_schema()
    here: dict[str, Any] = schema
    for part in place:
        here = _resolve(here, schema)
        if isinstance(part, int):
            here = here.get("items", {})
        else:
            here = here.get("properties", {}).get(str(part)) or here.get("additionalProperties", {})
    properties: dict[str, Any] = _resolve(here, schema).get("properties", {})
    return list(properties)


def _resolve(here: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    if "anyOf" in here:
        here = next((option for option in here["anyOf"] if "$ref" in option), here)
    if "$ref" in here:
        return dict(schema["$defs"][here["$ref"].rsplit("/", 1)[-1]])
    return here


def json_schemas() -> dict[str, str]:
    """JSON schema of each kind of settings file, by file name; ``config/schema`` holds them."""
    models: dict[str, type[Settings]] = {"programme": Programme, "year": Year, "plan": Plan}
    return {
        f"{name}.schema.json": json.dumps(model.model_json_schema(), ensure_ascii=False, indent=2) + "\n"
        for name, model in models.items()
    }
