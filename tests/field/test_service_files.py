"""The simulated files of the services are read as they are meant, and every planted defect has its remark."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
import service_world as world

from evaluation.cleaning.context import Cleaned
from evaluation.contracts import TABLES, check, dangling
from evaluation.simulate.files.services import FILES
from evaluation.simulate.services import YEARS

KEYS = {
    "requests": ["request_id"], "award_entries": ["entry_id"], "federal_applications": ["application_id"],
    "media_items": ["item_id"], "partnerships": ["partnership_id"],
    "partnership_events": ["partnership_id", "held_on", "kind"],
}  # fmt: skip
# what a careful reader must report: the remark that tells of it
REMARKS = {
    "unit_missing": "unit_not_named", "answered_before_received": "service_dates",
    "marked_unanswered": "service_answer", "topic_unknown": "category_unknown", "row_twice": "duplicate_row",
    "points_missing": "required_empty", "points_above_scale": "out_of_range", "ballot_changed": "duplicate_key",
    "granted_above_asked": "service_money",
    "zero_for_not_stated": "service_talks", "reference_unknown": "reference_unknown",
    "phone_in_title": "personal_data_masked",
}  # fmt: skip


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> tuple[Cleaned, pd.DataFrame]:
    folder = tmp_path_factory.mktemp("services")
    ledger = world.written(folder).frame()
    return world.cleaned(folder), ledger


def test_tables_hold_their_contracts(read: tuple[Cleaned, pd.DataFrame]) -> None:
    tables = read[0].tables
    for source in FILES:
        check(tables[source], TABLES[source], world.codebook())
    assert dangling({name: tables[name] for name in FILES}).empty


@pytest.mark.parametrize("source", KEYS)
def test_what_was_read_is_the_truth_but_for_the_defects(source: str, read: tuple[Cleaned, pd.DataFrame]) -> None:
    cleaned, ledger = read
    found = cleaned.tables[source].set_index(KEYS[source]).sort_index()
    true = world.truth(source).set_index(KEYS[source]).sort_index()
    assert found.index.tolist() == true.index.tolist()
    planted = ledger[ledger["source"].eq(source) & ledger["reader_must"].isin(["report", "refuse"])]
    differing = 0
    for column in true.columns:
        left, right = found[column].astype("object"), true[column].astype("object")
        differing += int((~((left == right) | (left.isna() & right.isna()))).sum())
    assert differing == len(planted[~planted["defect"].isin(["row_twice", "reference_unknown"])])


def test_ballots_are_the_truth_but_for_three(read: tuple[Cleaned, pd.DataFrame]) -> None:
    found, true = read[0].tables["award_scores"], world.truth("award_scores")
    assert found["person_key"].nunique() == true["person_key"].nunique()
    assert not set(found["person_key"]) & set(true["person_key"])  # codes become pseudonyms
    sums = found.groupby(["entry_id", "criterion"])["points"].sum()
    expected = true.groupby(["entry_id", "criterion"])["points"].sum()
    assert (sums != expected).sum() == 2 and len(found) == len(true) - 2


def test_every_defect_has_its_remark(read: tuple[Cleaned, pd.DataFrame]) -> None:
    cleaned, ledger = read
    planted = ledger[ledger["reader_must"].isin(["report", "refuse"])]
    assert len(planted) == 12
    for defect in planted.to_dict("records"):
        rule = REMARKS[str(defect["defect"])]
        own = cleaned.issues[cleaned.issues["source"].eq(defect["source"]) & cleaned.issues["rule"].eq(rule)]
        row = int("".join(letter for letter in str(defect["cell"]) if letter.isdigit()))
        assert row in own["row"].tolist(), defect


def test_nothing_personal_passes(read: tuple[Cleaned, pd.DataFrame]) -> None:
    cleaned = read[0]
    frames = [*(cleaned.tables[name] for name in FILES), cleaned.issues]
    text = "\n".join(frame.to_csv() for frame in frames)
    for planted in ("Приходько", "Ключевая", "+7 000"):
        assert planted not in text


def test_files_are_the_same_each_time_and_of_their_years_alone(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        world.written(tmp_path / folder)
    for part in FILES.values():
        name = part.name(world.YEAR)
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
        assert part.frame(world.view(2023)).empty
    assert world.YEAR in YEARS
