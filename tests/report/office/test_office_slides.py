"""Slides, read back by python-pptx."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pptx
import pytest
from office_pages import COVER, WRITTEN, figure, table
from pptx.presentation import Presentation

from evaluation.report.html import page
from evaluation.report.office import to_pptx
from evaluation.report.office.reference import shipped_reference
from evaluation.report.office.word_parts import packed_parts
from evaluation.settings import InputProblem

SLIDES = (
    '<section id="one" class="slide"><h2>Кого охватили: =cmd и &lt;script&gt;</h2><p>Подали <b>38</b> из 39.</p>'
    f"<p>Вторая строка.</p>{figure('map', 1)}</section>"
    '<section id="two" class="slide"><h2>Чего не знаем</h2><ul><li>Раз</li><li>Два</li></ul></section>'
    f'<section id="three" class="slide"><h2>Таблица</h2>{table("a", 1)}</section>'
)


def slides(title: str = "Программа") -> str:
    return page(title, "ru", COVER.format(title=title), [("one", "1", "Кого")], SLIDES)


@pytest.fixture(scope="module")
def made() -> bytes:
    return to_pptx(slides(), "ru", WRITTEN)


@pytest.fixture(scope="module")
def show(made: bytes) -> Presentation:
    return pptx.Presentation(BytesIO(made))


def test_a_section_is_a_slide_after_the_title(show: Presentation) -> None:
    titles = [slide.shapes.title.text for slide in show.slides if slide.shapes.title is not None]
    assert titles == ["Программа", "Кого охватили: =cmd и <script>", "Чего не знаем", "Таблица"]
    assert [slide.slide_layout.name for slide in show.slides][:3] == ["Title Slide", "Two Content", "Title and Content"]


def test_simulated_data_are_marked_on_the_first_slide(show: Presentation) -> None:
    words = " ".join(shape.text_frame.text for shape in show.slides[0].shapes if shape.has_text_frame)
    assert "СМОДЕЛИРОВАННЫЕ ДАННЫЕ" in words
    assert "Институт" in words


def test_lines_stand_left_and_the_figure_right_with_its_description(show: Presentation) -> None:
    shapes = list(show.slides[1].shapes)
    lines = next(shape for shape in shapes if shape.has_text_frame and "Подали" in shape.text_frame.text)
    picture = next(shape for shape in shapes if shape.shape_type == 13)
    assert lines.text_frame.text == "Подали 38 из 39.\nВторая строка."
    assert lines.left + lines.width <= picture.left
    assert picture.left + picture.width <= show.slide_width
    assert picture.top + picture.height <= show.slide_height
    assert picture._element.xpath(".//p:cNvPr/@descr") == ["Столбик"]
    assert len(shapes) == 3


def test_a_table_is_native(show: Presentation) -> None:
    found = next(shape.table for shape in show.slides[3].shapes if shape.has_table)
    assert [cell.text for cell in found.rows[1].cells] == ["Слово 0", "0"]


def test_two_runs_give_the_same_bytes(made: bytes) -> None:
    assert to_pptx(slides(), "ru", WRITTEN) == made


def test_a_hostile_title_is_plain_text() -> None:
    made = to_pptx(slides("=cmd|calc *a* &lt;script&gt;"), "ru", WRITTEN)
    title = pptx.Presentation(BytesIO(made)).slides[0].shapes.title
    assert title is not None and title.text == "=cmd|calc *a* <script>"


def test_an_own_presentation_gives_its_look(tmp_path: Path) -> None:
    own = pptx.Presentation(BytesIO(shipped_reference("pptx")))
    own.slide_width = 12192000
    own.save(str(tmp_path / "own.pptx"))
    made = to_pptx(slides(), "ru", WRITTEN, tmp_path / "own.pptx")
    assert pptx.Presentation(BytesIO(made)).slide_width == 12192000


@pytest.mark.parametrize("content", [b"no zip", packed_parts({"word/styles.xml": b"a"}, WRITTEN)])
def test_what_is_no_presentation_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.pptx").write_bytes(content)
    with pytest.raises(InputProblem, match="is no PowerPoint file"):
        to_pptx(slides(), "ru", WRITTEN, tmp_path / "a.pptx")
