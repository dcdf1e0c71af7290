from __future__ import annotations

import pytest

from evaluation.app.language import asked_language, system_language


@pytest.mark.parametrize(
    ("variables", "language"),
    [
        ({}, "en"),
        ({"LANG": "ru_RU.UTF-8"}, "ru"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "ru_RU.UTF-8", "LC_ALL": "en_GB.UTF-8"}, "en"),
        ({"LANG": "en_GB.UTF-8", "LC_MESSAGES": "ru_RU"}, "ru"),
        ({"LANG": "ru_RU.UTF-8", "LC_ALL": ""}, "ru"),
    ],
)
def test_the_systems_language(variables: dict[str, str], language: str) -> None:
    assert system_language(variables) == language


@pytest.mark.parametrize(
    ("arguments", "language"),
    [
        (["run", "--language", "ru"], "ru"),
        (["--language=ru", "run"], "ru"),
        (["run", "--language", "de"], "en"),
        (["run", "--language"], "en"),
        (["run"], "en"),
    ],
)
def test_the_language_asked_for(arguments: list[str], language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    assert asked_language(arguments) == language
