"""Tables and figures of a congress's services."""
