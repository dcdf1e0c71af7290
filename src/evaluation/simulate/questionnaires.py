"""The three questionnaires of the demonstration, and their XLSForm-shaped workbooks for ``config/survey``."""

from __future__ import annotations

from dataclasses import dataclass, field

from openpyxl import Workbook

SURVEY_COLUMNS = (
    "type",
    "name",
    "label::Russian (ru)",
    "label::English (en)",
    "required",
    "relevant",
    "constraint",
    "scale_id",
    "reversed",
    "aliases",
    "pii",
)
CHOICE_COLUMNS = ("list_name", "name", "label::Russian (ru)", "label::English (en)", "score", "missing_role", "aliases")


@dataclass(frozen=True)
class Item:
    """One question; ``aliases`` are earlier or later wordings of its header."""

    type: str
    name: str
    ru: str
    en: str
    scale_id: str = ""
    reversed: bool = False
    aliases: tuple[str, ...] = ()
    pii: bool = False
    constraint: str = ""
    relevant: str = ""

    @property
    def list_name(self) -> str:
        return self.type.split(" ")[1] if " " in self.type else ""


@dataclass(frozen=True)
class Choice:
    """One answer; ``value`` is its number on a scale, ``missing_role`` dont_know or refused."""

    name: str
    ru: str
    en: str
    value: int | None = None
    missing_role: str = ""
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Questionnaire:
    """An instrument: its items in order and its lists of answers."""

    id: str
    title_ru: str
    title_en: str
    items: tuple[Item, ...]
    choices: dict[str, tuple[Choice, ...]] = field(default_factory=dict)

    def item(self, name: str) -> Item:
        return next(item for item in self.items if item.name == name)


_DONT_KNOW = Choice("dont_know", "Затрудняюсь ответить", "Don't know", None, "dont_know", ("затрудняюсь", "не знаю"))
_AGREE = (
    Choice("1", "Совершенно не согласен", "Strongly disagree", 1, "", ("совсем не согласен",)),
    Choice("2", "Скорее не согласен", "Rather disagree", 2),
    Choice("3", "И да, и нет", "Neither", 3, "", ("отчасти согласен, отчасти нет",)),
    Choice("4", "Скорее согласен", "Rather agree", 4),
    Choice("5", "Полностью согласен", "Strongly agree", 5, "", ("совершенно согласен",)),
    _DONT_KNOW,
)
_SATISFIED = (
    Choice("1", "Совершенно не удовлетворён(а)", "Very dissatisfied", 1, "", ("совершенно не удовлетворен",)),
    Choice("2", "Скорее не удовлетворён(а)", "Rather dissatisfied", 2, "", ("скорее не удовлетворен",)),
    Choice("3", "Отчасти да, отчасти нет", "Partly", 3),
    Choice("4", "Скорее удовлетворён(а)", "Rather satisfied", 4, "", ("скорее удовлетворен",)),
    Choice("5", "Полностью удовлетворён(а)", "Very satisfied", 5, "", ("полностью удовлетворен",)),
    _DONT_KNOW,
)
_YES_NO = (Choice("yes", "Да", "Yes", 1), Choice("no", "Нет", "No", 0), _DONT_KNOW)

PARTICIPANTS = Questionnaire(
    "participants",
    "Анкета участника мероприятия",
    "Questionnaire for participants",
    (
        Item("select_one sector", "represents", "Кого Вы представляете?", "Whom do you represent?"),
        Item(
            "select_one agree",
            "useful",
            "Материал был полезен для моей работы",
            "The material was useful for my work",
            "reaction",
            aliases=("Содержание полезно для моей работы",),
        ),
        Item("select_one agree", "clear", "Материал изложен понятно", "The material was clear", "reaction"),
        Item(
            "select_one agree",
            "applicable",
            "Я смогу применить полученные знания при подготовке заявки",
            "I can apply what I learnt when preparing an application",
            "reaction",
        ),
        Item(
            "select_one agree",
            "recommend",
            "Я порекомендую это мероприятие коллегам",
            "I would recommend the event to colleagues",
            "reaction",
            aliases=("Порекомендую мероприятие коллегам",),
        ),
        Item(
            "select_one agree",
            "overloaded",
            "Мероприятие было перегружено теорией",
            "There was too much theory",
            "reaction",
            True,
        ),
        Item(
            "select_multiple theme",
            "themes",
            "Какие темы были для Вас наиболее полезны? (можно выбрать несколько)",
            "Which themes were most useful to you? (several answers)",
        ),
        Item(
            "integer",
            "test_before",
            "Результат входного теста, баллов из 20",
            "Test before, points of 20",
            constraint=". >= 0 and . <= 20",
        ),
        Item(
            "integer",
            "test_after",
            "Результат итогового теста, баллов из 20",
            "Test after, points of 20",
            constraint=". >= 0 and . <= 20",
        ),
        Item(
            "select_one yes_no",
            "held_meeting",
            "Провели ли Вы после прошлого обучения собрание или опрос жителей?",
            "Have you held a meeting or poll of residents since your last training?",
        ),
        Item(
            "text",
            "comment",
            "Что следует изменить? Напишите в свободной форме",
            "What should be changed? In your own words",
            pii=True,
        ),
    ),
    {
        "agree": _AGREE,
        "yes_no": _YES_NO,
        "sector": (
            Choice("municipal_servant", "Орган местного самоуправления", "Municipal administration"),
            Choice("elected", "Депутат, глава", "Elected official"),
            Choice("institution_worker", "Муниципальное учреждение", "Municipal institution"),
            Choice("community", "ТОС, инициативная группа", "Community group"),
            Choice("nonprofit", "НКО", "Non-profit"),
            Choice("business", "Бизнес", "Business"),
            Choice("village_head", "Староста", "Village head"),
            Choice("other", "Другое", "Other"),
        ),
        "theme": (
            Choice("meetings", "Собрания, опросы и сходы жителей", "Meetings, polls and gatherings"),
            Choice(
                "cofinancing",
                "Софинансирование: население, бизнес, бюджет",
                "Co-financing: residents, business, budget",
            ),
            Choice("documents", "Смета и конкурсные документы", "Estimate and application documents"),
            Choice("delivery", "Реализация, контроль, отчётность", "Delivery, control, reporting"),
            Choice("peers", "Примеры других территорий", "Examples from other territories"),
        ),
    },
)

FOLLOWUP = Questionnaire(
    "followup",
    "Анкета о применении полученных знаний",
    "Questionnaire on the use of what was learnt",
    (
        Item(
            "select_one yes_no",
            "applied",
            "Применили ли Вы то, чему научились, в работе над проектом?",
            "Have you used what you learnt in working on a project?",
        ),
        Item(
            "select_one yes_no",
            "held_since",
            "Провели ли Вы после обучения собрание или опрос жителей?",
            "Have you held a meeting or poll of residents since the training?",
        ),
        Item(
            "select_one yes_no",
            "told",
            "Рассказали ли Вы о полученных знаниях коллегам или жителям?",
            "Have you told colleagues or residents what you learnt?",
        ),
        Item(
            "select_multiple barrier",
            "barriers",
            "Что помешало применить полученное? (можно выбрать несколько)",
            "What kept you from using it? (several answers)",
            relevant="${applied} = 'no'",
        ),
        Item("text", "comment", "Что ещё Вам нужно? Напишите", "What else do you need? In your own words", pii=True),
    ),
    {
        "yes_no": _YES_NO,
        "barrier": (
            Choice("time", "Нет времени, много текущей работы", "No time, too much other work"),
            Choice("authority", "Не поддержало руководство, нет полномочий", "No support from above, no authority"),
            Choice("knowledge", "Не хватило знаний, нужна помощь", "Knew too little, need help"),
            Choice("contest", "Конкурс ещё не объявлен", "The contest has not been announced yet"),
            Choice("nothing", "Ничего не мешало", "Nothing"),
        ),
    },
)

RESIDENTS = Questionnaire(
    "residents",
    "Анкета жителя",
    "Questionnaire for residents",
    (
        Item("select_one sex", "sex", "Ваш пол", "Your sex"),
        Item(
            "select_one age_group", "age_group", "Сколько Вам полных лет?", "How old are you?", aliases=("Ваш возраст",)
        ),
        Item(
            "select_one yes_no",
            "heard",
            "Слышали ли Вы о Программе поддержки местных инициатив?",
            "Have you heard of the local initiatives programme?",
        ),
        Item(
            "select_one took_part",
            "took_part",
            "Принимали ли Вы участие в выборе или выполнении проекта за последний год?",
            "Have you taken part in choosing or carrying out a project over the past year?",
            relevant="${heard} = 'yes'",
        ),
        Item(
            "select_multiple part_taken",
            "how_took_part",
            "Как именно Вы участвовали? (можно выбрать несколько)",
            "How did you take part? (several answers)",
            relevant="${took_part} = 'yes'",
        ),
        Item(
            "select_one satisfied",
            "satisfied_place",
            "Насколько Вы удовлетворены благоустройством там, где живёте?",
            "How satisfied are you with public space where you live?",
            "satisfaction",
        ),
        Item(
            "select_one satisfied",
            "satisfied_voice",
            "Насколько Вы удовлетворены тем, как учитывается мнение жителей?",
            "How satisfied are you with how residents' opinion is taken into account?",
            "satisfaction",
            aliases=("Насколько Вы удовлетворены учётом мнения жителей?",),
        ),
        Item(
            "select_one satisfied",
            "satisfied_projects",
            "Насколько Вы удовлетворены качеством выполненных проектов?",
            "How satisfied are you with the quality of completed projects?",
            "satisfaction",
        ),
        Item(
            "select_one satisfied",
            "satisfied_openness",
            "Насколько Вы удовлетворены открытостью местной администрации?",
            "How satisfied are you with the openness of the local administration?",
            "satisfaction",
        ),
        Item(
            "select_one agree",
            "can_influence",
            "Жители могут повлиять на решения местной власти",
            "Residents can influence local decisions",
            "influence",
        ),
        Item(
            "select_one agree",
            "nothing_depends",
            "От мнения жителей ничего не зависит",
            "Nothing depends on residents' opinion",
            "influence",
            True,
        ),
        Item(
            "select_multiple channel_known",
            "learnt_from",
            "Из каких источников Вы узнаёте о проектах? (можно выбрать несколько)",
            "Where do you learn about projects? (several answers)",
        ),
        Item(
            "select_one ready",
            "ready_to_pay",
            "Готовы ли Вы вложить личные средства в проект?",
            "Would you put your own money into a project?",
        ),
        Item("text", "comment", "Ваши пожелания администрации", "Your wishes to the administration", pii=True),
    ),
    {
        "agree": _AGREE,
        "satisfied": _SATISFIED,
        "yes_no": _YES_NO,
        "sex": (Choice("male", "Мужской", "Male"), Choice("female", "Женский", "Female")),
        "age_group": (
            Choice("18_34", "18-34", "18-34", None, "", ("18–34", "от 18 до 34")),
            Choice("35_54", "35-54", "35-54", None, "", ("35–54", "от 35 до 54")),
            Choice("55_plus", "55 и старше", "55 and over", None, "", ("55+",)),
        ),
        "took_part": (
            *_YES_NO,
            Choice("refused", "Отказываюсь отвечать", "Refuse to answer", None, "refused", ("отказ",)),
        ),
        "part_taken": (
            Choice("voted", "Голосовал(а) на собрании, сходе", "Voted at a meeting or gathering"),
            Choice("money", "Внёс(ла) деньги, материалы", "Gave money or materials"),
            Choice("work", "Работал(а) на субботнике, стройке", "Worked at a clean-up or on the site"),
            Choice("papers", "Помогал(а) с документами", "Helped with documents"),
        ),
        "channel_known": (
            Choice("meeting", "Собрание, сход жителей", "Meeting or gathering"),
            Choice("social", "Соцсети, мессенджеры", "Social networks, messengers"),
            Choice("media", "Газета, радио, телевидение", "Newspaper, radio, television"),
            Choice("site", "Сайт администрации", "Site of the administration"),
            Choice("people", "Соседи, знакомые", "Neighbours, acquaintances"),
            Choice("nowhere", "Ниоткуда: не слежу, не интересно", "Nowhere: I do not follow it, no interest"),
        ),
        "ready": (
            Choice("yes", "Да, готов(а)", "Yes", 1),
            Choice("perhaps", "Возможно, если сумма небольшая", "Perhaps, a small sum", None),
            Choice("no", "Нет", "No", 0),
            _DONT_KNOW,
            Choice("refused", "Отказываюсь отвечать", "Refuse to answer", None, "refused", ("отказ",)),
        ),
    },
)

QUESTIONNAIRES = {questionnaire.id: questionnaire for questionnaire in (PARTICIPANTS, FOLLOWUP, RESIDENTS)}


def questionnaire_workbook(questionnaire: Questionnaire) -> Workbook:
    """The questionnaire as a workbook with the sheets survey, choices and settings of an XLSForm.

    Besides the standard columns: scale_id, reversed, aliases (separated by |) and pii of items; score, missing_role
    and aliases of choices.
    """
    book = Workbook()
    survey = book.active
    assert survey is not None
    survey.title = "survey"
    survey.append(list(SURVEY_COLUMNS))
    for item in questionnaire.items:
        flags = ("yes" if item.reversed else "", "|".join(item.aliases), "yes" if item.pii else "")
        survey.append(
            [item.type, item.name, item.ru, item.en, "", item.relevant, item.constraint, item.scale_id, *flags]
        )
    choices = book.create_sheet("choices")
    choices.append(list(CHOICE_COLUMNS))
    for list_name, options in questionnaire.choices.items():
        for option in options:
            choices.append(
                [
                    list_name,
                    option.name,
                    option.ru,
                    option.en,
                    option.value,
                    option.missing_role,
                    "|".join(option.aliases),
                ]
            )
    settings = book.create_sheet("settings")
    settings.append(["form_id", "form_title", "title_en", "default_language", "version"])
    settings.append([questionnaire.id, questionnaire.title_ru, questionnaire.title_en, "Russian (ru)", "1"])
    return book
