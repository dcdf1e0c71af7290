"""The report's sections, and what its figures are called and show."""

from __future__ import annotations

from dataclasses import dataclass

from evaluation.settings import Text


@dataclass(frozen=True)
class Section:
    """A section: the step it rests on (it does not apply where the step does not), its tables and figures.

    Tables and figures that the section's text does not place itself follow the text in this order.
    """

    name: str
    step: str | None = None
    exhibits: tuple[str, ...] = ()
    figures: tuple[str, ...] = ()


SECTIONS: tuple[Section, ...] = (
    Section("summary"),
    Section("questions"),
    Section(
        "data",
        exhibits=("row_accounts", "reconciliation"),
    ),
    Section("coverage", "04_map_coverage", ("coverage", "white_spots"), ("coverage_map", "training_map")),
    Section(
        "support",
        "05_describe_support",
        ("support_by_year", "projects_by_topic", "survey_ratings"),
        ("support_by_year", "exchange_network"),
    ),
    Section(
        "outcomes",
        "06_estimate_outcomes",
        ("readings", "estimates", "evidence", "plan_record", "plan_deviations"),
        ("main_estimates", "event_study", "team_survival"),
    ),
    Section(
        "robustness",
        "07_check_robustness",
        ("robustness", "breakdown", "trends", "bunching", "bounds", "specification_curve", "claims"),
        ("robustness", "power", "specification_curve"),
    ),
    Section("years", "08_compare_years", ("year_comparison",), ("indicators_by_year",)),
    Section("limits"),
    Section("rerun"),
    Section("annex", exhibits=("survey_row_accounts", "issues_by_rule", "panel_by_year", "crosswalk_open")),
)  # fmt: skip

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
