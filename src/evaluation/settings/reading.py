"""Settings from YAML: whatever does not fit is refused with file, line and key."""

from __future__ import annotations

import difflib
import json
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import ValidationError

from evaluation.settings.base import InputProblem, Settings, Text
from evaluation.settings.design import DesignPlan, design_contradictions
from evaluation.settings.monitoring import MonitoringForm
from evaluation.settings.plan import Place, Plan, contradictions
from evaluation.settings.programme import Programme, Year
from evaluation.settings.reporting import Recommendation, Recommendations

# written in C and ten times as fast; not every build of PyYAML has it
FAST_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_programme(path: Path) -> Programme:
    return read_settings(path, Programme)


def read_year(path: Path) -> Year:
    return read_settings(path, Year)


def read_plan(path: Path) -> Plan:
    """The plan at ``path``. Raises InputProblem as ``read_settings``, and for a plan that contradicts itself."""
    plan = read_settings(path, Plan)
    _refuse(path, contradictions(plan))
    return plan


def read_design(path: Path) -> DesignPlan:
    """The lot's settings at ``path``. Raises InputProblem as ``read_plan``."""
    plan = read_settings(path, DesignPlan)
    _refuse(path, design_contradictions(plan))
    return plan


def read_recommendations(path: Path, year: int) -> tuple[Recommendation, ...]:
    """What the report of ``year`` recommends; nothing without the file. Raises InputProblem for another year's file."""
    if not path.exists():
        return ()
    declared = read_settings(path, Recommendations)
    if declared.year != year:
        raise InputProblem(
            f"{path}: ключ «year» равен {declared.year}, а файл назван {year}. Исправьте это.",
            f"{path}: key 'year' is {declared.year}, the file is named {year}. Correct this.",
        )
    return declared.recommendations


def _refuse(path: Path, found: list[tuple[Place, Text]]) -> None:
    problems = [(line_of(path, place), text) for place, text in found]
    if problems:
        raise InputProblem(
            "\n".join(f"{path}, строка {line}: {text.ru}" for line, text in problems),
            "\n".join(f"{path}, line {line}: {text.en}" for line, text in problems),
        )


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
        data = _parsed(text)
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
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        problems = [_problem(detail, node, model) for detail in error.errors()]
        raise InputProblem(
            "\n".join(f"{path}, строка {line}: {ru}" for line, ru, _ in problems),
            "\n".join(f"{path}, line {line}: {en}" for line, _, en in problems),
        ) from error


def _parsed(text: str) -> Any:
    """The YAML's content, by the fast parser. What that refuses is read again by the one that says best where."""
    try:
        return yaml.load(text, Loader=FAST_LOADER)
    except yaml.YAMLError:
        return yaml.safe_load(text)


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
    models: dict[str, type[Settings]] = {
        "programme": Programme, "year": Year, "plan": Plan, "design": DesignPlan, "recommendations": Recommendations,
        "monitoring": MonitoringForm,
    }  # fmt: skip
    return {
        f"{name}.schema.json": json.dumps(model.model_json_schema(), ensure_ascii=False, indent=2) + "\n"
        for name, model in models.items()
    }
