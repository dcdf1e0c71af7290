"""The language of checking rules: a small part of Python's expressions, read into a typed tree.

Known are the columns of the rule's table, settings such as ``year.rules.max_grant``, numbers, texts, arithmetic,
comparisons (chained ones too), ``and``, ``or``, ``not``, ``in (...)`` and the functions of FUNCTIONS and AGGREGATES.
Everything else is refused when it is read, so nothing else of Python can be reached.
"""

from __future__ import annotations

import ast
import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from evaluation.cleaning.expression_tree import (
    Aggregate,
    Arithmetic,
    Call,
    Column,
    Comparison,
    Constant,
    Junction,
    Kind,
    Member,
    Negation,
    Node,
    Setting,
)
from evaluation.settings import InputProblem

# argument kinds (the last may repeat where the name is in ANY_NUMBER; "any" fits all) and the kind of the result
FUNCTIONS: dict[str, tuple[tuple[str, ...], Kind]] = {
    "is_missing": (("any",), "truth"),
    "known": (("any",), "number"),
    "total": (("number",), "number"),
    "least": (("number",), "number"),
    "greatest": (("number",), "number"),
    "abs": (("number",), "number"),
    "days": (("date", "date"), "number"),
    "year_of": (("date",), "number"),
    "folded": (("text",), "text"),
    "unit_of": (("number",), "number"),
    "in_force": (("text", "date"), "truth"),
    "events_elsewhere": (("text", "text"), "number"),
}
ANY_NUMBER = frozenset({"known", "total", "least", "greatest"})
OF_COLUMNS = frozenset({"known", "total", "unit_of"})
# whether a column is named, and the kind of the result (None: that of the column)
AGGREGATES: dict[str, tuple[bool, Kind | None]] = {
    "lookup": (True, None),
    "sum_of": (True, "number"),
    "max_of": (True, None),
    "min_of": (True, None),
    "distinct": (True, "number"),
    "quantile_of": (True, "number"),
    "count": (False, "number"),
}
GROUP_NAMES: dict[str, Kind] = {"count": "number", "position": "number"}
MAX_LENGTH, MAX_DEPTH = 2000, 40
_COMPARISONS = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!="}
_ARITHMETIC = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}


@dataclass(frozen=True)
class Vocabulary:
    """What names mean: the columns of each table, the settings, and names defined by the rule itself."""

    tables: Mapping[str, Mapping[str, Kind]]
    settings: Mapping[str, Kind] = field(default_factory=dict)
    names: Mapping[str, Node] = field(default_factory=dict)


def parse_expression(text: str, table: str, vocabulary: Vocabulary) -> Node:
    """The tree of an expression on the rows of ``table``; raises InputProblem for everything it must not contain."""
    if len(text) > MAX_LENGTH:
        raise _problem(
            f"выражение длиннее {MAX_LENGTH} знаков. Разделите его на несколько правил.",
            f"the expression is longer than {MAX_LENGTH} characters. Split it into several rules.",
        )
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        raise _problem(
            f"«{text}» не читается как выражение. Проверьте скобки, кавычки и знаки (равенство пишется ==).",
            f"'{text}' cannot be read as an expression. Check brackets, quotes and signs (equality is ==).",
        ) from None
    return _Reader(table, vocabulary).read(tree, 0)


def _problem(ru: str, en: str) -> InputProblem:
    return InputProblem(ru, en)


class _Reader:
    """Reads Python's tree; ``table`` is the one whose columns are meant."""

    def __init__(self, table: str, vocabulary: Vocabulary) -> None:
        self.table = table
        self.vocabulary = vocabulary

    def read(self, tree: ast.expr, depth: int) -> Node:
        if depth > MAX_DEPTH:
            raise _problem("выражение слишком глубоко вложено.", "the expression is nested too deeply.")
        deeper = depth + 1
        if isinstance(tree, ast.Constant):
            return self._constant(tree)
        if isinstance(tree, ast.Name):
            return self._name(tree.id)
        if isinstance(tree, ast.Attribute):
            return self._setting(tree)
        if isinstance(tree, ast.BoolOp):
            word: Literal["and", "or"] = "and" if isinstance(tree.op, ast.And) else "or"
            return Junction(word, tuple(self._truth(part, deeper) for part in tree.values))
        if isinstance(tree, ast.UnaryOp) and isinstance(tree.op, ast.Not):
            return Negation(self._truth(tree.operand, deeper))
        if isinstance(tree, ast.UnaryOp) and isinstance(tree.op, ast.USub):
            return self._arithmetic("-", Constant(0.0, "number"), self.read(tree.operand, deeper), tree)
        if isinstance(tree, ast.BinOp) and type(tree.op) in _ARITHMETIC:
            left, right = self.read(tree.left, deeper), self.read(tree.right, deeper)
            return self._arithmetic(_ARITHMETIC[type(tree.op)], left, right, tree)
        if isinstance(tree, ast.Compare):
            return self._comparison(tree, deeper)
        if isinstance(tree, ast.Call):
            return self._call(tree, deeper)
        raise self._refused(tree)

    def _refused(self, tree: ast.AST) -> InputProblem:
        text = ast.unparse(tree)
        return _problem(
            f"«{text}» здесь нельзя. Допустимы столбцы, настройки, числа, тексты, + - * /, сравнения, and, or, not, "
            f"in (…) и функции: {', '.join([*FUNCTIONS, *AGGREGATES])}.",
            f"'{text}' is not allowed here. Allowed are columns, settings, numbers, texts, + - * /, comparisons, and, "
            f"or, not, in (...) and the functions {', '.join([*FUNCTIONS, *AGGREGATES])}.",
        )

    def _constant(self, tree: ast.Constant) -> Constant:
        value = tree.value
        if isinstance(value, bool):
            return Constant(value, "truth")
        if isinstance(value, str):
            return Constant(value, "text")
        if isinstance(value, int | float):
            try:
                return Constant(float(value), "number")
            except OverflowError:
                raise self._refused(tree) from None
        raise self._refused(tree)

    def _name(self, name: str) -> Node:
        if name in self.vocabulary.names:
            return self.vocabulary.names[name]
        columns = self.vocabulary.tables[self.table]
        if name not in columns:
            known = [*columns, *self.vocabulary.names]
            near = difflib.get_close_matches(name, known, n=1)
            ru = f"Возможно, имелось в виду «{near[0]}»." if near else f"Её столбцы: {', '.join(known)}."
            en = f"Did you mean '{near[0]}'?" if near else f"Its columns: {', '.join(known)}."
            raise _problem(
                f"в таблице «{self.table}» нет столбца «{name}». {ru}",
                f"table '{self.table}' has no column '{name}'. {en}",
            )
        return Column(name, columns[name])

    def _setting(self, tree: ast.Attribute) -> Node:
        name = ast.unparse(tree)
        known = self.vocabulary.settings
        if name not in known:
            raise _problem(
                f"нет настройки «{name}». Известные: {', '.join(known)}.",
                f"there is no setting '{name}'. Known: {', '.join(known)}.",
            )
        return Setting(name, known[name])

    def _truth(self, tree: ast.expr, depth: int) -> Node:
        node = self.read(tree, depth)
        if node.kind != "truth":
            raise self._misfit(tree, "условие", "a condition", node.kind)
        return node

    def _misfit(self, tree: ast.AST, ru: str, en: str, kind: str) -> InputProblem:
        text = ast.unparse(tree)
        return _problem(
            f"в «{text}» ожидалось: {ru}; получено: {RUSSIAN[kind]}.", f"in '{text}' expected: {en}; found: {kind}."
        )

    def _arithmetic(self, sign: str, left: Node, right: Node, tree: ast.AST) -> Node:
        pair = (left.kind, right.kind)
        if pair == ("number", "number"):
            return Arithmetic(sign, left, right, "number")
        if sign == "-" and pair == ("date", "date"):
            return Arithmetic(sign, left, right, "number")
        if sign in "+-" and pair == ("date", "number"):
            return Arithmetic(sign, left, right, "date")
        raise self._misfit(tree, "числа или даты", "numbers or dates", left.kind if left.kind != "number" else pair[1])

    def _comparison(self, tree: ast.Compare, depth: int) -> Node:
        if len(tree.ops) == 1 and isinstance(tree.ops[0], ast.In | ast.NotIn):
            member = self._member(tree, depth)
            return member if isinstance(tree.ops[0], ast.In) else Negation(member)
        nodes = [self.read(part, depth) for part in (tree.left, *tree.comparators)]
        parts: list[Node] = []
        for sign, left, right in zip(tree.ops, nodes, nodes[1:], strict=False):
            if type(sign) not in _COMPARISONS:
                raise self._refused(tree)
            word = _COMPARISONS[type(sign)]
            if left.kind != right.kind:
                raise self._misfit(tree, RUSSIAN[left.kind], left.kind, right.kind)
            if left.kind in ("text", "truth") and word not in ("==", "!="):
                raise self._misfit(tree, "числа или даты", "numbers or dates", left.kind)
            parts.append(Comparison(word, left, right))
        return parts[0] if len(parts) == 1 else Junction("and", tuple(parts))

    def _member(self, tree: ast.Compare, depth: int) -> Member:
        part, values = self.read(tree.left, depth), tree.comparators[0]
        if not isinstance(values, ast.Tuple | ast.List | ast.Set) or not values.elts:
            raise self._refused(tree)
        constants = []
        for element in values.elts:
            node = self.read(element, depth)
            if not isinstance(node, Constant) or node.kind != part.kind or isinstance(node.value, bool):
                raise self._misfit(tree, f"перечень ({RUSSIAN[part.kind]})", f"a list ({part.kind})", node.kind)
            constants.append(node.value)
        return Member(part, tuple(constants))

    def _call(self, tree: ast.Call, depth: int) -> Node:
        if not isinstance(tree.func, ast.Name) or any(word.arg is None for word in tree.keywords):
            raise self._refused(tree)
        name = tree.func.id
        if name in AGGREGATES:
            return self._aggregate(tree, name, depth)
        if name not in FUNCTIONS or tree.keywords:
            raise self._refused(tree)
        wanted, kind = FUNCTIONS[name]
        parts = tuple(self.read(part, depth) for part in tree.args)
        if not parts or (len(parts) != len(wanted) and name not in ANY_NUMBER):
            raise self._misfit(tree, f"аргументов: {len(wanted)}", f"{len(wanted)} argument(s)", "number")
        for place, part in enumerate(parts):
            expected = wanted[min(place, len(wanted) - 1)]
            if expected not in ("any", part.kind):
                raise self._misfit(tree, RUSSIAN[expected], expected, part.kind)
            if name in OF_COLUMNS and not isinstance(part, Column):
                raise self._misfit(tree, "столбцы", "columns", part.kind)
        return Call(name, parts, kind)

    def _aggregate(self, tree: ast.Call, name: str, depth: int) -> Aggregate:
        has_column, kind = AGGREGATES[name]
        arguments = list(tree.args)
        if not arguments or not isinstance(arguments[0], ast.Name):
            raise self._refused(tree)
        table = arguments.pop(0).id  # type: ignore[attr-defined]  # a Name, as checked above
        if table not in self.vocabulary.tables:
            raise _problem(f"нет таблицы «{table}».", f"there is no table '{table}'.")
        other = _Reader(table, Vocabulary(self.vocabulary.tables, self.vocabulary.settings))
        column = None
        if has_column:
            node = other.read(arguments.pop(0), depth) if arguments else None
            if not isinstance(node, Column):
                raise self._refused(tree)
            if name in ("sum_of", "quantile_of") and node.kind != "number":
                raise self._misfit(tree, "числа", "numbers", node.kind)
            if name in ("max_of", "min_of") and node.kind not in ("number", "date"):
                raise self._misfit(tree, "числа или даты", "numbers or dates", node.kind)
            column, kind = node.name, kind or node.kind
        level = 0.5
        if name == "quantile_of":
            share = self.read(arguments.pop(0), depth) if arguments else None
            if not isinstance(share, Constant) or not isinstance(share.value, float) or not 0 <= share.value <= 1:
                raise self._misfit(tree, "доля от 0 до 1", "a share from 0 to 1", "number")
            level = share.value
        keys, where = [], None
        for argument in arguments:
            if not isinstance(argument, ast.Name):
                raise self._refused(tree)
            keys.append((argument.id, self.read(argument, depth)))
        for word in tree.keywords:
            if word.arg == "where":
                where = other._truth(word.value, depth)
            else:
                keys.append((str(word.arg), self.read(word.value, depth)))
        for theirs, ours in keys:
            found = other._name(theirs)
            if found.kind != ours.kind:
                raise self._misfit(tree, RUSSIAN[found.kind], found.kind, ours.kind)
        assert kind is not None
        return Aggregate(name, table, column, tuple(keys), where, kind, level)


RUSSIAN = {"number": "число", "date": "дата", "text": "текст", "truth": "условие", "any": "значение"}
