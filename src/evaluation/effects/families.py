"""Which module fits which family of models. Modules are imported only when a plan declares their family."""

from __future__ import annotations

from typing import Protocol

import pandas as pd

from evaluation.settings import Family, InputProblem, Model, inference_gaps

Row = dict[str, object]


class RowsOf(Protocol):
    """Rows of the one shape of a result from a table and a declared model."""

    def __call__(self, frame: pd.DataFrame, model: Model, *, draws: int = 999, seed: int = 1) -> list[Row]: ...


def _regression() -> RowsOf:
    from evaluation.effects.regression import rows_of

    return rows_of


def _instrumented() -> RowsOf:
    from evaluation.effects.instrumented import rows_of

    return rows_of


def _first_training() -> RowsOf:
    from evaluation.effects.staggered.declared import rows_of

    return rows_of


def _counts() -> RowsOf:
    from evaluation.effects.count_rows import rows_of

    return rows_of


def _ordered() -> RowsOf:
    from evaluation.effects.ordinal import rows_of

    return rows_of


def _multilevel() -> RowsOf:
    from evaluation.effects.multilevel import rows_of

    return rows_of


def _random_effects() -> RowsOf:
    from evaluation.effects.random_effects import rows_of

    return rows_of


def _selection() -> RowsOf:
    from evaluation.effects.selection.rows import rows_of

    return rows_of


def _exchange() -> RowsOf:
    from evaluation.effects.exchange.response import rows_of

    return rows_of


def _diffusion() -> RowsOf:
    from evaluation.effects.exchange.diffusion import rows_of

    return rows_of


def _survival() -> RowsOf:
    from evaluation.effects.survival.rows import rows_of

    return rows_of


def _contest() -> RowsOf:
    from evaluation.effects.contest.cutoff import rows_of

    return rows_of


def _assignment() -> RowsOf:
    from evaluation.effects.assignment import rows_of

    return rows_of


FAMILIES = {
    **dict.fromkeys(("poisson", "ols", "logit"), _regression),
    "iv": _instrumented,
    **dict.fromkeys(("event_study", "group_time", "imputation", "sun_abraham"), _first_training),
    **dict.fromkeys(("negative_binomial", "zero_inflated", "hurdle"), _counts),
    "ordered_logit": _ordered,
    "multilevel": _multilevel,
    "random_effects": _random_effects,
    **dict.fromkeys(("ipw", "aipw", "g_formula"), _selection),
    "exposure_response": _exchange,
    "diffusion": _diffusion,
    **dict.fromkeys(("cox", "hazard"), _survival),
    **dict.fromkeys(("cutoff", "local_randomisation"), _contest),
    **dict.fromkeys(("intention_to_treat", "complier"), _assignment),
}


_JACKKNIFED = (
    "negative_binomial", "zero_inflated", "hurdle", "ordered_logit", "multilevel", "random_effects", "ipw", "aipw",
    "g_formula", "exposure_response", "cox", "hazard",
)  # fmt: skip
DECLARABLE: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(
        ("poisson", "ols", "logit"), ("crv1", "crv3", "wild_bootstrap", "randomisation", "two_way", "conley")
    ),
    **dict.fromkeys(("iv", "sun_abraham"), ("crv1",)),
    **dict.fromkeys(("event_study", "group_time", "imputation"), ("influence_function",)),
    **dict.fromkeys(_JACKKNIFED, ("crv3",)),
    "diffusion": ("crv3", "two_way"),
    **dict.fromkeys(("local_randomisation", "intention_to_treat", "complier"), ("randomisation",)),
    "cutoff": (),
}
"""What a plan may declare as ``inference`` of each family: what the family does, by choice or always."""
_EITHER = (("crv1", "crv3"), ("wild_bootstrap", "randomisation"))


def refuse_inference(model: Model) -> None:
    """Raise InputProblem for a declared inference that the family does not carry out, for two that exclude each other,
    or one that lacks what it needs: what a plan declares is done, or the plan is refused."""
    known = DECLARABLE.get(model.family, ())
    unknown = [name for name in model.inference if name not in known]
    if unknown:
        listed = ", ".join(known) or "—"
        raise InputProblem(
            f"План, модель «{model.name}»: вывода {', '.join(unknown)} для family: {model.family} нет. "
            f"Есть: {listed}. Исправьте ключ inference или оставьте его пустым.",
            f"Plan, model '{model.name}': family {model.family} has no inference {', '.join(unknown)}; it has "
            f"{listed}. Correct the key inference, or leave it empty.",
        )
    for pair in _EITHER:
        if set(pair) <= set(model.inference):
            raise InputProblem(
                f"План, модель «{model.name}»: объявлены сразу {' и '.join(pair)}, а показать можно одно. "
                "Оставьте одно.",
                f"Plan, model '{model.name}': both {' and '.join(pair)} are declared, and one can be shown. Keep one.",
            )
    for _, ru, en in inference_gaps(model):
        raise InputProblem(f"План, модель «{model.name}»: {ru}", f"Plan, model '{model.name}': {en}")


def rows_of_family(family: Family) -> RowsOf:
    """The function that fits models of a family. Raises InputProblem where there is none."""
    if family not in FAMILIES:
        known = ", ".join(FAMILIES)
        raise InputProblem(
            f"План: вид модели «{family}» по плану не исполняется. Исполняются: {known}.",
            f"Plan: models of family '{family}' are not executed from a plan. These are: {known}.",
        )
    return FAMILIES[family]()
