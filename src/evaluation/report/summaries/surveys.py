"""Findings from the surveys: who answered, how far they stand for the others, what they say, what claims come to."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
import pandas as pd

from evaluation.report.counted_rows import CountedRows
from evaluation.report.findings import Finding
from evaluation.report.summaries.steps import Gain, survey_findings
from evaluation.tables.groups import SURVEY_SOURCES

PROBABILITY = ("srs", "stratified", "cluster")
VERDICTS = {"holds": 1, "fails": -1, "cannot_tell": 0}


def wave_findings(waves: pd.DataFrame) -> list[Finding]:
    """By instrument: people asked, questionnaires, share returned, days in the field, and how people were chosen.

    ``waves`` satisfies the contract ``survey_waves`` (one year). ``probability_<instrument>`` is 1 for a probability
    sample or a census and 0 for any other, its note the design's code; ``field_days_<instrument>`` has the first and
    the last day in its note.
    """
    findings = []
    for row in waves.sort_values("instrument").to_dict("records"):
        name, invited, answered = _safe(row["instrument"]), row["invited_n"], row["answered_n"]
        source = f"{name}_survey"
        sheets = CountedRows("survey_responses", f"source == '{source}'", "rows") if source in SURVEY_SOURCES else None
        findings.append(Finding(f"questionnaires_{name}", int(answered), "responses", rows=sheets))
        drawn = str(row["design"])
        by_chance = int(drawn in (*PROBABILITY, "census"))
        # where people came of their own accord nobody was drawn, and there is no rate of response
        if by_chance and not pd.isna(invited) and invited > 0:
            findings += [
                Finding(f"invited_{name}", int(invited), "persons"),
                # repeated questionnaires must not make the share larger than one
                Finding(f"returned_{name}", min(1.0, int(answered) / int(invited)), "share", int(invited)),
            ]
        first, last = row["field_from"], row["field_to"]
        if not pd.isna(first) and not pd.isna(last):
            days = f"{first:%Y-%m-%d}/{last:%Y-%m-%d}"
            findings.append(Finding(f"field_days_{name}", (last - first).days + 1, "days", note=days))
        findings.append(Finding(f"probability_{name}", by_chance, "number", note=drawn))
    return findings


def survey_estimate_findings(estimates: pd.DataFrame) -> list[Finding]:
    """One finding an estimate for all people together: ``<statistic>_<item>`` or ``<statistic>_<item>_<choice>``.

    ``estimates`` has the columns of ``survey.estimates``. Of a sample that is not a probability sample the interval is
    left out, and of a census, whose interval is a point; the note holds the codes of the remarks. Estimates without a
    value are left out.
    """
    units = {"share": "share", "top_share": "share", "nps": "points"}
    whole = estimates[estimates["group"].fillna("") == ""]
    whole = whole[whole["value"].notna()]
    findings = []
    for row in whole.to_dict("records"):
        note = "" if pd.isna(row["note"]) else str(row["note"])
        withheld = "not_probability" in note or "census" in note
        low, high = (None, None) if withheld else (row["low"], row["high"])
        parts = [row["statistic"], row["item"], *([row["choice"]] if row["choice"] else [])]
        unit = units.get(str(row["statistic"]), "number")
        findings.append(
            Finding(_safe("_".join(map(str, parts))), row["value"], unit, row["n"], low, high, note or None)
        )
    return findings


def weight_findings(schemes: pd.DataFrame, instrument: str) -> list[Finding]:
    """What the weights cost: Kish's design effect, the effective n, the largest weight over the mean.

    ``schemes`` has the columns of ``survey.weights``; its last row counts.
    """
    if schemes.empty:
        return []
    row, name = schemes.iloc[-1], _safe(instrument)
    n = int(row["n"])
    return [
        Finding(f"weights_deff_{name}", row["kish_deff"], "ratio", n),
        Finding(f"weights_n_eff_{name}", row["n_eff"], "count", n),
        Finding(f"weights_largest_{name}", row["wmax"], "ratio", n),
    ]


def representativity_findings(
    people: pd.DataFrame,
    margins: pd.DataFrame,
    instrument: str,
    weights: pd.Series | None = None,
    designed: tuple[str, ...] = ("stratum",),
) -> list[Finding]:
    """How far the shares of those who answered lie from the population's, before and after weighting.

    ``people`` has a column for every variable of ``margins`` (columns variable, level, share or count), one row a
    response; ``weights`` has its index. ``margins_gap_<instrument>`` is the largest difference of a share, without
    weights, and its note the variable and level; ``margins_gap_weighted_<instrument>`` the same with weights. Variables
    that are ``designed`` to differ (strata asked in other shares than they have) are left out.
    """
    name = _safe(instrument)
    findings = []
    for key, own in (("margins_gap", None), ("margins_gap_weighted", weights)):
        if key == "margins_gap_weighted" and own is None:
            continue
        gap, place, n = _largest_gap(people, margins[~margins["variable"].isin(designed)], own)
        if not np.isnan(gap):
            findings.append(Finding(f"{key}_{name}", gap, "share_points", n, note=place))
    return findings


def _largest_gap(people: pd.DataFrame, margins: pd.DataFrame, weights: pd.Series | None) -> tuple[float, str, int]:
    largest, place, counted = float("nan"), "", 0
    for variable, rows in margins.groupby("variable", sort=True):
        if variable not in people:
            continue
        known = people[variable].notna()
        one = pd.Series(1.0, index=people.index) if weights is None else weights.astype("float64")
        found = one[known].groupby(people.loc[known, variable]).sum()
        counts = rows.set_index("level")["count"].astype("float64")
        truth, seen = counts / counts.sum(), found / found.sum()
        gaps = (seen.reindex(truth.index).fillna(0.0) - truth).abs()
        if len(gaps) and not gaps.max() <= largest:
            largest, place, counted = float(gaps.max()), f"{variable}={gaps.idxmax()}", int(known.sum())
    return largest, place, counted


def claim_findings(claims: pd.DataFrame) -> list[Finding]:
    """Of the first declared claim about ratings: events, verdicts by event, and what becomes of «all».

    ``claims`` has the columns of ``survey.claims``. ``rating_claim`` is 1 (holds), -1 (fails) or 0 (cannot be told);
    its note holds the verdict and the remarks.
    """
    if claims.empty:
        return []
    row = claims.iloc[0]
    note = "; ".join(str(part) for part in (row["verdict"], row["note"]) if not pd.isna(part) and part)
    counts = {
        "events": "events", "events_rated": "events", "holds": "events", "fails": "events", "cannot_tell": "events",
    }  # fmt: skip
    return [
        Finding("rating_claim", VERDICTS[str(row["verdict"])], "number", int(row["events"]), note=note),
        Finding("rating_claim_threshold", row["threshold"], "share"),
        *(Finding(f"rating_claim_{name}", int(row[name]), unit) for name, unit in counts.items()),
    ]


def change_findings(changes: pd.DataFrame) -> list[Finding]:
    """Change between two tests of the same people, and what those who were lost could make of it.

    ``changes`` has the columns of ``survey.pairs`` for one measure.
    """
    rows = changes.drop_duplicates("statistic").set_index("statistic")
    names = {
        "mean_change": ("learning_change", "points"), "change_lowest": ("learning_change_lowest", "points"),
        "change_highest": ("learning_change_highest", "points"),
    }  # fmt: skip
    return [
        Finding(name, rows.loc[key, "value"], unit, _count(rows.loc[key, "n"]), rows.loc[key, "low"],
                rows.loc[key, "high"], _text(rows.loc[key, "note"]))
        for key, (name, unit) in names.items()
        if key in rows.index and not pd.isna(rows.loc[key, "value"])
    ]  # fmt: skip


def kirkpatrick_findings(table: pd.DataFrame) -> list[Finding]:
    """The first measured number of each level as ``level_<level>``, and how many of the four levels were measured."""
    measured = table[table["is_measured"].fillna(False).astype(bool)]
    first = measured.drop_duplicates("level")
    found = [
        Finding(f"level_{row['level']}", row["value"], str(row["unit"]), _count(row["n"]), row["low"], row["high"],
                _text(row["note"]))
        for row in first.to_dict("records")
    ]  # fmt: skip
    return [*found, Finding("levels_measured", len(first), "count", table["level"].nunique())]


def _count(value: Any) -> int | None:
    return None if pd.isna(value) else int(value)


def _text(value: Any) -> str | None:
    return None if value is None or pd.isna(value) or not str(value) else str(value)


def _safe(name: Any) -> str:
    """A name of a finding: lower-case letters, digits and _, beginning with a letter."""
    text = re.sub(r"[^a-z0-9]+", "_", str(name).lower()).strip("_")
    return text if text[:1].isalpha() else f"x_{text}"


def voices_findings(
    tables: Mapping[str, pd.DataFrame],
    responses: pd.DataFrame,
    answers: pd.DataFrame,
    waves: pd.DataFrame,
    margins: pd.DataFrame,
    ratings: pd.DataFrame,
    gain: Gain,
    reversed_items: Mapping[str, Collection[str]] | None = None,
) -> list[Finding]:
    """All findings of the year's questionnaires; ``tables`` are those of ``survey.results.survey_results``.

    Items of several questionnaires that share a name are told of the first instrument alone. ``reversed_items`` by
    instrument: agreeing with them is no high rating, and they enter no share of high ratings.
    """
    turned = reversed_items or {}
    against = [row.item in turned.get(str(row.instrument), ()) for row in ratings.itertuples()]
    findings = survey_findings(ratings, gain, pd.Series(against, index=ratings.index, dtype=bool))
    said: set[str] = set()
    for wave in waves.sort_values("wave_id").to_dict("records"):
        instrument, own = str(wave["instrument"]), tables["survey_estimates"]
        rows = own[(own["wave_id"] == wave["wave_id"]) & ~own["item"].isin(sorted(said))]
        said |= set(rows["item"])
        findings += survey_estimate_findings(rows)
        schemes = tables["survey_schemes"]
        findings += weight_findings(schemes[schemes["wave_id"] == wave["wave_id"]], instrument)
        known = margins[margins["margins_id"] == wave.get("margins_id")]
        if len(known):
            people = _people(responses, answers, wave["wave_id"], known["variable"].unique().tolist())
            weights = tables["survey_weights"].set_index("response_id")["w"].reindex(people.index)
            findings += representativity_findings(people, known, instrument, weights)
    findings += claim_findings(tables["rating_claims"])
    findings += change_findings(tables["survey_changes"])
    return [*findings, *kirkpatrick_findings(tables["kirkpatrick"])]


def _people(responses: pd.DataFrame, answers: pd.DataFrame, wave_id: str, variables: list[str]) -> pd.DataFrame:
    """A row a response that is analysed (index response_id), with a column for every variable of the margins."""
    own = responses[(responses["wave_id"] == wave_id) & responses["excluded_reason"].isna()].set_index("response_id")
    found = pd.DataFrame(index=own.index)
    for name in variables:
        if name in own:
            found[name] = own[name]
        elif (answers["item"] == name).any():
            given = answers[(answers["item"] == name) & answers["missing"].isna()].set_index("response_id")["code"]
            found[name] = found.index.map(given)
    return found
