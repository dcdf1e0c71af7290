"""Opening a delivery: it is taken whole, or refused with every reason in plain words."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd
from pydantic import ValidationError

from evaluation.privacy.personal import mask_personal
from evaluation.settings import Text
from evaluation.year.roll_up.checks import content_faults
from evaluation.year.roll_up.contract import FORM, HEAD, SUMS, TABLES, Delivery, columns_of
from evaluation.year.roll_up.csv import file_of, read_table
from evaluation.year.roll_up.people import people_in

LARGEST = 256 * 2**20
"""Bytes that a delivery may unpack to; one of a thousand units takes a few hundred thousand."""
EXPECTED = frozenset({HEAD, SUMS, *(file_of(name) for name in TABLES)})
AGAIN = Text(
    ru="Попросите регион прислать посылку заново", en="Ask the region to send the delivery again"
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Taken:
    """A delivery that keeps its contract: its file's name and SHA-256, head and frames."""

    file: str
    sha256: str
    delivery: Delivery
    frames: Mapping[str, pd.DataFrame]

    @property
    def region(self) -> str:
        return self.delivery.region_code


@dataclass(frozen=True)
class Refused:
    """A delivery that is left out: every reason, and whose it says it is (empty where that cannot be read)."""

    file: str
    sha256: str
    region: str
    reasons: tuple[Text, ...]


@dataclass(frozen=True)
class Asked:
    """What the centre asks of every delivery: its year, its threshold of counts of people, and, where the regions told
    them by another way, the SHA-256 of the files by name."""

    year: int
    threshold: int = 5
    sums: Mapping[str, str] | None = None


def open_delivery(file: str, content: bytes, asked: Asked) -> Taken | Refused:
    """The delivery in the ZIP file ``content``; ``file`` is the name it is spoken of by."""
    digest = hashlib.sha256(content).hexdigest()
    files, wrong = _unpacked(content)
    wrong = [*_told_sum(file, digest, asked.sums), *wrong]
    delivery, head_wrong = _head(files.get(HEAD)) if files else (None, [])
    region = delivery.region_code if delivery is not None else ""
    wrong += head_wrong
    if delivery is not None and not wrong:
        wrong += _of_year(delivery, asked.year)
    if wrong or delivery is None:
        return Refused(file, digest, region, tuple(wrong))
    frames: dict[str, pd.DataFrame] = {}
    for name, table in TABLES.items():
        frames[name], found = read_table(files[file_of(name)], table)
        wrong += found or _rows(name, len(frames[name]), delivery)
    if not wrong:
        wrong = [*people_in(delivery, frames, asked.threshold), *content_faults(delivery, frames)]
    return Refused(file, digest, region, tuple(wrong)) if wrong else Taken(file, digest, delivery, frames)


def _told_sum(file: str, digest: str, sums: Mapping[str, str] | None) -> list[Text]:
    if sums is None or sums.get(file) == digest:
        return []
    if file not in sums:
        return [
            Text(
                ru=f"в списке контрольных сумм нет файла {file}. Спросите сумму у региона",
                en=f"the list of check sums has no file {file}. Ask the region for its sum",
            )
        ]
    return [
        Text(
            ru=f"контрольная сумма файла {digest[:12]}…, а регион назвал {sums[file][:12]}…: это не тот файл, что "
            f"собрал регион. {AGAIN.ru}",
            en=f"the file's check sum is {digest[:12]}..., the region told {sums[file][:12]}...: this is not the file "
            f"that the region packed. {AGAIN.en}",
        )
    ]


def _unpacked(content: bytes) -> tuple[dict[str, bytes], list[Text]]:
    """The files of the delivery, held against their list of check sums; no files where they cannot be trusted."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            if sum(entry.file_size for entry in entries) > LARGEST:
                return {}, [
                    Text(
                        ru=f"архив распаковывается больше чем в {LARGEST // 2**20} МБ: это не посылка. {AGAIN.ru}",
                        en=f"the archive unpacks to more than {LARGEST // 2**20} MB: this is no delivery. {AGAIN.en}",
                    )
                ]
            names = [entry.filename for entry in entries]
            wrong = _names(names)
            if wrong:
                return {}, wrong
            files = {name: archive.read(name) for name in names}
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, RuntimeError):
        return {}, [
            Text(
                ru=f"файл не открывается как ZIP: он повреждён или это не посылка. {AGAIN.ru}",
                en=f"the file does not open as ZIP: it is damaged or no delivery. {AGAIN.en}",
            )
        ]
    wrong = _unlike_sums(files)
    return ({} if wrong else files), wrong


def _names(names: list[str]) -> list[Text]:
    missing, extra = sorted(EXPECTED - set(names)), sorted(set(names) - EXPECTED)
    found = []
    if missing:
        told = ", ".join(missing)
        found.append(
            Text(
                ru=f"в посылке нет файлов: {told}. {AGAIN.ru}, собранную «evaluation roll-up pack»",
                en=f"the delivery lacks files: {told}. {AGAIN.en}, packed by 'evaluation roll-up pack'",
            )
        )
    if extra:
        told = ", ".join(mask_personal(name, names=True)[0] for name in extra[:5])
        found.append(
            Text(
                ru=f"в посылке есть то, чего договор не знает: {told} (таких файлов: {len(extra)}). Построчных таблиц "
                f"и других файлов не посылают. {AGAIN.ru}",
                en=f"the delivery holds what the contract does not know: {told} (such files: {len(extra)}). Tables of "
                f"single records and other files are not sent. {AGAIN.en}",
            )
        )
    if len(set(names)) < len(names):
        found.append(
            Text(
                ru=f"один файл лежит в архиве дважды. {AGAIN.ru}",
                en=f"a file lies twice in the archive. {AGAIN.en}",
            )
        )
    return found


def _unlike_sums(files: Mapping[str, bytes]) -> list[Text]:
    lines = files[SUMS].decode("utf-8", "replace").splitlines()
    told = {name: digest for digest, _, name in (line.partition("  ") for line in lines if line)}
    wrong = [
        name
        for name in sorted(EXPECTED - {SUMS})
        if told.get(name) != hashlib.sha256(files[name]).hexdigest()
    ]  # fmt: skip
    if not wrong:
        return []
    names = ", ".join(wrong)
    return [
        Text(
            ru=f"посылка изменена после того, как её собрали: с {SUMS} не сходятся {names}. {AGAIN.ru}, не открывая "
            "её в других программах",
            en=f"the delivery was changed after it was packed: not as {SUMS} says: {names}. {AGAIN.en}, without "
            "opening it in other programs",
        )
    ]


def _head(content: bytes | None) -> tuple[Delivery | None, list[Text]]:
    """The delivery's head, and what in it is not of the contract."""
    try:
        told = json.loads(content or b"")
        form = str(told.get("schema")) if isinstance(told, dict) else "-"
        if form != FORM:
            return None, [
                Text(
                    ru=f"{HEAD}: договор «{mask_personal(form)[0]}», а центр принимает «{FORM}». Обновите программу у "
                    "себя или в центре, чтобы версии совпали",
                    en=f"{HEAD}: the contract is '{mask_personal(form)[0]}', the centre takes '{FORM}'. Update the "
                    "tool at the region or at the centre, so that both have one version",
                )
            ]
        delivery = Delivery.model_validate(told)
    except (ValueError, ValidationError) as error:
        place = ".".join(map(str, error.errors()[0]["loc"])) if isinstance(error, ValidationError) else "-"
        return None, [
            Text(
                ru=f"{HEAD} не соответствует договору {FORM} (ключ «{place}»). {AGAIN.ru}",
                en=f"{HEAD} does not fit the contract {FORM} (key '{place}'). {AGAIN.en}",
            )
        ]
    return delivery, [text for name in TABLES for text in _contract(name, delivery)]


def _contract(name: str, delivery: Delivery) -> list[Text]:
    """Columns and kinds that the region's tool declared, where they are not the centre's."""
    if name not in delivery.tables:
        told = Text(ru="таблица не объявлена", en="the table is not declared")
    else:
        theirs = {column.name: column.kind for column in delivery.tables[name].columns}
        ours = {column.name: column.kind for column in columns_of(TABLES[name])}
        if theirs == ours:
            return []
        odd = sorted(column for column in {*theirs, *ours} if theirs.get(column) != ours.get(column))
        first = odd[0] if odd[0] in ours else mask_personal(odd[0], names=True)[0]
        here, there = ours.get(odd[0], "—"), mask_personal(theirs.get(odd[0], "—"))[0]
        told = Text(
            ru=f"столбец {first}: у региона «{there}», по договору «{here}» (таких столбцов: {len(odd)})",
            en=f"column {first}: '{there}' at the region, '{here}' by the contract (such columns: {len(odd)})",
        )
    return [
        Text(
            ru=f"{file_of(name)}: {told.ru}. Посылку собрала версия {mask_personal(delivery.tool_version)[0]}; "
            "обновите программу у региона или у центра и соберите посылку заново",
            en=f"{file_of(name)}: {told.en}. The delivery was packed by version "
            f"{mask_personal(delivery.tool_version)[0]}; update the tool at the region or the centre and pack it again",
        )
    ]


def _of_year(delivery: Delivery, year: int) -> list[Text]:
    if delivery.year == year:
        return []
    return [
        Text(
            ru=f"посылка за {delivery.year} год, а сводится {year}. Попросите у региона посылку за {year} год",
            en=f"the delivery is of {delivery.year}, what is rolled up is {year}. Ask the region for its delivery of "
            f"{year}",
        )
    ]


def _rows(name: str, rows: int, delivery: Delivery) -> list[Text]:
    declared = delivery.tables[name].rows
    if declared == rows:
        return []
    return [
        Text(
            ru=f"{file_of(name)}: строк {rows}, а {HEAD} называет {declared}. {AGAIN.ru}",
            en=f"{file_of(name)}: {rows} rows, {HEAD} names {declared}. {AGAIN.en}",
        )
    ]
