"""Formulas of the declared models: MathML on the page, words for those who hear it, every symbol explained.

A formula is written from the model as the plan declares it: its exposures, controls, effects and offset stand in it and
nothing else does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from html import unescape

from latex2mathml.converter import convert
from markupsafe import Markup

from evaluation.codebook import Codebook
from evaluation.display.wording import label_of
from evaluation.report.formulas.families import FAMILY_FORMULAS
from evaluation.report.formulas.parts import Formula, Symbol
from evaluation.settings import Language, Model, Text

_WHERE = Text(ru="где", en="where")
_ATTRIBUTE = re.compile(r"^<math ")
_TAG = re.compile(r"<[^>]*>")


def formula(latex: str, text: str) -> Markup:
    """A formula in a line of its own: MathML, ``text`` as its label and alternative text, the LaTeX for documents.

    ``latex`` is the project's own, never data. Raises ValueError for LaTeX that cannot be read.
    """
    return Markup(
        '<div class="formula" role="group" tabindex="0" aria-label="{}" data-text="{}" data-latex="{}">{}</div>'
    ).format(text, text, latex, _mathml(latex, "block", text))


def symbol(latex: str) -> Markup:
    """A symbol within a line; its letters are its alternative text."""
    return _mathml(latex, "inline", "")


def model_formula(model: Model, codebook: Codebook | None, language: Language, variables: Sequence[str]) -> Markup:
    """The formulas of one declared model and a sentence that says what their symbols mean.

    ``variables`` are the codebook's tables in which labels of columns are looked up.
    """

    def label(code: str) -> str:
        return label_of(codebook, variables, code, language)

    shown = FAMILY_FORMULAS[model.family](model)
    lines = Markup("").join(formula(each.latex, each.spoken.in_language(language)) for each in shown)
    return lines + _symbols(shown, label, language)


def _symbols(formulas: Sequence[Formula], label: Callable[[str], str], language: Language) -> Markup:
    seen: dict[str, Symbol] = {}
    for each in formulas:
        for one in each.symbols:
            seen.setdefault(one.latex, one)
    items = [Markup("{}\u00a0— {}").format(symbol(one.latex), _meaning(one, label, language)) for one in seen.values()]
    return Markup('<p class="symbols">{} {}.</p>').format(_WHERE.in_language(language), Markup("; ").join(items))


def _meaning(one: Symbol, label: Callable[[str], str], language: Language) -> str:
    text = one.text.in_language(language)
    return f"{text}: {', '.join(map(label, one.columns))}" if one.columns else text


@lru_cache(maxsize=2_000)
def _mathml(latex: str, display: str, text: str) -> Markup:
    try:
        made = convert(latex, display=display)
    except Exception as error:  # the library's own errors share no class
        raise ValueError(f"formula {latex!r} cannot be read: {type(error).__name__} {error}") from error
    spoken = Markup(' alttext="{}"').format(text or unescape(_TAG.sub("", made)))
    return Markup(_ATTRIBUTE.sub(lambda _: f"<math{spoken} ", made, count=1))
