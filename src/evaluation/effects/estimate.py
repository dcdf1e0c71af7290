"""The one shape of a result: a tidy frame of estimates with its warnings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from evaluation.contracts import TABLES, conform
from evaluation.settings import LANGUAGES, Language, Model

COLUMNS = list(TABLES["estimates"].names)
FEW_TREATED_CLUSTERS = 10
# With fewer exposed clusters neither clustered errors (too small) nor the wild bootstrap (hardly ever rejects) hold
# their level in the simulation study (3 fails, 5 holds: docs/simulation_study.md; a test compares its table).
NO_RELIABLE_INTERVAL = 5
WEAK_FIRST_STAGE = 10.0

ESTIMANDS = {
    "poisson": "log_rate_ratio",
    "ols": "mean_difference",
    "logit": "log_odds_ratio",
    "iv": "instrumented_difference",
    "event_study": "log_rate_ratio",
    "negative_binomial": "log_rate_ratio",
    "zero_inflated": "log_rate_ratio_at_risk",
    "hurdle": "log_rate_ratio_positive",
    "ordered_logit": "log_cumulative_odds_ratio",
    "multilevel": "mean_difference",
    "random_effects": "mean_difference",
    "group_time": "log_rate_ratio",
    "imputation": "mean_difference",
    "sun_abraham": "mean_difference",
    "exposure_response": "log_rate_ratio",
    "diffusion": "log_hazard_ratio",
    "cutoff": "difference_at_cutoff",
    "local_randomisation": "difference_near_cutoff",
    "ipw": "mean_difference",
    "aipw": "mean_difference",
    "g_formula": "mean_difference",
    "cox": "log_hazard_ratio",
    "hazard": "log_hazard_ratio",
    "intention_to_treat": "intention_to_treat",
    "complier": "complier_difference",
}

WARNINGS: dict[str, dict[Language, str]] = {
    "few_treated_clusters": {
        "ru": "кластеров с воздействием всего {value}: p рассчитано диким бутстрепом, интервал ненадёжен",
        "en": "only {value} clusters were exposed: p comes from the wild bootstrap, the interval is unreliable",
    },
    "few_treated_clusters_permuted": {
        "ru": "кластеров с воздействием всего {value}: p рассчитано перестановкой историй, интервал ненадёжен",
        "en": "only {value} clusters were exposed: p comes from permuted histories, the interval is unreliable",
    },
    "few_treated_clusters_t": {
        "ru": "кластеров с воздействием всего {value}: интервал и p ненадёжны",
        "en": "only {value} clusters were exposed: the interval and p are unreliable",
    },
    "few_treated_units": {
        "ru": "в этот год от первого обучения обученных территорий всего {value}: интервал ненадёжен",
        "en": "only {value} trained units are seen this long after first training: the interval is unreliable",
    },
    "no_reliable_interval": {
        "ru": "кластеров с воздействием всего {value}, а при числе меньше "
        f"{NO_RELIABLE_INTERVAL} ни кластерные ошибки, ни бутстреп не держат заявленного уровня (исследование на "
        "моделированных программах): интервалу верить нельзя, смотрите перестановки историй обучения",
        "en": "only {value} clusters were exposed, and with fewer than "
        f"{NO_RELIABLE_INTERVAL} neither clustered errors nor the bootstrap hold their level (simulation study): trust "
        "no interval, read the permutation of training histories",
    },
    "units_always_trained": {
        "ru": "территорий, которых до обучения не видно, не вошло: {value}",
        "en": "units left out because they are never seen before training: {value}",
    },
    "units_without_reference": {
        "ru": "территорий без строки за год перед обучением не вошло: {value}",
        "en": "units left out because the year before their training is missing: {value}",
    },
    "rows_not_predicted": {
        "ru": "строк после обучения, которые необученные не позволяют предсказать, не вошло: {value}",
        "en": "rows after training left out because the untrained do not determine their prediction: {value}",
    },
    "rows_all_trained": {
        "ru": "строк за годы, когда обучены все, не вошло: {value}",
        "en": "rows left out because everyone is trained in their years: {value}",
    },
    "cells_without_overlap": {
        "ru": "ячеек «год первого обучения × год», где по признакам не с кем сравнить, не вошло: {value}",
        "en": "cells of first-training year and year left out because covariates leave nobody to compare with: {value}",
    },
    "rows_without_value": {
        "ru": "строк без нужного значения не вошло: {value}",
        "en": "rows left out because a needed value is missing: {value}",
    },
    "rows_without_population": {
        "ru": "строк без численности населения не вошло: {value}",
        "en": "rows left out because the population is not published: {value}",
    },
    "rows_unassigned": {
        "ru": "строк, которые нельзя отнести к территории, не вошло: {value}",
        "en": "rows left out because they belong to no known unit: {value}",
    },
    "units_always_zero": {
        "ru": "территорий без единого события не вошло (их эффект не определён): {value}",
        "en": "units left out because their outcome is always zero (their effect is not defined): {value}",
    },
    "cells_without_events": {
        "ru": "ячеек «год первого обучения × год» без событий не вошло: {value}",
        "en": "cells of first-training year and year left out because they hold no event: {value}",
    },
    "not_identified": {
        "ru": "не определяется по этим данным: нет изменений, отличимых от других переменных ({value})",
        "en": "not identified by these data: it does not vary apart from the other variables ({value})",
    },
    "singleton_rows": {
        "ru": "строк, единственных в своём уровне эффекта (они ни о чём не говорят): {value}",
        "en": "rows that are alone in a level of an effect (they say nothing): {value}",
    },
    "covariance_repaired": {
        "ru": "ковариация по нескольким признакам не была положительно определённой и исправлена",
        "en": "the covariance clustered in several dimensions was not positive definite and was repaired",
    },
    "no_unit_variance": {
        "ru": "дисперсия между территориями оценена нулём: это обычная регрессия без эффектов территорий",
        "en": "the variance between units is estimated as zero: this is least squares without unit effects",
    },
    "periods_left_out": {
        "ru": "периодов, где регрессия не определена, не вошло: {value}",
        "en": "periods left out because their regression is not defined: {value}",
    },
    "no_rows": {
        "ru": "ни одной строки для оценки; пусто в столбцах: {value}",
        "en": "no row to estimate from; empty: {value}",
    },
    "outcome_constant": {
        "ru": "исход «{value}» нигде не меняется: сравнивать нечего",
        "en": "the outcome '{value}' never changes: there is nothing to compare",
    },
    "perfect_fit": {
        "ru": "столбцы модели воспроизводят исход «{value}» без остатка: погрешность оценить нельзя",
        "en": "the model's columns reproduce the outcome '{value}' exactly: its error cannot be estimated",
    },
    "one_cluster": {
        "ru": "все строки лежат в одном кластере ({value}): погрешность оценить нельзя",
        "en": "all rows lie in one cluster ({value}): the error cannot be estimated",
    },
    "one_treated_cluster": {
        "ru": "оценка держится на одном кластере ({value}): кластерная погрешность и интервал не имеют смысла",
        "en": "the estimate hangs on one cluster alone ({value}): a clustered error or interval means nothing",
    },
    "collinear_controls": {
        "ru": "столбцы, повторяющие другие, не вошли: {value}",
        "en": "columns that repeat others were left out: {value}",
    },
    "rows_separated": {
        "ru": "строк, исход которых другие столбцы предсказывают без ошибки, не вошло: {value}",
        "en": "rows left out because other columns predict their outcome without error: {value}",
    },
    "separated": {
        "ru": "коэффициент бесконечен: исход полностью разделён переменной {value}",
        "en": "the coefficient is infinite: the outcome is perfectly separated by {value}",
    },
    "unbounded_interval": {
        "ru": "бутстреп не отвергает сколь угодно далёких значений: граница не существует ({value})",
        "en": "the bootstrap refuses no value however far: the interval has no end ({value})",
    },
    "exposure_not_recentred": {
        "ru": "не учтено, какие встречи можно было ожидать ({value}): кто много ездит, тот и встречает больше обученных",
        "en": "what meetings were to be expected is not held fixed ({value}): those who travel more meet more peers",
    },
    "placebo_networks_rigid": {
        "ru": "переставить можно лишь {value} % мест гостей: перестановки сети мало отличаются от неё самой",
        "en": "only {value} % of guests' seats can change hands: the re-drawn networks are much like the real one",
    },
    "condition_empty": {
        "ru": "нет ни одной строки с таким сочетанием обучения и связей ({value})",
        "en": "no row has this combination of training and ties ({value})",
    },
    "levels_without_events": {
        "ru": "практик и годов без единого заимствования не вошло (их риск не определён): {value}",
        "en": "practices and years left out because nobody adopted (their hazard is not defined): {value}",
    },
    "not_overdispersed": {
        "ru": "счёт рассеян не больше пуассоновского: показана модель Пуассона",
        "en": "the counts vary no more than Poisson: the Poisson model is shown",
    },
    "little_overlap": {
        "ru": "строк, где поддержка почти неизбежна или почти исключена (склонность вне 0,1–0,9): {value}",
        "en": "rows whose support is nearly certain or nearly ruled out (propensity outside 0.1 to 0.9): {value}",
    },
    "bounds_undefined": {
        "ru": "границы не определены ({value}): нет года, где подали заявки и с поддержкой, и без неё",
        "en": "bounds are not defined ({value}): there is no year in which both supported and others applied",
    },
    "weak_first_stage": {
        "ru": "инструмент слабый: F первой ступени {value}",
        "en": "the instrument is weak: first-stage F {value}",
    },
    "strata_without_both_arms": {
        "ru": "слоёв жребия, где все в одной части (они ни о чём не говорят): {value}",
        "en": "strata of the lot whose units are all in one arm (they say nothing): {value}",
    },
    "acceptance_rule_not_known": {
        "ru": "жребий повторён {value} раз внутри слоёв, но без правила отбора проб: p завышено",
        "en": "the lot was drawn again {value} times within strata, without its rule of acceptance: p errs upwards",
    },
    "lots_refuse_nothing_far": {
        "ru": "повторные жребии ({value}) не отвергают сколь угодно далёких значений: у интервала нет конца",
        "en": "the lots drawn again ({value}) refuse no value however far: the interval has no end",
    },
    "tied_at_line": {
        "ru": "заявок с баллом ровно на черте, из которых поддержана лишь часть, не вошло: {value}",
        "en": "applications with exactly the line's score, of which only a part was funded, left out: {value}",
    },
    "years_without_line": {
        "ru": "лет, где черту найти нельзя (поддержаны все или никто), не вошло: {value}",
        "en": "years left out because they have no line (all or none was funded): {value}",
    },
    "line_not_sharp": {
        "ru": "доля заявок не по свою сторону черты: {value}; оценка — для балла выше черты, а не для поддержки",
        "en": "share of applications on the wrong side of the line: {value}; this is the effect of standing above it",
    },
    "score_in_steps": {
        "ru": "разных значений балла у черты всего {value}: обычная локальная регрессия не показана",
        "en": "the score has only {value} distinct values near the line: a plain local regression is not shown",
    },
    "curvature_assumed": {
        "ru": "интервал верен, если вторая производная исхода по баллу не больше {value}",
        "en": "the interval holds if the outcome's second derivative in the score is nowhere above {value}",
    },
    "window_of_score": {
        "ru": "сравниваются заявки не дальше этого от черты, баллов: {value}",
        "en": "applications no further than this from the line are compared, points: {value}",
    },
    "window_unbalanced": {
        "ru": "уже в самом узком окне признаки различаются (p {value}): сравнивать как случайных нельзя",
        "en": "even in the narrowest window the covariates differ (p {value}): this is not as good as random",
    },
}


@dataclass(frozen=True)
class Estimates:
    """``frame`` satisfies the contract of ``estimates``; its column ``warning`` holds codes, ``warnings`` all of them.

    ``warnings`` has one row a warning: model, exposure, code, value.
    """

    frame: pd.DataFrame

    @property
    def warnings(self) -> pd.DataFrame:
        rows = [
            {"model": row.model, "exposure": row.exposure, "code": code, "value": value}
            for row in self.frame.itertuples()
            for code, value in parse_warnings(row.warning).items()
        ]
        return pd.DataFrame(rows, columns=["model", "exposure", "code", "value"])

    def main(self) -> pd.DataFrame:
        """Rows of the models declared as main."""
        return self.frame[self.frame["is_main"].fillna(False)]

    def one(self, model: str, exposure: str) -> pd.Series:
        """The row of one model and exposure. Raises KeyError listing what there is."""
        found = self.frame[(self.frame["model"] == model) & (self.frame["exposure"] == exposure)]
        if len(found) != 1:
            known = ", ".join(f"{row.model}/{row.exposure}" for row in self.frame.itertuples())
            raise KeyError(f"{model}/{exposure}: no such estimate; there are {known}")
        return found.iloc[0]


@dataclass(frozen=True)
class Numbers:
    """Estimate, standard error, 95 % interval and two-sided p; NaN where there is none."""

    estimate: float = float("nan")
    se: float = float("nan")
    low: float = float("nan")
    high: float = float("nan")
    p: float = float("nan")

    @classmethod
    def of(cls, row: pd.Series) -> Numbers:
        """From a row with columns of those names."""
        return cls(*(float(row[name]) for name in ("estimate", "se", "low", "high", "p")))


def estimate_row(
    model: Model,
    exposure: str,
    numbers: Numbers,
    *,
    n: int,
    clusters: int,
    treated_clusters: int | None,
    inference: str,
    name: str | None = None,
    outcome: str | None = None,
    estimand: str | None = None,
    warnings: Mapping[str, object] | None = None,
) -> dict[str, object]:
    """One row of the contract; ``name`` and ``outcome`` stand in for the model's own where a check varies it.

    ``estimand`` replaces the family's own where its rows are on different scales (margins, variance components).
    """
    return {
        "model": name or model.name,
        "outcome": outcome or model.outcome,
        "exposure": exposure,
        "estimand": estimand or ESTIMANDS[model.family],
        "design": model.design,
        "assumption": model.assumption.en,
        "estimate": numbers.estimate,
        "se": numbers.se,
        "low": numbers.low,
        "high": numbers.high,
        "p": numbers.p,
        "n": n,
        "clusters": clusters,
        "treated_clusters": treated_clusters,
        "inference": inference,
        "is_main": model.is_main and name is None,
        "warning": format_warnings(warnings or {}),
    }


def collect(rows: Iterable[Mapping[str, object]]) -> Estimates:
    """Estimates from rows of ``estimate_row``."""
    table = TABLES["estimates"]
    frame = pd.DataFrame(list(rows), columns=COLUMNS)
    return Estimates(conform(frame, table) if len(frame) else table.empty())


def format_warnings(warnings: Mapping[str, object]) -> str | None:
    """``code=value;code=value`` of the warnings that say something; None where there is none."""
    parts = [f"{code}={value}" for code, value in warnings.items() if value not in (0, None, "")]
    unknown = [code for code in warnings if code not in WARNINGS]
    if unknown:
        raise KeyError(f"unknown warnings: {', '.join(unknown)}")
    return ";".join(parts) or None


def parse_warnings(text: object) -> dict[str, str]:
    """Value by code of a ``warning`` cell."""
    if not isinstance(text, str) or not text:
        return {}
    return dict(part.split("=", 1) for part in text.split(";"))


def warning_text(text: object, language: Language) -> str:
    """A ``warning`` cell in words; empty where there is none."""
    return "; ".join(WARNINGS[code][language].format(value=value) for code, value in parse_warnings(text).items())


def with_warning_words(frame: pd.DataFrame) -> pd.DataFrame:
    """``frame`` with its warnings in words, in columns ``warning_ru`` and ``warning_en``."""
    words = {
        f"warning_{language}": [warning_text(text, language) for text in frame["warning"]] for language in LANGUAGES
    }
    return frame.assign(**words)


ROW_CODES = ("rows_without_value", "rows_without_population", "rows_unassigned", "rows_separated")


def dropped_rows(frame: pd.DataFrame) -> int:
    """Rows of data that a model left out, over all reasons; ``frame`` holds the rows of one model."""
    counts = [
        sum(int(value) for code, value in parse_warnings(text).items() if code in ROW_CODES)
        for text in frame["warning"]
    ]
    return max(counts, default=0)
