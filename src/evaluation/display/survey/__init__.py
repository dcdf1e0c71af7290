"""Tables and figures of surveys."""
