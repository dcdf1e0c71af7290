"""Answers to the questionnaires, with their truth."""
