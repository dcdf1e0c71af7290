"""Monitoring forms: filled from our tables, and read back against them."""
