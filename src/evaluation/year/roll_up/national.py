"""``evaluation roll-up``: deliveries of regions become national tables and a report, or are refused in words."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from evaluation.codebook import Codebook
from evaluation.settings import LANGUAGES, InputProblem, Language, Text
from evaluation.year.manifest import sums_text
from evaluation.year.roll_up.estimates import side_by_side, split_models, summaries
from evaluation.year.roll_up.exhibits import SHOWN, Exhibits
from evaluation.year.roll_up.figures import roll_up_figures
from evaluation.year.roll_up.findings import OF_STREAMS, roll_up_findings, streams_of
from evaluation.year.roll_up.page import PageInputs, national_page
from evaluation.year.roll_up.read import Asked, Refused, Taken, open_delivery
from evaluation.year.roll_up.tables import all_units, by_region, dispersion, national_totals
from evaluation.year.roll_up.together import told_apart

MARK = "ROLLUP.json"
FORM = "evaluation-roll-up/1"
OnStage = Callable[[Text], None]
STAGES = {
    "check": Text(ru="Проверяем посылки", en="Checking the deliveries"),
    "tables": Text(ru="Складываем таблицы", en="Adding up the tables"),
    "report": Text(ru="Пишем отчёт", en="Writing the report"),
}
Names = Mapping[str, Text]
"""Names of regions by their codes."""


@dataclass(frozen=True, eq=False)
class RolledUp:
    """What came of the deliveries. ``tables``: regions' totals, the nation's, dispersion, units, findings of the
    regions, estimates and their summaries; ``findings`` are the national report's."""

    year: int
    taken: Sequence[Taken]
    refused: Sequence[Refused]
    missing: Sequence[str]
    tables: Mapping[str, pd.DataFrame]
    findings: pd.DataFrame

    @property
    def simulated(self) -> bool:
        return any(each.delivery.simulated for each in self.taken)

    @property
    def currency(self) -> str:
        """The regions' one currency; empty where they have several."""
        known = {each.delivery.currency for each in self.taken}
        return known.pop() if len(known) == 1 else ""


def roll_up(
    deliveries: Mapping[str, bytes],
    asked: Asked,
    names: Names | None = None,
    mixed: bool = False,
    on_stage: OnStage = lambda stage: None,
) -> RolledUp:
    """Check ``deliveries`` (content by file name) and add up those that hold. The same deliveries give the same result,
    whatever order they come in.

    ``names``: the regions that are expected, by code; ``mixed``: simulated deliveries may stand among real ones.
    Raises InputProblem where not one delivery can be taken, with the reasons of each.
    """
    on_stage(STAGES["check"])
    opened = [open_delivery(name, content, asked) for name, content in sorted(deliveries.items())]
    taken, refused = told_apart(opened, mixed)
    if not taken:
        raise _nothing(refused)
    on_stage(STAGES["tables"])
    regional, units, side = by_region(taken), all_units(taken), side_by_side(taken)
    totals, spread, summary = national_totals(regional), dispersion(regional), summaries(side)
    missing = sorted({*(names or {})} - {each.region for each in taken})
    counts = {
        "deliveries": len(opened), "deliveries_refused": len(refused), "regions": len(taken),
        "regions_missing": len(missing),
    }  # fmt: skip
    findings = pd.concat(
        [each.frames["findings"].assign(region=each.region) for each in taken], ignore_index=True
    ).sort_values(["name", "region"], ignore_index=True)  # fmt: skip
    values = pd.concat([each.frames["unit_values"].assign(region=each.region) for each in taken], ignore_index=True)
    tables = {
        "national": totals, "regions": regional, "dispersion": spread, "units": units, "unit_values": values,
        "estimates": side, "summaries": summary, "region_findings": findings,
    }  # fmt: skip
    told = roll_up_findings(counts, units, totals, spread, summary)
    return RolledUp(asked.year, taken, refused, missing, tables, told)


def _nothing(refused: Sequence[Refused]) -> InputProblem:
    ru = [f"- {each.file}: {'; '.join(text.ru for text in each.reasons)}" for each in refused]
    en = [f"- {each.file}: {'; '.join(text.en for text in each.reasons)}" for each in refused]
    return InputProblem(
        "\n".join([f"Ни одну посылку нельзя учесть (всего {len(refused)}), отчёта нет.", *ru]),
        "\n".join([f"Not one delivery can be taken (of {len(refused)}), there is no report.", *en]),
    )


def read_region_names(path: Path) -> Names:
    """The regions that are to deliver: CSV with columns code, name_ru, name_en. Raises InputProblem naming the line."""
    expected = ("code", "name_ru", "name_en")
    try:
        rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig")), strict=True))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputProblem(
            f"{path}: список регионов не читается ({type(error).__name__}). Нужен CSV в UTF-8 со столбцами "
            f"{', '.join(expected)}.",
            f"{path}: the list of regions cannot be read ({type(error).__name__}). It has to be CSV in UTF-8 with the "
            f"columns {', '.join(expected)}.",
        ) from error
    found: dict[str, Text] = {}
    for line, row in enumerate(rows, 2):
        cells = [(row.get(name) or "").strip() for name in expected]
        if not all(cells) or cells[0] in found:
            raise InputProblem(
                f"{path}, строка {line}: ожидались код, которого ещё не было, и название на двух языках "
                f"({', '.join(expected)}). Исправьте строку.",
                f"{path}, line {line}: expected were a code that was not there before and a name in both languages "
                f"({', '.join(expected)}). Correct the line.",
            )
        found[cells[0]] = Text(ru=cells[1], en=cells[2])
    return found


# ---- what is written ------------------------------------------------------------------------------------------------


def roll_up_files(
    made: RolledUp, codebook: Codebook, names: Names | None = None, threshold: int = 5
) -> dict[str, bytes]:
    """Every file of the roll-up by name: tables as CSV, a page in each language, ``ROLLUP.json``."""
    files = {f"tables/{name}.csv": _csv(frame) for name, frame in made.tables.items()}
    files["tables/findings.csv"] = _csv(made.findings)
    for language in LANGUAGES:
        files[f"report.{language}.html"] = page_of(made, codebook, names or {}, threshold, language).encode("utf-8")
    files[MARK] = _mark(made, names or {}).encode("utf-8")
    return files


def page_of(made: RolledUp, codebook: Codebook, names: Names, threshold: int, language: Language) -> str:
    """The report in one language."""
    named = {each.region: names.get(each.region, Text(ru=each.region, en=each.region)) for each in made.taken}
    maker = Exhibits(codebook, named, made.currency, threshold, made.simulated)
    totals, tables = made.tables["national"], made.tables
    of_programme = totals[totals["source"] == "indicators"]
    order = {name: place for place, name in enumerate(SHOWN)}
    of_programme = of_programme.assign(order=of_programme["indicator"].map(order).fillna(len(order)))
    support = totals[(totals["source"] == "support_summary") & totals["indicator"].isin(OF_STREAMS)]
    exhibits = {
        "deliveries": maker.deliveries(made.taken),
        "totals": maker.totals(
            of_programme.sort_values(["order", "indicator"]), "totals", Text(ru="Страна в целом", en="The whole nation")
        ),
        "regions": maker.regions(tables["regions"]),
    }
    if made.refused:
        exhibits["refused"] = maker.refused(made.refused, language)
    if len(support):
        exhibits["support"] = maker.totals(support, "support", Text(ru="Поддержка по видам", en="Support by stream"))
    if len(tables["dispersion"]):
        exhibits["dispersion"] = maker.dispersion(tables["dispersion"])
    if len(tables["summaries"]):
        exhibits["summaries"] = maker.summaries(tables["summaries"])
    inputs = PageInputs(
        year=made.year, findings=made.findings, exhibits=exhibits,
        figures=roll_up_figures(tables["regions"], tables["estimates"], maker, language), streams=streams_of(totals),
        missing=[names[code].in_language(language) for code in made.missing],
        split=split_models(tables["summaries"]), currency=made.currency, simulated=made.simulated,
    )  # fmt: skip
    return national_page(inputs, language)


def _csv(frame: pd.DataFrame) -> bytes:
    return frame.to_csv(index=False, lineterminator="\n", date_format="%Y-%m-%d").encode("utf-8")


def _mark(made: RolledUp, names: Names) -> str:
    content = {
        "schema": FORM,
        "year": made.year,
        "simulated": made.simulated,
        "taken": [
            {"file": each.file, "sha256": each.sha256, "region": each.region,
             "release": each.delivery.release.model_dump(mode="json")}
            for each in made.taken
        ],
        "refused": [
            {"file": each.file, "sha256": each.sha256, "region": each.region,
             "reasons": [text.model_dump() for text in each.reasons]}
            for each in made.refused
        ],
        "missing": list(made.missing),
        "names": {code: text.model_dump() for code, text in sorted(names.items())},
    }  # fmt: skip
    return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def write_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write ``files`` and their check sums to ``folder``, in the place of an earlier roll-up there, in one step.

    Raises InputProblem where the folder holds something else: that is never removed.
    """
    if folder.exists() and not (folder / MARK).is_file() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputProblem(
            f"{folder}: здесь лежит не сводка (нет {MARK}). Укажите в --out новую папку или папку прежней сводки.",
            f"{folder}: what lies here is no roll-up (there is no {MARK}). Give --out a new folder or that of an "
            "earlier roll-up.",
        )
    folder.parent.mkdir(parents=True, exist_ok=True)
    aside = folder.with_name(f".{folder.name}.{os.getpid()}.new")
    before = folder.with_name(f".{folder.name}.{os.getpid()}.old")
    try:
        for name, content in {**files, "SHA256SUMS": sums_text(files).encode("utf-8")}.items():
            place = aside / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
        if folder.exists():
            folder.rename(before)
        try:
            aside.rename(folder)
        except BaseException:
            if before.exists():
                before.rename(folder)
            raise
    finally:
        for left in (aside, before):
            shutil.rmtree(left, ignore_errors=True)
