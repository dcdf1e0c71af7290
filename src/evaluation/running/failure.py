"""Why a step's run failed, in plain words."""

from __future__ import annotations

import errno
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from evaluation.settings import InputProblem, Text

Kind = Literal[
    "cell", "kernel_died", "time_limit", "kernel_start", "missing_output", "undeclared_output", "contract", "input",
    "disk_full", "no_permission", "interrupted", "program", "cluster",
]  # fmt: skip
NO_ROOM = frozenset(
    number
    for name in ("ENOSPC", "EDQUOT", "EFBIG")
    if (number := getattr(errno, name, None)) is not None  # not every system has all three
)
NOT_ALLOWED = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})


@dataclass(frozen=True)
class Failure:
    """What went wrong. ``cell`` counts code cells from 1, as ``In [n]`` does when the notebook is run from the top."""

    kind: Kind
    message: Text
    cell: int | None = None
    log: Path | None = None


class StepFailed(Exception):
    """A step's run failed; ``failure`` says how."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message.en)
        self.failure = failure


def cell_failed(
    cell: int,
    name: str,
    value: str,
    messages: Mapping[str, str] | None = None,
    kinds: Sequence[str] = (),
) -> Failure:
    """A cell raised ``name``; ``messages`` are the error's own words in both languages, where it has them.

    ``kinds`` names the error's class and those it descends from. An InputProblem is something that must be mended in
    the input, not in the notebook; a ContractError a table that is not as ``tables/`` declares it.
    """
    lines = [line.strip() for line in value.strip().splitlines() if line.strip()]
    cause = f"{name}: {lines[-1]}" if lines else name
    kind: Kind = "input" if "InputProblem" in kinds else "contract" if "ContractError" in kinds else "cell"
    ru, en = (messages["ru"], messages["en"]) if messages else (cause, cause)
    if kind == "contract" and not messages:
        said = " ".join(lines)
        ru = f"таблица не такая, как объявлено в tables/, и не записана: {said}"
        en = f"a table is not as tables/ declares it and was not written: {said}"
    return Failure(kind, Text(ru=f"ячейка {cell}: {ru}", en=f"cell {cell}: {en}"), cell)


def of_system(error: OSError, places: Mapping[str, str], cell: int | None = None) -> Failure | None:
    """A full disk or a missing right, told apart; None for any other error of the system.

    ``places`` maps folders to the words that stand for them in what is shown.
    """
    return system_refused(error.errno, file_of(error), places, cell)


def file_of(error: OSError) -> str | None:
    """The file that an error of the system names: of two, as in moving, the place that is moved to."""
    name = error.filename2 or error.filename
    return None if name is None else str(name)


def system_refused(
    number: int | None, file: str | None, places: Mapping[str, str], cell: int | None = None
) -> Failure | None:
    """As ``of_system``, from the system's number of the error and the file that it names."""
    shown = _shown(file, places)
    ru, en = (f"ячейка {cell}: ", f"cell {cell}: ") if cell else ("", "")
    if number in NO_ROOM:
        what_ru, what_en = (f" (записывался {shown})", f" ({shown} was being written)") if shown else ("", "")
        return Failure(
            "disk_full",
            Text(
                ru=f"{ru}на диске не хватило места{what_ru}. Освободите место и запустите снова.",
                en=f"{en}there is no room left on the disk{what_en}. Make room and run again.",
            ),
            cell,
        )
    if number in NOT_ALLOWED:
        what = shown or "?"
        return Failure(
            "no_permission",
            Text(
                ru=f"{ru}система не разрешает читать или записывать {what}. Закройте файл в других программах, "
                "проверьте права на него и на его папку.",
                en=f"{en}the system does not allow {what} to be read or written. Close the file in other programs, "
                "check the rights to it and to its folder.",
            ),
            cell,
        )
    return None


def _shown(file: str | None, places: Mapping[str, str]) -> str | None:
    if file is None:
        return None
    for place, word in sorted(places.items(), key=lambda item: -len(item[0])):
        if Path(file).is_relative_to(place):
            return (Path(word) / Path(file).relative_to(place)).as_posix()
    return Path(file).name or file


def kernel_died(cell: int | None) -> Failure:
    return Failure(
        "kernel_died",
        Text(
            ru=f"процесс Python внезапно закончился в ячейке {cell or '—'}: чаще всего не хватило памяти. "
            "Закройте другие программы или запустите с --jobs 1.",
            en=f"the Python process ended suddenly in cell {cell or 'none'}: most often memory ran out. "
            "Close other programs or run with --jobs 1.",
        ),
        cell,
    )


def time_limit_passed(cell: int | None, seconds: float) -> Failure:
    minutes = f"{seconds / 60:g}"
    return Failure(
        "time_limit",
        Text(
            ru=f"шаг не уложился в отведённое время, {minutes} мин, и остановлен в ячейке {cell or '—'}. "
            "Дайте больше времени: --time-limit.",
            en=f"the step did not end within its {minutes} min and was stopped in cell {cell or 'none'}. "
            "Allow more time: --time-limit.",
        ),
        cell,
    )


def kernel_not_started(cause: str) -> Failure:
    return Failure(
        "kernel_start",
        Text(
            ru=f"процесс Python для блокнота не запустился ({cause}). Проверьте установку: evaluation doctor.",
            en=f"the Python process for the notebook did not start ({cause}). "
            "Check the installation: evaluation doctor.",
        ),
    )


def outputs_missing(missing: list[str], finished: bool) -> Failure:
    names = ", ".join(missing)
    if not finished:
        ru = "блокнот дошёл до конца, но не сдал результаты: нет вызова step.finish()."
        en = "the notebook came to its end but did not hand its results over: step.finish() is not called."
        if missing:
            ru, en = f"{ru} Не созданы: {names}.", f"{en} Not made: {names}."
        return Failure("missing_output", Text(ru=ru, en=en))
    return Failure(
        "missing_output",
        Text(
            ru=f"блокнот не создал обещанные файлы: {names}.",
            en=f"the notebook did not make the files it declares: {names}.",
        ),
    )


def outputs_undeclared(files: list[str]) -> Failure:
    names = ", ".join(files)
    return Failure(
        "undeclared_output",
        Text(
            ru=f"блокнот создал файлы, которых шаг не объявляет в pipeline.py: {names}.",
            en=f"the notebook made files that the step does not declare in pipeline.py: {names}.",
        ),
    )


def interrupted() -> Failure:
    return Failure(
        "interrupted",
        Text(ru="прервано, прежние результаты не тронуты", en="interrupted; the earlier results are untouched"),
    )


def input_refused(problem: InputProblem) -> Failure:
    return Failure("input", Text(**problem.messages))


def program_failed(error: BaseException) -> Failure:
    cause = f"{type(error).__name__}: {str(error).strip().splitlines()[-1] if str(error).strip() else ''}".rstrip(": ")
    return Failure("program", Text(ru=f"ошибка программы: {cause}", en=f"an error of the program: {cause}"))
