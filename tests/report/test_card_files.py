"""One PDF a territory in one archive: names, bytes, tags."""

from __future__ import annotations

import datetime as dt
import io
import zipfile

import pikepdf
import pytest
from tests.report.card_world import cards, inputs

from evaluation.report.cards.document import RenderedCard, rendered_cards
from evaluation.report.cards.files import card_archive, file_name

pytest.importorskip("pypandoc")
WRITTEN = dt.datetime(2026, 1, 15, 12, 30, tzinfo=dt.UTC)


def test_one_tagged_pdf_a_territory_and_the_same_bytes() -> None:
    made = rendered_cards(cards(simulated=True), inputs(simulated=True), "ru")
    first = card_archive(made, inputs(simulated=True), "ru", WRITTEN)
    assert first == card_archive(made, inputs(simulated=True), "ru", WRITTEN)
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        assert archive.namelist() == [
            "01 Абанский район.pdf", "04 Общий округ.pdf", "05 Северный script alert(1) script район.pdf",
        ]  # fmt: skip
        assert {entry.date_time for entry in archive.infolist()} == {(2026, 1, 15, 12, 30, 0)}
        with pikepdf.open(io.BytesIO(archive.read("04 Общий округ.pdf"))) as document:
            assert "/StructTreeRoot" in document.Root
            assert str(document.Root.Lang).startswith("ru")
            assert len(document.pages) == 1


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ('a/b\\c:d*e?f"g<h>i|j', "7 a b c d e f g h i j.pdf"),
        ("точка. ", "7 точка.pdf"),
        ("../../etc", "7 .. .. etc.pdf"),
        ("д" * 300, f"7 {'д' * 114}.pdf"),
    ],
)
def test_names_that_every_system_takes(name: str, file: str) -> None:
    assert file_name(RenderedCard("7", name, "")) == file
