"""A whole national workspace with simulated returns: registry, settings, files of every region and year, the truth."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from evaluation.app.init_workspace import refuse_taken
from evaluation.app.simulation import parse_years
from evaluation.aside import made_aside
from evaluation.places import repository
from evaluation.settings import InputProblem

if TYPE_CHECKING:
    from evaluation.simulate.national import Country
    from evaluation.simulate.national_files import Heads

LAST_YEAR = 2024
USUAL_YEARS = 12
FORM = Path("config/returns/form.csv")
_PROGRAMME = """\
# What is decided once. This country and its returns are simulated (`evaluation simulate --national`).

id: national-returns
title:
  ru: Состояние местного самоуправления по отчётам муниципалитетов (смоделировано)
  en: The state of local self-government by returns of municipalities (simulated)
institute:
  ru: Ресурсный центр муниципальных образований (демонстрация)
  en: Resource centre of municipalities (demonstration)
simulated: true
first_year: {first}
last_year: {last}
languages: [ru, en]

registry:
  kind: oktmo
  units: config/territory/units.csv
  unit_name: {{ru: муниципальное образование, en: municipality}}

currency:
  code: RUB
  label: {{ru: руб., en: roubles}}

parts: [returns]             # returns of all municipalities: the form is config/returns/form.csv

returns:
  smallest_cell: 5           # a cell of region and type with fewer answers joins others
  least_rate: 0.1            # so does one with a smaller share of answers
  calibrate: true            # fit the weights to the registry's residents by type
  carry_forward: 0           # years after which an earlier answer may not stand in for a missing one; 0: never

steps:
  05_describe_support:
    applicable: false
    reason: {{ru: здесь собирают отчёты муниципалитетов, en: returns of municipalities are collected here}}
"""
_YEAR = """\
year: {year}
starts_on: {year}-01-01
ends_on: {year}-12-31
territory_date: {year}-07-01   # the municipalities in force on this day are expected to return the form
reported_on: {next}-09-01
sources:
  returns: {{file: returns}}   # a folder: every file in it is read
"""


def national_years(text: str | None) -> list[int]:
    """``2013-2024``, or ``12`` for so many years up to the last; without a text the usual ones. Raises InputProblem."""
    if text is None or (text.strip().isdigit() and 0 < int(text) < 100):
        count = USUAL_YEARS if text is None else int(text)
        return list(range(LAST_YEAR - count + 1, LAST_YEAR + 1))
    return parse_years(text)


def simulate_national(
    folder: Path, seed: int | None, regions: int | None, municipalities: int | None, years: str | None
) -> Path:
    """Write a national workspace to ``folder``, which must be empty or not there; return its raw folder.

    Raises InputProblem where anything lies in ``folder``, for years that cannot be understood, and for fewer than ten
    municipalities a region.
    """
    from evaluation.field.returns.form import read_form
    from evaluation.simulate.national import DEFAULT_SEED, National, simulate_country
    from evaluation.simulate.national_files import Heads

    refuse_taken(folder)
    usual = National()
    chosen = National(
        regions=regions or usual.regions,
        municipalities=municipalities or usual.municipalities,
        years=tuple(national_years(years)),
    )
    if chosen.municipalities < 10 * chosen.regions:
        raise InputProblem(
            f"На {chosen.regions} регионов нужно не меньше {10 * chosen.regions} муниципалитетов, указано "
            f"{chosen.municipalities}. Измените --municipalities или --regions.",
            f"{chosen.regions} regions need at least {10 * chosen.regions} municipalities; {chosen.municipalities} "
            "were given. Change --municipalities or --regions.",
        )
    form = read_form(repository() / FORM)
    words = {one.variable: (one.label.ru, *one.aliases) for one in form.questions}
    country = simulate_country(chosen, DEFAULT_SEED if seed is None else seed)
    with made_aside(folder) as aside:
        _settings(aside, chosen.years)
        (aside / "config" / "territory").mkdir()
        country.units.to_csv(aside / "config" / "territory" / "units.csv", index=False, lineterminator="\n")
        _files(aside, country, Heads(words))
        truth = aside / "simulated_truth"
        country.totals(form.variables).to_csv(truth / "totals.csv", index=False, lineterminator="\n")
    return folder / "data" / "raw"


def _settings(root: Path, years: tuple[int, ...]) -> None:
    (root / "config" / "years").mkdir(parents=True)
    (root / "config" / "returns").mkdir()
    programme = _PROGRAMME.format(first=years[0], last=years[-1])
    (root / "config" / "programme.yml").write_text(programme, encoding="utf-8", newline="\n")
    for year in years:
        text = _YEAR.format(year=year, next=year + 1)
        (root / "config" / "years" / f"{year}.yml").write_text(text, encoding="utf-8", newline="\n")
    shutil.copyfile(repository() / FORM, root / FORM)


def _files(root: Path, country: Country, heads: Heads) -> None:
    import pandas as pd

    from evaluation.simulate.national_files import LEDGER_COLUMNS, national_files

    raw = root / "data" / "raw"
    manifest, ledger = {}, []
    for name, content, rows in national_files(country, heads):
        place = raw / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
        manifest[name] = hashlib.sha256(content).hexdigest()
        ledger += rows
    text = json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    (raw / "SIMULATED.json").write_text(text, encoding="utf-8", newline="\n")
    truth = root / "simulated_truth"
    truth.mkdir()
    pd.DataFrame(ledger, columns=LEDGER_COLUMNS).to_csv(truth / "ledger.csv", index=False, lineterminator="\n")
