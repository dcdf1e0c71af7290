"""Whatever stands between the paragraphs of minutes: found values stay, and no number comes from nowhere."""

from __future__ import annotations

import re
import time

from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.field.documents.counts import NUMBER_WORDS, counts
from evaluation.field.documents.fields import MINUTES
from evaluation.field.documents.minutes import read_minutes
from evaluation.field.documents.paragraphs import text_document

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


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=400))
def test_any_text_is_read(text: str) -> None:
    for fact in read_minutes(text_document(text)).facts:
        assert (fact.value is None) == bool(fact.value is None and fact.remarks)


def test_fifty_pages_and_endless_lines_take_seconds() -> None:
    page = "\n\n".join([*PIECES[5:7], "Обсуждение шло долго, и каждый успел сказать своё слово о дворах. " * 40])
    long_lines = "1 " * 20_000 + "\n\n" + "министерство " * 3_000 + "\n\n" + "«" * 5_000 + "\n\n" + "закон " * 3_000
    started = time.process_time()
    read_minutes(text_document("\n\n".join([page] * 50) + "\n\n" + long_lines))
    assert time.process_time() - started < 6
