"""Numbers, days, addressees, places, acts and votes in running text, case by case."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.field.documents.addressees import addressee_of, addressee_of_head, split_addressees
from evaluation.field.documents.attendance import paired_sectors
from evaluation.field.documents.counts import counts, number_of
from evaluation.field.documents.days import days, days_with_year
from evaluation.field.documents.due import due_fact
from evaluation.field.documents.facts import sum_check, without_people
from evaluation.field.documents.laws import acts
from evaluation.field.documents.measures_list import read_measures
from evaluation.field.documents.paragraphs import text_document
from evaluation.field.documents.phrases import sentences
from evaluation.field.documents.place_names import adjective, guests_from, region_nominative, units_of_origin
from evaluation.field.documents.themes import themes_of
from evaluation.field.documents.trainings import read_trainings
from evaluation.field.documents.votes import vote_facts


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("приняли участие 25 человек", [25]),
        ("приняло участие -11 человек", [11]),
        ("1 250 жителей", [1250]),
        ("двадцать пять человек", [25]),
        ("двадцати одного участника", [21]),
        ("сто двадцать участников", [120]),
        ("выступили пятеро", [5]),
        ("один из участников", []),
        ("27 января 2021 г. было 3 доклада", [3]),
        ("27.01.2021 в 14:00 задано 7 вопросов", [7]),
        ("закон № 7 -ФЗ, ст. 31.1, п. 2", []),
        ("131-ФЗ от 06.10.2003", []),
        ("на ближайшие 10-15 лет", []),
        ("971 млн рублей и 40 %", []),
        ("2-й день, 3D-модель, v1.2.3", []),
        ("в 2008 году проведено 216 мероприятий", [216]),
    ],
)
def test_counts(text: str, expected: list[int]) -> None:
    assert [hit.value for hit in counts(text)] == expected


NAMES = """один два три четыре пять шесть семь восемь девять десять одиннадцать двенадцать тринадцать четырнадцать
пятнадцать шестнадцать семнадцать восемнадцать девятнадцать
двадцать тридцать сорок пятьдесят шестьдесят семьдесят восемьдесят девяносто
сто двести триста четыреста пятьсот шестьсот семьсот восемьсот девятьсот"""
ONES, TENS, HUNDREDS = NAMES.split()[:19], NAMES.split()[19:27], NAMES.split()[27:]


@given(st.integers(1, 999))
def test_numbers_in_words(number: int) -> None:
    parts = [HUNDREDS[number // 100 - 1]] if number >= 100 else []
    rest = number % 100
    if rest >= 20:
        parts.append(TENS[rest // 10 - 2])
        rest %= 10
    if rest:
        parts.append(ONES[rest - 1])
    assert number_of(" ".join(parts)) == number


@pytest.mark.parametrize("words", ["два три", "двадцать тридцать", "двадцать одиннадцать", "пять сто", "сто двести"])
def test_words_that_make_no_number(words: str) -> None:
    assert number_of(words) is None


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("27 января 2021 г.", "2021-01-27", "2021-01-27"),
        ("«27» января 2021 года", "2021-01-27", "2021-01-27"),
        ("27.01.2021", "2021-01-27", "2021-01-27"),
        ("двадцать седьмого января две тысячи двадцать первого года", "2021-01-27", "2021-01-27"),
        ("тридцать первое марта 2020 года", "2020-03-31", "2020-03-31"),
        ("January 27, 2021", "2021-01-27", "2021-01-27"),
        ("28-29 мая 2008 г.", "2008-05-28", "2008-05-29"),
        ("с 30 января по 2 февраля 2021 года", "2021-01-30", "2021-02-02"),
        ("27.01.2021 - 28.01.2021", "2021-01-27", "2021-01-28"),
    ],
)
def test_days(text: str, start: str, end: str) -> None:
    found = days(f"Прошёл {text} в зале")
    assert [each.period and (str(each.period.start), str(each.period.end)) for each in found] == [(start, end)]


@pytest.mark.parametrize(
    ("text", "remark"),
    [("01/02/2021", "ambiguous_date"), ("31 февраля 2020 г.", "impossible_date"), ("5 мая", "without_year")],
)
def test_days_that_are_not_known(text: str, remark: str) -> None:
    assert [(each.period, each.remarks[-1]) for each in days(text)] == [(None, remark)]


@pytest.mark.parametrize(
    ("text", "day", "remark"),
    [
        ("провести сходы до 1 июня 2025 г.", "2025-06-01", ""),
        ("подготовить отчёт; срок исполнения: 15.09.2025", "2025-09-15", ""),
        ("не позднее 5–6 мая 2024 года", "2024-05-06", ""),
        ("провести сходы до 1 июня", None, "without_year"),
        ("по закону от 12.01.1996 помогать НКО", None, "not_named"),
        ("повторить встречу 1 июня 2025 г.", None, "not_named"),
    ],
)
def test_due_days(text: str, day: str | None, remark: str) -> None:
    fact = due_fact("measure_due", 1, text, 3)
    assert (fact.value, fact.remarks) == (day, (remark,) if remark else ())


def test_a_year_comes_from_the_words_before_and_from_no_others() -> None:
    found = days_with_year("5 мая сбор. В 2008 г. прошли 22-25 апреля и 29-30 сентябряв зале, в 2009 году 1 марта")
    assert [each.period and each.period.start.isoformat() for each in found] == [
        None, "2008-04-22", "2008-09-29", "2009-03-01"]  # fmt: skip
    assert found[2].remarks == ("joined_words", "year_of_sentence")


@pytest.mark.parametrize(
    ("text", "named", "categories"),
    [
        ("Министерству экономики и внешних связей проанализировать опыт", "Министерству экономики и внешних связей",
         ("ministry",)),
        ("Муниципальным образованиям (районам и МКУ) активнее включаться", "Муниципальным образованиям",
         ("municipality",)),
        ("Министерству культуры, Совету муниципальных образований и ТОС провести",
         "Министерству культуры, Совету муниципальных образований и ТОС", ("ministry", "council", "community")),
        ("Рекомендовать главам районов шире использовать сходы", "главам районов", ("municipality",)),
        ("Обратиться в Правительство края с просьбой выделить", "Правительство края", ("government",)),
        ("Краевому министерству финансов предусмотреть", "Краевому министерству финансов", ("ministry",)),
    ],
)  # fmt: skip
def test_addressees(text: str, named: str, categories: tuple[str, ...]) -> None:
    found = addressee_of(text)
    assert found is not None
    assert (found.text, found.categories) == (named, categories)
    assert len(split_addressees(found.text)) == len(categories)


@pytest.mark.parametrize(
    "text",
    [
        "Откорректировать документы стратегий", "Развивать кадровый потенциал муниципальных служащих",
        "Распространить опыт министерства", "Продолжить работу с администрациями районов",
        "Рекомендовать провести семинар", "Внедрить проведения выездных семинаров",
        "Совершенствовать помощь главам поселений",
    ],
)  # fmt: skip
def test_nobody_is_an_addressee_who_is_not_named_first(text: str) -> None:
    assert addressee_of(text) is None


def test_addressees_before_a_list() -> None:
    found = addressee_of_head("Участники рекомендуют органам местного самоуправления:")
    assert found is not None
    assert found.text == "органам местного самоуправления"
    assert addressee_of_head("Участники семинара рекомендуют:") is None
    assert addressee_of_head("РЕШИЛИ:") is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("органов государственной 1, муниципальной власти 10 и гостей 2 из Омска",
         [("participants_state", 1, False), ("participants_municipal", 10, False), ("participants_guests", 2, False)]),
        ("2 представителя министерств, 9 муниципальных служащих и 4 гостя",
         [("participants_state", 2, False), ("participants_municipal", 9, False), ("participants_guests", 4, False)]),
        ("органов государственной и муниципальной власти – 11, НКО – 3",
         [("participants_state", 11, True), ("participants_municipal", 11, True),
          ("participants_nonprofit", 3, False)]),
        ("3 от НКО и бизнеса 5", []),
        ("представители НКО и бизнеса", []),
        ("12 и 5", []),
    ],
)  # fmt: skip
def test_sectors_and_their_numbers(text: str, expected: list[tuple[str, int, bool]]) -> None:
    found = [(name, hit.value, together) for name, hit, together in paired_sectors(text)]
    assert sorted(found) == sorted(expected)


def test_places() -> None:
    found = units_of_origin(
        "Представители Белогорского муниципального округа, Ивановского, Мазановского районов и г. Зея"
    )
    assert [(place.name, place.remark) for place in found] == [
        ("Белогорский муниципальный округ", "nominative"), ("Ивановский район", "nominative"),
        ("Мазановский район", "nominative"), ("Зея", "as_printed")]  # fmt: skip
    assert units_of_origin("Проекты Белогорского и Мазановского районов хороши") == []
    assert [place.name for place in guests_from("и гостей 2 из Хабаровска и Биробиджана.")] == [
        "Хабаровска", "Биробиджана"]  # fmt: skip
    assert (adjective("Ирбейского"), adjective("Нового"), adjective("Канск")) == ("Ирбейский", "Новый", "Канск")
    assert region_nominative("Иркутской области") == "Иркутская область"
    assert region_nominative("Приморского края") == "Приморский край"
    assert region_nominative("Республики Коми") == "Республики Коми"


def test_acts() -> None:
    text = ('Федеральным законом "О некоммерческих организациях" от 12.01.1996 (с изменениями) № 7 -ФЗ (ст.31.1); '
            "закон № 131-ФЗ от 06.10.2003, статья 27; указ без номера")  # fmt: skip
    assert [(act.name, act.day) for act in acts(text)] == [
        ("7-ФЗ, ст. 31.1", "1996-01-12"), ("131-ФЗ, ст. 27", "2003-10-06")]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "votes"),
    [
        ('Голосовали : "ЗА" - 25 чел.\n\n"Против" нет\n\n"Воздержались" нет', ["25", "0", "0"]),
        ("Результаты голосования: «за» – 18, «против» – 1, «воздержались» – 2.", ["18", "1", "2"]),
        ("Проголосовали: за – двадцать человек; против – никто; воздержался – один голос", ["20", "0", "1"]),
        ("Принято единогласно голосованием.", [None, None, None]),
        ("Голосовали за резолюцию в целом.", [None, None, None]),
        ("За 12 месяцев проведено 5 встреч, против 3 годом ранее.", [None, None, None]),
        ("Голосовали за пункт 1: за – 10\n\nГолосовали за пункт 2: за – 9", [None, None, None]),
    ],
)
def test_votes(text: str, votes: list[str | None]) -> None:
    assert [fact.value for fact in vote_facts(text_document(text))] == votes


def test_sentences_end_where_they_end() -> None:
    text = "Встреча 27 января 2021 г. в г. Канске. Пришли А. И. Петров и др. Задано 5 вопросов! Спасибо"
    ends = ["Встреча 27 января 2021 г. в г. Канске.", "Пришли А. И. Петров и др.", "Задано 5 вопросов!", "Спасибо"]
    assert [span.text for span in sentences(text)] == ends


@pytest.mark.parametrize(
    ("parts", "whole", "exact", "expression", "holds"),
    [
        (["1", None, "2"], "3", True, "1 + 2 = 3", True),
        (["1", "2"], "4", True, "1 + 2 = 3 ≠ 4", False),
        (["1", "2"], "4", False, "1 + 2 = 3 ≤ 4", True),
        (["5"], "4", False, "5 > 4", False),
        ([None], "4", True, "— ? 4", None),
        (["4"], None, True, "4 ? —", None),
    ],
)
def test_sums(parts: list[str | None], whole: str | None, exact: bool, expression: str, holds: bool | None) -> None:
    check = sum_check("sectors_sum", parts, whole, exact)
    assert (check.expression, check.holds) == (expression, holds)


def test_people_do_not_leave_the_document() -> None:
    text = "На встрече выступил Алексей Анатольевич МЕЖЕВИКИН, директор (тел. 8 913 555-12-34), и Кедрова П. И."
    assert without_people(text) == "На встрече выступил [скрыто], директор ([скрыто]), и [скрыто]"


def test_themes_are_those_whose_words_are_there() -> None:
    assert themes_of("Развивать ТОС и обучение кадров") == ["selfgovernment", "staff_skills"]
    assert themes_of("Самофинансирование") == []


def test_what_a_measure_names_itself_is_taken() -> None:
    text = ("Цель: жить дружно\n\nЗадача 2. Собрать соседей\n\nПроект «Двор»\n\n- сад; показатель: деревьев 40; "
            "ответственный: комитет по делам двора; срок: до 1 июня 2025 г.\n\n- убрать снег")  # fmt: skip
    record = read_measures(text_document(text))
    assert record.values("measure_indicator") == ["деревьев 40", None]
    assert record.values("measure_owner") == ["комитет по делам двора", None]
    assert record.values("measure_due") == ["2025-06-01", None]
    tasks = [(fact.place, fact.value) for fact in record.facts if fact.field == "task"]
    assert tasks == [(1, None), (2, "Собрать соседей")]
    assert record.checks[1].expression == "1, 1, 1 / 2"


def test_items_behind_another_heading_belong_to_no_project() -> None:
    record = read_measures(text_document("Проект «Двор»\n\n- сад\n\nРазное\n\n- чай"))
    assert record.values("measure") == ["сад"]
    assert record.unread == (4,)


def test_trainings_that_do_not_add_up_are_told() -> None:
    record = read_trainings(text_document("В 2010 г. институт провёл четыре тренинга: 1-2 марта в Омске и 5 мая."))
    assert record.values("training_starts_on") == ["2010-03-01", "2010-05-05"]
    assert record.values("training_place") == ["Омске", None]
    assert [(check.expression, check.holds) for check in record.checks] == [("2010: 4 ≠ 2", False)]
