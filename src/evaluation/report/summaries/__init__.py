"""Findings from the tables of the steps: the named numbers that a report's text may quote."""
