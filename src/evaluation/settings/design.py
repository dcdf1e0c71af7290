"""``config/design/<year>.yml``: who is invited next year, or trained in which wave, by lot."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import Field

from evaluation.settings.base import Settings, Text
from evaluation.settings.plan import Geography, Place


class Eligible(Settings):
    """Which units take part in the lot."""

    types: tuple[str, ...] = Field((), description="only units of these types; empty: all")
    never_trained: bool = Field(False, description="only units that were never trained")
    min_population: int | None = Field(None, ge=0, description="only units with at least so many residents")
    leave_out: tuple[str, ...] = Field((), description="codes of units that do not take part, whatever the rule")


class Arm(Settings):
    """One part of the lot: the invited, those who wait, or a wave."""

    code: str = Field(pattern=r"^[a-z][a-z0-9_]*$", description="its code in the tables")
    words: Text = Field(description="what a municipality in this part is told")
    seats: int | None = Field(None, ge=1, description="units in this part; empty in one part: all the rest")
    starts_on: dt.date | None = Field(None, description="the day on which its training begins")


class PowerSettings(Settings):
    """The question put to the known years before the lot is drawn: what could it find?"""

    outcome: str = Field("log1p(applications)", description="a column of the panel, or log1p of one")
    effects: tuple[Annotated[float, Field(ge=0)], ...] = Field(
        (0.1, 0.2, 0.3, 0.5, 0.75, 1.0, 1.5), min_length=1, description="growth by invitation: 0.2 is a fifth more"
    )
    simulations: Annotated[int, Field(ge=100)] = Field(1000, description="simulated lots behind each power")
    draws: Annotated[int, Field(ge=99)] = Field(499, description="draws of the test within each of them")


class DesignPlan(Settings):
    """``config/design/<year>.yml``: the lot of one year, decided before it is drawn."""

    year: int = Field(description="the year of the training that is allotted")
    kind: Literal["invitations", "phase_in"] = Field(description="some are invited, or all begin in a random order")
    responsible: Text = Field(description="the role (no name) that answers for the lot")
    geography: Geography = Field("current", description="boundaries of the units")
    eligible: Eligible = Field(Eligible(), description="which units take part")
    arms: tuple[Arm, ...] = Field(min_length=2, description="parts among which the lot divides the units")
    reached: tuple[str, ...] = Field((), description="parts that count as assigned in this year; empty: the first")
    strata: tuple[str, ...] = Field((), description="columns of the panel, and size: classes of population")
    size_classes: Annotated[int, Field(ge=2, le=5)] = Field(
        2, description="classes of population, of about equal numbers of units"
    )
    balance: tuple[str, ...] = Field((), description="numeric columns of the panel, or log1p of one, as last known")
    candidates: Annotated[int, Field(ge=1)] = Field(1000, description="lots that set the threshold of balance")
    accepted_share: Annotated[float, Field(gt=0, le=1)] = Field(0.05, description="share of them that is good enough")
    lowest_chance: Annotated[float, Field(ge=0, lt=0.5)] = Field(
        0.1, description="chance of every part that the rule of acceptance must leave to every unit"
    )
    seed: Annotated[int, Field(ge=0)] = Field(description="a number drawn in public, after this file was agreed")
    power: PowerSettings = Field(PowerSettings(), description="what the lot could find, asked before it is drawn")

    @property
    def assigned_arms(self) -> tuple[str, ...]:
        """Codes of the parts that count as assigned in this year."""
        return self.reached or (self.arms[0].code,)


def design_contradictions(plan: DesignPlan) -> list[tuple[Place, Text]]:
    """What in the lot's settings cannot hold together: place in the file and words."""
    found: list[tuple[Place, Text]] = []

    def say(place: Place, ru: str, en: str) -> None:
        found.append((place, Text(ru=ru, en=en)))

    codes = [arm.code for arm in plan.arms]
    for number, code in enumerate(codes):
        if codes.index(code) != number:
            say(
                ("arms", number, "code"),
                f"часть «{code}» названа дважды. Дайте второй другой код.",
                f"the arm '{code}' is named twice. Give the second another code.",
            )
    without = [number for number, arm in enumerate(plan.arms) if arm.seats is None]
    if len(without) > 1:
        say(
            ("arms", without[1]),
            "мест нет в нескольких частях, а все остальные может взять только одна. Напишите seats.",
            "several arms have no seats, and only one can take all the rest. Write seats.",
        )
    unknown = sorted(set(plan.reached) - set(codes))
    if unknown or set(plan.reached) == set(codes):
        say(
            ("reached",),
            f"reached должен назвать некоторые части, но не все. Есть: {', '.join(codes)}.",
            f"reached must name some of the arms, and not all. There are: {', '.join(codes)}.",
        )
    if plan.candidates * plan.accepted_share < 1:
        say(
            ("accepted_share",),
            f"из {plan.candidates} проб эта доля не оставляет ни одной. Увеличьте candidates или долю.",
            f"of {plan.candidates} candidates this share leaves none. Raise candidates or the share.",
        )
    return found
