"""How returns of municipalities are weighted, compared and, only if wanted, carried forward."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from evaluation.settings.base import Settings


class ReturnSettings(Settings):
    """Rules of the part ``returns``, declared before anybody looked at the totals."""

    smallest_cell: Annotated[int, Field(ge=2)] = Field(
        5, description="a cell of region and type with fewer answers joins others, unless all of it answered"
    )
    least_rate: float = Field(0.1, ge=0, le=1, description="so does one with a smaller share of answers")
    calibrate: bool = Field(True, description="fit the weights to the residents that the registry counts by type")
    sizes: tuple[Annotated[float, Field(gt=0)], ...] = Field(
        (1_000, 5_000, 20_000, 100_000), description="residents at which the classes of size begin"
    )
    ratio_low: float = Field(0.5, gt=0, le=1, description="a return below this share of the register is remarked")
    ratio_high: float = Field(2.0, ge=1, description="one above this multiple of the register is remarked")
    carry_forward: Annotated[int, Field(ge=0)] = Field(
        0, description="years after which an earlier answer may no longer stand in for a missing one; 0 = never"
    )
