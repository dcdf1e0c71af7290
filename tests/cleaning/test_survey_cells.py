"""Several answers in one cell, options in columns of their own, and answers that nobody offered."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from cleaning_helpers import KEY, NO_ALIASES, NO_DECISIONS, codebook, krasnoyarsk, workbook
from exports.respondents import LABELS, OPTIONS, QUESTION, questionnaire_file
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from evaluation.cleaning.context import Cleaned
from evaluation.cleaning.dates import date_order, parse_date
from evaluation.cleaning.markers import missing_reason
from evaluation.cleaning.questionnaire.xlsform import read_questionnaire
from evaluation.cleaning.survey.cells import Splitter, parse_in_words, parse_number_answer, parse_option
from evaluation.cleaning.survey.export import clean_surveys
from evaluation.cleaning.survey.respondents import moment_parser
from evaluation.cleaning.text import fold
from evaluation.cleaning.values import Choices
from evaluation.cleaning.workbook import read_received
from evaluation.settings import Survey, Text

SURVEY = Survey(
    instrument="people", questionnaire="q.xlsx", design="convenience", population=Text(ru="жители", en="residents")
)


def clean(folder: Path, header: list[str], *rows: list[Any]) -> Cleaned:
    form = read_questionnaire(questionnaire_file(folder / "q.xlsx"))
    path = workbook(folder / "a.xlsx", {"Ответы": [header, *rows]})
    return clean_surveys(
        {"people": read_received(path, "people")}, {"people": SURVEY}, {"people": form}, 2024, krasnoyarsk(),
        NO_ALIASES, NO_DECISIONS, codebook(), KEY, dt.date(2024, 12, 31), None, "04",
    )  # fmt: skip


def chosen(cleaned: Cleaned, item: str) -> list[dict[str, Any]]:
    """Code or reason by option, one dictionary a response."""
    table = cleaned.tables["survey_answers"]
    table = table[table["item"] == item]
    said = table["code"].where(table["code"].notna(), table["missing"])
    return [dict(zip(part["choice"], said[part.index], strict=True)) for _, part in table.groupby("response_id")]


LABELS_IN_ONE_ANOTHER = (
    "Собрания, опросы и сходы жителей", "Собрания", "Соцсети, мессенджеры", "Соцсети", "Газета, радио, телевидение",
    "Радио, телевидение", "Сайт администрации", "Сайт администрации, портал",
)  # fmt: skip


def test_six_hundred_cells_of_six_hundred() -> None:
    rng = np.random.default_rng(600)
    splitter = Splitter(Choices({label: f"c{place}" for place, label in enumerate(LABELS_IN_ONE_ANOTHER)}))
    right = 0
    for number in range(600):
        count = int(rng.integers(1, len(LABELS_IN_ONE_ANOTHER) + 1))
        places = rng.permutation(len(LABELS_IN_ONE_ANOTHER))[:count]
        separator = (", ", "; ", ",", "\n", ";")[number % 5]
        found = splitter.split(separator.join(LABELS_IN_ONE_ANOTHER[place] for place in places))
        right += found.codes == tuple(f"c{place}" for place in places) and not found.unknown and not found.otherwise
    assert right == 600


def test_what_a_greedy_reader_would_break() -> None:
    splitter = Splitter(Choices({"Дом, сад": "home", "Сад, лес": "wood", "Дом": "house"}))
    assert splitter.split("Дом, сад, лес").codes == ("house", "wood")


def test_a_cell_that_can_be_read_in_two_ways_names_both() -> None:
    splitter = Splitter(Choices({"Дом": "a", "Сад": "b", "Дом, сад": "c"}))
    assert splitter.split("Дом, сад") == (("c",), (), ("a", "b"))
    assert splitter.split("Сад; Дом") == (("b", "a"), (), ())


@given(st.text(max_size=60), st.sampled_from([", ", "; ", "\n"]), st.integers(0, 7))
def test_a_part_that_is_no_option_is_always_told(word: str, separator: str, place: int) -> None:
    splitter = Splitter(Choices({label: f"c{n}" for n, label in enumerate(LABELS_IN_ONE_ANOTHER)}))
    parts = [fold(part).strip(" .,;|/•:") for part in word.replace("\n", ",").split(",")]
    known = {fold(label) for label in LABELS_IN_ONE_ANOTHER}
    stranger = any(part and not any(part in label or label in part for label in known) for part in parts)
    assume(stranger and not any(mark in fold(word) for mark in (" и ", " and ")))
    found = splitter.split(LABELS_IN_ONE_ANOTHER[place] + separator + word)
    letters = [sign for part in parts for sign in part if sign.isalnum()]
    assert found.unknown or not letters or not parts


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cells")


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(alphabet="абвгдежзклмнопрстуф xyz", min_size=4, max_size=30))
def test_a_label_that_no_list_has_is_always_reported(folder: Path, word: str) -> None:
    declared = {fold(label) for label in LABELS.values()}
    assume(word.strip() and fold(word) not in declared and missing_reason(word) is None)
    cleaned = clean(folder, [QUESTION["useful"], QUESTION["ways"]], [word, word])
    told = cleaned.issues.loc[cleaned.issues["field"].isin(["useful", "ways"]), ["field", "rule"]]
    assert set(told["field"]) == {"useful", "ways"}
    missing = cleaned.tables["survey_answers"].set_index("item")["missing"]
    assert missing["useful"] == "invalid" and set(missing["ways"]) <= {"invalid", "not_asked"}


def test_not_chosen_differs_from_not_asked_and_from_blank(tmp_path: Path) -> None:
    header = [QUESTION["heard"], QUESTION["ways"]]
    found = chosen(clean(tmp_path, header, ["Да", "Деньги"], ["Нет", None], ["Да", None]), "ways")
    assert found == [
        {"vote": "0", "work": "0", "money": "1"},
        dict.fromkeys(OPTIONS["way"], "not_asked"),
        dict.fromkeys(OPTIONS["way"], "blank"),
    ]


def test_zeros_say_that_nothing_was_chosen(tmp_path: Path) -> None:
    header = ["ID", QUESTION["heard"], "ways/vote", "ways/work", "ways/money"]
    rows = [[1, "Да", 0, 0, 0], [2, "Да", None, None, 1], [3, "Да", None, None, None]]
    found = chosen(clean(tmp_path, header, *rows), "ways")
    assert found == [
        dict.fromkeys(OPTIONS["way"], "0"), {"vote": "0", "work": "0", "money": "1"},
        dict.fromkeys(OPTIONS["way"], "blank"),
    ]  # fmt: skip


def test_a_row_that_is_not_read_is_told(tmp_path: Path) -> None:
    header = [QUESTION["heard"], "ways/vote", "ways/work", "ways/money"]
    cleaned = clean(tmp_path, header, ["Да", 0, 1, 0], ["Да", None, None, None])
    told = cleaned.issues[cleaned.issues["rule"] == "row_no_response"]
    assert told["row"].tolist() == [3]


def test_an_option_without_a_column_was_not_offered(tmp_path: Path) -> None:
    cleaned = clean(tmp_path, [QUESTION["heard"], "ways/vote", "ways/work"], ["Да", 1, 0])
    assert chosen(cleaned, "ways") == [{"vote": "1", "work": "0", "money": "not_asked"}]
    told = cleaned.issues[cleaned.issues["rule"] == "option_missing"]
    assert told[["field", "suggestion"]].to_numpy().tolist() == [["ways", "money"]]


def test_a_column_of_an_option_against_the_list(tmp_path: Path) -> None:
    header = [QUESTION["heard"], "ways", "ways/vote", "ways/work", "ways/money"]
    cleaned = clean(tmp_path, header, ["Да", "vote", 0, 1, 0], ["Да", "work", 0, 1, 0])
    assert chosen(cleaned, "ways")[0] == {"vote": "0", "work": "1", "money": "0"}
    told = cleaned.issues[cleaned.issues["rule"] == "answers_disagree"]
    assert told["cell"].tolist() == ["C2", "D2"]


def test_answers_over_columns_with_one_header(tmp_path: Path) -> None:
    header = [QUESTION["heard"], QUESTION["ways"], QUESTION["ways"], QUESTION["ways"]]
    cleaned = clean(tmp_path, header, ["Да", "Деньги", None, "Голосование"], ["Да", None, "Подвиг", None])
    assert chosen(cleaned, "ways") == [
        {"vote": "1", "work": "0", "money": "1"}, dict.fromkeys(OPTIONS["way"], "invalid")
    ]  # fmt: skip
    assert cleaned.issues["rule"].tolist().count("answer_unknown") == 1


def test_unknown_columns_have_a_suggestion(tmp_path: Path) -> None:
    cleaned = clean(tmp_path, [QUESTION["heard"], "Материал, в целом, был полезн?", "ways/deny"], ["Да", "Да", 1])
    told = cleaned.issues[cleaned.issues["rule"] == "unmapped_column"].set_index("raw")["suggestion"]
    assert told["Материал, в целом, был полезн?"].endswith("(useful)") and "ways/deny" in told.index


def test_a_text_like_an_option_is_not_taken_for_another_answer(tmp_path: Path) -> None:
    cleaned = clean(tmp_path, [QUESTION["sector"]], ["Администрация и дума"], ["баня на Кирова"], ["Другое"])
    answers = cleaned.tables["survey_answers"].query("item == 'sector'")
    assert answers["code"].fillna("-").tolist() == ["-", "other", "other"]
    told = cleaned.issues[cleaned.issues["field"] == "sector"]
    assert told[["rule", "suggestion"]].fillna("").to_numpy().tolist() == [["answer_unknown", "office"],
                                                                          ["other_in_words", ""]]  # fmt: skip
    assert told["raw"].isna().all(), "what people write is never repeated"


def test_a_number_of_a_response_that_is_there_twice(tmp_path: Path) -> None:
    header = ["ID", QUESTION["heard"], QUESTION["recommend"]]
    cleaned = clean(tmp_path, header, [7, "Да", 5], [7, "Да", 5], [7, "Нет", 1], [8, "Да", 5], [None, "Да", 5])
    fates = cleaned.row_ledger["fate"].dropna().tolist()
    assert fates == ["kept", "merged", "quarantined", "kept", "kept"]
    assert cleaned.tables["survey_responses"]["response_id"].tolist() == [
        "2024-people-7", "2024-people-8", "2024-people-row-6"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("raw", "expected"),
    [(1, True), ("1", True), (0.0, False), ("Нет", False), ("Деньги", True), ("деньги", True), (None, None),
     ("", None), ("Голосование", None), (True, True), ("x", True), ("не выбрано", False), (2, None)],
)  # fmt: skip
def test_an_option_in_a_column_of_its_own(raw: Any, expected: bool | None) -> None:
    spellings = Choices({LABELS["way", code]: code for code in OPTIONS["way"]})
    found = parse_option(raw, "money", spellings)
    assert found.value is expected
    assert (found.rule == "answer_unknown") == (raw in ("Голосование", 2))


def test_another_answer_in_words() -> None:
    assert [parse_in_words(raw).value for raw in (None, "0", 0, "нет", 1, "свой дом")] == [
        None, False, False, False, True, True
    ]  # fmt: skip


def test_a_number_that_was_refused() -> None:
    missing = Choices({"Отказ": "refused", "Не знаю": "dont_know"})
    assert parse_number_answer("не знаю", 0, 10, missing).value == "missing:dont_know"
    assert parse_number_answer("Отказываюсь отвечать", 0, 10, missing).value == "missing:refused"
    assert parse_number_answer("99 [user-missing]", 0, 10, missing).value is None
    assert parse_number_answer("7", 0, 10, missing).value == 7


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("26.04.2024 10:05:07", dt.datetime(2024, 4, 26, 10, 5, 7)),
        ("2024-04-26T10:05:07.000+07:00", dt.datetime(2024, 4, 26, 10, 5, 7)),
        ("04/26/2024 01:05:07 PM", dt.datetime(2024, 4, 26, 13, 5, 7)),
        ("04/26/2024 12:05 AM", dt.datetime(2024, 4, 26, 0, 5)),
        ("26.04.2024", dt.datetime(2024, 4, 26)),
        (45408.5, dt.datetime(2024, 4, 26, 12)),
        (dt.datetime(2024, 4, 26, 10, 5, 7, 400), dt.datetime(2024, 4, 26, 10, 5, 7)),
        ("1980-01-01 00:00:00", None),
        ("завтра", None),
    ],
)
def test_moments(raw: Any, expected: dt.datetime | None) -> None:
    assert moment_parser(False, ["04/26/2024"])(raw).value == expected


@given(
    st.datetimes(dt.datetime(1985, 1, 1), dt.datetime(2060, 1, 1)),
    st.sampled_from(["%d.%m.%Y %H:%M:%S", "%Y-%m-%d %H:%M:%S", "%m/%d/%Y %H:%M", "%d/%m/%Y %H:%M", "%Y-%m-%dT%H:%M"]),
    st.sampled_from([[], ["04/26/2024"], ["26/04/2024"]]),
)
def test_a_day_met_again_is_the_day_that_the_whole_text_has(moment: dt.datetime, form: str, column: list[str]) -> None:
    text = moment.strftime(form)
    whole = parse_date(text, False, date_order(column))
    read = moment_parser(False, column)
    for _ in range(2):
        found = read(text)
        assert (None if found.value is None else found.value.date()) == whole.value
        assert found.rule == (None if whole.rule == "date_as_text" else whole.rule)


def test_how_long_it_took(tmp_path: Path) -> None:
    header = ["Начало заполнения", "Время создания", QUESTION["heard"]]
    start = dt.datetime(2024, 4, 26, 10, 0)
    cleaned = clean(
        tmp_path, header, [start, start + dt.timedelta(seconds=95), "Да"], [start, start - dt.timedelta(hours=1), "Да"]
    )
    assert cleaned.tables["survey_responses"]["duration_s"].fillna(-1).tolist() == [95.0, -1.0]
    assert cleaned.issues["rule"].tolist().count("dates_reversed") == 1


def test_the_number_of_a_person_becomes_a_key(tmp_path: Path) -> None:
    header = ["Регистрационный номер участника", "Базовый вес", "Страта", "Избирательный участок", QUESTION["heard"]]
    cleaned = clean(tmp_path, header, ["p000412", "12,5", "city", "УИК-0417", "Да"])
    one = cleaned.tables["survey_responses"].iloc[0]
    assert len(one["person_key"]) == 16 and one["w_base"] == 12.5
    assert one[["stratum", "psu"]].tolist() == ["city", "УИК-0417"]
    text = " ".join(frame.to_csv() for frame in (*cleaned.tables.values(), cleaned.issues))
    assert "p000412" not in text


def test_the_same_answer_to_every_question_is_a_response_and_no_section(tmp_path: Path) -> None:
    form = read_questionnaire(questionnaire_file(tmp_path / "q.xlsx"))
    one, other = (LABELS["agree", code] for code in OPTIONS["agree"][:2])
    alike, unlike = (one, one, one, None), (one, other, one, "Соцсети")
    columns = [QUESTION[item] for item in ("useful", "clear", "hurried", "channels")]
    pd.DataFrame([unlike, alike, unlike, alike], columns=columns).to_csv(tmp_path / "a.csv", index=False)
    received = {"people": read_received(tmp_path / "a.csv", "people")}
    cleaned = clean_surveys(
        received, {"people": SURVEY}, {"people": form}, 2024, krasnoyarsk(), NO_ALIASES, NO_DECISIONS, codebook(), KEY,
        dt.date(2024, 12, 31), None, "04",
    )  # fmt: skip
    assert cleaned.tables["survey_responses"]["source_row"].tolist() == [2, 3, 4, 5]


@pytest.mark.slow
def test_two_hundred_thousand_responses_are_read(tmp_path: Path) -> None:
    form = read_questionnaire(questionnaire_file(tmp_path / "q.xlsx"))
    rng = np.random.default_rng(1)
    rows = 200_000
    labels = [LABELS["agree", code] for code in OPTIONS["agree"]]
    frame = pd.DataFrame(
        {QUESTION[item]: rng.choice(labels, rows) for item in ("useful", "clear", "hurried")}
        | {QUESTION["channels"]: rng.choice(["Соцсети", "Соцсети, мессенджеры; Соцсети", None], rows)}
    )
    frame.to_csv(tmp_path / "a.csv", index=False)
    received = {"people": read_received(tmp_path / "a.csv", "people")}
    cleaned = clean_surveys(
        received, {"people": SURVEY}, {"people": form}, 2024, krasnoyarsk(), NO_ALIASES, NO_DECISIONS, codebook(), KEY,
        dt.date(2024, 12, 31), None, "04",
    )  # fmt: skip
    assert len(cleaned.tables["survey_responses"]) == rows
