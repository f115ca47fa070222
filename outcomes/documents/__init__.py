"""Files that a report is handed in as."""
