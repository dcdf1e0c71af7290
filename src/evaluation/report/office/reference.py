"""Reference documents: where Word files and slides take their styles from."""

from __future__ import annotations

import re
import zipfile
import zlib
from html import unescape
from importlib import resources
from io import BytesIO
from pathlib import Path
from typing import Literal

from evaluation.settings import InputProblem

NEEDED_STYLES = (
    "Title", "Subtitle", "Author", "heading 1", "heading 2", "heading 3", "Body Text", "First Paragraph", "Compact",
    "Table Caption", "Image Caption", "Captioned Figure", "Table Text", "Table Text Small", "Table Text Tiny",
    "Table Note", "Tile", "Fact", "Notice", "Card", "TOC Heading", "toc 1", "toc 2", "table of figures", "Table",
)  # fmt: skip
"""Styles of a Word file, by the names that Word shows; capital and small letters count alike."""
LARGEST = 50_000_000  # bytes, unpacked: a letterhead is a few pages

_STYLE = re.compile(r"<w:style\b[^>]*>.*?<w:name\s+w:val=\"([^\"]*)\"", re.DOTALL)
_KEY = re.compile(r"<w:style\b[^>]*\bw:styleId=\"([^\"]*)\"")


def shipped_reference(kind: Literal["docx", "pptx"]) -> bytes:
    """The package's own reference document."""
    return resources.files("evaluation.report.office").joinpath("data", f"reference.{kind}").read_bytes()


def check_reference(path: Path) -> bytes:
    """An institute's own reference document, after a look at its styles.

    Raises InputProblem for a file that is not there, is no Word file, or lacks one of ``NEEDED_STYLES``.
    """
    content, styles = _read(path, "word/styles.xml")
    lacking = missing_styles(styles)
    if lacking:
        names = ", ".join(f"«{name}»" for name in lacking)
        raise InputProblem(
            f"{path}: в образце оформления нет стилей {names}, без них отчёт Word выглядел бы как придётся. Создайте в "
            "Word стили с точно такими именами («Главная» → «Стили» → «Создать стиль») или возьмите за основу образец "
            "проекта, где они есть: «evaluation letterhead --out ФАЙЛ.docx». Без образца: уберите report_reference из "
            "config/programme.yml.",
            f"{path}: the reference document lacks the styles {names}, without which the Word report would look "
            "anyhow. Make styles of exactly these names in Word (Home → Styles → Create a Style), or start from the "
            "project's own document, which has them: 'evaluation letterhead --out FILE.docx'. To go without: remove "
            "report_reference from config/programme.yml.",
        )
    return content


def check_slides_reference(path: Path) -> bytes:
    """An institute's own presentation. Raises InputProblem for a file that is not there or is no presentation."""
    return _read(path, "ppt/presentation.xml")[0]


def missing_styles(styles: str) -> list[str]:
    """Names of ``NEEDED_STYLES`` that ``word/styles.xml`` does not define."""
    there = {unescape(name).casefold() for name in _STYLE.findall(styles)}
    return [name for name in NEEDED_STYLES if name.casefold() not in there]


def style_keys(content: bytes) -> dict[str, str]:
    """By the names of a Word file's styles, in small letters, the keys by which its paragraphs call them."""
    with zipfile.ZipFile(BytesIO(content)) as packed:
        styles = packed.read("word/styles.xml").decode("utf-8")
    found = {}
    for style in _STYLE.finditer(styles):
        key = _KEY.search(style[0])
        if key:
            found[unescape(style[1]).casefold()] = unescape(key[1])
    return found


def _read(path: Path, part: str) -> tuple[bytes, str]:
    """The file and one part of it as text."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputProblem(
            f"Нет файла {path} или он не читается, а report_reference в config/programme.yml называет его образцом "
            "оформления отчёта. Положите файл на место или уберите эту строку.",
            f"The file {path} is not there or cannot be read, yet report_reference in config/programme.yml names it as "
            "the report's reference document. Put the file in its place or remove that line.",
        ) from error
    try:
        with zipfile.ZipFile(BytesIO(content)) as packed:
            if sum(each.file_size for each in packed.infolist()) > LARGEST:
                raise _unreadable(path, part)
            return content, packed.read(part).decode("utf-8")
    except (zipfile.BadZipFile, KeyError, UnicodeDecodeError, NotImplementedError, RuntimeError, zlib.error) as error:
        raise _unreadable(path, part) from error


def _unreadable(path: Path, part: str) -> InputProblem:
    kind, ending = ("Word", "docx") if part.startswith("word/") else ("PowerPoint", "pptx")
    return InputProblem(
        f"{path}: это не файл {kind} (.{ending}), или он повреждён. Откройте его в {kind}, сохраните как .{ending} и "
        "повторите.",
        f"{path}: this is no {kind} file (.{ending}), or it is damaged. Open it in {kind}, save it as .{ending} and "
        "try again.",
    )
