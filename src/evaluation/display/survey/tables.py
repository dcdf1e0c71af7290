"""Tables of a survey for people: estimates, response, quality, exclusions, missing answers, scales, events, changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from evaluation.display.exhibit import Exhibit, Labels
from evaluation.display.survey.codes import CODES
from evaluation.display.survey.heads import HEADS
from evaluation.display.survey.remarks import REMARKS
from evaluation.display.survey.specs import TABLES_OF_SURVEY, Spec
from evaluation.display.survey.words import codes_of
from evaluation.display.tables import exhibit
from evaluation.settings import LANGUAGES, Language, Text

if TYPE_CHECKING:
    from evaluation.codebook import Codebook

_REMARKED = ("note", "says", "cannot_say")
PARTS = ("n", "dont_know", "refused", "no_answer")


def survey_exhibit(
    name: str,
    frame: pd.DataFrame,
    codebook: Codebook | None,
    *,
    items: Mapping[str, Text] | None = None,
    choices: Mapping[str, Text] | None = None,
    names: Mapping[str, Mapping[str, Text]] | None = None,
    hidden: pd.DataFrame | None = None,
    threshold: int = 5,
    simulated: bool = False,
) -> Exhibit:
    """The table ``name`` (a key of TABLES_OF_SURVEY) of ``frame``; of its columns those that the frame has.

    ``items`` are wordings of questions by item, ``choices`` of answers by code, ``names`` of the codes of other
    columns (such as event_id). Codes of remarks become sentences in both languages. ``hidden`` marks cells (index and
    columns of ``frame``), see ``hidden_below``. Raises KeyError for a table that is not known.
    """
    spec = TABLES_OF_SURVEY[name]
    shown = [column for column in spec.columns if column in frame.columns]
    made = exhibit(
        frame, codebook, name, spec.title.ru, spec.title.en, spec.note.ru, spec.note.en,
        name=name, columns=shown, labels={column: HEADS[column] for column in shown if column in HEADS},
        units={column: unit for column, unit in _units(frame, spec).items() if column in shown},
        decimals={column: digits for column, digits in spec.decimals.items() if column in shown},
        signed=[column for column in spec.signed if column in shown],
        hidden=hidden, threshold=threshold, simulated=simulated,
    )  # fmt: skip
    words: dict[str, Labels] = dict(made.choices)
    own = {"item": items, "choice": choices, **(names or {})}
    for column in shown:
        given = own.get(column)
        if given:
            words[column] = {each: {code: text.in_language(each) for code, text in given.items()} for each in LANGUAGES}
        elif column in _REMARKED:
            words[column] = {each: _sentences(frame[column], codebook, each) for each in LANGUAGES}
        elif column == "items" and items and not pd.api.types.is_numeric_dtype(frame[column]):
            words[column] = {each: _listed(frame[column], items, each) for each in LANGUAGES}
        elif column in CODES:
            known = words.get(column, {})
            words[column] = {
                each: {**{code: text.in_language(each) for code, text in CODES[column].items()}, **known.get(each, {})}
                for each in LANGUAGES
            }
    return replace(made, choices=words)


def waves_exhibit(
    waves: pd.DataFrame, codebook: Codebook | None, surveys: Mapping[str, Any], *, simulated: bool = False
) -> Exhibit:
    """Who was asked, how and when: ``waves`` satisfies its contract; ``surveys`` (by source) have instrument,
    population and mode in both languages (settings.Survey)."""
    facts = {one.instrument: one for one in surveys.values()}
    by_chance = ~waves["design"].isin(["quota", "convenience"])
    returned = waves["answered_n"].astype("float64") / waves["invited_n"].astype("Float64").astype("float64")
    frame = waves.assign(
        response_rate=returned.clip(upper=1).where(by_chance),
        population=waves["instrument"],
        mode=waves["instrument"].where(waves["instrument"].isin([name for name, one in facts.items() if one.mode])),
        note=[_about_wave(*facts) for facts in zip(waves["design"], waves["invited_basis"], strict=True)],
    )
    names = {
        column: {name: getattr(one, column) for name, one in facts.items() if getattr(one, column) is not None}
        for column in ("population", "mode")
    }
    return survey_exhibit("survey_waves", frame, codebook, names=names, simulated=simulated)


def _about_wave(drawn: str, basis: object) -> str | None:
    said = ["not_probability"] if drawn in ("quota", "convenience") else []
    return "; ".join([*said, *(["asked_by_lists"] if basis == "attendance" else [])]) or None


def estimates_exhibit(estimates: pd.DataFrame, codebook: Codebook | None, **options: Any) -> Exhibit:
    """Estimates (columns of ``survey.estimates``); options as for ``survey_exhibit``.

    Errors and intervals of a sample that is not a probability sample are left out even where the frame has some; so is
    the interval of a census, a point that says nothing of those who did not answer.
    """
    point = estimates["note"].map(lambda note: bool({"census", "census_nonresponse"} & set(codes_of(note))))
    withheld = estimates["note"].map(lambda note: "not_probability" in codes_of(note)).astype(bool)
    shown = estimates.assign(
        **{
            name: estimates[name].mask(withheld | point.astype(bool))
            for name in ("se", "low", "high", "deff", "n_eff")
            if name in estimates
        },
        unit=estimates["statistic"].map({"share": "share", "top_share": "share", "nps": "points"}).fillna("number"),
    )
    return survey_exhibit("survey_estimates", shown, codebook, **options)


_RESTS_OF_RATINGS = (
    "response_rate", "mean", "mean_lowest", "mean_highest", "top_share", "low", "high", "top_lowest", "top_highest",
    "ceiling_share", "p", "p_adjusted", "verdict", "verdict_any_silence", "note",
)  # fmt: skip


def event_ratings_exhibit(
    ratings: pd.DataFrame, codebook: Codebook | None, *, threshold: int = 5, **options: Any
) -> Exhibit:
    """Ratings by event (``survey.ratings``, also judged by ``survey.claims``); options as for ``survey_exhibit``.

    Of an event with fewer than ``threshold`` ratings neither means nor verdicts nor remarks are shown.
    """
    frame = ratings.reset_index(drop=True)
    marks = hidden_below(frame, ["rated", "dont_know"], _RESTS_OF_RATINGS, threshold)
    return survey_exhibit("event_ratings", frame, codebook, hidden=marks, threshold=threshold, **options)


def hidden_below(
    frame: pd.DataFrame,
    counts: Sequence[str],
    rests: Sequence[str] = (),
    threshold: int = 5,
    total: str | None = None,
) -> pd.DataFrame:
    """Marks of cells for ``survey_exhibit``: counts from 1 to below ``threshold``, and what rests on the first of them.

    With ``total``, which the ``counts`` add up to, one hidden count alone could be worked out: then the smallest other
    count above zero is hidden too or, where there is none, the total. ``rests`` (means, shares, weighted counts) are
    hidden where the first count is.
    """
    chosen = [name for name in counts if name in frame]
    numbers = frame[chosen].astype("Float64").astype("float64")
    primary = (numbers > 0) & (numbers < threshold)
    marks = primary.astype(object).where(primary, "").replace({True: "primary"})
    extra = [name for name in (*rests, *([total] if total else [])) if name in frame.columns]
    marks = marks.reindex(columns=[*chosen, *extra], fill_value="")
    if total and total in frame:
        for row in numbers.index[primary.sum(axis=1) == 1]:
            others = numbers.loc[row][~primary.loc[row] & (numbers.loc[row] > 0)]
            column = others.idxmin() if len(others) else total
            marks.loc[row, column] = "complementary"
    if chosen:
        small = marks[chosen[0]] != ""
        for name in rests:
            if name in frame:
                marks.loc[small, name] = "hidden"
    return marks


def _units(frame: pd.DataFrame, spec: Spec) -> dict[str, str]:
    return {column: unit for column, unit in spec.units.items() if column in frame}


def _sentences(values: pd.Series, codebook: Codebook | None, language: Language) -> dict[str, str]:
    """Words of each distinct cell of codes that a semicolon joins."""
    known = (
        {}
        if codebook is None
        else dict(zip(codebook.choices["code"], codebook.choices[f"label_{language}"], strict=True))
    )

    def say(code: str) -> str:
        return REMARKS[code].in_language(language) if code in REMARKS else known.get(code, code)

    return {str(cell): "; ".join(map(say, codes_of(cell))) for cell in values.dropna().unique() if str(cell)}


def _listed(values: pd.Series, items: Mapping[str, Text], language: Language) -> dict[str, str]:
    """Wordings of each distinct cell of items that a semicolon joins."""

    def say(item: str) -> str:
        return items[item].in_language(language) if item in items else item

    return {str(cell): "; ".join(map(say, codes_of(cell))) for cell in values.dropna().unique()}
