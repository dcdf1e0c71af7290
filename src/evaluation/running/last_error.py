"""What is asked of a kernel after an error: the error in a form that the engine can read. Runs in the kernel."""

from __future__ import annotations

import json
from collections.abc import Iterator

from evaluation.running.failure import file_of


def described(error: BaseException | None) -> str:
    """JSON of ``messages`` (the error's own words by language, or None), ``kinds`` (names of its class and of those
    it descends from) and ``system`` (number and file of the first error of the system among it and its causes, or
    None)."""
    system = next((each for each in _chain(error) if isinstance(each, OSError) and each.errno is not None), None)
    messages: object = getattr(error, "messages", None)
    return json.dumps(
        {
            "messages": _spoken(messages),
            "kinds": [kind.__name__ for kind in type(error).__mro__],
            "system": None if system is None else [system.errno, file_of(system)],
        }
    )


def _spoken(messages: object) -> dict[str, str] | None:
    if not isinstance(messages, dict) or not {"ru", "en"} <= set(messages):
        return None
    return {str(language): str(text) for language, text in messages.items()}


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
