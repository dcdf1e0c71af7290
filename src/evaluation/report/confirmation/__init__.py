"""The workbook in which a person confirms what was read from a document."""
