"""What a step gives of its inputs, as the one argument of everything told in a geography."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hand_made_years import DEADLINES, TERRITORY_DATES

from evaluation.indicators.outcomes import build_panel
from evaluation.indicators.programme_years import ProgrammeYears, place_tables, read_years
from evaluation.settings import Exposure

Tables = dict[str, pd.DataFrame]
TERRITORY = Path(__file__).resolve().parents[2] / "config" / "territory"


class Given:
    """A step that gives what it was made with, and nothing else."""

    def __init__(self, tables: Tables, crosswalk: Path | None) -> None:
        self.tables, self.files = tables, {"registry": TERRITORY / "units.csv", "crosswalk": crosswalk}
        self.settings = {
            "years.application_deadline": DEADLINES, "years.territory_date": TERRITORY_DATES,
            "programme.exposure": Exposure(lag_years=2),
        }  # fmt: skip

    def table(self, name: str) -> pd.DataFrame:
        return self.tables[name]

    def setting(self, key: str) -> Any:
        return self.settings[key]

    def file(self, name: str) -> Path | None:
        return self.files[name]


@pytest.mark.parametrize("changes", [TERRITORY / "crosswalk.csv", None])
def test_read_from_a_step(tables: Tables, changes: Path | None) -> None:
    years = read_years(Given(tables, changes), ("projects", "territories"))
    assert set(years.tables) == {"projects", "territories"}
    assert years.tables["projects"] is tables["projects"]
    assert (years.deadlines, years.territory_dates) == (DEADLINES, TERRITORY_DATES)
    assert years.settings.lag_years == 2
    assert "04701000" in set(years.registry["unit_id"])
    assert years.crosswalk is not None and (len(years.crosswalk) > 0) == (changes is not None)


def test_tables_are_placed_alike_whichever_else_were_received(
    tables: Tables, registry: pd.DataFrame, crosswalk: pd.DataFrame
) -> None:
    years = ProgrammeYears(tables, DEADLINES, TERRITORY_DATES, registry, crosswalk, Exposure())
    placed = years.in_geography("original")
    assert list(placed.deadlines) == [2023, 2024], "the years before the first change"
    few = place_tables({name: tables[name] for name in ("attendance", "support_events")}, placed.place)
    assert set(few) == {"attendance", "support_events"}
    for name, frame in few.items():
        pd.testing.assert_frame_equal(frame, placed.tables[name])
    assert set(build_panel(years, "original")["year"]) == {2023, 2024}
