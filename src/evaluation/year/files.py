"""Several files written as one: all aside first, then each into place; of a failure nothing stays."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from evaluation.settings import InputProblem


def put_together(contents: Mapping[Path, bytes]) -> None:
    """Write all files or none, in their order. What stood at their places before is restored where one fails.

    Raises InputProblem where a place cannot be written to.
    """
    asides = {place: place.with_name(f".{place.name}.new") for place in contents}
    before = {place: place.read_bytes() if place.exists() else None for place in contents}
    moved: list[Path] = []
    try:
        for place, content in contents.items():
            place.parent.mkdir(parents=True, exist_ok=True)
            asides[place].write_bytes(content)
        for place, aside in asides.items():
            os.replace(aside, place)
            moved.append(place)
    except OSError as error:
        for aside in asides.values():
            aside.unlink(missing_ok=True)
        for place in moved:
            _restore(place, before[place])
        place = Path(error.filename or next(iter(contents)))
        raise InputProblem(
            f"{place}: записать не удаётся ({error.strerror}). Ничего не изменено. Закройте файл в других программах, "
            "проверьте права и место на диске, затем повторите.",
            f"{place} cannot be written ({error.strerror}). Nothing was changed. Close the file in other programs, "
            "check permissions and free disk space, then repeat.",
        ) from error


def _restore(place: Path, content: bytes | None) -> None:
    if content is None:
        place.unlink(missing_ok=True)
    else:
        place.write_bytes(content)
