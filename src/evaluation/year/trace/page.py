"""A trace in words for people, as JSON for programs and as CSV with every row."""

from __future__ import annotations

import csv
import dataclasses
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd

from evaluation.codebook import Codebook
from evaluation.display.cell_texts import guard
from evaluation.display.grammar import counted
from evaluation.display.wording import code_label, format_interval, format_number, format_p
from evaluation.settings import Language, Text
from evaluation.year.trace.finding import Trace
from evaluation.year.trace.rows import ORIGIN_COLUMNS

SCHEMA = "evaluation-trace/1"
MOST_REMARKS = 10
MOST_FILES = 20


@dataclass(frozen=True)
class Line:
    """A line of the page; ``depth`` 0 is a heading."""

    text: str
    depth: int = 1


_W: dict[str, Text] = {
    "finding": Text(ru="Находка", en="Finding"),
    "value": Text(ru="значение", en="value"),
    "interval": Text(ru="95 % интервал", en="95% interval"),
    "note": Text(ru="примечание", en="note"),
    "report": Text(ru="Где стоит в отчёте", en="Where the report shows it"),
    "not_shown": Text(ru="в отчёте её нет", en="the report does not show it"),
    "code": Text(ru="Шаг и тетрадь", en="Step and notebook"),
    "cell": Text(ru="ячейка {cell}, строка {line}: {text}", en="cell {cell}, line {line}: {text}"),
    "no_cell": Text(ru="ни одна ячейка тетради её не называет", en="no cell of the notebook names it"),
    "executed": Text(ru="выполненная тетрадь: {file}", en="executed notebook: {file}"),
    "execution": Text(ru=", In [{number}]", en=", In [{number}]"),
    "functions": Text(ru="Функции, которые там вызваны", en="Functions called there"),
    "lines": Text(ru="строки {first}–{last}", en="lines {first}-{last}"),
    "named": Text(ru="Где написано её имя", en="Where its name stands"),
    "tables": Text(ru="Таблицы, которые читает шаг", en="Tables that the step reads"),
    "counted": Text(ru="Какие строки сосчитаны", en="Which rows are counted"),
    "all_rows": Text(ru="все строки", en="all rows"),
    "selected": Text(ru="{table}: {where}: {selected} из {rows}", en="{table}: {where}: {selected} of {rows}"),
    "agrees": Text(ru="по этим строкам ({measure}) выходит {value}: сходится",
                   en="these rows ({measure}) give {value}: it agrees"),
    "differs": Text(
        ru="одни эти строки ({measure}) дают {value}; функция шага учитывает и другое",
        en="these rows alone ({measure}) give {value}; the step's function takes in more",
    ),
    "no_measure": Text(ru="значение получено не из одних этих строк: см. функции",
                       en="the value is not made of these rows alone: see the functions"),
    "no_table": Text(ru="таблицы нет: выполните шаг заново", en="the table is not there: run the step again"),
    "no_rows": Text(
        ru="Сама находка строк не считает: она получена из таблиц шага и полученных файлов, что за ними стоят.",
        en="The finding counts no rows by itself: it comes of the step's tables and the received files behind them.",
    ),
    "derived": Text(ru="строки этой таблицы не получены, а вычислены: за ними стоят файлы, названные ниже",
                    en="rows of this table are computed, not received: the files named below stand behind them"),
    "origins": Text(ru="Строки полученных файлов", en="Rows of received files"),
    "row": Text(ru="лист {sheet}, строка {row}", en="sheet {sheet}, row {row}"),
    "more": Text(ru="и ещё {number}; все — с ключом --all", en="and {number} more; all with --all"),
    "remarks": Text(ru="Замечания к этим строкам", en="Remarks on these rows"),
    "decisions": Text(ru="Решения людей", en="People's decisions"),
    "none": Text(ru="нет", en="none"),
    "files": Text(ru="Полученные файлы", en="Received files"),
    "changed": Text(ru="ФАЙЛ ИЗМЕНИЛСЯ после чтения", en="THE FILE HAS CHANGED since it was read"),
    "gone": Text(ru="файла больше нет", en="the file is no longer there"),
    "kept": Text(ru="принято {kept} из {rows}", en="{kept} kept of {rows}"),
    "and_more": Text(ru="и ещё {number}", en="and {number} more"),
}  # fmt: skip


def lines(trace: Trace, codebook: Codebook, language: Language, currency: str = "RUB") -> list[Line]:
    """The whole trace as lines in one language."""
    return [Line(line.text.replace("\n", " "), line.depth) for line in _Page(trace, codebook, language, currency).all()]


class _Page:
    def __init__(self, trace: Trace, codebook: Codebook, language: Language, currency: str) -> None:
        self.trace, self.codebook, self.language, self.currency = trace, codebook, language, currency

    def word(self, name: str, **values: Any) -> str:
        return _W[name].in_language(self.language).format(**values)

    def rows(self, number: int) -> str:
        return counted(number, "row", self.language)

    def all(self) -> Iterator[Line]:
        yield from self._finding()
        yield from self._code()
        yield from self._counting()
        yield from self._origins()
        yield from self._remarks()
        yield from self._tables()
        yield from self._files()

    def _finding(self) -> Iterator[Line]:
        row, unit = self.trace.finding, str(self.trace.finding["unit"] or "").replace("currency", self.currency)
        label = self.codebook.label("findings", row["name"], self.language)
        if label == row["name"]:
            label = self.codebook.label("indicators", row["name"], self.language)
        yield Line(f"{self.word('finding')} {row['name']}" + (f": {label}" if label != row["name"] else ""), 0)
        shown = format_number(row["value"], self.language, None, unit)
        if unit == "p" and row["value"] is not None:
            shown = format_p(row["value"], self.language)
        exact = "" if row["value"] is None else f" ({row['value']!r})"
        yield Line(f"{self.word('value')}: {shown}{exact}" + ("" if row["n"] is None else f"; n = {row['n']}"))
        if row["low"] is not None and row["high"] is not None:
            ends = format_interval(row["low"], row["high"], self.language, None, unit)
            yield Line(f"{self.word('interval')}: {ends}")
        if row["note"]:
            yield Line(f"{self.word('note')}: {row['note']}")
        yield Line(self.word("report"), 0)
        together: dict[tuple[str, str], int] = {}
        for place in self.trace.shown:
            key = f"{place.report}#{place.section}", place.text
            together[key] = together.get(key, 0) + 1
        for (where, text), times in together.items():
            yield Line(f"{where}: «{text}»" + (f" × {times}" if times > 1 else ""))
        if not together:
            yield Line(self.word("not_shown"))

    def _code(self) -> Iterator[Line]:
        code = self.trace.code
        yield Line(self.word("code"), 0)
        yield Line(f"{code.step}: {code.notebook}")
        if code.cell is None:
            yield Line(self.word("no_cell"))
        else:
            yield Line(self.word("cell", cell=code.cell, line=code.line or 1, text=code.text))
        if code.executed:
            number = self.word("execution", number=code.execution) if code.execution else ""
            yield Line(self.word("executed", file=code.executed) + number)
        if code.functions:
            yield Line(self.word("functions"), 0)
        for place in code.functions:
            yield Line(f"{place.name}: {place.file}, {self.word('lines', first=place.line, last=place.last_line)}")
        if code.named_at:
            yield Line(self.word("named"), 0)
        for place in code.named_at:
            yield Line(f"{place.file}:{place.line}: {place.text}")

    def _counting(self) -> Iterator[Line]:
        found = self.trace.counting
        yield Line(self.word("counted"), 0)
        if found is None:
            yield Line(self.word("no_rows"))
            return
        if found.problem:
            known = self.word("no_table") if found.problem == "no_table" else found.problem
            yield Line(f"{found.table}: {known}")
            return
        where = found.where or self.word("all_rows")
        yield Line(
            self.word("selected", table=found.table, where=where, selected=self.rows(found.selected), rows=found.rows)
        )
        if found.value is None:
            yield Line(self.word("no_measure"))
        else:
            told = self.word(
                "agrees" if found.agrees else "differs", measure=found.measure,
                value=format_number(found.value, self.language),
            )  # fmt: skip
            yield Line(told)
        if not self.trace.origin_rows and found.selected:
            yield Line(self.word("derived"))

    def _origins(self) -> Iterator[Line]:
        if not self.trace.origin_rows:
            return
        yield Line(f"{self.word('origins')}: {self.trace.origin_rows}", 0)
        for row in self.trace.origins.to_dict("records"):
            place = f"{row['file_name']}, {self.word('row', sheet=row['sheet'], row=row['row'])}"
            parts = [place, _text(row["cells"]), _text(row["values"]), self._fate(row)]
            yield Line("; ".join(part for part in parts if part))
        more = self.trace.origin_rows - len(self.trace.origins)
        if more > 0:
            yield Line(self.word("more", number=more))

    def _fate(self, row: dict[str, Any]) -> str:
        fate = _text(row["fate"])
        return code_label("fate", fate, self.language) if fate and fate != "kept" else ""

    def _remarks(self) -> Iterator[Line]:
        if not self.trace.origin_rows:
            return
        remarks = self.trace.remarks
        yield Line(f"{self.word('remarks')}: {len(remarks)}", 0)
        rules = self.codebook.choice_labels("rule", self.language)
        actions = self.codebook.choice_labels("action", self.language)
        kinds = remarks.groupby(["rule", "action"], sort=False)
        for (rule, action), part in sorted(kinds, key=lambda pair: -len(pair[1]))[:MOST_REMARKS]:
            cells = part["cell"].dropna().tolist()[:3]
            shown = f" ({', '.join(cells)}{', …' if len(part) > len(cells) else ''})" if cells else ""
            yield Line(f"{rules.get(rule, rule)}: {actions.get(action, action)} × {len(part)}{shown}")
        if len(kinds) > MOST_REMARKS:
            yield Line(self.word("and_more", number=len(kinds) - MOST_REMARKS))
        decided = remarks[remarks["decision"].notna()]
        yield Line(f"{self.word('decisions')}: {len(decided) or self.word('none')}", 0)
        for row in decided.head(MOST_REMARKS).to_dict("records"):
            who = ", ".join(_text(row[name]) for name in ("decided_by", "decided_on") if _text(row[name]))
            place = f"{row['sheet']}!{_text(row['cell']) or row['row']}"
            yield Line(f"{place}: {row['decision']}" + (f" ({who})" if who else ""))

    def _tables(self) -> Iterator[Line]:
        if not self.trace.tables:
            return
        yield Line(self.word("tables"), 0)
        together: dict[tuple[str, str], list[tuple[int, int]]] = {}
        for table in self.trace.tables:
            together.setdefault((table.name, table.maker), []).append((table.year, table.rows))
        for (name, maker), years in together.items():
            span = str(years[0][0]) if len(years) == 1 else f"{years[0][0]}–{years[-1][0]}"
            yield Line(f"{name} {span}: {self.rows(sum(number for _, number in years))} ({maker})")

    def _files(self) -> Iterator[Line]:
        if not self.trace.files:
            return
        yield Line(self.word("files"), 0)
        for file in self.trace.files[:MOST_FILES]:
            state = self.word("gone") if file.is_same is None else "" if file.is_same else self.word("changed")
            kept = self.word("kept", kept=file.kept, rows=self.rows_of(file.rows))
            told = f"{file.year} {file.source}: {file.file}; {kept}; SHA-256 {file.sha256[:12]}"
            yield Line(told + (f"; {state}" if state else ""))
        if len(self.trace.files) > MOST_FILES:
            yield Line(self.word("and_more", number=len(self.trace.files) - MOST_FILES))

    def rows_of(self, number: int) -> str:
        return counted(number, "row", self.language, "genitive")


def _text(value: Any) -> str:
    return "" if value is None or pd.isna(value) else str(value)


def content(trace: Trace) -> dict[str, Any]:
    """JSON-ready."""
    return {
        "schema": SCHEMA,
        "year": trace.year,
        "finding": trace.finding,
        "shown": [dataclasses.asdict(each) for each in trace.shown],
        "code": dataclasses.asdict(trace.code),
        "counting": None if trace.counting is None else dataclasses.asdict(trace.counting),
        "origin_rows": trace.origin_rows,
        "origins": _records(trace.origins),
        "remarks": _records(trace.remarks),
        "tables": [dataclasses.asdict(each) for each in trace.tables],
        "files": [dataclasses.asdict(each) for each in trace.files],
    }


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    plain = frame.astype("object").where(frame.notna(), None)
    return [{str(key): value for key, value in row.items()} for row in plain.to_dict("records")]


def to_csv(trace: Trace) -> str:
    """Every told row of received sheets, a line each; texts that a spreadsheet would run are guarded."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(ORIGIN_COLUMNS)
    for row in trace.origins[ORIGIN_COLUMNS].itertuples(index=False):
        writer.writerow([guard(_text(value)) for value in row])
    return buffer.getvalue()
