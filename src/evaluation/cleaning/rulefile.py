"""``config/rules.yml`` as people write it: the keys of a rule and what they mean."""

from __future__ import annotations

import json
from typing import Annotated, Literal

from pydantic import Field

from evaluation.settings import Settings

Level = Literal["error", "warning"]


class DeclaredRule(Settings):
    """One rule as people write it."""

    code: str = Field(pattern=r"^[A-Z]\w*$", description="short name by which people speak of the rule")
    issue: str | None = Field(None, description="name of its remarks (list rule of the codebook); else rule_<code>")
    table: str = Field(description="table whose rows are checked")
    level: Level = Field(description="how severe its remarks are")
    check: str = Field(description="what must hold; where a value is missing the rule does not apply")
    when: str | None = Field(None, description="rows to which it applies")
    each: tuple[str, ...] = Field((), description="columns for which it is repeated, called 'each' in the expressions")
    by: tuple[str, ...] = Field((), description="rows are compared within groups: 'count' and 'position' of a row")
    names: dict[str, str] = Field(default_factory=dict, description="short names of expressions")
    tolerance: float | str = Field(0.0, description="comparisons of 'check' hold within this (days for dates)")
    fields: tuple[str, ...] | None = Field(None, description="cells in doubt, the first named; else the columns used")
    repair: Literal["thousandfold"] | None = Field(
        None, description="a part a thousand times too large or small is not taken (check: total(...) == column)"
    )
    ru: str = Field(description="what is wrong, in Russian; {column} stands for the row's value")
    en: str = Field(description="the same in English")


class RulesFile(Settings):
    """``config/rules.yml``."""

    rules: tuple[DeclaredRule, ...] = Field((), description="what is checked, in this order")
    weights: dict[str, dict[str, Annotated[float, Field(gt=0)]]] = Field(
        default_factory=dict, description="by table and column: how much harder than 1 the cell is to believe wrong"
    )


def rules_schema() -> dict[str, str]:
    """JSON schema of ``rules.yml``, by file name; ``config/schema`` holds it."""
    text = json.dumps(RulesFile.model_json_schema(), ensure_ascii=False, indent=2) + "\n"
    return {"rules.schema.json": text}
