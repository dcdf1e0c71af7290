"""Numbers that a template states by itself: typed between its braces' calls, or handed on as a literal inside them."""

from __future__ import annotations

import re
from collections.abc import Iterator

import jinja2
from jinja2 import nodes

ALLOWED_NUMBERS = re.compile(r"95[ \u00a0]?%")
_JINJA = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_NUMBER = re.compile(r"\d[\d.,]*")
_STANDS_ALONE = re.compile(r"(?<![\w])\d[\d.,]*(?![\w])")
MARK = "typed"
"""The function by which a text says that a number is no result."""


def typed_numbers(template: str) -> list[tuple[int, str]]:
    """Line and digits of every number that a template states without a finding; '95 %' is allowed.

    Inside of Jinja's braces a literal counts that is shown or kept under a name, and a text given to any function but
    ``typed`` in which digits stand alone. Names of findings (residents_within_50), places after the decimal point and
    limits of conditions are none.
    """
    blank = _JINJA.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), template)
    return sorted({*_outside(blank), *_inside(template)})


def _outside(blank: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(blank.splitlines(), start=1):
        for found in _NUMBER.finditer(ALLOWED_NUMBERS.sub(lambda match: " " * len(match.group()), line)):
            yield number, found.group()


def _inside(template: str) -> Iterator[tuple[int, str]]:
    try:
        tree = jinja2.Environment(autoescape=True).parse(template)
    except jinja2.TemplateSyntaxError:
        return  # rendering refuses the text and names the line
    shown = [part for output in tree.find_all(nodes.Output) for part in output.nodes]
    kept = [assigned.node for assigned in tree.find_all(nodes.Assign)]
    for part in (*shown, *kept):
        if not isinstance(part, nodes.TemplateData):
            yield from _literals(part, given=False)


def _literals(node: nodes.Node, given: bool) -> Iterator[tuple[int, str]]:
    """Literals below ``node``; ``given``: it stands among the arguments of a call."""
    if isinstance(node, nodes.Call):
        if not (isinstance(node.node, nodes.Name) and node.node.name == MARK):
            for argument in node.iter_child_nodes(exclude=("node",)):
                yield from _literals(argument, given=True)
    elif isinstance(node, nodes.CondExpr):
        for branch in filter(None, (node.expr1, node.expr2)):
            yield from _literals(branch, given)
    elif isinstance(node, nodes.Const):
        yield from _of_constant(node, given)
    else:
        for child in node.iter_child_nodes():
            yield from _literals(child, given)


def _of_constant(node: nodes.Const, given: bool) -> Iterator[tuple[int, str]]:
    if isinstance(node.value, str):
        text = ALLOWED_NUMBERS.sub("", node.value)
        for found in (_STANDS_ALONE if given else _NUMBER).finditer(text):
            yield node.lineno, found.group()
    elif isinstance(node.value, int | float) and not isinstance(node.value, bool) and not given:
        yield node.lineno, str(node.value)
