"""Comparing two runs of one year: every difference is found and given to the change that caused it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from compared_programme import YEAR, build, copy_of, edit, run_year, use, write

from evaluation.places import open_workspace
from evaluation.settings import InputProblem
from evaluation.year.compare import Comparison, compare
from evaluation.year.rerun import attempts, estimated_seconds
from evaluation.year.separation import by_rerun
from evaluation.year.sides import draft_side, read_side
from evaluation.year.told import estimates_told, files_told, findings_told, shown_cells, tables_told


def raw_row(root: Path) -> None:
    edit(root, "data/raw/2024/answers.csv", "r2,u1,20", "r2,u1,25")


def decision(root: Path) -> None:
    edit(root, "config/decisions.csv", "row_id,amount\n", "row_id,amount\nr3,7\n")


def label(root: Path) -> None:
    edit(root, "config/codebook.csv", "Sum", "Total")


def function(root: Path) -> None:
    edit(root, "src/tinycode/adding.py", "values.max() - values.min()", "values.max() - values.min() + 1")
    edit(root, "src/tinycode/adding.py", "return 1", "return 2")


CHANGES: dict[str, Callable[[Path], None]] = {
    "data": raw_row, "decisions": decision, "codebook": label, "code": function,
}  # fmt: skip


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    with pytest.MonkeyPatch.context() as patch:
        use(patch)
        root = build(tmp_path_factory.mktemp("before") / "small")
        run_year(root)
    return root


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch)


def changed(before: Path, folder: Path, *kinds: str) -> Path:
    after = copy_of(before, folder / "after")
    for kind in kinds:
        CHANGES[kind](after)
    run_year(after)
    return after


def comparison_of(before: Path, after: Path) -> Comparison:
    return compare(draft_side("A", open_workspace(before), YEAR), draft_side("B", open_workspace(after), YEAR))


def cause(found: Comparison, table: str, key: str = "", column: str = "") -> tuple[str, str]:
    rows = found.differences
    rows = rows[rows["table"].eq(table) & rows["key"].eq(key) & rows["column"].eq(column)]
    assert len(rows) == 1, (table, key, column, found.differences)
    return str(rows["cause"].iloc[0]), str(rows["how"].iloc[0])


def test_a_year_equals_its_copy(before: Path, tmp_path: Path) -> None:
    found = comparison_of(before, copy_of(before, tmp_path / "copy"))
    assert found.same
    assert found.origins.words() == {}


@pytest.mark.parametrize(
    ("kind", "table", "key", "column", "words"),
    [
        ("data", "numbers", "r2", "amount", "answers.csv"),
        ("decisions", "numbers", "r3", "amount", "decisions"),
        ("codebook", "exhibit:labels.en.csv", "", "", '"Sum" -> "Total"'),
        ("code", "sums", "u2", "spread", "function spread"),
    ],
)
def test_a_single_cause_is_told_by_the_records(
    before: Path, tmp_path: Path, kind: str, table: str, key: str, column: str, words: str
) -> None:
    found = comparison_of(before, changed(before, tmp_path, kind))
    assert cause(found, table, key, column) == (kind, "records")
    assert set(found.differences["cause"]) == {kind}
    assert found.unseparated() == ()
    assert words in " ".join(text.en for text in found.origins.words()[kind])  # type: ignore[index]


def test_four_causes_at_once_are_told_apart(before: Path, tmp_path: Path) -> None:
    after = changed(before, tmp_path, *CHANGES)
    found = comparison_of(before, after)
    assert cause(found, "numbers", "r2", "amount") == ("data+decisions", "not_separated")
    assert found.unseparated() == ("data", "decisions", "codebook", "code")
    assert estimated_seconds(found.before, found.after, found.origins, found.unseparated()) > 0
    files = {path: path.read_bytes() for root in (before, after) for path in root.rglob("*") if path.is_file()}

    tried: list[str | None] = []
    made = attempts(found.before, found.after, found.unseparated(), tmp_path / "scratch", run_year, tried.append)
    found = by_rerun(found, made)

    assert tried == [None, "data", "decisions", "codebook", "code"]
    assert found.notes == ()
    assert {path: path.read_bytes() for path in files} == files
    assert cause(found, "numbers", "r2", "amount") == ("data", "rerun")
    assert cause(found, "numbers", "r3", "amount") == ("decisions", "rerun")
    assert cause(found, "exhibit:labels.en.csv") == ("codebook", "rerun")
    assert cause(found, "sums", "u2", "spread") == ("code", "rerun")
    assert cause(found, "sums", "u1", "amount") == ("data", "rerun")
    assert cause(found, "sums", "u2", "amount") == ("decisions", "rerun")
    assert cause(found, "sums", "u1", "spread") == ("data+code", "rerun")
    assert cause(found, "file:report.en.html") == ("data+decisions+codebook", "rerun")
    assert set(found.differences["how"]) == {"rerun"}
    # by hand: u1 is 30 with factor 1, 35 with factor 2: the row adds 5, the function 30, both together 5 more
    row = found.differences.query("table == 'sums' and key == 'u1' and column == 'weighted'").iloc[0]
    assert (row["was_number"], row["is_number"]) == (30, 70)
    assert (row["by_data"], row["by_code"], row["by_decisions"], row["remainder"]) == (5, 30, 0, 5)
    row = found.differences.query("table == 'findings_coverage' and key == 'total' and column == 'value'").iloc[0]
    assert (row["by_data"], row["by_decisions"], row["remainder"]) == (5, 2, 0)


def test_a_change_that_does_not_run_alone_stays_in_the_remainder(before: Path, tmp_path: Path) -> None:
    after = changed(before, tmp_path, "data", "code")
    found = comparison_of(before, after)

    def runner(folder: Path, year: int) -> None:
        if folder.name == "code":
            raise InputProblem("не вышло", "it did not work")
        run_year(folder, year)

    found = by_rerun(found, attempts(found.before, found.after, ("data", "code"), tmp_path / "scratch", runner))
    assert [note.en for note in found.notes] == [
        "this change alone (code) did not run, its part stays in the remainder: it did not work"
    ]
    assert cause(found, "sums", "u2", "spread") == ("interaction", "rerun")


def test_a_file_changed_by_hand_is_named(before: Path, tmp_path: Path) -> None:
    after = copy_of(before, tmp_path / "after")
    path = after / "data/processed/2024/results/sums.parquet"
    frame = pd.read_parquet(path)
    frame.loc[frame["unit_id"].eq("u2"), "spread"] = 99.0
    frame.to_parquet(path, index=False)
    found = comparison_of(before, after)
    assert cause(found, "sums", "u2", "spread") == ("by_hand", "records")
    assert len(found.differences) == 1


def test_what_is_told_to_people(before: Path, tmp_path: Path) -> None:
    found = comparison_of(before, changed(before, tmp_path, "data", "code"))
    findings = findings_told(found).set_index("name").loc["total"]
    assert (findings["was"], findings["now"], findings["change"], findings["unit"]) == (36, 41, 5, "currency")
    assert (findings["was_low"], findings["now_high"]) == (26, 51)
    estimate = estimates_told(found).iloc[0]
    # spreads 10, 0, 0 (mean 3.33) become 16, 1, 1 (mean 6): the interval comes to hold zero
    assert (estimate["was_verdict"], estimate["now_verdict"], estimate["verdict_changed"]) == (
        "negative", "unclear", True,
    )  # fmt: skip
    told = tables_told(found).set_index("table")
    assert (told.loc["numbers", "changed_rows"], told.loc["numbers", "added"]) == (1, 0)
    assert files_told(found).set_index("name")["basis"].to_dict() == {"file:report.en.html": "data"}
    place = found.differences.set_index("table").loc["numbers", "place"]
    assert place == "answers · answers · 3"


def test_texts_that_people_wrote_are_not_shown(before: Path, tmp_path: Path) -> None:
    after = copy_of(before, tmp_path / "after")
    edit(after, "data/raw/2024/answers.csv", "20,B", "20,Иванова")
    run_year(after)
    found = comparison_of(before, after)
    assert "Иванова" in set(found.differences["is"])
    assert "Иванова" not in shown_cells(found, 10).to_string()


def test_a_figure_whose_bytes_alone_differ_says_so(before: Path, tmp_path: Path) -> None:
    after = copy_of(before, tmp_path / "after")
    write(after, "reports/2024/draft/report.en.html", "<p>other</p>")
    assert files_told(comparison_of(before, after)).set_index("name")["basis"].to_dict() == {
        "file:report.en.html": "bytes"
    }


def test_tolerances_of_the_settings(before: Path, tmp_path: Path) -> None:
    after = changed(before, tmp_path, "data")
    edit(after, "config/programme.yml", "simulated: true", "simulated: true\ncompare: {sums.amount: {absolute: 5}}")
    found = comparison_of(before, after)
    assert not (found.differences["table"].eq("sums") & found.differences["column"].eq("amount")).any()
    assert cause(found, "sums", "u1", "weighted") == ("data", "records")


@pytest.mark.parametrize("named", ["nothing", "1999", "{root}:1999", "{root}/config"])
def test_what_cannot_be_compared_is_refused(before: Path, tmp_path: Path, named: str) -> None:
    with pytest.raises(InputProblem):
        read_side(named.format(root=before), open_workspace(before), tmp_path)


@pytest.mark.parametrize("named", ["draft", "2024", "{root}:2024"])
def test_names_of_a_draft(before: Path, tmp_path: Path, named: str) -> None:
    side = read_side(named.format(root=before), open_workspace(before), tmp_path)
    assert side.year == 2024
    assert "table:sums" in side.files


def test_a_damaged_table_is_refused_by_name(before: Path, tmp_path: Path) -> None:
    after = copy_of(before, tmp_path / "after")
    (after / "data/processed/2024/results/sums.parquet").write_bytes(b"PAR1 nothing")
    with pytest.raises(InputProblem, match=r"sums\.parquet"):
        comparison_of(before, after)
