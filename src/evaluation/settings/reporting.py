"""What a report says of itself: for whom it was made and by whom, the programme's theory, what is recommended."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import Field

from evaluation.settings.base import Settings, Text

Expected = Literal["above_zero", "below_zero", "not_told_from_zero"]
"""What a recommendation takes a finding to say."""


class Acronym(Settings):
    short: Text = Field(description="the letters")
    long: Text = Field(description="what they stand for")


class TheoryStream(Settings):
    """One way in which teams are supported, and what it is to yield at once."""

    name: Text = Field(description="what kind of support it is")
    output: Text = Field(description="what it yields at once")


class Theory(Settings):
    """The theory of change: streams of support, their outputs, the outcomes they are to bring, what must hold."""

    streams: tuple[TheoryStream, ...] = Field((), description="empty: the five streams, with their usual ends")
    outcomes: tuple[Text, ...] = Field((), description="what is to change at once; empty: the plan's outcomes")
    impact: Text | None = Field(None, description="what it is all for, in the long run")
    assumptions: tuple[Text, ...] = Field((), description="what must hold for one to bring the other")


class ReportFacts(Settings):
    """What the report's title page and its line on conflicts of interest say. What is not given is left out."""

    object: Text | None = Field(None, description="what is evaluated, in a sentence or two")
    purpose: Text | None = Field(None, description="what the evaluation is for and who will use it")
    commissioner: Text | None = Field(None, description="who ordered the evaluation")
    operator: Text | None = Field(None, description="who runs the programme")
    evaluators: Text | None = Field(None, description="who evaluated it; empty: the institute")
    interests: Text | None = Field(None, description="what else readers should know of the evaluators' interests")
    place: Text | None = Field(None, description="town on the title page")
    acronyms: tuple[Acronym, ...] = Field((), description="list of acronyms, in the order of the report")
    theory: Theory | None = Field(None, description="theory of change; empty: the five streams of support")


class Ground(Settings):
    """A finding on which a recommendation rests, and what it is taken to say."""

    finding: str = Field(description="the finding's name; `evaluation trace --list` has all")
    expects: Expected | None = Field(None, description="what the finding says of zero")
    at_least: float | None = Field(None, description="the finding's value is this or more")
    at_most: float | None = Field(None, description="the finding's value is this or less")


class Recommendation(Settings):
    """Something to do, for somebody, by some day, because of findings."""

    id: str = Field(pattern="^[A-Za-z][A-Za-z0-9_]*$", description="its code, unlike any other")
    text: Text = Field(description="what to do")
    addressee: Text = Field(description="who is asked to do it: an office, never a person")
    due: dt.date | None = Field(None, description="by which day")
    rests_on: tuple[Ground, ...] = Field(min_length=1, description="findings that it follows from")
    needs_study: bool = Field(False, description="the findings do not settle it: it asks for a study or a trial first")


class Recommendations(Settings):
    """``config/recommendations/<year>.yml``."""

    year: int = Field(description="the programme year; the same as in the name of the file")
    recommendations: tuple[Recommendation, ...] = Field((), description="in the order of the report")
