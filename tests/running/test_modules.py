from __future__ import annotations

from pathlib import Path

import pytest

from evaluation.running.hashes import Hashes
from evaluation.running.modules import Package, reached, read_code, read_notebook_code

CODE = '''
"""What it is."""
import os


def double(x: int) -> int:  # twice
    """Twice as much."""
    return 2 * x
'''


@pytest.mark.parametrize(
    "other",
    [
        CODE.replace("# twice", "# two times"),
        CODE.replace('"""Twice as much."""', '"""Doubles."""'),
        CODE.replace('    """Twice as much."""\n', ""),
        CODE.replace("2 * x", "(2\n        * x)"),
        CODE.replace("What it is", "Other words"),
    ],
)
def test_words_and_layout_do_not_matter(other: str) -> None:
    assert other != CODE
    assert read_code(other).digest == read_code(CODE).digest


@pytest.mark.parametrize(
    "other",
    [
        CODE.replace("2 * x", "3 * x"),
        CODE.replace("2 * x", "2.0 * x"),
        CODE.replace("2 * x", "x * 2"),
        CODE.replace("2 * x", "None"),
        CODE.replace("import os", "import sys"),
        CODE.replace("def double", "async def double"),
        CODE + "\ndouble(1)\n",
    ],
)
def test_what_the_code_does_matters(other: str) -> None:
    assert read_code(other).digest != read_code(CODE).digest


def test_values_that_look_alike_differ() -> None:
    digests = {
        read_code(f"x = {value}").digest for value in ("1", "1.0", "True", "'1'", "b'1'", "None", "...", "-1", "[]")
    }
    assert len(digests) == 9


def test_a_text_that_is_used_is_no_docstring() -> None:
    assert read_code("def f():\n    x = 'a'").digest != read_code("def f():\n    x = 'b'").digest


def test_imports_anywhere_but_for_type_checking() -> None:
    code = read_code(
        "import a.b\nfrom c import d, e\nif TYPE_CHECKING:\n    import never\nelse:\n    import other\n"
        "def f():\n    from . import g\n    importlib.import_module('h.i')\n"
    )
    assert code.imports == ((0, "a.b", ()), (0, "c", ("d", "e")), (0, "other", ()), (1, "", ("g",)), (0, "h.i", ()))


@pytest.fixture
def package(tmp_path: Path) -> Package:
    files = {
        "p/__init__.py": "",
        "p/top.py": "from p.low import thing\nfrom .side import words\nimport json\n",
        "p/low/__init__.py": "from .deep import thing\n",
        "p/low/deep.py": "def thing():\n    from ..late import x\n",
        "p/low/unused.py": "",
        "p/late.py": "from p import top\n",
        "p/side/words.py": "",
        "p/side/__init__.py": "",
        "p/side/texts/hello.md": "Hello",
        "p/other.py": "",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return Package(tmp_path / "p")


def test_modules_are_followed(package: Package) -> None:
    found = reached([(0, "p.top", ())], [package], Hashes())
    assert list(found) == [
        "p",
        "p.late",
        "p.low",
        "p.low.deep",
        "p.side",
        "p.side.words",
        "p.top",
        "p/side/texts/hello.md",
    ]


def test_only_a_changed_module_changes(package: Package) -> None:
    before = reached([(0, "p.top", ())], [package], Hashes())
    (package.folder / "late.py").write_text("from p import top\nx = 1\n")
    (package.folder / "other.py").write_text("x = 1\n")
    after = reached([(0, "p.top", ())], [package], Hashes())
    assert {name for name in before if before[name] != after[name]} == {"p.late"}


def test_a_module_that_is_no_python_is_named(package: Package) -> None:
    (package.folder / "late.py").write_text("def (")
    with pytest.raises(SyntaxError) as caught:
        reached([(0, "p.top", ())], [package], Hashes())
    assert caught.value.filename == str(package.folder / "late.py")


def cells(*sources: str, tags: tuple[str, ...] = (), **extra: object) -> list[dict[str, object]]:
    return [{"cell_type": "code", "source": source, "metadata": {"tags": list(tags)}, **extra} for source in sources]


def test_cells_without_what_was_saved_with_them() -> None:
    plain, imports = read_notebook_code(cells("import os\nos.getcwd()"))
    again = cells("import os  # the system\nos.getcwd( )", outputs=["x"], execution_count=3, id="abc")
    again[0]["source"] = ["import os\n", "os.getcwd()"]
    assert read_notebook_code(again)[0] == plain
    assert imports == ((0, "os", ()),)


def test_cells_that_differ() -> None:
    digests = {
        read_notebook_code(some)[0]
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
    assert read_notebook_code(cells("x", "  \n", tags=("slide",)))[0] == read_notebook_code(cells("x"))[0]
