"""Every service's export of one set of answers gives the table that a file with items and codes gives."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest
from cleaning_helpers import KEY, NO_ALIASES, NO_DECISIONS, codebook, krasnoyarsk
from exports.respondents import OPTIONS, SEVERAL, WRITE_INS, Person, questionnaire_file, respondents
from exports.services import SERVICES, canonical

from evaluation.cleaning.context import Cleaned
from evaluation.cleaning.questionnaire.xlsform import read_questionnaire
from evaluation.cleaning.survey.export import clean_surveys
from evaluation.cleaning.workbook import read_received
from evaluation.contracts import TABLES, check, dangling
from evaluation.settings import Survey, Text

SURVEY = Survey(
    instrument="people", questionnaire="q.xlsx", design="convenience", population=Text(ru="жители", en="residents")
)
PEOPLE = respondents()
# remarks that services' habits bring, not people's answers
HABITS = {"category_normalised", "personal_column", "service_column", "open_answer_dropped", "other_in_words",
          "missing_dont_know", "missing_refused"}  # fmt: skip


def read(path: Path, folder: Path) -> Cleaned:
    form = read_questionnaire(questionnaire_file(folder / "q.xlsx"))
    return clean_surveys(
        {"people": read_received(path, "people")}, {"people": SURVEY}, {"people": form}, 2024, krasnoyarsk(),
        NO_ALIASES, NO_DECISIONS, codebook(), KEY, dt.date(2024, 12, 31), None, "04",
    )  # fmt: skip


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Cleaned:
    folder = tmp_path_factory.mktemp("canonical")
    return read(canonical(folder, PEOPLE), folder)


def test_the_plain_file_gives_what_was_answered(plain: Cleaned) -> None:
    table = plain.tables["survey_answers"]
    given = {
        (row.response_id, row.item, row.choice): (None if pd.isna(row.code) else row.code, row.missing)
        for row in table.itertuples()
    }
    assert len(PEOPLE) >= 60
    seen: dict[str, int] = {}
    for one in PEOPLE:
        for item, answer in one.answers.items():
            key = f"2024-people-{one.number}"
            if item in SEVERAL:
                codes = OPTIONS["channel" if item == "channels" else "way"]
                why = "not_asked" if item == "ways" and one.answers["heard"] != "yes" else "blank"
                expected = {code: (None, why) if answer is None else (str(int(code in answer)), None) for code in codes}
            else:
                role = {"dk": "dont_know", "refuse": "refused", None: "blank"}.get(answer)
                expected = {"": (None, role) if role else (str(answer), None)}
            for choice, (code, why) in expected.items():
                found = given.pop((key, item, choice))
                assert found[0] == code and (found[1] == why if why else pd.isna(found[1])), (key, item, choice)
                seen[str(why)] = seen.get(str(why), 0) + 1
    assert not given, "nothing but what was answered"
    assert set(seen) == {"None", "blank", "dont_know", "refused", "not_asked"}
    assert plain.issues["rule"].tolist() == ["open_answer_dropped"]


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_gives_the_same_table(service: str, plain: Cleaned, tmp_path: Path) -> None:
    cleaned = read(SERVICES[service](tmp_path, PEOPLE), tmp_path)
    keys = ["response_id", "item", "choice"]
    found, expected = (one.tables["survey_answers"].sort_values(keys, ignore_index=True) for one in (cleaned, plain))
    pd.testing.assert_frame_equal(found, expected)
    assert set(cleaned.issues["rule"]) <= HABITS
    beside = ["response_id", "submitted_at", "item_nonresponse", "disposition"]
    timed = service.split(",")[0] in ("limesurvey", "kobo", "surveymonkey", "spss")
    beside += ["started_at", "duration_s"] if timed else []
    one, other = (
        each.tables["survey_responses"][beside].sort_values("response_id", ignore_index=True)
        for each in (cleaned, plain)
    )
    pd.testing.assert_frame_equal(one, other)
    for name, table in cleaned.tables.items():
        check(table, TABLES[name], codebook())
    assert dangling(cleaned.tables).empty
    assert cleaned.row_ledger["fate"].value_counts().to_dict() == {"kept": len(PEOPLE)}


@pytest.mark.parametrize("service", SERVICES)
def test_nothing_written_in_own_words_is_kept(service: str, tmp_path: Path) -> None:
    cleaned = read(SERVICES[service](tmp_path, PEOPLE), tmp_path)
    text = " ".join(frame.to_csv() for frame in (*cleaned.tables.values(), cleaned.issues))
    for secret in (*WRITE_INS, "Смирнов", "example.org", "192.0.2.1", "Ольга"):
        assert secret not in text and secret.replace(" ", "\u00a0") not in text


def test_the_language_of_the_questionnaire(tmp_path: Path) -> None:
    cleaned = read(SERVICES["limesurvey, codes"](tmp_path, PEOPLE), tmp_path)
    assert cleaned.tables["survey_responses"]["language"].tolist() == ["ru"] * len(PEOPLE)


def _with(person: Person, **answers: object) -> Person:
    return person._replace(answers={**person.answers, **answers})


def test_the_order_of_people_and_a_single_person_change_nothing(plain: Cleaned, tmp_path: Path) -> None:
    full = [person for person in PEOPLE if person.answers["channels"] and person.answers["heard"] == "yes"][:1]
    cleaned = read(SERVICES["surveymonkey"](tmp_path, full), tmp_path)
    expected = plain.tables["survey_answers"]
    own = expected[expected["response_id"] == f"2024-people-{full[0].number}"].reset_index(drop=True)
    pd.testing.assert_frame_equal(cleaned.tables["survey_answers"], own)
