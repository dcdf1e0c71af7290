"""What a stranger needs to run a released year again, as one archive whose bytes depend on its content alone."""

from __future__ import annotations

import gzip
import io
import subprocess
import tarfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from evaluation.settings import InputProblem, Text

# what people received and what code makes is never taken from the repository, even where somebody committed it
KEPT_OUT = ("data/", "reports/", ".staging/", "simulated_truth/", ".git/", ".venv/")
PROJECT_PLACES = (
    "src", "notebooks", "config", "pyproject.toml", "requirements.lock", "README.md", "README.ru.md", "LICENSE",
)  # fmt: skip
WORKSPACE_PLACES = ("config", "notebooks")
SECONDS = 120
Files = dict[str, bytes]
"""Content by path, with ``/`` between the parts."""

HOW_TO: Text = Text(
    ru="""# Как повторить {year} год

В этом архиве код, настройки, блокноты и точные версии библиотек, которыми получены результаты выпуска.
Нужен Python {python}.

1. `python -m venv .venv`
2. `.venv/bin/python -m pip install --require-hashes -r {project}/requirements.lock`
3. Положите недостающие файлы (они названы ниже с их контрольными суммами) на указанные места.
4. `PYTHONPATH={project}/src .venv/bin/python -m evaluation.app.cli run {year} --workspace workspace`

Результаты появятся в `workspace/reports/{year}/draft` и `workspace/data/processed`; рисунки, таблицы и отчёты
должны совпасть с выпуском до байта, кроме того, что зависит от ключа псевдонимов (он не передаётся никому).

## Что нужно попросить у института
{asked}
""",
    en="""# How to run {year} again

This archive holds the code, the settings, the notebooks and the exact versions of libraries behind the release.
Python {python} is needed.

1. `python -m venv .venv`
2. `.venv/bin/python -m pip install --require-hashes -r {project}/requirements.lock`
3. Put the files that are not in here (named below with their check sums) in the places given.
4. `PYTHONPATH={project}/src .venv/bin/python -m evaluation.app.cli run {year} --workspace workspace`

The results appear in `workspace/reports/{year}/draft` and `workspace/data/processed`; figures, tables and reports
must agree with the release to the byte, except for what depends on the key of pseudonyms, which nobody is given.

## What must be asked for
{asked}
""",
)
NOTHING = Text(ru="Ничего: всё внутри.", en="Nothing: all of it is inside.")


def committed_files(folder: Path, places: Sequence[str] = ()) -> Files:
    """Files of ``folder`` (or only of ``places`` in it) at its last commit. Raises InputProblem where git refuses."""
    known = [place for place in places if _git(folder, "ls-tree", "HEAD", "--", place).strip()]
    answer = _git(folder, "-c", "core.autocrlf=false", "archive", "--format=tar", "HEAD", *known)
    with tarfile.open(fileobj=io.BytesIO(answer)) as found:
        members = [member for member in found if member.isfile()]
        files = {member.name: found.extractfile(member) for member in members}
        return {name: file.read() for name, file in files.items() if file is not None and not _out(name)}


def lying_files(folder: Path, places: Iterable[str | Path]) -> Files:
    """Files of ``places`` in ``folder`` as they lie there, for a folder that no repository holds."""
    found: Files = {}
    for place in places:
        path = folder / place
        for file in [path] if path.is_file() else sorted(path.rglob("*")):
            name = file.relative_to(folder).as_posix()
            hidden = any(part.startswith(".") or part == "__pycache__" for part in Path(name).parts)
            if file.is_file() and not hidden and not _out(name):
                found[name] = file.read_bytes()
    return found


def _out(name: str) -> bool:
    return name.startswith(KEPT_OUT)


def _git(folder: Path, *arguments: str) -> bytes:
    try:
        answer = subprocess.run(
            ["git", "-C", str(folder), *arguments], capture_output=True, timeout=SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise InputProblem(
            f"git не ответил для {folder} ({error}). Повторите.", f"git gave no answer for {folder} ({error}). Repeat."
        ) from error
    if answer.returncode:
        said = answer.stderr.decode("utf-8", "replace").strip()
        raise InputProblem(
            f"git не смог собрать файлы {folder}: {said}. Исправьте это и повторите.",
            f"git could not gather the files of {folder}: {said}. Mend this and repeat.",
        )
    return answer.stdout


def how_to(year: int, python: str, project: str, asked: Mapping[str, str]) -> Files:
    """The archive's instructions in both languages; ``asked`` gives the SHA-256 by place of what is not inside."""
    files: Files = {}
    for language in ("ru", "en"):
        lines = "\n".join(f"- `{place}` SHA-256 `{digest}`" for place, digest in sorted(asked.items()))
        text = HOW_TO.ru if language == "ru" else HOW_TO.en
        nothing = NOTHING.ru if language == "ru" else NOTHING.en
        filled = text.format(year=year, python=python, project=project, asked=lines or nothing)
        files[f"RERUN.{language}.md"] = filled.encode("utf-8")
    return files


def archive_bytes(files: Mapping[str, bytes]) -> bytes:
    """A .tar.gz of ``files``: sorted, without times, owners or the packing program's marks."""
    packed = io.BytesIO()
    with (
        gzip.GzipFile(filename="", fileobj=packed, mode="wb", mtime=0, compresslevel=9) as stream,
        tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT) as out,
    ):
        for name, content in sorted(files.items()):
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(content), 0o644
            out.addfile(entry, io.BytesIO(content))
    return packed.getvalue()


def unpack(archive: Path, folder: Path) -> None:
    """Unpack a release's archive into ``folder``. Raises InputProblem for a damaged one."""
    try:
        with tarfile.open(archive, mode="r:gz") as found:
            found.extractall(folder, filter="data")
    except (tarfile.TarError, OSError, EOFError) as error:
        raise InputProblem(
            f"{archive}: архив повреждён ({error}). Возьмите выпуск из резервной копии.",
            f"{archive}: the archive is damaged ({error}). Take the release from a backup.",
        ) from error
