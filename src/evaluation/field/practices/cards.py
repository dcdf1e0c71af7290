"""The cards of practices: which of them stand in the code of best practice, and everything known of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

TEXTS = ("problem", "solution", "conditions", "results", "evidence", "recommended_for")


@dataclass(frozen=True)
class PracticeCard:
    """One chapter of the code. ``texts`` by name of TEXTS (those that are told); ``facts``: kind, origin_unit_id,
    first_year, cost, contact_role, empty where not told. ``curve``: the practice's rows of ``practice_diffusion``;
    ``adopters``: unit_id, year, told_channel, state, candidates, in order of years and codes."""

    practice_id: str
    title: str
    texts: dict[str, str]
    facts: dict[str, Any]
    curve: pd.DataFrame
    adopters: pd.DataFrame


def included(practices: pd.DataFrame, cards: pd.DataFrame) -> list[str]:
    """Numbers of the practices in the code: those marked so; where nobody marked any, all that have a card."""
    known = cards[cards["practice_id"].isin(practices["practice_id"])]
    marked = known["in_code"].astype("boolean")
    chosen = known[marked.fillna(False)] if marked.notna().any() else known
    return sorted(str(number) for number in chosen["practice_id"].unique())


def card_numbers(practices: pd.DataFrame, cards: pd.DataFrame) -> dict[str, int]:
    """registered, described (with a card), in_code: numbers of practices of one year."""
    described = set(cards["practice_id"]) & set(practices["practice_id"])
    return {
        "registered": int(practices["practice_id"].nunique()),
        "described": len(described),
        "in_code": len(included(practices, cards)),
    }


def code_of_best_practice(
    practices: pd.DataFrame, cards: pd.DataFrame, curves: pd.DataFrame, sources: pd.DataFrame
) -> list[PracticeCard]:
    """The chapters, in order of numbers: registers of one year, with ``practice_diffusion`` and ``practice_sources``.

    A card of a practice that the register does not know is no chapter (cleaning sets it aside). Nothing is filled in:
    what a card does not tell its chapter does not have.
    """
    described = cards.drop_duplicates("practice_id", keep="last").set_index("practice_id")
    registered = practices.drop_duplicates("practice_id", keep="last").set_index("practice_id")
    chapters = []
    for number in included(practices, cards):
        card, practice = described.loc[number], registered.loc[number]
        texts = {name: str(card[name]) for name in TEXTS if not pd.isna(card[name])}
        facts = {name: _told(practice[name]) for name in ("kind", "origin_unit_id", "first_year")}
        facts |= {name: _told(card[name]) for name in ("cost", "contact_role")}
        adopters = sources[sources["practice_id"] == number].sort_values(["year", "unit_id"], kind="stable")
        curve = curves[curves["practice_id"] == number].sort_values("year", kind="stable")
        chapters.append(PracticeCard(number, str(practice["title"]), texts, facts, curve, adopters))
    return chapters


def _told(value: Any) -> Any:
    return None if pd.isna(value) else value
