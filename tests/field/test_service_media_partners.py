"""Media and partners abroad: what is not stated stays missing, and units that nobody mentions count as zero."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from evaluation.contracts import TABLES, check
from evaluation.field.services.media import media_indicators, mentions
from evaluation.field.services.partners import partnership_indicators

UNITS = pd.DataFrame(
    {
        "unit_id": ["1", "2", "3", "4"], "name": list("АБВГ"), "type": ["city_okrug"] * 2 + ["municipal_okrug"] * 2,
        "region": ["Север", "Север", "Юг", "Юг"], "population": [10_000.0, 20_000.0, 5_000.0, 5_000.0],
    }
)  # fmt: skip
ITEMS = pd.DataFrame(
    {
        "item_id": list("abcdef"), "year": 2025, "published_on": pd.Timestamp("2025-05-05"),
        "channel": ["site", "site", "journal", "social", "site", None], "topic": "тема",
        "unit_id": ["1", "1", "1", "2", None, "77"], "views": pd.array([10, None, None, 5, 3, None], dtype="Int64"),
    }
)  # fmt: skip


def test_mentions_by_hand() -> None:
    assert mentions(ITEMS, UNITS).to_dict() == {"1": 3, "2": 1, "3": 0, "4": 0}
    found = media_indicators(ITEMS, UNITS, 2025)
    check(found, TABLES["service_indicators"])
    rows = found.set_index(["indicator", "grouping", "member"]).sort_index()
    views = rows.loc["views", "all", "all"]
    assert (views["value"], views["n"]) == (18, 3)
    journal = rows.loc["views", "channel", "journal"]
    assert np.isnan(journal["value"]) and journal["n"] == 0  # not known, and no zero
    assert rows.loc["mentioned_share", "region", "Юг"]["value"] == 0
    # Gini of 3, 1, 0, 0: the mean absolute difference of all ordered pairs is 20/16, twice the mean is 2
    gini = rows.loc["mentions_gini", "all", "all"]
    assert gini["value"] == pytest.approx(1.25 / 2)
    assert np.isnan(gini["low"])  # among four units a resample may mention nobody: no interval
    assert rows.loc["items", "unit", "not_stated"]["value"] == 2
    assert media_indicators(ITEMS.iloc[:0], UNITS, 2025).empty


def test_nobody_mentioned_has_no_unevenness() -> None:
    found = media_indicators(ITEMS.assign(unit_id=None), UNITS, 2025).set_index("indicator")
    assert found.loc["mentions_gini", "note"] == "too_few" and np.isnan(found.loc["mentions_gini", "value"])


def partnerships(**columns: list[object]) -> pd.DataFrame:
    size = len(columns["status"])
    frame = pd.DataFrame(
        {
            "partnership_id": [f"p{k}" for k in range(size)], "year": 2025, "unit_id": None, "partner": "город",
            "partner_country": None, "partners": None, "kind": None, "since_year": None, "until_year": None, **columns,
        }
    )  # fmt: skip
    return frame.astype(dict.fromkeys(("partners", "since_year", "until_year"), "Int64"))


NO_EVENTS = TABLES["partnership_events"].empty()


def test_talks_without_a_number_are_talks_with_an_unknown_number() -> None:
    """As source 001 has it: talks with municipalities of Alaska, how many is not said."""
    found = partnership_indicators(
        partnerships(status=["talks"], partner=["муниципалитеты штата Аляска"], partner_country=["США"]), NO_EVENTS,
        UNITS, 2025,
    ).set_index(["indicator", "grouping", "member"]).sort_index()  # fmt: skip
    assert found.loc["partnerships", "status", "talks"]["value"] == 1
    stated = found.loc["partners_stated", "status", "talks"]
    assert np.isnan(stated["value"]) and (stated["n"], stated["note"]) == (0, "no_number")
    assert "active_partnerships" not in found.index.get_level_values(0)
    zero = partnership_indicators(partnerships(status=["talks"], partners=[0]), NO_EVENTS, UNITS, 2025)
    assert zero.loc[zero["indicator"].eq("partners_stated"), "value"].isna().all()


def test_active_by_year_by_hand() -> None:
    found = partnership_indicators(
        partnerships(
            status=["agreement", "ended", "suspended", "ended", "agreement", "talks"],
            since_year=[2020, 2019, 2021, 2022, None, 2018], until_year=[None, 2021, None, 2023, None, None],
        ),
        NO_EVENTS, UNITS, 2024,
    )  # fmt: skip
    active = found[found["indicator"].eq("active_partnerships")].set_index("year")["value"].to_dict()
    # the suspended one is certain for its first year alone; the agreement without a first year is in none
    assert active == {2019: 1, 2020: 2, 2021: 3, 2022: 2, 2023: 2, 2024: 1}
    unknown = found[found["indicator"].eq("start_unknown")].iloc[0]
    assert (unknown["value"], unknown["n"]) == (1, 6)


def test_events_by_kind() -> None:
    events = pd.DataFrame(
        {
            "partnership_id": "p0", "year": 2025, "held_on": pd.Timestamp("2025-05-05"),
            "kind": ["visit", "visit", "online"], "persons": pd.array([4, None, None], dtype="Int64"),
        }
    )  # fmt: skip
    found = partnership_indicators(partnerships(status=["agreement"]), events, UNITS, 2025)
    rows = found.set_index(["indicator", "grouping", "member"]).sort_index()
    assert rows.loc["event_persons", "kind", "visit"][["value", "n"]].tolist() == [4, 1]
    assert np.isnan(rows.loc["event_persons", "kind", "online"]["value"])
    assert partnership_indicators(partnerships(status=[]), events, UNITS, 2025).empty
