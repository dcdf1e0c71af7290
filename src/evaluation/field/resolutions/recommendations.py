"""What became of adopted recommendations: status over years, days until done, shares done and never done."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from evaluation.effects.survival.curves import INCIDENCE_COLUMNS, cumulative_incidence, survival_curve
from evaluation.field.resolutions.shares import Share, clustered_share
from evaluation.tables import TABLES

# the ways in which a recommendation ends, by the status that the register gives; the codes of cumulative_incidence
ENDS = {"done": "done", "rejected": "refused", "irrelevant": "irrelevant"}
CAUSES = {"done": 1, "refused": 2, "irrelevant": 3}
CURVE_COLUMNS = ["group", "time", "survival", "low", "high", "at_risk"]
THEME_COLUMNS = [
    "theme", "recommendations", "events", "no_addressee", "never_checked", "done", "refused", "irrelevant", "due",
    "due_done", "in_time", "done_share", "low", "high", "median_days",
]  # fmt: skip
ALL, NOT_CODED = "all", "not_coded"


def event_of(records: pd.DataFrame) -> pd.Series:
    """The event that adopted or named each record: its resolution, else its exchange event, else its support event."""
    return records["resolution_id"].fillna(records["exchange_id"]).fillna(records["event_id"])


def adoption_days(
    recommendations: pd.DataFrame,
    resolutions: pd.DataFrame,
    exchange_events: pd.DataFrame,
    support_events: pd.DataFrame,
) -> pd.Series:
    """The day on which each recommendation was adopted: its resolution's, else the last day of its event.

    Missing where the event is not in the registers of these years.
    """
    held_at = resolutions.dropna(subset=["exchange_id"])
    days = _days(recommendations["resolution_id"], resolutions, "resolution_id", "held_on")
    days = days.fillna(_days(recommendations["exchange_id"], held_at, "exchange_id", "held_on"))
    days = days.fillna(_days(recommendations["exchange_id"], exchange_events, "exchange_id", "ends_on"))
    return days.fillna(_days(recommendations["event_id"], support_events, "event_id", "ends_on"))


def _days(keys: pd.Series, events: pd.DataFrame, key: str, day: str) -> pd.Series:
    """The day of each key's event; unlike ``map`` it keeps its type where there are no events."""
    found = events.drop_duplicates(key).set_index(key)[day].dropna().reindex(keys)
    return found.set_axis(keys.index)


def recommendation_progress(
    recommendations: pd.DataFrame, statuses: pd.DataFrame, adopted_on: pd.Series, as_of: dt.date
) -> pd.DataFrame:
    """One row a recommendation (contract ``recommendation_progress``) as known on ``as_of``.

    The last check decides what became of it. Its end is the day that the register itself counts (``days_to_done``
    after the adoption), else the first check of the last unbroken run of that status: the true end lies between it
    and the check before. ``days`` run from the adoption to the end, or to the last check of one that is still open;
    one never checked has none. Missing where the adoption is not dated or a check lies before it. A recommendation is
    due when its due day lies no later than ``as_of``; it was done in time when it ended by then.
    """
    end = pd.Timestamp(as_of)
    checks = statuses[statuses["checked_on"] <= end].sort_values(["recommendation_id", "checked_on"], kind="stable")
    last = checks.drop_duplicates("recommendation_id", keep="last").set_index("recommendation_id")
    frame = recommendations[["recommendation_id", "year", "theme", "due_on"]].reset_index(drop=True)
    keys = frame["recommendation_id"]
    frame["has_addressee"] = (
        recommendations["addressee"].notna() | recommendations["addressee_unit_id"].notna()
    ).to_numpy()
    frame["adopted_on"] = adopted_on.to_numpy()
    of_each = last.reindex(keys).reset_index(drop=True)
    frame["status"], frame["checked_on"] = of_each["status"], of_each["checked_on"]
    ended = frame["status"].astype("object").map(ENDS)
    told = of_each["days_to_done"].astype("float64").where(ended == "done")
    counted = frame["adopted_on"] + pd.to_timedelta(told, unit="D")
    since = _first_of_last_run(checks).reindex(keys).reset_index(drop=True)
    frame["ended_on"] = counted.fillna(since).where(ended.notna())
    until = frame["ended_on"].fillna(frame["checked_on"])
    days = (until - frame["adopted_on"]).dt.days
    frame["days"] = days.where(days >= 0).astype("Int64")
    frame["outcome"] = ended.fillna("open").where(frame["checked_on"].notna(), "never_checked")
    frame["is_due"] = (frame["due_on"] <= end).astype("boolean").where(frame["due_on"].notna())
    in_time = (ended == "done") & (frame["ended_on"] <= frame["due_on"])
    frame["in_time"] = in_time.astype("boolean").where(frame["is_due"].fillna(False).astype(bool))
    return frame[list(TABLES["recommendation_progress"].names)]


def _first_of_last_run(checks: pd.DataFrame) -> pd.Series:
    """By recommendation: the first check since when its status has been what it is last."""
    status = checks["status"]
    same = checks["recommendation_id"] == checks["recommendation_id"].shift()
    starts = ~(same & (status == status.shift()))
    return checks[starts].drop_duplicates("recommendation_id", keep="last").set_index("recommendation_id")["checked_on"]


def spells(progress: pd.DataFrame) -> pd.DataFrame:
    """Recommendations under observation: days (at least one half, for what was done on the very day) and cause.

    cause is 0 for one still open at its last check, else as CAUSES. Those without days are left out.
    """
    seen = progress.dropna(subset=["days"])
    seen = seen[seen["outcome"] != "never_checked"]
    days = np.maximum(seen["days"].to_numpy(dtype=float), 0.5)
    cause = seen["outcome"].map(CAUSES).fillna(0).to_numpy(dtype=int)
    return pd.DataFrame({"days": days, "cause": cause}, index=seen.index)


def not_done_curve(progress: pd.DataFrame) -> pd.DataFrame:
    """Share of recommendations not yet done, and still open, by days since adoption: CURVE_COLUMNS.

    Group ``not_done`` is one minus the Aalen-Johansen probability of having been done, with refusal and loss of
    relevance as competing ends: these will never be done and stay in it. Group ``open`` is the Kaplan-Meier share
    that has ended in no way. The bands take recommendations as independent, though those of one event share much.
    """
    seen = spells(progress)
    if seen.empty:
        return pd.DataFrame(columns=CURVE_COLUMNS)
    stop, cause = seen["days"].to_numpy(), seen["cause"].to_numpy()
    whole = survival_curve(stop, (cause > 0).astype(float)).assign(group="open")
    incidence = incidence_of_ends(progress)
    done = incidence[incidence["cause"] == CAUSES["done"]].set_index("time")
    steps = done[["incidence", "low", "high"]].reindex(whole["time"], method="ffill").reset_index(drop=True)
    turned = whole[["time", "at_risk"]].assign(
        group="not_done",
        survival=1 - steps["incidence"].fillna(0.0),
        low=1 - steps["high"],
        high=1 - steps["low"],
    )
    return pd.concat([turned[CURVE_COLUMNS], whole[CURVE_COLUMNS]], ignore_index=True)


def incidence_of_ends(progress: pd.DataFrame) -> pd.DataFrame:
    """Aalen-Johansen probabilities of every end by days since adoption (``INCIDENCE_COLUMNS``; no rows of none)."""
    seen = spells(progress)
    if seen.empty:
        return pd.DataFrame(columns=INCIDENCE_COLUMNS)
    return cumulative_incidence(seen["days"].to_numpy(), seen["cause"].to_numpy())


def median_days(progress: pd.DataFrame) -> float:
    """Days after which half of the recommendations are done; infinite where that never happens, NaN without any."""
    incidence = incidence_of_ends(progress)
    done = incidence[(incidence["cause"] == CAUSES["done"]) & (incidence["incidence"] >= 0.5 - 1e-12)]
    if incidence.empty:
        return float("nan")
    return float(done["time"].iloc[0]) if len(done) else float("inf")


def done_of_due(progress: pd.DataFrame, events: pd.Series) -> Share:
    """Share done of the recommendations whose due day has come; ``events`` (same index) are the clusters.

    One that was refused, became irrelevant or was never checked counts as not done.
    """
    due = progress["is_due"].fillna(False).astype(bool)
    return clustered_share(progress.loc[due, "outcome"] == "done", events[due])


def themes_of_recommendations(progress: pd.DataFrame, events: pd.Series) -> pd.DataFrame:
    """Recommendations by theme, and of all themes (theme all): THEME_COLUMNS; ``events`` as ``done_of_due``."""
    if progress.empty:
        return pd.DataFrame(columns=THEME_COLUMNS)
    themes = progress["theme"].fillna(NOT_CODED)
    groups = [(ALL, progress), *((str(name), part) for name, part in progress.groupby(themes, sort=True))]
    return pd.DataFrame([_theme(name, part, events.loc[part.index]) for name, part in groups], columns=THEME_COLUMNS)


def _theme(name: str, part: pd.DataFrame, events: pd.Series) -> dict[str, object]:
    due = part["is_due"].fillna(False).astype(bool)
    share = done_of_due(part, events)
    return {
        "theme": name,
        "recommendations": len(part),
        "events": events.nunique(),
        "no_addressee": int((~part["has_addressee"]).sum()),
        "never_checked": int((part["outcome"] == "never_checked").sum()),
        **{end: int((part["outcome"] == end).sum()) for end in CAUSES},
        "due": int(due.sum()),
        "due_done": int((due & (part["outcome"] == "done")).sum()),
        "in_time": int(part["in_time"].sum()),
        "done_share": share.value,
        "low": share.low,
        "high": share.high,
        "median_days": median_days(part),
    }
