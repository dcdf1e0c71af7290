"""Exports of form services as survey tables: waves, responses, and one row an answer.

Whole question texts stand in the header; answers are words. They are mapped through the questionnaire. Open answers
are never kept, and no remark repeats them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import pandas as pd

from evaluation.cleaning.context import Cleaned, Context, Part, join, join_ledgers, join_units, to_table
from evaluation.cleaning.dates import date_parser
from evaluation.cleaning.objects import objects
from evaluation.cleaning.questionnaire import (
    Questionnaire,
    condition,
    parse_answer,
    parse_score,
    parse_several,
)
from evaluation.cleaning.records import read_records
from evaluation.cleaning.remarks import settle
from evaluation.cleaning.rows import Reading, account, begin
from evaluation.cleaning.units import read_units
from evaluation.cleaning.values import Choices, Parsed, is_blank, is_marker, parse_integer, parse_text
from evaluation.cleaning.workbook import Received, physical_rows, source_files
from evaluation.codebook import Codebook
from evaluation.contracts import conform
from evaluation.ledger import check_accounts, issues_frame
from evaluation.settings import InputProblem, Survey
from evaluation.tables import TABLES

SAME_PERSON_MINUTES = 10
ANSWER_COLUMNS = ["response_id", "item", "choice", "code", "value", "missing"]
_MOMENTS = ("%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M")


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
) -> Cleaned:
    """Tables survey_waves, survey_responses and survey_answers of the received questionnaires.

    ``surveys`` and ``questionnaires`` are by logical source, as ``received``. ``support_events`` (where given) are
    what the numbers of events must lead to. Raises InputProblem for a source without settings or questionnaire and
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
        parts.append(_clean(one, surveys[source], questionnaires[source], context, events))
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


def _clean(received: Received, survey: Survey, form: Questionnaire, context: Context, events: set[str] | None) -> Part:
    open_items = set(form.items.loc[form.items["kind"] == "open", "name"])
    wordings = form.headers()
    closed = [name for name in form.items["name"] if name not in open_items]
    sheets, issues, other = read_records(
        received,
        "survey_responses",
        context.codebook,
        (tuple(closed),),
        extra_aliases=wordings,
        extra_personal=open_items,
        used_personal=tuple(open_items),
    )
    wave = f"{context.year}-{survey.instrument}"
    readings, responses, answers, count = [], [], [], 0
    for records in sheets:
        numbers = [f"{wave}-{count + place}" for place in range(1, len(records.frame) + 1)]
        count += len(records.frame)
        keys, groups = objects(numbers, records.frame.index), objects([wave] * len(numbers), records.frame.index)
        if records.has("response_id"):
            groups = None
            keys = objects([parse_text(raw).value for raw in records.frame["response_id"]], records.frame.index)
        reading = begin(records, keys, received.source, context, groups)
        moments = _respondents(reading, context, events)
        _merge_repeated(reading, moments, closed)
        coded = _answers(reading, form, context.choices("answer_missing"))
        _missing_questions(reading, form)
        answers.append(coded)
        responses.append(_responses(reading, coded, wave, context))
        readings.append(reading)
    tables = {
        "survey_waves": _wave(wave, survey, sum(len(frame) for frame in responses), context),
        "survey_responses": join(responses, "survey_responses"),
        "survey_answers": join([_answer_table(frame) for frame in answers], "survey_answers"),
    }
    return account(tables, readings, issues, other, received.source, context)


def _moment(raw: Any) -> dt.datetime | None:
    """Day and time of a response, for finding repeats."""
    if isinstance(raw, dt.datetime):
        return raw
    for form in _MOMENTS:
        try:
            return dt.datetime.strptime(str(raw).strip(), form)
        except ValueError:
            continue
    return None


def _respondents(reading: Reading, context: Context, events: set[str] | None) -> dict[int, dt.datetime | None]:
    """Day, unit and event of each response; returns the moments of submission by row."""
    records = reading.records
    reading.read("submitted_at", date_parser(records.is_1904, records.cells("submitted_at")))
    read_units(reading, "unit_name", None, context)
    for row in reading.index:
        if reading.columns["unit_id"].loc[row] is None and (records.has("unit_name") or records.has("unit_id")):
            reading.remark("unit_unknown", row, "unit_name", action="kept", severity="warning")

    def event(raw: Any) -> Parsed:
        text = parse_text(raw).value
        if text is not None and text.startswith(f"{context.year}-"):
            key: str | None = text
        else:
            number = parse_integer(raw)
            if number.value is None:
                return number
            key = f"{context.year}-T{number.value}"
        return Parsed(key) if events is None or key in events else Parsed(None, "reference_unknown")

    name = "event_id" if records.has("event_id") else "event_number"
    start = len(reading.issues)
    reading.columns["event_id"] = reading.read(name, event)
    reading.issues[start:] = [
        records.remark(issue.rule, issue.row, issue.field, issue.raw, action="emptied")
        if issue.rule == "reference_unknown"
        else issue
        for issue in reading.issues[start:]
    ]
    if not records.has("submitted_at"):
        return {int(row): None for row in reading.index}
    return {int(row): _moment(raw) for row, raw in records.frame["submitted_at"].items()}


def _merge_repeated(reading: Reading, moments: Mapping[int, dt.datetime | None], closed: list[str]) -> None:
    """The same answers from the same unit within ten minutes are one response sent twice."""
    items = [name for name in closed if reading.records.has(name)]
    known: dict[tuple[Any, ...], list[int]] = {}
    for row in reading.kept:
        answers = tuple(None if is_blank(value) else str(value) for value in reading.records.frame.loc[row, items])
        if not any(answers):
            continue
        same = (reading.columns["unit_id"].loc[row], reading.columns["event_id"].loc[row], *answers)
        now = moments[int(row)]
        for before in known.get(same, []):
            then = moments[before]
            if now is not None and then is not None and abs((now - then).total_seconds()) <= 60 * SAME_PERSON_MINUTES:
                reading.remark("duplicate_row", row, "submitted_at", value=f"= {before}")
                reading.merge(row, str(reading.keys.loc[before]))
                break
        else:
            known.setdefault(same, []).append(int(row))


def _answers(reading: Reading, form: Questionnaire, missing: Choices) -> pd.DataFrame:
    """Answers of the kept responses, long, in the order of responses and items."""
    parts: dict[Any, list[dict[str, Any]]] = {row: [] for row in reading.kept}
    for item in form.items.to_dict("records"):
        if item["kind"] == "open":
            if reading.records.has(item["name"]) and not all(map(is_blank, reading.records.frame[item["name"]])):
                line = reading.records.layout.header.rows[-1] if reading.records.layout.header else None
                reading.issues.append(reading.records.remark("open_answer_dropped", line, item["name"]))
            continue
        for row, answers in _item_answers(reading, form, item, missing).items():
            parts[row] += answers
    _not_asked(parts, form)
    rows = [{"response_id": reading.keys.loc[row], **answer} for row, answers in parts.items() for answer in answers]
    return pd.DataFrame(rows, columns=ANSWER_COLUMNS, dtype=object)


def _item_answers(
    reading: Reading, form: Questionnaire, item: Mapping[str, Any], missing: Choices
) -> dict[Any, list[dict[str, Any]]]:
    """Answers to one item by row; an item that the file lacks was not asked."""
    name, kind = str(item["name"]), item["kind"]
    if not reading.records.has(name):
        return {row: _without(form, item, "not_asked") for row in reading.kept}
    if kind == "several":
        return _several(reading, form, item)
    if kind == "number":
        values = reading.read(name, lambda raw: parse_score(raw, item["low"], item["high"]))
    else:
        spellings = form.spellings(str(item["list_name"]))
        values = reading.read(name, lambda raw: parse_answer(raw, spellings, missing))
    options = form.options(str(item["list_name"]))
    out = {}
    for row in reading.kept:
        value, raw = values.loc[row], reading.records.raw(row, name)
        answer: dict[str, Any] = {"item": name, "choice": "", "code": None, "value": None, "missing": None}
        if value is None:
            answer["missing"] = "blank" if is_blank(raw) or _is_marker(raw) else "invalid"
        elif kind == "number":
            answer |= {"code": f"{value:g}", "value": value}
        elif value.startswith("missing:"):
            answer["missing"] = value.removeprefix("missing:")
        elif options.loc[value, "missing_role"]:
            answer["missing"] = options.loc[value, "missing_role"]
        else:
            answer |= {"code": value, "value": options.loc[value, "value"]}
        out[row] = [answer]
    return out


def _is_marker(raw: Any) -> bool:
    return isinstance(raw, str) and is_marker(raw)


def _several(reading: Reading, form: Questionnaire, item: Mapping[str, Any]) -> dict[Any, list[dict[str, Any]]]:
    """One row an offered option, 1 if chosen; an empty cell leaves all of them blank."""
    name = str(item["name"])
    spellings = form.spellings(str(item["list_name"]))
    options = form.options(str(item["list_name"]))
    offered = [code for code in options["name"] if not options.loc[code, "missing_role"]]
    out = {}
    for row in reading.kept:
        raw = reading.records.raw(row, name)
        if is_blank(raw) or _is_marker(raw):
            out[row] = _without(form, item, "blank")
            continue
        chosen, unknown = parse_several(raw, spellings)
        for part in unknown:
            reading.remark("answer_unknown", row, name, part)
        roles = [options.loc[code, "missing_role"] for code in chosen if options.loc[code, "missing_role"]]
        if not chosen or (roles and len(roles) == len(chosen)):
            out[row] = _without(form, item, roles[0] if roles else "invalid")
            continue
        out[row] = [
            {
                "item": name,
                "choice": code,
                "code": str(int(code in chosen)),
                "value": float(code in chosen),
                "missing": None,
            }
            for code in offered
        ]
    return out


def _without(form: Questionnaire, item: Mapping[str, Any], why: str) -> list[dict[str, Any]]:
    """Rows of an item without an answer (one, or one an offered option)."""
    choices = [""]
    if item["kind"] == "several":
        options = form.options(str(item["list_name"]))
        choices = [code for code in options["name"] if not options.loc[code, "missing_role"]]
    return [{"item": item["name"], "choice": choice, "code": None, "value": None, "missing": why} for choice in choices]


def _not_asked(parts: dict[Any, list[dict[str, Any]]], form: Questionnaire) -> None:
    """A blank under a condition that the response does not meet was not asked."""
    conditions = {item.name: condition(str(item.relevant)) for item in form.items.itertuples()}
    conditions = {name: needed for name, needed in conditions.items() if needed is not None}
    if not conditions:
        return
    for answers in parts.values():
        given = {(a["item"], a["choice"] if a["code"] == "1" and a["choice"] else a["code"]) for a in answers}
        for answer in answers:
            needed = conditions.get(answer["item"])
            if needed is not None and answer["missing"] == "blank" and needed not in given:
                answer["missing"] = "not_asked"


def _missing_questions(reading: Reading, form: Questionnaire) -> None:
    for item in form.items.itertuples():
        if item.kind != "open" and not reading.records.has(item.name):
            reading.issues.append(reading.records.remark("question_missing", None, str(item.name)))


def _responses(reading: Reading, answers: pd.DataFrame, wave: str, context: Context) -> pd.DataFrame:
    """One row a kept response; non-response is the share of asked closed items left blank."""
    rows = reading.kept
    asked = answers[answers["missing"].map(lambda why: why != "not_asked").astype(bool)] if len(answers) else answers
    items = asked.assign(blank=asked["missing"] == "blank").groupby(["response_id", "item"], sort=False)["blank"].all()
    share = items.groupby("response_id").mean() if len(items) else pd.Series(dtype="float64")
    shares = [float(share.get(reading.keys.loc[row], 1.0)) for row in rows]
    columns = reading.columns_of(rows, ("unit_id", "event_id", "submitted_at"))
    columns["response_id"] = reading.keys.loc[rows]
    columns["wave_id"] = objects([wave] * len(rows), rows)
    columns["item_nonresponse"] = objects(shares, rows)
    columns["disposition"] = objects(
        ["complete" if value == 0 else "partial" if value < 0.5 else "break_off" for value in shares], rows
    )
    return to_table("survey_responses", {**columns, **reading.provenance(rows)})


def _answer_table(answers: pd.DataFrame) -> pd.DataFrame:
    return to_table("survey_answers", {name: objects(answers[name], answers.index) for name in ANSWER_COLUMNS})


def _wave(wave: str, survey: Survey, answered: int, context: Context) -> pd.DataFrame:
    row = {
        "wave_id": wave,
        "instrument": survey.instrument,
        "year": context.year,
        "design": survey.design,
        "population": survey.population.ru,
        "frame_n": survey.frame_n,
        "invited_n": survey.invited_n,
        "answered_n": answered,
        "field_from": survey.field_from,
        "field_to": survey.field_to,
    }
    index = pd.RangeIndex(1)
    return to_table("survey_waves", {name: objects([value], index) for name, value in row.items()})
