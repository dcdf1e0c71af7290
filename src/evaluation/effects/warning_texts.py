"""Warnings of estimates: the limits at which the common ones are given, and what every code says in both languages."""

from __future__ import annotations

from evaluation.settings import Language

FEW_TREATED_CLUSTERS = 10
# With fewer exposed clusters neither clustered errors (too small) nor the wild bootstrap (hardly ever rejects) hold
# their level in the simulation study (3 fails, 5 holds: docs/simulation_study.md; a test compares its table).
NO_RELIABLE_INTERVAL = 5
WEAK_FIRST_STAGE = 10.0

WARNINGS: dict[str, dict[Language, str]] = {
    "not_fitted": {"ru": "модель не оценена: {value}", "en": "the model was not fitted: {value}"},
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
    "few_deals": {
        "ru": "различных раздач историй обучения всего {value}: p не может быть меньше 1/{value}",
        "en": "there are only {value} distinct deals of training histories: p cannot be below 1/{value}",
    },
    "no_reliable_interval_permuted": {
        "ru": "кластеров с воздействием всего {value}: при числе меньше "
        f"{NO_RELIABLE_INTERVAL} верить нельзя никакому интервалу; p — от случайной раздачи историй обучения "
        "территориям, видимым в те же годы",
        "en": "only {value} clusters were exposed: with fewer than "
        f"{NO_RELIABLE_INTERVAL} no interval is reliable; p comes from dealing out whole training histories at random "
        "among units seen in the same years",
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
        "ru": "не учтено, какие встречи можно было ожидать ({value}): кто много ездит, встречает и больше обученных",
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
    "draws_without_both_kinds": {
        "ru": "повторных выборок кластеров, где не подали заявку либо с поддержкой, либо без неё, не вошло: {value}",
        "en": "resamples of clusters left out because supported ones or others did not apply in them: {value}",
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
    "few_base_units": {
        "ru": "базовых муниципалитетов всего {value}: одна особая территория меняет всё",
        "en": "there are only {value} base municipalities: one unlike the others changes everything",
    },
    "poor_balance": {
        "ru": "и после подбора похожих базовые отличаются от них (наибольшая стандартизованная разность {value})",
        "en": "base municipalities differ even from the most alike (largest standardised difference {value})",
    },
    "short_series_before": {
        "ru": "лет до начала работы всего {value}: двойник мог совпасть случайно",
        "en": "there are only {value} years before the start: the double may fit by accident",
    },
    "poor_fit_before": {
        "ru": "двойник расходится с территорией уже до начала (до {value} разброса остальных)",
        "en": "the double departs from its unit before the start already (by up to {value} of the others' spread)",
    },
    "units_refused": {
        "ru": "базовых муниципалитетов без двойника (мало лет или территорий): {value}",
        "en": "base municipalities without a double (too few years or units): {value}",
    },
    "units_without_residents": {
        "ru": "территорий без численности населения за какой-то год не вошло: {value}",
        "en": "units left out because some year's population is not known: {value}",
    },
}
