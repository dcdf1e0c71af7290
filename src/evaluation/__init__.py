"""Programme evaluation workbench: from an institute's spreadsheets to reports that can be rerun."""

__version__ = "0.1.0"
