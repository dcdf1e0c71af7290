"""How each survey was done, as good pollsters disclose it: whom, how, when, how many, with what weights and risks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from evaluation.codebook import Codebook
from evaluation.display.exhibit import Exhibit
from evaluation.display.plan_exhibits import numbered, say_rows
from evaluation.display.tables import exhibit
from evaluation.display.wording import MISSING, SOURCES, format_date, format_number, is_missing, label_of
from evaluation.settings import LANGUAGES, Language, Survey, Text

NAME = "survey_method"
FEW_ANSWERS = 100
_ROWS: dict[str, Text] = {
    "population": Text(ru="О ком", en="Population"),
    "mode": Text(ru="Как спрашивали", en="Mode"),
    "design": Text(ru="Как отбирали", en="Sampling"),
    "frame": Text(ru="Основа отбора, человек", en="Frame, people"),
    "field": Text(ru="Когда", en="Field dates"),
    "invited": Text(ru="Приглашено", en="Invited"),
    "answered": Text(ru="Ответили", en="Answered"),
    "response": Text(ru="Доля ответивших", en="Response rate"),
    "weights": Text(ru="Веса", en="Weights"),
    "risks": Text(ru="Что могло исказить", en="What can go wrong"),
}
_DESIGNS: dict[str, Text] = {
    "census": Text(ru="сплошной опрос: спросили всех", en="census: everybody was asked"),
    "srs": Text(ru="простая случайная выборка", en="simple random sample"),
    "stratified": Text(ru="случайная выборка по слоям", en="stratified random sample"),
    "cluster": Text(ru="случайная выборка гнёзд", en="random sample of clusters"),
    "quota": Text(ru="квоты, отбор не случайный", en="quotas, no random selection"),
    "convenience": Text(ru="кто откликнулся, отбор не случайный", en="whoever answered, no random selection"),
}
_RANDOM = ("srs", "stratified", "cluster")
_RISKS: dict[str, Text] = {
    "silent": Text(
        ru="не ответили {share}: если они думают иначе, доли сдвинуты",
        en="{share} did not answer: if they think otherwise, shares are off",
    ),
    "unknown_response": Text(
        ru="сколько людей приглашали, не записано: долю ответивших не узнать",
        en="how many were invited is not recorded: the response rate cannot be told",
    ),
    "few": Text(ru="ответов мало: доли грубы", en="few answers: shares are coarse"),
    "chosen": Text(
        ru="отбор не случайный: погрешность не определена, на всех не переносится",
        en="no random selection: no margin of error, and no carrying over to all",
    ),
    "sampled": Text(
        ru="спрошена выборка: случайная погрешность показана интервалами",
        en="a sample was asked: chance error is shown by intervals",
    ),
    "unweighted": Text(ru="веса не применялись", en="no weights were applied"),
    "wording": Text(
        ru="формулировка и порядок вопросов тоже двигают ответы (анкеты — в приложении)",
        en="wording and order of questions move answers too (questionnaires are in the annex)",
    ),
}
_WEIGHTED = Text(
    ru="по {variables}; эффективных анкет {n_eff}, эффект взвешивания {deff}",
    en="by {variables}; effective questionnaires {n_eff}, design effect of weighting {deff}",
)


def survey_method(
    waves: pd.DataFrame, schemes: pd.DataFrame | None, surveys: Mapping[str, Survey], codebook: Codebook | None, *,
    simulated: bool = False,
) -> Exhibit | None:  # fmt: skip
    """A table with a column a wave and a row a fact; None without waves.

    ``waves`` and ``schemes`` satisfy the contracts ``survey_waves`` and ``survey_schemes``; ``surveys`` are the year's
    settings, whose words exist in both languages.
    """
    if waves.empty:
        return None
    settings = {survey.instrument: survey for survey in surveys.values()}
    columns: dict[str, list[Text]] = {}
    labels: dict[str, Text] = {"fact": Text(ru="Что", en="What")}
    for wave in waves.to_dict("records"):
        name = str(wave["instrument"])
        columns[name] = _facts(wave, _scheme(schemes, str(wave["wave_id"])), settings.get(name), codebook)
        source = f"{name}_survey"
        labels[name] = Text(**{each: SOURCES.get(source, (name, name))[LANGUAGES.index(each)] for each in LANGUAGES})
    frame = pd.DataFrame({name: numbered(len(_ROWS)) for name in ("fact", *columns)})
    made = exhibit(
        frame, None, NAME, "Как проведены опросы", "How the surveys were done",
        "Доля ответивших — ответившие ко всем приглашённым; подробные доли по определениям AAPOR — в таблице долей.",
        "The response rate is those who answered over all invited; rates by the definitions of AAPOR stand in the "
        "table of rates.",
        name=NAME, labels=labels, simulated=simulated,
    )  # fmt: skip
    made = say_rows(made, "fact", list(_ROWS.values()))
    for name, facts in columns.items():
        made = say_rows(made, name, facts)
    return made


def _scheme(schemes: pd.DataFrame | None, wave_id: str) -> dict[str, Any] | None:
    """The wave's calibrated weights; None where it has base weights alone."""
    if schemes is None or schemes.empty:
        return None
    rows = schemes[(schemes["wave_id"] == wave_id) & schemes["variables"].fillna("").astype("str").ne("")]
    return None if rows.empty else {str(key): value for key, value in rows.iloc[0].to_dict().items()}


def _facts(
    wave: Mapping[str, Any], scheme: Mapping[str, Any] | None, survey: Survey | None, codebook: Codebook | None
) -> list[Text]:
    told: list[dict[Language, str]] = [{} for _ in _ROWS]
    for language in LANGUAGES:
        population = survey.population.in_language(language) if survey else str(wave["population"])
        mode = survey.mode.in_language(language) if survey and survey.mode else wave["mode"]
        rate = _rate(wave)
        answers = [
            population,
            MISSING[language] if mode is None or pd.isna(mode) else str(mode),
            _DESIGNS[str(wave["design"])].in_language(language),
            format_number(wave["frame_n"], language, 0),
            _days(wave, language),
            format_number(wave["invited_n"], language, 0),
            format_number(wave["answered_n"], language, 0),
            MISSING[language] if rate is None else format_number(rate, language, 1, "share"),
            _weights(scheme, codebook, language),
            "; ".join(_risks(wave, rate, scheme is None, language)),
        ]
        for cell, answer in zip(told, answers, strict=True):
            cell[language] = answer
    return [Text(ru=cell["ru"], en=cell["en"]) for cell in told]


def _rate(wave: Mapping[str, Any]) -> float | None:
    invited, answered = wave["invited_n"], wave["answered_n"]
    if is_missing(invited) or is_missing(answered) or not float(invited):
        return None
    return float(answered) / float(invited)


def _days(wave: Mapping[str, Any], language: Language) -> str:
    first, last = (format_date(wave[name], language) for name in ("field_from", "field_to"))
    return first if first == last else f"{first} — {last}"


def _weights(scheme: Mapping[str, Any] | None, codebook: Codebook | None, language: Language) -> str:
    if scheme is None:
        return _RISKS["unweighted"].in_language(language)
    names = [name.strip() for name in str(scheme["variables"]).split(";")]
    variables = ", ".join(
        label_of(codebook, ("survey_responses", "population"), name, language).lower() for name in names
    )
    return _WEIGHTED.in_language(language).format(
        variables=variables, n_eff=format_number(scheme["n_eff"], language, 0),
        deff=format_number(scheme["kish_deff"], language, 2),
    )  # fmt: skip


def _risks(wave: Mapping[str, Any], rate: float | None, unweighted: bool, language: Language) -> list[str]:
    found = []
    if rate is None:
        found.append("unknown_response")
    elif rate < 1:
        found.append("silent")
    if str(wave["design"]) in ("quota", "convenience"):
        found.append("chosen")
    if str(wave["design"]) in _RANDOM:
        found.append("sampled")
    if not is_missing(wave["answered_n"]) and float(wave["answered_n"]) < FEW_ANSWERS:
        found.append("few")
    if unweighted and str(wave["design"]) != "census":
        found.append("unweighted")
    share = "" if rate is None else format_number(1 - rate, language, 1, "share")
    return [_RISKS[name].in_language(language).format(share=share) for name in (*found, "wording")]
