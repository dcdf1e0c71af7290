"""Every processed table: its unit of observation, key, columns and sensitivity, declared once.

The file dictionary, the written Parquet types and the checks of ``contracts.py`` come from these declarations.
Labels, units and allowed values of categories are data and live in ``config/codebook.csv``.
"""

from evaluation.tables.declaration import DTYPES, Column, Kind, Sensitivity, Table
from evaluation.tables.declared import PROGRAMME_TABLES, PSEUDONYM_SOURCES, REGISTERS, SOURCE_TABLES, TABLES
from evaluation.tables.forms import FORM_MARK, FORMS, INSTRUCTION_SHEET, LIST_SHEET, Form

__all__ = [
    "DTYPES", "FORMS", "FORM_MARK", "INSTRUCTION_SHEET", "LIST_SHEET", "PROGRAMME_TABLES", "PSEUDONYM_SOURCES",
    "REGISTERS", "SOURCE_TABLES", "TABLES", "Column", "Form", "Kind", "Sensitivity", "Table",
]  # fmt: skip
