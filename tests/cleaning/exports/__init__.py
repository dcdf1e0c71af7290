"""One simulated set of answers, and the files that form services would export of it."""
