from __future__ import annotations

import dataclasses
import json
from pathlib import Path

from evaluation.running.record import (
    Output,
    Record,
    environment,
    failed_notebook,
    forget_failure,
    read_record,
    record_path,
    write_record,
)

GOOD = Record(
    step="01_read", year=2024, status="done", digest="d", fingerprint={"notebook": "n"}, started="a", ended="b",
    seconds=1.5, run_id="r", outputs={"table:x": Output("data/x.parquet", "0" * 64)},
)  # fmt: skip


def test_a_record_comes_back_as_it_was(tmp_path: Path) -> None:
    write_record(tmp_path / "run", GOOD)
    assert read_record(tmp_path / "run", "01_read") == GOOD
    assert [path.name for path in (tmp_path / "run").iterdir()] == ["01_read.json"]


def test_a_failure_leaves_the_good_record_and_a_success_removes_the_failure(tmp_path: Path) -> None:
    write_record(tmp_path, GOOD)
    bad = dataclasses.replace(GOOD, status="failed", outputs={}, problem={"kind": "cell"})
    write_record(tmp_path, bad)
    failed_notebook(tmp_path, "01_read").write_text("{}")
    assert read_record(tmp_path, "01_read") == GOOD
    assert read_record(tmp_path, "01_read", failed=True) == bad
    write_record(tmp_path, GOOD)
    assert read_record(tmp_path, "01_read", failed=True) is None
    assert not failed_notebook(tmp_path, "01_read").exists()


def test_damaged_and_foreign_records_count_as_none(tmp_path: Path) -> None:
    assert read_record(tmp_path, "01_read") is None
    for text in ("{", "[]", "{}", json.dumps({"format": 99}), json.dumps({"format": 1, "outputs": {}})):
        record_path(tmp_path, "01_read").write_text(text)
        assert read_record(tmp_path, "01_read") is None
    forget_failure(tmp_path, "01_read")


def test_the_environment_is_described(tmp_path: Path) -> None:
    described = environment(tmp_path)
    assert described["packages"]["pandas"].startswith("3.")
    assert described["commit"] is None
    assert len(described["lock_sha256"]) == 64
