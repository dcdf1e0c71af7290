"""Every template, of the package and of the example: no typed digits, and no finding asked for that may be missing."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))

from template_scan import unguarded

from evaluation.report.cards.numbers import NUMBERS
from evaluation.report.texts import ENDING, own_texts, package_texts
from evaluation.report.typed_numbers import typed_numbers
from evaluation.settings import LANGUAGES

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "social-insurance" / "config" / "texts"
TEXTS = {
    **package_texts(),
    **{f"example/{path.name}": path.read_text(encoding="utf-8") for path in sorted(EXAMPLE.glob(f"*{ENDING}"))},
}


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_no_number_is_typed(name: str) -> None:
    assert typed_numbers(TEXTS[name]) == []


def test_the_example_brings_texts_that_are_taken() -> None:
    assert set(own_texts(EXAMPLE)) == {name.removeprefix("example/") for name in TEXTS if name.startswith("example/")}
    assert len(own_texts(EXAMPLE)) > 5


@pytest.mark.parametrize(
    ("template", "found"),
    [
        ("доля 37,5 %", [(1, "37,5")]),
        ("{{ 37 }}", [(1, "37")]),
        ("x\n{{ '37 проектов' }}", [(2, "37")]),
        ("{% set n = 5 %}{{ n }}", [(1, "5")]),
        ("{{ '5' if has('x') else '6' }}", [(1, "5"), (1, "6")]),
        ("{{ f('x') ~ ' из 39' }}", [(1, "39")]),
        ("{{ listed('5 проектов', 'Б') }}", [(1, "5")]),
        ("{{ counted('x', '7 заявок|заявки|заявок') }}", [(1, "7")]),
        ("{{ f('x')|replace('1', '2') }}", [(1, "1"), (1, "2")]),
        # none of these states a number
        ("{{ typed('№ 10-4831') }}", []),
        ("{{ v('x', 1) }} {{ f('residents_within_50') }}", []),
        ("{% if below('p', 0.05) %}да{% endif %}", []),
        ("{{ 'да' if below('p', 0.05) else 'нет' }}", []),
        ("95 % {{ '95 % интервал' }}", []),
        ("{# 12 #}", []),
    ],
)
def test_typed_numbers_are_found_inside_of_braces_too(template: str, found: list[tuple[int, str]]) -> None:
    assert typed_numbers(template) == found


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_card_asks_for_no_number_that_it_may_lack(language: str) -> None:
    # other texts: the finished demonstration (end_to_end/test_trace_to_cells.py) and the example's own report
    assert set(unguarded(TEXTS[f"card.{language}{ENDING}"])) <= set(NUMBERS)


@pytest.mark.parametrize(
    ("template", "bare"),
    [
        ("{{ f('a') }}", {"a"}),
        ("{% if has('a') %}{{ f('a') }}{{ f('b') }}{% endif %}{{ f('a') }}", {"a", "b"}),
        ("{% if has('a', 'b') and clear('a') %}{{ f('b') }}{% endif %}", set()),
        ("{% if has('a') or has('b') %}{{ f('a') }}{% endif %}", {"a"}),
        ("{% if clear('a') and has('a') %}x{% endif %}", {"a"}),
        ("{% if has('a') %}x{% else %}{{ f('a') }}{% endif %}", {"a"}),
        ("{% if not has('a') %}x{% else %}{{ f('a') }}{% endif %}", set()),
        ("{% if x %}y{% elif has('a') %}{{ f('a') }}{% endif %}", set()),
        ("{{ f('a') if has('a') else 'x' }}", set()),
        ("{{ between('a', 'b') }}", {"a", "b"}),
        ("{% if has('a') %}{% if sign('a') > 0 %}{{ f('a') }}{% endif %}{% endif %}", set()),
    ],
)
def test_the_scan_sees_what_is_guarded(template: str, bare: set[str]) -> None:
    assert set(unguarded(template)) == bare
