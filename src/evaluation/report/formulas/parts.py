"""What formulas are made of: symbols with their meaning, and the sum of terms that most models share."""

from __future__ import annotations

import re
from dataclasses import dataclass

from evaluation.settings import Model, Text

MOST_EXPOSURES = 3  # written one by one; more stand as a vector
EFFECT_SIGNS = (r"\alpha", r"\lambda", r"\varphi")
_LOGGED = re.compile(r"log1p\((\w+)\)")


@dataclass(frozen=True)
class Symbol:
    """A symbol in LaTeX, its meaning, and the columns of the model whose labels follow the meaning."""

    latex: str
    text: Text
    columns: tuple[str, ...] = ()


@dataclass(frozen=True)
class Formula:
    """A formula in LaTeX, what it says in words, and its symbols."""

    latex: str
    spoken: Text
    symbols: tuple[Symbol, ...] = ()


@dataclass(frozen=True)
class Terms:
    """A sum of terms in LaTeX, its words and its symbols."""

    latex: str
    spoken: Text
    symbols: tuple[Symbol, ...]


def row_symbol() -> Symbol:
    return Symbol("i", Text(ru="строка данных", en="a row of the data"))


def outcome_symbol(model: Model, latex: str = "y_i") -> Symbol:
    """The outcome; one declared as ``log1p(...)`` is named by what stands in it."""
    logged = _LOGGED.fullmatch(model.outcome)
    if logged:
        text = Text(ru="исход: логарифм (1 + значение)", en="outcome: logarithm of (1 + value)")
        return Symbol(latex, text, (logged.group(1),))
    return Symbol(latex, Text(ru="исход", en="outcome"), (model.outcome,))


def exposure_terms(model: Model, columns: tuple[str, ...] | None = None) -> tuple[str, tuple[Symbol, ...]]:
    """Coefficients times exposures."""
    names = model.exposures if columns is None else columns
    sign = Text(ru="воздействие", en="exposure")
    what = Text(ru="искомый коэффициент", en="the coefficient sought")
    if len(names) == 1:
        return r"\beta d_i", (Symbol(r"\beta", what), Symbol("d_i", sign, names))
    if len(names) > MOST_EXPOSURES:
        many = Text(ru="воздействия", en="exposures")
        each = Text(ru="искомые коэффициенты", en="the coefficients sought")
        return r"\beta^{\top} d_i", (Symbol(r"\beta", each), Symbol("d_i", many, names))
    terms = [rf"\beta_{{{place}}} d_{{{place}i}}" for place in range(1, len(names) + 1)]
    symbols = [Symbol(r"\beta_1, \ldots", Text(ru="искомые коэффициенты", en="the coefficients sought"))]
    symbols += [Symbol(f"d_{{{place}i}}", sign, (name,)) for place, name in enumerate(names, start=1)]
    return " + ".join(terms), tuple(symbols)


def held_terms(model: Model, *, constant: bool = True, offset: bool = True) -> list[tuple[str, Text, Symbol]]:
    """Terms of what is held constant: controls, effects or a constant, and the offset."""
    terms: list[tuple[str, Text, Symbol]] = []
    if model.controls:
        text = Text(ru="учтённые величины с коэффициентами", en="what is held constant, with coefficients")
        terms.append((r"\gamma^{\top} x_i", text, Symbol("x_i", Text(ru="учтено", en="held constant"), model.controls)))
    for sign, name in zip(EFFECT_SIGNS, model.fixed_effects, strict=False):
        text = Text(ru="постоянное различие", en="a fixed effect")
        meaning = Text(ru="своя постоянная для каждого значения", en="a constant of its own for every value")
        terms.append((f"{sign}_{{i}}", text, Symbol(f"{sign}_{{i}}", meaning, (name,))))
    if len(model.fixed_effects) > len(EFFECT_SIGNS):
        rest = model.fixed_effects[len(EFFECT_SIGNS) :]
        meaning = Text(ru="прочие постоянные различия", en="further fixed effects")
        terms.append((r"\omega_i", meaning, Symbol(r"\omega_i", meaning, rest)))
    if constant and not model.fixed_effects:
        text = Text(ru="постоянная", en="the constant")
        terms.append((r"\mu", text, Symbol(r"\mu", text)))
    if offset and model.offset is not None:
        text = Text(ru="логарифм базы счёта", en="the logarithm of the base of the count")
        meaning = Text(
            ru="база счёта, логарифм которой входит с коэффициентом «один»",
            en="base of the count, whose logarithm has the coefficient one",
        )
        terms.append((r"\log N_i", text, Symbol("N_i", meaning, (model.offset,))))
    return terms


def predictor(model: Model, *, constant: bool = True, offset: bool = True) -> Terms:
    """The linear predictor: exposures, controls, effects (or a constant) and offset, as the model declares them."""
    latex, symbols = exposure_terms(model)
    held = held_terms(model, constant=constant, offset=offset)
    ru = ", ".join(["воздействия с коэффициентами", *(text.ru for _, text, _ in held)])
    en = ", ".join(["exposures with coefficients", *(text.en for _, text, _ in held)])
    return Terms(
        " + ".join([latex, *(each for each, _, _ in held)]),
        Text(ru=ru, en=en),
        (*symbols, *(each for _, _, each in held)),
    )
