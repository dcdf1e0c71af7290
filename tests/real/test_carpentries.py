"""The Carpentries: eight years of training events and the questionnaire after instructor training, as published.

Every expected number is counted from the source files with plain pandas. Data: carpentries/assessment, CC BY 4.0.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import openpyxl
import pandas as pd
import pytest

from evaluation.cleaning.context import Cleaned
from evaluation.places import Workspace

EVENTS = "surveys/carpentries_all_workshops_events.csv"
ANSWERS = "surveys/carpentries_instructor_training_post_2018.csv"
YEAR = 2018
COUNTRIES = {
    "AQ": "Antarctica", "AR": "Argentina", "AU": "Australia", "BE": "Belgium", "BR": "Brazil", "BW": "Botswana",
    "CA": "Canada", "CH": "Switzerland", "CN": "China", "CO": "Colombia", "CY": "Cyprus", "DE": "Germany",
    "DK": "Denmark", "EE": "Estonia", "ES": "Spain", "ET": "Ethiopia", "FI": "Finland", "FR": "France",
    "GA": "Gabon", "GB": "United Kingdom", "GH": "Ghana", "GR": "Greece", "HU": "Hungary", "ID": "Indonesia",
    "IE": "Ireland", "IN": "India", "IT": "Italy", "JO": "Jordan", "KE": "Kenya", "KR": "South Korea",
    "LB": "Lebanon", "MU": "Mauritius", "MX": "Mexico", "NA": "Namibia", "NL": "Netherlands", "NO": "Norway",
    "NZ": "New Zealand", "PH": "Philippines", "PK": "Pakistan", "PL": "Poland", "PR": "Puerto Rico",
    "PT": "Portugal", "SA": "Saudi Arabia", "SD": "Sudan", "SE": "Sweden", "SI": "Slovenia", "TH": "Thailand",
    "US": "United States", "VE": "Venezuela", "ZA": "South Africa",
}  # fmt: skip
UNITS = pd.DataFrame({"unit_id": COUNTRIES.keys(), "name": COUNTRIES.values()})
EVENTS_SOURCE = {"file": Path(EVENTS).name, "constants": {"stream": "training", "form": "workshop"}}
LISTS = {
    "agreement": ("Strongly Disagree", "Disagree", "Neither Agree nor Disagree", "Agree", "Strongly Agree"),
    "pace": ("Too slow", "Slightly slow", "Just right", "Slightly fast", "Too fast"),
    "frequency": ("Never", "Rarely", "Sometimes", "Often", "All of the time"),
    "amount": ("None of it", "Some of it", "About half of it", "Most of it", "All of it"),
}
ITEMS = {
    "InformationReasonableTime": "agreement", "AtmosphereWelcoming": "agreement", "LearnedSkills": "agreement",
    "Material": "agreement", "Recommend": "agreement", "Worth": "agreement", "Pace": "pace",
    "TrainersClearAnswers": "frequency", "TrainersConsiderate": "frequency", "TrainersCommunicators": "frequency",
    "TrainersEnthusiastic": "frequency", "NewInformation": "amount",
}  # fmt: skip
COUNTS = {"complete": 900, "partial": 10, "break_off": 1, "refusal": 56}
NUMBER, OPEN = "LikelyToRecommend", "CompleteTrainingOther"

pytestmark = pytest.mark.slow  # eight years of events and all answers


class Carpentries(NamedTuple):
    workspace: Workspace
    events: pd.DataFrame
    answers: pd.DataFrame
    table: Callable[[str], pd.DataFrame]


def _questionnaire(path: Path) -> None:
    """The questionnaire as an XLSForm workbook: answers by their words, nothing else known of them."""
    book = openpyxl.Workbook()
    survey = book.active
    assert survey is not None
    survey.title = "survey"
    survey.append(["type", "name", "label::Russian (ru)", "label::English (en)", "constraint"])
    for item, answers in ITEMS.items():
        survey.append([f"select_one {answers}", item, item, item, None])
    survey.append(["integer", NUMBER, "Вероятность рекомендации", "How likely to recommend", ". >= 0 and . <= 10"])
    survey.append(["text", OPEN, "Другое", "Other", None])
    choices = book.create_sheet("choices")
    choices.append(["list_name", "name", "label::Russian (ru)", "label::English (en)", "value"])
    for answers, words in LISTS.items():
        for value, word in enumerate(words, start=1):
            choices.append([answers, f"{answers}_{value}", word, word, value])
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(path)


@pytest.fixture(scope="module")
def events_of(real_file: Callable[[str], Path]) -> pd.DataFrame:
    events = pd.read_csv(real_file(EVENTS), dtype="str", keep_default_na=False)
    return events.assign(year=events["start_date"].str[:4].astype(int))


@pytest.fixture(scope="module")
def carpentries(
    tmp_path_factory: pytest.TempPathFactory,
    real_file: Callable[[str], Path],
    events_of: pd.DataFrame,
    builder: Any,
    run_steps: Callable[..., Any],
    made: Callable[[Workspace, str, int], pd.DataFrame],
) -> Carpentries:
    """The events of 2018 and all answers through steps 01, 02, 02a and 05."""
    answers = real_file(ANSWERS)
    known = pd.read_csv(answers, dtype="str", keep_default_na=False)
    built = builder(tmp_path_factory.mktemp("carpentries"), UNITS, id="carpentries", first_year=YEAR, last_year=YEAR)
    built.lines(real_file(EVENTS), YEAR, (events_of["year"] == YEAR).tolist())
    built.lines(answers, YEAR, [True] * len(known))
    _questionnaire(built.root / "config" / "survey" / "instructors.xlsx")
    sources = {"support_events": EVENTS_SOURCE, "participants_survey": {"file": answers.name}}
    survey = {
        "instrument": "instructors", "questionnaire": "instructors.xlsx", "design": "convenience",
        "population": {"ru": "слушатели подготовки инструкторов", "en": "learners of instructor training"},
        "quality": {"complete_from": 0.8, "partial_from": 0.5},
    }  # fmt: skip
    built.year(YEAR, sources, surveys={"participants_survey": survey})
    workspace = built.open()
    run_steps(workspace, [YEAR], "01_clean_programme", "02_clean_survey", "02a_weigh_answers", "05_describe_support")
    return Carpentries(workspace, events_of, known, lambda table: made(workspace, table, YEAR))


def _country(codes: pd.Series) -> pd.Series:
    return codes.where(codes.isin(COUNTRIES), "")


def _compare(table: pd.DataFrame, source: pd.DataFrame) -> None:
    """The cleaned events beside the source's, event by event; a code without a year is told by its file's year."""
    has_year = source["slug"].str.match(r"(?:19|20)\d\d-")
    keys = source["slug"].where(has_year, source["year"].astype(str) + "-" + source["slug"])
    table, source = table.set_index("event_id").sort_index(), source.set_index(keys).sort_index()
    assert table.index.tolist() == source.index.tolist()
    assert table["starts_on"].dt.strftime("%Y-%m-%d").tolist() == source["start_date"].tolist()
    assert table["host_unit_id"].fillna("").tolist() == _country(source["country"]).tolist()
    attended = source["attendance"].replace("", "-1").astype(int)
    assert table["reported_participants"].fillna(-1).tolist() == attended.tolist()


def test_the_events_of_every_year(
    tmp_path: Path,
    events_of: pd.DataFrame,
    real_file: Callable[[str], Path],
    builder: Any,
    clean_year: Callable[[Workspace, int], Cleaned],
) -> None:
    built = builder(tmp_path, UNITS, id="carpentries", first_year=2012, last_year=2019)
    hosts = []
    for year, source in events_of.groupby("year"):
        lines = built.lines(real_file(EVENTS), year, (events_of["year"] == year).tolist())
        built.year(year, {"support_events": EVENTS_SOURCE})
        cleaned = clean_year(built.open(), int(str(year)))
        _compare(cleaned.tables["support_events"], source)
        assert len(cleaned.row_ledger) == lines == len(source) + 1
        hosts.append(cleaned.tables["support_events"]["host_unit_id"])
    found = pd.concat(hosts)
    assert len(found) == 1869, "what the file is known to hold"
    assert found.isna().sum() == events_of["country"].isin(["", "W3"]).sum() == 129
    assert (found == "NA").sum() == (events_of["country"] == "NA").sum() > 0, "Namibia is no mark of missing data"


def test_a_file_of_many_years_gives_the_rows_of_the_year_and_sets_the_others_aside(
    tmp_path: Path,
    events_of: pd.DataFrame,
    real_file: Callable[[str], Path],
    builder: Any,
    clean_year: Callable[[Workspace, int], Cleaned],
) -> None:
    built = builder(tmp_path, UNITS, id="carpentries", first_year=2012, last_year=2012)
    built.lines(real_file(EVENTS), 2012, [True] * len(events_of))
    built.year(2012, {"support_events": EVENTS_SOURCE})
    cleaned = clean_year(built.open(), 2012)
    _compare(cleaned.tables["support_events"], events_of[events_of["year"] == 2012])
    fates = cleaned.row_ledger["fate"].value_counts().to_dict()
    assert fates == {"kept": 40, "quarantined": 1829}
    other = cleaned.issues[cleaned.issues["rule"] == "other_year"]
    assert sorted(other["row"]) == (events_of.index[events_of["year"] != 2012] + 2).tolist()


def test_the_events_of_the_year_and_what_was_not_read(carpentries: Carpentries) -> None:
    source = carpentries.events[carpentries.events["year"] == YEAR]
    _compare(carpentries.table("support_events"), source)
    issues = carpentries.table("issues")
    unread = issues.loc[issues["rule"] == "unmapped_column", "raw"]
    assert set(unread) == {"host_name", "latitude", "longitude", "url"}
    unknown = issues[issues["rule"] == "name_not_found"]
    assert unknown["raw"].tolist() == ["W3"] * (source["country"] == "W3").sum()


def test_the_support_of_the_year(carpentries: Carpentries) -> None:
    source = carpentries.events[carpentries.events["year"] == YEAR]
    summary = carpentries.table("support_summary").set_index("stream")
    attended = pd.to_numeric(source["attendance"].replace("", None))
    training = summary.loc["training"]
    assert (training["events"], training["participants"]) == (len(source), attended.sum()) == (481, 7151)
    assert pd.isna(training["hours"]) and pd.isna(training["unique_participants"]), "not in the file: unknown, not zero"
    assert training["units_in_force"] == len(COUNTRIES) == 50
    assert (summary.drop("training")["events"] == 0).all()
    for name in ("support_by_year", "exchange_network"):
        assert "<svg" in carpentries.workspace.figure_path(name, YEAR, "en").read_text(encoding="utf-8")


def test_every_answer_in_words_is_counted_as_in_the_file(carpentries: Carpentries) -> None:
    given = carpentries.table("survey_answers").set_index("item")
    for item, answers in ITEMS.items():
        source = carpentries.answers[item].str.replace("\u00a0", " ", regex=False)
        code = {word: f"{answers}_{value}" for value, word in enumerate(LISTS[answers], start=1)}
        assert set(source) <= {*code, ""}, "the questionnaire of this test knows every answer"
        expected = source[source != ""].map(code).value_counts().to_dict()
        assert given.loc[item, "code"].value_counts().to_dict() == expected, item
        assert (given.loc[item, "missing"] == "blank").sum() == (source == "").sum(), item
        assert len(given.loc[item]) == 967
    marks = pd.to_numeric(carpentries.answers[NUMBER].replace("", None))
    assert given.loc[NUMBER, "value"].value_counts().to_dict() == marks.value_counts().to_dict()
    assert given.loc[NUMBER, "value"].mean() == pytest.approx(marks.mean())
    assert given.loc[NUMBER, "value"].isna().sum() == marks.isna().sum() == 78


def test_responses_keep_their_day_and_their_place_in_the_file(carpentries: Carpentries) -> None:
    responses = carpentries.table("survey_responses").sort_values("source_row")
    assert responses["source_row"].tolist() == list(range(2, 969)), "nobody's answers were merged or left out"
    days = pd.to_datetime(carpentries.answers["Date"], format="%m/%d/%y %H:%M")
    assert responses["submitted_at"].tolist() == days.tolist(), "dates such as 9/8/18 follow the column's 6/26/18"
    items = carpentries.answers[[*ITEMS, NUMBER]]
    assert responses["item_nonresponse"].tolist() == pytest.approx((items == "").mean(axis=1).tolist())


def test_complete_is_who_answered_four_fifths_of_what_was_asked(carpentries: Carpentries) -> None:
    """The settings of this workspace declare 0.8 and 0.5: of thirteen items eleven and seven."""
    given = (carpentries.answers[[*ITEMS, NUMBER]] != "").sum(axis=1)
    assert len([*ITEMS, NUMBER]) == 13
    expected = np.select([given >= 11, given >= 7, given >= 1], ["complete", "partial", "break_off"], "refusal")
    responses = carpentries.table("survey_responses").sort_values("source_row")
    assert responses["disposition"].tolist() == expected.tolist()
    assert responses["disposition"].value_counts().to_dict() == COUNTS
    counted = carpentries.table("survey_dispositions").set_index("disposition")["n"]
    assert counted[counted > 0].to_dict() == COUNTS


def test_columns_outside_the_questionnaire_are_named_and_open_answers_are_not_kept(carpentries: Carpentries) -> None:
    issues = carpentries.table("survey_issues")
    unread = issues.loc[issues["rule"] == "unmapped_column", "raw"].tolist()
    expected = [name for name in carpentries.answers.columns if name not in {*ITEMS, NUMBER, OPEN, "Date"}]
    assert sorted(unread) == sorted(expected) and len(expected) == 25
    assert issues.loc[issues["rule"] == "open_answer_dropped", "field"].tolist() == [OPEN]
    texts = set(carpentries.answers[OPEN]) - {""}
    stored: set[str] = set()
    for name in ("survey_answers", "survey_responses", "survey_issues", "survey_row_ledger"):
        texts_of = carpentries.table(name).select_dtypes("str")
        stored |= {value for column in texts_of for value in texts_of[column].dropna()}
    assert len(texts) == 12 and len(stored) > 1000 and not texts & stored


def test_the_table_of_ratings_is_the_one_that_pandas_counts(carpentries: Carpentries) -> None:
    place = carpentries.workspace.exhibit_path("survey_ratings", YEAR, "en", "csv")
    shown = pd.read_csv(place, encoding="utf-8-sig").set_index("Statement or question")
    values: Mapping[str, int] = {word: value for value, word in enumerate(LISTS["agreement"], start=1)}
    for item in ("LearnedSkills", "Recommend"):
        source = carpentries.answers[item].map(values)
        row = shown.loc[item]
        assert row["n answered"] == source.notna().sum() and row["No answer"] == source.isna().sum()
        assert row["Mean (1–5)"] == pytest.approx(source.mean())
        assert row["Share of answers 4 and 5"] == pytest.approx((source.dropna() >= 4).mean())
