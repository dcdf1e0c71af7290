"""A received file taken from its folder in one piece, and the certainty that it stayed the same meanwhile."""

from __future__ import annotations

import errno
import hashlib
import stat
from pathlib import Path

from evaluation.cleaning.workbook import Remark
from evaluation.settings import InputProblem

MAX_BYTES = 200_000_000
_PIECE = 1 << 20


def refuse(path: Path, source: str, ru: str, en: str) -> InputProblem:
    """The problem with a received file; ``ru`` and ``en`` continue the words «Файл ... (источник ...)»."""
    return InputProblem(f"Файл {path} (источник {source}){ru}", f"The file {path} (source {source}){en}")


def take(path: Path, source: str) -> tuple[bytes, str, tuple[Remark, ...]]:
    """Content, SHA-256 and remarks on the file as a whole (it is open in another program).

    Raises InputProblem for a file that is absent, a folder, no ordinary file, empty, too large, not to be opened.
    """
    try:
        facts = path.stat()
        if stat.S_ISDIR(facts.st_mode):
            raise InputProblem(
                f"На месте файла {path} (источник {source}) лежит папка. Ожидалась таблица: укажите в настройках "
                "года файл внутри папки.",
                f"A folder lies in the place of the file {path} (source {source}). A table was expected: name the "
                "file inside of the folder in the year's settings.",
            )
        if not stat.S_ISREG(facts.st_mode):
            raise refuse(path, source, ": это не обычный файл. Положите на его место таблицу.",
                         ": it is no ordinary file. Put a table in its place.")  # fmt: skip
        if facts.st_size == 0:
            raise refuse(
                path,
                source,
                " пуст: 0 байт. Ожидалась таблица. Получите файл заново.",
                " is empty: 0 bytes. A table was expected. Obtain the file again.",
            )
        if facts.st_size > MAX_BYTES:
            raise refuse(
                path,
                source,
                f" слишком велик: {facts.st_size} байт при пределе {MAX_BYTES}. Разделите его или уберите рисунки.",
                f" is too large: {facts.st_size} bytes, the limit is {MAX_BYTES}. Split it or remove pictures.",
            )
        data = path.read_bytes()
    except OSError as error:
        raise _not_opened(error, path, source) from error
    return data, hashlib.sha256(data).hexdigest(), _open_elsewhere(path)


def check_unchanged(path: Path, source: str, sha256: str) -> None:
    """Raise InputProblem when the file is no longer what was read."""
    digest = hashlib.sha256()
    try:
        with path.open("rb") as stream:
            while piece := stream.read(_PIECE):
                digest.update(piece)
    except OSError as error:
        raise refuse(
            path,
            source,
            " исчез или закрылся для чтения, пока его читали. Верните файл и повторите.",
            " disappeared or was locked while it was read. Bring the file back and try again.",
        ) from error
    if digest.hexdigest() != sha256:
        raise refuse(
            path,
            source,
            " изменился, пока его читали. Сохраните и закройте его в другой программе, затем повторите.",
            " changed while it was read. Save and close it in the other program, then try again.",
        )


def _not_opened(error: OSError, path: Path, source: str) -> InputProblem:
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return InputProblem(
            f"Нет файла {path} (источник {source}). Положите его туда или исправьте имя в настройках года.",
            f"There is no file {path} (source {source}). Put it there or correct its name in the year's settings.",
        )
    if isinstance(error, PermissionError) or error.errno in (errno.ETXTBSY, errno.EBUSY):
        return refuse(
            path,
            source,
            " не открывается: он занят другой программой (например, открыт в Excel) или у вас нет права его читать. "
            "Закройте его там или получите право чтения и повторите.",
            " cannot be opened: another program holds it (it is open in Excel, say), or you have no right to read "
            "it. Close it there or obtain the right to read it, and try again.",
        )
    return refuse(
        path,
        source,
        f" не читается: {error.strerror}. Скопируйте его заново с исходного носителя.",
        f" cannot be read: {error.strerror}. Copy it again from where it came.",
    )


def _open_elsewhere(path: Path) -> tuple[Remark, ...]:
    """Office programs put a lock file beside a workbook that somebody edits: what is read may be unfinished."""
    locks = (path.with_name(f"~${path.name}"), path.with_name(f".~lock.{path.name}#"))
    return (Remark("file_open_elsewhere"),) if any(lock.exists() for lock in locks) else ()
