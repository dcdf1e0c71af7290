"""The study in blocks of draws, one small file each: a run that was ended goes on, and several share the work.

A block's content depends on its cell and draws alone, so that it does not matter who computes it or in what order.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from evaluation.settings import InputProblem
from evaluation.simulate.study.estimators import PERMUTATION_DRAWS, WILD_DRAWS, judge_draw
from evaluation.simulate.study.process import CELLS, Cell, Strengths

DRAWS_A_BLOCK = 50
STUDY_FILE = "study.json"


@dataclass(frozen=True)
class Block:
    """Draws ``first`` to ``last`` (included) of a cell."""

    cell: Cell
    first: int
    last: int

    def path(self, out: Path) -> Path:
        return out / self.cell.name / f"draws_{self.first:05d}_{self.last:05d}.parquet"


def blocks_of(draws: int, cells: Sequence[Cell] = CELLS) -> list[Block]:
    """All blocks of ``draws`` draws a cell."""
    firsts = range(0, draws, DRAWS_A_BLOCK)
    return [Block(cell, first, min(first + DRAWS_A_BLOCK, draws) - 1) for cell in cells for first in firsts]


def compute(block: Block) -> pd.DataFrame:
    """Rows of ``estimators.judge_draw`` of all draws of the block."""
    return pd.concat([judge_draw(block.cell, draw) for draw in range(block.first, block.last + 1)], ignore_index=True)


def make(block: Block, out: Path, *, claimed: bool = True) -> bool:
    """Write the block unless it is there; whether this call wrote it.

    A block that another process has claimed is left to it, unless ``claimed`` is False: doing it twice gives the same
    content, and an ended process may have left its claim behind.
    """
    path = block.path(out)
    if path.exists():
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    claim = path.with_suffix(".claim")
    if claimed:
        try:
            claim.touch(exist_ok=False)
        except FileExistsError:
            return False
    aside = path.with_suffix(f".{os.getpid()}.part")
    try:
        compute(block).to_parquet(aside, index=False)
        os.replace(aside, path)
    finally:
        claim.unlink(missing_ok=True)
        aside.unlink(missing_ok=True)
    return True


def open_study(out: Path) -> None:
    """Make the folder, or see that its blocks come from the same process and code. Raises InputProblem where not."""
    out.mkdir(parents=True, exist_ok=True)
    path = out / STUDY_FILE
    now = _description()
    if not path.exists():
        aside = path.with_suffix(f".{os.getpid()}.part")
        aside.write_text(json.dumps(now, indent=1) + "\n", encoding="utf-8")
        os.replace(aside, path)
    elif json.loads(path.read_text(encoding="utf-8")) != now:
        raise InputProblem(
            f"В папке {out} лежат блоки исследования, сделанные другой версией программы. Их нельзя смешивать: укажите "
            "другую папку (--out) или удалите эту.",
            f"The folder {out} holds blocks of a study made by another version of the program. They must not be "
            "mixed: name another folder (--out) or delete this one.",
        )


def _description() -> dict[str, object]:
    """What the blocks depend on: strengths of the process, numbers of draws inside, and the code."""
    return {
        "strengths": json.loads(json.dumps(dataclasses.asdict(Strengths()))),
        "wild_draws": WILD_DRAWS,
        "permutation_draws": PERMUTATION_DRAWS,
        "code": code_hash(),
    }


def code_hash() -> str:
    """SHA-256 of the modules whose results the blocks hold: the study's own and those of effects."""
    package = Path(__file__).resolve().parents[2]
    files = sorted([*(package / "effects").rglob("*.py"), *(package / "simulate" / "study").glob("*.py")])
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.relative_to(package).as_posix().encode())
        digest.update(file.read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()


def read_blocks(out: Path, cell: Cell, draws: int) -> pd.DataFrame:
    """All rows of one cell. Raises InputProblem where a block is missing."""
    found = []
    for block in blocks_of(draws, [cell]):
        path = block.path(out)
        if not path.exists():
            raise InputProblem(
                f"Нет блока исследования {path}. Выполните исследование до конца.",
                f"The study's block {path} is missing. Run the study to its end.",
            )
        found.append(pd.read_parquet(path))
    return pd.concat(found, ignore_index=True)
