"""Where the panel's pieces lie, and the variables that tell its kernel who shows it. Nothing heavy is imported here."""

from __future__ import annotations

import shutil
from pathlib import Path

from evaluation.places import Workspace, repository

LANGUAGE = "EVALUATION_LANGUAGE"
FILES_URL = "EVALUATION_FILES_URL"
NOTEBOOK = "panel.ipynb"
TEMPLATE = "evaluation"
SHARE = Path(__file__).resolve().parent / "share"
MEGABYTE = 1 << 20


def place_notebook(workspace: Workspace) -> Path:
    """The panel's notebook inside the workspace, where servers look: its own, else a passing copy."""
    own = workspace.root / "notebooks" / NOTEBOOK
    if own.exists():
        return own
    copy = workspace.root / ".staging" / "panel" / NOTEBOOK
    copy.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(repository() / "notebooks" / NOTEBOOK, copy)
    return copy
