"""Questionnaires for three surveys of The Carpentries, in words of our own, and a workspace that holds all three.

Options are the answers as they stand in the published files; labels of questions say in short what was asked.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import openpyxl
import pandas as pd

YEAR = 2018
POST_2018 = "surveys/carpentries_instructor_training_post_2018.csv"
LONG_2017 = "surveys/carpentries_longterm_2017.csv"
LONG_2020 = "surveys/carpentries_longterm_2020.csv"
FILES = {"participants_survey": POST_2018, "followup_survey": LONG_2017, "residents_survey": LONG_2020}
INSTRUMENTS = {"participants_survey": "instructors", "followup_survey": "longterm_2017",
               "residents_survey": "longterm_2020"}  # fmt: skip
Options = Sequence[str | tuple[str, str]]  # a label, or a label and its missing role


class Item(NamedTuple):
    """A question: XLSForm type, header(s) in the file, label in both languages."""

    type: str
    headers: str
    ru: str
    en: str

    @property
    def name(self) -> str:
        return self.headers.split("|")[0].replace("-", "_").replace(" ", "_")


AGREE = ("Strongly disagree", "Disagree", "Neutral", "Agree", "Strongly agree")
LISTS: dict[str, Options] = {
    "agree": AGREE,
    "agree_neither": ("Strongly disagree", "Disagree", "Neither Agree nor Disagree", "Agree", "Strongly agree"),
    "pace": ("Too slow", "Slightly slow", "Just right", "Slightly fast", "Too fast"),
    "balance": ("Too much lecture", "Slightly too much lecture", "Balanced (lecture/hands-on)",
                "Slightly too much hands-on", "Too much hands-on"),
    "often": ("Never", "Rarely", "Sometimes", "Often", "All of the time"),
    "amount": ("None of it", "Some of it", "About half of it", "Most of it", "All of it"),
    "able": ("Not at all able", "Slightly able", "Neutral", "Moderately able", "Extremely able"),
    "knows": ("Little or no knowledge of topic", "Some knowledge of topic", "Extensive knowledge of topic"),
    "motivated": ("Less motivated", "Slightly less motivated", "No change in motivation", "More motivated",
                  "Much more motivated"),
    "when": ("I have just completed the training, and am taking it at the event",
             "I have recently completed the training, and am taking it after I left the event"),
    "clear": ("Yes, I understand", "Could use some more details", "No, not clear at all", "Other (please specify)"),
    "position": ("Graduate Student", "Academic Research Staff", "Postdoc", "Faculty", "Industry",
                 "Undergraduate Student", "Other Academic Staff"),
    "field": ("Agricultural or Environmental Sciences", "Biomedical/Health Sciences", "Business", "Computer Science",
              "Earth Sciences", "Engineering", "Humanities", "Library Sciences", "Life Sciences",
              "Mathematics or Statistics", "Physical Sciences", "Social Sciences"),
    "workshops": ("1", "2", "3+"),
    "ago": ("0-6 months ago", "6 months - 1 year ago", "More than 1 year ago"),
    "kind": ("Data Carpentry", "Software Carpentry", "Library Carpentry", ("I don't know", "dont_know")),
    "content": ("Cloud Computing", "Git", "MATLAB", "Mercurial", "OpenRefine", "Python", "R", "Spreadsheets", "SQL",
                "Unix Shell", ("I don't remember", "dont_know")),
    "behaviour": ("Improving data management and project organization",
                  "Developing a data management and analysis plan",
                  "Using databases, scripts and queries to manage large data sets",
                  "Transforming step-by-step workflows into scripts or functions",
                  "Using programming languages like R or Python, or the command line to automate repetitive tasks",
                  "Reusing code", "Using version control to manage code",
                  "Using version control to collaborate online (in public or private repositories)",
                  "Sharing code or data publicly on places like GitHub or FigShare"),
    "usage_before": ("I had not been using tools like these", "Less than once per year", "Several times per year",
                     "Monthly", "Weekly", "Daily"),
    "usage_since": ("I have not been using tools like these", "Less than once per year", "Several times per year",
                    "Monthly", "Weekly", "Daily"),
    "confidence": ("I'm less confident now", "I'm equally confident now", "I'm more confident now"),
    "help": ("They are improving my overall efficiency", "They are improving my ability to analyze data",
             "They are improving my ability to manage data", "The tools I learned have not helped me with my work",
             "I am not using the tools I learned"),
    "yes_no": ("Yes", "No", ("Not sure", "dont_know"), ("I don't remember", "dont_know"),
               ("I don't know", "dont_know")),
    "community": ("Subscribed to the newsletter", "Attended at least one community call", "Became a workshop helper",
                  "Became a Carpentry instructor", "Joined a committee", "Joined a mentoring group",
                  "Participated in a Twitter chat", "Contributed to a Carpentry lesson"),
    "activity": ("Participated in an in-person short course", "Participated in an online short course",
                 "Participated in a Meetup", "Participated in a semester long course",
                 "Used self-guided Carpentry lesson material", "Used non-Carpentry self-guided material"),
}  # fmt: skip
ALIASES = {"Participated in an online short course": "Participated in a an online short course"}
SCORED = {"agree", "agree_neither", "pace", "balance", "often", "amount", "able", "knows", "motivated"}


def _columns(first: str, start: int, end: int) -> str:
    return "|".join([first, *(f"Column{number}" for number in range(start, end + 1))])


_TOPICS = {
    "FormativeAssessment": ("текущая проверка знаний", "formative assessment"), "Feedback": ("отзывы", "feedback"),
    "Novice": ("новички", "novices"), "HumanMemory": ("память человека", "human memory"),
    "CognitiveLoad": ("нагрузка на внимание", "cognitive load"),
    "Carpentries": ("сообщество Carpentries", "the Carpentries"),
    "MotivationStrategies": ("приёмы мотивации", "strategies of motivation"),
}  # fmt: skip
INSTRUCTORS = (
    Item("select_one when", "WhenTaking", "Когда заполняется анкета", "When the questionnaire is filled"),
    Item("text", "MemberSite", "Мероприятие", "Training event"),
    Item("text", "MemberSiteOther", "Другое мероприятие", "Other training event"),
    Item("select_one agree_neither", "InformationReasonableTime", "Сведения даны вовремя", "Information came in time"),
    Item("select_one agree_neither", "AtmosphereWelcoming", "Обстановка доброжелательна", "Welcoming atmosphere"),
    Item("select_one agree_neither", "LearnedSkills", "Получены навыки", "Skills were learnt"),
    Item("select_one agree_neither", "Material", "Материал хорош", "Material was good"),
    Item("select_one agree_neither", "Recommend", "Посоветую другим", "Would advise others to come"),
    Item("select_one agree_neither", "Worth", "Стоило времени", "Was worth the time"),
    Item("select_one pace", "Pace", "Темп", "Pace of the training"),
    Item("select_one balance", "HandsOn", "Лекции и практика", "Lecture and practice"),
    Item("select_one often", "TrainersClearAnswers", "Ведущие отвечают ясно", "Trainers answer clearly"),
    Item("select_one often", "TrainersConsiderate", "Ведущие внимательны", "Trainers are considerate"),
    Item("select_one often", "TrainersCommunicators", "Ведущие умеют объяснять", "Trainers communicate well"),
    Item("select_one often", "TrainersEnthusiastic", "Ведущие увлечены", "Trainers are enthusiastic"),
    Item("select_one amount", "NewInformation", "Сколько было нового", "How much was new"),
    Item("select_one able", "LiveCodingPostAbility", "Сумею: показ кода вживую", "Am able: live coding"),
    Item("select_one able", "WebsitePostAbility", "Сумею: сайт мероприятия", "Am able: website of an event"),
    Item("select_one able", "ConceptMapsPostAbility", "Сумею: карта понятий", "Am able: concept map"),
    Item("select_one able", "MCQPostAbility", "Сумею: вопрос с выбором ответа", "Am able: multiple-choice question"),
    Item("select_one able", "LearningObjectivesPostAbility", "Сумею: цели занятия", "Am able: learning objectives"),
    *(Item("select_one knows", f"Knowledge{key}Post", f"Знание: {ru}", f"Knowledge: {en}")
      for key, (ru, en) in _TOPICS.items()),
    *(Item("select_one motivated", f"Motivation{key}Post", f"Желание применять: {ru}", f"Motivation to use: {en}")
      for key, (ru, en) in _TOPICS.items()),
    Item("select_one clear", "CompleteTraining", "Понятно ли, как завершить обучение", "Is completion understood"),
    Item("text", "CompleteTrainingOther", "Как завершить обучение: другое", "Completion: other"),
    Item("integer", "LikelyToRecommend", "Готовность рекомендовать, 0–10", "Likely to recommend, 0 to 10"),
)  # fmt: skip
LONGTERM_2017 = (
    Item("text", "Country", "Страна", "Country of the workshop"),
    Item("select_one position or_other", "Position", "Должность", "Career stage"),
    Item("text", "Position-Other", "Другая должность", "Other career stage"),
    Item("select_multiple field or_other", _columns("Field", 2, 13), "Область работы", "Field of work"),
    Item("select_one workshops", "How-Many-Workshops", "Сколько раз учился", "Number of workshops"),
    Item("select_one ago", "How-Long-Ago", "Как давно", "How long ago"),
    Item("select_multiple content or_other", _columns("Content", 14, 24), "Чему учили", "What was taught"),
    Item("select_multiple behaviour or_other", _columns("Behaviors-Adopted", 25, 33), "Что переняли", "Habits adopted"),
    Item("select_one usage_before", "Programming-Usage-Before-Workshop", "Средства до обучения", "Tools before"),
    Item("select_one usage_since", "Programming-Usage-Since-Workshop", "Средства после обучения", "Tools since"),
    Item("select_one confidence", "Change-In-Confidence", "Перемена уверенности", "Change of confidence"),
    Item("select_multiple help or_other", _columns("How-Tools-Learned-Help", 34, 38), "Чем помогло", "How tools help"),
    Item("select_one yes_no", "Contributed-To-Writing", "Помогло ли в научном тексте", "Helped in academic writing"),
    *(Item("select_one agree", header, ru, en) for header, ru, en in (
        ("Skills-Advance-Career", "Навыки помогли в карьере", "Skills advanced the career"),
        ("Motivated-Seek-Knowledge", "Захотелось узнать больше", "Was motivated to learn more"),
        ("Made-Analyses-Reproducible", "Анализ стал воспроизводимым", "Analyses became reproducible"),
        ("Received-Professional-Recognition", "Получено признание", "Received recognition"),
        ("Improved Coding Practices", "Код стал лучше", "Coding practice improved"),
        ("Improved-Research-Productivity", "Работа идёт быстрее", "Research productivity improved"),
        ("Gained-Confidence-With-Data", "Прибавилось уверенности", "Gained confidence with data"),
    )),
    Item("select_multiple community or_other", _columns("Carpentry-Involvement", 45, 52), "Участие в сообществе",
         "Part in the community"),
    Item("select_multiple activity or_other", _columns("Activities", 53, 58), "Другое обучение", "Other learning"),
    Item("select_one yes_no", "Recommended", "Советовал ли другим", "Has recommended"),
    Item("integer", "Likely-To-Recommend", "Готовность рекомендовать, 0–10", "Likely to recommend, 0 to 10"),
)  # fmt: skip
LONGTERM_2020 = (
    Item("select_one yes_no", "first_survey_take", "Впервые ли отвечает", "First time of answering"),
    Item("select_one workshops", "workshop_attended_amount", "Сколько раз учился", "Number of workshops"),
    Item("select_one ago", "workshop_attended_age", "Как давно", "How long ago"),
    Item("select_one kind", "workshop_attended_type", "Какое обучение", "Kind of workshop"),
    Item("text", "workshop_attended_location", "Где", "Place of the workshop"),
    Item("select_multiple content or_other", "workshop_attended_content", "Чему учили", "What was taught"),
    Item("select_multiple behaviour or_other", "behavior_adopted", "Что переняли", "Habits adopted"),
    Item("select_one usage_before", "frequency_usage_before", "Средства до обучения", "Tools before"),
    Item("select_one usage_since", "frequency_usage_after", "Средства после обучения", "Tools since"),
    Item("select_one confidence", "change_confidence", "Перемена уверенности", "Change of confidence"),
    Item("select_multiple help or_other", "how_tools_help", "Чем помогло", "How tools help"),
    Item("select_one yes_no", "workshop_contributed_academics", "Помогло ли в научном тексте", "Helped in writing"),
    *(Item("select_one agree", f"impact_{key}", ru, en) for key, ru, en in (
        ("career_advancement", "Навыки помогли в карьере", "Skills advanced the career"),
        ("motivation_learning", "Захотелось узнать больше", "Was motivated to learn more"),
        ("increase_reproducibility", "Анализ стал воспроизводимым", "Analyses became reproducible"),
        ("professional_recognition", "Получено признание", "Received recognition"),
        ("improve_coding_practice", "Код стал лучше", "Coding practice improved"),
        ("research_productivity", "Работа идёт быстрее", "Research productivity improved"),
        ("increase_confidence", "Прибавилось уверенности", "Gained confidence with data"),
    )),
    Item("text", "workshop_country", "Страна", "Country of the workshop"),
    Item("select_multiple community or_other", "community_involvement", "Участие в сообществе", "Community"),
    Item("select_multiple activity or_other", "other_activities", "Другое обучение", "Other learning"),
    Item("select_one yes_no", "has_recommended", "Советовал ли другим", "Has recommended"),
    Item("integer", "recommendation_score", "Готовность рекомендовать, 0–10", "Likely to recommend, 0 to 10"),
)  # fmt: skip
FORMS = {"instructors": INSTRUCTORS, "longterm_2017": LONGTERM_2017, "longterm_2020": LONGTERM_2020}


def options(list_name: str) -> dict[str, tuple[str, str]]:
    """Code, and label and missing role, of each answer of a list."""
    rows = [one if isinstance(one, tuple) else (one, "") for one in LISTS[list_name]]
    return {f"{list_name}_{number}": row for number, row in enumerate(rows, start=1)}


def questionnaire_file(items: Sequence[Item], path: Path) -> Path:
    """A questionnaire as an XLSForm workbook."""
    book = openpyxl.Workbook()
    survey = book.active
    assert survey is not None
    survey.title = "survey"
    survey.append(["type", "name", "label::Russian (ru)", "label::English (en)", "constraint", "aliases"])
    for item in items:
        bounds = ". >= 0 and . <= 10" if item.type == "integer" else None
        survey.append([item.type, item.name, item.ru, item.en, bounds, item.headers])
    choices = book.create_sheet("choices")
    choices.append(["list_name", "name", "label::Russian (ru)", "label::English (en)", "score", "missing_role",
                    "aliases"])  # fmt: skip
    used = dict.fromkeys(item.type.split()[1] for item in items if item.type.startswith("select"))
    for name in used:
        for number, (code, (label, role)) in enumerate(options(name).items(), start=1):
            score = number if name in SCORED else None
            choices.append([name, code, label, label, score, role or None, ALIASES.get(label)])
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(path)
    return path


def surveys_workspace(folder: Path, builder: Any, real_file: Callable[[str], Path]) -> Any:
    """A workspace of 2018 that received the three files, with their questionnaires; a ``Builder``, not yet opened."""
    built = builder(folder, pd.DataFrame({"unit_id": ["US"], "name": ["United States"]}), id="carpentries",
                    first_year=YEAR, last_year=YEAR)  # fmt: skip
    surveys = {}
    for source, place in FILES.items():
        path = real_file(place)
        lines = len(path.read_bytes().splitlines())
        built.lines(path, YEAR, [True] * (lines - 1))
        instrument = INSTRUMENTS[source]
        questionnaire_file(FORMS[instrument], built.root / "config" / "survey" / f"{instrument}.xlsx")
        surveys[source] = {
            "instrument": instrument, "questionnaire": f"{instrument}.xlsx", "design": "convenience",
            "population": {"ru": "слушатели", "en": "learners"},
        }  # fmt: skip
    built.year(YEAR, {source: {"file": Path(place).name} for source, place in FILES.items()}, surveys=surveys)
    return built
