"""The project office: the difference of two shares against a published example, in clusters, and the known truth."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import service_world as world

from evaluation.contracts import TABLES, check
from evaluation.field.services.differences import newcombe, share_difference
from evaluation.field.services.project_office import decision_waits, office_indicators
from evaluation.simulate.services import TRUTH, federal_applications


def test_newcombes_published_example() -> None:
    """Newcombe (1998), table II: 56/70 and 48/80, method 10."""
    low, high = newcombe(56, 70, 48, 80)
    assert (round(low, 4), round(high, 4)) == (0.0524, 0.3339)
    assert all(np.isnan(newcombe(1, 0, 3, 4)))


def test_units_that_apply_twice_make_clusters() -> None:
    succeeded = pd.Series([True, True, False, True, False, False])
    helped = pd.Series([True, True, True, False, False, False])
    alone = share_difference(succeeded, helped, pd.Series(list("abcdef")))
    assert alone.value == pytest.approx(1 / 3) and alone.clusters == 6
    assert (alone.low, alone.high) == pytest.approx(newcombe(2, 3, 1, 3))
    both = share_difference(succeeded, helped, pd.Series(list("aabcdd")))
    assert both.value == pytest.approx(1 / 3) and both.clusters == 4
    assert (both.low, both.high) == (-1.0, 1.0)  # four clusters tell nothing; a difference of shares ends there
    many = [pd.concat([each] * 40, ignore_index=True) for each in (succeeded, helped)]
    # influence of each row over its group's 120: 1/360, 1/360, -2/360, -2/360, 1/360, 1/360; a unit has two rows
    units = pd.Series(np.arange(240) // 2)
    sums = np.tile([2 / 360, -4 / 360, 2 / 360], 40)
    se = np.sqrt(120 / 119 * (sums**2).sum())
    found = share_difference(many[0], many[1], units)
    assert found.low == pytest.approx(1 / 3 - 1.9800998764569295 * se)  # Student's t with 119 degrees of freedom
    assert np.isnan(share_difference(succeeded, helped | True, pd.Series(list("abcdef"))).value)


APPLICATIONS = pd.DataFrame(
    {
        "application_id": list("abcde"), "year": 2025, "unit_id": ["04501000", "04501000", "04503000", "04504000", "1"],
        "programme": ["rural", "rural", "sport", "rural", "sport"],
        "helped": pd.array([True, False, True, None, False], dtype="boolean"),
        "applied_on": pd.to_datetime(["2025-02-01", "2025-02-01", "2025-05-01", "2025-08-01", "2025-11-01"]),
        "decided_on": pd.to_datetime(["2025-04-01", "2025-03-01", "2025-06-01", None, None]),
        "status": ["approved", "rejected", "approved", "submitted", "withdrawn"],
        "amount_asked": [100.0, 50.0, 10.0, 40.0, 30.0], "amount_granted": [80.0, None, 12.0, None, None],
    }
)  # fmt: skip


def test_fate_by_hand() -> None:
    found = office_indicators(APPLICATIONS, world.units(), 2025, world.LAST_DAY)
    check(found, TABLES["service_indicators"])
    rows = found.set_index(["indicator", "grouping", "member"]).sort_index()
    success = rows.loc["success_share", "all", "all"]
    assert (success["numerator"], success["n"], success["clusters"]) == (2, 3, 2)
    assert rows.loc["success_share", "programme", "rural"]["value"] == 0.5
    assert rows.loc["pending_share", "all", "all"]["value"] == pytest.approx(1 / 5)
    # more granted than asked for is a mistake: it enters neither the sum nor the ratio
    assert rows.loc["granted", "all", "all"][["value", "n"]].tolist() == [80, 1]
    assert rows.loc["granted_share", "all", "all"]["value"] == pytest.approx(0.8)
    assert rows.loc["asked", "all", "all"]["value"] == 230
    difference = rows.loc["success_difference", "all", "all"]
    assert (difference["value"], difference["n"], difference["note"]) == (1.0, 3, "association")
    assert rows.loc["applications", "helped", "not_stated"]["value"] == 1
    waits = decision_waits(APPLICATIONS, world.LAST_DAY)
    # 59, 28 and 31 days to the decision, one open for 152; what was withdrawn was never decided
    assert sorted(waits.days.tolist()) == [28, 31, 59, 152] and waits.untold == 1
    assert office_indicators(APPLICATIONS.iloc[:0], world.units(), 2025, world.LAST_DAY).empty


def test_the_simulated_difference_is_found() -> None:
    """Help is drawn by lot in the simulation: there, and only there, the difference is the effect."""
    many = federal_applications(world.view(), count=6_000)
    found = office_indicators(many, world.units(), 2025, world.LAST_DAY).set_index(["indicator", "grouping"])
    row = found.loc[[("success_difference", "all")]].iloc[0]
    assert row["low"] < TRUTH.help_difference < row["high"]
    assert row["high"] - row["low"] < 0.1
    alone = found.loc["success_share", "helped"].set_index("member").loc["no"]
    assert alone["low"] < TRUTH.approved < alone["high"]
