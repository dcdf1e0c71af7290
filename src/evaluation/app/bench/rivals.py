"""Other libraries on the tasks of ``evaluation bench effects``, each in a process of an environment of their own.

This file runs by its path, where the package itself is not installed: it imports numpy, pandas and the library that
is measured, nothing of ours. What ``bench_effects`` shares with it (the measuring itself, the data) lies here for it.
"""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

REGRESSORS = [f"x{number}" for number in range(11)]
TESTED = REGRESSORS[0]
ROUNDS = 2  # at least: compilation at run time falls into the first
SETTLING = 1.0
SEED = 7

Run = Callable[[], float]


def measure(prepare: Callable[[pd.DataFrame, int], Run], folder: Path, draws: int) -> None:
    """Print, as a line of JSON, processor seconds of the best round, peak memory of the process and the answer.

    Rounds go on for SETTLING seconds: of two short ones even the better is an accident.
    """
    run = prepare(load(folder), draws)
    seconds: list[float] = []
    while len(seconds) < ROUNDS or sum(seconds) < SETTLING:
        started = time.process_time()
        answer = run()
        seconds.append(time.process_time() - started)
    print(json.dumps({"seconds": min(seconds), "memory": peak_memory(), "answer": float(answer)}))


def load(folder: Path) -> pd.DataFrame:
    """The panel that ``bench_effects`` wrote: one array a column."""
    with np.load(folder / "panel.npz") as arrays:
        return pd.DataFrame({name: arrays[name] for name in arrays.files})


def peak_memory() -> int:
    """Bytes; of this process since it began."""
    if sys.platform == "win32":
        import psutil

        return int(psutil.Process().memory_info().peak_wset)
    status = Path("/proc/self/status")
    if status.exists():
        # what getrusage says may be the peak of the process that started this one
        peaks = re.findall(r"^VmHWM:\s*(\d+) kB$", status.read_text(encoding="ascii", errors="replace"), re.M)
        if peaks:
            return int(peaks[0]) * 1024
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


# ---- fixed effects of units and years, errors clustered by district: the coefficient of x0 ----------------------


def linear_pyfixest(frame: pd.DataFrame, draws: int) -> Run:
    import pyfixest

    formula = f"y ~ {' + '.join(REGRESSORS)} | unit + year"
    small_sample = pyfixest.ssc(k_fixef="none")

    def run() -> float:
        fit = pyfixest.feols(formula, data=frame, vcov={"CRV1": "district"}, ssc=small_sample)
        return float(fit.coef()[TESTED])

    return run


def linear_linearmodels(frame: pd.DataFrame, draws: int) -> Run:
    from linearmodels import PanelOLS

    def run() -> float:
        indexed = frame.set_index(["unit", "year"])
        model = PanelOLS(indexed["y"], indexed[REGRESSORS], entity_effects=True, time_effects=True)
        return float(model.fit(cov_type="clustered", clusters=indexed["district"]).params[TESTED])

    return run


# ---- group-time effects with never-treated controls and multiplier draws: the effect in the first year -----------


def group_time_diff_diff(frame: pd.DataFrame, draws: int) -> Run:
    from diff_diff import CallawaySantAnna

    data = frame[["unit", "year", "adopted", "outcome"]].fillna({"adopted": 0.0})

    def run() -> float:
        estimator = CallawaySantAnna(n_bootstrap=draws, seed=SEED, estimation_method="reg")
        fit = estimator.fit(data, "outcome", "unit", "year", "adopted", aggregate="event_study")
        return float(fit.event_study_effects[0]["effect"])

    return run


def group_time_csdid(frame: pd.DataFrame, draws: int) -> Run:
    from csdid.att_gt import ATTgt

    data = frame[["unit", "year", "adopted", "outcome"]].fillna({"adopted": 0.0})

    def run() -> float:
        estimator = ATTgt("outcome", "year", "unit", "adopted", data, control_group=["nevertreated"], biters=draws)
        dynamic = estimator.fit(est_method="reg", bstrap=True).aggte("dynamic", bstrap=True, biters=draws, cband=True)
        found = dynamic.atte
        return float(found["att_egt"][list(found["egt"]).index(0)])

    return run


# ---- the wild cluster bootstrap of x0 in a regression with a constant: p -----------------------------------------


def wild_pyfixest(frame: pd.DataFrame, draws: int) -> Run:
    import pyfixest

    formula = f"y ~ {' + '.join(REGRESSORS)}"

    def run() -> float:
        fit = pyfixest.feols(formula, data=frame, vcov={"CRV1": "district"})
        return float(fit.wildboottest(reps=draws, param=TESTED, seed=SEED)["Pr(>|t|)"])

    return run


def wild_wildboottest(frame: pd.DataFrame, draws: int) -> Run:
    import statsmodels.api as sm
    from wildboottest.wildboottest import wildboottest

    def run() -> float:
        model = sm.OLS(frame["y"], sm.add_constant(frame[REGRESSORS]))
        table = wildboottest(
            model, B=draws, cluster=frame["district"], param=TESTED, seed=SEED, parallel=False, show=False
        )
        return float(table["p-value"].iloc[0])

    return run


RIVALS: dict[str, dict[str, Callable[[pd.DataFrame, int], Run]]] = {
    "linear": {"pyfixest": linear_pyfixest, "linearmodels": linear_linearmodels},
    "group_time": {"diff-diff": group_time_diff_diff, "csdid": group_time_csdid},
    "wild": {"pyfixest": wild_pyfixest, "wildboottest": wild_wildboottest},
}


if __name__ == "__main__":
    task, library, place, times = sys.argv[1:5]
    measure(RIVALS[task][library], Path(place), int(times))
