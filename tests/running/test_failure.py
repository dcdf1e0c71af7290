"""Failures told apart, each in words of both languages."""

from __future__ import annotations

import errno
import json
from pathlib import Path

import pytest

from evaluation.contracts import ContractError
from evaluation.running import failure
from evaluation.running.last_error import described
from evaluation.settings import DataProblem, InputProblem


def raised(error: BaseException, cause: BaseException | None = None) -> failure.Failure:
    """What the engine makes of an error that was raised in a cell, as ``notebook.py`` asks the kernel for it."""
    try:
        raise error from cause
    except BaseException as caught:
        told = json.loads(described(caught))
    name, value = type(error).__name__, str(error)
    if told["system"] is not None and "InputProblem" not in told["kinds"]:
        refused = failure.system_refused(*told["system"], {"/w/p": "."}, 2)
        if refused:
            return refused
    return failure.cell_failed(2, name, value, told["messages"], told["kinds"])


@pytest.mark.parametrize(
    ("error", "cause", "kind", "en", "ru"),
    [
        (ValueError("one\ntwo"), None, "cell", "cell 2: ValueError: two", "ячейка 2: ValueError: two"),
        (InputProblem("нет листа", "no sheet"), None, "input", "cell 2: no sheet", "ячейка 2: нет листа"),
        (DataProblem("нет строк", "no rows"), None, "input", "cell 2: no rows", "ячейка 2: нет строк"),
        (
            InputProblem("не читается", "unreadable"), OSError(errno.ENOSPC, "full"), "input", "cell 2: unreadable",
            "ячейка 2: не читается",
        ),
        (
            ContractError("table panel: missing: year"), None, "contract",
            "cell 2: a table is not as tables/ declares it and was not written: table panel: missing: year",
            "ячейка 2: таблица не такая, как объявлено в tables/, и не записана: table panel: missing: year",
        ),
        (
            OSError(errno.ENOSPC, "No space left", "/w/p/data/x.parquet"), None, "disk_full",
            "cell 2: there is no room left on the disk (data/x.parquet was being written). Make room and run again.",
            "ячейка 2: на диске не хватило места (записывался data/x.parquet). Освободите место и запустите снова.",
        ),
        (
            RuntimeError("cannot save"), OSError(errno.EDQUOT, "quota"), "disk_full",
            "cell 2: there is no room left on the disk. Make room and run again.",
            "ячейка 2: на диске не хватило места. Освободите место и запустите снова.",
        ),
        (
            PermissionError(errno.EACCES, "denied", "/elsewhere/secret/key"), None, "no_permission",
            "cell 2: the system does not allow key to be read or written. Close the file in other programs, "
            "check the rights to it and to its folder.",
            "ячейка 2: система не разрешает читать или записывать key. Закройте файл в других программах, "
            "проверьте права на него и на его папку.",
        ),
        (
            FileNotFoundError(errno.ENOENT, "No such file", "x"), None, "cell",
            "cell 2: FileNotFoundError: [Errno 2] No such file: 'x'",
            "ячейка 2: FileNotFoundError: [Errno 2] No such file: 'x'",
        ),
    ],
)  # fmt: skip
def test_what_went_wrong_in_a_cell(
    error: BaseException, cause: BaseException | None, kind: str, en: str, ru: str
) -> None:
    found = raised(error, cause)
    assert (found.kind, found.message.en, found.message.ru, found.cell) == (kind, en, ru, 2)


def test_of_two_files_the_place_that_is_moved_to_is_named() -> None:
    moved = OSError(errno.EACCES, "denied", "/w/p/.staging/x", None, "/w/p/data/x")
    found = failure.of_system(moved, {"/w/p": "."})
    assert found is not None
    assert "data/x to be read or written" in found.message.en
    assert failure.of_system(FileNotFoundError(errno.ENOENT, "none", "x"), {}) is None


def test_a_chain_of_errors_that_bites_its_own_tail_comes_to_an_end() -> None:
    first, second = ValueError("a"), KeyError("b")
    first.__cause__, second.__cause__ = second, first
    assert json.loads(described(first))["system"] is None
    assert json.loads(described(None)) == {"messages": None, "kinds": ["NoneType", "object"], "system": None}


def test_each_kind_has_words_of_its_own(tmp_path: Path) -> None:
    found = [
        failure.kernel_died(3), failure.time_limit_passed(3, 90), failure.kernel_not_started("x"),
        failure.outputs_missing(["a"], True), failure.outputs_undeclared(["a"]), failure.interrupted(),
        failure.program_failed(ValueError("x")), failure.input_refused(InputProblem("а", "a")),
    ]  # fmt: skip
    assert len({each.kind for each in found}) == len({each.message.en for each in found}) == len(found)
    assert "1.5 min" in failure.time_limit_passed(3, 90).message.en
