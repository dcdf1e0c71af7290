"""``make docs``: everything in the repository that is made from declarations, and the README's map.

The schemas of the settings, the file dictionary and the flow pictures are checked by tests against a fresh
generation; the map is copied from the demonstration's report where there is one.
"""

from __future__ import annotations

import shutil

from evaluation.cleaning.rulefile import rules_schema
from evaluation.places import open_workspace, repository
from evaluation.report.dictionary import main as write_documents
from evaluation.settings import LANGUAGES, json_schemas


def main() -> None:
    """Write the generated files of the repository."""
    root = repository()
    schemas = root / "config" / "schema"
    schemas.mkdir(exist_ok=True)
    for name, text in {**json_schemas(), **rules_schema()}.items():
        (schemas / name).write_text(text, encoding="utf-8")
    write_documents(root)
    workspace = open_workspace(root)
    for language in LANGUAGES:
        drawn = workspace.figure_path("coverage_map", workspace.programme.last_year, language, "png")
        if drawn.exists():
            shutil.copyfile(drawn, root / "docs" / "images" / f"coverage_map.{language}.png")


if __name__ == "__main__":
    main()
