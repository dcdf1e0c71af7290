"""``config/plan/<year>.yml``: the analysis plan of a year as typed settings."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import Field

from evaluation.settings.base import Language, Settings, Text

Family = Literal[
    "poisson", "ols", "logit", "iv", "event_study", "negative_binomial", "zero_inflated", "hurdle", "ordered_logit",
    "multilevel", "random_effects", "group_time", "imputation", "sun_abraham", "exposure_response", "diffusion",
    "cutoff", "local_randomisation", "ipw", "aipw", "g_formula", "cox", "hazard", "intention_to_treat", "complier",
]  # fmt: skip
DesignName = Literal[
    "association", "two_way_fixed_effects", "event_study", "staggered", "exposure_mapping", "selection_on_observed",
    "randomised", "instrument", "cutoff",
]  # fmt: skip
Inference = Literal["crv1", "crv3", "two_way", "wild_bootstrap", "randomisation", "conley", "influence_function"]
Correction = Literal["holm", "hochberg", "benjamini_hochberg", "romano_wolf"]
Geography = Literal["original", "stable", "current"]
OutcomeKind = Literal["primary", "secondary"]

# columns of the table of applications that exist only because somebody chose to apply
APPLICANT_OUTCOMES = (
    "is_funded", "score", "cost", "share_regional", "share_local", "share_residents", "share_business",
    "applies_again", "applications_next_year", "team_applies_again",
)  # fmt: skip


Criterion = Literal["relevance", "coherence", "effectiveness", "efficiency", "impact", "sustainability"]
"""The criteria of the OECD's Development Assistance Committee by which programmes are judged."""


class Question(Settings):
    id: str = Field(description="short code, such as Q1")
    text: Text = Field(description="the question in words")
    criteria: tuple[Criterion, ...] = Field((), description="OECD-DAC criteria that the question serves, if any")
    findings: tuple[str, ...] = Field(
        (), description="names of findings that answer it, besides the estimates of its models"
    )


class HypothesisFamily(Settings):
    """Hypotheses that are judged together: their p-values are corrected for each other."""

    name: str = Field(description="its code, which models name")
    text: Text = Field(description="what the hypotheses have in common")
    method: Correction = Field("holm", description="how p-values are corrected for each other")


class Conley(Settings):
    """How far rows may be related, for ``inference: [conley]``."""

    cutoff_km: Annotated[float, Field(gt=0, description="units at this distance or farther are taken as unrelated")]
    serial_lags: Annotated[int, Field(ge=0, description="years over which a unit is related with itself")]


class Model(Settings):
    """One declared specification."""

    name: str = Field(description="its code, unlike that of any other model")
    question: str = Field(description="code of the question that it answers")
    outcome: str = Field(description="column of the panel or of the applications, or log1p(column)")
    exposures: tuple[str, ...] = Field(min_length=1, description="columns whose relation with the outcome is asked for")
    family: Family = Field(description="how the model is fitted")
    estimand: Text = Field(description="what quantity is estimated, in words")
    design: DesignName = Field(description="what makes the estimate more than an association, if anything")
    assumption: Text = Field(description="what must hold for that, in words")
    population: Text | None = Field(None, description="whom the answer is about: units and years")
    timing: Text | None = Field(None, description="when exposure and outcome are measured, and which comes first")
    outcome_kind: OutcomeKind | None = Field(
        None, description="secondary: exists only for applicants, so that bounds are given beside it; empty: by outcome"
    )
    hypothesis_family: str | None = Field(None, description="name of the hypotheses corrected together")
    inference: tuple[Inference, ...] = Field((), description="declared ways to errors and p-values; empty: standard")
    weights: str | None = Field(None, description="column of weights of the rows")
    offset: str | None = Field(None, description="column whose logarithm enters with coefficient 1, such as population")
    controls: tuple[str, ...] = Field((), description="columns that are adjusted for")
    fixed_effects: tuple[str, ...] = Field((), description="columns of groups with a level of their own")
    instruments: tuple[str, ...] = Field(
        (), description="columns that move the exposure and reach the outcome through it alone"
    )
    clusters: str = Field("unit_id", description="column of the groups within which errors may be related")
    second_clusters: str | None = Field(None, description="the other column of clusters, for inference: [two_way]")
    conley: Conley | None = Field(None, description="distance and years, for inference: [conley]")
    geography: Geography | None = Field(
        None, description="boundaries in which units are followed; empty for a model of applications"
    )
    is_main: bool = Field(False, description="true for the one model by which the year is judged")
    would_refute: Text | None = Field(None, description="which result would speak against the expectation")

    @property
    def kind(self) -> OutcomeKind:
        """As declared; otherwise secondary for an outcome that exists only for applicants."""
        if self.outcome_kind is not None:
            return self.outcome_kind
        return "secondary" if is_applicants_only(self) else "primary"


class SampleChoice(Settings):
    """A declared alternative of the rows that are used."""

    name: str = Field(description="its code")
    label: Text = Field(description="what is left out, in words")
    years: tuple[int, int] | None = Field(None, description="first and last year; empty: all")
    drop_units: tuple[str, ...] = Field((), description="codes of units that are left out")


class SpecificationCurve(Settings):
    """Alternatives to the main model that are as defensible as it; all combinations are fitted.

    An empty list stands for the main model's own choice, which always is one of the alternatives.
    """

    outcomes: tuple[str, ...] = Field((), description="other outcomes of the same meaning")
    families: tuple[Family, ...] = Field((), description="other ways of fitting")
    controls: tuple[tuple[str, ...], ...] = Field((), description="sets of controls, e.g. [[], [is_north]]")
    fixed_effects: tuple[tuple[str, ...], ...] = Field((), description="sets of fixed effects")
    samples: tuple[SampleChoice, ...] = Field((), description="besides all rows")
    geographies: tuple[Geography, ...] = Field((), description="other boundaries in which units are followed")


class Robustness(Settings):
    drop_units: tuple[str, ...] = Field((), description="units left out one at a time")
    placebo_lead_years: Annotated[int, Field(ge=0)] = Field(
        0, description="training is imagined this many years too early, and every fewer; 0: never"
    )
    placebo_years: tuple[int, ...] = Field((), description="false years of first training, before any training")
    negative_control_outcomes: tuple[str, ...] = Field((), description="outcomes that the programme cannot touch")
    specification_curve: SpecificationCurve | None = Field(
        None, description="alternatives that are all fitted; empty: none"
    )
    bootstrap_draws: Annotated[int, Field(ge=0)] = Field(
        999, description="draws of the wild cluster bootstrap; 0: none"
    )
    permutation_draws: Annotated[int, Field(ge=0)] = Field(
        999, description="times that training is dealt anew among units; 0: none"
    )
    network_draws: Annotated[int, Field(ge=0)] = Field(
        199, description="exchange networks dealt anew, with which the main model is compared; 0: none"
    )
    seed: int = Field(1, description="seed of all draws by chance")

    def sample_labels(self, language: Language) -> dict[str, str]:
        """Words for the samples of the specification curve, by name."""
        samples = self.specification_curve.samples if self.specification_curve else ()
        return {sample.name: sample.label.in_language(language) for sample in samples}


class RatingClaim(Settings):
    """What it means that every event was rated highly; declared before the first rating arrives."""

    claim: str = Field(description="its code, as in config/claims.csv")
    instrument: str = Field("participants", description="the questionnaire that asks for the rating")
    item: str = Field(description="the item that is rated")
    top: float = Field(4, description="an answer of at least this value is a high rating")
    threshold: Annotated[float, Field(gt=0, lt=1)] = Field(
        description="an event is rated highly where at least this share of its ratings is high"
    )
    level: Annotated[float, Field(gt=0, lt=0.5)] = Field(
        0.05, description="chance of a wrong verdict that is accepted, over all events together"
    )


class Deviation(Settings):
    """A departure from the plan as first written, stated by people."""

    date: dt.date = Field(description="the day on which it was decided")
    what: Text = Field(description="what is done differently")
    why: Text = Field(description="for what reason")
    model: str | None = Field(None, description="the model it concerns; empty: the plan as a whole")


class RegressionTables(Settings):
    """How the tables that put models side by side are printed."""

    stars: bool = Field(False, description="mark p below 0.05, 0.01 and 0.001 by one, two and three stars")
    below: Literal["interval", "error"] = Field(
        "interval", description="what stands below a coefficient: its 95% interval or its standard error"
    )


class Plan(Settings):
    """``config/plan/<year>.yml``: the analysis plan, written before that year's outcomes arrive."""

    year: int = Field(description="the programme year; the same as in the name of the file")
    declared_on: dt.date = Field(description="the day on which the plan was written")
    questions: tuple[Question, ...] = Field((), description="what the evaluation is to answer")
    hypothesis_families: tuple[HypothesisFamily, ...] = Field((), description="hypotheses that are judged together")
    models: tuple[Model, ...] = Field((), description="declared specifications; one of them is the main one")
    robustness: Robustness = Field(Robustness(), description="checks of the main model")
    regression_tables: RegressionTables = Field(RegressionTables(), description="how tables of models are printed")
    rating_claims: tuple[RatingClaim, ...] = Field((), description="what «rated highly» means, and of which item")
    deviations: tuple[Deviation, ...] = Field((), description="departures from the plan as first written, with reasons")


Place = tuple[str | int, ...]
COUNT_FAMILIES = ("poisson", "negative_binomial", "zero_inflated", "hurdle")
_INSTRUMENTED = ("iv", "instrument", "complier")


def is_applicants_only(model: Model) -> bool:
    """Whether the outcome exists only for those who applied (a model of applications, not of territories)."""
    return model.geography is None and model.outcome in APPLICANT_OUTCOMES


def contradictions(plan: Plan) -> list[tuple[Place, Text]]:
    """What in the plan cannot hold together: place in the file (keys and numbers of items) and words."""
    found: list[tuple[Place, Text]] = []

    def say(place: Place, ru: str, en: str) -> None:
        found.append((place, Text(ru=ru, en=en)))

    mains = [number for number, model in enumerate(plan.models) if model.is_main]
    if plan.models and len(mains) != 1:
        say(
            ("models", mains[1], "is_main") if mains else ("models",),
            f"основных моделей (is_main: true) {len(mains)}, а нужна одна: по ней судят о годе. Отметьте одну.",
            f"{len(mains)} models are marked as main (is_main: true); one is needed, by which the year is judged. "
            "Mark one.",
        )
    names = [model.name for model in plan.models]
    families = {family.name for family in plan.hypothesis_families}
    questions = {question.id for question in plan.questions}
    for number, model in enumerate(plan.models):
        place: Place = ("models", number)
        if names.index(model.name) != number:
            say(
                (*place, "name"),
                f"модель «{model.name}» объявлена дважды. Дайте второй другое имя.",
                f"the model '{model.name}' is declared twice. Give the second another name.",
            )
        if plan.questions and model.question not in questions:
            say(
                (*place, "question"),
                f"вопроса «{model.question}» в плане нет. Есть: {', '.join(sorted(questions))}.",
                f"the plan has no question '{model.question}'. There are: {', '.join(sorted(questions))}.",
            )
        for key, ru, en in _model_contradictions(model, families):
            say((*place, key), f"модель «{model.name}»: {ru}", f"model '{model.name}': {en}")
    for number, deviation in enumerate(plan.deviations):
        if deviation.model is not None and deviation.model not in names:
            say(
                ("deviations", number, "model"),
                f"модели «{deviation.model}» в плане нет. Есть: {', '.join(names)}.",
                f"the plan has no model '{deviation.model}'. There are: {', '.join(names)}.",
            )
    return found


def inference_gaps(model: Model) -> list[tuple[str, str, str]]:
    """What declared errors lack, or have without being declared: key, and words in Russian and English."""
    found = []
    needs_second = "two_way" in model.inference and model.family != "diffusion"
    if needs_second and model.second_clusters is None:
        found.append((
            "inference",
            "двусторонней кластеризации (two_way) нужен второй столбец групп, а ключ second_clusters пуст. Назовите "
            "столбец (например, year).",
            "clustering in two dimensions (two_way) needs a second column of clusters, and the key second_clusters is "
            "empty. Name the column (for example year).",
        ))  # fmt: skip
    if model.second_clusters is not None and "two_way" not in model.inference:
        found.append((
            "second_clusters",
            "вторые группы названы, но в inference нет two_way. Добавьте его или уберите ключ.",
            "second clusters are named, but inference has no two_way. Add it, or take the key out.",
        ))  # fmt: skip
    if model.second_clusters is not None and model.second_clusters == model.clusters:
        found.append((
            "second_clusters",
            f"вторые группы те же, что первые ({model.clusters}). Назовите другой столбец.",
            f"the second clusters are the first ones ({model.clusters}). Name another column.",
        ))  # fmt: skip
    if ("conley" in model.inference) != (model.conley is not None):
        found.append((
            "inference" if model.conley is None else "conley",
            "пространственным ошибкам (conley) нужны оба ключа: conley в inference и расстояние в conley "
            "(cutoff_km, serial_lags). Напишите оба или уберите оба.",
            "spatial errors (conley) need both keys: conley in inference, and the distance in conley (cutoff_km, "
            "serial_lags). Write both, or take both out.",
        ))  # fmt: skip
    return found


def _model_contradictions(model: Model, families: set[str]) -> list[tuple[str, str, str]]:
    """Key, and words in Russian and English."""
    found = inference_gaps(model)

    def say(key: str, ru: str, en: str) -> None:
        found.append((key, ru, en))

    if is_applicants_only(model) and model.outcome_kind == "primary":
        say(
            "outcome_kind",
            f"исход «{model.outcome}» есть только у подавших заявку, а подача сама может зависеть от поддержки: "
            "первичным он быть не может. Напишите secondary или возьмите исход, который есть у каждой территории.",
            f"the outcome '{model.outcome}' exists only for those who applied, and applying may itself depend on "
            "support: it cannot be primary. Write secondary, or take an outcome that every unit has.",
        )
    if model.is_main and model.kind == "secondary":
        say(
            "is_main",
            "у основной модели исход вторичный. Основной сделайте модель с исходом, который есть у каждой территории.",
            "the main model has a secondary outcome. Make the main model one whose outcome every unit has.",
        )
    if model.hypothesis_family is not None and model.hypothesis_family not in families:
        known = ", ".join(sorted(families)) or "—"
        say(
            "hypothesis_family",
            f"семейства гипотез «{model.hypothesis_family}» в плане нет (hypothesis_families). Есть: {known}.",
            f"the plan has no family of hypotheses '{model.hypothesis_family}' (hypothesis_families). "
            f"There are: {known}.",
        )
    needing = [key for key, value in (("family", model.family), ("design", model.design)) if value in _INSTRUMENTED]
    if needing and not model.instruments:
        say(
            needing[0],
            "объявлен инструмент, но ключ instruments пуст. Назовите инструмент или смените построение.",
            "an instrument is declared, but the key instruments is empty. Name it, or change the design.",
        )
    sources = {model.outcome, model.outcome.removeprefix("log1p(").removesuffix(")")}
    if sources & {*model.exposures, *model.controls, *model.instruments}:
        say(
            "outcome",
            f"исход «{model.outcome}» стоит и среди объясняющих переменных. Уберите его оттуда.",
            f"the outcome '{model.outcome}' also stands among the explaining variables. Take it out there.",
        )
    if set(model.exposures) & set(model.controls):
        say(
            "controls",
            "одна и та же переменная — и воздействие, и поправка. Оставьте её в одном месте.",
            "one variable is both exposure and control. Keep it in one place.",
        )
    if model.family in COUNT_FAMILIES and model.outcome.startswith("log1p("):
        say(
            "outcome",
            f"семейству {model.family} нужен сам исход, а не его логарифм.",
            f"the family {model.family} needs the outcome itself, not its logarithm.",
        )
    return found
