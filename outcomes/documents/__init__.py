"""Files that a report is handed in as: what they say is composed once, and written in several formats."""
