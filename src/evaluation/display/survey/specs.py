"""The survey's tables: title, note, columns in order, their units and digits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from evaluation.settings import Text

_NO_NOTE = Text(ru="", en="")


@dataclass(frozen=True)
class Spec:
    """A table: its title and note, its columns in order, their units and digits, and which of them are changes."""

    title: Text
    columns: tuple[str, ...]
    note: Text = _NO_NOTE
    units: Mapping[str, str] = field(default_factory=dict)
    decimals: Mapping[str, int] = field(default_factory=dict)
    signed: tuple[str, ...] = ()


def _t(ru: str, en: str) -> Text:
    return Text(ru=ru, en=en)


_SHARE = "share"
TABLES_OF_SURVEY: dict[str, Spec] = {
    "survey_waves": Spec(
        _t("Кого и как спросили", "Who was asked, and how"),
        ("instrument", "population", "mode", "design", "field_from", "field_to", "frame_n", "invited_n", "answered_n",
         "response_rate", "note"),
        units={"response_rate": _SHARE},
    ),
    "survey_estimates": Spec(
        _t("Оценки по анкетам", "Survey estimates"),
        ("item", "choice", "group", "statistic", "value", "low", "high", "n", "n_weighted", "n_eff", "deff", "asked",
         "dont_know", "refused", "no_answer", "note"),
        _t("«Затрудняюсь», отказы и пропуски не входят в значение. Интервалы есть только у вероятностных выборок.",
           "Don't know, refusals and blanks enter no value. Only probability samples have intervals."),
        units={"n_weighted": "count", "n_eff": "count", "deff": "ratio"},
        decimals={"n_weighted": 0, "n_eff": 0, "deff": 2},
    ),
    "survey_dispositions": Spec(
        _t("Чем кончились обращения", "How the approaches ended"),
        ("wave_id", "disposition", "n", "share", "note"), units={"share": _SHARE},
    ),
    "survey_rates": Spec(
        _t("Доли ответивших", "Response rates"),
        ("wave_id", "rate", "value", "numerator", "denominator", "e", "note"),
        _t("По стандартным определениям AAPOR (2023); e — какая доля людей с неизвестной пригодностью принята за "
           "подходящих.",
           "By AAPOR's standard definitions (2023); e is the share of those of unknown eligibility taken as eligible."),
        units={"value": _SHARE, "e": _SHARE, "numerator": "count", "denominator": "count"},
    ),
    "survey_quality": Spec(
        _t("Качество анкет", "Quality of the questionnaires"),
        ("wave_id", "flag", "responses", "measured", "flagged", "share", "median", "p95", "note"),
        _t("Признак — не исключение: исключают только правила, объявленные в плане.",
           "A flag excludes nothing: only rules declared in the plan do."),
        units={"share": _SHARE}, decimals={"median": 2, "p95": 2},
    ),
    "survey_exclusions": Spec(
        _t("Исключения по правилам плана", "Exclusions by the plan's rules"),
        ("wave_id", "step", "rule", "limit", "matched", "excluded", "remaining", "note"),
        _t("Правила применены по порядку: исключённая одним правилом анкета другим уже не считается.",
           "The rules were applied in order: a questionnaire left out by one is not counted again by another."),
    ),
    "survey_sensitivity": Spec(
        _t("Что меняют исключения", "What the exclusions change"),
        ("item", "choice", "group", "statistic", "value_all", "value", "difference", "n_all", "n", "is_inside", "note"),
        decimals={"value_all": 2, "value": 2, "difference": 2}, signed=("difference",),
    ),
    "survey_item_nonresponse": Spec(
        _t("На какие вопросы не отвечают", "Item non-response"),
        ("wave_id", "item", "asked", "answered", "dont_know", "refused", "no_answer", "invalid", "not_asked",
         "nonresponse_share", "dont_know_share"),
        units={"nonresponse_share": _SHARE, "dont_know_share": _SHARE},
    ),
    "survey_missing_patterns": Spec(
        _t("Каких ответов не хватает вместе", "Answers missing together"),
        ("group", "pattern", "missing_items", "not_asked_items", "n", "share"), units={"share": _SHARE},
    ),
    "survey_scales": Spec(
        _t("Шкалы и их надёжность", "Scales and their reliability"),
        ("instrument", "scale", "items_used", "n_complete", "n_scored", "mean", "sd", "alpha", "low", "high",
         "alpha_ordinal", "omega", "omega_ordinal", "is_shown", "note"),
        _t("Шкала показывается только вместе с надёжностью; интервал — для альфы (Фельдт).",
           "A scale is shown only with its reliability; the interval is alpha's (Feldt)."),
        decimals={"mean": 2, "sd": 2, "alpha": 2, "low": 2, "high": 2, "alpha_ordinal": 2, "omega": 2,
                  "omega_ordinal": 2},
    ),
    "survey_scale_items": Spec(
        _t("Вопросы шкал", "Items of the scales"),
        ("instrument", "scale", "item", "is_reversed", "n", "mean", "sd", "item_rest", "alpha_dropped",
         "loading", "note"),
        decimals={"mean": 2, "sd": 2, "item_rest": 2, "alpha_dropped": 2, "loading": 2},
    ),
    "event_ratings": Spec(
        _t("Как оценили каждое мероприятие", "How each event was rated"),
        ("event_id", "item", "attended", "rated", "dont_know", "response_rate", "mean", "top_share", "low", "high",
         "top_lowest", "top_highest", "p_adjusted", "verdict", "verdict_any_silence", "note"),
        _t("Границы: все, кто был и не оценил, поставили бы низшую или высшую оценку. Интервал — Уилсона.",
           "Worst and best case: all who came and did not rate gave the lowest or the highest mark. Interval: Wilson."),
        units={"response_rate": _SHARE, "top_share": _SHARE, "low": _SHARE, "high": _SHARE, "top_lowest": _SHARE,
               "top_highest": _SHARE, "p_adjusted": "p"},
        decimals={"mean": 2, "response_rate": 0, "top_share": 0, "low": 0, "high": 0, "top_lowest": 0,
                  "top_highest": 0},
    ),
    "rating_claims": Spec(
        _t("Утверждения об оценках", "Claims about ratings"),
        ("claim", "item", "threshold", "events", "events_rated", "holds", "fails", "cannot_tell", "share_above",
         "verdict", "verdict_any_silence", "note"),
        _t("Порог объявлен в плане заранее; поправка Холма на число мероприятий.",
           "The threshold was declared in the plan beforehand; Holm's correction for the number of events."),
        units={"threshold": _SHARE, "share_above": _SHARE},
    ),
    "survey_changes": Spec(
        _t("До и после", "Before and after"),
        ("measure", "statistic", "value", "low", "high", "p", "n", "note"),
        _t("Только те, кого удалось сопоставить; выбывшие учтены границами.",
           "Matched people only; those lost are allowed for by bounds."),
        units={"p": "p"}, decimals={"value": 2, "low": 2, "high": 2},
    ),
    "survey_pair_flow": Spec(
        _t("Кого удалось сравнить", "Who could be compared"), ("measure", "stage", "n"),
    ),
    "kirkpatrick": Spec(
        _t("Уровни Киркпатрика: что измерено", "Kirkpatrick's levels: what was measured"),
        ("level", "measure", "instrument", "items", "value", "low", "high", "lowest", "highest", "n", "asked",
         "response_rate", "says", "cannot_say", "note"),
        _t("Если поведение не изменилось, это не доказывает, что обучение бесполезно: на месте могло не быть "
           "возможности применить выученное.",
           "No change of behaviour does not prove training useless: the workplace may have left no room for it."),
        units={"response_rate": _SHARE}, decimals={"response_rate": 0},
    ),
    "survey_schemes": Spec(
        _t("Веса", "Weights"),
        ("wave_id", "scheme", "variables", "n", "population", "bound_low", "bound_high", "iterations", "max_gap",
         "kish_deff", "n_eff", "wmin", "wmax"),
        _t("Эффект плана показывает, во сколько раз неравные веса увеличивают дисперсию; эффективное n — сколько "
           "ответов с равными весами дали бы такую же точность.",
           "The design effect tells by how much unequal weights raise the variance; the effective n is how many "
           "answers of equal weight would be as precise."),
        decimals={"kish_deff": 2, "n_eff": 0, "wmin": 2, "wmax": 2, "bound_low": 2, "bound_high": 2},
    ),
}  # fmt: skip
