"""Tables of reach: one row an indicator, one column a stream, and words in place of codes."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pandas as pd
import pytest

from evaluation.codebook import read_codebook
from evaluation.contracts import TABLES, conform
from evaluation.display.exhibit import Exhibit
from evaluation.display.reach import contact_exhibit, stream_exhibit
from evaluation.settings import Language

CODEBOOK = read_codebook(Path(__file__).resolve().parents[2] / "config")


def lines(exhibit: Exhibit, language: Language) -> list[list[str]]:
    text = io.StringIO(exhibit.to_csv(language).lstrip("\ufeff"))
    return list(csv.reader(text, delimiter=";" if language == "ru" else ","))


def coverage() -> pd.DataFrame:
    rows = [
        ("training", None, "units_reached_share", 0.5, 0.19, 0.81, 8, "share"),
        ("programme", "meeting", "participation_per_1000", 18.5, 18.0, 19.0, 8, "per_1000"),
        ("programme", "online", "participation_per_1000", 40.25, 40.0, 40.5, 8, "per_1000"),
        ("exchange", None, "repeat_reach_share", None, None, None, 0, "share"),
    ]
    columns = ["stream", "channel", "indicator", "value", "low", "high", "n", "unit"]
    frame = pd.DataFrame(rows, columns=columns).assign(unit_id="all", year=2025, numerator=1.0, denominator=2.0)
    return conform(frame, TABLES["stream_coverage"])


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("ru", [["Обучение", "Доля охваченных территорий"], ["Собрание", "Онлайн"]]),
        ("en", [["Training", "Share of territories reached"], ["Meeting", "Online"]]),
    ],
)
def test_rows_of_one_indicator_are_told_apart_by_the_channel(language: Language, expected: list[list[str]]) -> None:
    _, *rows = lines(stream_exhibit(coverage(), CODEBOOK), language)
    assert len(rows) == 3, "an indicator without a value is no row"
    assert rows[0][:2] == expected[0]
    assert [row[2] for row in rows[1:]] == expected[1]


def test_no_column_of_channels_where_there_is_none() -> None:
    made = stream_exhibit(coverage().query("stream == 'training'"), CODEBOOK, simulated=True)
    assert "channel" not in made.columns
    assert "50.0%" in made.to_html("en") and "19.0" in made.to_html("en") and "SIMULATED DATA" in made.to_html("en")


def contact() -> pd.DataFrame:
    rows = [
        ("training", "b", 2025, "this_year", 2025, 0, 2019),
        ("training", "a", 2025, "never", None, None, 2019),
        ("exchange", "b", 2025, "earlier", 2022, 3, 2020),
        ("exchange", "a", 2025, "not_known", None, None, None),
    ]
    columns = ["stream", "unit_id", "year", "state", "last_year", "years_since", "since_year"]
    return conform(pd.DataFrame(rows, columns=columns), TABLES["last_contact"])


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        (
            "ru",
            [
                ["Территория", "Обучение", "Межмуниципальный обмен"],
                ["Абан", "ни разу за годы, о которых есть записи", "не известно: записей нет"],
                ["Бор", "2025", "2022"],
            ],
        ),
        (
            "en",
            [
                ["Territory", "Training", "Exchange"],
                ["Aban", "never in the recorded years", "not known: no records"],
                ["Bor", "2025", "2022"],
            ],
        ),
    ],
)
def test_the_last_year_or_why_there_is_none(language: Language, expected: list[list[str]]) -> None:
    made = contact_exhibit(contact(), {"a": "Абан", "b": "Бор"}, CODEBOOK)
    assert lines(made, language) == expected
