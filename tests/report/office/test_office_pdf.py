"""The PDF: tagged, in a language, with descriptions, under both standards, the same every time."""

from __future__ import annotations

import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from office_pages import BODY, SVG, WRITTEN, figure, image, leaflet, opened, report, structure, table

from evaluation.report.office import to_pdf, typeset
from evaluation.report.office.pdf import STANDARDS
from evaluation.report.office.typeset import FAMILIES, fonts, missing_families, refused
from evaluation.settings import InputProblem


@pytest.fixture(scope="module")
def made() -> bytes:
    return to_pdf(report(), "ru", WRITTEN)


def test_tags_language_and_title(made: bytes) -> None:
    pdf = opened(made)
    assert pdf.Root.MarkInfo.Marked
    assert str(pdf.Root.Lang).startswith("ru")
    assert pdf.Root.ViewerPreferences.DisplayDocTitle
    found = [kind for kind, _ in structure(made)]
    assert {"/H1", "/P", "/Table", "/TH", "/TD", "/Figure", "/Caption", "/L", "/TOC", "/Link"} <= set(found)
    assert found.count("/Table") == 3
    with pdf.open_metadata() as metadata:
        assert metadata["dc:title"] == "Программа"
        assert metadata["dc:creator"] == ["Институт"]
        assert metadata["xmp:CreateDate"].startswith("2026-01-20")


@pytest.mark.parametrize(
    ("standard", "marks"),
    [("ua-1", {"pdfuaid:part": "1"}), ("a-2a", {"pdfaid:part": "2", "pdfaid:conformance": "A"}),
     ("both", {"pdfuaid:part": "1", "pdfaid:part": "2", "pdfaid:conformance": "A"})],
)  # fmt: skip
def test_the_file_says_which_standard_it_keeps(standard: str, marks: dict[str, str]) -> None:
    with opened(to_pdf(report(), "ru", WRITTEN, standard)).open_metadata() as metadata:  # type: ignore[arg-type]
        assert {name: metadata.get(name) for name in marks} == marks
        if standard == "ua-1":
            assert "pdfaid:part" not in metadata


def test_both_standards_are_the_rule(made: bytes) -> None:
    assert STANDARDS["both"] == ["ua-1", "a-2a"]
    assert made == to_pdf(report(), "ru", WRITTEN, "both")


def test_every_figure_has_its_description(made: bytes) -> None:
    assert [told for kind, told in structure(made) if kind == "/Figure"] == ["Столбик", "Столбик"]


def test_headings_of_rows_repeat_and_are_marked(made: bytes) -> None:
    assert [kind for kind, _ in structure(made)].count("/TH") >= 2 + 16 + 16


def test_fonts_are_inside_and_hold_cyrillic(made: bytes) -> None:
    pdf = opened(made)
    names = set()
    for place in pdf.pages:
        for font in place.get("/Resources", {}).get("/Font", {}).values():
            for inner in font.get("/DescendantFonts", []):
                names.add(str(inner.BaseFont).split("+")[-1])
                assert {"/FontFile2", "/FontFile3"} & set(inner.FontDescriptor.keys())
    assert any(name.startswith("LibertinusSerif") for name in names)


def test_contents_make_a_title_page_and_bookmarks(made: bytes) -> None:
    pdf = opened(made)
    with pdf.open_outline() as outline:
        titles = [item.title.replace("\u00a0", " ") for item in outline.root]
    assert [title for title in titles if title[0].isdigit()] == ["1  Коротко", "2  Данные", "3  Приложение"]
    assert len(opened(to_pdf(leaflet("<h2>Раз</h2><p>Два</p>"), "ru", WRITTEN)).pages) == 1


def test_wide_tables_stand_on_turned_pages_and_others_do_not(made: bytes) -> None:
    turned = [float(place.MediaBox[2]) > float(place.MediaBox[3]) for place in opened(made).pages]
    assert any(turned) and not all(turned)
    assert not turned[0]


def test_numbers_agree_with_the_page(tmp_path, monkeypatch) -> None:
    """What typst counts is what the page printed, even where the page leaves a number out."""
    body = f"<h2>Раздел</h2>{table('a', 1)}{table('b', 5)}{table('c', 6)}{figure('d', 2)}"
    text = text_of(to_pdf(leaflet(body), "ru", WRITTEN), tmp_path)
    assert re.findall(r"(?:Таблица|Рисунок)\s\d+\.\s(?:Строки|Заявки)\s\w", text) == [
        "Таблица 1. Строки a", "Таблица 5. Строки b", "Таблица 6. Строки c", "Рисунок 2. Заявки d",
    ]  # fmt: skip


def text_of(content: bytes, folder) -> str:
    """The words of a PDF, as the independent program pdftotext reads them."""
    import shutil
    import subprocess

    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not installed")
    (folder / "a.pdf").write_bytes(content)
    done = subprocess.run(["pdftotext", "-layout", "a.pdf", "-"], cwd=folder, capture_output=True, check=True)
    return done.stdout.decode("utf-8").replace("\u00a0", " ")


def test_a_figure_without_a_number_gets_none(tmp_path) -> None:
    body = f"<figure>{image('a')}<figcaption>Вид</figcaption></figure>"
    text = text_of(to_pdf(leaflet(body), "ru", WRITTEN), tmp_path)
    assert "Вид" in text
    assert "Рисунок" not in text


@pytest.mark.parametrize(
    ("title", "running"),
    [
        ("Программа", "Отчёт об оценке. Программа"),
        ("Программа поддержки местных инициатив в городах и сёлах", "Программа поддержки местных инициатив в городах"),
        ("Программа поддержки " + "местных инициатив " * 9, ""),
    ],
    ids=["fits with its kind", "fits alone", "does not fit"],
)
def test_running_heads_stand_on_one_line(tmp_path, title: str, running: str) -> None:
    body = BODY.replace("</span>Приложение</h2>", "</span>Приложение о том, как считали и проверяли</h2>")
    text = text_of(to_pdf(report(title, body), "ru", WRITTEN), tmp_path)
    heads = [
        page.splitlines()[0].strip() for page in text.split("\f") if "как считали и проверяли" in page.split("\n")[0]
    ]
    assert heads
    assert all(running in head and head.endswith("как считали и проверяли") for head in heads)
    assert running or all(head.startswith("3") for head in heads)


def test_two_runs_give_the_same_bytes(made: bytes) -> None:
    assert to_pdf(report(), "ru", WRITTEN) == made
    assert to_pdf(report(), "ru", WRITTEN.replace(year=2027)) != made


def test_a_hostile_title_is_plain_text(tmp_path) -> None:
    title = '=cmd|"/c calc"!A1 #panic("x") $y$ &lt;script&gt;alert(1)&lt;/script&gt; \\'
    content = to_pdf(report(title), "ru", WRITTEN)
    with opened(content).open_metadata() as metadata:
        assert metadata["dc:title"] == '=cmd|"/c calc"!A1 #panic("x") $y$ <script>alert(1)</script> \\'
    assert '#panic("x")' in text_of(content, tmp_path)


def test_hostile_cells_and_captions_are_plain_text(tmp_path) -> None:
    words = "#panic() ] ) $x$ *a* _b_ &lt;b&gt; @ref // /* `"
    body = table("a", 1, text=words).replace("Строки a", words)
    text = text_of(to_pdf(leaflet(body), "ru", WRITTEN), tmp_path)
    assert "#panic()" in text and "<b>" in text and "/*" in text


def test_cells_show_to_the_letter_what_the_page_shows(tmp_path) -> None:
    cells = ["-5", 'говорят "да"', "a\\nb", "\\u{41}", "<b>жирно</b> и нет", "", "3. Первое", "24-001"]
    row = "".join(f"<td>{cell}</td>" for cell in cells)
    body = table("a", 1, columns=len(cells), rows=1).replace("</tbody>", f"<tr>{row}</tr></tbody>")
    text = text_of(to_pdf(leaflet(body), "ru", WRITTEN), tmp_path)
    for shown in ("-5", '"да"', "a\\nb", "\\u{41}", "жирно", "24-001"):
        assert shown in text, shown


def test_a_formula_is_told_in_words() -> None:
    formula = (
        '<math xmlns="http://www.w3.org/1998/Math/MathML" alttext="икс в квадрате"><msup><mi>x</mi><mn>2</mn></msup>'
        "</math>"
    )
    found = structure(to_pdf(leaflet(f"<p>Вот {formula}.</p>"), "ru", WRITTEN))
    assert [told for kind, told in found if kind == "/Formula"] == ["икс в квадрате"]


def test_english_words(tmp_path) -> None:
    html = leaflet(table("a", 1)).replace("Таблица 1.", "Table 1.").replace('lang="ru"', 'lang="en"')
    content = to_pdf(html, "en", WRITTEN)
    assert "Table 1. Строки a" in text_of(content, tmp_path)
    assert str(opened(content).Root.Lang).startswith("en")


# ---- what can be missing -----------------------------------------------------------------------------------------


def test_a_letter_that_no_font_has_is_named() -> None:
    with pytest.raises(InputProblem) as problem:
        to_pdf(leaflet("<p>Слово \u1c7e и \u1c7f</p>"), "ru", WRITTEN)
    assert "U+1C7E" in problem.value.messages["ru"]
    assert "no font has the sign" in problem.value.messages["en"]


def test_a_letter_that_only_the_second_font_has_is_shown(tmp_path) -> None:
    assert "снег ☃" in text_of(to_pdf(leaflet("<p>снег ☃</p>"), "ru", WRITTEN), tmp_path)


def test_fonts_come_from_the_libraries_alone(tmp_path) -> None:
    assert missing_families(fonts().families()) == []
    assert missing_families(["libertinus serif", "DejaVu Sans"]) == ["DejaVu Serif", "DejaVu Sans Mono"]
    with pytest.raises(InputProblem) as problem:
        fonts((tmp_path,))
    assert "DejaVu Serif, DejaVu Sans" in problem.value.messages["en"]
    assert "--force-reinstall" in problem.value.messages["ru"]
    assert set(FAMILIES) == {"Libertinus Serif", "DejaVu Serif", "DejaVu Sans", "DejaVu Sans Mono"}


def test_threads_that_begin_together_gather_the_fonts_once(monkeypatch: pytest.MonkeyPatch) -> None:
    gathered = []

    class Slow:
        def Fonts(self, **_: object) -> Slow:  # noqa: N802  # typst's name
            gathered.append(threading.get_ident())
            time.sleep(0.2)
            return self

        def families(self) -> list[str]:
            return list(FAMILIES)

    monkeypatch.setattr(typeset, "library", Slow)
    own = (Path(__file__).parent / "nowhere",)
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda _: fonts(own), range(4)))
    assert len(gathered) == 1 and len({id(each) for each in found}) == 1


def test_a_refusal_of_typst_is_told_without_a_traceback() -> None:
    message = refused({"message": "unknown variable: a"}).messages
    assert "«unknown variable: a»" in message["ru"]
    assert "'unknown variable: a'" in message["en"]


def test_a_damaged_drawing_is_told() -> None:
    with pytest.raises(InputProblem, match="The PDF was not made"):
        to_pdf(leaflet(figure("a", 1, SVG.replace("</svg>", "<"))), "ru", WRITTEN)


def test_a_typst_that_ends_without_a_word_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    broken = tmp_path / "broken" / "typst"
    broken.mkdir(parents=True)
    (broken / "__init__.py").write_text("raise SystemError('library is damaged')\n", encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(broken.parent))
    with pytest.raises(InputProblem, match="library is damaged"):
        to_pdf(leaflet("<p>а</p>"), "ru", WRITTEN)
