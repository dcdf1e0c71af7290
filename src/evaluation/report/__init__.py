"""Findings, the report of a programme year and the file dictionary."""
