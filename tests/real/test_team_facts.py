"""What the support system's own description says (published facts of source 000), against how it is declared here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from evaluation.codebook import read_codebook
from evaluation.field.teams.conditions import CONDITIONS
from evaluation.field.teams.contents import CONTENTS
from evaluation.settings import read_programme
from evaluation.support.streams import STREAMS

CONFIG = Path(__file__).resolve().parents[2] / "config"


@pytest.fixture(scope="module")
def facts(request: pytest.FixtureRequest) -> pd.DataFrame:
    real_file: Callable[[str], Path] = request.getfixturevalue("real_file")
    rows = pd.read_csv(real_file("seeds/published_facts.csv"), dtype="str", keep_default_na=False)
    return rows[rows["seed"].str.startswith("000_")]


def value(facts: pd.DataFrame, subject: str, quantity: str) -> str:
    found = facts[(facts["subject"] == subject) & (facts["quantity"] == quantity)]["value"]
    assert len(found) == 1, (subject, quantity)
    return str(found.iloc[0])


def test_five_streams_with_their_contents(facts: pd.DataFrame) -> None:
    assert int(value(facts, "PPMI support", "streams")) == len(STREAMS)
    assert tuple(dict.fromkeys(content.stream for content in CONTENTS)) == STREAMS
    counts = Counter(content.stream for content in CONTENTS)
    told = facts[facts["subject"].str.match(r"stream \d") & (facts["quantity"] == "contents")]
    published = {int(row.subject.split()[1]): int(row.value) for row in told.itertuples()}
    assert {place: counts[stream] for place, stream in enumerate(STREAMS, start=1)} == published
    labels = read_codebook(CONFIG).choice_labels("support_content", "ru")
    assert list(labels) == [content.name for content in CONTENTS]


def test_four_conditions(facts: pd.DataFrame) -> None:
    assert int(value(facts, "conditions", "conditions for sustained teams")) == len(CONDITIONS)


def test_three_lines_and_one_measure(facts: pd.DataFrame) -> None:
    labels = read_codebook(CONFIG).choice_labels("programme_line", "ru")
    assert int(value(facts, "state programme", "items listed")) == len(labels) == 4
    quotes = " ".join(facts.loc[facts["subject"] == "state programme", "quote"])
    for line in ("cleanliness", "local_initiatives", "residents_effectiveness"):
        assert labels[line] in quotes


def test_published_totals_keep_their_doubts(facts: pd.DataFrame) -> None:
    totals = {total.name: total for total in read_programme(CONFIG / "programme.yml").reference_totals}
    for name, quantity in (
        ("projects_total", "projects, total"),
        ("cost_total", "funds, total"),
        ("participations_total", "population involved"),
    ):
        total = totals[name]
        row = facts[(facts["subject"] == "PPMI result") & (facts["quantity"] == quantity)].iloc[0]
        assert total.published == float(row["value"]) and row["date"].endswith("n/s")
        assert str(row["quote"]).removeprefix("ВСЕГО ") in total.reference.replace("«ВСЕГО ", "«")
        # no years are claimed for a total that has none
        assert total.years is None
        assert "период не указан" in total.explanation.ru and "period is not stated" in total.explanation.en
    people = totals["participations_total"]
    assert people.unit == "thousand_participations" and people.measure == "participations"
    assert "участия, а не разные люди" in people.explanation.ru
    assert "participations, not different people" in people.explanation.en
