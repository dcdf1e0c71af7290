"""Registers of the partnership: the messy files against the truth behind them, and hand-made rows."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from cleaning_helpers import clean, krasnoyarsk, rules, workbook

from evaluation.cleaning.context import Cleaned
from evaluation.contracts import TABLES, check
from evaluation.simulate.api import simulate_panel
from evaluation.simulate.files.partnership import FILES
from evaluation.simulate.mess import Ledger, names_of
from evaluation.simulate.practices import practices, spread
from evaluation.simulate.year_view import YearView

ROOT = Path(__file__).resolve().parents[2]
YEAR = 2025
PROVENANCE = ["source", "source_sheet", "source_row"]
CODE, NAME = "04701000", "г. Красноярск"


@pytest.fixture(scope="module")
def messy(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, pd.DataFrame], Cleaned, Ledger]:
    """The true rows, what cleaning made of their files, and the planted defects."""
    units, crosswalk = (
        pd.read_csv(ROOT / "config" / "territory" / name, dtype="str", keep_default_na=False)
        for name in ("units.csv", "crosswalk.csv")
    )
    programme = simulate_panel(units, crosswalk, seed=3, years=(2024, YEAR))
    history = programme.history
    known = practices(history, spread(history))
    successors = history.geography.successors[YEAR]
    view = YearView(programme, YEAR, history.seed, {"practices": known[known["year"] == YEAR].reset_index(drop=True)},
                    names_of(successors.units, history.geography.units), {}, pd.Series(), {}, {})  # fmt: skip
    folder = tmp_path_factory.mktemp("partnership")
    ledger, true, files = Ledger(), {}, {}
    for name, part in FILES.items():
        true[name] = part.frame(view)
        files[name] = folder / part.name(YEAR)
        files[name].write_bytes(part.write(view, true[name], part.name(YEAR), ledger))
    register = [["№ практики", "Практика", "С какого года"]]
    register += known.loc[known["year"] == YEAR, ["practice_id", "title", "first_year"]].to_numpy().tolist()
    files["practices"] = workbook(folder / "practices.xlsx", {"1": register})
    return true, clean(files, YEAR, krasnoyarsk(), region_code="04"), ledger


def test_what_is_cleaned_equals_the_truth(messy: tuple[dict[str, pd.DataFrame], Cleaned, Ledger]) -> None:
    true, cleaned, _ = messy
    for name in FILES:
        ours = check(cleaned.tables[name], TABLES[name]).drop(columns=PROVENANCE)
        expected = true[name].drop(columns=PROVENANCE)
        if name == "practice_cards":  # of the planted telephone nothing is left but its mark
            shown = ours["evidence"].iloc[1]
            assert shown.endswith("[скрыто].") and "200" not in shown
            ours.loc[1, "evidence"] = expected["evidence"].iloc[1]
        pd.testing.assert_frame_equal(ours, expected)
    assert len(true["partnership_units"]) > 12 and len(true["practice_cards"]) == 12


def test_every_planted_defect_to_report_or_refuse_has_its_remark(
    messy: tuple[dict[str, pd.DataFrame], Cleaned, Ledger],
) -> None:
    _, cleaned, ledger = messy
    places = set(zip(cleaned.issues["source"], cleaned.issues["cell"], strict=True))
    planted = ledger.frame()
    assert set(planted["reader_must"]) == {"repair", "report", "refuse"}
    for defect in planted[planted["reader_must"] != "repair"].itertuples():
        assert (defect.source, defect.cell) in places, defect


def test_earlier_years_have_no_such_files() -> None:
    units = pd.read_csv(ROOT / "config" / "territory" / "units.csv", dtype="str", keep_default_na=False)
    programme = simulate_panel(units, None, seed=3, years=(2021, 2022))
    view = YearView(programme, 2022, 3, {"practices": TABLES["practices"].empty()}, names_of(units, units), {},
                    pd.Series(), {}, {})  # fmt: skip
    assert all(part.frame(view).empty for part in FILES.values())


def test_a_member_by_hand(tmp_path: Path) -> None:
    head = ["Город", "Статус", "Направление", "Участвует с", "По конкурсу", "Контакт"]
    path = workbook(
        tmp_path / "members.xlsx",
        {"1": [head, [NAME, "базовый город", "разработка стратегии", "01.02.2023", "да", "Иванова Анна, 8 391 2000000"],
               [NAME, "базовый город", "управление ЖКХ", None, None, None],
               ["Нигде", "участник", None, None, None, None], [NAME, "куратор", None, None, None, None]]},
    )  # fmt: skip
    cleaned = clean({"partnership_units": path}, YEAR, krasnoyarsk(), region_code="04")
    table = cleaned.tables["partnership_units"]
    assert table[["unit_id", "role", "component"]].to_numpy().tolist() == [
        [CODE, "base", "strategy"], [CODE, "base", "housing_model"],
    ]  # fmt: skip
    assert table["starts_on"].tolist()[0] == pd.Timestamp(2023, 2, 1) and pd.isna(table["starts_on"].tolist()[1])
    assert "Иванова" not in cleaned.issues.to_csv() + table.to_csv()
    assert {"unit_unknown", "category_unknown"} & set(rules(cleaned)) and cleaned.issues["action"].notna().all()
