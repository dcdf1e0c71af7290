"""The registry of practices: who took them over, from whom it can have been, and the code of best practice."""
