"""Cards as files to hand out: one PDF a territory, all in one archive."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from evaluation.report.cards.document import RenderedCard, lone_card
from evaluation.report.inputs import ReportInputs
from evaluation.report.office import to_pdfs
from evaluation.report.office.typeset import AT_ONCE
from evaluation.settings import Language

_NOT_IN_NAMES = re.compile(r'[<>:"/\\|?*\x00-\x1f]+')
_EARLIEST = (1980, 1, 1, 0, 0, 0)


def card_archive(
    cards: Sequence[RenderedCard], inputs: ReportInputs, language: Language, written: datetime
) -> bytes:  # fmt: skip
    """A zip with one tagged PDF a card, called by code and name: «04504000 Балахтинский округ.pdf».

    ``written`` is the date inside of the files and of the archive; the same cards and date give the same bytes. Raises
    InputProblem as ``office.to_pdfs``.
    """
    shares = [cards[start::AT_ONCE] for start in range(min(AT_ONCE, len(cards)))]

    def made(share: Sequence[RenderedCard]) -> list[bytes]:
        return to_pdfs([lone_card(card, inputs, language) for card in share], language, written)

    # most of the time goes into programs of their own, so that threads are enough
    documents: dict[str, bytes] = {}
    with ThreadPoolExecutor(AT_ONCE) as threads:
        for share, contents in zip(shares, threads.map(made, shares), strict=True):
            documents |= {file_name(card): content for card, content in zip(share, contents, strict=True)}
    moment = max(_EARLIEST, (written.year, written.month, written.day, written.hour, written.minute, written.second))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:  # a PDF is compressed already
        for name in map(file_name, cards):
            entry = zipfile.ZipInfo(name, moment)
            entry.create_system = 3  # the same bytes on every system
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, documents[name])
    return buffer.getvalue()


def file_name(card: RenderedCard) -> str:
    """Code and name of a territory as a file's name, without what some system forbids there; at most 120 letters."""
    words = " ".join(_NOT_IN_NAMES.sub(" ", f"{card.unit_id} {card.name}").split())
    return f"{words[:116].rstrip('. ')}.pdf"
