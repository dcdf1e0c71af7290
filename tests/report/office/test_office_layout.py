"""Widths of columns, sizes of type and turned pages."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.report.office.elements import widths_of
from evaluation.report.office.layout import SETTINGS, lay_out, turned_together
from evaluation.report.office.tree import Element, parse


def made(rows: list[list[str]]) -> Element:
    lines = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    table = parse(f"<table><caption>К</caption><tbody>{lines}</tbody></table>").elements()[0]
    lay_out(table)
    return table


def test_a_small_table_is_upright_in_large_type_and_no_wider_than_its_words() -> None:
    table = made([["Слово", "12"], ["Другое", "7"]])
    assert table.get("data-size") == "9"
    assert table.get("data-turned") == ""
    assert sum(widths_of(table)) < 0.25
    assert [child.tag for child in table.elements()] == ["caption", "colgroup", "tbody"]


def test_columns_that_hold_as_much_are_as_wide() -> None:
    first, second = widths_of(made([["слово " * 30, "слово " * 30]]))
    assert first == pytest.approx(second)
    assert first + second == pytest.approx(1, abs=1e-3)


def test_a_column_of_sentences_gets_most_of_the_room() -> None:
    short, long = widths_of(made([["да", "длинное предложение " * 12]] * 3))
    assert long > 0.85
    assert short > 0


def test_many_columns_turn_the_page_and_shrink_the_type() -> None:
    sizes = []
    for count in (4, 12, 16, 24):
        table = made([["Показатель"] * count] * 3)
        sizes.append((table.get("data-turned") == "yes", float(table.get("data-size"))))
    assert sizes[0] == (False, 9.0)
    assert sizes[-1] == (True, 6.0)
    order = [(setting.is_turned, setting.size) for setting in SETTINGS]
    assert [order.index(each) for each in sizes] == sorted(order.index(each) for each in sizes)


def test_a_small_table_of_long_sentences_stays_upright() -> None:
    words = "слово " * 40
    assert made([[words] * 3]).get("data-turned") == ""
    assert made([[words] * 7] * 30).get("data-turned") == "yes"


def headed(columns: int, rows: int, word: str = "Показатель") -> Element:
    head = "<thead><tr>" + "".join(f"<th>{word} {n}</th>" for n in range(columns)) + "</tr></thead>"
    lines = "".join("<tr>" + "".join(f"<td>{row}.{n}</td>" for n in range(columns)) + "</tr>" for row in range(rows))
    table = parse(f"<table id='t'><caption>К</caption>{head}<tbody>{lines}</tbody></table>").elements()[0]
    lay_out(table)
    return table


def cells(table: Element) -> list[list[str]]:
    return [[cell.plain() for cell in row.elements()] for row in table.walk() if row.tag == "tr"]


@pytest.mark.parametrize("rows", [1, 2])
def test_one_or_two_wide_rows_stand_up_instead_of_turning_the_page(rows: int) -> None:
    table = headed(16, rows)
    assert (table.get("data-turned"), table.get("id")) == ("", "t")
    assert [child.tag for child in table.elements()] == ["caption", "colgroup", "thead", "tbody"]
    assert cells(table) == [[f"Показатель {n}", *(f"{row}.{n}" for row in range(rows))] for n in range(16)]


def test_what_fits_or_has_more_rows_stays_as_it_is() -> None:
    assert cells(headed(3, 1)) == [["Показатель 0", "Показатель 1", "Показатель 2"], ["0.0", "0.1", "0.2"]]
    assert headed(16, 3).get("data-turned") == "yes"
    assert len(cells(headed(16, 3))) == 4


def test_joined_cells_and_a_foot_are_not_taken_apart() -> None:
    wide = "".join(f"<td>{'слово' * 2} {n}</td>" for n in range(16))
    head = "".join(f"<th>Показатель {n}</th>" for n in range(16))
    joined = head.replace("<th>", "<th colspan='2'>", 1).replace("<th>Показатель 15</th>", "")
    for first, foot in ((joined, ""), (head, f"<tfoot><tr>{wide}</tr></tfoot>")):
        table = parse(f"<table><thead><tr>{first}</tr></thead><tbody><tr>{wide}</tr></tbody>{foot}</table>").elements()[
            0
        ]
        before = cells(table)
        lay_out(table)
        assert cells(table) == before
        assert table.get("data-turned") == "yes"


@given(st.lists(st.lists(st.sampled_from(["", "а", "слово", "очень длинное слово " * 9, "x" * 80]), min_size=3,
                         max_size=3), min_size=1, max_size=5))  # fmt: skip
@settings(max_examples=60)
def test_widths_are_positive_and_fit_the_page(rows: list[list[str]]) -> None:
    shares = widths_of(made(rows))
    assert len(shares) == 3
    assert all(share > 0 for share in shares)
    assert sum(shares) <= 1.001


def test_joined_cells_do_not_count_for_a_column() -> None:
    table = parse(
        '<table><tr><td colspan="2">общее длинное слово на два столбца</td></tr><tr><td>a</td><td>b</td></tr></table>'
    ).elements()[0]
    lay_out(table)
    assert sum(widths_of(table)) < 0.1


def test_an_empty_table_is_left_alone() -> None:
    table = parse("<table><caption>К</caption></table>").elements()[0]
    lay_out(table)
    assert widths_of(table) == []


def test_turned_tables_that_follow_one_another_share_a_section() -> None:
    turned, upright, note = {"data-turned": "yes"}, {"data-size": "9"}, {"class": "note"}
    shapes: list[tuple[str, dict[str, str]]] = [
        ("table", turned), ("div", note), ("table", turned), ("p", {}), ("table", upright), ("div", note),
        ("table", turned), ("div", note), ("table", upright), ("table", turned), ("table", upright), ("p", {}),
    ]  # fmt: skip
    body = Element("", {}, [Element(tag, dict(attributes)) for tag, attributes in shapes])
    turned_together(body)
    assert [(each.tag, [inner.tag for inner in each.elements()]) for each in body.elements()] == [
        ("div", ["table", "div", "table"]), ("p", []), ("table", []), ("div", []),
        ("div", ["table", "div", "table", "table"]), ("table", []), ("p", []),
    ]  # fmt: skip
