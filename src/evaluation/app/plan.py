"""The analysis plan of a year in words."""

from __future__ import annotations

from evaluation.app.language import Language
from evaluation.places import Workspace
from evaluation.settings import InputProblem, Model, Plan

DESIGNS = {
    "association": ("связь, без утверждения о причине", "association, no claim about causes"),
    "two_way_fixed_effects": (
        "связь при постоянных различиях территорий и лет", "association at fixed differences of units and years",
    ),
    "event_study": ("по годам от первого участия", "by years since first participation"),
    "randomised": ("случайное распределение", "random assignment"),
    "instrument": ("инструментальная переменная", "instrumental variable"),
}  # fmt: skip
WORDS = {
    "title": ("План анализа на {year} год, записан {date}.", "Analysis plan of {year}, written on {date}."),
    "questions": ("Вопросы", "Questions"),
    "models": ("Модели", "Models"),
    "main": ("основная", "main"),
    "outcome": ("результат", "outcome"),
    "exposures": ("воздействия", "exposures"),
    "controls": ("поправки", "controls"),
    "fixed_effects": ("постоянные эффекты", "fixed effects"),
    "instruments": ("инструменты", "instruments"),
    "clusters": ("группы для погрешностей", "clusters of errors"),
    "estimand": ("что оценивается", "what is estimated"),
    "design": ("построение", "design"),
    "assumption": ("допущение", "assumption"),
    "would_refute": ("что опровергло бы", "what would refute it"),
    "robustness": ("Проверки устойчивости", "Checks of robustness"),
    "drop_units": ("без территорий", "without the units"),
    "placebo": ("ложное воздействие раньше на, лет", "placebo exposure earlier by, years"),
    "bootstrap": ("повторений бутстрепа", "bootstrap draws"),
    "permutations": ("перестановок", "permutations"),
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
    return "\n".join(_lines(plan, language))


def _lines(plan: Plan, language: Language) -> list[str]:
    said = {name: pair[0 if language == "ru" else 1] for name, pair in WORDS.items()}
    date = plan.declared_on.strftime("%d.%m.%Y") if language == "ru" else plan.declared_on.isoformat()
    lines = [said["title"].format(year=plan.year, date=date), "", said["questions"]]
    lines += [f"  {question.id}  {question.text.in_language(language)}" for question in plan.questions]
    lines += ["", said["models"]]
    for model in plan.models:
        lines += _model_lines(model, said, language)
    checks = plan.robustness
    lines += ["", said["robustness"]]
    facts = {
        "drop_units": ", ".join(checks.drop_units),
        "placebo": checks.placebo_lead_years,
        "bootstrap": checks.bootstrap_draws,
        "permutations": checks.permutation_draws,
    }
    return lines + [f"  {said[name]}: {value}" for name, value in facts.items() if value]


def _model_lines(model: Model, said: dict[str, str], language: Language) -> list[str]:
    main = f" ({said['main']})" if model.is_main else ""
    design = DESIGNS[model.design][0 if language == "ru" else 1]
    facts = {
        "outcome": model.outcome,
        "exposures": ", ".join(model.exposures),
        "controls": ", ".join(model.controls),
        "fixed_effects": ", ".join(model.fixed_effects),
        "instruments": ", ".join(model.instruments),
        "clusters": model.clusters,
        "estimand": model.estimand.in_language(language),
        "design": design,
        "assumption": model.assumption.in_language(language),
        "would_refute": model.would_refute.in_language(language) if model.would_refute else "",
    }
    head = f"  {model.question}  {model.name}: {model.family}{main}"
    return [head, *(f"       {said[name]}: {value}" for name, value in facts.items() if value)]
