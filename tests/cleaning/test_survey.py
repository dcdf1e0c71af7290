"""Exports of form services: questions by their texts, answers in words, several in one cell, nothing open kept."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from cleaning_helpers import KEY, NO_ALIASES, NO_DECISIONS, codebook, krasnoyarsk, workbook
from hypothesis import given
from hypothesis import strategies as st

from evaluation.cleaning.context import Cleaned
from evaluation.cleaning.questionnaire.xlsform import Questionnaire, condition, read_questionnaire
from evaluation.cleaning.survey.cells import parse_score, parse_several
from evaluation.cleaning.survey.export import clean_surveys, sent_again
from evaluation.cleaning.values import Choices
from evaluation.cleaning.workbook import read_received
from evaluation.contracts import TABLES, check, dangling
from evaluation.settings import InputProblem, Survey, Text

SURVEY = Survey(
    instrument="participants",
    questionnaire="q.xlsx",
    design="census",
    population=Text(ru="участники", en="participants"),
    frame_n=9,
)
FORM = {
    "survey": [
        [
            "type",
            "name",
            "label::Russian (ru)",
            "label::English (en)",
            "relevant",
            "constraint",
            "scale_id",
            "reversed",
            "aliases",
            "pii",
        ],
        ["select_one agree", "useful", "Материал был полезен", "Useful", None, None, "reaction", None, "Полезно", None],
        [
            "select_multiple theme",
            "themes",
            "Какие темы полезны? (можно выбрать несколько)",
            "Themes",
            None,
            None,
            None,
            None,
            None,
            None,
        ],
        [
            "integer",
            "test",
            "Результат теста, баллов из 20",
            "Test",
            None,
            ". >= 0 and . <= 20",
            None,
            None,
            None,
            None,
        ],
        ["select_one yes_no", "held", "Провели ли Вы собрание?", "Held", None, None, None, None, None, None],
        ["select_one yes_no", "again", "Проведёте ли ещё?", "Again", "${held} = 'yes'", None, None, None, None, None],
        ["text", "comment", "Что изменить?", "Comment", None, None, None, None, None, "yes"],
        ["note", "thanks", "Спасибо!", "Thanks", None, None, None, None, None, None],
    ],
    "choices": [
        ["list_name", "name", "label::Russian (ru)", "label::English (en)", "value", "missing_role", "aliases"],
        ["agree", "1", "Не согласен", "Disagree", 1, None, None],
        ["agree", "3", "И да, и нет", "Neither", 3, None, None],
        ["agree", "5", "Полностью согласен", "Agree", 5, None, "совершенно согласен"],
        ["agree", "dk", "Затрудняюсь ответить", "Don't know", None, "dont_know", None],
        ["theme", "meetings", "Собрания, опросы и сходы жителей", "Meetings", None, None, None],
        ["theme", "polls", "Собрания", "Assemblies", None, None, None],
        ["theme", "money", "Софинансирование: население, бизнес", "Money", None, None, None],
        ["yes_no", "yes", "Да", "Yes", 1, None, None],
        ["yes_no", "no", "Нет", "No", 0, None, None],
    ],
}
HEADER = [
    "Отметка времени",
    "№ мероприятия",
    "Муниципальное образование",
    "Материал был  полезен",
    "Какие темы полезны? (можно выбрать несколько)",
    "Результат теста, баллов из 20",
    "Провели ли Вы собрание?",
    "Проведёте ли ещё?",
    "Что изменить?",
]


def form(folder: Path) -> Questionnaire:
    return read_questionnaire(workbook(folder / "q.xlsx", FORM))


def answer(**changes: Any) -> list[Any]:
    cells = {
        "when": dt.datetime(2024, 4, 26, 10, 0),
        "event": 3,
        "unit": "Абанский район",
        "useful": "Полностью согласен",
        "themes": "Собрания",
        "test": 15,
        "held": "Да",
        "again": "Нет",
        "comment": None,
    }
    return list({**cells, **changes}.values())


def clean(
    folder: Path,
    *rows: list[Any],
    header: list[str] | None = None,
    survey: Survey = SURVEY,
    events: pd.DataFrame | None = None,
    attendance: pd.DataFrame | None = None,
) -> Cleaned:
    path = workbook(folder / "a.xlsx", {"Ответы на форму": [header or HEADER, *rows]})
    events = pd.DataFrame({"event_id": ["2024-T3"]}) if events is None else events
    return clean_surveys(
        {"participants_survey": read_received(path, "participants_survey")},
        {"participants_survey": survey},
        {"participants_survey": form(folder)},
        2024,
        krasnoyarsk(),
        NO_ALIASES,
        NO_DECISIONS,
        codebook(),
        KEY,
        dt.date(2024, 12, 31),
        events,
        "04",
        attendance,
    )


def answers(cleaned: Cleaned) -> dict[tuple[str, str], tuple[Any, ...]]:
    """(code, value, missing) of the first response by item and choice; None where missing."""
    table = cleaned.tables["survey_answers"]
    first = table[table["response_id"] == table["response_id"].iloc[0]]
    plain = first.astype(object).where(first.notna(), None)
    return {(row.item, row.choice): (row.code, row.value, row.missing) for row in plain.itertuples()}


@pytest.mark.parametrize(
    ("frame_n", "present", "expected", "remark"),
    [
        (None, 3, (3, 3, "attendance"), None),
        (5, 3, (5, None, None), ("asked_differs", "5", "3")),
        (None, 1, (None, None, None), ("asked_unknown", None, "2024-T3")),  # two answered, one came
    ],
)
def test_who_was_asked_is_counted_from_the_lists_or_compared_with_them(
    tmp_path: Path, frame_n: int | None, present: int, expected: tuple[Any, ...], remark: tuple[Any, ...] | None
) -> None:
    events = pd.DataFrame(
        {"event_id": ["2024-T3"], "stream": ["training"], "ends_on": pd.to_datetime(["2024-05-01"]),
         "reported_participants": pd.array([None], dtype="Int64")}
    )  # fmt: skip
    people = pd.DataFrame({"event_id": "2024-T3", "person_key": ["a", "b", "c"][:present], "status": "present"})
    survey = SURVEY.model_copy(update={"frame_n": frame_n})
    cleaned = clean(tmp_path, answer(), answer(test=7), survey=survey, events=events, attendance=people)
    wave = cleaned.tables["survey_waves"].iloc[0]
    assert tuple(None if pd.isna(wave[name]) else wave[name] for name in ("frame_n", "invited_n", "invited_basis")) == (
        expected
    )
    issues = cleaned.issues[cleaned.issues["rule"].str.startswith("asked_")]
    told = [
        tuple(None if pd.isna(cell) else cell for cell in row)
        for row in issues[["rule", "value", "suggestion"]].itertuples(index=False)
    ]
    assert told == ([] if remark is None else [remark])


@given(st.lists(st.integers(0, 5000), max_size=30))
def test_what_was_sent_again_is_found_as_by_looking_at_every_pair(seconds: list[int]) -> None:
    kept: list[int] = []
    expected = []
    for row, second in enumerate(seconds):
        before = next((one for one in kept if abs(seconds[one] - second) <= 600), None)
        if before is None:
            kept.append(row)
        else:
            expected.append((row, before))
    assert sent_again(list(enumerate(seconds))) == expected


def test_a_response_in_words(tmp_path: Path) -> None:
    cleaned = clean(tmp_path, answer())
    assert answers(cleaned) == {
        ("useful", ""): ("5", 5.0, None),
        ("themes", "meetings"): ("0", 0.0, None),
        ("themes", "polls"): ("1", 1.0, None),
        ("themes", "money"): ("0", 0.0, None),
        ("test", ""): ("15", 15.0, None),
        ("held", ""): ("yes", 1.0, None),
        ("again", ""): ("no", 0.0, None),
    }
    one = cleaned.tables["survey_responses"].iloc[0]
    assert one[["response_id", "wave_id", "unit_id", "event_id", "disposition"]].tolist() == [
        "2024-participants-1",
        "2024-participants",
        "04601000",
        "2024-T3",
        "complete",
    ]
    wave = cleaned.tables["survey_waves"].iloc[0]
    assert (wave["design"], wave["frame_n"], wave["answered_n"]) == ("census", 9, 1)
    for name, table in cleaned.tables.items():
        check(table, TABLES[name], codebook())
    assert dangling(cleaned.tables).empty


@pytest.mark.parametrize(
    ("changes", "key", "expected", "rule"),
    [
        ({"useful": "ПОЛНОСТЬЮ СОГЛАСЕН "}, ("useful", ""), ("5", 5.0, None), "category_normalised"),
        ({"useful": "совершенно согласен"}, ("useful", ""), ("5", 5.0, None), None),
        ({"useful": 3}, ("useful", ""), ("3", 3.0, None), None),
        ({"useful": "Затрудняюсь ответить"}, ("useful", ""), (None, None, "dont_know"), None),
        ({"useful": "нормально"}, ("useful", ""), (None, None, "invalid"), "answer_unknown"),
        ({"useful": None}, ("useful", ""), (None, None, "blank"), None),
        ({"held": "затрудняюсь"}, ("held", ""), (None, None, "dont_know"), None),
        ({"held": "отказ"}, ("held", ""), (None, None, "refused"), None),
        ({"held": "Нет", "again": None}, ("again", ""), (None, None, "not_asked"), None),
        ({"held": "Да", "again": None}, ("again", ""), (None, None, "blank"), None),
        ({"test": "12/20"}, ("test", ""), ("12", 12.0, None), "unit_in_cell"),
        ({"test": "12 из 20"}, ("test", ""), ("12", 12.0, None), "unit_in_cell"),
        ({"test": "12 из 30"}, ("test", ""), (None, None, "invalid"), "out_of_range"),
        ({"test": 25}, ("test", ""), (None, None, "invalid"), "out_of_range"),
        ({"themes": None}, ("themes", "money"), (None, None, "blank"), None),
        ({"themes": "Собрания, опросы и сходы жителей, Собрания"}, ("themes", "meetings"), ("1", 1.0, None), None),
        ({"themes": "Собрания; Рыбалка"}, ("themes", "polls"), ("1", 1.0, None), "answer_unknown"),
    ],
)
def test_answers(
    tmp_path: Path, changes: dict[str, Any], key: tuple[str, str], expected: tuple[Any, ...], rule: str | None
) -> None:
    cleaned = clean(tmp_path, answer(**changes))
    assert answers(cleaned)[key] == expected
    assert cleaned.issues["rule"].tolist() == ([rule] if rule else [])


def test_open_answers_are_dropped_and_repeated_nowhere(tmp_path: Path) -> None:
    cleaned = clean(tmp_path, answer(comment="Спасибо Смирновой Ольге Ивановне, 8 000 100-11-11"))
    text = " ".join(frame.to_csv() for frame in (*cleaned.tables.values(), cleaned.issues))
    assert (
        "Смирнов" not in text
        and "100-11" not in text
        and "comment" not in set(cleaned.tables["survey_answers"]["item"])
    )
    assert cleaned.issues["rule"].tolist() == ["open_answer_dropped"]


def test_an_answer_sent_twice_within_minutes_is_one_response(tmp_path: Path) -> None:
    start = dt.datetime(2024, 4, 26, 10, 0)
    cleaned = clean(
        tmp_path,
        answer(when=start),
        answer(when=start + dt.timedelta(minutes=4)),
        answer(when=start + dt.timedelta(hours=2)),
        answer(when=start, unit="г. Ачинск"),
    )
    assert cleaned.row_ledger["fate"].dropna().tolist() == ["kept", "merged", "kept", "kept"]
    assert cleaned.tables["survey_responses"]["response_id"].tolist() == [f"2024-participants-{n}" for n in (1, 3, 4)]


def test_unknown_units_and_events_keep_the_response(tmp_path: Path) -> None:
    cleaned = clean(tmp_path, answer(unit="Атлантида", event=9))
    one = cleaned.tables["survey_responses"].iloc[0]
    assert pd.isna(one["unit_id"]) and pd.isna(one["event_id"])
    assert set(cleaned.issues["rule"]) == {"name_not_found", "unit_unknown", "reference_unknown"}
    assert "quarantined" not in set(cleaned.issues["action"])


def test_a_question_without_a_column_was_not_asked(tmp_path: Path) -> None:
    cleaned = clean(tmp_path, answer()[:5] + answer()[6:], header=HEADER[:5] + HEADER[6:])
    assert answers(cleaned)[("test", "")] == (None, None, "not_asked")
    assert cleaned.tables["survey_responses"]["item_nonresponse"].iloc[0] == 0.0
    assert cleaned.issues["rule"].tolist() == ["question_missing"]


def test_item_nonresponse_and_disposition(tmp_path: Path) -> None:
    cleaned = clean(
        tmp_path,
        answer(useful=None),
        answer(useful=None, themes=None, test=None),
        answer(useful="Затрудняюсь ответить"),
    )
    table = cleaned.tables["survey_responses"]
    assert table["item_nonresponse"].tolist() == pytest.approx([1 / 5, 3 / 5, 0])
    assert table["disposition"].tolist() == ["partial", "break_off", "complete"], "not knowing is an answer"


def test_a_source_without_settings_is_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", {"Ответы": [HEADER, answer()]})
    with pytest.raises(InputProblem, match=r"lack surveys\.other_survey"):
        clean_surveys(
            {"other_survey": read_received(path, "other_survey")},
            {},
            {},
            2024,
            krasnoyarsk(),
            NO_ALIASES,
            NO_DECISIONS,
            codebook(),
            KEY,
            dt.date(2024, 12, 31),
        )


def test_a_questionnaire_with_a_list_that_is_not_there(tmp_path: Path) -> None:
    path = workbook(tmp_path / "q.xlsx", {"survey": FORM["survey"], "choices": FORM["choices"][:5]})
    with pytest.raises(InputProblem, match="'themes' takes its answers from the list 'theme'"):
        read_questionnaire(path)
    with pytest.raises(InputProblem, match="a sheet 'choices'"):
        read_questionnaire(workbook(tmp_path / "r.xlsx", {"survey": FORM["survey"]}))


def test_conditions() -> None:
    assert condition("") is None
    assert condition("${held} = 'yes'") == condition("selected(${held}, 'yes')") == ("held", "yes")
    with pytest.raises(InputProblem, match="not supported"):
        condition("${age} > 18")


def test_scores_without_a_maximum() -> None:
    assert parse_score("7/10", 0, None).value == 7.0
    assert parse_score("11/10", 0, None).rule == "out_of_range"


LABELS = ("Собрания, опросы", "Собрания", "Соцсети, мессенджеры", "Сайт", "Газета, радио, телевидение")


@given(st.permutations(range(len(LABELS))), st.integers(1, len(LABELS)), st.sampled_from([", ", "; ", ",", "\n"]))
def test_labels_with_commas_inside_are_told_apart(order: list[int], count: int, separator: str) -> None:
    chosen = order[:count]
    spellings = Choices({label: str(place) for place, label in enumerate(LABELS)})
    found, unknown = parse_several(separator.join(LABELS[place] for place in chosen), spellings)
    assert found == [str(place) for place in chosen] and unknown == []


def test_codes_separated_by_blanks() -> None:
    assert parse_several("a c", Choices({"A label": "a", "B": "b", "C": "c"})) == (["a", "c"], [])
