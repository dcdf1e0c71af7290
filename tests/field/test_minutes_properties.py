"""Whatever stands between the paragraphs of minutes: found values stay, and no number comes from nowhere."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.field.documents.counts import NUMBER_WORDS, counts
from evaluation.field.documents.facts import CHECKS, KINDS, REMARKS, DocumentKind
from evaluation.field.documents.fields import MINUTES, field_of
from evaluation.field.documents.minutes import read_minutes
from evaluation.field.documents.paragraphs import text_document
from evaluation.field.documents.reader_of import read_record

PIECES = (
    "РЕКОМЕНДАЦИИ", "семинара по обмену практиками", "«Двор как общее дело»", "3 марта 2023 г.", "г. Шарыпово",
    "В семинаре приняли участие 18 человек, из них муниципальной власти 11, гостей 7.",
    "Выступило 6 докладчиков. В обсуждении участвовали 4 человека. Задано 9 вопросов.",
    "Участники отметили:", "- дворы убраны;", "- жители познакомились.", "Проблемы:", "- мало времени;",
    "Участники рекомендуют:", "1. Главам поселений собрать старост.", "2. Повторить встречу.",
    "Голосовали: «за» – 17, «против» – нет, «воздержались» – 1.",
)  # fmt: skip
# sentences without the words that rules look for, and without their own numbers of people
NOISE = st.sampled_from(
    [
        "После перерыва показали короткий фильм о реке и о тех, кто живёт на её берегах.",
        "Погода в эти дни стояла ясная, и окна зала были открыты.",
        "Чай подали позже обычного, зато с пирогами.",
        "Фотографии переданы в архив вместе с афишей.",
        "Дорога заняла больше времени, чем предполагали водители.",
    ]
)
INTEGERS = [field.name for field in MINUTES if field.kind == "integer"]


def values(text: str) -> list[tuple[str, int, str | None]]:
    return [(fact.field, fact.place, fact.value) for fact in read_minutes(text_document(text)).facts]


EXPECTED = values("\n\n".join(PIECES))


def test_the_plain_text_is_read() -> None:
    found = {field: value for field, place, value in EXPECTED if not place}
    assert [found[name] for name in ("participants", "participants_municipal", "participants_guests", "speakers",
                                     "discussants", "questions", "votes_for", "votes_against", "abstained")] == [
        "18", "11", "7", "6", "4", "9", "17", "0", "1"]  # fmt: skip
    assert (found["held_on"], found["place"], found["title"]) == ("2023-03-03", "Шарыпово", "Двор как общее дело")
    assert sum(field == "recommendation" for field, _, _ in EXPECTED) == 2


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(PIECES)), NOISE), max_size=6))
def test_noise_between_paragraphs_changes_no_value(noise: list[tuple[int, str]]) -> None:
    pieces: list[str] = []
    for place in range(len(PIECES) + 1):
        pieces += [text for where, text in noise if where == place]
        pieces += PIECES[place : place + 1]
    assert values("\n\n".join(pieces)) == EXPECTED


WORDS = st.sampled_from(
    [
        "участие", "приняли", "человек", "5", "12", "-7", "выступило", "вопросов", "задано", "гостей", "НКО", "за",
        "против", "нет", "воздержались", "голосовали", ":", ";", ",", "-", "1.", "27.01.2021", "г. Канск", "двадцать",
        "пять", "рекомендуют", "проблемы", "2021", "семинар", "прошёл", "в", "№", "7-ФЗ", "(", ")", "«", "»",
        "учреждений",
    ]
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(WORDS, max_size=12).map(" ".join), max_size=12).map("\n".join))
def test_no_number_comes_from_nowhere(text: str) -> None:
    record = read_minutes(text_document(text))
    figures = {int(digits) for digits in re.findall(r"\d+", text)}
    spoken = {hit.value for hit in counts(text.replace("\n", " . ")) if hit.in_words}
    has_words = any(word in NUMBER_WORDS for word in text.split())
    for fact in record.facts:
        if fact.value is None:
            assert fact.remarks
        elif fact.field in INTEGERS:
            number = int(fact.value)
            named = number in figures or (has_words and number in spoken | {20, 25, 5})
            assert named or ("none_is_zero" in fact.remarks and "нет" in fact.phrase), (fact, text)


HEADS = st.sampled_from(
    ["Цель – дружба", "2 задача – двор", "Проект «Двор»", "- сад;", "1. чай", "01", "Ресурсный центр", "ОБУЧЕНИЕ",
     "ВСЕГО", "867", "проектов", "В 2008 г. провели три тренинга: 31-32 мая в Омске", "направления:", "| НКО | 5 |",
     "были отобраны:", "- Омск (двор)", "Закон № 5 от 99.99.2020", "до 31 июня", "г. Зея", "РЕШИЛИ: 1) а; 2) б"]
)  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=40, deadline=None)
@given(lines=st.lists(st.one_of(HEADS, st.text(max_size=60)), max_size=14))
def test_any_text_is_read_as_any_kind(kind: DocumentKind, lines: list[str]) -> None:
    record = read_record(kind, text_document("\n\n".join(lines)))
    assert record.facts
    for fact in record.facts:
        assert field_of(kind, fact.field).name == fact.field
        assert fact.remarks if fact.value is None else fact.paragraph
        assert set(fact.remarks) <= set(REMARKS)
    assert {check.name for check in record.checks} <= set(CHECKS)


def test_fifty_pages_and_endless_lines_take_seconds() -> None:
    page = "\n\n".join([*PIECES[5:7], "Обсуждение шло долго, и каждый успел сказать своё слово о дворах. " * 40])
    long_lines = "1 " * 20_000 + "\n\n" + "министерство " * 3_000 + "\n\n" + "«" * 5_000 + "\n\n" + "закон " * 3_000
    started = time.process_time()
    read_minutes(text_document("\n\n".join([page] * 50) + "\n\n" + long_lines))
    assert time.process_time() - started < 6
