"""Frames to figures, tables and words that people read."""
