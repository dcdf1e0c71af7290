"""What a contest with stepped scores allows: comparisons near its line, and signs of inputs chosen to pass it."""
