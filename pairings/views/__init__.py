"""Pages that the three forms share."""
