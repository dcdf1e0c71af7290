"""The document's section on the product's fixed rule: every cell with its verdict, and the sum of them in words."""

from __future__ import annotations

import pandas as pd

from evaluation.effects.warning_texts import FEW_TREATED_CLUSTERS, NO_RELIABLE_INTERVAL
from evaluation.simulate.study.document_tables import CELL, INFERENCES, REGRESSIONS, cell, share, span, table
from evaluation.simulate.study.fixed_rule import CAUTIOUS, EXCEEDS, HOLDS, SILENT, fixed_rule
from evaluation.simulate.study.summary import FULL_STUDY

INTERVAL_WORDS = {
    HOLDS: "interval holds",
    CAUTIOUS: "interval too wide",
    EXCEEDS: "interval too narrow",
    SILENT: "no interval",
}
TEST_WORDS = {
    HOLDS: "p holds",
    CAUTIOUS: "p too large",
    EXCEEDS: "p too small",
    SILENT: "p finds next to nothing",
}


def rule_section(summary: pd.DataFrame) -> str:
    """What the product prints in each cell of both regressions, with verdicts where the study is large enough."""
    tables = {code: fixed_rule(summary, code) for code, _ in REGRESSIONS}
    both = pd.concat(tables.values(), ignore_index=True)
    parts = [
        "## The fixed rule of the product\n",
        "The table above picks after the fact. The product cannot: it goes by the number trained alone. Intervals are "
        f"CRV3 with t; p is theirs from {FEW_TREATED_CLUSTERS} trained on, the wild bootstrap's below, where the "
        f"output calls the interval unreliable, and that of randomisation below {NO_RELIABLE_INTERVAL}, where it says "
        "to trust none (decision 0010). For own training: coverage of the printed 95 % interval (in brackets where the "
        "output warns of it), size at 5 % of the printed p, Monte Carlo standard errors, and what holds within Monte "
        "Carlo error.\n",
    ]
    if both["draws"].min() >= FULL_STUDY:
        parts += [*[f"- {sentence}" for sentence in rule_findings(both)], ""]
    for code, title in REGRESSIONS:
        parts += [f"{title.split(':')[0]}:\n", _rule_table(tables[code]), ""]
    parts.append(
        "Of exposure through exchange the product counts the territories ever exposed, which these tables do not hold; "
        "with ten or more its numbers are those of CRV3, t further below.\n"
    )
    return "\n".join(parts)


def rule_findings(rows: pd.DataFrame) -> list[str]:
    """Sentences on cells of ``fixed_rule``, both regressions together."""
    out = []
    levels = rows["level"].value_counts()
    text = f"**p** is within Monte Carlo error of its level in {levels.get(HOLDS, 0)} of {len(rows)} cells."
    beyond = rows[rows["level"] == EXCEEDS]
    if len(beyond):
        text += f" It is too small in {len(beyond)} (size {span(beyond['size'])}: {_cells(beyond)})."
    else:
        text += " It is too small in none."
    below = rows[rows["level"].isin([CAUTIOUS, SILENT])]
    if len(below):
        text += f" It is too large in {len(below)} (size {span(below['size'])})."
    out.append(text)
    for words, part in (
        (f"From {FEW_TREATED_CLUSTERS} trained on", rows[rows["treated"] >= FEW_TREATED_CLUSTERS]),
        (
            f"From {NO_RELIABLE_INTERVAL} to {FEW_TREATED_CLUSTERS - 1} trained",
            rows[rows["treated"].between(NO_RELIABLE_INTERVAL, FEW_TREATED_CLUSTERS - 1)],
        ),
        (f"Below {NO_RELIABLE_INTERVAL} trained", rows[rows["treated"] < NO_RELIABLE_INTERVAL]),
    ):
        if part.empty:
            continue
        narrow, wide = part[part["interval"] == EXCEEDS], part[part["interval"] == CAUTIOUS]
        text = f"**{words}** the interval covers {span(part['coverage'])}: it "
        text += f"holds in {(part['interval'] == HOLDS).sum()} of {len(part)} cells"
        text += f", is too narrow in {len(narrow)}" if len(narrow) else ""
        text += f" ({_cells(narrow)})" if len(narrow) else ""
        text += f", too wide in {len(wide)}" if len(wide) else ""
        text += "" if part["is_reliable"].all() else "; the output warns of it"
        out.append(f"{text}.")
    return out


def _cells(rows: pd.DataFrame) -> str:
    """Units and trained of the rows, each pair once."""
    pairs = rows[["units", "treated"]].drop_duplicates().sort_values(["units", "treated"], ascending=[False, True])
    return "; ".join(f"{row.units} territories, {row.treated} trained" for row in pairs.itertuples())


def _rule_table(rows: pd.DataFrame) -> str:
    lines = []
    for _, row in rows.iterrows():
        coverage = share(row["coverage"], row["coverage_mc"])
        interval = INTERVAL_WORDS[row["interval"]]
        if not row["is_reliable"]:
            coverage = f"[{coverage}]"
        verdict = f"{interval}; {TEST_WORDS[row['level']]}"
        power = share(row["power"], row["power_mc"])
        lines.append(
            [*cell(row), coverage, INFERENCES[row["test"]], share(row["size"], row["size_mc"]), power, verdict]
        )
    return table([*CELL, "coverage, CRV3 t", "p from", "size", "power", "verdict"], lines)
