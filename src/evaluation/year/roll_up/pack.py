"""Packing a delivery: the sums of a released year, checked for people and small counts, in one file."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

import evaluation
from evaluation.aside import write_whole
from evaluation.places import Workspace
from evaluation.settings import InputProblem, Text
from evaluation.tables import TABLES as WORKSPACE_TABLES
from evaluation.year.manifest import MANIFEST, SUMS, Manifest, read_manifest, read_sums, sums_text
from evaluation.year.roll_up.contract import HEAD, TABLES, DeliveredTable, Delivery, Release, columns_of
from evaluation.year.roll_up.csv import file_of, read_table, table_csv
from evaluation.year.roll_up.frames import TAKEN, Frames, delivery_frames
from evaluation.year.roll_up.people import people_in
from evaluation.year.verify import unlike_sums

NEEDED = ("territories", "indicators")
SHOWN = 5
_RELEASED = re.compile(r"(\d{4}-\d{2}-\d{2})(?:-(\d+))?")
_EPOCH = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Packed:
    """The delivery as it was written, its SHA-256 and how many of its numbers are hidden."""

    path: Path
    sha256: str
    delivery: Delivery
    hidden: int


def pack(workspace: Workspace, year: int, out: Path, released: str | None = None) -> Packed:
    """Write the delivery of ``year`` to ``out`` in one step.

    ``released``: name of the release's folder (``2026-03-01``); without it the last one. The same release gives the
    same bytes. Raises InputProblem for a year that is not released, a release that was changed, tables that are no
    longer those of the release, a programme without ``region_code``, and people in what would be sent.
    """
    folder = release_folder(workspace, year, released)
    manifest = read_manifest(folder)
    _refuse_altered(folder, manifest)
    programme = manifest.settings["programme"]
    if not programme.get("region_code"):
        raise InputProblem(
            "config/programme.yml: нет region_code, и центр не узнает, чья это посылка. Впишите код региона (первые "
            "цифры кодов его территорий), выпустите год заново и повторите.",
            "config/programme.yml: there is no region_code, and the centre could not tell whose delivery this is. "
            "Write the region's code (the first digits of its units' codes), release the year again and repeat.",
        )
    threshold = int(programme["disclosure"]["threshold"])
    models = {model["name"]: model for model in (manifest.settings["plan"] or {}).get("models", ())}
    frames = delivery_frames(released_tables(workspace, folder, manifest), models, year, threshold)
    delivery = Delivery(
        region_code=programme["region_code"], programme=manifest.programme, title=manifest.title,
        institute=manifest.institute, simulated=manifest.simulated, year=year, registry=programme["registry"]["kind"],
        territory_date=dt.date.fromisoformat(manifest.settings["year"]["territory_date"]),
        currency=programme["currency"]["code"], threshold=threshold,
        release=Release(
            name=folder.name, released_on=dt.date.fromisoformat(manifest.released_on),
            manifest=hashlib.sha256((folder / MANIFEST).read_bytes()).hexdigest(),
        ),
        tool_version=evaluation.__version__, tables=described(frames),
    )  # fmt: skip
    content = delivery_bytes(delivery, frames)
    write_whole(out, content)
    hidden = int(frames["totals"]["hidden"].notna().sum())
    return Packed(out, hashlib.sha256(content).hexdigest(), delivery, hidden)


def described(frames: Frames) -> dict[str, DeliveredTable]:
    """What ``DELIVERY.json`` says of the tables."""
    return {
        name: DeliveredTable(rows=len(frame), columns=columns_of(TABLES[name])) for name, frame in frames.items()
    }  # fmt: skip


def delivery_bytes(delivery: Delivery, frames: Frames) -> bytes:
    """The delivery's ZIP file. Raises InputProblem for people in it and for tables that break their contract."""
    files = {file_of(name): table_csv(frames[name], table) for name, table in TABLES.items()}
    wrong = [
        *(text for name, table in TABLES.items() for text in read_table(files[file_of(name)], table)[1]),
        *people_in(delivery, frames),
    ]
    if wrong:
        raise refusal(wrong)
    files[HEAD] = delivery.text().encode("utf-8")
    files[SUMS] = sums_text(files).encode("utf-8")
    return zip_bytes(files)


def zip_bytes(files: Mapping[str, bytes]) -> bytes:
    """A ZIP file of ``files`` by name; the same files give the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(files.items()):
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type, entry.external_attr, entry.create_system = zipfile.ZIP_DEFLATED, 0o644 << 16, 3
            archive.writestr(entry, content)
    return buffer.getvalue()


def refusal(reasons: Sequence[Text]) -> InputProblem:
    """Why nothing was packed, every reason in a line of its own."""
    return InputProblem(
        "\n".join([f"Посылка не собрана. Причин: {len(reasons)}.", *(f"- {each.ru}" for each in reasons)]),
        "\n".join([f"No delivery was packed. Reasons: {len(reasons)}.", *(f"- {each.en}" for each in reasons)]),
    )


# ---- the release ----------------------------------------------------------------------------------------------------


def release_folder(workspace: Workspace, year: int, name: str | None) -> Path:
    """The release called ``name``, or the year's last. Raises InputProblem where there is none."""
    workspace.year(year)
    home = workspace.report_folder(year).parent / "released"
    found = {path.name: path for path in home.glob("*") if path.is_dir() and _RELEASED.fullmatch(path.name)}
    if not found:
        raise InputProblem(
            f"{year} год не выпущен: в {home} нет ни одного выпуска, а посылают только выпущенное. Выполните "
            f"«evaluation release {year}».",
            f"{year} is not released: {home} holds no release, and only what is released may be sent. Run "
            f"'evaluation release {year}'.",
        )
    if name is not None and name not in found:
        known = ", ".join(sorted(found, key=_order))
        raise InputProblem(
            f"Выпуска {name} за {year} год нет. Есть: {known}.", f"{year} has no release {name}. There are: {known}."
        )
    return found[name] if name is not None else found[max(found, key=_order)]


def _order(name: str) -> tuple[str, int]:
    day, number = _RELEASED.fullmatch(name).groups()  # type: ignore[union-attr]  # only names that match come here
    return day, int(number or 1)


def _refuse_altered(folder: Path, manifest: Manifest) -> None:
    lying = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    wrong = [difference.file for difference in unlike_sums(lying, read_sums(folder), manifest)]
    if wrong:
        names = ", ".join(wrong[:SHOWN]) + (f" (+{len(wrong) - SHOWN})" if len(wrong) > SHOWN else "")
        raise InputProblem(
            f"{folder}: выпуск изменён после выпуска, файлы не сходятся с {SUMS}: {names}. Верните их из резервной "
            "копии или выпустите год заново.",
            f"{folder}: the release was changed after it was made, files do not agree with {SUMS}: {names}. Bring them "
            "back from a backup, or release the year again.",
        )


def released_tables(workspace: Workspace, folder: Path, manifest: Manifest) -> dict[str, pd.DataFrame]:
    """The tables a delivery is made of, each with the very bytes that the release's manifest names.

    Raises InputProblem for a needed table that the release does not have and for one that has changed since.
    """
    digests: dict[str, str] = {}
    for run in manifest.steps:
        if run.year == manifest.year:
            digests |= run.outputs
    made: dict[str, Any] = {}
    missing = [name for name in NEEDED if f"table:{name}" not in digests]
    changed = []
    for output, digest in sorted(digests.items()):
        kind, _, name = output.partition(":")
        if kind != "table" or name not in WORKSPACE_TABLES or not (name in TAKEN or name.startswith("findings_")):
            continue
        released = folder / "data" / f"{name}.parquet"
        path = released if released.is_file() else workspace.table_path(name, manifest.year)
        content = path.read_bytes() if path.is_file() else b""
        if hashlib.sha256(content).hexdigest() != digest:
            changed.append(name)
        else:
            made[name] = pd.read_parquet(io.BytesIO(content))
    if missing:
        raise InputProblem(
            f"В выпуске {folder.name} нет таблиц, без которых нет и посылки: {', '.join(missing)}. Выполните "
            f"«evaluation run {manifest.year}» и выпустите год заново.",
            f"The release {folder.name} has no tables that a delivery needs: {', '.join(missing)}. Run "
            f"'evaluation run {manifest.year}' and release the year again.",
        )
    if changed:
        raise InputProblem(
            f"data/processed/{manifest.year}: таблицы уже не те, что в выпуске {folder.name}: {', '.join(changed)}. "
            "Выпустите год заново или верните таблицы из резервной копии.",
            f"data/processed/{manifest.year}: tables are no longer those of the release {folder.name}: "
            f"{', '.join(changed)}. Release the year again, or bring the tables back from a backup.",
        )
    return made
