"""Three territories told by hand: one plain, one joined of two former ones, one of which nothing is known."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from evaluation.contracts import TABLES, conform
from evaluation.indicators.ranking import rank_rates
from evaluation.report.cards.facts import Card, card_facts
from evaluation.report.findings import findings_frame
from evaluation.report.inputs import ReportInputs
from evaluation.settings import Text

EVIL = "Северный <script>alert(1)</script> район"


def territories() -> pd.DataFrame:
    rows = [
        ("01", 2024, "Абанский район", 9_000), ("02", 2024, "Первый район", 5_000), ("03", 2024, "Второй район", 7_000),
        ("01", 2025, "Абанский район", 10_000), ("04", 2025, "Общий округ", 20_000), ("05", 2025, EVIL, None),
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["unit_id", "year", "name", "population"])
    frame = frame.assign(
        short_name=frame["name"], type="municipal_district", is_north=False, is_closed=False, longitude=90.0,
        latitude=56.0, valid_from=pd.Timestamp(2020, 1, 1), valid_to=pd.NaT, population_18plus=float("nan"),
    )  # fmt: skip
    return pd.concat([conform(part, TABLES["territories"]) for _, part in frame.groupby("year")], ignore_index=True)


def panel() -> pd.DataFrame:
    rows = [
        ("01", 2024, 5, 2, 1_500_000.0, 9_000), ("01", 2025, 1, 0, 0.0, 10_000),
        ("04", 2024, 21, 11, 8_000_000.0, 12_000), ("04", 2025, 12, 2, 2_500_000.0, 20_000),
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["unit_id", "year", "applications", "funded", "cost", "population"])
    numbers = {
        column.name: 0 for column in TABLES["panel"].columns if column.required and column.name not in frame.columns
        and column.kind in ("integer", "number", "money")
    }  # fmt: skip
    return frame.assign(**numbers, geography="current", name="x", trained=False).reindex(
        columns=list(TABLES["panel"].names)
    )


def stream_coverage() -> pd.DataFrame:
    rows = [
        # of 2024: 6 + 3 + 4; of 2025: 3 + 9 + 0; consultations of 2025: 5 + 0, and 2 that no unit could be given
        ("training", 2024, "01", 6, 2), ("training", 2024, "02", 3, 1), ("training", 2024, "03", 4, 1),
        ("training", 2024, "all", 13, 4),
        ("training", 2025, "01", 3, 1), ("training", 2025, "04", 9, 2), ("training", 2025, "05", 0, 0),
        ("training", 2025, "all", 12, 3),
        ("consulting", 2025, "01", 5, 5), ("consulting", 2025, "04", 0, 0), ("consulting", 2025, "all", 7, 7),
        ("exchange", 2024, "02", None, 1), ("exchange", 2024, "03", 6, 1), ("exchange", 2024, "all", None, 2),
    ]  # fmt: skip
    wide = pd.DataFrame(rows, columns=["stream", "year", "unit_id", "attendances", "acts"])
    long = wide.melt(["stream", "year", "unit_id"], ["attendances", "acts"], "indicator", "value").dropna()
    other = long.iloc[:1].assign(indicator="units_reached_share", value=0.5, unit_id="all")
    frame = pd.concat([long, other], ignore_index=True)
    return frame.assign(channel=pd.NA, numerator=frame["value"], denominator=float("nan"), n=1, low=float("nan"),
                        high=float("nan"), unit="participations")  # fmt: skip


def last_contact() -> pd.DataFrame:
    rows = [
        ("training", "01", "this_year", 2025), ("training", "04", "this_year", 2025), ("training", "05", "never", None),
        ("consulting", "01", "this_year", 2025), ("consulting", "04", "never", None),
        ("exchange", "04", "earlier", 2024),
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["stream", "unit_id", "state", "last_year"])
    return frame.assign(year=2025, years_since=pd.NA, since_year=2024).astype({"last_year": "Int64"})


def access() -> pd.DataFrame:
    rows = [("01", "04", 150.5), ("04", "04", 0.0)]
    frame = pd.DataFrame(rows, columns=["unit_id", "venue_unit", "distance_km"])
    return frame.assign(year=2025, stream="all", minutes=float("nan"), basis="great_circle", gap=pd.NA)


def targets() -> pd.DataFrame:
    rows = [(2024, "01", "01"), (2024, "02", "04"), (2024, "03", "04")]
    rows += [(2025, unit, unit) for unit in ("01", "04", "05")]
    return pd.DataFrame(rows, columns=["year", "unit_id", "target"])


def neighbours() -> pd.DataFrame:
    rows = [("01", "04", 120.0), ("01", "05", 300.0), ("04", "01", 120.0)]
    return pd.DataFrame(rows, columns=["unit_id", "neighbour_id", "distance_km"])


def tables() -> dict[str, pd.DataFrame]:
    return {
        "territories": territories(), "panel": panel(), "stream_coverage": stream_coverage(),
        "last_contact": last_contact(), "access": access(),
    }  # fmt: skip


def ranks() -> tuple[pd.DataFrame, pd.DataFrame]:
    now = pd.DataFrame({"unit_id": ["01", "04", "05"], "observed": [0, 2, 0], "exposure": [10_000.0, 20_000.0, None]})
    whole = pd.DataFrame({"unit_id": ["01", "04"], "observed": [2, 13], "exposure": [19_000.0, 32_000.0]})
    return rank_rates(now, scale=10_000), rank_rates(whole, scale=10_000)


def cards(threshold: int = 5, simulated: bool = False) -> list[Card]:
    return card_facts(
        tables(), 2025, targets(), *ranks(), neighbours(), threshold=threshold, reach_km=100, simulated=simulated
    )  # fmt: skip


def inputs(simulated: bool = False) -> ReportInputs:
    return ReportInputs(
        year=2025,
        title=Text(ru="Программа <поддержки>", en="Programme <support>"),
        institute=Text(ru="Институт", en="Institute"),
        findings=findings_frame([], "04_map_coverage"),
        simulated=simulated,
        data_date=dt.date(2025, 12, 31),
    )
