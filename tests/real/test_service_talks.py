"""Talks with municipalities of Alaska as the published facts have them: held, and of no stated number."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from evaluation.field.services.partners import partnership_indicators
from evaluation.tables import TABLES


def test_the_number_of_alaskas_partners_stays_missing(real_file: Callable[[str], Path]) -> None:
    facts = pd.read_csv(real_file("seeds/published_facts.csv"))
    columns = dict(zip(("seed", "subject", "quantity", "value", "what", "date", "quote"), facts.columns, strict=True))
    fact = facts[facts[columns["subject"]].eq("partnerships")].iloc[0]
    assert fact[columns["value"]] == "штат Аляска" and "муниципалитетами штата Аляска" in fact[columns["quote"]]
    number = pd.to_numeric(pd.Series([fact[columns["what"]]])).astype("Int64")  # the fact states none
    assert number.isna().all()
    table = TABLES["partnerships"]
    row = {
        "partnership_id": "001", "year": 2009, "unit_id": None, "partner": f"муниципалитеты ({fact[columns['value']]})",
        "partner_country": "США", "partners": number[0], "kind": None, "status": "talks", "since_year": 2007,
        "until_year": 2011, "source": "001", "source_sheet": "text", "source_row": 1,
    }  # fmt: skip
    units = pd.DataFrame(columns=["unit_id", "name", "type", "region", "population"])
    found = partnership_indicators(
        pd.DataFrame([row]).astype({"partners": "Int64", "since_year": "Int64", "until_year": "Int64"})[
            list(table.names)
        ],
        TABLES["partnership_events"].empty(), units, 2009,
    )  # fmt: skip
    rows = found.set_index(["indicator", "grouping", "member"]).sort_index()
    assert rows.loc["partnerships", "status", "talks"]["value"] == 1
    stated = rows.loc["partners_stated", "all", "all"]
    assert np.isnan(stated["value"]) and (stated["n"], stated["note"]) == (0, "no_number")
    assert "active_partnerships" not in rows.index.get_level_values(0)  # talks are no agreement
