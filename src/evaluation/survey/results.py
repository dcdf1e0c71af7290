"""All that a year's questionnaires say: estimates of every wave, scales, ratings by event, change, the four levels."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from evaluation.cleaning.questionnaire.xlsform import Questionnaire
from evaluation.contracts import TABLES
from evaluation.settings import RatingClaim, Survey
from evaluation.survey.claims import rate_events
from evaluation.survey.kirkpatrick import Measure, behaviour, kirkpatrick, learning, reaction
from evaluation.survey.pairs import change_table, pair_flow, pairs_of_items
from evaluation.survey.rating_model import rating_odds
from evaluation.survey.ratings import people_at_events
from evaluation.survey.scales import describe_scales
from evaluation.survey.scoring import scales_of
from evaluation.survey.waves import WaveEstimates, estimate_wave
from evaluation.survey.withheld import (
    is_by_chance,
    measure_without_margins,
    ratings_without_margins,
    without_margins,
)

# by these names a questionnaire's tests before and after, and the later questionnaire, are known
TEST_BEFORE, TEST_AFTER = "test_before", "test_after"
FOLLOW_UP = "followup"
LEARNING = "learning"
FIVE = (1.0, 5.0)
TOP_TWO = 4.0
PROMOTERS = 11


@dataclass(frozen=True)
class Kinds:
    """Items of a questionnaire by how they are estimated.

    ``rated`` have a mean (numbers, and answers of three or more values), ``one_of`` shares of their answers,
    ``multiple`` shares of those asked, ``promoters`` are ratings from 0 to 10; ``five`` are those of values 1 to 5,
    ``reversed_items`` agree with the opposite, ``yes_no`` are answered by yes or no.
    """

    rated: tuple[str, ...]
    one_of: tuple[str, ...]
    multiple: tuple[str, ...]
    promoters: tuple[str, ...]
    five: tuple[str, ...]
    reversed_items: tuple[str, ...]
    yes_no: tuple[str, ...]


def kinds_of(form: Questionnaire) -> Kinds:
    """How the items of ``form`` are estimated; open answers and those on people themselves are left out."""
    found: dict[str, list[str]] = {name: [] for name in Kinds.__dataclass_fields__}
    for item in form.items.itertuples():
        name = str(item.name)
        if item.pii or item.kind == "open":
            continue
        if item.kind == "number":
            found["rated"].append(name)
            continue
        if item.kind == "several":
            found["multiple"].append(name)
            continue
        found["one_of"].append(name)
        options = form.options(str(item.list_name))
        values = options.loc[options["missing_role"].fillna("") == "", "value"]
        if values.notna().all() and values.nunique() >= 3:
            found["rated"].append(name)
            found["five"] += [name] if (values.min(), values.max()) == FIVE else []
            found["promoters"] += [name] if values.nunique() == PROMOTERS and values.min() == 0 else []
        found["yes_no"] += [name] if {"yes", "no"} <= set(options["name"]) else []
        found["reversed_items"] += [name] if item.reversed else []
    return Kinds(**{name: tuple(items) for name, items in found.items()})


def forms_by_instrument(surveys: Mapping[str, Survey], forms: Mapping[str, Questionnaire]) -> dict[str, Questionnaire]:
    """Questionnaires by instrument, from those by source (``surveys``: settings by source)."""
    return {surveys[source].instrument: form for source, form in forms.items()}


def rated_by_instrument(forms: Mapping[str, Questionnaire]) -> dict[str, list[str]]:
    """Items rated from 1 to 5 by instrument."""
    return {instrument: list(kinds_of(form).five) for instrument, form in forms.items()}


@dataclass(frozen=True, eq=False)
class SurveyResults:
    """``tables`` by name, as a step writes them: estimates, weights, scales, ratings, claims, change, levels.

    ``reversed_items``: by instrument, the items that agree with the opposite.
    """

    tables: dict[str, pd.DataFrame]
    reversed_items: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __getitem__(self, name: str) -> pd.DataFrame:
        return self.tables[name]


def survey_results(
    waves: pd.DataFrame,
    responses: pd.DataFrame,
    answers: pd.DataFrame,
    forms: Mapping[str, Questionnaire],
    margins: pd.DataFrame,
    events: pd.DataFrame,
    attendance: pd.DataFrame,
    claims: Sequence[RatingClaim] = (),
    declared_on: dt.date | None = None,
) -> SurveyResults:
    """Everything that the waves of one year say, in the shapes of the contracts.

    ``waves``, ``responses``, ``answers``: tables survey_*; responses with an ``excluded_reason`` do not enter.
    ``forms`` are the questionnaires by instrument, ``margins`` known numbers of the population (``read_margins``),
    ``events`` and ``attendance`` the tables support_events and attendance. Ratings are judged by event where the
    responses name events. Where a wave was not drawn by chance no table has an interval or a p-value, and claims are
    judged by what is certain whoever was silent (``survey.withheld``). Raises InputProblem as the functions it calls.
    """
    analysed = responses[responses["excluded_reason"].isna()].reset_index(drop=True)
    given = answers[answers["response_id"].isin(analysed["response_id"])]
    people = people_at_events(events, attendance)
    parts: dict[str, list[pd.DataFrame]] = {}
    measures: list[Measure] = []
    for wave in waves.sort_values("wave_id").to_dict("records"):
        instrument = str(wave["instrument"])
        if instrument not in forms:
            continue
        form, kinds, drawn = forms[instrument], kinds_of(forms[instrument]), is_by_chance(wave)
        levels: list[Measure] = []
        own = analysed[analysed["wave_id"] == wave["wave_id"]].reset_index(drop=True)
        said = given[given["response_id"].isin(own["response_id"])]
        known = margins[margins["margins_id"] == wave.get("margins_id")]
        found = estimates_of(wave, own, said, kinds, known if len(known) else None)
        _keep(parts, survey_estimates=found.estimates, survey_weights=found.weights, survey_schemes=found.schemes)
        scales, items = describe_scales(said, scales_of(form.items, form.choices), instrument)
        _keep(parts, survey_scales=scales, survey_scale_items=items)
        if own["event_id"].notna().any() and instrument != FOLLOW_UP and kinds.five:
            mine = [claim for claim in claims if claim.instrument == instrument]
            ratings, judged = rate_events(
                said, own, people, kinds.five, mine, reversed_items=kinds.reversed_items, declared_on=declared_on
            )
            levels.append(reaction(ratings, mine[0].item if mine else kinds.five[0], instrument))
            if drawn:
                _keep(parts, rating_odds=_odds(said, own, events, kinds))
            else:
                ratings, judged = ratings_without_margins(ratings, judged)
            _keep(parts, event_ratings=ratings, rating_claims=judged)
        if {TEST_BEFORE, TEST_AFTER} <= set(said["item"]):
            measure = LEARNING if "survey_changes" not in parts else f"{LEARNING}_{instrument}"
            pairs = pairs_of_items(said, TEST_BEFORE, TEST_AFTER, _limits(form), measure=measure)
            changes, flow = change_table(pairs), pair_flow(pairs)
            if flow.set_index("stage")["n"]["matched"] > 0:
                levels.append(learning(changes, flow, (TEST_BEFORE, TEST_AFTER), instrument))
            changes = changes if drawn else without_margins(changes)
            _keep(parts, survey_changes=changes, survey_pair_flow=flow.assign(measure=pairs.measure))
        if instrument == FOLLOW_UP and kinds.yes_no:
            invited = wave["invited_n"]
            asked = None if pd.isna(invited) else int(invited)
            levels += behaviour(said, own, kinds.yes_no, asked, events, instrument=instrument)
        measures += levels if drawn else [measure_without_margins(one) for one in levels]
    parts["kirkpatrick"] = [kirkpatrick(measures)]
    turned = {name: kinds_of(form).reversed_items for name, form in forms.items()}
    return SurveyResults({name: _joined(name, parts.get(name, [])) for name in MADE}, turned)


# what a training is like, as far as its register tells; a feature that does not vary is not asked of the model
FEATURES = ("hours", "mode")


def _odds(answers: pd.DataFrame, responses: pd.DataFrame, events: pd.DataFrame, kinds: Kinds) -> pd.DataFrame:
    """How the trainings' features go with the first rating (``rating_odds``); empty where no feature varies."""
    held = events[events["event_id"].isin(responses["event_id"].dropna())]
    features = [name for name in FEATURES if held[name].notna().all() and len(held[name].unique()) > 1]
    if not features:
        return TABLES["rating_odds"].empty()
    item = kinds.five[0]
    return rating_odds(answers, responses, held, features, item, reversed_item=item in kinds.reversed_items)


MADE = (
    "survey_estimates", "survey_weights", "survey_schemes", "survey_scales", "survey_scale_items", "event_ratings",
    "rating_claims", "rating_odds", "survey_pair_flow", "survey_changes", "kirkpatrick",
)  # fmt: skip


def estimates_of(
    wave: Mapping[str, object],
    responses: pd.DataFrame,
    answers: pd.DataFrame,
    kinds: Kinds,
    margins: pd.DataFrame | None = None,
) -> WaveEstimates:
    """Weighted estimates of one wave's items by their kinds; of ratings from 1 to 5 also the share of the top two."""
    return estimate_wave(
        wave, responses, answers, rated=kinds.rated, one_of=kinds.one_of, multiple=kinds.multiple,
        promoters=kinds.promoters, top=dict.fromkeys(kinds.five, TOP_TWO), margins=margins,
    )  # fmt: skip


def _limits(form: Questionnaire) -> tuple[float, float] | None:
    """Lowest and highest result of the tests, where the questionnaire gives both."""
    tests = form.items[form.items["name"].isin([TEST_BEFORE, TEST_AFTER])]
    if tests[["low", "high"]].isna().to_numpy().any():
        return None
    return float(tests["low"].min()), float(tests["high"].max())


def _keep(parts: dict[str, list[pd.DataFrame]], **frames: pd.DataFrame) -> None:
    for name, frame in frames.items():
        parts.setdefault(name, []).append(frame)


def _joined(name: str, frames: list[pd.DataFrame]) -> pd.DataFrame:
    filled = [frame for frame in frames if len(frame)]
    if not filled:
        return TABLES[name].empty()
    columns = list(TABLES[name].names)
    return pd.concat(filled, ignore_index=True).reindex(columns=columns)
