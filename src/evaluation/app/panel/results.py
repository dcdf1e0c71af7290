"""The section that leads to what was made: reports and short forms, drafts and released."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import ipywidgets as widgets
from markupsafe import Markup

from evaluation.app.panel import markup
from evaluation.app.panel.desk import Section
from evaluation.places import Workspace

ENDINGS = (".html", ".pdf", ".docx", ".pptx", ".xlsx", ".zip")
# parts of a report, and what is not for reading
LEFT_OUT = ("figures", "tables", "notebooks", "run")
LANGUAGE_NAMES = {"ru": "русский", "en": "English"}


def report_files(folder: Path) -> list[Path]:
    """Files for readers in a year's draft or a release, those of the folder itself first."""
    if not folder.is_dir():
        return []
    found = [
        path
        for path in folder.rglob("*")
        if path.suffix.casefold() in ENDINGS
        and path.is_file()
        and not any(part in LEFT_OUT or part.startswith(".") for part in path.relative_to(folder).parts)
    ]
    return sorted(found, key=lambda path: (len(path.relative_to(folder).parts), path.as_posix()))


def releases(workspace: Workspace, year: int) -> list[Path]:
    """The released folders of a year, the last one first."""
    folder = workspace.report_folder(year).parent / "released"
    return sorted((path for path in folder.glob("*") if path.is_dir()), reverse=True) if folder.is_dir() else []


class Results(Section):
    """Links to the year's files, opened in a tab of their own."""

    key = "results"

    def build(self) -> list[widgets.Widget]:
        self.listed = widgets.HTML()
        return [self.head("results_lead"), self.message, self.listed]

    def opened(self) -> None:
        say, year, workspace = self.desk.say, self.desk.year, self.desk.open()
        draft = report_files(workspace.report_folder(year))
        parts = []
        if draft:
            parts.append(self._table(say("reports"), workspace.report_folder(year), draft))
        else:
            parts.append(markup.note(say("no_results", year=year), "look"))
        parts += [
            self._table(f"{say('released')}: {folder.name}", folder, report_files(folder))
            for folder in releases(workspace, year)
        ]
        self.listed.value = "".join(parts)

    def _table(self, caption: str, folder: Path, files: list[Path]) -> str:
        say = self.desk.say
        header = (say("file"), say("kind"), say("language"), say("size_column"))
        return markup.table(caption, header, list(self._rows(folder, files)))

    def _rows(self, folder: Path, files: list[Path]) -> Iterator[tuple[str | Markup, ...]]:
        for path in files:
            name = path.relative_to(folder).as_posix()
            shown = markup.link(self.desk.files_url(), path.relative_to(self.desk.root).as_posix(), name)
            parts = path.name.split(".")
            language = LANGUAGE_NAMES.get(parts[-2], "") if len(parts) > 2 else ""
            size = self.desk.say("size", kb=max(1, round(path.stat().st_size / 1000)))
            yield shown, path.suffix.lstrip(".").upper(), language, size
