"""What all settings share: languages, texts in both, and a problem that people can mend."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Language = Literal["ru", "en"]
LANGUAGES: tuple[Language, ...] = ("ru", "en")


class InputProblem(Exception):
    """Something that people can mend: a message in plain words in both languages.

    ``messages`` maps a language to what is wrong, where, what was expected and what to do.
    """

    def __init__(self, ru: str, en: str) -> None:
        super().__init__(en)
        self.messages: dict[Language, str] = {"ru": ru, "en": en}

    def __reduce__(self) -> tuple[type[InputProblem], tuple[str, str]]:
        return type(self), (self.messages["ru"], self.messages["en"])


class DataProblem(InputProblem):
    """The data at hand do not suffice for one model (no rows, no events, nobody to compare with).

    The plan's words are in order, so that other models can go on; any other InputProblem stops them all.
    """


class Settings(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Text(Settings):
    """A text in both languages."""

    ru: str = Field(description="the text in Russian")
    en: str = Field(description="the text in English")

    def in_language(self, language: Language) -> str:
        return self.ru if language == "ru" else self.en


def plain(value: Any) -> Any:
    """A setting's value as JSON holds it."""
    if isinstance(value, Settings):
        return value.model_dump(mode="json")
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)
