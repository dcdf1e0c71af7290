"""Cards of territories: numbers by hand, hidden counts, both languages, nothing known, and hostile names."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from tests.report.card_world import EVIL, cards, inputs, neighbours, ranks, tables, targets

from evaluation.pipeline import STEPS, maker_of
from evaluation.privacy.disclosure import hidden_ranges
from evaluation.report.cards.document import build_card, build_cards
from evaluation.report.cards.facts import Card, card_facts
from evaluation.report.cards.numbers import NUMBERS
from evaluation.settings import LANGUAGES, InputProblem, Language
from evaluation.tables import TABLES


def by_unit(**changes: object) -> dict[str, Card]:
    return {card.unit_id: card for card in cards(**changes)}  # type: ignore[arg-type]


def number(card: Card, name: str) -> list[object]:
    row = card.numbers.set_index("name").loc[name]
    return [None if pd.isna(row[column]) else row[column] for column in ("value", "n", "low", "high")]


def text_of(card: Card, language: Language, **changes: object) -> str:
    page = BeautifulSoup(build_card(card, inputs(**changes), language), "html.parser")  # type: ignore[arg-type]
    assert page.main is not None
    return " ".join(page.main.get_text(" ").replace("\u00a0", " ").replace("\u202f", " ").split())


# ---- facts ------------------------------------------------------------------------------------------------------


def test_one_card_a_unit_in_force_by_name() -> None:
    assert [(card.unit_id, card.name) for card in cards()] == [
        ("01", "Абанский район"), ("04", "Общий округ"), ("05", EVIL)
    ]  # fmt: skip


def test_numbers_by_hand() -> None:
    card = by_unit()["04"]
    assert number(card, "applications") == [12, None, None, None]
    assert number(card, "all_applications") == [33, None, None, None]
    assert number(card, "all_cost") == [10_500_000, None, None, None]
    # 2 of 20 000: 1 per 10 000; exact Poisson interval of 2 counted: 0.2422 to 7.2247, halved
    value, _, low, high = number(card, "rate")
    assert value == 1
    assert low == pytest.approx(0.1211, abs=1e-4)
    assert high == pytest.approx(3.6124, abs=1e-4)
    # 0 of 2 at a third of the exposure: 4/9 is no proof, so both ranks stay open
    assert number(card, "rank") == [1, 2, 1, 2]
    assert number(card, "alike") == [1, 2, None, None]
    assert number(card, "distance") == [0, None, None, None]
    assert card.numbers.set_index("name").loc["all_cost", "note"] == "2024–2025"


def test_every_number_names_the_step_that_made_its_table() -> None:
    assert {step for _, step in NUMBERS.values()} <= {step.name for step in STEPS}
    assert NUMBERS["residents"][1] == maker_of("territories").name
    assert NUMBERS["applications"][1] == maker_of("panel").name
    assert NUMBERS["rate"][1] == maker_of("indicators").name
    assert NUMBERS["distance"][1] == maker_of("access").name


def test_residents_come_from_the_last_year_that_is_known() -> None:
    given = tables()
    units = given["territories"]
    units.loc[units["unit_id"].eq("01") & units["year"].eq(2025), "population"] = pd.NA
    found = {card.unit_id: card for card in card_facts({**given, "territories": units}, 2025, targets(), *ranks(),
                                                       neighbours())}  # fmt: skip
    row = found["01"].numbers.set_index("name").loc["residents"]
    assert (row["value"], row["note"]) == (10_000, "2025"), "the panel still tells this year's"
    older = {**given, "territories": units, "panel": given["panel"][given["panel"]["year"] < 2025]}
    row = card_facts(older, 2025, targets(), *ranks(), neighbours())[0].numbers.set_index("name").loc["residents"]
    assert (row["value"], row["note"]) == (9_000, "2024")


def test_support_is_placed_in_present_units_and_small_counts_hidden() -> None:
    rows = {
        (unit, row.stream, row.year): (row.attendances, row.acts, row.hidden)
        for unit, card in by_unit().items()
        for row in card.support.itertuples()
    }
    assert rows["01", "training", 2024] == (6, 2, "")
    assert rows["04", "training", 2024] == (7, 2, ""), "3 and 4 of the two former territories"
    # 3 is below 5, so it is hidden, and 9 with it: 12 in all is published
    assert pd.isna(rows["01", "training", 2025][0])
    assert rows["01", "training", 2025][2] == "primary"
    assert pd.isna(rows["04", "training", 2025][1])
    assert rows["04", "training", 2025][2] == "complementary"
    assert rows["05", "training", 2025] == (0, 0, ""), "nobody is behind a zero"
    # two consultations of no unit are small, and 7 in all is published
    assert rows["01", "consulting", 2025][2] == "complementary"
    assert rows["04", "consulting", 2025] == (0, 0, "")
    # one of two former territories does not say how many came
    attendances, acts, hidden = rows["04", "exchange", 2024]
    assert pd.isna(attendances)
    assert (acts, hidden) == (2, "")


def test_hidden_counts_cannot_be_worked_out_from_the_published_sum() -> None:
    # the audit of the disclosure module: with the sum of 12 known, each hidden cell may be anything
    found = by_unit()
    hidden = [
        bool(card.support.query("stream == 'training' and year == 2025")["hidden"].ne("").any())
        for card in found.values()
    ]
    ranges = hidden_ranges(np.array([[3.0], [9.0], [0.0]]), np.array(hidden)[:, None], row_totals=False)
    assert (ranges["high"] - ranges["low"] >= 5).all()


def test_a_threshold_of_one_hides_nothing() -> None:
    assert all(card.support["hidden"].eq("").all() for card in cards(threshold=1))


def test_gaps_by_hand() -> None:
    found = {unit: card.gaps for unit, card in by_unit().items()}
    assert found == {
        "01": ("out_of_reach",),
        "04": (),
        "05": ("no_training", "distance_not_known", "population_not_known"),
    }


def test_tables_that_were_not_made_are_not_known() -> None:
    bare = {**tables(), **{name: TABLES[name].empty() for name in ("access", "last_contact", "stream_coverage")}}
    found = card_facts(bare, 2025, targets(), *ranks(), neighbours().iloc[:0])
    assert found[0].gaps == ("training_not_known", "distance_not_known")
    assert number(found[0], "distance") == [None, None, None, None]
    assert found[0].support.empty
    assert found[0].neighbours["name"].tolist() == ["Абанский район"], "itself alone"
    assert "Записей о поддержке этой территории нет" in text_of(found[0], "ru")
    assert "Соседи" not in text_of(found[0], "ru")


def test_former_territories_and_neighbours() -> None:
    found = by_unit()
    assert found["04"].former.to_numpy().tolist() == [["Второй район", 2024], ["Первый район", 2024]]
    assert found["01"].former.empty
    near = found["01"].neighbours
    assert near["name"].tolist() == ["Абанский район", "Общий округ", EVIL]
    assert near["rank"].tolist() == [2, 1, pd.NA]
    assert near["distance_km"].tolist()[1:] == [120, 300]
    assert found["01"].venue == "Общий округ"


# ---- pages ------------------------------------------------------------------------------------------------------


def test_words_go_with_their_numbers() -> None:
    card = by_unit()["04"]
    told = text_of(card, "ru")
    assert "За 2025 год — 12 заявок ; поддержано: 2 проекта стоимостью 2,5 млн руб." in told
    assert "( 2024–2025 ) — 33 заявки" in told.replace("(2024–2025)", "( 2024–2025 )")
    assert "13 проектов" in told
    assert "место 1 из 2" in told
    assert "любое место ( от 1 до 2 )" in told
    english = text_of(card, "en")
    assert "In 2025: 12 applications , 2 projects supported, at a cost of 2.5 million RUB" in english
    other = by_unit()["01"]
    assert "1 заявка" in text_of(other, "ru")
    assert "0 проектов" in text_of(other, "ru")
    assert "1 application ," in text_of(other, "en")


def test_hidden_counts_never_reach_the_page() -> None:
    for language in LANGUAGES:
        page = BeautifulSoup(build_card(by_unit()["01"], inputs(), language), "html.parser")
        table = page.find(id="table-support-01")
        assert table is not None
        cells = [
            [cell.get_text().replace("\u00a0", " ") for cell in row.find_all(["th", "td"])]
            for row in table.find_all("tr")
        ]
        assert cells[1][1:] == ["6 (2)", "< 5", "2025"]
        assert cells[2][2] == "×"
        note = table.get_text()
        assert ("меньше 5" if language == "ru" else "fewer than 5") in note


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_territory_without_data_says_so(language: Language) -> None:
    card = next(card for card in cards() if card.unit_id == "05")
    told = text_of(card, language)
    for sentence in {
        "ru": ["данных нет ни за один год", "не опубликовано ни за один год", "Места нет", "численность жителей"],
        "en": ["no data on applications of this territory in any year", "not published for any year", "no rank"],
    }[language]:
        assert sentence in told, sentence
    nothing = card.support.iloc[:0]
    empty = Card(**{**vars(card), "support": nothing, "gaps": (), "neighbours": card.neighbours.iloc[:1]})
    assert ("Записей о поддержке" if language == "ru" else "no records of support") in text_of(empty, language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_hostile_name_is_only_text(language: Language) -> None:
    page = build_cards(cards(), inputs(), language)
    assert "<script>alert" not in page
    assert "alert(1)" in BeautifulSoup(page, "html.parser").get_text()
    assert not BeautifulSoup(page, "html.parser").main.find_all(["script", "iframe", "object"])  # type: ignore[union-attr]


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_cards_in_one_document(language: Language) -> None:
    page = BeautifulSoup(build_cards(cards(simulated=True), inputs(simulated=True), language), "html.parser")
    sections = page.find_all("section", class_="card-page")
    assert [section.get("data-break") for section in sections] == ["before"] * 3
    ids = [element["id"] for element in page.find_all(id=True)]
    assert len(ids) == len(set(ids))
    assert all(section.find("h2").find(class_="simulated") for section in sections)  # type: ignore[union-attr]
    for link in page.find_all("a", href=re.compile("^#")):
        assert link["href"][1:] in ids
    assert all(image["alt"] for image in page.find_all("img"))
    traced = {span["data-finding"] for span in page.find_all(class_="finding")}
    assert {f"card_04_{name}" for name in ("applications", "rank", "all_rank", "rate", "ranked")} <= traced
    assert not re.search("[\ue000\ue001]|\\{\\{", page.get_text())


def test_the_same_bytes_on_every_run() -> None:
    assert build_cards(cards(), inputs(), "ru") == build_cards(cards(), inputs(), "ru")
    assert [build_card(card, inputs(), "en") for card in cards()] == [
        build_card(card, inputs(), "en") for card in cards()
    ]


def test_an_own_text_that_asks_for_nothing_known_is_refused(tmp_path: Path) -> None:
    folder = tmp_path
    (folder / "card.ru.md.j2").write_text("# {{ name }}\n\n{{ v('turnout') }}", encoding="utf-8")
    with pytest.raises(InputProblem, match="turnout"):
        build_card(cards()[0], replace(inputs(), own_texts=folder), "ru")
    (folder / "card.ru.md.j2").write_text("# {{ name }}\n\nСвоё: {{ v('applications') }}", encoding="utf-8")
    assert "Своё:" in build_card(cards()[0], replace(inputs(), own_texts=folder), "ru")
