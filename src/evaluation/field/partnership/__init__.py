"""Base and participating municipalities of a partnership: roles, trainings, comparisons."""
