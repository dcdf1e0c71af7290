"""Files that a command writes where a person asked for them."""

from __future__ import annotations

from pathlib import Path

from evaluation.aside import write_whole
from evaluation.settings import InputProblem


def refuse_existing(path: Path) -> None:
    """Raises InputProblem where anything lies at ``path``."""
    if path.exists():
        raise InputProblem(
            f"{path}: такой файл уже есть, он не изменён. Укажите другое имя.",
            f"{path}: there is such a file already, it was left as it is. Name another.",
        )


def write_or_refuse(path: Path, content: bytes) -> None:
    """Write the whole file in one step. Raises InputProblem where it cannot be written; what lay there stays."""
    try:
        write_whole(path, content)
    except OSError as error:
        raise InputProblem(
            f"{path}: записать не удалось ({error.strerror}). Укажите место, куда можно писать.",
            f"{path}: it could not be written ({error.strerror}). Name a place that can be written to.",
        ) from error
