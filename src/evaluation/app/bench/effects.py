"""``evaluation bench effects``: time and memory of the heaviest estimations, beside other libraries.

Every measurement is a process of its own with one thread; seconds are processor time of the best round
(compilation at run time falls into the first). The other libraries run in an environment of their own.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from evaluation.app.bench.decimals import with_decimals
from evaluation.app.bench.rivals import REGRESSORS, RIVALS, SEED, TESTED, Run, measure
from evaluation.places import repository
from evaluation.settings import Language

YEARS = 12
DISTRICTS = 44
PANEL_ROWS = 22_000 * YEARS
DRAWS = {"linear": 0, "group_time": 999, "wild": 9_999}
OURS = "evaluation"
BARE = "numpy"

TITLES: dict[str, dict[Language, str]] = {
    "linear": {
        "ru": "Регрессия с эффектами территорий и лет, {columns} переменных, ошибки по {districts} районам",
        "en": "Regression with unit and year effects, {columns} regressors, errors by {districts} districts",
    },
    "group_time": {
        "ru": "Эффекты по годам первого обучения, повторов {draws}",
        "en": "Group-time effects, {draws} multiplier draws",
    },
    "wild": {
        "ru": "Дикий бутстреп, {columns} переменных, {districts} районов, повторов {draws}",
        "en": "Wild cluster bootstrap, {columns} regressors, {districts} districts, {draws} draws",
    },
}
WORDS: dict[str, dict[Language, str]] = {
    "rows": {"ru": "строк {}", "en": "{} rows"},
    "seconds": {"ru": "{:.3f} с", "en": "{:.3f} s"},
    "whole": {"ru": "вся регрессия дольше в {:.1f} раза", "en": "the whole regression takes {:.1f} times as long"},
    "times": {"ru": "дольше нашего в {:.1f} раза", "en": "{:.1f} times ours"},
    "memory": {"ru": "память до {:.0f} МБ", "en": "memory up to {:.0f} MB"},
    "answer": {"ru": "ответ {:.6g}", "en": "answer {:.6g}"},
    "failed": {"ru": "не получилось: {}", "en": "failed: {}"},
    "absent": {
        "ru": "Других библиотек нет: make rivals установит их в отдельное окружение.",
        "en": "The other libraries are not installed: make rivals puts them into an environment of their own.",
    },
}
NAMES: dict[str, dict[Language, str]] = {
    OURS: {"ru": "evaluation", "en": "evaluation"},
    BARE: {"ru": "одно центрирование (numpy)", "en": "the bare within transform (numpy)"},
}


@dataclass(frozen=True)
class Measurement:
    """One library on one task; ``failure`` stands in for the numbers of one that failed."""

    task: str
    library: str
    seconds: float = float("nan")
    memory: int = 0
    answer: float = float("nan")
    failure: str = ""


@dataclass(frozen=True)
class EffectsBench:
    """All measurements on a panel of ``rows`` rows; ``rivals`` tells whether the other libraries are installed."""

    rows: int
    draws: dict[str, int]
    measurements: tuple[Measurement, ...]
    rivals: bool

    def of(self, task: str, library: str) -> Measurement:
        return next(one for one in self.measurements if (one.task, one.library) == (task, library))

    def ratio(self, task: str, library: str) -> float:
        """How many times our processor time the other takes."""
        return self.of(task, library).seconds / self.of(task, OURS).seconds

    def in_words(self, language: Language) -> str:
        """A paragraph a task: one line a library."""
        lines = []
        for task, title in TITLES.items():
            words = title[language].format(columns=len(REGRESSORS), districts=DISTRICTS, draws=self.draws[task])
            lines.append(f"{words}; {_say('rows', language, self.rows)}")
            lines += ["  " + self._line(one, language) for one in self.measurements if one.task == task]
        if not self.rivals:
            lines.append(_say("absent", language))
        return with_decimals("\n".join(lines), language)

    def _line(self, one: Measurement, language: Language) -> str:
        name = NAMES.get(one.library, {language: one.library})[language]
        if one.failure:
            return f"{name}: {_say('failed', language, one.failure)}"
        parts = [_say("seconds", language, one.seconds)]
        if one.library == BARE:
            parts.append(_say("whole", language, 1 / self.ratio(one.task, one.library)))
        elif one.library != OURS:
            parts.append(_say("times", language, self.ratio(one.task, one.library)))
        parts.append(_say("memory", language, one.memory / 1e6))
        if np.isfinite(one.answer):
            parts.append(_say("answer", language, one.answer))
        return f"{name}: {', '.join(parts)}"


def _say(word: str, language: Language, *values: object) -> str:
    return WORDS[word][language].format(*values)


def bench_effects(rows: int, draws: dict[str, int] | None = None) -> EffectsBench:
    """Measure all tasks on a simulated balanced panel of about ``rows`` rows (a multiple of the years)."""
    draws = DRAWS | (draws or {})
    units = max(DISTRICTS * 2, rows // YEARS)
    python = rivals_python()
    made = []
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        np.savez(folder / "panel.npz", **{name: column.to_numpy() for name, column in make_panel(units).items()})
        for task in DRAWS:
            for library in OWN[task]:
                command = [sys.executable, "-m", "evaluation.app.bench.effects", task, library]
                made.append(_measured(command, task, library, folder, draws[task]))
            for library in RIVALS[task] if python else ():
                script = Path(__file__).with_name("rivals.py")
                made.append(_measured([str(python), str(script), task, library], task, library, folder, draws[task]))
    return EffectsBench(units * YEARS, draws, tuple(made), python is not None)


def rivals_python() -> Path | None:
    """The Python that has the other libraries; None where ``make rivals`` has not been run."""
    folder = repository() / ".venv-rivals"
    places = [folder / "bin" / "python", folder / "Scripts" / "python.exe"]
    return next((place for place in places if place.exists()), None)


def make_panel(units: int) -> pd.DataFrame:
    """Balanced panel: unit, year, district, x0 to x10, y; adopted (first year of training or empty) and outcome."""
    random = np.random.default_rng(SEED)
    unit, year = np.repeat(np.arange(units), YEARS), np.tile(np.arange(YEARS), units)
    frame = pd.DataFrame({"unit": unit, "year": year, "district": unit % DISTRICTS})
    for name in REGRESSORS:
        frame[name] = random.normal(size=len(frame))
    shock = random.normal(size=units)[unit] + random.normal(size=YEARS)[year]
    noise = random.normal(size=(DISTRICTS, YEARS))[frame["district"], year] * frame[TESTED]
    frame["y"] = 0.02 * frame[TESTED] + shock + 0.1 * noise + random.normal(size=len(frame))
    # a third never; the others in one of five years in the panel's middle
    adopted = random.choice([np.nan, 4, 5, 6, 7, 8], size=units, p=[0.35, 0.13, 0.13, 0.13, 0.13, 0.13])[unit]
    frame["adopted"] = adopted
    frame["outcome"] = shock + 0.3 * (year >= adopted) + random.normal(size=len(frame))
    return frame


def _measured(command: list[str], task: str, library: str, folder: Path, draws: int) -> Measurement:
    threads = dict.fromkeys(
        ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS", "RAYON_NUM_THREADS"), "1"
    )
    command = [*command, str(folder), str(draws)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ | threads)
    if done.returncode:
        said = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
        if library in (OURS, BARE):
            raise RuntimeError(f"the measured process failed: {done.stderr[-2000:]}")
        return Measurement(task, library, failure=said[-1])
    return Measurement(task, library, **json.loads(done.stdout.splitlines()[-1]))


# ---- inside the measured process ----------------------------------------------------------------------------


def bare_within_transform(frame: pd.DataFrame, draws: int) -> Run:
    """What any program must do at least: the two means taken out of outcome and regressors."""
    cube = frame[["y", *REGRESSORS]].to_numpy().reshape(-1, YEARS, 1 + len(REGRESSORS))

    def run() -> float:
        left = cube - cube.mean(axis=1, keepdims=True) - cube.mean(axis=0) + cube.mean(axis=(0, 1))
        assert left.shape == cube.shape
        return float("nan")

    return run


def linear(frame: pd.DataFrame, draws: int) -> Run:
    from evaluation.effects.linear import least_squares

    def run() -> float:
        fit = least_squares(frame, "y", REGRESSORS, effects=["unit", "year"], kind="crv1", clusters=["district"])
        return float(fit.table.loc[TESTED, "estimate"])

    return run


def group_time(frame: pd.DataFrame, draws: int) -> Run:
    from evaluation.effects.staggered.event_study import event_study
    from evaluation.effects.staggered.group_time import group_time_effects

    def run() -> float:
        result = group_time_effects(
            frame, "outcome", unit="unit", first_year="adopted", scale="difference", controls="never", base="varying"
        )
        return float(event_study(result, draws=draws, seed=SEED).set_index("k").loc[0, "estimate"])

    return run


def wild(frame: pd.DataFrame, draws: int) -> Run:
    from evaluation.effects.inference.clusters import EstimatingEquations
    from evaluation.effects.inference.wild import wild_test
    from evaluation.effects.model_matrix import codes_of
    from evaluation.effects.solving import solve

    def run() -> float:
        design = np.ones((len(frame), 1 + len(REGRESSORS)), order="F")
        for position, name in enumerate([*REGRESSORS[1:], TESTED], start=1):
            design[:, position] = frame[name].to_numpy()
        without = solve(design[:, :-1], frame["y"].to_numpy())
        restricted = EstimatingEquations(design, np.ones(len(frame)), without.residuals, codes_of(frame["district"]))
        return wild_test(restricted, design.shape[1] - 1, draws=draws, seed=SEED).p

    return run


OWN: dict[str, dict[str, Callable[[pd.DataFrame, int], Run]]] = {
    "linear": {BARE: bare_within_transform, OURS: linear},
    "group_time": {OURS: group_time},
    "wild": {OURS: wild},
}


if __name__ == "__main__":
    chosen, library_name, folder_name, times = sys.argv[1:5]
    measure(OWN[chosen][library_name], Path(folder_name), int(times))
