"""Tables and measures from questionnaires."""
