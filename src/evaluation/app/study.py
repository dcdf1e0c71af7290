"""``evaluation study``: how far estimates and intervals can be trusted, measured on simulated programmes."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from pathlib import Path

import pandas as pd

from evaluation.aside import write_whole
from evaluation.settings import Language, Text
from evaluation.simulate.study.blocks import Block, blocks_of, make, open_study, read_blocks
from evaluation.simulate.study.document import document
from evaluation.simulate.study.estimators import ESTIMATORS
from evaluation.simulate.study.panel_fits import OWN
from evaluation.simulate.study.process import CELLS, Cell
from evaluation.simulate.study.summary import summarise_study

FIGURE_CELL = Cell(61, 22, True)
FIGURE_ESTIMATORS = ("cross_section", "pooled", "twfe_rate", "twfe_poisson", "imputation_rate")
FIGURES: dict[Language, str] = {"en": "naive_and_recommended.svg", "ru": "naive_and_recommended.ru.svg"}
SINGLE_THREAD = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS")
TELL_SECONDS = 20.0
Tell = Callable[[Text], None]


def run_study(
    out: Path, report: Path, draws: int, jobs: int, tell: Tell, cells: tuple[Cell, ...] = CELLS
) -> list[Path]:
    """Compute what is missing of ``draws`` draws a cell in ``out`` and write the document, its table and figures.

    The written files, in ``report``. Raises InputProblem where ``out`` holds blocks of another version.
    """
    open_study(out)
    blocks = blocks_of(draws, cells)
    # a block that an ended process had claimed, or that another still works on, is done in the second round
    for claimed in (True, False):
        missing = [block for block in blocks if not block.path(out).exists()]
        if missing:
            _work_through(missing, out, len(blocks), jobs, claimed, tell)
    return write_report(out, report, draws, cells)


def _work_through(missing: list[Block], out: Path, total: int, jobs: int, claimed: bool, tell: Tell) -> None:
    done, began, told = total - len(missing), time.monotonic(), time.monotonic()
    first = done
    tell(Text(ru=f"Блоков готово: {done} из {total}.", en=f"Blocks done: {done} of {total}."))
    with _one_thread_each(), ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn")) as pool:
        waiting = [pool.submit(make, block, out, claimed=claimed) for block in missing]
        try:
            for finished in as_completed(waiting):
                finished.result()
                done += 1
                if time.monotonic() - told > TELL_SECONDS or done == total:
                    told = time.monotonic()
                    left = (told - began) / (done - first) * (total - done) / 60
                    tell(
                        Text(
                            ru=f"Блоков готово: {done} из {total}; осталось около {left:.0f} мин.",
                            en=f"Blocks done: {done} of {total}; about {left:.0f} min left.",
                        )
                    )
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            raise


@contextmanager
def _one_thread_each() -> Iterator[None]:
    """Small matrices are slower on several threads; processes started here get one each."""
    before = {name: os.environ.get(name) for name in SINGLE_THREAD}
    os.environ.update(dict.fromkeys(SINGLE_THREAD, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def write_report(out: Path, report: Path, draws: int, cells: tuple[Cell, ...] = CELLS) -> list[Path]:
    """``simulation_study.csv``, ``simulation_study.md`` and ``images/naive_and_recommended[.ru].svg`` in ``report``."""
    summary = summarise_study(out, cells, draws)
    made = {
        report / "simulation_study.csv": summary.round(6).to_csv(index=False, lineterminator="\n").encode(),
        report / "simulation_study.md": document(summary.round(6)).encode(),
    }
    if FIGURE_CELL in cells:
        rows = read_blocks(out, FIGURE_CELL, draws)
        for language, name in FIGURES.items():
            made[report / "images" / name] = draw(rows, language)
    for path, content in made.items():
        write_whole(path, content)
    return list(made)


def draw(rows: pd.DataFrame, language: Language) -> bytes:
    """SVG of naive and recommended estimates of own training beside the truth, from the blocks of one cell."""
    from evaluation.display.rendering import figure_bytes
    from evaluation.display.study import estimates_beside_truth

    own = rows[(rows["target"] == OWN) & rows["estimator"].isin(FIGURE_ESTIMATORS)]
    one_each = own.drop_duplicates(["draw", "estimator"])
    title = Text(
        ru="Наивные и рекомендуемые оценки связи с обучением", en="Naive and recommended estimates of training's effect"
    )
    note = Text(
        ru="61 территория, 22 обучены; обучаются более способные, обмен передаёт знания.",
        en="61 territories, 22 trained; the capable train, exchange passes knowledge on.",
    )
    naive = tuple(one.code for one in ESTIMATORS if one.naive)
    drawn = estimates_beside_truth(
        one_each, naive, language, title=title.in_language(language), note=note.in_language(language)
    )
    return figure_bytes(drawn, "svg")
