"""Who was asked, where no number of the invited is declared: the people who came to events, by their lists."""

from __future__ import annotations

import datetime as dt
from typing import Literal, Self

from pydantic import Field, model_validator

from evaluation.settings.base import Settings


class AskedAtEvents(Settings):
    """The events whose participants were given the questionnaire."""

    each: Literal["attendance", "person"] = Field(
        "attendance", description="one questionnaire an attendance, or one a person however many events he came to"
    )
    stream: str = Field("training", description="stream of support of these events")
    ended_from: dt.date | None = Field(None, description="events that ended on this day or later; empty = all")
    ended_until: dt.date | None = Field(
        None, description="events that ended on this day or earlier; empty = to the survey's field_to"
    )

    @model_validator(mode="after")
    def _days_in_order(self) -> Self:
        if self.ended_from and self.ended_until and self.ended_from > self.ended_until:
            raise ValueError("ended_from lies after ended_until")
        return self
