"""From a released year to a delivery and on to the nation: what was not released, or was changed, is never sent."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import releasable
from releasable import BEGIN, FINDINGS, FINISH, READ, TELL, Programme, writable
from roll_up_regions import CODES, regions
from typer.testing import CliRunner

from evaluation.app.cli import app
from evaluation.pipeline import Step
from evaluation.settings import InputProblem
from evaluation.year.roll_up.pack import pack
from evaluation.year.roll_up.read import Asked, Taken, open_delivery

pytestmark = pytest.mark.slow
CODE = CODES[3]
MADE = ("territories", "indicators", "stream_coverage", "support_summary", "estimates", "findings_coverage")
STEPS = (
    Step("01_read", "Who came?", "", scope="each_year", sources=("attendance",),
         makes=("participants", "findings_data"), settings=("year.year",)),
    Step("02_count", "How many?", "", needs=("findings_data",), makes=MADE),
    Step("03_tell", "What to say?", "", needs=("findings_coverage",), files=("report.en.html",)),
)  # fmt: skip
COUNT = f"""
for name in {MADE!r}:
    table(f"data/processed/{{year}}/{{name}}.parquet", pd.read_parquet(root / f"data/made/{{name}}.parquet"))
"""


@pytest.fixture(scope="module")
def run_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(releasable, "STEPS", STEPS)
        folder = tmp_path_factory.mktemp("region")
        releasable._use_steps(patch, folder)
        made = releasable.build(folder / "programme")
        made.edit("config/programme.yml", "simulated: true", f"simulated: true\nregion_code: '{CODE}'")
        region = regions([CODE])[0]
        place = made.root / "data" / "made"
        place.mkdir()
        for name in MADE:
            frame = region.tables[name]
            frame = frame.assign(year=2024) if "year" in frame.columns else frame
            frame.to_parquet(place / f"{name}.parquet", index=False)
        made.notebook("02_count", BEGIN, FINDINGS, COUNT, FINISH)
        made.notebook("03_tell", BEGIN, FINDINGS, TELL.replace("findings_outcomes", "findings_coverage").replace(
            "applications", "share_heard"), FINISH)  # fmt: skip
        made.notebook("01_read", BEGIN, FINDINGS, READ, FINISH)
        made.commit()
        result = made.run()
        assert result.good, [outcome.failure for outcome in result.outcomes]
        yield made.root


@pytest.fixture
def ready(run_once: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Programme]:
    monkeypatch.setattr(releasable, "STEPS", STEPS)
    releasable._use_steps(monkeypatch, tmp_path)
    shutil.copytree(run_once, tmp_path / "programme")
    yield Programme(tmp_path / "programme")
    writable(tmp_path)


def test_a_released_year_is_packed_and_taken(ready: Programme, tmp_path: Path) -> None:
    out = tmp_path / "sent" / "region.zip"
    with pytest.raises(InputProblem, match="2024 is not released"):
        pack(ready.open(), 2024, out)
    assert not out.exists()
    ready.release()
    made = pack(ready.open(), 2024, out)
    assert made.sha256 == hashlib.sha256(out.read_bytes()).hexdigest()
    assert made.delivery.region_code == CODE
    first = out.read_bytes()
    assert pack(ready.open(), 2024, out).path.read_bytes() == first
    taken = open_delivery("region.zip", first, Asked(2024))
    assert isinstance(taken, Taken), taken.reasons
    truth = regions([CODE])[0].measures
    totals = taken.frames["totals"].query("source == 'indicators'").set_index("indicator")
    assert totals.loc["applications", "numerator"] == truth["applications"].sum()
    assert taken.frames["units"]["unit_id"].tolist() == truth["unit_id"].tolist()
    assert set(taken.frames["estimates"]["specification"]) == {"unplanned"}
    with pytest.raises(InputProblem, match="no release 2001-01-01"):
        pack(ready.open(), 2024, out, "2001-01-01")


def test_what_changed_after_the_release_is_not_sent(ready: Programme, tmp_path: Path) -> None:
    folder = ready.release()
    out = tmp_path / "region.zip"
    table = ready.root / "data/processed/2024/indicators.parquet"
    kept = table.read_bytes()
    region = regions([CODE])[0].tables["indicators"]
    region.assign(year=2024, numerator=region["numerator"] + 1).to_parquet(table, index=False)
    with pytest.raises(InputProblem, match=r"no longer those of the release .*: indicators"):
        pack(ready.open(), 2024, out)
    table.write_bytes(kept)
    pack(ready.open(), 2024, out)
    released = folder / "data" / "estimates.parquet"
    released.chmod(0o644)
    released.write_bytes(released.read_bytes() + b" ")
    with pytest.raises(InputProblem, match=r"changed after it was made.*data/estimates.parquet"):
        pack(ready.open(), 2024, tmp_path / "second.zip")
    assert not (tmp_path / "second.zip").exists()


def test_the_commands_say_what_they_did(ready: Programme, tmp_path: Path) -> None:
    run = CliRunner().invoke
    where = ["--workspace", str(ready.root), "--language", "en", "--plain"]
    sent = tmp_path / "region.zip"
    refused = run(app, ["roll-up", "pack", "2024", "--out", str(sent), *where])
    assert refused.exit_code == 2
    ready.release()
    packed = run(app, ["roll-up", "pack", "2024", "--out", str(sent), *where])
    assert packed.exit_code == 0, packed.output
    assert f"Region {CODE}, 2024" in packed.output
    out = tmp_path / "nation"
    spoken = ["--year", "2024", "--out", str(out), "--language", "en", "--plain"]
    good = run(app, ["roll-up", str(sent), *spoken])
    assert good.exit_code == 0, good.output
    assert "Regions rolled up: 1, deliveries refused: 0" in good.output
    assert {path.name for path in out.iterdir()} == {
        "report.ru.html", "report.en.html", "ROLLUP.json", "SHA256SUMS", "tables",
    }  # fmt: skip
    before = (out / "report.en.html").read_bytes()
    (tmp_path / "bad.zip").write_bytes(b"no")
    partly = run(app, ["roll-up", "combine", str(sent), str(tmp_path / "bad.zip"), *spoken])
    assert partly.exit_code == 1
    assert "Refused bad.zip:" in partly.output
    assert (out / "report.en.html").read_bytes() != before
    none = run(app, ["roll-up", str(tmp_path / "bad.zip"), *spoken])
    assert none.exit_code == 2
    assert (out / "report.en.html").exists()
