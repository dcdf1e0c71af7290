"""Several files written as one; of a failure nothing stays."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from evaluation.aside import write_together
from evaluation.settings import InputProblem


def put_together(contents: Mapping[Path, bytes]) -> None:
    """Write all files or none, in their order. What stood at their places before is restored where one fails.

    Raises InputProblem where a place cannot be written to.
    """
    try:
        write_together(contents)
    except OSError as error:
        place = Path(error.filename or next(iter(contents)))
        raise InputProblem(
            f"{place}: записать не удаётся ({error.strerror}). Ничего не изменено. Закройте файл в других программах, "
            "проверьте права и место на диске, затем повторите.",
            f"{place} cannot be written ({error.strerror}). Nothing was changed. Close the file in other programs, "
            "check permissions and free disk space, then repeat.",
        ) from error
