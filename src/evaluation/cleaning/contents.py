"""What a received file is by its content, whatever its name says."""

from __future__ import annotations

import io
import re
import struct
import zipfile
from pathlib import Path

from evaluation.cleaning.delimited import decode, find_separator
from evaluation.cleaning.files import refuse
from evaluation.cleaning.limits import check_archive
from evaluation.cleaning.workbook import ENDINGS, FileFormat
from evaluation.settings import InputProblem

SPSS = (b"$FL2", b"$FL3")
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BIFF = (b"\x09\x08\x10\x00\x00\x06", b"\x09\x08\x08\x00\x00\x05", b"\x09\x04\x06\x00")
_OTHERS = {
    b"%PDF": ("документ PDF", "a PDF document"),
    b"{\\rtf": ("текст RTF", "an RTF text"),
    b"Rar!": ("архив RAR", "a RAR archive"),
    b"7z\xbc\xaf": ("архив 7z", "a 7z archive"),
    b"\x1f\x8b": ("архив gzip", "a gzip archive"),
    b"\x89PNG": ("рисунок", "a picture"),
    b"\xff\xd8\xff": ("рисунок", "a picture"),
}
_SAVE_RU = "Откройте его в Excel или LibreOffice и сохраните как «Книга Excel (xlsx)»."
_SAVE_EN = "Open it in Excel or LibreOffice and save it as 'Excel workbook (xlsx)'."
_END_OF_CHAIN = 0xFFFFFFFA


def recognise(data: bytes, path: Path, source: str) -> FileFormat:
    """The format to read ``data`` in: by content where that is certain.

    Raises InputProblem for an ending that is not read, for a workbook closed by a password, for a damaged workbook
    and for content that is no table (an archive, a web page, a document).
    """
    named = ENDINGS.get(path.suffix.casefold())
    if named is None:
        raise refuse(
            path,
            source,
            f": вид «{path.suffix}» не читается. Ожидались xlsx, xls, ods, csv, tsv, parquet или sav; "
            "сохраните файл в одном из них.",
            f": the kind '{path.suffix}' is not read. xlsx, xls, ods, csv, tsv, parquet or sav was expected; "
            "save the file as one of them.",
        )
    if data.startswith(b"PK"):
        return _zipped(data, path, source, named)
    if data.startswith(OLE):
        return _compound(data, path, source)
    if data.startswith(_BIFF):
        raise _other(path, source, "книга очень старого вида Excel", "a workbook of a very old Excel")
    if data.startswith(b"PAR1"):
        return "parquet"
    if data.startswith(SPSS):
        return "sav"
    for start, (ru, en) in _OTHERS.items():
        if data.startswith(start):
            raise _other(path, source, ru, en)
    return _text(data, path, source, named)


def _other(path: Path, source: str, ru: str, en: str) -> InputProblem:
    return refuse(
        path, source, f": это {ru}, а не таблица, которую можно прочесть. {_SAVE_RU}",
        f": it is {en}, no table that can be read. {_SAVE_EN}"
    )  # fmt: skip


def damaged(path: Path, source: str, kind: str) -> InputProblem:
    return refuse(
        path,
        source,
        f" не читается как {kind}: он повреждён. Получите его заново или восстановите в Excel и сохраните.",
        f" cannot be read as {kind}: it is damaged. Obtain it again, or let Excel repair it and save it.",
    )


def locked(path: Path, source: str) -> InputProblem:
    return refuse(
        path,
        source,
        " закрыт паролем. Откройте его в Excel с паролем и сохраните как «Книга Excel (xlsx)» без пароля.",
        " is locked by a password. Open it in Excel with the password and save it as 'Excel workbook (xlsx)' "
        "without one.",
    )


def _zipped(data: bytes, path: Path, source: str, named: FileFormat) -> FileFormat:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            check_archive(archive, path, source)
            members = archive.namelist()
            if "mimetype" in members:
                mime = archive.open("mimetype").read(200).decode("ascii", errors="replace")
                if mime.startswith("application/vnd.oasis.opendocument.spreadsheet"):
                    return "ods"
    except (
        zipfile.BadZipFile,
        EOFError,
        ValueError,
        NotImplementedError,
        OSError,
        struct.error,
        RuntimeError,
    ) as error:
        raise damaged(path, source, named if named in ("xlsx", "ods") else "zip") from error
    if "xl/workbook.xml" in members:
        return "xlsx"
    if "xl/workbook.bin" in members:
        raise _other(path, source, "двоичная книга Excel (xlsb)", "a binary Excel workbook (xlsb)")
    if any(name in members for name in ("word/document.xml", "ppt/presentation.xml", "content.xml")):
        raise _other(path, source, "документ, а не книга с таблицами", "a document, not a workbook")
    if any(name.startswith("xl/") for name in members):
        raise damaged(path, source, "xlsx")
    inside = ", ".join(members[:5]) + (", ..." if len(members) > 5 else "")
    raise refuse(
        path,
        source,
        f": это архив zip (внутри: {inside}). Распакуйте его и положите на его место нужную таблицу.",
        f": it is a zip archive (inside: {inside}). Unpack it and put the table that is needed in its place.",
    )


def _compound(data: bytes, path: Path, source: str) -> FileFormat:
    try:
        names = compound_streams(data)
    except (struct.error, ValueError, IndexError) as error:
        raise damaged(path, source, "xls") from error
    if "EncryptedPackage" in names:
        raise locked(path, source)
    if names & {"Workbook", "Book"}:
        return "xls"
    if "WordDocument" in names:
        raise _other(path, source, "документ Word", "a Word document")
    raise _other(path, source, "документ неизвестного вида", "a document of an unknown kind")


def compound_streams(data: bytes) -> set[str]:
    """Names of the streams in an OLE compound file, by its chain of directory sectors. Raises ValueError, struct.error.

    Layout of header, allocation table and directory entries: [MS-CFB] 2.2, 2.3, 2.6.
    """
    size = 1 << struct.unpack_from("<H", data, 30)[0]
    if size not in (512, 4096):
        raise ValueError("no size of a sector")
    sector = struct.unpack_from("<I", data, 48)[0]
    tables = struct.unpack_from("<109I", data, 76)
    names: set[str] = set()
    for _ in range(len(data) // size + 1):
        if sector >= _END_OF_CHAIN:
            return names
        start = (sector + 1) * size
        for entry in range(start, start + size, 128):
            length = struct.unpack_from("<H", data, entry + 64)[0]
            names.add(data[entry : entry + max(0, min(length, 64) - 2)].decode("utf-16-le", errors="replace"))
        table, place = divmod(sector, size // 4)
        sector = struct.unpack_from("<I", data, (tables[table] + 1) * size + 4 * place)[0]
    raise ValueError("the directory runs in a circle")


def _text(data: bytes, path: Path, source: str, named: FileFormat) -> FileFormat:
    head = data[:4096].replace(b"\x00", b"").lower()
    if re.search(rb"<(?:!doctype\s+html|html|table|body|meta)\b", head):
        raise refuse(
            path,
            source,
            f": это веб-страница (HTML), сохранённая с окончанием «{path.suffix}». {_SAVE_RU}",
            f": it is a web page (HTML) saved with the ending '{path.suffix}'. {_SAVE_EN}",
        )
    if b"urn:schemas-microsoft-com:office:spreadsheet" in head:
        raise _other(path, source, "таблица XML 2003", "an XML spreadsheet of 2003")
    if named == "csv":
        return "csv"
    if named != "parquet" and _is_table(data, path, source):
        return "csv"
    if named == "parquet":
        raise refuse(
            path,
            source,
            " не читается как parquet. Сохраните его заново.",
            " cannot be read as parquet. Save it again.",
        )
    raise refuse(
        path,
        source,
        f" не читается как {named}: он повреждён или это не {named}. Получите его заново.",
        f" cannot be read as {named}: it is damaged or not {named}. Obtain it again.",
    )


def _is_table(data: bytes, path: Path, source: str) -> bool:
    """Is a text that is named otherwise certainly a csv table: do all its lines have as many separators?"""
    try:
        text = decode(data, path, source)[0]
    except InputProblem:
        return False
    lines = [line for line in text.splitlines() if line.strip()]
    separator = find_separator(lines)
    counts = {line.count(separator) for line in lines}
    return len(lines) > 1 and len(counts) == 1 and counts != {0}
