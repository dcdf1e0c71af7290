"""Files that cannot be taken as they are, through the command line: what is said, the exit code, nothing else harmed.

Every file is made here; each is checked both by itself and as one of a year's files, whose others must be read.
"""

from __future__ import annotations

import re
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from test_checking import GOOD, HEADER, Place, book, place

__all__ = ["place"]

ROWS = [HEADER, *GOOD]


def rewritten(path: Path, member: str, change: Callable[[str], str]) -> Path:
    """The workbook with one part of its archive changed."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts[member] = change(parts[member].decode("utf-8")).encode("utf-8")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


SHEET = "xl/worksheets/sheet1.xml"


def plain_file(path: Path) -> None:
    book(path, ROWS)


def hidden_sheet(path: Path) -> None:
    book(path, ROWS)
    made = openpyxl.load_workbook(path)
    made.create_sheet("Черновик").append(["24-009", "Южный район"])
    made["Черновик"].sheet_state = "veryHidden"
    made.save(path)


def formula_without_value(path: Path) -> None:
    book(path, [HEADER, GOOD[0], ["24-002", "Южный район", "Дорога", "=100+150", "Отклонена"]])


def division_by_zero(path: Path) -> None:
    book(path, [HEADER, GOOD[0], ["24-002", "Южный район", "Дорога", "#ДЕЛ/0!", "Отклонена"]])


def far_cell(path: Path) -> None:
    book(path, ROWS)
    made = openpyxl.load_workbook(path)
    made.active["E1048576"] = "x"
    made.save(path)


def bomb(path: Path) -> None:
    """Three gigabytes of zeros beside a small sheet; the archive itself has a few megabytes."""
    book(path, ROWS)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        zeros = bytes(1 << 24)
        with archive.open("xl/media/image1.bin", "w", force_zip64=True) as part:
            for _ in range(3 * (1 << 30) // len(zeros)):
                part.write(zeros)


def locked(path: Path) -> None:
    """What Excel writes under a password: a compound file ([MS-CFB]) with the stream EncryptedPackage."""
    end, free = 0xFFFFFFFE, 0xFFFFFFFF
    head = struct.pack("<8s16xHHHHH6xIIIIIIIII", bytes.fromhex("d0cf11e0a1b11ae1"), 62, 3, 0xFFFE, 9, 6,
                       0, 1, 1, 0, 4096, end, 0, end, 0)  # fmt: skip
    head += struct.pack("<109I", 0, *[free] * 108)
    table = struct.pack("<128I", 0xFFFFFFFD, end, *[free] * 126)
    entries = b""
    for name, kind in (("Root Entry", 5), ("EncryptionInfo", 2), ("EncryptedPackage", 2), ("", 0)):
        text = name.encode("utf-16-le")
        entries += struct.pack("<64sHBB12x16x4x16xIQ", text, len(text) + 2 if name else 0, kind, 1, end, 0)
    path.write_bytes(head + table + entries)


def folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def not_a_workbook(path: Path) -> None:
    path.write_bytes(b"PK\x03\x04 cut off in the middle")


def empty(path: Path) -> None:
    path.write_bytes(b"")


READ = [
    (plain_file, 0, r"errors 0, warnings 0"),
    (hidden_sheet, 3, r"\(hidden_sheet\): 1; not read\n +Черновик "),
    (formula_without_value, 3, r"\(formula_without_value\): 1; emptied\n +(?:Реестр!)?D3 Planned cost"),
    (division_by_zero, 3, r"\(excel_error\): 1; emptied\n +(?:Реестр!)?D3 Planned cost '#ДЕЛ/0!'"),
    (far_cell, 3, r"\(far_cell\): 1; not read\n +(?:Реестр!)?E1048576"),
]
REFUSED = [
    pytest.param(bomb, r"реестр\.xlsx .*unpacks to 32\d{8} bytes; it is not safe to open", marks=pytest.mark.slow),
    (locked, r"реестр\.xlsx .*password"),
    (folder, r"реестр\.xlsx.* folder"),
    (not_a_workbook, r"реестр\.xlsx .*damaged|реестр\.xlsx .*cannot be"),
    (empty, r"реестр\.xlsx .*is empty: 0 bytes"),
]


@pytest.mark.parametrize(("make", "code", "told"), READ, ids=lambda value: getattr(value, "__name__", ""))
def test_what_is_odd_in_a_file_is_named_at_its_place(
    place: Place, make: Callable[[Path], None], code: int, told: str
) -> None:
    path = place.raw / "реестр.xlsx"
    make(path)
    before = place.files()
    for arguments in ((path, "--as", "projects"), (2024,)):
        result = place.check(*arguments)
        assert result.exit_code == code, result.output
        assert re.search(told, result.stdout), result.stdout
    assert place.files() == before


@pytest.mark.parametrize(("make", "told"), REFUSED, ids=lambda value: getattr(value, "__name__", ""))
def test_what_cannot_be_opened_is_refused_and_the_others_are_read(
    place: Place, make: Callable[[Path], None], told: str
) -> None:
    path = place.raw / "реестр.xlsx"
    make(path)
    before = place.files()
    alone = place.check(path, "--as", "projects")
    assert alone.exit_code == 2 and re.search(told, alone.stderr), alone.output
    assert alone.stdout == ""
    whole = place.check(2024)
    assert whole.exit_code == 2 and re.search(told, whole.stdout), whole.output
    assert "3 rows, 2 of them data: 2 kept" in whole.stdout, "the passport was read"
    russian = place.check(path, "--as", "projects", language="ru")
    assert re.search("[а-я]{4}", russian.stderr) and russian.exit_code == 2
    assert place.files() == before


def test_a_file_that_someone_has_open(place: Place) -> None:
    path = place.raw / "реестр.xlsx"
    (place.raw / "~$реестр.xlsx").write_bytes(b"\x05Ivan" + bytes(100))
    result = place.check(path, "--as", "projects")
    assert result.exit_code == 3 and "(file_open_elsewhere): 1; kept as is" in result.stdout
    assert "Ivan" not in result.output
    assert "2 of them data: 2 kept" in result.stdout


def test_a_file_that_the_system_does_not_let_be_read(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    path = place.raw / "реестр.xlsx"
    usual = Path.read_bytes

    def refused(self: Path) -> bytes:
        if self.name == path.name:
            raise PermissionError(13, "in use")
        return usual(self)

    monkeypatch.setattr(Path, "read_bytes", refused)
    alone = place.check(path, "--as", "projects")
    assert alone.exit_code == 2 and "реестр.xlsx" in alone.stderr, alone.output
    whole = place.check(2024)
    assert whole.exit_code == 2 and "3 rows, 2 of them data: 2 kept" in whole.stdout
