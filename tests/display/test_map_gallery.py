"""The gallery on tile grids: the demonstration has no boundaries."""

from __future__ import annotations

from pathlib import Path

import pytest
from gallery_checks import LEAST_POINTS, overlapping_texts, smallest_points, texts_outside

from evaluation.app.gallery_command import write_gallery
from evaluation.app.gallery_data import gallery_data
from evaluation.display import gallery
from evaluation.display.gallery import PICTURES, GalleryData, gallery_figures
from evaluation.display.rendering import figure_bytes
from evaluation.display.wording import WORDS
from evaluation.places import open_workspace
from evaluation.settings import InputProblem

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def data() -> GalleryData:
    return gallery_data(open_workspace(ROOT))


@pytest.mark.slow  # all kinds of maps are drawn
@pytest.mark.parametrize("language", ["ru", "en"])
def test_texts_are_apart_inside_and_large_enough(data: GalleryData, language: str) -> None:
    drawn = dict(gallery_figures(data, language))  # type: ignore[arg-type]
    assert list(drawn) == list(PICTURES)
    for name, figure in drawn.items():
        assert not overlapping_texts(figure), name
        assert not texts_outside(figure), name
        assert smallest_points(figure) >= LEAST_POINTS - 0.005, name


@pytest.mark.slow  # every picture is drawn twice
def test_the_same_values_give_the_same_bytes(data: GalleryData) -> None:
    again = gallery_data(open_workspace(ROOT))
    for one, two in zip(gallery_figures(data, "ru"), gallery_figures(again, "ru"), strict=True):
        if one[0] in ("flows", "bivariate", "multiples"):
            assert figure_bytes(one[1], "svg") == figure_bytes(two[1], "svg"), one[0]


@pytest.mark.slow  # all kinds of maps are drawn
def test_the_page_shows_every_picture_and_tells_what_it_shows(
    data: GalleryData, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = [(name, figure) for name, figure in gallery_figures(data, "en") if name in ("symbols", "clusters")]
    monkeypatch.setattr(gallery, "gallery_figures", lambda data, language: iter(few))
    page = write_gallery(open_workspace(ROOT), tmp_path / "out").read_text(encoding="utf-8")
    assert page.count("<img ") == page.count(' alt="') == 4 and "http" not in page and "<script" not in page
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted(
        ["index.html", *(f"{n}.{s}.{e}" for n in ("symbols", "clusters") for s in ("ru", "en") for e in ("svg", "png"))]
    )
    for figure in (figure for _, figure in few):
        assert WORDS["simulated"][1] in [text.get_text() for text in figure.texts]


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(InputProblem, match="cannot be made"):
        write_gallery(open_workspace(ROOT), tmp_path / "file" / "out")
