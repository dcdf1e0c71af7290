"""``evaluation design``: draw next year's lot once, seal it, tell people, and check the seal later."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from evaluation import __version__
from evaluation.app.design_inputs import LotInputs, design_file, lot_inputs, lot_scheme, read_design_plan
from evaluation.app.design_reports import CHANCE_DRAWS, list_text, report_files
from evaluation.aside import write_whole
from evaluation.display.wording import format_number
from evaluation.effects.design import chances, draw_lot
from evaluation.effects.design_power import DesignPower, power_beforehand
from evaluation.effects.lot import Scheme, acceptance_threshold
from evaluation.effects.seal import seal, verify_seal
from evaluation.places import Workspace
from evaluation.running.lock import only_run
from evaluation.settings import DesignPlan, InputProblem, Language, Text

SEAL, LIST = "SEAL.json", "assignment.csv"


@dataclass(frozen=True)
class Drawn:
    """A sealed lot and where it lies."""

    fingerprint: str
    files: tuple[Path, ...]
    power: DesignPower


def run_design(
    workspace: Workspace, year: int | None, preview_only: bool, verify_year: int | None, language: Language
) -> list[str]:
    """The command: lines to print. Without a year it is the one after the programme's last."""
    ru = language == "ru"
    if verify_year is not None:
        fingerprint = verify(workspace, verify_year)
        return [
            f"Печать цела. Отпечаток {fingerprint}: сравните его с тем, что стоит в письмах."
            if ru
            else f"The seal holds. Fingerprint {fingerprint}: compare it with the one in the letters."
        ]
    chosen = year or workspace.programme.last_year + 1
    if preview_only:
        return preview(workspace, chosen, language)
    drawn = draw_and_seal(workspace, chosen)
    head = f"Жребий вытянут и запечатан. Отпечаток {drawn.fingerprint}" if ru else (
        f"The lot is drawn and sealed. Fingerprint {drawn.fingerprint}"
    )  # fmt: skip
    last = (
        "Сохраните папку config/design в хранилище версий до рассылки писем."
        if ru
        else "Commit the folder config/design before any letter is sent."
    )
    return [head, *(str(path) for path in drawn.files), last]


def seal_folder(workspace: Workspace, year: int) -> Path:
    return workspace.root / "config" / "design" / str(year)


def power_of(plan: DesignPlan, inputs: LotInputs, scheme: Scheme, threshold: float) -> DesignPower:
    """What the lot could find, by the known years."""
    return power_beforehand(
        inputs.panel, scheme, threshold, plan.power.outcome, plan.power.effects, reached=plan.assigned_arms,
        simulations=plan.power.simulations, draws=plan.power.draws, seed=plan.seed,
    )  # fmt: skip


def preview(workspace: Workspace, year: int, language: Language) -> list[str]:
    """Power, units and rule in words; nothing is drawn and nothing written."""
    plan = read_design_plan(workspace, year)
    inputs = lot_inputs(workspace, plan)
    scheme = lot_scheme(plan, inputs.units)
    threshold = acceptance_threshold(scheme)
    _odds(plan, inputs, scheme, threshold)
    found = power_of(plan, inputs, scheme, threshold)
    sizes = ", ".join(
        f"{arm.words.in_language(language)}: {size}" for arm, size in zip(plan.arms, scheme.sizes, strict=True)
    )
    ru = language == "ru"
    lines = [
        f"Жребий {year} года, территорий: {len(scheme.units)} ({sizes})"
        if ru
        else f"Lot of {year}, units: {len(scheme.units)} ({sizes})"
    ]
    for row in found.curve.to_dict("records"):
        effect, power, error = (format_number(row[name], language, 0, "share") for name in ("effect", "power", "se"))
        lines.append(
            f"  рост на {effect}: находят в {power} случаев (погрешность проб {error})"
            if ru
            else f"  growth by {effect}: found in {power} of cases (trials' error {error})"
        )
    lines.append("Ничего не записано." if ru else "Nothing was written.")
    return lines


def draw_and_seal(workspace: Workspace, year: int, today: dt.date | None = None) -> Drawn:
    """Draw, seal and report the lot of ``year``; everything is computed before the first file is written.

    Raises InputProblem where the year's lot is sealed already, and for whatever does not fit.
    """
    with only_run(workspace.root):
        folder = seal_folder(workspace, year)
        if (folder / SEAL).exists():
            raise InputProblem(
                f"Жребий {year} года уже запечатан: {folder / SEAL}. Он не перетягивается. Проверить его: "
                f"«evaluation design --verify {year}».",
                f"The lot of {year} is sealed already: {folder / SEAL}. It is not drawn again. To check it: "
                f"'evaluation design --verify {year}'.",
            )
        plan = read_design_plan(workspace, year)
        inputs = lot_inputs(workspace, plan)
        scheme = lot_scheme(plan, inputs.units)
        lot = draw_lot(scheme)
        odds = _odds(plan, inputs, scheme, lot.threshold)
        power = power_of(plan, inputs, scheme, lot.threshold)
        about = {
            "year": str(year), "panel_year": str(inputs.panel_year), "sealed_on": str(today or dt.date.today()),
            "responsible_ru": plan.responsible.ru, "responsible_en": plan.responsible.en,
            "settings": _settings_text(plan),
        }  # fmt: skip
        document = seal(lot, plan.kind, about, __version__)
        reports = workspace.report_folder(year).parent / "design"
        contents = report_files(workspace, plan, inputs, lot, odds, power, document)
        # the seal comes last: without it nothing counts as drawn
        files = [_put(reports / name, content) for name, content in contents.items()]
        files.append(_put(folder / LIST, list_text(plan, inputs, document)))
        text = json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
        files.append(_put(folder / SEAL, text.encode("utf-8")))
        return Drawn(str(document["hash"]), tuple(files), power)


def _odds(plan: DesignPlan, inputs: LotInputs, scheme: Scheme, threshold: float) -> pd.DataFrame:
    """Chances of the parts by unit. Raises InputProblem where one is too small: balancing a number with one giant among
    its values would leave that unit no chance at all."""
    odds = chances(scheme, threshold, CHANCE_DRAWS, plan.seed)
    arms = list(scheme.arms)
    lowest = odds[arms].min(axis=1)
    low = odds.loc[lowest < plan.lowest_chance, "unit_id"]
    if len(low):
        names = inputs.units.set_index("unit_id")["name"]
        shown = ", ".join(f"{names[unit]} ({lowest[place]:.1%})" for place, unit in low.items())
        raise InputProblem(
            f"Жребий {plan.year} года: отбор сбалансированных проб почти не оставляет шанса одной из частей: {shown}; "
            f"нужно не меньше {plan.lowest_chance:.0%}. Уравнивайте логарифм (log1p(population)), увеличьте "
            "accepted_share или исключите эти территории (leave_out).",
            f"Lot of {plan.year}: the rule of acceptance leaves hardly a chance of one of the arms to: {shown}; at "
            f"least {plan.lowest_chance:.0%} is needed. Balance the logarithm (log1p(population)), raise "
            "accepted_share, or leave these units out (leave_out).",
        )
    return odds


def verify(workspace: Workspace, year: int) -> str:
    """The fingerprint of an untouched seal. Raises InputProblem naming everything that was changed."""
    folder = seal_folder(workspace, year)
    for name in (SEAL, LIST):
        if not (folder / name).exists():
            raise InputProblem(
                f"Нет файла {folder / name}: жребий {year} года не запечатан, или файл пропал. Верните его из "
                "хранилища версий.",
                f"There is no file {folder / name}: the lot of {year} is not sealed, or the file is lost. Bring it "
                "back from the version store.",
            )
    try:
        document = json.loads((folder / SEAL).read_text(encoding="utf-8"))
        if not isinstance(document, dict):
            raise ValueError("not an object")
        listed = pd.read_csv(folder / LIST, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except (ValueError, UnicodeDecodeError) as error:
        raise InputProblem(
            f"{folder}: {SEAL} или {LIST} не читается ({type(error).__name__}). Верните файлы из хранилища версий.",
            f"{folder}: {SEAL} or {LIST} cannot be read ({type(error).__name__}). Bring the files back from the "
            "version store.",
        ) from error
    found = verify_seal(document, listed)
    if design_file(workspace, year).exists():
        found += _changed_settings(document, read_design_plan(workspace, year))
    if found:
        raise InputProblem(
            f"Жребий {year} года изменён после запечатывания:\n" + "\n".join(f"  {text.ru}" for text in found),
            f"The lot of {year} was changed after sealing:\n" + "\n".join(f"  {text.en}" for text in found),
        )
    return str(document["hash"])


def _settings_text(plan: DesignPlan) -> str:
    return json.dumps(plan.model_dump(mode="json"), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _changed_settings(document: Mapping[str, Any], plan: DesignPlan) -> list[Text]:
    try:
        sealed = json.loads(document["content"]["rule"]["about"]["settings"])
    except (KeyError, TypeError, ValueError):
        return [Text(ru="в печати нет настроек жребия", en="the seal lacks the lot's settings")]
    now = plan.model_dump(mode="json")
    return [
        Text(
            ru=f"настройки, {key}: сейчас {now.get(key)}, запечатано {sealed.get(key)}",
            en=f"settings, {key}: now {now.get(key)}, sealed was {sealed.get(key)}",
        )
        for key in sorted({*now, *sealed})
        if now.get(key) != sealed.get(key)
    ]


def _put(place: Path, content: bytes) -> Path:
    try:
        write_whole(place, content)
    except OSError as error:
        raise InputProblem(
            f"Файл {place} нельзя записать ({error.strerror}). Закройте его в других программах, проверьте права и "
            "повторите.",
            f"The file {place} cannot be written ({error.strerror}). Close it in other programs, check your rights and "
            "repeat.",
        ) from error
    return place
