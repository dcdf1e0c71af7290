"""``config/monitoring/<form>.yml``: which cell of a ministry's form holds which number of ours."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from evaluation.settings.base import Settings, Text

Aggregation = Literal["rows", "distinct", "sum", "mean", "median", "least", "most", "share"]
CellName = Annotated[str, Field(pattern=r"^[A-Z]{1,3}[1-9][0-9]{0,6}$")]
ColumnName = Annotated[str, Field(pattern=r"^[A-Z]{1,3}$")]
RowNumber = Annotated[int, Field(ge=1, le=1_048_576)]


class MonitoredValue(Settings):
    """One number: rows of a table, what is made of them, and how it is written."""

    key: str = Field(pattern="^[a-z][a-z0-9_]*$", description="a name of its own, for messages and sums")
    table: str = Field(description="a table of the file dictionary")
    filter: str = Field("", description="which rows, such as status == 'approved'; {year} stands for the year")
    aggregation: Aggregation = Field(description="what is made of the rows")
    column: str | None = Field(None, description="the column that is counted or added up; not needed for rows, share")
    share_of: str | None = Field(None, description="for share: the condition of the rows that are the part")
    divide_by: float = Field(1.0, gt=0, description="the form's unit: 1000 for thousands")
    decimals: Annotated[int, Field(ge=0, le=6)] = Field(0, description="digits after the point, halves rounded up")
    unit: Text | None = Field(None, description="the form's unit in words, for the list of values")
    low: float | None = Field(None, description="a smaller value is not sent")
    high: float | None = Field(None, description="a larger value is not sent")
    small_counts: bool = Field(False, description="true: counts of people below the threshold may be sent")


class MonitoredCell(MonitoredValue):
    """A number in a cell of its own."""

    sheet: str = Field(description="sheet of the form")
    cell: CellName = Field(description="the cell, such as D12")


class MonitoredColumn(MonitoredValue):
    """A number in a column of a block, one a unit."""

    letter: ColumnName = Field(description="the column, such as F")


class MonitoredBlock(Settings):
    """Rows of the form that stand for units: their codes in one column, numbers in others."""

    sheet: str = Field(description="sheet of the form")
    first_row: RowNumber = Field(description="first row with a unit")
    last_row: RowNumber = Field(description="last row with a unit")
    codes: ColumnName = Field(description="the column with the units' codes")
    by: str = Field("unit_id", description="the column of our tables that holds the codes")
    columns: tuple[MonitoredColumn, ...] = Field(description="numbers that stand in columns of their own")


class MonitoredText(Settings):
    """A text that is no number."""

    sheet: str = Field(description="sheet of the form")
    cell: CellName = Field(description="the cell, such as B3")
    text: Literal["year", "institute", "programme", "reported_on"] = Field(description="what is written there")


class SumCheck(Settings):
    """A total that must equal its parts, but for rounding."""

    total: str = Field(description="key of the total")
    parts: tuple[str, ...] = Field(description="keys of the parts")
    tolerance: float | None = Field(None, ge=0, description="largest difference; empty: what rounding can make")


class MonitoringForm(Settings):
    """``config/monitoring/<form>.yml``: a form that is filled from our tables and compared with them."""

    title: Text = Field(description="the form's name, for messages")
    template: str = Field(description="the empty form as the ministry gave it (.xlsx), relative to the workspace")
    language: Literal["ru", "en"] = Field("ru", description="language of the texts that are filled in")
    cells: tuple[MonitoredCell, ...] = Field((), description="numbers in cells of their own")
    blocks: tuple[MonitoredBlock, ...] = Field((), description="rows of units")
    texts: tuple[MonitoredText, ...] = Field((), description="texts that are filled in")
    sums: tuple[SumCheck, ...] = Field((), description="totals that must equal their parts")
