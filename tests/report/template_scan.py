"""Which findings a template asks for where nothing around has made sure that they exist."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import jinja2
from jinja2 import nodes

# functions that raise where the finding does not exist
ASKS = {
    "f", "v", "num", "i", "change", "counted", "form", "money", "between", "note", "days", "sign", "clear", "below",
}  # fmt: skip


def unguarded(template: str) -> Iterator[str]:
    """Findings that a template asks for where no ``has`` around has made sure of them."""
    yield from _walk(jinja2.Environment(autoescape=True).parse(template), frozenset())


def _walk(node: nodes.Node, known: frozenset[str]) -> Iterator[str]:
    if isinstance(node, nodes.If):
        yield from _walk(node.test, known)
        yield from _all(node.body, known | _sure(node.test, True))
        rest = known | _sure(node.test, False)
        yield from _all(node.elif_, rest)
        yield from _all(node.else_, rest)
    elif isinstance(node, nodes.CondExpr):
        yield from _walk(node.test, known)
        yield from _walk(node.expr1, known | _sure(node.test, True))
        if node.expr2 is not None:
            yield from _walk(node.expr2, known | _sure(node.test, False))
    elif isinstance(node, nodes.And | nodes.Or):
        yield from _walk(node.left, known)
        yield from _walk(node.right, known | _sure(node.left, isinstance(node, nodes.And)))
    else:
        if isinstance(node, nodes.Call) and isinstance(node.node, nodes.Name) and node.node.name in ASKS:
            names = node.args[: 2 if node.node.name == "between" else 1]
            yield from (each.value for each in names if isinstance(each, nodes.Const) and each.value not in known)
        yield from _all(node.iter_child_nodes(), known)


def _all(children: Iterable[nodes.Node], known: frozenset[str]) -> Iterator[str]:
    for child in children:
        yield from _walk(child, known)


def _sure(test: nodes.Node, outcome: bool) -> frozenset[str]:
    """Findings that exist for sure where ``test`` came out as ``outcome``."""
    if isinstance(test, nodes.Not):
        return _sure(test.node, not outcome)
    if isinstance(test, nodes.And | nodes.Or):
        left, right = _sure(test.left, outcome), _sure(test.right, outcome)
        return left | right if isinstance(test, nodes.And) == outcome else left & right
    is_has = isinstance(test, nodes.Call) and isinstance(test.node, nodes.Name) and test.node.name == "has"
    if outcome and is_has and isinstance(test, nodes.Call):
        return frozenset(each.value for each in test.args if isinstance(each, nodes.Const))
    return frozenset()
