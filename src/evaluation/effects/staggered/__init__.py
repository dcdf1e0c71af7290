"""Effects of a first training that comes in different years."""
