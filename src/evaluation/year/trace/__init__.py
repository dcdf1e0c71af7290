"""From a printed number back to the received cells it came from."""
