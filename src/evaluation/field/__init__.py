"""The systems that institutes run beside the contest, each on its own kind of data."""
