"""Names of real municipalities are not taken for people, or no region could deliver."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd

from evaluation.privacy.personal import find_personal

RealFile = Callable[[str], Path]


def test_no_name_of_a_municipality_looks_like_a_person(real_file: RealFile) -> None:
    directory = pd.read_excel(real_file("territory/russia_municipal_directory.xlsx"), dtype=str, engine="calamine")
    columns = ["municipal_district_name", "municipal_district_name_short", "municipal_district_center"]
    names = pd.unique(directory[columns].to_numpy().ravel())
    known = [name for name in names if isinstance(name, str)]
    assert len(known) > 3_000
    assert [name for name in known if find_personal(name, names=True)] == []
