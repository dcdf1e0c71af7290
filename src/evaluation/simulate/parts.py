"""The received files of all parts, by logical source."""

from __future__ import annotations

from evaluation.simulate.part_files import PartFile

PART_FILES: dict[str, PartFile] = {}
