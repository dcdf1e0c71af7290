"""The received files of all parts, by logical source."""

from __future__ import annotations

from evaluation.simulate.files.decisions import FILES as DECISION_FILES
from evaluation.simulate.files.measures import FILES as MEASURE_FILES
from evaluation.simulate.files.partnership import FILES as PARTNERSHIP_FILES
from evaluation.simulate.files.services import FILES as SERVICE_FILES
from evaluation.simulate.files.teams_part import FILES as TEAM_FILES
from evaluation.simulate.part_files import PartFile

PART_FILES: dict[str, PartFile] = {
    **TEAM_FILES,
    **PARTNERSHIP_FILES,
    **SERVICE_FILES,
    **MEASURE_FILES,
    **DECISION_FILES,
}
