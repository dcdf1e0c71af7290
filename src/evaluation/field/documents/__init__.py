"""Running documents read by rules: every value with the phrase it came from, for a person to confirm."""
