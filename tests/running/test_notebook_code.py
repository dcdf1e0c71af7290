from __future__ import annotations

from evaluation.running.notebook_code import read_notebook_code


def cells(*sources: str, tags: tuple[str, ...] = (), **extra: object) -> list[dict[str, object]]:
    return [{"cell_type": "code", "source": source, "metadata": {"tags": list(tags)}, **extra} for source in sources]


def test_cells_without_what_was_saved_with_them() -> None:
    plain = read_notebook_code(cells("import os\nos.getcwd()"))
    again = cells("import os  # the system\nos.getcwd( )", outputs=["x"], execution_count=3, id="abc")
    again[0]["source"] = ["import os\n", "os.getcwd()"]
    assert read_notebook_code(again).digest == plain.digest
    assert plain.imports == ((0, "os", ()),)


def test_cells_that_differ() -> None:
    digests = {
        read_notebook_code(some).digest
        for some in (
            cells("x"),
            cells("x;"),
            cells("x", tags=("parameters",)),
            cells("x", "x"),
            cells("'a'"),
            cells("'b'"),
            cells("%time x"),
            cells("%time y"),
            [{"cell_type": "markdown", "source": "x", "metadata": {}}],
        )
    }
    assert len(digests) == 9


def test_an_empty_cell_and_a_foreign_tag_do_not_matter() -> None:
    assert read_notebook_code(cells("x", "  \n", tags=("slide",))).digest == read_notebook_code(cells("x")).digest


def test_cells_are_numbered_as_a_person_sees_them() -> None:
    text: dict[str, object] = {"cell_type": "markdown", "source": "\n# Title\nmore", "metadata": {}}
    long = "a_long_line = 'of words that go on' + ' and on' + ' and on'"
    found = read_notebook_code([text, *cells("x = 1"), *cells(" "), text, *cells(long), text]).cells
    assert [row[:3] for row in found] == [
        ("text", 1, "# Title"),
        ("code", 1, "x = 1"),
        ("text", 2, "# Title"),
        ("code", 2, "a_long_line = 'of words that go on' + '…"),
        ("text", 0, "# Title"),
    ]
    assert len({row[3] for row in found}) == 3
