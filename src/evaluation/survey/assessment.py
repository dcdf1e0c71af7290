"""The quality of all waves of a year in one go: marks, dispositions, rates, exclusions, and the flow of responses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from evaluation.cleaning.questionnaire.xlsform import Questionnaire
from evaluation.settings import Exclusion, InputProblem, Survey
from evaluation.survey.answer_matrix import answer_matrix
from evaluation.survey.dispositions import dispositions, outcomes, response_rates
from evaluation.survey.exclusions import exclude
from evaluation.survey.flow import response_flow
from evaluation.survey.quality import item_nonresponse, quality_flags, quality_summary

_REPEATS = ("duplicate_person", "duplicate_answers", "near_identical")
_TABLES = ("dispositions", "rates", "quality", "item_nonresponse", "exclusions", "flow")


@dataclass(frozen=True, eq=False)
class Assessed:
    """``responses`` with marks, disposition and excluded_reason filled in, and the tables ``survey_<name>`` of a year.

    ``item_nonresponse`` is of the responses that stay in the analysis, as are the item bases of ``flow``.
    """

    responses: pd.DataFrame
    dispositions: pd.DataFrame
    rates: pd.DataFrame
    quality: pd.DataFrame
    item_nonresponse: pd.DataFrame
    exclusions: pd.DataFrame
    flow: pd.DataFrame

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """Canonical tables by name, as a step writes them."""
        made = {f"survey_{name}": getattr(self, name) for name in _TABLES}
        return {"survey_responses": self.responses, **made}

    @property
    def analysed(self) -> pd.DataFrame:
        """The responses that no declared rule left out."""
        return self.responses[self.responses["excluded_reason"].isna()].reset_index(drop=True)


def assess_surveys(
    waves: pd.DataFrame,
    responses: pd.DataFrame,
    answers: pd.DataFrame,
    row_ledger: pd.DataFrame,
    surveys: Mapping[str, Survey],
    questionnaires: Mapping[str, Questionnaire],
) -> Assessed:
    """Assess every wave by what ``surveys`` (settings by source) declares; ``questionnaires`` are by source too.

    ``waves``, ``responses``, ``answers`` and ``row_ledger`` are the cleaned tables survey_*. Who was left out as a
    repeat counts once in dispositions and rates. Raises InputProblem for a wave without settings, for settings that
    contradict the data, and where the flow does not add up.
    """
    parts: dict[str, list[pd.DataFrame]] = {name: [] for name in ("responses", *_TABLES)}
    for number in range(len(waves)):
        wave = waves.iloc[number]
        for name, frame in _wave(wave, responses, answers, row_ledger, surveys, questionnaires).items():
            parts[name].append(frame)
    if not parts["responses"]:
        return Assessed(responses, *(pd.DataFrame() for _ in _TABLES))
    joined = {
        name: pd.concat([one for one in frames if len(one)] or frames[:1], ignore_index=True)
        for name, frames in parts.items()
    }
    order = pd.Index(joined["responses"]["response_id"]).get_indexer(responses["response_id"])
    joined["responses"] = joined["responses"].iloc[order].reset_index(drop=True)
    return Assessed(**joined)


def _wave(
    wave: pd.Series,
    responses: pd.DataFrame,
    answers: pd.DataFrame,
    row_ledger: pd.DataFrame,
    surveys: Mapping[str, Survey],
    questionnaires: Mapping[str, Questionnaire],
) -> dict[str, pd.DataFrame]:
    sources = [source for source, one in surveys.items() if one.instrument == wave["instrument"]]
    known = [source for source in sources if source in questionnaires]
    if not known:
        raise InputProblem(
            f"Волна {wave['wave_id']}: в настройках года нет раздела surveys с анкетой «{wave['instrument']}».",
            f"Wave {wave['wave_id']}: the year's settings have no surveys section with the instrument "
            f"'{wave['instrument']}'.",
        )
    survey, items, wave_id = surveys[known[0]], questionnaires[known[0]].items, str(wave["wave_id"])
    own = responses[responses["wave_id"] == wave_id].reset_index(drop=True)
    matrix = answer_matrix(answers, own["response_id"])
    flags = quality_flags(matrix, own, items, wave, survey.quality)
    found = dispositions(matrix, items, survey.quality)
    left_out = exclude(flags, found, survey.exclusions, wave_id)
    stays = left_out.reason.isna().to_numpy()
    once = found[~_repeats(flags, found, survey.exclusions, wave_id)]
    ended = outcomes(once, wave, survey.quality)
    bases = item_nonresponse(matrix.of(stays), items, wave_id)
    invited = None if pd.isna(wave["invited_n"]) else int(wave["invited_n"])
    marked = own.drop(columns=[name for name in flags.columns if name != "response_id" and name in own.columns])
    marked = marked.merge(flags, on="response_id", how="left", validate="one_to_one")
    marked["disposition"] = found.to_numpy()
    marked["excluded_reason"] = left_out.reason.to_numpy()
    columns = [*own.columns, *(name for name in marked.columns if name not in own.columns)]
    return {
        "responses": marked[columns],
        "dispositions": ended.as_frame(wave_id),
        "rates": response_rates(ended, wave, survey.quality),
        "quality": quality_summary(flags, wave_id),
        "item_nonresponse": bases,
        "exclusions": left_out.steps,
        "flow": response_flow(wave_id, sources, row_ledger, left_out.steps, bases, invited),
    }


def _repeats(flags: pd.DataFrame, found: pd.Series, rules: Sequence[Exclusion], wave_id: str) -> pd.Series:
    """Whether a declared rule on repeats fits a response, whichever rule took it first."""
    declared = [rule for rule in rules if rule.rule in _REPEATS]
    return exclude(flags, found, declared, wave_id).reason.notna()
