"""Reference made from the code itself when the site is built: commands, settings, remarks, formulas."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, get_args

Language = Literal["ru", "en"]
ROOT = Path(__file__).resolve().parents[2]
SETTINGS = {
    "programme": "config/programme.yml",
    "year": "config/years/<year>.yml",
    "plan": "config/plan/<year>.yml",
    "recommendations": "config/recommendations/<year>.yml",
    "design": "config/design/<year>.yml",
    "rules": "config/rules.yml",
}


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table; line breaks and bars within cells do no harm."""

    def line(cells: Sequence[str]) -> str:
        return "| " + " | ".join(" ".join(cell.split()).replace("|", "\\|") for cell in cells) + " |"

    return "\n".join([line(heads), line(["---"] * len(heads)), *map(line, rows)])


def commands(language: Language) -> str:
    """Every command with its arguments and options, in the words of its own help."""
    arguments = sys.argv
    sys.argv = ["evaluation", "--language", language]  # help is worded when the commands are imported and made
    try:
        import typer.main

        from evaluation.app.cli import app

        everything = typer.main.get_command(app)
    finally:
        sys.argv = arguments
    return "\n\n".join(_described("evaluation", everything, language))


def _described(name: str, command: Any, language: Language) -> Iterator[str]:
    inner: Mapping[str, Any] | None = getattr(command, "commands", None)
    if inner is not None:
        if name != "evaluation":
            yield f"## `{name}`\n\n{command.help}"
        for word, one in inner.items():
            yield from _described(f"{name} {word}", one, language)
        return
    usage, rows = [name, "[OPTIONS]"], []
    for parameter in command.params:
        takes = parameter.metavar or "|".join(map(str, get_args(parameter.type_descriptor.annotation)))
        if parameter.param_type_name == "argument":
            shown = takes
            usage.append(takes)
        else:
            names = ", ".join([*parameter.opts, *parameter.secondary_opts])
            shown = names if parameter.is_flag else f"{names} {takes}"
        rows.append((f"`{shown}`", _plain(parameter.help or "")))
    heads = ("Аргумент", "Значение") if language == "ru" else ("Argument", "Meaning")
    level = "##" if name.count(" ") == 1 else "###"
    yield f"{level} `{name}`\n\n{_plain(command.help or '')}\n\n```text\n{' '.join(usage)}\n```\n\n{table(heads, rows)}"


def _plain(text: str) -> str:
    """Text in which nothing is taken for a mark."""
    for mark in "\\`*_[]<>":
        text = text.replace(mark, f"\\{mark}")
    return text


def settings(language: Language) -> str:
    """Every key of every settings file, from the schemas by which editors check them."""
    heads = ("Ключ", "Тип", "По умолчанию", "Что это") if language == "ru" else ("Key", "Type", "Default", "What it is")
    sections = []
    for name, place in SETTINGS.items():
        schema = json.loads((ROOT / "config" / "schema" / f"{name}.schema.json").read_text(encoding="utf-8"))
        sections.append(f"## `{place}`\n\n{_plain(_first(schema))}\n\n{table(heads, _keys(schema))}")
        for part, inner in schema.get("$defs", {}).items():
            if "properties" in inner:
                sections.append(f"### {part}\n\n{_plain(_first(inner))}\n\n{table(heads, _keys(inner))}")
    return "\n\n".join(sections)


def _first(schema: Mapping[str, Any]) -> str:
    """The first paragraph of what a part of the settings says of itself, as one line."""
    return " ".join(str(schema.get("description", "")).split("\n\n")[0].replace("``", "").split())


def _keys(schema: Mapping[str, Any]) -> list[tuple[str, str, str, str]]:
    """A row a key; the default of a part with keys of its own stands at those."""
    required = schema.get("required", [])
    rows = []
    for key, value in schema["properties"].items():
        told = key not in required and "default" in value and not isinstance(value["default"], dict)
        default = f"`{json.dumps(value['default'], ensure_ascii=False)}`" if told else ""
        rows.append((f"`{key}`" + (" \\*" if key in required else ""), _type(value), default, _plain(_first(value))))
    return rows


def _type(value: Mapping[str, Any]) -> str:
    if "$ref" in value:
        return str(value["$ref"]).rsplit("/", 1)[-1]
    if "const" in value:
        return f"`{value['const']}`"
    if "enum" in value:
        return ", ".join(f"`{one}`" for one in value["enum"])
    for either in ("anyOf", "oneOf", "allOf"):
        if either in value:
            return " / ".join(_type(one) for one in value[either])
    if value.get("type") == "array":
        inner = value.get("items") or (value.get("prefixItems") or [{}])[0]
        return f"[{_type(inner)}]".replace("[]", "list") if inner else "list"
    if value.get("type") == "object" and isinstance(value.get("additionalProperties"), dict):
        return f"name: {_type(value['additionalProperties'])}"
    return str(value.get("format") or value.get("type") or "any")


def remarks(language: Language) -> str:
    """Every remark that cleaning can make: its name, what it says, how serious it is and what was done."""
    from evaluation.cleaning.rules import RULES

    with (ROOT / "config" / "codebook_choices.csv").open(encoding="utf-8-sig", newline="") as file:
        labels = {(row[0], row[1]): row[2 if language == "ru" else 3] for row in csv.reader(file) if len(row) > 3}
    heads = ("Имя", "Что сказано", "Серьёзность", "Что сделано") if language == "ru" else (
        "Name", "What it says", "Severity", "What was done"
    )  # fmt: skip
    rows = [
        (
            f"`{rule}`",
            _plain(labels["rule", rule]),
            _plain(labels.get(("severity", severity), severity)),
            _plain(labels.get(("action", action), action)),
        )
        for rule, (severity, action) in RULES.items()
    ]
    return table(heads, rows)


def formulas(language: Language) -> str:
    """The formulas of every family of models that a plan can declare, with their symbols, as reports print them."""
    from evaluation.report.formulas.families import FAMILY_FORMULAS
    from evaluation.settings import Family, Model, Text

    some = Text(ru="пример", en="an example")
    where = "где" if language == "ru" else "where"
    sections = []
    for family in get_args(Family):
        # nothing is fitted: the keys' own rules are not asked, only which terms the formula has
        model = Model.model_construct(
            name=family, question="q", outcome="y", exposures=("x",), family=family, estimand=some,
            design="association", assumption=some,
        )  # fmt: skip
        shown = FAMILY_FORMULAS[family](model)
        lines = [f"```{{math}}\n{one.latex}\n```\n\n{_plain(one.spoken.in_language(language))}" for one in shown]
        symbols = {one.latex: one for each in shown for one in each.symbols}
        told = "; ".join(
            f"{{math}}`{one.latex}` — {_plain(one.text.in_language(language))}" for one in symbols.values()
        )
        sections.append(f"### `{family}`\n\n" + "\n\n".join([*lines, f"{where} {told}."]))
    return "\n\n".join(sections)


MADE: dict[str, Callable[[Language], str]] = {
    "commands": commands,
    "settings": settings,
    "remarks": remarks,
    "formulas": formulas,
}
