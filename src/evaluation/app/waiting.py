"""Words for whoever waits: what goes on, once it takes longer than two seconds."""

from __future__ import annotations

import threading
from types import TracebackType
from typing import TYPE_CHECKING

from evaluation.app.language import Language
from evaluation.settings import Text

if TYPE_CHECKING:
    from rich.console import Console

PATIENCE_SECONDS = 2.0


class Waiting:
    """Says on stderr what goes on once it takes longer than PATIENCE_SECONDS; on a terminal it is wiped away again."""

    def __init__(self, screen: Console, language: Language, live: bool) -> None:
        self._screen = screen
        self._language = language
        self._status = screen.status("") if live else None
        self._timer: threading.Timer | None = None

    def __call__(self, text: Text) -> None:
        self._stop_timer()
        told = text.in_language(self._language)
        self._timer = threading.Timer(PATIENCE_SECONDS, self._tell, [told])
        self._timer.daemon = True
        self._timer.start()

    def _tell(self, text: str) -> None:
        if self._status is None:
            self._screen.print(f"{text} ...", markup=False, highlight=False)
        else:
            self._status.update(text)
            self._status.start()

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def __enter__(self) -> Waiting:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop_timer()
        if self._status is not None:
            self._status.stop()
