"""The three tables of a territory's card: its projects, its support, its neighbours."""

from __future__ import annotations

import pandas as pd

from evaluation.codebook import Codebook
from evaluation.display.exhibit import HIDDEN, Exhibit
from evaluation.display.placenames import transliterate
from evaluation.display.tables import exhibit
from evaluation.display.wording import MISSING, below_mark, code_label, format_number, is_missing, words
from evaluation.report.cards.facts import Card
from evaluation.settings import LANGUAGES, Language, Text

MOST_YEARS = 8
_LAST = Text(ru="Последний раз", en="Last time")
_STREAM = Text(ru="Вид поддержки", en="Stream of support")
_TERRITORY = Text(ru="Территория", en="Territory")


def projects_table(card: Card, anchor: str, codebook: Codebook | None, currency: str) -> Exhibit:
    """Applications, supported projects, their cost and residents' participations of the last MOST_YEARS years."""
    return exhibit(
        card.projects.tail(MOST_YEARS).reset_index(drop=True), codebook, "panel",
        "Заявки и проекты по годам", "Applications and projects by year",
        "В нынешних границах. Участия — не отдельные люди: один человек мог участвовать несколько раз.",
        "In the present boundaries. Participations do not count people: one person may have taken part several times.",
        name=f"projects-{anchor}", units={"cost": currency}, currency=currency,
        decimals=dict.fromkeys(("applications", "funded", "cost", "participations"), 0),
    )  # fmt: skip


def support_table(card: Card, anchor: str, codebook: Codebook | None, language: Language) -> Exhibit:
    """A row a stream, a column a year: attendances and, in brackets, acts; hidden counts marked. One language."""
    years = sorted(card.support["year"].astype(int).unique())[-MOST_YEARS:]
    rows = card.support.set_index(["stream", "year"])
    known = codebook.choice_labels("coverage_stream", language) if codebook is not None else {}
    states = codebook.choice_labels("contact_state", language) if codebook is not None else {}
    last = card.contacts.set_index("stream")
    streams = [stream for stream in last.index if stream in set(card.support["stream"])]
    streams += [stream for stream in dict.fromkeys(card.support["stream"]) if stream not in streams]
    marks = set(card.support.loc[card.support["year"].isin(years), "hidden"])
    body = []
    for stream in streams:
        cells = [_cell(rows, stream, year, card.threshold, language) for year in years]
        contact = MISSING[language]
        if stream in last.index:
            row = last.loc[stream]
            contact = states.get(str(row["state"]), str(row["state"]))
            if not is_missing(row["last_year"]) and not pd.isna(row["last_year"]):
                contact = str(int(row["last_year"]))
        body.append([known.get(stream) or code_label("stream", stream, language), *cells, contact])
    has_gaps = any(MISSING[language] in row for row in body)
    columns = ["stream", *map(str, years), "last"]
    label = {"stream": _STREAM.in_language(language), "last": _LAST.in_language(language)}
    return Exhibit(
        f"support-{anchor}", pd.DataFrame(body, columns=columns, dtype="str"), dict.fromkeys(LANGUAGES, label),
        Text(ru="Полученная поддержка: участия людей (в скобках — мероприятия)",
             en="Support received: attendances (in brackets: acts of support)"),
        Text(**{each: _notes(each, marks, has_gaps, card) for each in LANGUAGES}),
    )  # fmt: skip


def _cell(rows: pd.DataFrame, stream: str, year: int, threshold: int, language: Language) -> str:
    if (stream, year) not in rows.index:
        return MISSING[language]
    row = rows.loc[(stream, year)]
    if row["hidden"]:
        return below_mark(threshold) if row["hidden"] == "primary" else HIDDEN
    people = format_number(row["attendances"], language, 0)
    if is_missing(row["acts"]) or not row["acts"]:
        return people
    return f"{people} ({format_number(row['acts'], language, 0)})"


def _notes(language: Language, marks: set[str], has_gaps: bool, card: Card) -> str:
    values = {"mark": below_mark(card.threshold), "threshold": card.threshold}
    not_told = Text(ru="Прочерк — за этот год записей нет.", en="'n/a': there are no records of that year.")
    lines = [not_told.in_language(language)] * has_gaps
    lines += [words("hidden", language).format(**values)] * ("primary" in marks)
    lines += [words("hidden_also", language).format(**values)] * ("complementary" in marks)
    if len(card.former) > 1:
        lines.append(
            Text(
                ru="Мероприятия бывших территорий сложены: общее для двух из них посчитано дважды.",
                en="Acts of former territories are added up: one that two of them shared is counted twice.",
            ).in_language(language)
        )
    return " ".join(lines)


def neighbours_table(card: Card, anchor: str, codebook: Codebook | None) -> Exhibit:
    """The territory and its neighbours side by side; its own row first."""
    rows = card.neighbours[["name", "distance_km", "population", "applications", "funded", "value", "low", "high",
                            "rank"]]  # fmt: skip
    codes = list(dict.fromkeys(rows["name"]))
    return exhibit(
        rows, codebook, "panel",
        f"Рядом с соседями, {card.year} год", f"Beside its neighbours, {card.year}",
        "Первая строка — сама территория. Расстояние — по прямой между центрами; место — по числу поддержанных "
        "проектов на жителя; у территорий без опубликованной численности его нет.",
        "The first row is the territory itself. Distance: between the centres as the crow flies; rank: by supported "
        "projects per resident, which territories without published population do not have.",
        name=f"neighbours-{anchor}",
        labels={
            "name": _TERRITORY, "distance_km": Text(ru="Расстояние", en="Distance"),
            "population": Text(ru="Жители", en="Residents"),
            "applications": Text(ru="Заявки", en="Applications"), "funded": Text(ru="Поддержано", en="Supported"),
            "value": Text(ru="Проектов", en="Projects"), "rank": Text(ru="Место", en="Rank"),
        },
        units={"distance_km": "km", "value": "per_10000", "low": "per_10000", "high": "per_10000", "rank": "count",
               "population": "persons"},
        decimals={"distance_km": 0, "population": 0, "applications": 0, "funded": 0, "value": 2, "low": 2,
                  "high": 2, "rank": 0},
        names={"name": {"ru": dict(zip(codes, codes, strict=True)),
                        "en": {code: transliterate(code) for code in codes}}},
    )  # fmt: skip
