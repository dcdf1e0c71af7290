"""What the XML of an Excel sheet says and its values do not."""
