"""The study as a document: every table and every sentence with a number is made from the summary."""

from __future__ import annotations

import pandas as pd

from evaluation.simulate.study.document_rule import rule_section
from evaluation.simulate.study.document_tables import CELL, INFERENCES, REGRESSIONS, cell, number, share, span, table
from evaluation.simulate.study.document_words import MARKS, how_to_read, how_to_repeat, process
from evaluation.simulate.study.estimators import ESTIMATORS
from evaluation.simulate.study.panel_fits import EXPOSURE, OWN
from evaluation.simulate.study.summary import (
    FULL_STUDY,
    MUTE_BELOW,
    NOMINAL,
    TOLERABLE_COVERAGE,
    TOLERABLE_SIZE,
    fewest_treated_with_intervals,
    recommended,
    usable_intervals,
)


def document(summary: pd.DataFrame) -> str:
    """Markdown of the whole study from ``summarise_study``."""
    draws = int(summary["draws"].min())
    parts = [
        "# Simulation study: which numbers can be trusted with few trained territories\n",
        _opening(draws),
        "## What was found\n",
        *[f"- {sentence}" for sentence in (findings(summary) if draws >= FULL_STUDY else naive_findings(summary))],
        "\n## Which inference to read\n",
        "For own training, by model and cell: of the inferences within Monte Carlo error of both nominal levels the "
        "most powerful one, with coverage of its 95 % intervals, size at 5 % and power. ° marks a conservative one "
        "(none is nominal); a dash that none holds its level.\n",
        _recommendations(summary),
        "",
        rule_section(summary),
    ]
    for code, title in REGRESSIONS:
        parts += [f"## {title}\n", _model_tables(summary, code, OWN), ""]
    for code, title in REGRESSIONS:
        parts += [
            f"## {title.split(':')[0]}: exposure through exchange\n",
            _model_tables(summary, code, EXPOSURE),
            "",
        ]
    parts += ["## Naive against recommended estimators\n", _naive_words(), "", _bias_table(summary), ""]
    parts += [how_to_read(draws), process(), how_to_repeat(draws)]
    return "\n".join(parts).rstrip() + "\n"


def _opening(draws: int) -> str:
    reduced = (
        f"**A reduced run:** below {FULL_STUDY:,} programmes a cell Monte Carlo errors are too large for verdicts on "
        "inference; marks in the tables say little.\n\n"
        if draws < FULL_STUDY
        else ""
    )
    return (
        f"{draws} simulated programmes a cell; everything in this document is made from "
        "`simulation_study.csv` by `evaluation study`. All data here are simulated.\n\n"
        f"{reduced}"
        "![Estimates of naive and recommended estimators beside the truth](images/naive_and_recommended.svg)\n"
    )


def findings(summary: pd.DataFrame) -> list[str]:
    """Sentences that the summary supports, in order."""
    out = []
    usable = usable_intervals(summary).sort_index()
    fewest = fewest_treated_with_intervals(summary)
    own = summary[(summary["target"] == OWN) & summary["estimator"].isin([code for code, _ in REGRESSIONS])]
    for treated in [int(one) for one in usable.index if not usable[one]]:
        rows = own[own["treated"] == treated]
        words = [f"{INFERENCES[code]} {span(rows[rows['inference'] == code]['size'])}" for code in
                 ("crv1_normal", "crv1_t", "crv3_t", "wild_bootstrap", "randomisation")]  # fmt: skip
        nominal = [
            INFERENCES[code]
            for code in ("crv1_t", "crv3_t", "wild_bootstrap")
            if (rows[rows["inference"] == code]["verdict"] == NOMINAL).all()
        ]
        text = f"**{treated} trained territories:** rejection of a true hypothesis at 5 % is {'; '.join(words)}. "
        if not nominal:
            text += "No clustered error and no bootstrap is within Monte Carlo error of its level throughout. "
        deals = rows[rows["inference"] == "randomisation"]
        if (deals["size"] <= TOLERABLE_SIZE).all():
            text += (
                "Randomisation inference that keeps the timing holds its level, with power "
                f"{span(deals['power'])}{': it finds large effects only' if deals['power'].max() < 0.5 else ''}."
            )
        else:
            text += "Randomisation inference does not hold its level either."
        out.append(text)
    if fewest is None:
        out.append("**At no number of trained territories studied is one kind of interval tolerable in every cell.**")
    else:
        codes = [
            INFERENCES[code]
            for code in ("crv3_t", "wild_bootstrap")
            if _tolerable(own[(own["treated"] >= fewest) & (own["inference"] == code)])
        ]
        out.append(
            f"**From {fewest} trained territories on** an interval may be read: {' and '.join(codes) or 'one of them'} "
            f"covers at least {TOLERABLE_COVERAGE:.0%} and rejects a true hypothesis in at most {TOLERABLE_SIZE:.1%} "
            "of programmes in every cell of both models."
        )
    return [*out, *naive_findings(summary)]


def naive_findings(summary: pd.DataFrame) -> list[str]:
    """What naive comparisons get wrong, which shows with few programmes already."""
    naive = summary[summary["estimator"].isin([one.code for one in ESTIMATORS if one.naive])]
    regression = summary[
        (summary["target"] == OWN) & (summary["estimator"] == "twfe_rate") & (summary["inference"] == "crv3_t")
    ]
    return [
        f"**Naive comparisons** are off by {span(naive['bias'])} log points where the truth is about "
        f"{naive['truth'].mean():.2f}, since capable territories come to training; with unit and year effects and "
        f"exposure the bias of the log rate is {span(regression['bias'])}."
    ]


def _tolerable(rows: pd.DataFrame) -> bool:
    fine = (rows["coverage"] >= TOLERABLE_COVERAGE) & rows["size"].between(MUTE_BELOW, TOLERABLE_SIZE)
    return bool(fine.all())


def _recommendations(summary: pd.DataFrame) -> str:
    tables = {code: recommended(summary, code) for code, _ in REGRESSIONS}
    header = [*CELL, "Poisson", "coverage", "size", "power", "log rate", "coverage", "size", "power"]  # fmt: skip
    rows = []
    for (_, one), (_, two) in zip(tables["twfe_poisson"].iterrows(), tables["twfe_rate"].iterrows(), strict=True):
        row = cell(one)
        for best in (one, two):
            if best["inference"]:
                row.append(INFERENCES[best["inference"]] + MARKS[best["verdict"]])
                row += [number(best[name]) for name in ("coverage", "size", "power")]
            else:
                row += ["–"] * 4
        rows.append(row)
    return table(header, rows)


def _model_tables(summary: pd.DataFrame, code: str, target: str) -> str:
    """Bias, coverage and size (or power, where exchange acts) of one regression's coefficient."""
    chosen = summary[(summary["estimator"] == code) & (summary["target"] == target)]
    inferences = list(dict.fromkeys(chosen["inference"]))
    names = [INFERENCES[one] for one in inferences]
    bias, coverage, size = [], [], []
    for _, part in chosen.groupby(["units", "treated", "spillovers"], sort=False):
        by, first = part.set_index("inference"), part.iloc[0]
        start = cell(first)
        numbers = [number(first["sd"]), *[number(by.loc[one, "mean_se"]) for one in ("crv1_t", "crv3_t")]]
        bias.append([*start, f"{first['bias']:+.3f} ({first['bias_mc']:.3f})", *numbers])
        coverage.append([*start, *[_coverage(by.loc[one]) for one in inferences]])
        size.append([*start, *[_rejections(by.loc[one], target) for one in inferences]])
    rejections = "Size at 5 %" if target == OWN else "Size at 5 %; power where exchange acts"
    return "\n".join(
        [
            table([*CELL, "bias", "sd", "mean CRV1 error", "mean CRV3 error"], bias),
            "\nCoverage of 95 % intervals:\n",
            table([*CELL, *names], coverage),
            f"\n{rejections}:\n",
            table([*CELL, *names], size),
        ]
    )


def _coverage(row: pd.Series) -> str:
    return share(row["coverage"], row["coverage_mc"]) + MARKS[row["verdict"]]


def _rejections(row: pd.Series, target: str) -> str:
    if target == EXPOSURE and row["spillovers"]:
        return f"power {share(row['power'], row['power_mc'])}"
    return share(row["size"], row["size_mc"])


def _naive_words() -> str:
    return "\n".join(f"- `{one.code}`{' (naive)' if one.naive else ''}: {one.words}" for one in ESTIMATORS)


def _bias_table(summary: pd.DataFrame) -> str:
    first = summary[summary["target"] == OWN].drop_duplicates(["units", "treated", "spillovers", "estimator"])
    codes = [one.code for one in ESTIMATORS]
    rows = []
    for _, part in first.groupby(["units", "treated", "spillovers"], sort=False):
        by = part.set_index("estimator")
        row = cell(part.iloc[0])
        for code in codes:
            at = by.loc[code]
            lost = f", none in {at['draws'] - at['computed']}" if at["computed"] < at["draws"] else ""
            row.append(f"{at['bias']:+.3f} ({at['bias_mc']:.3f}), sd {at['sd']:.3f}{lost}")
        rows.append(row)
    header = [*CELL, *[f"`{code}`: bias" for code in codes]]
    return table(header, rows)
