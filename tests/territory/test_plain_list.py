"""Names in plain lists outside Russia: accents, type words of other languages, codes in the place of names."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd

from evaluation.cleaning.context import Context
from evaluation.cleaning.records import read_records
from evaluation.cleaning.rows import begin
from evaluation.cleaning.units import read_units
from evaluation.cleaning.workbook import Received, frame_sheet
from evaluation.codebook import read_codebook
from evaluation.decisions import read_decisions
from evaluation.territory.matching import match_units
from evaluation.territory.registry import read_registry
from evaluation.territory.spelling import fold

ROOT = Path(__file__).resolve().parents[2]
DAY = dt.date(2025, 1, 1)


def registry(folder: Path, **names: str) -> pd.DataFrame:
    path = folder / "units.csv"
    rows = "".join(f"{unit},{name}\n" for unit, name in names.items())
    path.write_text("unit_id,name\n" + rows, encoding="utf-8")
    return read_registry(path)


def test_accents_of_latin_letters_do_not_matter_and_russian_letters_stay() -> None:
    assert fold("ŚRÓDMIEŚCIE") == fold("Srodmiescie") and fold("Białołęka") == "bialoleka"
    assert fold("Нижний") != fold("Нижнии") and fold("Ёлкино") == fold("Елкино")


def test_names_of_districts_as_people_write_them(tmp_path: Path) -> None:
    units = registry(tmp_path, d1="Śródmieście", d2="Praga-Południe", d3="Praga-Północ", d4="Wola")
    given = ["srodmiescie", "Praga Poludnie", "Dzielnica Wola", "Wola district", "d3", "Praga", "Praga Zachód"]
    found = match_units(pd.Series(given), None, units, None, DAY)
    assert found["unit_id"].fillna("").tolist() == ["d1", "d2", "d4", "d4", "d3", "", ""]


def test_two_names_that_differ_in_accents_alone_are_not_guessed(tmp_path: Path) -> None:
    units = registry(tmp_path, a="Łąka", b="Laka")
    found = match_units(pd.Series(["laka", "łaka", "Łąka"]), None, units, None, DAY)["unit_id"]
    assert found.fillna("").tolist() == ["b", "", "a"]


def test_a_mark_of_missing_data_that_is_a_units_code_is_the_unit(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {
            "slug": ["1", "2", "3", "4"],
            "country": ["NA", "n/a", "US", "-"],
            "stream": "training",
            "start_date": "2025-05-01",
        }
    )
    received = Received("support_events", "a.csv", "", 1, "csv", None, (frame_sheet(frame, "a"),))
    units = registry(tmp_path, NA="Namibia", US="United States")
    codebook = read_codebook(ROOT / "config")
    context = Context(2025, units, pd.DataFrame(columns=["raw", "unit_id"]), read_decisions(None), codebook, b"", DAY)
    records = read_records(received, "support_events", codebook, (("event_id",),))[0][0]
    reading = begin(records, pd.Series(None, index=records.frame.index, dtype=object), "support_events", context)
    hosts = read_units(reading, "host_unit_name", None, context, "host_unit_id")
    assert hosts.tolist() == ["NA", None, "US", None]
