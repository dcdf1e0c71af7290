"""Names of kinds of models and of what they hold fixed, for tables and for cards of models."""

from __future__ import annotations

from evaluation.settings import Text

FAMILIES: dict[str, Text] = {
    "poisson": Text(ru="регрессия Пуассона", en="Poisson regression"),
    "ols": Text(ru="линейная регрессия", en="linear regression"),
    "logit": Text(ru="логистическая регрессия", en="logistic regression"),
    "iv": Text(ru="двухшаговая регрессия с инструментом", en="two-stage regression with an instrument"),
    "event_study": Text(ru="событийный анализ", en="event study"),
    "negative_binomial": Text(ru="отрицательная биномиальная регрессия", en="negative binomial regression"),
    "zero_inflated": Text(ru="регрессия с избытком нулей", en="zero-inflated regression"),
    "hurdle": Text(ru="регрессия с барьером", en="hurdle regression"),
    "ordered_logit": Text(ru="порядковый логит", en="ordered logit"),
    "multilevel": Text(ru="многоуровневая модель", en="multilevel model"),
    "random_effects": Text(ru="случайные эффекты территорий", en="random unit effects"),
    "group_time": Text(
        ru="сравнение групп по годам с ещё не обученными", en="group-time comparison with not yet trained"
    ),
    "imputation": Text(ru="восстановление необученных исходов", en="imputation of untrained outcomes"),
    "sun_abraham": Text(ru="взвешивание по годам начала", en="weighting by years of first training"),
    "exposure_response": Text(ru="своё обучение и связи вместе", en="own training and ties together"),
    "diffusion": Text(ru="риск внедрения практики по годам", en="yearly hazard of adopting a practice"),
    "cutoff": Text(ru="сравнение у порога конкурса", en="comparison at the contest's cut-off"),
    "local_randomisation": Text(ru="жребий возле порога", en="local randomisation near the cut-off"),
    "ipw": Text(ru="взвешивание по вероятности поддержки", en="weighting by the propensity"),
    "aipw": Text(ru="двойная защита: веса и регрессия", en="doubly robust: weights and regression"),
    "g_formula": Text(ru="стандартизация (g-формула)", en="standardisation (g-formula)"),
    "cox": Text(ru="модель Кокса", en="Cox model"),
    "hazard": Text(ru="риск по годам", en="yearly hazard"),
    "intention_to_treat": Text(ru="сравнение по жребию", en="comparison by assignment"),
    "complier": Text(ru="эффект для пришедших по жребию", en="effect for those who follow the lot"),
}

# what a model compares within, where the codebook's label names the column and not the thing
EFFECTS: dict[str, Text] = {
    "unit_id": Text(ru="территории", en="territory"),
    "stable_unit_id": Text(ru="области постоянных границ", en="area of constant boundaries"),
    "year": Text(ru="года", en="year"),
    "practice_id": Text(ru="практики", en="practice"),
    "topic": Text(ru="темы", en="topic"),
    "period": Text(ru="года жизни", en="year of life"),
}
