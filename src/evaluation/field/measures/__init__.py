"""Measures of a programme of open government, and territorial self-government: progress, gaps, coverage, support."""
