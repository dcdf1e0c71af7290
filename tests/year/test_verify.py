"""The reviewer protocol holds where nothing was touched, and names the place where one number was."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pandas as pd
import pytest
from releasable import YEAR, Programme, copied, ready, run_once

from evaluation.settings import InputProblem
from evaluation.year.byte_comparison import compare
from evaluation.year.exhibit_list import written_by
from evaluation.year.in_text import numbers_in_text
from evaluation.year.manifest import read_manifest
from evaluation.year.scratch import run_here
from evaluation.year.verdict_page import lines, verdict_page, write_verdict
from evaluation.year.verify import How, Verdict, verify_release, verify_year, workspace_of

# every test runs a programme once or twice more
pytestmark = pytest.mark.slow

__all__ = ["ready", "run_once"]


def once(programme: Programme) -> How:
    return How(once=True, rerun=run_here(programme.packages), packages=programme.packages)


def differences(verdict: Verdict, name: str) -> dict[str, list[tuple[str, str, str, str]]]:
    found = next(each for each in verdict.comparisons if each.name == name)
    return {
        each.file: [(change.key.en, change.column, change.was.en, change.now.en) for change in each.changes]
        for each in found.differences
    }


def test_an_untouched_draft_holds(ready: Programme) -> None:
    before = {path: path.read_bytes() for path in (ready.root / "reports").rglob("*") if path.is_file()}
    verdict = verify_year(ready.open(), YEAR, ready.how)
    assert verdict.holds
    assert verdict.runs == 2
    # 2023: two tables and a notebook; 2024: three tables, four files of figures and tables, a report, three notebooks
    assert {each.name: (each.files, each.differences) for each in verdict.comparisons} == {
        "runs": (14, ()), "draft": (14, ()),
    }  # fmt: skip
    after = {path: path.read_bytes() for path in (ready.root / "reports").rglob("*") if path.is_file()}
    assert after == before
    (in_text,) = verdict.in_text
    assert (in_text.total, in_text.traced, in_text.settled, in_text.typed) == (2, 1, 1, ())


def test_one_number_of_one_table_of_the_draft(ready: Programme) -> None:
    place = ready.root / "data/processed/2024/findings_outcomes.parquet"
    frame = pd.read_parquet(place)
    frame.loc[frame["name"] == "mean", "value"] = 41.0
    frame.to_parquet(place, index=False)
    closed = ready.root / "data/processed/2024/participants.parquet"
    pd.read_parquet(closed).assign(unit_id="secret").to_parquet(closed, index=False)
    ready.edit("reports/2024/draft/tables/sums.en.csv", "120", "121")
    ready.edit("reports/2024/draft/report.en.html", "120", "121")
    (ready.root / "reports/2024/draft/figures/dots.en.png").unlink()
    verdict = verify_year(ready.open(), YEAR, once(ready))
    assert not verdict.holds
    found = differences(verdict, "draft")
    assert found["data/processed/2024/findings_outcomes.parquet"] == [("name=mean", "value", "41.0", "40.0")]
    assert found["reports/2024/draft/tables/sums.en.csv"] == [("line 2, 'Total'", "Value", "121", "120")]
    assert found["reports/2024/draft/report.en.html"][0][0] == "line 1"
    assert set(found) == {
        "data/processed/2024/findings_outcomes.parquet", "data/processed/2024/participants.parquet",
        "reports/2024/draft/tables/sums.en.csv", "reports/2024/draft/report.en.html",
        "reports/2024/draft/figures/dots.en.png",
    }  # fmt: skip
    told = "\n".join(lines(verdict, "en"))
    assert "findings_outcomes.parquet: other bytes" in told
    assert "name=mean, value: 41.0 -> 40.0" in told
    assert told.endswith("The results do not hold")
    assert "\n".join(lines(verdict, "ru")).endswith("Результаты не подтверждены")
    # a closed table's values are told to nobody
    written = json.dumps(verdict.content()) + verdict_page(verdict, "en")
    assert "unit_id" in written
    assert "secret" not in written
    assert "0123456789abcdef" not in written


def test_results_that_differ_from_run_to_run(ready: Programme) -> None:
    ready.edit("notebooks/02_count.ipynb", '[\\"here\\"] * n', '[__import__(\\"uuid\\").uuid4().hex] * n')
    assert ready.run().good
    verdict = verify_year(ready.open(), YEAR, ready.how)
    assert list(differences(verdict, "runs")) == ["data/processed/2024/findings_outcomes.parquet"]
    assert not verdict.holds


def test_a_year_without_results_and_a_run_that_fails(ready: Programme) -> None:
    with pytest.raises(InputProblem, match="is not set up"):
        verify_year(ready.open(), 2030, once(ready))
    ready.notebook("02_count", "raise ValueError('no')")
    with pytest.raises(InputProblem, match=r"The run from scratch did not succeed. 02_count 2024"):
        verify_year(ready.open(), YEAR, once(ready))


# ---- releases ---------------------------------------------------------------------------------------------------


def test_an_untouched_release_holds_though_the_workspace_went_on(ready: Programme) -> None:
    folder = ready.release()
    ready.edit("notebooks/02_count.ipynb", "Total", "Sum")
    ready.write("data/raw/2024/answers.csv", "1\n")
    assert workspace_of(folder) == ready.root
    verdict = verify_release(folder, ready.how)
    assert verdict.holds, lines(verdict, "en")
    assert {each.name: each.files for each in verdict.comparisons} == {"sums": 17, "runs": 14, "release": 10}


def change(path: Path, old: bytes, new: bytes) -> bytes:
    content = path.read_bytes()
    assert old in content
    path.chmod(0o644)
    path.write_bytes(content.replace(old, new))
    return path.read_bytes()


def test_one_number_of_a_release_changed(ready: Programme) -> None:
    folder = ready.release()
    change(folder / "tables/sums.en.csv", b"120", b"121")
    verdict = verify_release(folder, copied(ready))
    assert not verdict.holds
    assert differences(verdict, "sums") == {"tables/sums.en.csv": []}
    assert differences(verdict, "release") == {"tables/sums.en.csv": [("line 2, 'Total'", "Value", "121", "120")]}


def test_a_careful_forger_is_found_by_the_rerun(ready: Programme) -> None:
    folder = ready.release()
    name = "tables/sums.en.csv"
    honest = hashlib.sha256((folder / name).read_bytes()).hexdigest().encode()
    forged = hashlib.sha256(change(folder / name, b"120", b"121")).hexdigest().encode()
    manifest = hashlib.sha256((folder / "MANIFEST.json").read_bytes()).hexdigest().encode()
    changed = hashlib.sha256(change(folder / "MANIFEST.json", honest, forged)).hexdigest().encode()
    change(folder / "SHA256SUMS", honest, forged)
    change(folder / "SHA256SUMS", manifest, changed)
    verdict = verify_release(folder, copied(ready))
    assert differences(verdict, "sums") == {}
    assert list(differences(verdict, "release")) == [name]
    assert not verdict.holds


def test_a_file_added_to_a_release_and_one_gone(ready: Programme) -> None:
    folder = ready.release()
    for place in (folder, folder / "figures"):
        place.chmod(0o755)
    (folder / "more.html").write_text("x")
    (folder / "figures/dots.en.png").unlink()
    verdict = verify_release(folder, copied(ready))
    kinds = {each.file: each.kind for each in verdict.comparisons[0].differences}
    assert kinds == {"more.html": "extra", "figures/dots.en.png": "missing"}


def test_received_files_that_changed_since(ready: Programme) -> None:
    ready.edit("config/programme.yml", "simulated: true", "simulated: false")
    ready.commit()
    folder = ready.release()
    assert not read_manifest(folder).simulated
    assert verify_release(folder, copied(ready)).holds
    ready.write("data/raw/2023/answers.csv", "10\n21\n")
    (ready.root / "data/raw/2024/answers.csv").unlink()
    with pytest.raises(InputProblem) as caught:
        verify_release(folder, copied(ready))
    assert "workspace/data/raw/2023/answers.csv: not the file that it was" in caught.value.messages["en"]
    assert "workspace/data/raw/2024/answers.csv: файла нет" in caught.value.messages["ru"]


def test_a_folder_that_is_no_release(tmp_path: Path) -> None:
    with pytest.raises(InputProblem, match="this is no release"):
        verify_release(tmp_path)


# ---- what is written --------------------------------------------------------------------------------------------


def test_the_verdict_is_left_for_people_and_programs(ready: Programme) -> None:
    workspace = ready.open()
    verdict = verify_year(workspace, YEAR, copied(ready))
    places = write_verdict(workspace, verdict)
    assert [place.name for place in places] == ["draft.en.html", "draft.json"]
    content = json.loads(places[1].read_text(encoding="utf-8"))
    assert content["holds"] is True
    assert content["exhibits"][0]["step"] == "01_read"
    page = verdict_page(verdict, "ru")
    assert "Результаты подтверждены" in page
    assert "src=" not in page


# ---- parts ------------------------------------------------------------------------------------------------------


def test_exhibits_lead_to_cell_and_functions() -> None:
    root = Path(__file__).resolve().parents[2] / "notebooks"
    coverage, outcomes = written_by(root / "04_map_coverage.ipynb"), written_by(root / "06_estimate_outcomes.ipynb")
    cell, functions = coverage["table", "coverage"]
    assert functions[0] == "evaluation.display.atlas.Atlas.indicators"
    assert "evaluation.indicators.coverage.coverage_indicators" in functions
    assert cell == 3
    assert "evaluation.effects.plan.fit_plan" in outcomes["table", "estimates"][1]
    assert (
        "evaluation.report.document.build_report"
        in written_by(root / "09_write_report.ipynb")["file", "report.*.html"][1]
    )


def test_numbers_in_text_by_hand() -> None:
    html = (
        '<main><p>In 2024 <span class="finding" data-finding="a">1 234,5</span> and '
        '<span data-finding="b">−7 (<small>n = 12</small>)</span>, 95 % interval, law 44.</p>'
        "<table><tr><td>99</td></tr></table><h2>3</h2><dl class='facts'><dd>5</dd></dl></main><p>77</p>"
    )
    found = numbers_in_text("r", html, {"a"}, {"2024"})
    assert (found.total, found.traced, found.settled) == (6, 1, 2)
    assert found.unknown == ("b",)
    assert len(found.typed) == 1
    assert "law 44" in found.typed[0]


def test_rows_added_removed_and_files_of_all_kinds() -> None:
    def parquet(values: dict[str, float]) -> bytes:
        frame = pd.DataFrame({"name": list(values), "value": list(values.values())})
        return frame.to_parquet(index=False) or b""

    was = {"data/findings_data.parquet": parquet({"a": 1.0, "b": 2.0}), "x.png": b"1", "gone.txt": b"1", "same": b"1"}
    now = {"data/findings_data.parquet": parquet({"b": 2.0, "c": 3.0}), "x.png": b"2", "new.txt": b"1", "same": b"1"}
    found = {each.file: each for each in compare(was, now)}
    assert {name: each.kind for name, each in found.items()} == {
        "data/findings_data.parquet": "changed", "x.png": "changed", "gone.txt": "missing", "new.txt": "extra",
    }  # fmt: skip
    changes = found["data/findings_data.parquet"].changes
    assert [(each.key.en, each.was.en, each.now.en) for each in changes] == [
        ("name=a", "the row is there", "no such row"), ("name=c", "no such row", "the row is there"),
    ]  # fmt: skip
    damaged = compare({"a.parquet": b"x"}, {"a.parquet": b"y"})
    assert "cannot be read" in damaged[0].changes[0].key.en
