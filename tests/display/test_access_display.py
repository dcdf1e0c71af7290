"""The figure and tables of access say in both languages what they rest on and what they do not know."""

from __future__ import annotations

import math
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from evaluation.codebook import read_codebook
from evaluation.display.access import GREAT_CIRCLE, NOT_KNOWN, WARNINGS, access_plot, cumulative_share
from evaluation.display.access_tables import access_exhibit, frontier_exhibit, gains_exhibit, proposal_exhibit
from evaluation.settings import LANGUAGES, Language
from evaluation.territory.access import access_to_events
from evaluation.territory.proposal import Proposal, Request, demand_of, propose
from evaluation.territory.travel import distances

CODEBOOK = read_codebook(Path(__file__).resolve().parents[2] / "config")
UNITS = pd.DataFrame(
    {
        "unit_id": ["a", "b", "c", "d"],
        "year": 2025,
        "longitude": [90.0, 91.0, 94.0, None],
        "latitude": [56.0] * 3 + [None],
        "population": pd.array([600, 300, None, 100], dtype="Int64"),
    }
)
NAMES = {"a": "Абанский район", "b": "Боготол", "c": "Канск", "d": "Дивногорск"}
EVENTS = pd.DataFrame(
    {
        "event_id": ["T1", "T2"], "year": 2025, "stream": ["training", "methodical"], "form": ["course", "webinar"],
        "mode": ["in_person", "online"], "host_unit_id": ["c", None],
    }
)  # fmt: skip


@pytest.fixture(scope="module")
def proposal() -> Proposal:
    request = Request(k=1, reach=100, draws=20, frontier=2)
    return propose(distances(UNITS), UNITS, demand_of("residents", UNITS), request, {"now": ["c"]}, 2026)


def letters(figure: Figure) -> str:
    texts = [text.get_text() for text in figure.findobj(lambda each: hasattr(each, "get_text"))]
    return " ".join(" ".join(texts).split())


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_figure_tells_who_is_left_out(proposal: Proposal, language: Language) -> None:
    figure = access_plot(proposal.ways, language, thresholds=(50, 100), simulated=True)
    text = letters(figure)
    assert " ".join(GREAT_CIRCLE.in_language(language).split()) in text
    expected = {
        "ru": "без опубликованного населения — 1 территория, без известного пути — 1 территория",
        "en": "without published population 1 territory, without a known way 1 territory",
    }
    assert expected[language] in text.replace("\u00a0", " ")
    assert {"ru": "предложение", "en": "proposed"}[language] in text


def test_shares_of_the_figure_by_hand(proposal: Proposal) -> None:
    now = proposal.ways.query("plan == 'now' and way.notna() and residents.notna()")
    way, share = cumulative_share(now)
    assert share.tolist() == pytest.approx([1 / 3, 1])
    # half the chord of 3 and 4 degrees of longitude on the parallel of 56 degrees
    half = [math.cos(math.radians(56)) * math.sin(math.radians(turn / 2)) for turn in (3, 4)]
    assert way.tolist() == pytest.approx([2 * 6371.0088 * math.asin(each) for each in half])
    assert np.all(np.diff(way) > 0)


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_anybody_measured_there_is_a_figure_that_says_so(proposal: Proposal, language: Language) -> None:
    nobody = proposal.ways.assign(residents=np.nan)
    assert {"ru": "Нет данных", "en": "No data"}[language] in letters(access_plot(nobody, language))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_table_of_access(language: Language) -> None:
    access = access_to_events({"territories": UNITS, "support_events": EVENTS}, 2025, thresholds_km=(200, 400))
    made = access_exhibit(access.summary, access.within, access.venues.counts, CODEBOOK, NAMES)
    text = made.to_markdown(language).replace("\u00a0", " ")
    rows = made.frame.set_index("stream")
    assert rows.index.tolist() == ["all", "training"]
    assert rows.loc["training", ["within_200", "within_400"]].tolist() == pytest.approx([1 / 3, 1])
    assert {"ru": "Жителей в пределах 200 км, %", "en": "Residents within 200 km, %"}[language] in text
    without = {"ru": "Без места вовсе: Методическая поддержка", "en": "Without any venue: Methodical help"}
    assert without[language] in text
    assert {"ru": "Абанский район", "en": "Abansky district"}[language] in text
    assert "access" not in text  # every code has its words


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_tables_of_a_proposal(proposal: Proposal, language: Language) -> None:
    venues = proposal_exhibit(proposal, CODEBOOK, NAMES).to_markdown(language)
    assert NOT_KNOWN.in_language(language) in venues
    assert WARNINGS["great_circle"].in_language(language) in venues
    assert {"ru": "второй по качеству набор — Боготол", "en": "the next best set is Bogotol"}[language] in venues
    gains = gains_exhibit(proposal, CODEBOOK).to_markdown(language)
    assert {"ru": "по жребию", "en": "by lot"}[language] in gains
    frontier = frontier_exhibit(proposal, CODEBOOK).to_markdown(language)
    for text in (venues, gains, frontier):
        assert not re.search(r"p_median|plan_at_hand|mean_|residents_gained|random_as_good|\bnan\b", text)


def test_every_warning_has_words() -> None:
    assert set(WARNINGS) == {"great_circle", "assumed_speed", "not_proven", "units_without_way", "capacity"}
