"""``evaluation bench``: time and memory of the heaviest work, beside other libraries."""
