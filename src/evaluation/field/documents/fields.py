"""The fields of every kind of document: what they are called and what the rules look for, in both languages."""

from __future__ import annotations

from collections.abc import Mapping

from evaluation.field.documents.facts import DocumentKind, Field, ValueKind
from evaluation.settings import Text


def _field(
    name: str, kind: ValueKind, label: tuple[str, str], looked_for: tuple[str, str], list_name: str = ""
) -> Field:
    return Field(name, Text(ru=label[0], en=label[1]), kind, Text(ru=looked_for[0], en=looked_for[1]), list_name)


_SECTOR = ("название категории рядом с её числом там, где названы участники", "the category's name beside its number "
           "where participants are named")  # fmt: skip
_VOTES = ("слова «за», «против», «воздержались» с числом или «нет»", "the words for, against, abstained with a number "
          "or 'none'")  # fmt: skip
_ASIDE = ("слова «показатель:», «ответственный:», «срок:» в самой мере", "the words indicator:, responsible:, due: in "
          "the measure itself")  # fmt: skip
_UNDER = ("пункты списка под словами о них", "items of a list under words about them")
_LAW = ("закон, указ, приказ или постановление с номером", "a law, decree, order or resolution with its number")

MINUTES: tuple[Field, ...] = (
    _field("held_on", "date", ("Дата (начало)", "Date (first day)"),
           ("«Дата: …», строка с датой в начале, «состоялся … <дата>»", "'Date: …', a line with a date at the top, "
            "'was held on …'")),
    _field("ends_on", "date", ("Дата (конец)", "Date (last day)"), ("то же", "the same")),
    _field("place", "text", ("Место", "Place"),
           ("«Место: …», «г. …» в начале, «состоялся в …»", "'Place: …', 'г. …' at the top, 'was held in …'")),
    _field("title", "text", ("Тема", "Theme"),
           ("«Тема: …», строка в кавычках в начале, «на тему …»", "'Theme: …', a quoted line at the top, 'on …'")),
    _field("form", "text", ("Форма", "Form"), ("семинар, круглый стол, форум, …", "seminar, round table, forum, …")),
    _field("event_number", "text", ("Номер мероприятия в реестре обмена", "Number of the event in the register"),
           ("номера в протоколе нет; впишите его, если мероприятие уже есть в реестре", "minutes have no such number; "
            "enter it where the event is in the register already")),
    _field("participants", "integer", ("Участников", "Participants"),
           ("«приняли участие N человек», «присутствовали N»", "'N people took part', 'N were present'")),
    _field("participants_state", "integer", ("— органы государственной власти", "— state bodies"), _SECTOR),
    _field("participants_municipal", "integer", ("— муниципальная власть", "— municipal authority"), _SECTOR),
    _field("participants_institutions", "integer", ("— муниципальные учреждения", "— municipal institutions"), _SECTOR),
    _field("participants_nonprofit", "integer", ("— некоммерческие и общественные организации",
                                                 "— non-profit and public organisations"), _SECTOR),
    _field("participants_business", "integer", ("— бизнес", "— business"), _SECTOR),
    _field("participants_guests", "integer", ("— гости", "— guests"), _SECTOR),
    _field("participants_other", "integer", ("— другие", "— others"), _SECTOR),
    _field("speakers", "integer", ("Выступило", "Speakers"),
           ("«выступило N», «N докладчиков»", "'N spoke', 'N speakers'")),
    _field("discussants", "integer", ("Участвовало в обсуждении", "Discussants"),
           ("«в обсуждении приняли участие N», «в прениях N»", "'N took part in the discussion'")),
    _field("questions", "integer", ("Задано вопросов", "Questions asked"),
           ("«задано N вопросов», «вопросов: N»", "'N questions were asked'")),
    _field("municipality", "text", ("Муниципальное образование участников", "Municipality of participants"),
           ("районы, округа и города в предложении о представителях", "districts and towns in a sentence on "
            "representatives")),
    _field("guests_from", "text", ("Откуда гости", "Guests came from"), ("«гости … из …»", "'guests … from …'")),
    _field("achievement", "text", ("Достижение", "Achievement"), _UNDER),
    _field("problem", "text", ("Проблема", "Problem"), _UNDER),
    _field("problem_theme", "category", ("Тема проблемы", "Theme of the problem"),
           ("ключевые слова одной темы", "key words of one theme"), "exchange_theme"),
    _field("recommendation", "text", ("Рекомендация", "Recommendation"),
           ("пункты под «рекомендуют:», «РЕШИЛИ:»", "items under 'recommend:', 'RESOLVED:'")),
    _field("recommendation_addressee", "text", ("Адресат, как назван", "Addressee as named"),
           ("кому, в начале рекомендации или перед списком", "to whom, at its beginning or before the list")),
    _field("recommendation_addressee_kind", "category", ("Вид адресата", "Kind of addressee"),
           ("то же", "the same"), "addressee"),
    _field("recommendation_topic", "category", ("Тема рекомендации", "Topic of the recommendation"),
           ("ключевые слова тем", "key words of themes"), "exchange_theme"),
    _field("recommendation_due", "date", ("Срок рекомендации", "Recommendation is due"),
           ("«до <дата>», «срок: <дата>» с годом", "'by <date>', 'due: <date>' with its year")),
    _field("law", "text", ("Правовой акт", "Legal act"), _LAW),
    _field("votes_for", "integer", ("Голосов «за»", "Votes for"), _VOTES),
    _field("votes_against", "integer", ("Голосов «против»", "Votes against"), _VOTES),
    _field("abstained", "integer", ("Воздержались", "Abstained"), _VOTES),
)  # fmt: skip
MEASURES: tuple[Field, ...] = (
    _field("goal", "text", ("Цель", "Goal"), ("«Цель …: …»", "'Goal …: …'")),
    _field("task", "text", ("Задача", "Task"), ("«3 задача – …», «Задача 3: …»", "'3 task – …', 'Task 3: …'")),
    _field("measure", "text", ("Мера", "Measure"), ("пункты под «Проект «…»»", "items under 'Project …'")),
    _field("measure_project", "text", ("Проект меры", "Project of the measure"), ("«Проект «…»»", "'Project …'")),
    _field("measure_indicator", "text", ("Показатель меры", "Indicator of the measure"), _ASIDE),
    _field("measure_owner", "text", ("Ответственный (должность, орган)", "Owner (role, body)"), _ASIDE),
    _field("measure_due", "date", ("Срок меры", "Due date of the measure"), _ASIDE),
)
TRAININGS: tuple[Field, ...] = (
    _field("training_starts_on", "date", ("Тренинг: первый день", "Training: first day"),
           ("«провёл тренинг … <дни> в …»", "'held a training … <days> in …'")),
    _field("training_ends_on", "date", ("Тренинг: последний день", "Training: last day"), ("то же", "the same")),
    _field("training_place", "text", ("Тренинг: место", "Training: place"),
           ("«в <городе>» сразу за днями", "'in <town>' right after the days")),
    _field("training_region", "text", ("Тренинг: регион", "Training: region"),
           ("область или край рядом с местом", "a region beside the place")),
    _field("training_topic", "text", ("Тренинг: тема", "Training: topic"),
           ("пункт «тема (место, месяц)»", "an item 'topic (place, month)'")),
    _field("trainings_stated", "integer", ("Тренингов названо", "Trainings stated"),
           ("«провёл N тренингов»", "'held N trainings'")),
    _field("trainings_planned", "integer", ("Тренингов запланировано", "Trainings planned"),
           ("«запланированы N тренингов»", "'N trainings are planned'")),
    _field("base_city", "text", ("Базовый город", "Base city"),
           ("пункты под «были отобраны …:»", "items under 'were selected …:'")),
    _field("base_component", "text", ("Компонент базового города", "Component of the base city"),
           ("в скобках за городом", "in brackets after the city")),
    _field("institute_events", "integer", ("Мероприятий всего учреждения", "Events of the whole institute"),
           ("«за <год> <учреждение> провело N мероприятий»", "'in <year> <institute> held N events'")),
    _field("institute_participants", "integer", ("Участников мероприятий всего учреждения",
                                                 "Participants of the whole institute's events"),
           ("«в которых участвовало N человек»", "'in which N people took part'")),
    _field("start_year", "integer", ("Год начала программы", "First year of the programme"),
           ("«Год начала»", "'Year of beginning'")),
    _field("end_year", "integer", ("Год окончания программы", "Last year of the programme"),
           ("«Год окончания»", "'Year of end'")),
    _field("funder", "text", ("Кто финансировал", "Funder"), ("«финансировалась …»", "'was financed by …'")),
    _field("participant_category", "text", ("Категория участников", "Category of participants"), _UNDER),
)  # fmt: skip
SUPPORT: tuple[Field, ...] = (
    _field("law", "text", ("Правовой акт", "Legal act"), _LAW),
    _field("programme_line", "text", ("Направление программы", "Line of the programme"), _UNDER),
    _field("practice", "text", ("Практика", "Practice"), _UNDER),
    _field("stream_training", "text", ("Обучение", "Training"), _UNDER),
    _field("stream_methodical", "text", ("Методическая поддержка", "Methodical help"), _UNDER),
    _field("stream_consulting", "text", ("Консультационная поддержка", "Consulting"), _UNDER),
    _field("stream_information", "text", ("Информационное сопровождение", "Information"), _UNDER),
    _field("stream_exchange", "text", ("Обмен опытом", "Exchange"), _UNDER),
    _field("result", "text", ("Результат", "Result"), _UNDER),
    _field("conclusion", "text", ("Вывод", "Conclusion"), _UNDER),
    _field("condition", "text", ("Условие устойчивых команд", "Condition for sustained teams"), _UNDER),
    _field("total", "text", ("Опубликованный итог", "Published total"),
           ("число отдельной строкой между подписью и единицей", "a number on its own line between label and unit")),
)  # fmt: skip
STRATEGY: tuple[Field, ...] = (
    _field("horizon", "text", ("Горизонт, лет", "Horizon, years"), ("«на ближайшие N лет»", "'for the next N years'")),
    _field("session", "text", ("Когда проведена сессия", "When the session was held"),
           ("«в начале апреля <год> года»", "'in early April <year>'")),
    _field("directions_stated", "integer", ("Направлений названо", "Directions stated"),
           ("«N направлений»", "'N directions'")),
    _field("projects_stated", "integer", ("Проектов названо", "Projects stated"), ("«N проектов»", "'N projects'")),
    _field("direction", "text", ("Направление", "Direction"), _UNDER),
    _field("project", "text", ("Проект", "Project"), ("заголовки под номерами 01, 02, …", "titles under 01, 02, …")),
)  # fmt: skip
FIELDS: Mapping[DocumentKind, tuple[Field, ...]] = {
    "minutes": MINUTES,
    "measures": MEASURES,
    "trainings": TRAININGS,
    "support": SUPPORT,
    "strategy": STRATEGY,
}


def field_of(kind: DocumentKind, name: str) -> Field:
    """The declaration of a field of a kind of document. Raises KeyError for another name."""
    return {field.name: field for field in FIELDS[kind]}[name]
