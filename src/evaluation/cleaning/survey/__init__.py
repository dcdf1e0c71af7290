"""Exports of form services as survey tables."""
