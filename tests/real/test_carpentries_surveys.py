"""Three published surveys of The Carpentries through their questionnaires: n of every item, and every remark.

Expected numbers are counted from the source files with plain pandas. Data: carpentries/assessment, CC BY 4.0.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from carpentries_questionnaires import (
    FILES,
    FORMS,
    INSTRUMENTS,
    LISTS,
    YEAR,
    Item,
    options,
    questionnaire_file,
    surveys_workspace,
)

from evaluation.cleaning.context import Cleaned
from evaluation.cleaning.questionnaire.xlsform import read_questionnaire
from evaluation.cleaning.survey.export import clean_surveys
from evaluation.cleaning.workbook import read_received
from evaluation.codebook import read_codebook
from evaluation.decisions import DECISION_COLUMNS
from evaluation.settings import Survey, Text
from evaluation.territory.registry import read_registry

CONFIG = Path(__file__).resolve().parents[2] / "config"
NOTHING = {"", "NA", "None", "none"}
# NA of 17 columns with one answer is 563 marks; cells in people's own words are «other», or like an option but none
EXPECTED_REMARKS = {
    ("followup_survey", "answer_unknown"): 4,
    ("followup_survey", "open_answer_dropped"): 2,
    ("followup_survey", "other_in_words"): 155,
    ("participants_survey", "date_order_of_column"): 265,
    ("participants_survey", "open_answer_dropped"): 3,
    ("participants_survey", "unmapped_column"): 1,
    ("residents_survey", "missing_marker"): 563,
    ("residents_survey", "open_answer_dropped"): 2,
    ("residents_survey", "other_in_words"): 32,
}
EXPECTED_ROWS = {"instructors": 967, "longterm_2017": 476, "longterm_2020": 176}


@pytest.fixture(scope="module")
def cleaned(tmp_path_factory: pytest.TempPathFactory, real_file: Callable[[str], Path]) -> Cleaned:
    folder = tmp_path_factory.mktemp("surveys")
    (folder / "units.csv").write_text("unit_id,name\nUS,United States\n", encoding="utf-8")
    received = {source: read_received(real_file(place), source) for source, place in FILES.items()}
    surveys = {
        source: Survey(instrument=name, questionnaire="q.xlsx", design="convenience", population=Text(ru="с", en="l"))
        for source, name in INSTRUMENTS.items()
    }
    forms = {
        source: read_questionnaire(questionnaire_file(FORMS[name], folder / f"{name}.xlsx"))
        for source, name in INSTRUMENTS.items()
    }
    return clean_surveys(
        received, surveys, forms, YEAR, read_registry(folder / "units.csv"),
        pd.DataFrame(columns=["raw", "unit_id", "reason"], dtype="str"),
        pd.DataFrame(columns=DECISION_COLUMNS, dtype="str"), read_codebook(CONFIG), b"0" * 32, dt.date(YEAR, 12, 31),
    )  # fmt: skip


@pytest.fixture(scope="module")
def answers(cleaned: Cleaned) -> pd.DataFrame:
    table = cleaned.tables["survey_answers"]
    return table.assign(instrument=table["response_id"].str.extract(rf"^{YEAR}-(.+)-\d+$")[0])


def _source(real_file: Callable[[str], Path], instrument: str) -> pd.DataFrame:
    place = FILES[next(source for source, name in INSTRUMENTS.items() if name == instrument)]
    return pd.read_csv(real_file(place), dtype="str", keep_default_na=False)


def _key(text: str) -> str:
    return re.sub(r"\s+", " ", text.replace("’", "'")).strip().rstrip(".").casefold()


@pytest.mark.parametrize("instrument", FORMS)
def test_every_response_is_kept(instrument: str, cleaned: Cleaned) -> None:
    responses = cleaned.tables["survey_responses"]
    own = responses[responses["wave_id"] == f"{YEAR}-{instrument}"]
    assert len(own) == EXPECTED_ROWS[instrument]
    assert sorted(own["source_row"]) == list(range(2, EXPECTED_ROWS[instrument] + 2))


@pytest.mark.parametrize("instrument", FORMS)
def test_n_of_every_item_with_one_answer(
    instrument: str, answers: pd.DataFrame, real_file: Callable[[str], Path]
) -> None:
    source = _source(real_file, instrument)
    own = answers[answers["instrument"] == instrument].set_index("item")
    checked = 0
    for item in FORMS[instrument]:
        if item.type == "text" or item.type.startswith("select_multiple"):
            continue
        column = source[item.headers.split("|")[0]]
        given = column[~column.isin(NOTHING)]
        rows = own.loc[item.name]
        assert len(rows) == len(source)
        assert (rows["missing"] == "blank").sum() == len(column) - len(given), item.name
        if item.type == "integer":
            assert rows["value"].dropna().tolist() == given.astype(float).tolist(), item.name
        else:
            known = {_key(label): (code, role) for code, (label, role) in options(item.type.split()[1]).items()}
            coded = given.map(lambda text, known=known: known.get(_key(text), ("other", "")))
            expected = coded[coded.map(lambda pair: not pair[1])].map(lambda pair: pair[0]).value_counts().to_dict()
            assert rows["code"].value_counts().to_dict() == expected, item.name
            assert (rows["missing"] == "dont_know").sum() == coded.map(lambda pair: pair[1] != "").sum(), item.name
        checked += 1
    assert checked == {"instructors": 35, "longterm_2017": 16, "longterm_2020": 17}[instrument]


def _listed(source: pd.DataFrame, item: Item) -> pd.Series:
    """Cells of a multiple choice, those of several columns with a semicolon between them."""
    columns = item.headers.split("|")
    filled = source[columns].where(~source[columns].isin(NOTHING), "")
    return filled.apply(lambda row: ";".join(text for text in row if text), axis=1)


@pytest.mark.parametrize("instrument", ["longterm_2017", "longterm_2020"])
def test_n_of_every_option(instrument: str, answers: pd.DataFrame, real_file: Callable[[str], Path]) -> None:
    source = _source(real_file, instrument)
    own = answers[answers["instrument"] == instrument].set_index(["item", "choice"]).sort_index()
    checked = 0
    for item in FORMS[instrument]:
        if not item.type.startswith("select_multiple"):
            continue
        cells = _listed(source, item)
        parts = cells.map(lambda text: {_key(part) for part in text.split(";")} - {""})
        for code, (label, role) in options(item.type.split()[1]).items():
            if role:
                continue
            wanted = {_key(label), _key(label.replace("in an online", "in a an online"))}
            chosen = parts.map(lambda each, wanted=wanted: bool(each & wanted))
            rows = own.loc[(item.name, code)]
            assert len(rows) == len(source)
            assert (rows["code"] == "1").sum() == chosen.sum(), (item.name, code)
            checked += 1
    assert checked == 12 + 10 + 9 + 5 + 8 + 6 - (12 if instrument == "longterm_2020" else 0)


def test_items_that_half_of_the_people_were_not_asked_have_the_base_of_those_who_were(answers: pd.DataFrame) -> None:
    own = answers[(answers["instrument"] == "instructors") & answers["item"].str.endswith("PostAbility")]
    assert own.groupby("item")["code"].count().tolist() == [237] * 5
    assert own.groupby("item").size().tolist() == [967] * 5


def test_the_list_of_remarks(cleaned: Cleaned) -> None:
    issues = cleaned.issues
    counted = issues[issues["rule"] != "category_normalised"].groupby(["source", "rule"]).size().to_dict()
    assert counted == EXPECTED_REMARKS
    # a no-break space, another capital or a closing full stop: nothing else was put right
    repaired = issues[issues["rule"] == "category_normalised"]
    declared = {_key(label) for name in LISTS for label, _ in options(name).values()}
    assert set(repaired["raw"].map(_key)) <= declared
    assert dict(repaired["raw"].value_counts().head(3)) == {
        "Strongly Agree": 2853, "Yes.": 416, "I'm more confident now.": 333,
    }  # fmt: skip
    unread = issues.loc[issues["rule"] == "unmapped_column", ["source", "raw"]]
    assert sorted(map(tuple, unread.to_numpy())) == [("participants_survey", "Workshop ID")]


def test_no_words_of_their_own_are_kept(cleaned: Cleaned, real_file: Callable[[str], Path]) -> None:
    stored: set[str] = set()
    for table in (*cleaned.tables.values(), cleaned.issues):
        for column in table.select_dtypes("str"):
            stored |= set(table[column].dropna())
    written = 0
    for instrument, columns in {
        "instructors": ["CompleteTrainingOther", "MemberSiteOther"],
        "longterm_2017": ["Position-Other", "Column13", "Column24", "Column33", "Column38", "Column52", "Column58"],
        "longterm_2020": ["workshop_attended_location", "workshop_attended_content", "how_tools_help"],
    }.items():
        source = _source(real_file, instrument)
        cells = {part.strip() for column in columns for text in source[column] for part in text.split(";")}
        declared = {_key(label) for name in LISTS for label, _ in options(name).values()}
        texts = {text for text in cells - NOTHING if len(text) > 12 and _key(text) not in declared}
        written += len(texts)
        assert not texts & stored, sorted(texts & stored)[:3]
    assert written > 200


@pytest.mark.slow
def test_the_three_surveys_through_the_notebook(
    tmp_path: Path,
    real_file: Callable[[str], Path],
    builder: Any,
    run_steps: Callable[..., Any],
    made: Callable[..., pd.DataFrame],
    cleaned: Cleaned,
) -> None:
    workspace = surveys_workspace(tmp_path, builder, real_file).open()
    run_steps(workspace, [YEAR], "01_clean_programme", "02_clean_survey", "02a_weigh_answers")
    own = made(workspace, "survey_answers", YEAR)
    pd.testing.assert_frame_equal(own, cleaned.tables["survey_answers"], check_dtype=False)
    flow = made(workspace, "survey_flow", YEAR)
    analysed = flow[flow["stage"] == "analysed"].set_index("wave_id")["n"]
    assert analysed.to_dict() == {f"{YEAR}-{name}": count for name, count in EXPECTED_ROWS.items()}
    estimates = made(workspace, "survey_estimates", YEAR)
    assert set(estimates["wave_id"]) == set(analysed.index)
    # whoever wished to answer did: no table may hold an error, and every estimate says why
    assert estimates[["se", "low", "high"]].isna().all(axis=None)
    assert estimates["note"].str.contains("not_probability").all()
    known = own[(own["item"] == "Worth") & own["value"].notna()]
    worth = estimates[(estimates["item"] == "Worth") & (estimates["statistic"] == "mean")].iloc[0]
    assert (worth["value"], worth["n"]) == (pytest.approx(known["value"].mean()), len(known))
    told = made(workspace, "findings_voices", YEAR)
    voices = told[told["name"].str.match("mean_|share_|top_share_|nps_")]
    assert len(voices) and voices[["low", "high"]].isna().all(axis=None)
