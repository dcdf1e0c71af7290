"""``evaluation bench survey``: time and memory of a survey's estimates on a million responses, beside svy.

Every measurement is a process of its own with one thread; seconds are processor time of the best of the rounds, on
data already read and, where a library has one, on a design already made: a wave's design is made once for hundreds of
estimates. The bare arithmetic is what no program can do without: the weighted sums, each response's weighted distance
from the mean, its sums by PSU (numpy's ``bincount``) and their variance within strata, on complete answers without
checks, missing values or counts of who was asked.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd

from evaluation.app.bench.decimals import with_decimals
from evaluation.app.bench.rivals import peak_memory
from evaluation.settings import Language

RESPONSES = 1_000_000
REPLICATES = 1_000
STRATA = 40
PSUS = 50  # in each stratum
SEED = 7
ROUNDS = {"bare": 7, "taylor": 7, "design": 2, "replicates": 2, "rake": 2, "svy": 2}
BARE, TAYLOR, DESIGN, REPLICATED, RAKE, RIVAL = ROUNDS

TITLE: dict[Language, str] = {
    "ru": "Средняя {rows} ответов с весами; {psus} единиц отбора в {strata} стратах",
    "en": "Weighted mean of {rows} responses; {psus} PSUs in {strata} strata",
}
NAMES: dict[str, dict[Language, str]] = {
    BARE: {"ru": "одна арифметика (numpy)", "en": "the bare arithmetic (numpy)"},
    TAYLOR: {"ru": "evaluation, ошибка по Тейлору", "en": "evaluation, Taylor error"},
    DESIGN: {
        "ru": "evaluation, схема выборки из таблицы (один раз)",
        "en": "evaluation, the design from a table (once)",
    },
    REPLICATED: {
        "ru": "evaluation, бутстреп, повторов {replicates}",
        "en": "evaluation, {replicates} bootstrap replicates",
    },
    RAKE: {"ru": "evaluation, веса по двум границам совокупности", "en": "evaluation, weights raked to two margins"},
    RIVAL: {"ru": "svy, ошибка по Тейлору", "en": "svy, Taylor error"},
}
WORDS: dict[str, dict[Language, str]] = {
    "seconds": {"ru": "{:.4f} с", "en": "{:.4f} s"},
    "bare": {"ru": "дольше одной арифметики в {:.2f} раза", "en": "{:.2f} times the bare arithmetic"},
    "times": {"ru": "дольше нашего в {:.0f} раз", "en": "{:.0f} times ours"},
    "memory": {"ru": "память до {:.0f} МБ", "en": "memory up to {:.0f} MB"},
    "error": {"ru": "ошибка {:.10g}", "en": "standard error {:.10g}"},
    "absent": {"ru": "svy не установлена: сравнения нет.", "en": "svy is not installed: no comparison."},
}


@dataclass(frozen=True)
class Measurement:
    """Processor seconds, peak memory of the process in bytes, and the standard error (NaN where there is none)."""

    seconds: float
    memory: int
    answer: float


@dataclass(frozen=True)
class SurveyBench:
    """All measurements, by the names of NAMES; without svy where it is not installed."""

    rows: int
    replicates: int
    measurements: dict[str, Measurement]

    @property
    def ratio(self) -> float:
        """How many times the bare arithmetic our mean with its error takes."""
        return self.measurements[TAYLOR].seconds / self.measurements[BARE].seconds

    def in_words(self, language: Language) -> str:
        """A title and one line a measurement."""
        lines = [TITLE[language].format(rows=self.rows, psus=STRATA * PSUS, strata=STRATA)]
        for name, one in self.measurements.items():
            parts = [WORDS["seconds"][language].format(one.seconds)]
            if name == TAYLOR:
                parts.append(WORDS["bare"][language].format(self.ratio))
            if name == RIVAL:
                parts.append(WORDS["times"][language].format(one.seconds / self.measurements[TAYLOR].seconds))
            parts.append(WORDS["memory"][language].format(one.memory / 1e6))
            if np.isfinite(one.answer):
                parts.append(WORDS["error"][language].format(one.answer))
            lines.append(f"  {NAMES[name][language].format(replicates=self.replicates)}: {', '.join(parts)}")
        if RIVAL not in self.measurements:
            lines.append(WORDS["absent"][language])
        return with_decimals("\n".join(lines), language)


def bench_survey(rows: int = RESPONSES, replicates: int = REPLICATES) -> SurveyBench:
    """Measure everything on ``rows`` simulated responses."""
    threads = dict.fromkeys(
        ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "POLARS_MAX_THREADS", "RAYON_NUM_THREADS"), "1"
    )
    made = {}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "survey.npz"
        np.savez(path, **make_survey(rows))  # type: ignore[arg-type]  # arrays by name
        for name in NAMES:
            if name == RIVAL and find_spec("svy") is None:
                continue
            command = [sys.executable, "-m", "evaluation.app.bench.survey", name, str(path), str(replicates)]
            done = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ | threads)
            if done.returncode:
                raise RuntimeError(f"the measured process failed: {done.stderr[-2000:]}")
            made[name] = Measurement(**json.loads(done.stdout.splitlines()[-1]))
    return SurveyBench(rows, replicates, made)


def make_survey(rows: int) -> dict[str, np.ndarray]:
    """Arrays stratum, psu (numbered over all strata), sex, age, w and y; people of a PSU are alike."""
    random = np.random.default_rng(SEED)
    # every PSU has rows, however few there are
    psu = np.arange(rows) % (STRATA * PSUS)
    random.shuffle(psu)
    return {
        "stratum": psu // PSUS,
        "psu": psu,
        "sex": random.integers(0, 2, rows),
        "age": random.integers(0, 5, rows),
        "w": random.uniform(10, 100, rows),
        "y": 3 + 0.3 * random.normal(size=STRATA * PSUS)[psu] + random.normal(size=rows),
    }


# ---- inside the measured process ----------------------------------------------------------------------------

Data = dict[str, np.ndarray]
Run = Callable[[], float]


def bare(data: Data, replicates: int) -> Run:
    w, y, psu = data["w"], data["y"], data["psu"]

    def run() -> float:
        total = w.sum()
        value = (w @ y) / total
        sums = np.bincount(psu, weights=w * (y - value)).reshape(STRATA, PSUS) / total
        return float(np.sqrt((sums.var(axis=1, ddof=1) * PSUS).sum()))

    return run


def _frame(data: Data) -> pd.DataFrame:
    return pd.DataFrame(data)


def taylor(data: Data, replicates: int) -> Run:
    from evaluation.survey.design import make_design
    from evaluation.survey.estimates import mean_of

    design = make_design(_frame(data), "cluster", weights="w", stratum="stratum", psu="psu")
    y = data["y"]
    return lambda: float(mean_of(design, y).loc[0, "se"])


def design_made(data: Data, replicates: int) -> Run:
    from evaluation.survey.design import make_design

    frame = _frame(data)

    def run() -> float:
        made = make_design(frame, "cluster", weights="w", stratum="stratum", psu="psu")
        assert made.degrees_of_freedom == STRATA * (PSUS - 1)
        return float("nan")

    return run


def replicated(data: Data, replicates: int) -> Run:
    from evaluation.survey.design import make_design
    from evaluation.survey.replicates import bootstrap, mean_of_totals, weighted_totals

    design = make_design(_frame(data), "cluster", weights="w", stratum="stratum", psu="psu")
    y = data["y"]
    return lambda: bootstrap(design, weighted_totals(design, y), mean_of_totals, replicates, SEED).se


def rake_run(data: Data, replicates: int) -> Run:
    from evaluation.survey.raking import rake

    frame = pd.DataFrame({name: data[name].astype(str) for name in ("sex", "age")})
    margins = pd.DataFrame(
        {
            "variable": ["sex"] * 2 + ["age"] * 5,
            "level": ["0", "1", *map(str, range(5))],
            "count": [46e6, 54e6, 15e6, 18e6, 20e6, 22e6, 25e6],
        }
    )

    def run() -> float:
        assert rake(frame, data["w"], margins, (0.2, 5)).max_gap < 1e-8
        return float("nan")

    return run


def svy_run(data: Data, replicates: int) -> Run:
    import polars
    import svy

    frame = polars.DataFrame({name: data[name] for name in ("stratum", "psu", "w", "y")})
    sample = svy.Sample(frame, svy.Design(stratum="stratum", psu="psu", wgt="w"))
    # one variable gives one estimate, several a list of them
    return lambda: float(sample.estimation.mean("y").estimates[0].se)  # type: ignore[union-attr]


TASKS: dict[str, Callable[[Data, int], Run]] = {
    BARE: bare, TAYLOR: taylor, DESIGN: design_made, REPLICATED: replicated, RAKE: rake_run, RIVAL: svy_run,
}  # fmt: skip


def measure(name: str, path: Path, replicates: int) -> dict[str, float | int]:
    """Processor seconds of the best round, peak memory of the process in bytes, and the answer."""
    with np.load(path) as arrays:
        data = {one: arrays[one] for one in arrays.files}
    run = TASKS[name](data, replicates)
    seconds = []
    for _ in range(ROUNDS[name]):
        started = time.process_time()
        answer = run()
        seconds.append(time.process_time() - started)
    return {"seconds": min(seconds), "memory": peak_memory(), "answer": answer}


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))))
