"""«All trainings were rated highly» as a claim that data can hold, refute, or leave open.

What «highly» means is declared beforehand (the share of the best answers and its threshold); the claim is then judged
for every event and for all of them. That one event falls short is said only after correction for their number
(Holm 1979, Scandinavian Journal of Statistics 6); that all of them keep the promise needs every one of them to show
it, which is a test of its own without correction (Berger 1982, Technometrics 24). Beside that stands what is certain
whoever was silent.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Literal

import numpy as np
import pandas as pd
from scipy import special

from evaluation.settings import InputProblem, RatingClaim, Text
from evaluation.survey.ratings import RATING_COLUMNS, event_ratings

Verdict = Literal["holds", "fails", "cannot_tell"]
EVENT_COLUMNS = ["claim", "threshold", "p", "p_adjusted", "verdict", "verdict_any_silence"]
CLAIM_COLUMNS = [
    "claim", "instrument", "item", "top", "threshold", "level", "events", "events_rated", "holds", "fails",
    "cannot_tell", "holds_any_silence", "fails_any_silence", "fails_either", "share_above", "verdict",
    "verdict_any_silence", "note",
]  # fmt: skip
NOTES = ("no_events", "events_without_ratings", "ceiling", "declared_late", "low_power")
CEILING_SHARE = 0.5


def rate_events(
    answers: pd.DataFrame,
    responses: pd.DataFrame,
    people: pd.DataFrame,
    items: Sequence[str],
    claims: Sequence[RatingClaim] = (),
    *,
    limits: tuple[float, float] = (1, 5),
    top: float = 4,
    reversed_items: Sequence[str] = (),
    declared_on: dt.date | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Ratings of every event (RATING_COLUMNS and EVENT_COLUMNS) and the claims on them (CLAIM_COLUMNS).

    Arguments as for ``survey.ratings.event_ratings``; ``claims`` are those on this questionnaire, each on an item of
    its own and with its own ``top``. EVENT_COLUMNS are empty for items of no claim. Raises InputProblem as
    ``judge_events`` does, and for two claims on one item.
    """
    by_item = {claim.item: claim for claim in claims}
    if len(by_item) < len(claims):
        named = ", ".join(sorted({one.item for one in claims if sum(one.item == other.item for other in claims) > 1}))
        raise InputProblem(
            f"План, rating_claims: на вопрос «{named}» объявлено два порога. Оставьте один.",
            f"Plan, rating_claims: two thresholds are declared for the item '{named}'. Keep one.",
        )
    tops = {item: by_item[item].top if item in by_item else top for item in [*items, *by_item]}
    parts = [
        event_ratings(answers, responses, people, [item], limits, high, [one for one in reversed_items if one == item])
        for item, high in tops.items()
    ]
    first = pd.to_datetime(responses["submitted_at"]).min() if "submitted_at" in responses else pd.NaT
    first_answer = None if pd.isna(first) else first.date()
    verdicts = []
    for position, item in enumerate(tops):
        if item in by_item:
            parts[position] = judge_events(parts[position], by_item[item])
            verdicts.append(judge_claim(parts[position], by_item[item], declared_on, first_answer))
    table = pd.concat(parts, ignore_index=True).reindex(columns=[*RATING_COLUMNS, *EVENT_COLUMNS])
    texts = dict.fromkeys(("claim", "verdict", "verdict_any_silence"), "str")
    table = table.astype({**texts, **dict.fromkeys(("threshold", "p", "p_adjusted"), "float64")})
    return table, pd.concat(verdicts, ignore_index=True) if verdicts else pd.DataFrame(columns=CLAIM_COLUMNS)


def judge_events(ratings: pd.DataFrame, claim: RatingClaim) -> pd.DataFrame:
    """The rows of ``ratings`` (``survey.ratings.event_ratings``, made with the claim's ``top``) of the claim's item,
    with EVENT_COLUMNS.

    ``p``: two-sided exact binomial, twice the smaller tail at the threshold; ``p_adjusted`` by Holm over the events
    that somebody rated. ``verdict``: holds or fails where ``p_adjusted`` is below the claim's level and the share lies
    on that side; else cannot_tell. ``verdict_any_silence``: the same whatever the silent would have answered.

    Raises InputProblem where the ratings lack the item.
    """
    if claim.item not in set(ratings["item"]):
        raise InputProblem(
            f"Утверждение «{claim.claim}»: вопроса «{claim.item}» нет среди оценок мероприятий. Исправьте ключ item "
            "в плане (rating_claims).",
            f"Claim '{claim.claim}': the ratings of events have no item '{claim.item}'. Correct the key item in the "
            "plan (rating_claims).",
        )
    rows = ratings[ratings["item"] == claim.item].reset_index(drop=True)
    rated = rows["rated"].to_numpy(dtype=float, na_value=0.0)
    best = np.round(rows["top_share"].fillna(0).to_numpy(dtype=float) * rated)
    p = np.full(len(rows), np.nan)
    some = rated > 0
    p[some] = binomial_p(best[some], rated[some], claim.threshold)
    adjusted = holm(p)
    above = best > claim.threshold * rated
    clear = adjusted <= claim.level
    lowest, highest = (rows[name].to_numpy(dtype=float) for name in ("top_lowest", "top_highest"))
    return rows.assign(
        claim=claim.claim, threshold=claim.threshold, p=p, p_adjusted=adjusted,
        verdict=_verdicts(clear & above, clear & ~above),
        verdict_any_silence=_verdicts(lowest >= claim.threshold, highest < claim.threshold),
    )  # fmt: skip


def judge_claim(
    judged: pd.DataFrame,
    claim: RatingClaim,
    declared_on: dt.date | None = None,
    first_answer: dt.date | None = None,
) -> pd.DataFrame:
    """CLAIM_COLUMNS, one row: what the events (``judge_events``) say of «all».

    ``verdict`` holds: every event was rated and each, without correction, lies above the threshold; fails: at least
    one event fails after correction, or fails whoever was silent. ``verdict_any_silence`` holds: every event does so
    whatever the silent would have answered. ``share_above`` is the share of rated events whose share of best answers
    is at least the threshold. ``note`` names what weakens the verdict; declared_late: the threshold is not older than
    the first answer; low_power: fewer ratings than could show even a perfect event to hold.
    """
    rated = judged["rated"].to_numpy(dtype=float, na_value=0.0) > 0
    events = judged[rated]
    number = len(judged)
    above = events["top_share"].to_numpy(dtype=float) >= claim.threshold
    each = bool(number and rated.all() and (above & (events["p"].to_numpy(dtype=float) <= claim.level)).all())
    counts = {name: int((judged["verdict"] == name).sum()) for name in ("holds", "fails", "cannot_tell")}
    certain = {name: int((judged["verdict_any_silence"] == name).sum()) for name in ("holds", "fails")}
    either = int(((judged["verdict"] == "fails") | (judged["verdict_any_silence"] == "fails")).sum())
    perfect = binomial_p(judged["rated"].to_numpy(dtype=float, na_value=0.0)[rated], None, claim.threshold)
    notes = {
        "no_events": number == 0,
        "events_without_ratings": number > 0 and not rated.all(),
        "ceiling": bool(len(events) and (events["ceiling_share"] > CEILING_SHARE).mean() >= CEILING_SHARE),
        "declared_late": declared_on is not None and first_answer is not None and declared_on >= first_answer,
        "low_power": bool(len(perfect) and (perfect > claim.level).any()),
    }
    row = {
        "claim": claim.claim, "instrument": claim.instrument, "item": claim.item, "top": claim.top,
        "threshold": claim.threshold, "level": claim.level, "events": number, "events_rated": int(rated.sum()),
        **counts, "holds_any_silence": certain["holds"], "fails_any_silence": certain["fails"],
        "fails_either": either, "share_above": float(above.mean()) if len(events) else np.nan,
        "verdict": "fails" if either else "holds" if each else "cannot_tell",
        "verdict_any_silence": "fails" if certain["fails"] else "holds" if number and certain["holds"] == number
        else "cannot_tell",
        "note": "; ".join(name for name, applies in notes.items() if applies),
    }  # fmt: skip
    whole = ("events", "events_rated", *counts, "holds_any_silence", "fails_any_silence", "fails_either")
    return pd.DataFrame([row], columns=CLAIM_COLUMNS).astype(dict.fromkeys(whole, "Int64"))


def claim_sentence(row: pd.Series) -> Text:
    """One sentence on a row of CLAIM_COLUMNS, never stronger than its verdict."""
    share = f"{100 * row['threshold']:g}"
    verdicts = {
        "holds": (
            f"Подтверждается: на каждом из {row['events']} мероприятий доля высоких оценок ответивших достоверно "
            f"не ниже {share} %.",
            f"Holds: at each of the {row['events']} events the share of high ratings among those who answered is "
            f"clearly at least {share}%.",
        ),
        "fails": (
            f"Не подтверждается: не на всех мероприятиях доля высоких оценок достигла {share} % "
            f"(ниже порога достоверно: {row['fails_either']} из {row['events']}).",
            f"Fails: not at every event did the share of high ratings reach {share}% (clearly below it: "
            f"{row['fails_either']} of {row['events']}).",
        ),
        "cannot_tell": (
            f"Сказать нельзя: порог {share} % достоверно превышен на {row['holds']} из {row['events']} мероприятий, "
            f"на остальных оценок слишком мало или нет совсем.",
            f"Cannot be told: the threshold of {share}% is clearly passed at {row['holds']} of {row['events']} events; "
            f"the others have too few ratings or none.",
        ),
    }
    silent = {
        "holds": (
            " Это верно, что бы ни ответили промолчавшие.",
            " This is so whatever the silent would have answered.",
        ),
        "fails": (
            " Это верно, что бы ни ответили промолчавшие.",
            " This is so whatever the silent would have answered.",
        ),
        "cannot_tell": (
            " Ответы промолчавших могли бы изменить вывод.",
            " The answers of the silent could change this.",
        ),
    }
    ru, en = verdicts[row["verdict"]]
    more_ru, more_en = silent["cannot_tell"]
    if row["verdict"] == row["verdict_any_silence"]:
        more_ru, more_en = silent[row["verdict_any_silence"]]
    return Text(ru=ru + more_ru, en=en + more_en)


def binomial_p(successes: np.ndarray, trials: np.ndarray | None, share: float) -> np.ndarray:
    """Two-sided exact p that ``successes`` of ``trials`` come from ``share``: twice the smaller tail, at most 1.

    ``trials`` None: all trials succeeded.
    """
    whole = successes if trials is None else trials
    at_most = special.bdtr(successes, whole.astype(int), share)
    fewer = np.where(successes > 0, special.bdtr(np.maximum(successes - 1, 0), whole.astype(int), share), 0.0)
    return np.asarray(np.minimum(1.0, 2 * np.minimum(at_most, 1 - fewer)))


def holm(p_values: np.ndarray) -> np.ndarray:
    """Holm's adjusted p values in the given order; NaN stays NaN and does not count as a hypothesis."""
    known = np.flatnonzero(np.isfinite(p_values))
    order = known[np.argsort(p_values[known], kind="stable")]
    out = np.full(len(p_values), np.nan)
    factors = np.arange(len(order), 0, -1)
    out[order] = np.minimum(np.maximum.accumulate(factors * p_values[order]), 1.0)
    return out


def _verdicts(holds: np.ndarray, fails: np.ndarray) -> np.ndarray:
    return np.where(holds, "holds", np.where(fails, "fails", "cannot_tell"))
