"""Files that a command writes where a person asked for them."""

from __future__ import annotations

from pathlib import Path

from evaluation.running.aside import write_whole
from evaluation.settings import InputProblem


def write_or_refuse(path: Path, content: bytes) -> None:
    """Write the whole file in one step. Raises InputProblem where it cannot be written; what lay there stays."""
    try:
        write_whole(path, content)
    except OSError as error:
        raise InputProblem(
            f"{path}: записать не удалось ({error.strerror}). Укажите место, куда можно писать.",
            f"{path}: it could not be written ({error.strerror}). Name a place that can be written to.",
        ) from error
