from __future__ import annotations

from pathlib import Path

import pytest

from evaluation.running.hashes import Hashes
from evaluation.running.modules import Package, reached, read_code

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
        "p/side/words.py": "from importlib import resources\nresources.files(__package__)\n",
        "p/side/__init__.py": "",
        "p/side/texts/hello.md": "Hello",
        "p/other.py": "",
        "p/other.txt": "No module that is reached reads me",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return Package(tmp_path / "p")


def test_modules_are_followed(package: Package) -> None:
    found = reached([(0, "p.top", ())], [package], Hashes()).digests
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
    before = reached([(0, "p.top", ())], [package], Hashes()).digests
    (package.folder / "late.py").write_text("from p import top\nx = 1\n")
    (package.folder / "other.py").write_text("x = 1\n")
    after = reached([(0, "p.top", ())], [package], Hashes()).digests
    assert {name for name in before if before[name] != after[name]} == {"p.late"}


def test_a_module_that_is_no_python_is_named(package: Package) -> None:
    (package.folder / "late.py").write_text("def (")
    with pytest.raises(SyntaxError) as caught:
        reached([(0, "p.top", ())], [package], Hashes())
    assert caught.value.filename == str(package.folder / "late.py")


@pytest.mark.parametrize(
    ("code", "read"),
    [
        ("Path(__file__).parent / 'texts' / 'hello.md'", {"p/side/texts/hello.md"}),
        ("Path(__file__).with_name('texts') / name", {"p/side/texts/hello.md"}),
        ("Path(__file__).resolve().parents[1] / 'other.txt'", {"p/other.txt"}),
        ("os.path.join(os.path.dirname(__file__), '..', 'other.txt')", {"p/other.txt"}),
        ("HERE = Path(__file__).parent", {"p/side/texts/hello.md"}),
        ("Path(__file__).parents[2] / 'config'", set()),
        ("Path(__file__).parent / 'none.md'", set()),
        ("from importlib import resources\nresources.files('p.side') / 'texts'", {"p/side/texts/hello.md"}),
        ("import pkgutil\npkgutil.get_data('p', 'other.txt')", {"p/other.txt", "p/side/texts/hello.md"}),
        ("import jinja2\njinja2.PackageLoader('p.side', 'texts')", {"p/side/texts/hello.md"}),
        ("from importlib import resources\nresources.files(some)", {"p/other.txt", "p/side/texts/hello.md"}),
        ("from importlib import resources\nresources.files('pandas')", set()),
        ("x.files('p')", set()),
        ("if __name__ == '__main__':\n    main()", set()),
    ],
)
def test_files_that_a_module_reads_from_its_package(package: Package, code: str, read: set[str]) -> None:
    (package.folder / "side" / "words.py").write_text(code)
    found = reached([(0, "p.side.words", ())], [package], Hashes()).digests
    assert {name for name in found if "/" in name} == read
