"""Files are read by what they are; what is no table is refused by its right name."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pandas as pd
import pytest
from hand_made import compound, ods, sheet_xml, xls, xlsx
from test_files import REGISTER, refused

from evaluation.cleaning.contents import OLE, compound_streams
from evaluation.cleaning.workbook import ENDINGS, Remark, read_received, source_files

TABLE = (
    '<table:table table:name="Лист"><table:table-row><table:table-cell office:value-type="string"><text:p>x</text:p>'
    "</table:table-cell></table:table-row></table:table>"
)
CSV = "№ заявки;Статус\n24-001;Победитель\n24-002;Отозвана\n".encode("cp1251")


def test_a_workbook_under_another_name_is_read_and_remarked(tmp_path: Path) -> None:
    sheet = {"Лист": sheet_xml('<row r="1"><c r="A1"><v>1</v></c></row>')}
    made = {
        "xlsx": xlsx(tmp_path / "made.xlsx", sheet).read_bytes(),
        "xls": xls(tmp_path / "made.xls", {"Лист": [[1]]}).read_bytes(),
        "ods": ods(tmp_path / "made.ods", TABLE).read_bytes(),
        "csv": CSV,
    }
    pd.DataFrame({"a": [1]}).to_parquet(tmp_path / "made.parquet")
    made["parquet"] = (tmp_path / "made.parquet").read_bytes()
    for kind, data in made.items():
        for ending, named in ENDINGS.items():
            if kind == "csv" and ending == ".parquet":
                continue
            path = tmp_path / f"file{ending}"
            path.write_bytes(data)
            received = read_received(path, "s")
            assert received.file_format == kind, (kind, ending)
            told = [remark for remark in received.remarks if remark.rule == "content_not_as_ending"]
            assert told == ([] if named == kind else [Remark("content_not_as_ending", raw=f"{ending}: {kind}")])
            assert source_files({"s": received})["file_format"].tolist() == [kind]


def zipped(path: Path, names: list[str]) -> bytes:
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return path.read_bytes()


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.xls", b"<html><body><table><tr><td>1</td></tr></table></body></html>", "a web page .HTML. saved with"),
        ("a.xls", b"\xef\xbb\xbf<!DOCTYPE HTML PUBLIC>\n<table>", "a web page"),
        ("a.csv", b"<html><body>login</body></html>", "a web page"),
        ("a.xls", b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">', "of 2003"),
        ("a.xlsx", b"%PDF-1.7 ...", "a PDF document"),
        ("a.csv", b"%PDF-1.7 ...", "a PDF document"),
        ("a.xlsx", b"{\\rtf1", "an RTF text"),
        ("a.xlsx", b"\x89PNG\r\n", "a picture"),
        ("a.xlsx", b"Rar!\x1a\x07", "a RAR archive"),
        ("a.csv", b"\x1f\x8b\x08", "a gzip archive"),
        ("a.xlsx", b"PK\x03\x04 broken", "cannot be read as xlsx: it is damaged"),
        ("a.xlsx", OLE + b" old", "cannot be read as xls: it is damaged"),
        ("a.xls", b"\x09\x08\x08\x00\x00\x05", "a very old Excel"),
        ("a.xlsx", "Просто письмо.\n".encode(), "damaged or not xlsx"),
        ("a.xlsx", "Письмо; с точкой\nи без неё\n".encode(), "damaged or not xlsx"),
        ("a.ods", b"\x00\x01\x02\x03", "damaged or not ods"),
        ("a.parquet", b"a;b\n1;2\n", "cannot be read as parquet"),
        ("a.parquet", b"PAR1 broken", "cannot be read as parquet"),
        ("a.doc", b"text", "the kind '.doc' is not read"),
        ("a", b"text", "the kind '' is not read"),
    ],
)
def test_what_is_no_table_is_called_by_its_name(tmp_path: Path, name: str, content: bytes, words: str) -> None:
    (tmp_path / name).write_bytes(content)
    refused(tmp_path / name, words)


@pytest.mark.parametrize(
    ("members", "words"),
    [
        (["Реестр.xlsx", "Протокол.docx"], "a zip archive .inside: Реестр.xlsx, Протокол.docx"),
        (["word/document.xml"], "a document, not a workbook"),
        (["xl/workbook.bin"], "a binary Excel workbook"),
        (["xl/worksheets/sheet1.xml"], "damaged"),
        (["mimetype", "content.xml"], "a document, not a workbook"),
    ],
)
def test_archives_of_other_things(tmp_path: Path, members: list[str], words: str) -> None:
    zipped(tmp_path / "a.xlsx", members)
    refused(tmp_path / "a.xlsx", words)


@pytest.mark.parametrize(
    ("streams", "words"),
    [
        (["EncryptionInfo", "EncryptedPackage"], "is locked by a password"),
        (["\x06DataSpaces", "Version", "DataSpaceMap", "EncryptionInfo", "EncryptedPackage"], "locked by a password"),
        (["WordDocument"], "a Word document"),
        (["Other"], "of an unknown kind"),
        (["Workbook"], "has no filled cell"),
    ],
)
def test_compound_files_are_told_apart_by_their_streams(tmp_path: Path, streams: list[str], words: str) -> None:
    data = compound(dict.fromkeys(streams, b"x"))
    assert set(streams) <= compound_streams(data)
    (tmp_path / "a.xlsx").write_bytes(data)
    refused(tmp_path / "a.xlsx", words)


def test_a_directory_that_runs_in_a_circle_is_damage(tmp_path: Path) -> None:
    data = bytearray(compound({"Workbook": b"x"}))
    directory = int.from_bytes(data[48:52], "little")
    data[512 + 4 * directory : 516 + 4 * directory] = directory.to_bytes(4, "little")
    (tmp_path / "a.xls").write_bytes(bytes(data))
    refused(tmp_path / "a.xls", "damaged")


def test_a_zip_cut_short_is_damage(tmp_path: Path) -> None:
    from cleaning_helpers import workbook

    data = workbook(tmp_path / "b.xlsx", {"Лист": REGISTER}).read_bytes()
    for length in (100, len(data) // 2, len(data) - 1):
        (tmp_path / "a.xlsx").write_bytes(data[:length])
        refused(tmp_path / "a.xlsx", "damaged")
