"""The report's sections, and what its figures are called and show."""

from __future__ import annotations

from dataclasses import dataclass

from evaluation.settings import Text


@dataclass(frozen=True)
class Section:
    """A section: the step it rests on (it does not apply where the step does not), its tables and figures.

    What the section's text does not place itself follows the text in this order, figures first, until the section
    holds ``most`` of both together; the rest stands folded in the annex.
    """

    name: str
    step: str | None = None
    exhibits: tuple[str, ...] = ()
    figures: tuple[str, ...] = ()
    most: int = 3


SECTIONS: tuple[Section, ...] = (
    Section("summary"),
    Section("questions"),
    Section("theory"),
    Section("matrix"),
    Section(
        "data",
        exhibits=(
            "row_accounts", "reconciliation", "completeness", "issues_by_rule", "panel_by_year", "crosswalk_open",
        ),
        figures=("survey_flow",),
    ),
    Section(
        "coverage",
        "04_map_coverage",
        ("coverage", "white_spots"),
        ("coverage_map", "training_map", "applications_by_year"),
    ),
    Section(
        "unevenness",
        "04a_measure_unevenness",
        ("unevenness",),
        ("lorenz", "funnel", "cluster_map", "unevenness_parts"),
    ),
    Section(
        "access",
        "04b_plan_access",
        ("proposal", "coverage_gaps", "access", "proposal_gains", "proposal_frontier"),
        ("access",),
    ),
    Section(
        "support",
        "05_describe_support",
        ("support_by_year", "projects_by_topic", "coverage_by_stream", "last_contact"),
        ("reach_by_year", "exchange_network", "support_by_year"),
    ),
    Section(
        "voices",
        "02a_weigh_answers",
        (
            "kirkpatrick", "rating_claims", "survey_changes", "survey_scales", "survey_ratings", "survey_estimates",
            "event_ratings",
        ),
        ("participant_ratings", "resident_ratings", "learning_change", "resident_channels"),
    ),
    Section(
        "outcomes",
        "06_estimate_outcomes",
        ("readings", "regression_table", "estimates", "evidence"),
        ("main_estimates", "event_study", "team_survival"),
    ),
    Section(
        "robustness",
        "07_check_robustness",
        ("claims", "robustness", "breakdown", "trends", "bunching", "bounds", "specification_curve"),
        ("robustness", "specification_curve", "power"),
    ),
    Section("years", "08_compare_years", ("year_comparison",), ("indicators_by_year",)),
    Section("answers"),
    Section("limits"),
    Section("recommendations"),
    Section("rerun"),
    Section("annex"),
)  # fmt: skip


@dataclass(frozen=True)
class AnnexGroup:
    """A folded group of the annex: tables of the steps, and tables that the report makes itself (``own``)."""

    name: str
    title: Text
    exhibits: tuple[str, ...] = ()
    own: tuple[str, ...] = ()


ANNEX_GROUPS: tuple[AnnexGroup, ...] = (
    AnnexGroup(
        "surveys",
        Text(ru="Как проведены опросы", en="How the surveys were done"),
        (
            "survey_waves", "survey_rates", "survey_exclusions", "survey_quality", "survey_schemes",
            "survey_row_accounts",
        ),
        ("survey_method",),
    ),
    AnnexGroup("instruments", Text(ru="Анкеты", en="Questionnaires"), own=("instruments",)),
    AnnexGroup("fact_check", Text(ru="Проверка утверждений", en="Fact check"), own=("fact_check",)),
    AnnexGroup(
        "plan",
        Text(ru="План анализа, модели и отступления", en="Analysis plan, models and departures"),
        ("plan_record", "plan_deviations"),
        ("model_variables",),
    ),
    AnnexGroup(
        "reproducibility",
        Text(ru="Отпечатки полученных файлов", en="Fingerprints of the received files"),
        own=("received_files",),
    ),
)  # fmt: skip
OTHER_GROUP = Text(ru="Прочее", en="Other")
OWN_FIGURES = ("theory_of_change",)

# sections that tell of the findings of steps which no section rests on
STEP_SECTIONS = {"05a_follow_reach": "support", "02_clean_survey": "voices"}
# what the sections are called that rest on one step, where no text says it
TITLES: dict[str, Text] = {
    "coverage": Text(ru="Кого охватывает программа", en="Whom the programme reaches"),
    "unevenness": Text(ru="Неравномерность и случай", en="Unevenness and chance"),
    "access": Text(ru="Далеко ли до мероприятий", en="How far the events are"),
    "support": Text(ru="Какую поддержку получили территории", en="What support the territories received"),
    "voices": Text(ru="Что говорят участники и жители", en="What participants and residents say"),
    "outcomes": Text(ru="Как поддержка связана с результатами", en="How support relates to outcomes"),
    "robustness": Text(ru="Насколько прочны выводы", en="How firm the conclusions are"),
    "years": Text(ru="Что изменилось за год", en="What changed over the year"),
}

# the numbers that open the report, of which the first six that exist are shown
TILES: tuple[tuple[str, Text], ...] = (
    ("units_applied_share", Text(ru="территорий подали заявки", en="of territories applied")),
    ("applications", Text(ru="подано", en="submitted")),
    ("funded", Text(ru="поддержано", en="supported")),
    ("cost_total", Text(ru="стоимость проектов", en="cost of the projects")),
    ("units_trained_share", Text(ru="территорий прошли обучение", en="of territories were trained")),
    ("participations", Text(ru="жители в обсуждениях", en="residents taking part")),
    ("own_session", Text(ru="связь с собственным занятием", en="association with the own session")),
    ("peers_association", Text(ru="связь с участием соседей", en="association with peers' take-up")),
    ("peers_instrumented", Text(ru="то же через инструмент", en="the same, instrumented")),
    ("rows_kept", Text(ru="принято из полученных", en="kept of those received")),
)

FIGURES: dict[str, tuple[Text, Text]] = {
    "coverage_map": (
        Text(ru="Заявки по территориям", en="Applications by territory"),
        Text(
            ru="Карта территорий: чем темнее территория, тем больше заявок; штриховка — нет данных. Значения по "
            "территориям — в таблице раздела.",
            en="Map of the territories: the darker a territory, the more applications; hatching means no data. The "
            "values by territory are in the section's table.",
        ),
    ),
    "training_map": (
        Text(ru="Обучение по территориям", en="Training by territory"),
        Text(
            ru="Карта территорий: чем темнее территория, тем больше её людей прошли обучение; малые числа скрыты.",
            en="Map of the territories: the darker a territory, the more of its people were trained; small counts are "
            "hidden.",
        ),
    ),
    "applications_by_year": (
        Text(ru="Заявки по территориям и годам", en="Applications by territory and year"),
        Text(
            ru="Малые карты по годам на одной шкале, в нынешних границах: чем темнее территория, тем больше заявок.",
            en="Small maps by year on one scale, in the present boundaries: the darker a territory, the more "
            "applications.",
        ),
    ),
    "lorenz": (
        Text(ru="Кривые Лоренца", en="Lorenz curves"),
        Text(
            ru="По горизонтали — доля жителей (или другого знаменателя), от территорий с наименьшей долей к "
            "наибольшей, по вертикали — доля показателя; прямая — равенство. Числа — в таблице раздела.",
            en="Across: share of residents (or another denominator) from the territories with the least to those with "
            "the most; up: share of the indicator; the straight line is equality. The numbers are in the section's "
            "table.",
        ),
    ),
    "unevenness_parts": (
        Text(ru="Неравномерность между группами и внутри них", en="Unevenness between and within groups"),
        Text(
            ru="Доли индекса Тейла: сколько неравномерности лежит между типами территорий, Севером и остальными, "
            "малыми и большими, а сколько — внутри этих групп.",
            en="Parts of Theil's index: how much of the unevenness lies between types of territories, the North and "
            "the others, small and large, and how much within these groups.",
        ),
    ),
    "funnel": (
        Text(ru="Воронка: чьё отличие больше случайного", en="Funnel: whose difference exceeds chance"),
        Text(
            ru="Точки — территории: число жителей и проектов на 10 000 жителей; линии — пределы, за которые при равных "
            "условиях случайно выходят 5 % и 0,2 % территорий.",
            en="Dots are territories: residents and projects per 10,000 residents; lines are limits that 5% and 0.2% "
            "of territories would pass by chance under equal conditions.",
        ),
    ),
    "cluster_map": (
        Text(ru="Скопления похожих соседей", en="Clusters of like neighbours"),
        Text(
            ru="Карта: территории, где проектов на жителя много (мало) и у соседей тоже, и те, что отличаются от "
            "соседей; только найденные после контроля ложных открытий.",
            en="Map: territories with many (few) projects per resident among neighbours alike, and those unlike their "
            "neighbours; only those found after the control of false discoveries.",
        ),
    ),
    "access": (
        Text(ru="Путь жителей до ближайшего мероприятия", en="Residents' way to the nearest event"),
        Text(
            ru="Доля жителей, у которых ближайшее мероприятие не дальше указанного: как было в этом году и по "
            "предложению.",
            en="Share of residents whose nearest event is at most so far: as held this year and as proposed.",
        ),
    ),
    "reach_by_year": (
        Text(ru="Охват территорий по видам поддержки", en="Territories reached by stream of support"),
        Text(
            ru="Линии по годам: доля действующих территорий, до которых дошёл каждый вид поддержки, с 95 % полосой; "
            "линия прерывается там, где годы нельзя сравнивать.",
            en="Lines by year: share of the territories in force that each stream reached, with a 95% band; a line "
            "breaks where years cannot be compared.",
        ),
    ),
    "support_by_year": (
        Text(ru="Потоки поддержки по годам", en="Streams of support by year"),
        Text(
            ru="Столбики по годам для каждого потока поддержки: мероприятия, участия людей, доля охваченных "
            "территорий. Числа — в таблице раздела.",
            en="Bars by year for each stream of support: events, attendances, share of territories reached. The "
            "numbers are in the section's table.",
        ),
    ),
    "exchange_network": (
        Text(ru="Кто с кем делится опытом", en="Who shares experience with whom"),
        Text(
            ru="Сеть обмена: точки — территории на своих местах, стрелки идут от тех, кто делится опытом, к тем, кто "
            "перенимает; серые точки — территории без связей.",
            en="Network of exchange: dots are territories in their places, arrows run from those who share experience "
            "to those who take it over; grey dots are territories without ties.",
        ),
    ),
    "survey_flow": (
        Text(ru="От полученных анкет к анализу", en="From questionnaires received to those analysed"),
        Text(
            ru="Схема: сколько анкет получено, прочитано, подошло и исключено каждым правилом; сколько осталось.",
            en="Flow chart: questionnaires received, read, eligible, excluded by each rule, and left.",
        ),
    ),
    "participant_ratings": (
        Text(ru="Как участники оценили занятия", en="How participants rated the events"),
        Text(
            ru="Полосы расходятся от середины: влево — несогласие, вправо — согласие; серым — спрошенные без оценки. "
            "Справа — число ответивших, взвешенное число и доля высоких оценок.",
            en="Bars diverge from the middle: disagreement to the left, agreement to the right; grey: asked without a "
            "rating. At the right: people who answered, weighted number, share of high ratings.",
        ),
    ),
    "learning_change": (
        Text(ru="Тест до и после занятия", en="Test before and after an event"),
        Text(
            ru="Кружки соединяют средние до и после у одних и тех же людей; справа — изменение с интервалом и число "
            "пар.",
            en="Dots join the means before and after of the same people; at the right the change with its interval and "
            "the number of pairs.",
        ),
    ),
    "resident_ratings": (
        Text(ru="Чем довольны жители", en="What residents are content with"),
        Text(
            ru="Полосы расходятся от середины: влево — недовольство, вправо — довольство; серым — спрошенные без "
            "оценки. Справа — число ответивших, взвешенное число и доля высоких оценок с интервалом.",
            en="Bars diverge from the middle: discontent to the left, content to the right; grey: asked without a "
            "rating. At the right: people who answered, weighted number, share of high ratings with its interval.",
        ),
    ),
    "resident_channels": (
        Text(ru="Откуда жители узнают о проектах", en="Where residents learn of projects"),
        Text(
            ru="Столбики: доля всех спрошенных, назвавших источник, с интервалом; источников можно было назвать "
            "несколько.",
            en="Bars: share of all asked who named a source, with its interval; several could be named.",
        ),
    ),
    "main_estimates": (
        Text(ru="Связь поддержки с результатами", en="Association of support with outcomes"),
        Text(
            ru="Точки — оценки моделей, отрезки — их 95 % интервалы, вертикальная черта — отсутствие связи. Числа — в "
            "таблице раздела.",
            en="Dots are the models' estimates, lines their 95% intervals, the vertical line means no association. The "
            "numbers are in the section's table.",
        ),
    ),
    "event_study": (
        Text(ru="До и после первого обучения", en="Before and after first training"),
        Text(
            ru="Оценки по годам до и после первого обучения с интервалами: слева от пунктира — до обучения, где связи "
            "быть не должно, справа — после.",
            en="Estimates by year before and after first training with intervals: left of the dashed line, before "
            "training, there should be no association; right of it, after.",
        ),
    ),
    "team_survival": (
        Text(ru="Сколько живут проектные команды", en="How long project teams last"),
        Text(
            ru="Доля команд, ещё подающих заявки, по годам от начала, с 95 % полосой: с совместным обучением и без "
            "него. Под рисунком — сколько команд ещё наблюдается.",
            en="Share of teams still applying by years since their start, with a 95% band: with joint training and "
            "without it. Below the figure stands how many teams are still observed.",
        ),
    ),
    "robustness": (
        Text(ru="Что меняется при других решениях", en="What changes under other decisions"),
        Text(
            ru="Оценки проверок рядом с основной: точки и их 95 % интервалы. Числа — в таблице раздела.",
            en="Estimates of the checks beside the main one: dots and their 95% intervals. The numbers are in the "
            "section's table.",
        ),
    ),
    "specification_curve": (
        Text(ru="Кривая спецификаций: обучение", en="Specification curve: training"),
        Text(
            ru="Оценки основной модели при всех заявленных в плане сочетаниях решений, по величине; под каждой "
            "отмечены принятые решения. Доли — в таблице раздела.",
            en="Estimates of the main model under every combination of decisions declared in the plan, by size; the "
            "decisions are marked below each. The shares are in the section's table.",
        ),
    ),
    "power": (
        Text(ru="Какую величину можно было заметить: обучение", en="What size could have been seen: training"),
        Text(
            ru="Вероятность отличить связь от нуля в зависимости от её истинной величины; вертикальные черты — "
            "величина, заметная с вероятностью 80 %, и наша оценка.",
            en="Probability of telling the association from zero against its true size; vertical lines mark the size "
            "noticed with 80% probability and our estimate.",
        ),
    ),
    "indicators_by_year": (
        Text(ru="Показатели по годам", en="Indicators by year"),
        Text(
            ru="Малые графики показателей по годам; пунктир отмечает разрыв ряда, через который линия не идёт.",
            en="Small charts of the indicators by year; a dashed line marks a break of the series, which no line "
            "crosses.",
        ),
    ),
}


def figure_texts(name: str) -> tuple[Text, Text]:
    """Title and description of a figure; its name for a figure that the package does not know."""
    plain = Text(ru=name.replace("_", " "), en=name.replace("_", " "))
    return FIGURES.get(name, (plain, plain))
