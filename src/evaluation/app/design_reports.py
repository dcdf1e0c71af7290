"""What a sealed lot leaves for people: pages, lists to write letters from, and the list beside the seal."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import pandas as pd

from evaluation.app.design_inputs import REASONS, LotInputs
from evaluation.display.wording import format_number, label_of, words
from evaluation.effects.design import Assignment, balance_table, strata_table
from evaluation.effects.design_power import DesignPower
from evaluation.effects.model_matrix import source_column
from evaluation.effects.seal import sealed_table
from evaluation.places import Workspace
from evaluation.report.design import LETTER_COLUMNS, design_page, letter_list
from evaluation.settings import DesignPlan, Language, Text

CHANCE_DRAWS = 2000
SIZE_WORDS: dict[Language, str] = {"ru": "размер {}", "en": "size {}"}
SIZE_UNKNOWN: dict[Language, str] = {"ru": "размер неизвестен", "en": "size not known"}


def list_text(plan: DesignPlan, inputs: LotInputs, document: Mapping[str, Any]) -> bytes:
    """The list as CSV: the sealed columns, with name, words and day beside them for people."""
    frame = _letters(plan, inputs, sealed_table(document)).drop(columns=["words_en"])
    out = io.StringIO()
    frame.to_csv(out, index=False, lineterminator="\n")
    return out.getvalue().encode("utf-8-sig")


def _letters(plan: DesignPlan, inputs: LotInputs, table: pd.DataFrame) -> pd.DataFrame:
    arms = {arm.code: arm for arm in plan.arms}
    names = inputs.units.set_index("unit_id")["name"]
    return table.assign(
        name=table["unit_id"].map(names),
        words_ru=table["arm"].map({code: arm.words.ru for code, arm in arms.items()}),
        words_en=table["arm"].map({code: arm.words.en for code, arm in arms.items()}),
        starts_on=table["arm"].map({code: arm.starts_on for code, arm in arms.items()}),
    )


def report_files(
    workspace: Workspace,
    plan: DesignPlan,
    inputs: LotInputs,
    lot: Assignment,
    odds: pd.DataFrame,
    power: DesignPower,
    document: Mapping[str, Any],
) -> dict[str, bytes]:
    """Pages and lists by file name."""
    arms = list(lot.scheme.arms)
    letters = _letters(plan, inputs, sealed_table(document))
    tables = {
        "power": power.curve,
        "strata": strata_table(lot),
        "balance": balance_table(lot),
        "chances": pd.DataFrame({"arm": arms, "low": list(odds[arms].min()), "high": list(odds[arms].max())}),
        "list": letters[["unit_id", "name", "stratum", "arm"]],
    }
    files: dict[str, bytes] = {}
    for language in workspace.programme.languages:
        reasons = {code: text.in_language(language) for code, text in REASONS.items()}
        html = design_page(
            plan.year, _facts(plan, inputs, lot, document, language),
            {**tables, "left_out": inputs.left_out.assign(reason=inputs.left_out["reason"].map(reasons))},
            (power.smallest, power.smallest_low, power.smallest_high), {arm.code: arm.words for arm in plan.arms},
            {name: _covariate_words(workspace, name, language) for name in plan.balance},
            _stratum_words(workspace, plan, inputs, lot, language), language,
            chance_draws=CHANCE_DRAWS, simulated=workspace.programme.simulated,
        )  # fmt: skip
        files[f"report.{language}.html"] = html.encode("utf-8")
        files[f"letters.{language}.xlsx"] = letter_list(
            letters[LETTER_COLUMNS], plan.year, str(document["hash"]), language
        )
    return files


def _covariate_words(workspace: Workspace, name: str, language: Language) -> str:
    label = label_of(workspace.codebook, ("panel",), source_column(name), language)
    return label if source_column(name) == name else f"log(1 + {label})"


def _stratum_words(
    workspace: Workspace, plan: DesignPlan, inputs: LotInputs, lot: Assignment, language: Language
) -> dict[str, str]:
    """Strata as people name them, by the label under which they are sealed."""
    said: dict[str, str] = {}
    frame = inputs.units.set_index("unit_id").loc[list(lot.scheme.units)]
    for label, row in zip(lot.scheme.strata, frame.to_dict("records"), strict=True):
        said[label] = ", ".join(_value_words(workspace, name, row[name], language) for name in plan.strata) or label
    return said


def _value_words(workspace: Workspace, name: str, value: Any, language: Language) -> str:
    if name == "size":
        return (SIZE_UNKNOWN if value == "unknown" else SIZE_WORDS)[language].format(value)
    if isinstance(value, bool):
        return (
            f"{label_of(workspace.codebook, ('panel',), name, language)}: {words('yes' if value else 'no', language)}"
        )
    listed = workspace.codebook.list_of("panel", name)
    labels = workspace.codebook.choice_labels(listed, language) if listed else {}
    return labels.get(str(value), str(value))


def _facts(
    plan: DesignPlan, inputs: LotInputs, lot: Assignment, document: Mapping[str, Any], language: Language
) -> list[tuple[Text, str]]:
    about = document["content"]["rule"]["about"]
    scheme = lot.scheme
    strata = ", ".join(plan.strata) or "—"
    return [
        (Text(ru="Отпечаток (SHA-256)", en="Fingerprint (SHA-256)"), str(document["hash"])),
        (Text(ru="Запечатано", en="Sealed on"), about["sealed_on"]),
        (Text(ru="Отвечает", en="Responsible"), plan.responsible.in_language(language)),
        (Text(ru="Начальное число", en="Seed"), str(scheme.seed)),
        (Text(ru="Данные по год", en="Data up to"), str(inputs.panel_year)),
        (Text(ru="Территорий в жребии", en="Units in the lot"), str(len(scheme.units))),
        (Text(ru="Слои по", en="Strata by"), strata),
        (
            Text(ru="Правило отбора проб", en="Rule of acceptance"),
            f"{format_number(scheme.accepted_share, language, unit='share')} / {scheme.candidates}: "
            f"M ≤ {format_number(lot.threshold, language, 3)}",
        ),
        (Text(ru="Расстояние M этого жребия", en="Distance M of this lot"), format_number(lot.distance, language, 3)),
        (Text(ru="Проб до принятой", en="Candidates until accepted"), str(lot.tried)),
    ]
