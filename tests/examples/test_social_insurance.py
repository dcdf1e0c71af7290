"""The example on a published trial, from the package's data to both reports, against computations made apart."""

from __future__ import annotations

import html
import re
import runpy
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import causaldata
import numpy as np
import pandas as pd
import pytest
from linearmodels import IV2SLS
from scipy import stats
from threadpoolctl import threadpool_limits

from evaluation.pipeline import STEPS
from evaluation.places import Workspace, open_workspace
from evaluation.running.engine import Options, run
from evaluation.settings import LANGUAGES, Language

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "social-insurance"
CONTROLS = ["male", "age", "agpop", "ricearea_2010", "literacy", "risk_averse", "disaster_prob"]
SKIPPED = {
    "02_clean_survey", "02a_weigh_answers", "03_build_panel", "04_map_coverage", "04a_measure_unevenness",
    "04b_plan_access", "05_describe_support", "05a_follow_reach", "08_compare_years",
    "10a_write_cards",
}  # fmt: skip
# parts that the example does not switch on
OFF = {step.name for step in STEPS if step.part is not None}


def copy_of_example(folder: Path) -> Path:
    root = folder / "examples" / "social-insurance"
    shutil.copytree(EXAMPLE, root, ignore=shutil.ignore_patterns("data", "reports", ".staging", "__pycache__"))
    return root


def prepare(root: Path) -> None:
    runpy.run_path(str(root / "prepare.py"), run_name="__main__")


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The example, run from nothing but its settings, notebooks and the package's data."""
    root = copy_of_example(tmp_path_factory.mktemp("example"))
    prepare(root)
    made = open_workspace(root)
    result = run(made, [2010], Options(jobs=2))
    assert result.good, [outcome.failure for outcome in result.outcomes if outcome.failure]
    assert {outcome.task.name for outcome in result.ended("not_applicable")} == SKIPPED | OFF
    assert {outcome.task.name for outcome in result.ended("ran")} == {
        "01_clean_programme", "06_estimate_outcomes", "07_check_robustness", "09_write_report",
        "10_hand_in",
    }  # fmt: skip
    return made


@pytest.fixture(scope="module")
def findings(workspace: Workspace) -> pd.DataFrame:
    tables = ("findings_data", "findings_outcomes", "findings_robustness")
    frames = [pd.read_parquet(workspace.table_path(table, 2010)) for table in tables]
    return pd.concat(frames, ignore_index=True).set_index("name")


@pytest.fixture(scope="module")
def reports(workspace: Workspace) -> dict[Language, str]:
    folder = workspace.report_folder(2010)
    return {language: (folder / f"report.{language}.html").read_text(encoding="utf-8") for language in LANGUAGES}


@pytest.fixture(scope="module")
def words_of(reports: Mapping[Language, str]) -> dict[Language, str]:
    """Each report's words, without tags, with single ordinary spaces."""
    return {language: shown_words(text) for language, text in reports.items()}


def shown_words(page: str) -> str:
    plain = html.unescape(re.sub(r"<[^>]+>", " ", re.sub(r"(?s)<(style|script)\b.*?</\1>", " ", page)))
    return re.sub(r" ([.,;:)])", r"\1", " ".join(plain.split()))


# ---- the same three numbers, computed apart --------------------------------------------------------------------


@dataclass(frozen=True)
class Reference:
    estimate: float
    se: float
    n: int
    hamlets: int

    @property
    def interval(self) -> tuple[float, float]:
        half = float(stats.t.ppf(0.975, self.hamlets - 1)) * self.se
        return self.estimate - half, self.estimate + half


@pytest.fixture(scope="module")
def trial() -> pd.DataFrame:
    """Households with all values, as the published computation takes them."""
    return causaldata.social_insure.load_pandas().data.dropna().reset_index(drop=True)


def exogenous_of(frame: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    villages = pd.get_dummies(frame["village"], drop_first=True, dtype=float)
    return pd.concat([frame[columns].astype(float).assign(constant=1.0), villages], axis=1)


def jackknifed(frame: pd.DataFrame, columns: list[str], wanted: str) -> Reference:
    """Least squares by linearmodels; error by leaving out each hamlet (CRV3: (G-1)/G x sum of squared changes)."""
    exogenous = exogenous_of(frame, columns)
    estimate = float(IV2SLS(frame["takeup_survey"], exogenous, None, None).fit().params[wanted])
    place = exogenous.columns.get_loc(wanted)
    matrix, outcome = exogenous.to_numpy(), frame["takeup_survey"].to_numpy(dtype=float)
    hamlets = frame["address"].to_numpy()
    changes = [
        np.linalg.lstsq(matrix[hamlets != hamlet], outcome[hamlets != hamlet], rcond=None)[0][place] - estimate
        for hamlet in np.unique(hamlets)
    ]
    count = len(changes)
    se = float(np.sqrt((count - 1) / count * np.sum(np.square(changes))))
    return Reference(estimate, se, len(frame), count)


@pytest.fixture(scope="module")
def references(trial: pd.DataFrame) -> dict[str, Reference]:
    with threadpool_limits(limits=1):  # these matrices are small: more threads only wait for each other
        return computed_apart(trial)


def computed_apart(trial: pd.DataFrame) -> dict[str, Reference]:
    instrumented = IV2SLS(
        trial["takeup_survey"], exogenous_of(trial, ["intensive", *CONTROLS]), trial[["pre_takeup_rate"]],
        trial[["default"]],
    ).fit(cov_type="clustered", clusters=pd.factorize(trial["address"])[0], debiased=True)  # fmt: skip
    return {
        "own_session": jackknifed(trial, ["intensive", *CONTROLS], "intensive"),
        "peers_association": jackknifed(trial, ["pre_takeup_rate", "intensive", *CONTROLS], "pre_takeup_rate"),
        "peers_instrumented": Reference(
            float(instrumented.params["pre_takeup_rate"]), float(instrumented.std_errors["pre_takeup_rate"]),
            len(trial), trial["address"].nunique(),
        ),
    }  # fmt: skip


@pytest.mark.parametrize("name", ["own_session", "peers_association", "peers_instrumented"])
def test_numbers_errors_and_n_agree_with_an_independent_computation(
    name: str, findings: pd.DataFrame, references: Mapping[str, Reference]
) -> None:
    found, expected = findings.loc[name], references[name]
    assert found["value"] == pytest.approx(expected.estimate, abs=1e-8)
    assert findings.loc[f"{name}_se", "value"] == pytest.approx(expected.se, rel=1e-6)
    assert (found["low"], found["high"]) == pytest.approx(expected.interval, abs=1e-7)
    assert found["n"] == findings.loc[f"{name}_se", "n"] == expected.n == 1378
    assert findings.loc["main_clusters", "value"] == expected.hamlets == 166


def test_the_published_numbers(findings: pd.DataFrame) -> None:
    """Huntington-Klein, The Effect, chapter 19: 0.791 (0.273)."""
    assert findings.loc["peers_instrumented", "value"] == pytest.approx(0.791097, abs=5e-7)
    assert findings.loc["peers_instrumented_se", "value"] == pytest.approx(0.273127, abs=5e-7)
    own = findings.loc["own_session"]
    assert abs(own["value"]) < 0.01 and own["low"] < 0 < own["high"]


def test_strength_of_the_instrument(findings: pd.DataFrame, trial: pd.DataFrame) -> None:
    exogenous = exogenous_of(trial, ["default", "intensive", *CONTROLS])
    first = IV2SLS(trial["pre_takeup_rate"], exogenous, None, None).fit(
        cov_type="clustered", clusters=pd.factorize(trial["address"])[0], debiased=True
    )
    assert findings.loc["first_stage_f", "value"] == pytest.approx(float(first.tstats["default"]) ** 2, rel=1e-6)
    assert findings.loc["first_stage", "value"] == pytest.approx(float(first.params["default"]), abs=1e-8)
    assert findings.loc["anderson_rubin", "low"] > 0
    assert findings.loc["anderson_rubin", "high"] > findings.loc["peers_instrumented", "high"]


def test_every_household_is_accounted_for(findings: pd.DataFrame, workspace: Workspace) -> None:
    published = causaldata.social_insure.load_pandas().data
    kept = pd.read_parquet(workspace.table_path("trial_households", 2010))
    assert len(kept) == len(published) == 1410
    assert (kept["unit_id"].nunique(), kept["village"].nunique()) == (166, 44)
    pairs = {
        "peers_earlier_take_up": "pre_takeup_rate", "risk_aversion": "risk_averse", "age": "age",
        "rice_area": "ricearea_2010", "took_up": "takeup_survey", "default_enrolment": "default",
    }  # fmt: skip
    for ours, theirs in pairs.items():
        received = published[theirs].to_numpy(dtype=float)
        np.testing.assert_allclose(kept[ours].to_numpy(dtype=float, na_value=np.nan), received, err_msg=ours)
    assert findings.loc["rows_kept", "value"] == findings.loc["households", "value"] == 1410
    assert findings.loc["rows_quarantined", "value"] == findings.loc["issues_error", "value"] == 0
    assert findings.loc["dropped_rows", "value"] == 1410 - 1378


# ---- what readers see ------------------------------------------------------------------------------------------


SHOWN: dict[str, dict[Language, str]] = {
    "own_session": {
        "ru": "0,002 (95 % интервал: от −0,052 до 0,056; n = 1 378)",
        "en": "0.002 (95% interval: −0.052 to 0.056; n = 1,378)",
    },
    "peers_association": {
        "ru": "0,452 (95 % интервал: от 0,277 до 0,628; n = 1 378)",
        "en": "0.452 (95% interval: 0.277 to 0.628; n = 1,378)",
    },
    "peers_instrumented": {
        "ru": "0,791 (95 % интервал: от 0,252 до 1,330; n = 1 378), стандартная ошибка 0,273",
        "en": "0.791 (95% interval: 0.252 to 1.330; n = 1,378), standard error 0.273",
    },
}
SAID: dict[Language, list[str]] = {
    "ru": [
        "Первого раунда занятий в пакете с данными нет",
        "Выборки первого раунда, на которой стоит вывод статьи о собственном обучении, в нём нет",
        "В этих данных это почти ничего: ноль внутри интервала. Опровержения здесь нет",
        "Это связь.",
        "влияния соседей она не доказывает",
        "Решения соседей измерены одним числом на посёлок",
        "форма предложения действует на хозяйство только через соседей",
        "Данные были известны до того, как записан план",
        "0,323 до 1,722",
    ],
    "en": [
        "The paper's first-round sample is not in the data package",
        "The paper's first-round sample, on which its finding on own training rests, is not in the package",
        "In these data this is next to nothing: zero lies inside the interval. It refutes nothing",
        "This is an association.",
        "it does not show that peers influence anybody",
        "The peers' take-up is one number a hamlet",
        "the default of the offer matters for a household through its peers alone",
        "The data were known before the plan was written",
        "0.323 to 1.722",
    ],
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", SHOWN)
def test_the_report_shows_the_numbers(name: str, language: Language, words_of: Mapping[Language, str]) -> None:
    assert SHOWN[name][language] in words_of[language]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_report_says_what_each_number_is_and_is_not(language: Language, words_of: Mapping[Language, str]) -> None:
    assert [sentence for sentence in SAID[language] if sentence not in words_of[language]] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_report_gives_the_reason_of_every_section_left_out(
    language: Language, workspace: Workspace, words_of: Mapping[Language, str]
) -> None:
    reasons = {name: own.reason for name, own in workspace.programme.steps.items() if not own.applicable}
    assert set(reasons) == SKIPPED
    # cards are files of their own and no section: the run says why they are left out
    told = {name: text.in_language(language) for name, text in reasons.items() if text and name != "10a_write_cards"}
    missing = [name for name, text in told.items() if text not in words_of[language]]
    assert missing == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_numbers_of_the_text_carry_their_finding(
    language: Language, reports: Mapping[Language, str], words_of: Mapping[Language, str], findings: pd.DataFrame
) -> None:
    named = set(re.findall(r'data-finding="([a-z_0-9]+)"', reports[language]))
    assert {*SHOWN, "peers_instrumented_se", "first_stage_f", "anderson_rubin", "leave_out_low"} <= named
    assert named <= set(findings.index)
    # words of variables and models come from the codebook: no bare name may reach a reader
    codes = ("peers_earlier_take_up", "took_up", "peers_instrumented", "default_enrolment", "anderson_rubin_t", "crv")
    before_annex = shown_words(reports[language].partition('<section id="annex"')[0])
    assert "Anderson" in before_annex or "Андерсон" in before_annex
    assert [code for code in codes if code in before_annex] == []
    assert not re.search("simulated|смоделир|модельные", words_of[language], re.IGNORECASE)


# ---- preparing -------------------------------------------------------------------------------------------------


def test_preparing_twice_changes_nothing(tmp_path: Path) -> None:
    root = copy_of_example(tmp_path)
    prepare(root)
    files = sorted((root / "data").rglob("*.csv"))
    assert [path.name for path in files] == ["SOURCES.csv", "social_insure.csv"]
    before = [path.read_bytes() for path in files]
    prepare(root)
    assert [path.read_bytes() for path in files] == before
    assert before[0].decode("utf-8").splitlines()[1].startswith("trial_households,social_insure.csv,2015,")


def test_preparing_refuses_a_changed_file(tmp_path: Path) -> None:
    root = copy_of_example(tmp_path)
    prepare(root)
    target = root / "data" / "raw" / "2010" / "social_insure.csv"
    changed = target.read_bytes() + b"beilian2,beilian,1,50,4,10,30,1,1,1,0,1,.5\n"
    target.write_bytes(changed)
    with pytest.raises(SystemExit, match=r"social_insure\.csv differs from the published data"):
        prepare(root)
    assert target.read_bytes() == changed
