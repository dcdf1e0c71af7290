"""Exports of any form service as survey tables: waves, responses, and one row an answer.

A file is read through its questionnaire: headers become items (``survey_columns``), words become codes
(``survey_cells``, ``survey_answers``). Open answers are never kept, and no remark repeats them.
"""

from __future__ import annotations

import bisect
import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from evaluation.cleaning.context import Cleaned, Context, Part, join, join_ledgers, join_units, to_table
from evaluation.cleaning.distinct import Distinct
from evaluation.cleaning.headers import header_aliases, header_key
from evaluation.cleaning.objects import objects
from evaluation.cleaning.questionnaire.xlsform import OTHER, Questionnaire
from evaluation.cleaning.records import Records, read_records
from evaluation.cleaning.remarks import settle
from evaluation.cleaning.rows import Reading, account, begin, merge_across
from evaluation.cleaning.rules import RULES
from evaluation.cleaning.survey.answers import (
    ANSWER_COLUMNS,
    Answers,
    answer_frame,
    columns_of_item,
    read_answers,
)
from evaluation.cleaning.survey.asked import Asked, asked_in_wave
from evaluation.cleaning.survey.columns import FURTHER, IN_WORDS, Headers, name_columns
from evaluation.cleaning.survey.respondents import RESPONDENT_COLUMNS, read_respondents
from evaluation.cleaning.survey.service import SERVICE_COLUMNS
from evaluation.cleaning.values import is_blank, parse_text
from evaluation.cleaning.workbook import Received, physical_rows, source_files
from evaluation.codebook import Codebook
from evaluation.contracts import conform
from evaluation.ledger import Issue, check_accounts, issues_frame
from evaluation.settings import InputProblem, Survey
from evaluation.tables import TABLES

__all__ = ["ANSWER_COLUMNS", "SAME_PERSON_MINUTES", "clean_surveys", "sent_again"]

SAME_PERSON_MINUTES = 10


def clean_surveys(
    received: Mapping[str, Received],
    surveys: Mapping[str, Survey],
    questionnaires: Mapping[str, Questionnaire],
    year: int,
    registry: pd.DataFrame,
    aliases: pd.DataFrame,
    decisions: pd.DataFrame,
    codebook: Codebook,
    pseudonym_key: bytes,
    territory_date: dt.date,
    support_events: pd.DataFrame | None = None,
    region_code: str | None = None,
    attendance: pd.DataFrame | None = None,
) -> Cleaned:
    """Tables survey_waves, survey_responses and survey_answers of the received questionnaires.

    ``surveys`` and ``questionnaires`` are by logical source, as ``received``. ``support_events`` (where given) are
    what the numbers of events must lead to; with ``attendance`` of the same year they tell how many were asked in a
    wave whose settings declare no number. Raises InputProblem for a source without settings or questionnaire and
    for a file in which no question is recognised.
    """
    context = Context(year, registry, aliases, decisions, codebook, pseudonym_key, territory_date, region_code)
    events = None if support_events is None else set(support_events["event_id"])
    parts = []
    for source, one in received.items():
        if source not in surveys or source not in questionnaires:
            raise InputProblem(
                f"Источник {source} (файл {one.file_name}): "
                f"в настройках {year} года нет раздела surveys.{source}. Добавьте его.",
                f"Source {source} (file {one.file_name}): the settings of {year} lack surveys.{source}. Add it.",
            )
        parts.append(
            _clean(one, surveys[source], questionnaires[source], context, events, (support_events, attendance))
        )
    names = ("survey_waves", "survey_responses", "survey_answers")
    tables = {name: join([part.tables[name] for part in parts], name) for name in names}
    ledger = join_ledgers([part.ledger for part in parts])
    rows = physical_rows(received)
    check_accounts(ledger, rows, {name: one.file_name for name, one in received.items()})
    originals = [one for part in parts for one in part.originals]
    remarks = (issue for part in parts for issue in part.issues)
    issues = issues_frame(settle(remarks, originals, decisions, list(received), year, pseudonym_key))
    return Cleaned(
        tables,
        source_files(received),
        conform(ledger, TABLES["survey_row_ledger"]),
        conform(issues, TABLES["survey_issues"]) if len(issues) else TABLES["survey_issues"].empty(),
        rows,
        units=join_units(parts),
    )


def _clean(
    received: Received,
    survey: Survey,
    form: Questionnaire,
    context: Context,
    events: set[str] | None,
    given: tuple[pd.DataFrame | None, pd.DataFrame | None],
) -> Part:
    headers = Headers(form, header_aliases(context.codebook, "survey_responses", TABLES["survey_responses"].names))
    sheets, issues, other = _records(received, form, headers, context)
    wave = f"{context.year}-{survey.instrument}"
    readings, found, count = [], [], 0
    for records in sheets:
        keys, groups = _keys(records, wave, context, count)
        count += len(records.frame)
        reading = begin(records, keys, received.source, context, groups)
        read_respondents(reading, context, events)
        columns = [name for item in form.items["name"] for name in columns_of_item(reading, item)]
        closed = [name for name in columns if name not in records.personal or name.endswith(f"/{OTHER}")]
        if groups is None:
            _same_number(reading, closed)
        _merge_repeated(reading, closed)
        readings.append(reading)
        found.append((reading, closed))
    merge_across(readings)
    answers, responses = [], []
    for reading, _ in found:
        coded = read_answers(reading, form, context.choices("answer_missing"))
        _missing_questions(reading, form)
        answers.append(to_table("survey_answers", answer_frame(coded, reading.keys.loc[reading.kept])))
        responses.append(_responses(reading, coded, wave))
    whole = join(responses, "survey_responses")
    asked = asked_in_wave(survey, whole, *given)
    if asked.remark is not None and readings:
        readings[0].issues.append(_about_asked(readings[0].records, asked))
    tables = {
        "survey_waves": _wave(wave, survey, asked, len(whole), context),
        "survey_responses": whole,
        "survey_answers": join(answers, "survey_answers"),
    }
    return account(tables, readings, issues, other, received.source, context)


def _records(
    received: Received, form: Questionnaire, headers: Headers, context: Context
) -> tuple[list[Records], list[Issue], pd.DataFrame]:
    """Records of the sheets in which a closed question is recognised; columns as ``survey_columns`` names them."""
    named = name_columns(received, headers)
    spread = {f"{item.name}/{option}": None for item in form.items.itertuples() if item.kind == "several"
              for option in form.options(str(item.list_name))["name"]}  # fmt: skip
    in_words = {f"{name}/{IN_WORDS}" for name in form.items["name"]}
    open_items = set(form.items.loc[form.items["kind"] == "open", "name"])
    written = set(form.items.loc[form.items["or_other"].astype(bool) & (form.items["kind"] == "several"), "name"])
    personal = open_items | in_words | {f"{name}/{OTHER}" for name in written}
    there = {str(cell) for sheet in named.visible for cell in sheet.cells[:60].ravel() if isinstance(cell, str)}
    closed = [name for name in form.items["name"] if name not in open_items]
    further = {text for text in there if (parts := text.partition(f"/{FURTHER}"))[1] and parts[0] in closed}
    wordings = form.headers() | {name: name for name in sorted(({*spread, *in_words} & there) | further)}
    sheets, issues, other = read_records(
        named,
        "survey_responses",
        context.codebook,
        ((*closed, *sorted(set(spread) & there), *sorted(further)),),
        extra_aliases=wordings,
        extra_personal=personal,
        used_personal=(*sorted(personal), "person_key"),
    )
    lost = [issue for records in sheets for issue in _unread_rows(records, closed)]
    return sheets, [*(_about_column(issue, headers) for issue in issues), *lost], other


def _unread_rows(records: Records, closed: Collection[str]) -> list[Issue]:
    """Remarks on rows below the header that look like sections, totals or notes but hold something under a question."""
    under = [place - 1 for name, place in records.layout.positions.items() if name.partition("/")[0] in closed]
    classes = records.layout.row_classes
    looks = classes[classes.isin(["section", "subtotal", "total", "footnote"])]
    cells = records.layout.sheet.cells
    return [
        records.remark("row_no_response", int(str(row)), None, kind)
        for row, kind in looks.items()
        if not all(is_blank(cells[int(str(row)) - 1, place]) for place in under)
    ]


def _about_column(issue: Issue, headers: Headers) -> Issue:
    """A column that form services add of themselves is no unknown question; an unknown one gets a likely question."""
    if issue.rule not in ("unmapped_column", "repeated_column") or not issue.raw:
        return issue
    last = header_key(issue.raw.rpartition(" > ")[2] or issue.raw)[0]
    if {header_key(issue.raw)[0], last} & SERVICE_COLUMNS:
        severity, action = RULES["service_column"]
        return replace(issue, rule="service_column", severity=severity, action=action, suggestion=None)
    return replace(issue, suggestion=headers.nearest(issue.raw) or issue.suggestion)


def _keys(records: Records, wave: str, context: Context, count: int) -> tuple[pd.Series, pd.Series | None]:
    """Keys of responses: the service's own numbers after the wave, else numbers by row, whose groups are the waves."""
    index = records.frame.index
    numbers = objects([f"{wave}-{count + place}" for place in range(1, len(index) + 1)], index)
    if not records.has("response_id"):
        return numbers, objects([wave] * len(index), index)
    texts = [parse_text(raw).value for raw in records.frame["response_id"]]
    own = [
        None if text is None else str(text) if str(text).startswith(f"{context.year}-") else f"{wave}-{text}"
        for text in texts
    ]
    return objects(
        [f"{wave}-row-{row}" if key is None else key for row, key in zip(index, own, strict=True)], index
    ), None


def _same_number(reading: Reading, closed: list[str]) -> None:
    """Of two responses of one number the later is a repeat where all answers agree, and set aside where they differ."""
    keys = reading.keys.loc[reading.kept]
    doubled = keys[keys.duplicated(keep=False)]
    first: dict[str, Any] = {}
    frame = reading.records.frame[closed]
    for row, key in doubled.items():
        before = first.setdefault(key, row)
        if before == row:
            continue
        one, other = frame.loc[row].astype(str), frame.loc[before].astype(str)
        if one.equals(other):
            reading.remark("duplicate_row", row, "response_id", value=f"= {before}")
            reading.merge(row, str(key))
        else:
            reading.set_aside(row, "duplicate_key", "response_id", suggestion=f"{reading.records.sheet}, {before}")


def _merge_repeated(reading: Reading, closed: list[str]) -> None:
    """The same answers from the same person or unit within ten minutes are one response sent twice.

    Where nothing tells whose they are, people of one event who answer alike would be taken for one: none are merged.
    """
    rows = reading.kept
    if not len(rows) or not closed:
        return
    places = reading.index.get_indexer(rows)
    moments = pd.to_datetime(reading.columns["submitted_at"].loc[rows])
    cells = [reading.records.distinct(name) for name in closed]
    empty = np.logical_and.reduce([one.flags(lambda raw: raw is None or not str(raw).strip())[places] for one in cells])
    same = np.zeros(len(rows), dtype=np.intp)
    persons = [reading.columns[name].loc[rows].to_numpy() for name in ("unit_id", "event_id", "person_key")]
    codes = [pd.factorize(one, use_na_sentinel=False)[0] for one in persons]
    codes += [_spelling_codes(one)[places] for one in cells]
    for code in codes:
        same = pd.factorize(same * (int(code.max()) + 2) + code + 1)[0]
    whose = np.array([one is not None for one in persons[0]]) | np.array([one is not None for one in persons[2]])
    groups = pd.Series(same, index=rows)[~empty & whose & moments.notna().to_numpy()]
    seconds = dict(zip(rows, moments.to_numpy(dtype="datetime64[s]").astype(np.int64).tolist(), strict=True))
    for _, group in groups[groups.duplicated(keep=False)].groupby(groups, sort=False):
        for row, before in sent_again([(one, seconds[one]) for one in group.index]):
            reading.remark("duplicate_row", row, "submitted_at", value=f"= {before}")
            reading.merge(row, str(reading.keys.loc[before]))


def sent_again(sent: Sequence[tuple[Any, int]]) -> list[tuple[Any, Any]]:
    """Rows that repeat an earlier one, with that one: the first in the order of ``sent`` (row, second) that was kept
    and sent within ten minutes. Kept ones lie further apart, so that only the two neighbours in time can be it."""
    kept: list[tuple[int, int]] = []  # seconds and places in ``sent``, in order of time
    found = []
    for place, (row, second) in enumerate(sent):
        at = bisect.bisect_right(kept, (second, place))
        near = [one for one in kept[max(0, at - 1) : at + 1] if abs(one[0] - second) <= SAME_PERSON_MINUTES * 60]
        if near:
            found.append((row, sent[min(number for _, number in near)][0]))
        else:
            kept.insert(at, (second, place))
    return found


def _spelling_codes(column: Distinct) -> np.ndarray:
    """A number a row that is the same where the cells are spelt alike."""
    spelt = np.array(["" if cell is None else str(cell) for cell in column.cells], dtype=object)
    codes: np.ndarray = pd.factorize(spelt)[0][column.codes]
    return codes


def _missing_questions(reading: Reading, form: Questionnaire) -> None:
    """One remark a question that the sheet lacks, and one a question of which it has some options only."""
    for item in form.items.itertuples():
        there = columns_of_item(reading, str(item.name))
        if item.kind == "open" or str(item.name) in there:
            continue
        if not there:
            reading.issues.append(reading.records.remark("question_missing", None, str(item.name)))
        elif item.kind == "several":
            lacking = [code for code in form.offered(str(item.list_name)) if f"{item.name}/{code}" not in there]
            if f"{item.name}/{IN_WORDS}" in there:
                lacking = [code for code in lacking if code != OTHER]
            if lacking:
                remark = reading.records.remark("option_missing", None, str(item.name), suggestion=" ".join(lacking))
                reading.issues.append(remark)


def _responses(reading: Reading, answers: Iterable[Answers], wave: str) -> pd.DataFrame:
    """One row a kept response; non-response is the share of asked closed items left blank."""
    rows = reading.kept
    blank: dict[str, np.ndarray] = {}
    asked: dict[str, np.ndarray] = {}
    for one in answers:
        silent, put = one.blank, one.missing != "not_asked"
        blank[one.item] = blank.get(one.item, np.ones(len(rows), dtype=bool)) & (silent | ~put)
        asked[one.item] = asked.get(one.item, np.zeros(len(rows), dtype=bool)) | put
    put_to = sum((flags.astype(int) for flags in asked.values()), np.zeros(len(rows), dtype=int))
    silent_on = sum(((blank[item] & asked[item]).astype(int) for item in asked), np.zeros(len(rows), dtype=int))
    shares = np.where(put_to > 0, silent_on / np.maximum(put_to, 1), 1.0)
    columns = reading.columns_of(rows, RESPONDENT_COLUMNS)
    columns["response_id"] = reading.keys.loc[rows]
    columns["wave_id"] = objects([wave] * len(rows), rows)
    columns["item_nonresponse"] = pd.Series(shares, index=rows, dtype="float64")
    columns["disposition"] = objects(
        np.select([shares == 0, shares < 0.5], ["complete", "partial"], "break_off").tolist(), rows
    )
    return to_table("survey_responses", {**columns, **reading.provenance(rows)})


def _about_asked(records: Records, asked: Asked) -> Issue:
    return records.remark(
        asked.remark or "", None, None, asked.declared, asked.declared,
        suggestion=asked.named_gaps or (None if asked.counted is None else str(asked.counted)),
    )  # fmt: skip


def _wave(wave: str, survey: Survey, asked: Asked, answered: int, context: Context) -> pd.DataFrame:
    row = {
        "wave_id": wave,
        "instrument": survey.instrument,
        "year": context.year,
        "design": survey.design,
        "population": survey.population.ru,
        "frame_n": asked.frame_n,
        "invited_n": asked.invited_n,
        "invited_basis": asked.basis,
        "answered_n": answered,
        "field_from": survey.field_from,
        "field_to": survey.field_to,
        "mode": None if survey.mode is None else survey.mode.ru,
        "margins_id": survey.margins_id,
    }
    index = pd.RangeIndex(1)
    return to_table("survey_waves", {name: objects([value], index) for name, value in row.items()})
