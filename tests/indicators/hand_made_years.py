"""Deadlines and territory dates of the programme told by hand in ``conftest.py``."""

from __future__ import annotations

import datetime as dt

DEADLINES = {2023: dt.date(2023, 2, 15), 2024: dt.date(2024, 2, 15), 2025: dt.date(2025, 2, 14)}
TERRITORY_DATES = {year: dt.date(year, 12, 31) for year in DEADLINES}
