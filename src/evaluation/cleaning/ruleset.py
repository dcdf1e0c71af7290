"""The checking rules of a programme, read from ``config/rules.yml`` and understood before any data arrive.

A rule names a table, a condition that its rows must meet (``check``), when it applies (``when``), how serious a
breach is and what to say. ``evaluation.cleaning.expressions`` is the language of the conditions. An unknown key,
table, column, function or setting is refused with file and line.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from evaluation.cleaning.expression_tree import (
    KINDS,
    Aggregate,
    Call,
    Column,
    Comparison,
    Kind,
    Node,
    columns_of,
    tables_of,
    walk,
)
from evaluation.cleaning.expressions import GROUP_NAMES, Vocabulary, parse_expression
from evaluation.cleaning.rule_vocabulary import received_columns, setting_kinds, spread_columns
from evaluation.cleaning.rulefile import DeclaredRule, Level, RulesFile
from evaluation.codebook import Codebook, read_codebook
from evaluation.settings import InputProblem, Language, line_of, read_settings
from evaluation.tables import TABLES

PLACEHOLDER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Rule:
    """A rule that has been understood. ``words`` are the expressions that its messages name."""

    code: str
    issue: str
    table: str
    level: Level
    check: Node
    when: Node | None
    by: tuple[Node, ...]
    tolerance: Node
    fields: tuple[str, ...]
    repair: str | None
    ru: str
    en: str
    words: Mapping[str, Node]

    @property
    def nodes(self) -> tuple[Node, ...]:
        return (self.check, self.tolerance, *self.by, *((self.when,) if self.when else ()))

    @property
    def looks_into(self) -> frozenset[str]:
        """Tables without which the rule does not apply, beside the row itself."""
        return frozenset().union(*(tables_of(node) for node in self.nodes))

    @property
    def in_record(self) -> bool:
        """Whether a row can be judged by its own cells and values looked up for it."""
        parts = [part for node in self.nodes for part in walk(node)]
        compares = any(
            (isinstance(part, Aggregate) and (part.name != "lookup" or part.table == self.table))
            or (isinstance(part, Call) and part.name == "events_elsewhere")
            for part in parts
        )
        return not self.by and not compares

    @property
    def total(self) -> tuple[tuple[str, ...], str] | None:
        """Parts and whole of a rule ``total(parts) == whole``; None for other rules."""
        check = self.check
        if isinstance(check, Comparison) and check.sign == "==":
            for one, other in ((check.left, check.right), (check.right, check.left)):
                if isinstance(one, Call) and one.name == "total" and isinstance(other, Column):
                    return tuple(columns_of(one)), other.name
        return None


@dataclass(frozen=True)
class RuleSet:
    """``weights`` by table and column; a column that is not named weighs 1."""

    rules: tuple[Rule, ...] = ()
    weights: Mapping[str, Mapping[str, float]] = field(default_factory=dict)

    def of(self, table: str) -> tuple[Rule, ...]:
        return tuple(rule for rule in self.rules if rule.table == table)


def read_rules(path: Path, codebook: Codebook) -> RuleSet:
    """The rules of a file. Raises InputProblem with file and line for whatever cannot be understood."""
    declared = read_settings(path, RulesFile)
    tables = {
        name: {**{column.name: KINDS[column.kind] for column in table.columns}, **spread_columns(name, codebook)}
        for name, table in TABLES.items()
    }
    vocabulary = Vocabulary(tables, setting_kinds())
    labels = set(codebook.choice_labels("rule", "en"))
    rules: list[Rule] = []
    codes: set[str] = set()
    for number, one in enumerate(declared.rules):
        with _At(path, ("rules", number, "code")):
            if one.code in codes:
                raise InputProblem(
                    f"код «{one.code}» встречается дважды. Дайте правилу другой.",
                    f"code '{one.code}' stands twice. Give the rule another.",
                )
            codes.add(one.code)
        with _At(path, ("rules", number, "issue" if one.issue else "code")):
            name = one.issue or f"rule_{one.code}"
            if name not in labels:
                raise InputProblem(
                    f"у замечания «{name}» нет названия. Добавьте строку «rule,{name},…» в codebook_choices.csv.",
                    f"the remark '{name}' has no label. Add a row 'rule,{name},...' to codebook_choices.csv.",
                )
        with _At(path, ("rules", number, "table")):
            if one.table not in tables:
                raise InputProblem(
                    f"нет таблицы «{one.table}». Есть: {', '.join(tables)}.",
                    f"there is no table '{one.table}'. There are: {', '.join(tables)}.",
                )
        sheet = received_columns(one.table, codebook)
        rules += [_understood(one, each, vocabulary, sheet, path, number) for each in one.each or (None,)]
    for table, weights in declared.weights.items():
        for column in weights:
            with _At(path, ("weights", table, column)):
                if column not in tables.get(table, {}):
                    raise InputProblem(
                        f"в таблице «{table}» нет столбца «{column}».", f"table '{table}' has no column '{column}'."
                    )
    return RuleSet(tuple(rules), declared.weights)


class _At:
    """Puts file and line before the message of a problem that is met inside."""

    def __init__(self, path: Path, place: tuple[Any, ...]) -> None:
        self.path, self.place = path, place

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: Any, problem: BaseException | None, trace: Any) -> None:
        if isinstance(problem, InputProblem):
            line, key = line_of(self.path, self.place), self.place[-1]
            ru, en = problem.messages["ru"], problem.messages["en"]
            raise InputProblem(
                f"{self.path}, строка {line}, ключ «{key}»: {ru}", f"{self.path}, line {line}, key '{key}': {en}"
            ) from problem


def _understood(
    one: DeclaredRule, each: str | None, vocabulary: Vocabulary, sheet: Collection[str], path: Path, number: int
) -> Rule:
    columns = vocabulary.tables[one.table]
    names: dict[str, Node] = {}

    def read(text: str, *key: str, kind: Kind | None = None) -> Node:
        with _At(path, ("rules", number, *key)):
            node = parse_expression(text, one.table, Vocabulary(vocabulary.tables, vocabulary.settings, names))
            if kind == "truth" and node.kind != kind:
                raise InputProblem(f"«{text}» — не условие.", f"'{text}' is not a condition.")
            if kind == "number" and node.kind != kind:
                raise InputProblem(f"«{text}» — не число.", f"'{text}' is not a number.")
            return node

    if each is not None:
        names["each"] = read(each, "each")
    for name, text in one.names.items():
        names[name] = read(text, "names", name)
    when = read(one.when, "when", kind="truth") if one.when else None
    by = tuple(read(text, "by") for text in one.by)
    if by:
        names |= {name: Column(f"group.{name}", kind) for name, kind in GROUP_NAMES.items()}
    check = read(one.check, "check", kind="truth")
    tolerance = read(str(one.tolerance), "tolerance", kind="number")
    used = [name for name in columns_of(check) if not name.startswith("group.")]
    used = used or [name for node in by for name in columns_of(node)] or ([each] if each else [])
    fields = tuple(each if name == "each" and each else name for name in one.fields or used)
    with _At(path, ("rules", number, "fields")):
        for name in fields:
            for column in PLACEHOLDER.findall(name) or [name]:
                if column not in columns and column not in sheet:
                    raise InputProblem(
                        f"в таблице «{one.table}» нет столбца «{column}».",
                        f"table '{one.table}' has no column '{column}'.",
                    )
    values = {
        name: read(name, language)
        for language in ("ru", "en")
        for name in PLACEHOLDER.findall(one.ru if language == "ru" else one.en)
    }
    issue = one.issue or f"rule_{one.code}"
    rule = Rule(
        one.code, issue, one.table, one.level, check, when, by, tolerance, fields, one.repair, one.ru, one.en, values
    )  # fmt: skip
    with _At(path, ("rules", number, "repair")):
        if rule.repair and rule.total is None:
            raise InputProblem(
                "«thousandfold» возможно только для проверки вида total(...) == столбец.",
                "'thousandfold' is possible only for a check such as total(...) == column.",
            )
    return rule


def rules_in_words(rules: Iterable[Rule], codebook: Codebook) -> pd.DataFrame:
    """The rules for people (columns: code, table, level, ru, en), one row a code."""
    rows: dict[str, dict[str, str]] = {}
    languages: tuple[tuple[Language, str], ...]
    for rule in rules:
        words: dict[str, str] = {}
        languages = (("ru", rule.ru), ("en", rule.en))
        for language, message in languages:
            text = re.sub(r"\s*\([^()]*\{[^()]*\)", "", message)
            known = {name: codebook.label(rule.table, name, language) for name in PLACEHOLDER.findall(text)}
            words[language] = text.format(**known)
        described = {"code": rule.code, "table": rule.table, "level": str(rule.level), **words}
        rows.setdefault(rule.code, described)
    return pd.DataFrame(list(rows.values()), columns=["code", "table", "level", "ru", "en"])


@cache
def own_rules() -> RuleSet:
    """The rules that come with the project; a workspace may bring its own file."""
    folder = Path(__file__).resolve().parents[3] / "config"
    return read_rules(folder / "rules.yml", read_codebook(folder))
