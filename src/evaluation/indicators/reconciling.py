"""Published totals beside the register's own, and the remarks that would close the gap between them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import pandas as pd

from evaluation.codebook import Codebook
from evaluation.contracts import TABLES, conform
from evaluation.indicators.projects import project_values
from evaluation.reconciliation import Cause, Explanation, Treatment, coded, explain_gap, hundredths, in_words
from evaluation.settings import LANGUAGES, Language, ReferenceTotal


def reconcile(
    projects: pd.DataFrame,
    project_funding: pd.DataFrame | None,
    project_participation: pd.DataFrame | None,
    reference_totals: Sequence[ReferenceTotal],
    reconciling_items: pd.DataFrame | None = None,
    codebook: Codebook | None = None,
) -> pd.DataFrame:
    """Published totals beside the register's own: contract ``reconciliation``.

    Measures: projects_funded; applications; cost and participations of funded projects; units_with_projects (units
    with at least one funded project). ``register`` is in the published value's unit; ``difference`` = register less
    published; ``remainder`` is what of it no remark explains: 0 where both agree as exactly as the total was published
    or where one remark or two together close the gap, which ``causes_*`` then say. ``reconciling_items`` (that table)
    are the rows and cells that may have been counted otherwise, ``codebook`` has the remarks' names.
    """
    values = project_values(projects, project_funding, project_participation)
    rows = []
    for total in reference_totals:
        first, last = total.years or (int(values["year"].min()), int(values["year"].max()))
        chosen = values[values["year"].between(first, last)]
        funded = chosen[chosen["is_funded"]]
        found = {
            "projects_funded": float(len(funded)),
            "applications": float(len(chosen)),
            "cost": float(funded["cost"].sum()),
            "participations": float(funded["participations"].fillna(0).sum()),
            "units_with_projects": float(funded["unit_id"].nunique()),
        }[total.measure]
        gap, rounding = hundredths(total.published * total.scale) - hundredths(found), published_rounding(total)
        explanations = explain_gap(gap, _causes(reconciling_items, total.measure, first, last), rounding)
        difference = found / total.scale - total.published
        rows.append(
            {
                "name": total.name,
                "label_ru": total.label.ru,
                "label_en": total.label.en,
                "published": total.published,
                "register": found / total.scale,
                "difference": difference,
                "unit": total.unit,
                "period": f"{first}–{last}" if first != last else str(first),
                "reference": total.reference,
                "explanation_ru": total.explanation.ru,
                "explanation_en": total.explanation.en,
                "remainder": 0.0 if explanations or abs(gap) <= rounding else difference,
                **{f"causes_{language}": _said(explanations, codebook, language) for language in LANGUAGES},
            }
        )
    table = TABLES["reconciliation"]
    return conform(pd.DataFrame(rows, columns=list(table.names)), table) if rows else table.empty()


def published_rounding(total: ReferenceTotal) -> int:
    """Half of the published number's last digit, in hundredths of the register's unit: 971 million leaves 0.5 open."""
    exponent = Decimal(repr(total.published)).normalize().as_tuple().exponent
    decimals = max(0, -exponent) if isinstance(exponent, int) else 0
    return int(50 * total.scale / 10**decimals)


def _causes(items: pd.DataFrame | None, measure: str, first: int, last: int) -> list[Cause]:
    if items is None or items.empty:
        return []
    mine = items[(items["measure"] == measure) & items["year"].between(first, last)]
    causes = []
    for (rule, treatment), group in mine.groupby(["rule", "treatment"], sort=True):
        told: Treatment = treatment
        causes.append(Cause(str(rule), told, len(group), hundredths(group["amount"].sum())))
    return causes


def _said(explanations: Sequence[Explanation], codebook: Codebook | None, language: Language) -> str | None:
    labels = {} if codebook is None else codebook.choice_labels("rule", language)
    return in_words(coded(explanations), labels, language) or None
