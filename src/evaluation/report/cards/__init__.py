"""Cards of territories: one page each, as a document and as files."""
