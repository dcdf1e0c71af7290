"""A spreadsheet put into ``data/raw``: checked apart first, the earlier file kept, the day of arrival noted."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from evaluation.app.checking import YearCheck, check_file
from evaluation.app.preparing_year import SOURCES_HEADER
from evaluation.places import Workspace
from evaluation.running.lock import only_run
from evaluation.settings import InputProblem, Text
from evaluation.year.files import put_together

REPLACED = "replaced"
SOURCES = "SOURCES.csv"
DIGEST_LENGTH = 8
MAX_BYTES = 200_000_000


@dataclass(frozen=True)
class Offered:
    """A file that somebody wants to put in: for which source, what it was called there, its bytes."""

    source: str
    name: str
    content: bytes

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True)
class Arrival:
    """When and from whom a file came, for the list SOURCES.csv."""

    received_on: dt.date
    received_from: str = ""


@dataclass(frozen=True)
class Put:
    """Where the file lies now, and where the one that lay there before; ``same``: it lay there already."""

    place: Path
    earlier: Path | None = None
    same: bool = False


def check_offered(
    workspace: Workspace, year: int, offered: Offered, stage: Callable[[Text], None] = lambda text: None
) -> YearCheck:
    """What ``evaluation check`` says of the file, in a passing copy; nothing of the workspace is written.

    Raises InputProblem for a source that the year does not name, for a file of another kind, and as the check does.
    """
    place = _place(workspace, year, offered)
    with tempfile.TemporaryDirectory(prefix="panel-") as folder:
        copy = Path(folder) / place.name
        copy.write_bytes(offered.content)
        try:
            return check_file(workspace, copy, offered.source, str(year), None, stage)
        except InputProblem as problem:
            told = {language: text.replace(str(copy), offered.name) for language, text in problem.messages.items()}
            raise InputProblem(told["ru"], told["en"]) from problem


def put_in(workspace: Workspace, year: int, offered: Offered, arrival: Arrival) -> Put:
    """Put a file that was checked into its place in ``data/raw``; the earlier one goes to ``data/raw/<year>/replaced``.

    All is written or nothing. The arrival is noted in SOURCES.csv: a further line where the
    file replaces another, so that the day on which the first one came stays known. Raises InputProblem, with nothing
    changed, for a day to come, while a run goes on, and where nothing can be written.
    """
    place = _place(workspace, year, offered)
    if arrival.received_on > dt.date.today():
        raise InputProblem(
            f"День получения {arrival.received_on} ещё не наступил. Укажите день, когда файл пришёл.",
            f"The day of arrival {arrival.received_on} is still to come. Name the day on which the file came.",
        )
    with only_run(workspace.root):
        return _put(place, offered, arrival)


def _put(place: Path, offered: Offered, arrival: Arrival) -> Put:
    place.parent.mkdir(parents=True, exist_ok=True)
    before = place.read_bytes() if place.exists() else None
    if before == offered.content:
        return Put(place, same=True)
    note = "" if offered.name == place.name else offered.name
    earlier = None
    contents: dict[Path, bytes] = {}
    if before is not None:
        digest = hashlib.sha256(before).hexdigest()[:DIGEST_LENGTH]
        earlier = place.parent / REPLACED / f"{place.stem} {digest}{place.suffix}"
        contents[earlier] = before
        note = "; ".join(part for part in (note, f"replaces {REPLACED}/{earlier.name}") if part)
    sources = place.parent / SOURCES
    row = dict(
        zip(
            SOURCES_HEADER,
            (offered.source, place.name, arrival.received_on.isoformat(), arrival.received_from.strip(), note),
            strict=True,
        )
    )
    contents[place] = offered.content
    contents[sources] = with_arrival(sources.read_bytes() if sources.exists() else b"", row)
    put_together(contents)
    return Put(place, earlier)


def with_arrival(content: bytes, row: dict[str, str]) -> bytes:
    """A SOURCES.csv with one more arrival: its source's line still without a day is filled in, else a line is added."""
    text = content.decode("utf-8-sig")
    ending = "\r\n" if "\r\n" in text else "\n"
    reader = csv.DictReader(io.StringIO(text))
    header = list(reader.fieldnames or SOURCES_HEADER)
    header += [name for name in SOURCES_HEADER if name not in header]
    rows = [{name: line.get(name) or "" for name in header} for line in reader]
    awaited = [line for line in rows if line["source"] == row["source"] and not line["received_on"].strip()]
    if awaited:
        awaited[0].update({name: value for name, value in row.items() if value})
    else:
        rows.append({name: row.get(name, "") for name in header})
    out = io.StringIO()
    writer = csv.DictWriter(out, header, lineterminator=ending)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode("utf-8")


def _place(workspace: Workspace, year: int, offered: Offered) -> Path:
    """Where the settings of the year want the file. Raises InputProblem where they do not, or want another kind."""
    sources = workspace.year(year).sources
    if offered.source not in sources:
        known = ", ".join(sources)
        raise InputProblem(
            f"В настройках {year} года нет источника «{offered.source}». Есть: {known}. Допишите его в "
            f"config/years/{year}.yml.",
            f"The settings of {year} have no source '{offered.source}'. There are: {known}. Add it to "
            f"config/years/{year}.yml.",
        )
    place = workspace.raw_folder(year) / sources[offered.source].file
    wanted, given = place.suffix.casefold(), Path(offered.name).suffix.casefold()
    if given != wanted:
        raise InputProblem(
            f"{offered.name}: ожидался файл вида {wanted} (в настройках {place.name}), а дан {given or 'без вида'}. "
            f"Сохраните таблицу как {wanted} или исправьте имя в config/years/{year}.yml.",
            f"{offered.name}: a file of the kind {wanted} was expected ({place.name} in the settings), not "
            f"{given or 'one without'}. Save the table as {wanted}, or correct the name in config/years/{year}.yml.",
        )
    if len(offered.content) > MAX_BYTES:
        size, limit = len(offered.content) // 10**6, MAX_BYTES // 10**6
        raise InputProblem(
            f"{offered.name}: {size} МБ, а через панель можно до {limit} МБ. Положите файл сами: {place}.",
            f"{offered.name}: {size} MB, the panel takes up to {limit} MB. Put the file there yourself: {place}.",
        )
    return place
