"""Minutes in other words and layouts: what they say is found, what they do not say is missing, nothing is guessed."""

from __future__ import annotations

import io
from pathlib import Path

import docx
import pytest

from evaluation.field.documents.facts import DocumentRecord
from evaluation.field.documents.fields import MINUTES
from evaluation.field.documents.minutes import read_minutes
from evaluation.field.documents.paragraphs import text_document
from evaluation.field.documents.reading import document_of

LISTED = """ПРОТОКОЛ № 4
круглого стола по теме «Как соседи договариваются»

Дата: двадцать седьмого января две тысячи двадцать первого года
Место проведения: с. Ирбейское, районный дом культуры

Присутствовали (двадцать четыре человека):
- представители органов государственной власти – 2;
- представители органов местного самоуправления – 9;
- работники муниципальных учреждений – 6;
- некоммерческие организации – 4;
- предприниматели – 3.

С сообщениями выступили 7 человек, в прениях участвовали пятеро. Вопросов к докладчикам: 15.

РЕШИЛИ:
1. Министерству культуры, министерству образования и администрациям районов подготовить общий план.
2. Рекомендовать органам местного самоуправления ввести ставку куратора.
3. Провести следующую встречу осенью.
"""
INLINE = """ИТОГОВЫЙ ДОКУМЕНТ
конференции муниципальных практик
03/04/2022
г. Канск

Конференция собрала сорок одного участника из пяти районов. Приехали представители Абанского, Иланского районов и \
города Канска.
Было сделано 12 докладов, задано тридцать вопросов.
Трудности, которые назвали участники:
• нет методичек;
• мало денег
По итогам обсуждения участники решили: 1) Изучить опыт соседей; 2) Обратиться в Правительство края с просьбой \
выделить субсидию; 3) Главам районов провести сходы до 1 июня 2022 г.
Голосование: за – тридцать девять человек, против – никто, воздержались – двое.
"""
CONTRADICTING = """Протокол от 20.03.2023 № 7
Семинар состоялся 14-15 марта 2023 года в г. Канске. В нём участвовало 30 человек: органов государственной и \
муниципальной власти – 11, учреждений культуры – 12, жителей – 7.
На следующий день в семинаре участвовало 28 человек.
Выступили специалисты министерства. Принято единогласно голосованием.
Рекомендовать органам местного самоуправления:
1. Вести реестр ТОС.
2. Направлять отчёты в Думу края.
Рекомендовать организаторам:
1. Издать сборник.
"""
TABLE = """# Памятка о выездном заседании

January 27, 2021

| Категория | Человек |
|---|---|
| Органы государственной власти | 3 |
| Муниципальные служащие | 8 |
| НКО | 5 |
| Гости | 2 |
| Всего | 18 |

Отмечены достижения:
* открыт ресурсный центр
Проблемы:
* (не обсуждались)

Решение
1. Администрации города:
   - назначить куратора;
   - открыть приём заявок.
2. Ежегодно проводить слёт
"""
SILENT = """Встреча прошла хорошо. Обсудили повестку из 3 вопросов: закон № 131-ФЗ от 06.10.2003, статью 27 и смету.
Один из участников выступил с предложением. Следующая встреча будет в мае.
"""


def read(text: str) -> DocumentRecord:
    return read_minutes(text_document(text))


def found(record: DocumentRecord) -> dict[str, object]:
    """Everything that has a value: single fields as they are, lists as lists."""
    values: dict[str, object] = {}
    for fact in record.facts:
        if fact.value is not None:
            if fact.place:
                values.setdefault(fact.field, {})[fact.place] = fact.value
            else:
                values[fact.field] = fact.value
    return values


def remarks(record: DocumentRecord, field: str) -> list[tuple[str, ...]]:
    return [fact.remarks for fact in record.facts if fact.field == field]


def test_a_list_of_participants_and_a_day_in_words() -> None:
    record = read(LISTED)
    assert found(record) == {
        "held_on": "2021-01-27",
        "ends_on": "2021-01-27",
        "place": "Ирбейское",
        "title": "Как соседи договариваются",
        "form": "круглый стол",
        "participants": "24",
        "participants_state": "2",
        "participants_municipal": "9",
        "participants_institutions": "6",
        "participants_nonprofit": "4",
        "participants_business": "3",
        "speakers": "7",
        "discussants": "5",
        "questions": "15",
        "recommendation": {
            1: "Министерству культуры, министерству образования и администрациям районов подготовить общий план.",
            2: "Рекомендовать органам местного самоуправления ввести ставку куратора.",
            3: "Провести следующую встречу осенью.",
        },
        "recommendation_addressee": {
            1: "Министерству культуры; министерству образования; администрациям районов",
            2: "органам местного самоуправления",
        },
        "recommendation_addressee_kind": {2: "municipality"},
        "recommendation_topic": {3: "events_exchange"},
    }
    assert remarks(record, "votes_for") == [("not_found",)]
    assert remarks(record, "participants") == [("number_in_words",)]
    assert [check.holds for check in record.checks] == [True, None, True, True, True, True]


def test_items_inside_of_a_sentence_numbers_in_words_and_a_day_that_can_be_read_two_ways() -> None:
    record = read(INLINE)
    assert found(record) == {
        "place": "Канск",
        "form": "конференция",
        "participants": "41",
        "speakers": "12",
        "questions": "30",
        "municipality": {1: "Абанский район", 2: "Иланский район", 3: "Канск"},
        "problem": {1: "нет методичек", 2: "мало денег"},
        "problem_theme": {1: "information_methods"},
        "recommendation": {
            1: "Изучить опыт соседей",
            2: "Обратиться в Правительство края с просьбой выделить субсидию",
            3: "Главам районов провести сходы до 1 июня 2022 г.",
        },
        "recommendation_addressee": {2: "Правительство края", 3: "Главам районов"},
        "recommendation_addressee_kind": {2: "government", 3: "municipality"},
        "recommendation_topic": {2: "funding_support"},
        "recommendation_due": {3: "2022-06-01"},
        "votes_for": "39",
        "votes_against": "0",
        "abstained": "2",
    }
    assert remarks(record, "held_on") == [("ambiguous_date",)]
    assert remarks(record, "speakers") == [("talks_counted",)]


def test_what_contradicts_itself_is_not_chosen_from() -> None:
    record = read(CONTRADICTING)
    assert found(record) == {
        "held_on": "2023-03-14",
        "ends_on": "2023-03-15",
        "place": "Канске",
        "form": "семинар",
        "participants_institutions": "12",
        "participants_other": "7",
        "recommendation": {1: "Вести реестр ТОС.", 2: "Направлять отчёты в Думу края.", 3: "Издать сборник."},
        "recommendation_addressee": {1: "органам местного самоуправления", 2: "органам местного самоуправления",
                                     3: "организаторам"},
        "recommendation_addressee_kind": {1: "municipality", 2: "municipality", 3: "institute"},
        "recommendation_topic": {1: "selfgovernment"},
    }  # fmt: skip
    assert remarks(record, "place") == [("as_printed",)]
    assert remarks(record, "participants") == [("several_values",)]
    assert remarks(record, "participants_state") == remarks(record, "participants_municipal") == [("sectors_together",)]
    assert remarks(record, "votes_for") == [("unanimous",)]


def test_a_table_and_an_english_looking_day() -> None:
    record = read(TABLE)
    assert found(record) == {
        "held_on": "2021-01-27",
        "ends_on": "2021-01-27",
        "form": "выездное заседание",
        "participants": "18",
        "participants_state": "3",
        "participants_municipal": "8",
        "participants_nonprofit": "5",
        "participants_guests": "2",
        "achievement": {1: "открыт ресурсный центр"},
        "problem": {1: "(не обсуждались)"},
        "recommendation": {1: "назначить куратора", 2: "открыть приём заявок.", 3: "Ежегодно проводить слёт"},
        "recommendation_addressee": {1: "Администрации города", 2: "Администрации города"},
        "recommendation_addressee_kind": {1: "municipality", 2: "municipality"},
    }
    assert remarks(record, "recommendation_addressee") == [("of_list",), ("of_list",), ("not_named",)]


def test_minutes_that_say_nothing_give_nothing() -> None:
    record = read(SILENT)
    assert found(record) == {"law": {1: "131-ФЗ, ст. 27"}}
    assert {fact.field for fact in record.facts} >= {
        field.name for field in MINUTES if not field.name.startswith(("recommendation_", "problem_"))
    }
    assert all(fact.remarks for fact in record.facts if fact.value is None)


@pytest.mark.parametrize(
    ("line", "field", "remark"),
    [
        ("В семинаре приняли участие более 40 человек.", "participants", "approximate"),
        ("В семинаре участвовало 25-30 человек.", "participants", "not_found"),
        ("В прошлом году участвовало 40 человек.", "participants", "not_found"),
        ("В 2019 году в семинаре участвовало 40 человек.", "participants", "not_found"),
        ("Присутствовали: Орлов И. И., Соколова А. А.", "participants", "not_found"),
        ("| НКО | 2 | 5 |\n| Всего | 10 | 18 |", "participants", "not_found"),
        ("| НКО | 2 | 5 |\n| Всего | 10 | 18 |", "participants_nonprofit", "not_found"),
        ("Участники:\n- Канский муниципальный округ – 3\n- Абанский муниципальный район – 5", "participants_municipal",
         "several_values"),
        ("Выступили: 1. Глава района. 2. Директор клуба.", "speakers", "not_found"),
        ("Выступил глава с докладом о 15 проектах.", "speakers", "not_found"),
        ("В обсуждении приняли участие все.", "discussants", "not_found"),
        ("Рассмотрены 3 вопроса повестки.", "questions", "not_found"),
        ("Протокол № 3 от 27 января 2021 г.", "held_on", "not_found"),
        ("Дата следующей встречи: 5 мая 2025 г.", "held_on", "not_found"),
        ("Начало регистрации участников 5 мая 2025 г.", "held_on", "not_found"),
        ("Дом культуры открыт после ремонта 5 мая 2025 г.", "held_on", "not_found"),
        ("Принято единогласно голосованием", "votes_for", "unanimous"),
        ("Участники рекомендуют:\n1. Поддержать опыт министерства", "recommendation_addressee", "not_named"),
    ],
)  # fmt: skip
def test_what_looks_like_an_answer_and_is_none(line: str, field: str, remark: str) -> None:
    record = read(line)
    assert record.value(field) is None
    assert remarks(record, field) == [(remark,)]


@pytest.fixture
def word_minutes() -> bytes:
    """Minutes as a Word document: headings, numbered and bulleted lists, a table, a word in bold."""
    document = docx.Document()
    document.add_heading("Протокол межмуниципального семинара", level=1)
    document.add_paragraph("«Соседские инициативы»")
    document.add_paragraph("Дата проведения: 5–6 июня 2024 года")
    document.add_paragraph("Место: г. Минусинск")
    table = document.add_table(rows=0, cols=2)
    for sector, number in (("Органы местного самоуправления", "14"), ("ТОС", "6"), ("Итого", "20")):
        cells = table.add_row().cells
        cells[0].text, cells[1].text = sector, number
    body = document.add_paragraph("Выступило ")
    body.add_run("девять").bold = True
    body.add_run(" докладчиков. Задано 4 вопроса.")
    document.add_heading("Проблемы", level=2)
    for text in ("Не хватает методических рекомендаций;", "Нет связи между командами."):
        document.add_paragraph(text, style="List Bullet")
    document.add_paragraph("Участники рекомендуют:")
    for text in ("Совету муниципальных образований вести общий календарь;", "Проводить стажировки."):
        document.add_paragraph(text, style="List Number")
    document.add_paragraph("Голосовали: «за» – 19, «против» – 1, «воздержались» – нет.")
    document.add_paragraph("Председатель: Иванова Мария Петровна, тел. 8 913 555-12-34")
    saved = io.BytesIO()
    document.save(saved)
    return saved.getvalue()


def test_a_word_document(word_minutes: bytes) -> None:
    record = read_minutes(document_of(word_minutes, Path("протокол.docx")))
    assert found(record) == {
        "held_on": "2024-06-05",
        "ends_on": "2024-06-06",
        "place": "Минусинск",
        "title": "Соседские инициативы",
        "form": "семинар",
        "participants": "20",
        "participants_municipal": "14",
        "participants_nonprofit": "6",
        "speakers": "9",
        "questions": "4",
        "problem": {1: "Не хватает методических рекомендаций", 2: "Нет связи между командами."},
        "problem_theme": {1: "information_methods"},
        "recommendation": {1: "Совету муниципальных образований вести общий календарь", 2: "Проводить стажировки."},
        "recommendation_addressee": {1: "Совету муниципальных образований"},
        "recommendation_addressee_kind": {1: "council"},
        "recommendation_topic": {2: "staff_skills"},
        "votes_for": "19",
        "votes_against": "1",
        "abstained": "0",
    }
    assert "Иванова" not in str(record)
    assert "913" not in str(record)
