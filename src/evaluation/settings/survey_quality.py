"""What the plan of a survey declares about the quality of its responses, before anybody has looked at them."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from evaluation.settings.base import Settings

ExclusionName = Literal[
    "ineligible", "refusal", "break_off", "partial", "duplicate_person", "duplicate_answers", "near_identical",
    "speeder", "straight_lining", "item_nonresponse", "skip_violations", "required_missing", "outside_field",
]  # fmt: skip
# rules on a measured number: the response goes at this number or above it
LIMITED = ("near_identical", "item_nonresponse", "skip_violations", "required_missing")

Fraction = Annotated[float, Field(gt=0, le=1)]


class Exclusion(Settings):
    """One declared reason to leave a response out of the analysis."""

    rule: ExclusionName = Field(description="the reason")
    limit: float | None = Field(
        None, gt=0, description=f"from this number on a response is left out; for {', '.join(LIMITED)} alone"
    )

    @model_validator(mode="after")
    def _limit_fits(self) -> Self:
        if (self.limit is not None) != (self.rule in LIMITED):
            which = "needs a limit" if self.rule in LIMITED else "takes no limit"
            raise ValueError(f"{self.rule} {which}")
        return self


class Screening(Settings):
    """The question that tells who belongs to the population."""

    item: str = Field(description="its name in the questionnaire")
    eligible: tuple[str, ...] = Field(min_length=1, description="answers of people who belong to it")


class SurveyQuality(Settings):
    """What makes a response complete, and from where on its way of answering is remarked on."""

    complete_from: Fraction = Field(0.8, description="share of the asked items answered in a complete response")
    partial_from: Fraction = Field(0.5, description="share answered in a partial one; below it lies a break-off")
    dont_know_is_answer: bool = Field(True, description="whether 'don't know' counts as an answer for completeness")
    unanswered: Literal["unknown", "non_contact"] = Field(
        "unknown", description="the invited who sent nothing: may not belong to the population, or do for certain"
    )
    eligible_share: float | None = Field(
        None, ge=0, le=1, description="e: share of the unknown who belong to it; else as among the known"
    )
    screening: Screening | None = Field(
        None, description="the question that tells who belongs to the population; empty: none"
    )
    speeder: Literal["median", "log_time"] = Field(
        "median", description="by which measure of time a response is too fast"
    )
    speeder_fraction: Fraction = Field(0.4, description="a speeder took less than this share of the median time")
    speeder_deviations: float = Field(
        3.0, gt=0, description="or, on the logarithm of time, so many robust standard deviations below the median"
    )
    straight_items: int = Field(4, ge=3, description="one and the same answer to at least so many items of a scale")
    near_identical_items: int = Field(8, ge=2, description="items answered by both before two responses are compared")

    @model_validator(mode="after")
    def _shares_in_order(self) -> Self:
        if self.partial_from > self.complete_from:
            raise ValueError("partial_from lies above complete_from")
        return self
