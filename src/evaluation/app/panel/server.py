"""The panel's page server: Voila on this machine alone, with a token for everything, reports included."""

from __future__ import annotations

import re
from typing import Any

from jupyter_server.base.handlers import AuthenticatedFileHandler
from tornado.web import HTTPError, StaticFileHandler, authenticated
from traitlets import default
from voila.app import Voila
from voila.static_file_handler import AllowListFileHandler

HERE = ("localhost", "127.0.0.1")
# reports and released years, and nothing of what was received or is restricted
SHOWN_FILES = re.compile(
    r"reports/\d{4}/(?:draft|released|compare)/(?!(?:[^/]+/)*(?:run|notebooks|\.[^/]*)/)[^\\]+"
    r"\.(?:html|pdf|docx|pptx|xlsx|csv|zip|svg|png)"
)
# the page's own scripts are inline, and nothing may be asked of another server
PAGE_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self' {sockets}; object-src 'none'; "
    "base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
)
# a shown file is a page of its own without the panel's rights
FILE_POLICY = "sandbox allow-scripts allow-downloads allow-popups"


def policy(port: int) -> str:
    return PAGE_POLICY.format(sockets=" ".join(f"ws://{host}:{port}" for host in HERE))


def may_be_shown(place: str) -> bool:
    """Is ``place``, from the workspace's folder, a report that the panel shows?"""
    parts = place.replace("\\", "/").split("/")
    return SHOWN_FILES.fullmatch(place) is not None and ".." not in parts


class ReportFiles(AuthenticatedFileHandler):
    """Files of the workspace's reports, for whoever has the token."""

    @authenticated
    async def get(self, path: str, include_body: bool = True, **_: Any) -> None:  # type: ignore[override]  # untyped above
        if not may_be_shown(path):
            raise HTTPError(403, "not a report")
        await StaticFileHandler.get(self, path, include_body)

    @authenticated
    async def head(self, path: str) -> None:  # type: ignore[override]  # as above
        if not may_be_shown(path):
            raise HTTPError(403, "not a report")
        await StaticFileHandler.get(self, path, include_body=False)

    def get_content_type(self) -> str:
        kind: str = super().get_content_type()
        return f"{kind}; charset=UTF-8" if kind in ("text/html", "text/csv") else kind

    @property
    def content_security_policy(self) -> str:
        return FILE_POLICY


class PanelServer(Voila):  # type: ignore[misc]
    """Voila that shows files to whoever has the token, and answers to this machine's own names alone."""

    name = "voila"

    @default("log_level")
    def _quiet(self) -> int:
        return 30

    def init_settings(self) -> dict[str, Any]:
        settings: dict[str, Any] = super().init_settings()
        settings["allow_remote_access"] = False
        settings["local_hostnames"] = list(HERE)
        return settings

    def init_handlers(self) -> list[Any]:
        handlers: list[Any] = super().init_handlers()
        return [
            (entry[0], ReportFiles, {"path": self.root_dir}) if entry[1] is AllowListFileHandler else entry
            for entry in handlers
        ]
