"""``evaluation check`` on Warsaw's own register of ten years, whole and unchanged: what it names, and how much of it.

Every expected number is counted from the source file with plain pandas. Data: Pabulib (Faliszewski et al. 2023).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import pytest
from typer.testing import CliRunner

from evaluation.app.check_words import Words
from evaluation.app.checking import FileCheck, check_file
from evaluation.app.cli import app
from evaluation.places import Workspace

REGISTER = "participatory_budgeting/warsaw_projects_2017_2026.csv"
YEARS = tuple(range(2017, 2027))
ROWS = 13_931
NO_GROUP = ("", "None")

pytestmark = pytest.mark.slow  # the whole register of ten years


class Warsaw(NamedTuple):
    """``source`` is indexed by the lines of the file (the header is line 1)."""

    workspace: Workspace
    path: Path
    source: pd.DataFrame
    whole: FileCheck

    def found(self, rule: str) -> pd.DataFrame:
        return self.whole.issues[self.whole.issues["rule"] == rule]

    def rows(self, rule: str) -> list[int]:
        return sorted(self.found(rule)["row"].astype(int))


@pytest.fixture(scope="module")
def warsaw(
    tmp_path_factory: pytest.TempPathFactory, real_file: Callable[[str], Path], builder: Any, own_key: Path
) -> Warsaw:
    """A workspace whose registry lists every area that the register names; it has no settings for any year but 2026."""
    path = real_file(REGISTER)
    source = pd.read_csv(path, dtype="str", keep_default_na=False)
    source.index = source.index + 2
    areas = sorted(set(source["election_subunit"]) - {""})
    units = pd.DataFrame({"unit_id": [f"W{number:03d}" for number in range(len(areas))], "name": areas})
    currency = {"code": "PLN", "label": {"ru": "злотых", "en": "zloty"}}
    root = tmp_path_factory.mktemp("warsaw_check")
    built = builder(root, units, id="warsaw-check", first_year=2017, last_year=2026, currency=currency)
    built.year(2026, {})
    workspace = built.open()
    check = check_file(workspace, path, None, "all", None, lambda text: None)
    assert len(check.files) == 1
    return Warsaw(workspace, path, source, check.files[0])


def test_the_file_tells_what_it_is_and_which_years_it_has(warsaw: Warsaw) -> None:
    assert warsaw.whole.fit is not None and warsaw.whole.fit.source == "projects"
    assert warsaw.whole.years == YEARS == tuple(sorted(map(int, warsaw.source["instance"].unique())))


def test_every_row_is_counted_once_and_only_blank_areas_are_set_aside(warsaw: Warsaw) -> None:
    blank = warsaw.source.index[warsaw.source["election_subunit"] == ""]
    assert len(blank) == 83 and set(warsaw.source.loc[blank, "instance"]) == {"2026"}, "what the file is known to hold"
    ledger = warsaw.whole.row_ledger
    assert len(warsaw.source) == ROWS and len(ledger) == ROWS + 1 and not ledger["row"].duplicated().any()
    fates = ledger.dropna(subset=["fate"]).set_index("row")["fate"]
    assert fates.value_counts().to_dict() == {"kept": ROWS - 83, "quarantined": 83}
    assert sorted(fates.index[fates == "quarantined"]) == sorted(blank) == warsaw.rows("unit_unknown")


def test_lists_in_a_cell(warsaw: Warsaw) -> None:
    several = warsaw.source.index[warsaw.source["category"].str.contains(",")]
    assert len(several) == 10_142, "what the file is known to hold"
    assert warsaw.rows("first_of_several") == sorted(several)
    assert set(warsaw.found("first_of_several")["field"]) == {"topic"}
    # groups of people where a number is declared: one remark a year with how many cells it stands for
    filled = ~warsaw.source["beneficiaries"].isin(NO_GROUP)
    groups = warsaw.source[filled & ~warsaw.source["beneficiaries"].str.fullmatch(r"\d+")].groupby("instance").size()
    assert groups.sum() == filled.sum() == 12_096
    refused = warsaw.found("column_not_as_declared")
    assert set(refused["field"]) == {"beneficiaries"} and len(refused) == len(groups) == 9
    cells = [int(re.match(r"\d+", text)[0]) for text in refused.sort_values("row")["suggestion"]]  # type: ignore[index]
    assert cells == groups.tolist()


def test_repeats(warsaw: Warsaw) -> None:
    source = warsaw.source
    assert not source.duplicated().any() and not source.duplicated(["instance", "project_id"]).any()
    assert source.duplicated("project_id").sum() == 11_215, "numbers begin anew every year"
    assert warsaw.rows("duplicate_row") == warsaw.rows("duplicate_key") == []
    placed = source[source["election_subunit"] != ""]
    alike = placed.assign(title=placed["name"].str.casefold().str.replace(r"[\W_]+", " ", regex=True).str.strip())
    repeats = alike.index[alike.duplicated(["instance", "election_subunit", "title", "cost"])]
    assert len(repeats) == 3, "what the file is known to hold"
    assert warsaw.rows("probable_duplicate") == sorted(repeats)


def test_no_project_is_dearer_than_its_contest(warsaw: Warsaw) -> None:
    cost, budget = (warsaw.source[name].astype(float) for name in ("cost", "budget"))
    assert (cost > budget).sum() == 0 and (cost == budget).sum() == 7, "what the file is known to hold"
    assert warsaw.found("rule_P11").empty


def test_one_that_is_made_dearer_is_found_at_its_cell(warsaw: Warsaw, tmp_path: Path) -> None:
    lines = warsaw.source[warsaw.source["instance"] == "2024"].copy().reset_index(drop=True)
    dearer = [4, 50, 300]
    lines.loc[dearer, "cost"] = (lines.loc[dearer, "budget"].astype(float) + 1).astype(str)
    path = tmp_path / "warsaw_2024.csv"
    lines.to_csv(path, index=False)
    issues = check_file(warsaw.workspace, path, "projects", "2024", None, lambda text: None).files[0].issues
    column = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[list(lines.columns).index("cost")]
    found = issues[issues["rule"] == "rule_P11"]
    assert found["cell"].tolist() == [f"{column}{row + 2}" for row in dearer]
    assert set(found["severity"]) == {"error"}


def test_what_else_the_file_holds(warsaw: Warsaw) -> None:
    unread = set(warsaw.found("unmapped_column")["raw"])
    assert unread == {
        "file", "latitude", "longitude", "country", "unit", "currency", "num_votes", "rule", "vote_type",
    }  # fmt: skip
    address = warsaw.source["name"].str.contains(r"\w@\w+\.\w")
    assert warsaw.rows("personal_data_masked") == warsaw.source.index[address].tolist()
    shown = warsaw.found("personal_data_masked").astype("str").to_csv()
    assert "@" not in shown, "what is masked is not repeated"
    money = {"cost_planned", "contest_budget"}
    assert set(warsaw.found("unit_not_stated")["field"]) == money


def test_in_words(warsaw: Warsaw) -> None:
    english = [line.text for line in Words(warsaw.workspace.codebook, "en").file(warsaw.whole)]
    assert english[0] == f"{REGISTER.rpartition('/')[2]}: Register of applications (projects), years 2017–2026"
    assert f"{ROWS + 1} rows, {ROWS} of them data: {ROWS - 83} kept, 0 merged, 83 set aside" in english[2]
    russian = [line.text for line in Words(warsaw.workspace.codebook, "ru").file(warsaw.whole)]
    assert any("данных 13931: принято 13848, объединено 0, отложено 83" in text for text in russian)
    blank = english.index("error: The unit cannot be determined (unit_unknown): 83; row set aside")
    assert re.fullmatch(r"[A-Z]\d+ Municipality", english[blank + 1]) and english[blank + 4] == "and 80 more"


@pytest.fixture
def plain(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("LC_ALL", "LC_MESSAGES", "EVALUATION_WORKSPACE"):
        monkeypatch.delenv(name, raising=False)
    yield


@pytest.mark.usefixtures("plain")
def test_the_command_on_one_year_offers_the_others(warsaw: Warsaw) -> None:
    arguments = [str(warsaw.path), "--as", "projects", "--year", "2024", "--workspace", str(warsaw.workspace.root)]
    before = sorted(warsaw.workspace.root.rglob("*"))
    result = CliRunner().invoke(app, ["check", *arguments, "--plain", "--language", "en"])
    assert result.exit_code == 3, "nine columns are not known, and rows were left to other years"
    of_2024 = int((warsaw.source["instance"] == "2024").sum())
    assert f"{ROWS} of them data: {of_2024} kept, 0 merged, {ROWS - of_2024} set aside" in result.stdout
    others = ", ".join(str(year) for year in YEARS if year != 2024)
    assert f"the file has rows of other years ({others}): '--year all' checks every year" in result.stdout
    assert "Traceback" not in result.output and sorted(warsaw.workspace.root.rglob("*")) == before
