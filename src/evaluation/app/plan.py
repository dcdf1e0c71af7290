"""The analysis plan of a year in words."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from evaluation.app.language import Language
from evaluation.display.plan_exhibits import BASES, CHANGES, FIELDS, VERDICTS
from evaluation.effects.plan_dates import PlanDates, compare_dates, deviations
from evaluation.places import Workspace
from evaluation.settings import InputProblem, Model, Plan, Robustness

DESIGNS = {
    "association": ("связь, без утверждения о причине", "association, no claim about causes"),
    "two_way_fixed_effects": (
        "связь при постоянных различиях территорий и лет",
        "association at fixed differences of units and years",
    ),
    "event_study": ("по годам от первого участия", "by years since first participation"),
    "randomised": ("случайное распределение", "random assignment"),
    "instrument": ("инструментальная переменная", "instrumental variable"),
    "staggered": ("поэтапное начало, сравнение с ещё не обученными", "staggered start, compared with not yet trained"),
    "exposure_mapping": ("воздействие через связи обмена", "exposure through ties of exchange"),
    "selection_on_observed": ("отбор по известным признакам", "selection on what is observed"),
    "cutoff": ("сравнение у порога конкурса", "comparison at the contest's cut-off"),
}
KINDS = {
    "primary": ("первичный: есть у каждой территории", "primary: every unit has it"),
    "secondary": (
        "вторичный: есть только у подавших заявку, рядом даны границы",
        "secondary: only applicants have it, bounds are given",
    ),
}  # fmt: skip
WORDS = {
    "title": ("План анализа на {year} год, записан {date}.", "Analysis plan of {year}, written on {date}."),
    "questions": ("Вопросы", "Questions"),
    "models": ("Модели", "Models"),
    "main": ("основная", "main"),
    "dates": ("Что было раньше: {verdict} — {basis}.", "Which came first: {verdict}, {basis}."),
    "plan_on": ("план записан", "plan written"),
    "outcomes_on": ("первые результаты получены", "first outcomes arrived"),
    "departures": ("Отступления от плана", "Departures from the plan"),
    "no_departures": ("не найдено и не заявлено", "none found, none stated"),
    "departures_unknown": (
        "план в его первой записи неизвестен; не заявлено ни одного",
        "the plan as first written is not known; none is stated",
    ),
    "families": ("Гипотезы, которые судят вместе", "Hypotheses judged together"),
    "outcome": ("результат", "outcome"),
    "kind": ("вид результата", "kind of outcome"),
    "population": ("о ком", "about whom"),
    "timing": ("когда измерено", "when measured"),
    "hypothesis_family": ("судят вместе с", "judged together with"),
    "offset": ("в расчёте на", "counted per"),
    "weights": ("веса", "weights"),
    "inference": ("погрешности и p", "errors and p"),
    "geography": ("границы", "boundaries"),
    "exposures": ("воздействия", "exposures"),
    "controls": ("поправки", "controls"),
    "fixed_effects": ("постоянные эффекты", "fixed effects"),
    "instruments": ("инструменты", "instruments"),
    "clusters": ("группы для погрешностей", "clusters of errors"),
    "second_clusters": ("вторые группы для погрешностей", "second clusters of errors"),
    "conley": ("погрешности связаны до, км; лет", "errors related up to, km; years"),
    "estimand": ("что оценивается", "what is estimated"),
    "design": ("построение", "design"),
    "assumption": ("допущение", "assumption"),
    "would_refute": ("что опровергло бы", "what would refute it"),
    "robustness": ("Проверки устойчивости", "Checks of robustness"),
    "drop_units": ("без территорий", "without the units"),
    "placebo": ("ложное воздействие раньше на, лет", "placebo exposure earlier by, years"),
    "placebo_years": ("ложные годы первого обучения", "false years of first training"),
    "negative_controls": ("результаты, которых программа не касается", "outcomes that the programme cannot touch"),
    "curve": ("кривая спецификаций, все сочетания", "specification curve, all combinations"),
    "bootstrap": ("повторений бутстрепа", "bootstrap draws"),
    "permutations": ("перестановок", "permutations"),
    "networks": ("перестановок сети обмена", "exchange networks dealt anew"),
}


def plan_in_words(workspace: Workspace, year: int, language: Language) -> str:
    """The plan's questions, models and checks as text. Raises InputProblem where the year has no plan."""
    plan = workspace.plan(year)
    if plan is None:
        path = workspace.plan_file(year)
        raise InputProblem(
            f"План анализа на {year} год не записан: нет файла {path}. "
            "Запишите его до того, как придут результаты года.",
            f"There is no analysis plan of {year}: no file {path}. Write it before that year's outcomes arrive.",
        )
    history = workspace.plan_history(year)
    dates = compare_dates(plan.declared_on, history, workspace.arrivals(year))
    departures = deviations(history.first if history.known else None, plan.models, plan.deviations)
    return "\n".join(_lines(plan, dates, departures, language))


def _date(day: dt.date | None, language: Language) -> str:
    if day is None:
        return "—"
    return day.strftime("%d.%m.%Y") if language == "ru" else day.isoformat()


def _lines(plan: Plan, dates: PlanDates, departures: pd.DataFrame, language: Language) -> list[str]:
    said = {name: pair[0 if language == "ru" else 1] for name, pair in WORDS.items()}
    verdict, basis = (words.in_language(language) for words in (VERDICTS[dates.verdict], BASES[dates.basis]))
    lines = [
        said["title"].format(year=plan.year, date=_date(plan.declared_on, language)),
        said["dates"].format(verdict=verdict, basis=basis),
        f"  {said['plan_on']}: {_date(dates.plan_on, language)}; "
        f"{said['outcomes_on']}: {_date(dates.outcomes_on, language)}",
        "",
        said["questions"],
    ]
    lines += [f"  {question.id}  {question.text.in_language(language)}" for question in plan.questions]
    if plan.hypothesis_families:
        lines += ["", said["families"]]
        lines += [
            f"  {family.name} ({family.method}): {family.text.in_language(language)}"
            for family in plan.hypothesis_families
        ]
    lines += ["", said["models"]]
    for model in plan.models:
        lines += _model_lines(model, said, language)
    lines += ["", said["robustness"], *_robustness_lines(plan.robustness, said), "", said["departures"]]
    nothing = said["no_departures" if dates.basis == "commit" else "departures_unknown"]
    return lines + (_departure_lines(departures, language) or [f"  {nothing}"])


def _robustness_lines(checks: Robustness, said: dict[str, str]) -> list[str]:
    curve = checks.specification_curve
    alternatives = [] if curve is None else [
        *curve.outcomes, *curve.families, *curve.geographies, *(" + ".join(each) for each in curve.controls if each),
        *(" + ".join(each) for each in curve.fixed_effects if each), *(sample.name for sample in curve.samples),
    ]  # fmt: skip
    facts = {
        "drop_units": ", ".join(checks.drop_units),
        "placebo": checks.placebo_lead_years,
        "placebo_years": ", ".join(map(str, checks.placebo_years)),
        "negative_controls": ", ".join(checks.negative_control_outcomes),
        "curve": ", ".join(alternatives),
        "bootstrap": checks.bootstrap_draws,
        "permutations": checks.permutation_draws,
        "networks": checks.network_draws,
    }
    return [f"  {said[name]}: {value}" for name, value in facts.items() if value]


def _departure_lines(departures: pd.DataFrame, language: Language) -> list[str]:
    lines = []
    for row in departures.to_dict("records"):
        change = CHANGES[str(row["change"])].in_language(language)
        field = f" ({FIELDS[row['field']].in_language(language)})" if row["field"] else ""
        turned = f": {row['planned'] or '—'} → {row['executed'] or '—'}" if row["planned"] or row["executed"] else ""
        stated = ". ".join(str(row[f"{name}_{language}"]) for name in ("what", "why") if row[f"{name}_{language}"])
        lines.append(f"  {row['model'] or '*'}: {change}{field}{turned}{f' — {stated}' if stated else ''}")
    return lines


def _model_lines(model: Model, said: dict[str, str], language: Language) -> list[str]:
    main = f" ({said['main']})" if model.is_main else ""
    position = 0 if language == "ru" else 1
    facts = {
        "outcome": model.outcome,
        "kind": KINDS[model.kind][position],
        "exposures": ", ".join(model.exposures),
        "population": model.population.in_language(language) if model.population else "",
        "timing": model.timing.in_language(language) if model.timing else "",
        "offset": model.offset or "",
        "weights": model.weights or "",
        "controls": ", ".join(model.controls),
        "fixed_effects": ", ".join(model.fixed_effects),
        "instruments": ", ".join(model.instruments),
        "clusters": model.clusters,
        "second_clusters": model.second_clusters or "",
        "conley": f"{model.conley.cutoff_km:g}; {model.conley.serial_lags}" if model.conley else "",
        "geography": model.geography or "",
        "inference": ", ".join(model.inference),
        "hypothesis_family": model.hypothesis_family or "",
        "estimand": model.estimand.in_language(language),
        "design": DESIGNS[model.design][position],
        "assumption": model.assumption.in_language(language),
        "would_refute": model.would_refute.in_language(language) if model.would_refute else "",
    }
    head = f"  {model.question}  {model.name}: {model.family}{main}"
    return [head, *(f"       {said[name]}: {value}" for name, value in facts.items() if value)]
