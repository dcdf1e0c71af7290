"""A simulated country's returns: every answer read as it is true, every planted defect told, totals that hold."""

from __future__ import annotations

import datetime as dt
import hashlib
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from evaluation.app.national_command import national_years, simulate_national
from evaluation.codebook import read_codebook
from evaluation.contracts import TABLES, check
from evaluation.field.returns.cells import response_cells
from evaluation.field.returns.editions import revised_totals
from evaluation.field.returns.estimates import (
    compare_with_register,
    representativity_of_years,
    totals_of_years,
    weights_of_year,
)
from evaluation.field.returns.folder import read_folder
from evaluation.field.returns.form import read_form
from evaluation.field.returns.headings import headings
from evaluation.field.returns.intake import take_in
from evaluation.field.returns.register import completeness
from evaluation.field.returns.totals import mean, total, weigh
from evaluation.places import open_workspace
from evaluation.report.summaries.returns import return_findings
from evaluation.settings import InputProblem, ReturnSettings
from evaluation.simulate.national import National, simulate_country
from evaluation.territory.registry import read_registry

CODEBOOK = read_codebook(Path(__file__).resolve().parents[2] / "config")
YEARS = (2022, 2023, 2024)
SMALL = National(regions=20, municipalities=1200, years=YEARS)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("national") / "country"
    simulate_national(folder, None, 20, 1200, "3")
    return folder


@pytest.fixture(scope="module")
def tables(root: Path) -> dict[str, pd.DataFrame]:
    """The tables of step 01a, of all years together."""
    form = read_form(root / "config" / "returns" / "form.csv")
    registry = read_registry(root / "config" / "territory" / "units.csv")
    made = []
    for year in YEARS:
        files = read_folder(root / "data" / "raw" / str(year) / "returns", headings(form, CODEBOOK))
        taken = take_in(files, form, registry, year, dt.date(year, 7, 1), CODEBOOK)
        frames = {
            name: check(frame, TABLES[name], CODEBOOK) if year == YEARS[0] else frame for name, frame in taken.items()
        }
        made.append({name: frame.assign(of=year) for name, frame in frames.items()})
    return {name: pd.concat([one[name] for one in made], ignore_index=True) for name in made[0]}


@cache
def country() -> pd.DataFrame:
    return simulate_country(SMALL).truth


def test_the_workspace_opens_and_its_steps_are_those_of_returns(root: Path) -> None:
    workspace = open_workspace(root)
    assert workspace.programme.parts == ("returns",)
    applies = [name for name in ("01a_take_in_returns", "05e_total_returns", "09_write_report", "01_clean_programme")
               if workspace.applicability(workspace.step(name), 2024).applies]  # fmt: skip
    assert applies == ["01a_take_in_returns", "05e_total_returns", "09_write_report"]


def test_every_answer_is_read_as_it_is_true_or_its_defect_is_told(root: Path, tables: dict[str, pd.DataFrame]) -> None:
    truth = country().melt(["unit_id", "year", "returned"], list(form_of(root).variables), "variable", "true")
    both = tables["returns"].merge(truth, on=["unit_id", "year", "variable"], how="left", validate="one_to_one")
    assert both["returned"].all()
    given = both.dropna(subset=["value"])
    assert len(given) > 30_000
    # per cent with one decimal and thousands with two are what was written
    room = np.where(given["variable"] == "turnout", 0.00051, 0.011)
    assert (np.abs(given["value"] - given["true"]) <= room).all()
    empty = both[both["value"].isna()]
    assert set(empty["missing"]) <= {"blank", "invalid"}
    # four in a hundred were left open, three in a thousand spoiled
    assert (empty["missing"] == "blank").sum() / len(both) == pytest.approx(0.04, abs=0.01)
    ledger = pd.read_csv(root / "simulated_truth" / "ledger.csv", dtype={"unit_id": "str"}).dropna(subset=["cell"])
    refused = set(zip(ledger["year"], ledger["file"].str.removeprefix("returns/"), ledger["cell"], strict=True))
    issues = tables["return_issues"]
    told = issues[(issues["severity"] == "error") & issues["cell"].notna()]
    assert refused == set(zip(told["of"], told["source"], told["cell"], strict=True))
    assert len(refused) > 50


def form_of(root: Path):  # type: ignore[no-untyped-def]  # a helper of this module
    return read_form(root / "config" / "returns" / "form.csv")


def test_everybody_who_returned_is_there_and_nobody_else(tables: dict[str, pd.DataFrame]) -> None:
    truth = country().set_index(["unit_id", "year"])["returned"]
    register = tables["return_register"].set_index(["unit_id", "year"])["returned"]
    assert register.sort_index().astype(bool).equals(truth.reindex(register.sort_index().index))
    assert len(register) == len(truth)
    units = tables["return_register"].groupby("year").size()
    assert units[2024] < units[2022], "municipalities merge, so that the denominator falls"


def test_every_file_has_a_fate_and_spoiled_ones_are_named(root: Path, tables: dict[str, pd.DataFrame]) -> None:
    files = tables["return_files"]
    there = list((root / "data" / "raw").rglob("*.xlsx"))
    assert len(files) == len(there)
    spoiled = files[files["file"].str.contains("повреждён|пустой|прошлый год")].set_index("file")["fate"]
    assert spoiled.groupby(spoiled.index.str.split(" ").str[0]).unique().map(list).to_dict() == {
        "повреждён": ["broken"], "пустой": ["empty"], "прошлый": ["wrong_year"],
    }  # fmt: skip
    assert (files["fate"] == "superseded").sum() == files["file"].str.contains("уточнённый").sum()
    assert set(files["layout"].dropna()) == {"workbook", "form"}


def test_estimates_hold_the_truth_and_conform(root: Path, tables: dict[str, pd.DataFrame]) -> None:
    form, settings = form_of(root), ReturnSettings()
    returns = tables["returns"].drop(columns="of")
    register = tables["return_register"].drop(columns="of")
    totals = check(totals_of_years(returns, register, form, settings, 2024), TABLES["return_totals"], CODEBOOK)
    truth = country()
    covered = []
    for row in totals[totals["grouping"] == "country"].itertuples():
        asked = form.question(row.variable).required_for
        own = truth[(truth["year"] == row.year) & (truth["type"].isin(asked) if asked else True)]
        true = own[row.variable].sum() if row.statistic == "total" else own[row.variable].mean()
        assert row.units == len(own)
        covered.append(row.low <= true <= row.high)
        assert abs(row.value - true) < 0.25 * abs(true) + 6 * row.se
    # mildly value-dependent response: nearly the nominal share
    assert np.mean(covered) > 0.85
    regions = totals[(totals["grouping"] == "region") & (totals["statistic"] == "total")]
    whole = totals[(totals["grouping"] == "country") & (totals["statistic"] == "total")].set_index(["year", "variable"])
    sums = regions.groupby("variable")["value"].sum()
    np.testing.assert_allclose(sums, whole.loc[2024, "value"].reindex(sums.index), rtol=1e-9)
    weights = check(weights_of_year(register, returns, settings, 2024), TABLES["return_weights"], CODEBOOK)
    assert weights["weight"].sum() == pytest.approx((register["year"] == 2024).sum())
    indicators = check(representativity_of_years(register, settings), TABLES["representativity"], CODEBOOK)
    complete = check(completeness(register), TABLES["return_completeness"], CODEBOOK)
    checks = check(compare_with_register(returns, register, form, settings, 2024), TABLES["return_checks"], CODEBOOK)
    assert not checks["outlier"].any(), "the registry and the returns agree to a few per cent here"
    revised = check(
        revised_totals(tables["return_revisions"].drop(columns="of"), returns), TABLES["return_revised"], CODEBOOK
    )
    assert revised["n_revised"].sum() > 0
    files = tables["return_files"].query("of == 2024")
    findings = {
        one.name: one for one in return_findings(complete, totals, indicators, revised, checks, weights, files, 2024)
    }
    assert findings["return_share"].value == pytest.approx(truth.query("year == 2024")["returned"].mean())
    assert findings["return_r_adjusted"].value < 0.95


def digests(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_the_same_seed_makes_the_same_bytes_and_a_taken_folder_is_refused(tmp_path: Path) -> None:
    once, again = tmp_path / "once", tmp_path / "again"
    simulate_national(once, None, 4, 60, "2")
    simulate_national(again, None, 4, 60, "2")
    assert digests(again) == digests(once)
    with pytest.raises(InputProblem):
        simulate_national(again, None, 4, 60, "2")
    with pytest.raises(InputProblem):
        simulate_national(tmp_path / "few", None, 20, 100, "3")
    assert national_years("2020-2021") == [2020, 2021]


# ---- how often intervals hold the truth -----------------------------------------------------------------------

VARIABLES = ("population", "deputies", "servants", "revenue", "projects", "own_site")


def coverage(settings: National, draws: int, calibrate: bool) -> tuple[pd.Series, pd.Series]:
    """Share of the draws whose interval of the total holds the truth, and bias over the truth, by variable."""
    one = simulate_country(settings)
    truth = one.truth[one.truth["year"] == settings.years[0]].reset_index(drop=True)
    region = pd.factorize(truth["unit_id"].str[:2])[0].astype(np.intp)
    kind, kinds = pd.factorize(truth["type"])
    people = truth["reference_population"].to_numpy(dtype=float)
    known = np.zeros((len(truth), len(kinds)))
    known[np.arange(len(truth)), kind] = people
    values = truth[list(VARIABLES)].to_numpy(dtype=float)
    rng = np.random.default_rng(7)
    held, found = np.zeros((draws, len(VARIABLES))), np.zeros((draws, len(VARIABLES)))
    for draw in range(draws):
        answered = rng.random(len(truth)) < truth["rho"].to_numpy()
        weighted = weigh(response_cells(region, kind.astype(np.intp), answered), answered, known if calibrate else None)
        for place in range(len(VARIABLES)):
            estimate = total(weighted, values[answered, place])
            true = values[:, place].sum()
            held[draw, place] = estimate.low <= true <= estimate.high
            found[draw, place] = estimate.value / true - 1
    return pd.Series(held.mean(axis=0), index=VARIABLES), pd.Series(found.mean(axis=0), index=VARIABLES)


@pytest.mark.slow
@pytest.mark.parametrize("calibrate", [False, True])
def test_intervals_hold_the_truth_where_response_is_at_random_within_cells(calibrate: bool) -> None:
    settings = National(regions=4, municipalities=4800, years=(2024,), within_cells=True)
    share, bias = coverage(settings, 300, calibrate)
    # 300 draws: 95 % give or take 2.5 points
    skewed = ["population", "revenue"]
    assert share.drop(skewed).between(0.92, 0.98).all(), share.to_dict()
    # a few cities hold most of the residents and the money: whether one of them answered moves total and error
    # together, and the intervals are somewhat too short (0.88 to 0.95 here), as the documentation says
    assert (share[skewed] > 0.86).all(), share.to_dict()
    assert (bias.abs() < 0.003).all()


@pytest.mark.slow
def test_response_that_depends_on_the_answer_biases_totals_and_representativity_tells_of_size_alone() -> None:
    common = {"regions": 12, "municipalities": 2400, "years": (2024,)}
    dependent = National(**common, size_effect=2.0, value_dependence=1.0)
    share, bias = coverage(dependent, 100, calibrate=True)
    assert share["projects"] < 0.1, "those with more projects answer more often, whatever their size"
    assert bias["projects"] > 0.05
    plain = representativity_of_country(National(**common, within_cells=True))
    assert representativity_of_country(dependent) < plain - 0.05


def representativity_of_country(settings: National) -> float:
    """R, adjusted, of one draw."""
    truth = simulate_country(settings).truth
    register = pd.DataFrame(
        {
            "year": truth["year"], "unit_id": truth["unit_id"], "region": truth["unit_id"].str[:2],
            "type": truth["type"], "returned": truth["returned"], "population": truth["reference_population"],
        }
    )  # fmt: skip
    found = representativity_of_years(register, ReturnSettings())
    return float(found.loc[found["indicator"] == "r_adjusted", "value"].iloc[0])


def test_means_of_types_are_those_of_their_own_answers() -> None:
    truth = simulate_country(National(regions=4, municipalities=200, years=(2024,))).truth
    kind = pd.factorize(truth["type"])[0].astype(np.intp)
    answered = np.ones(len(truth), dtype=bool)
    weighted = weigh(response_cells(np.zeros(len(truth), dtype=np.intp), kind, answered), answered)
    for number in range(kind.max() + 1):
        found = mean(weighted, truth["servants"].to_numpy(dtype=float), kind == number)
        assert found.value == pytest.approx(truth.loc[kind == number, "servants"].mean())
        assert found.se == 0
