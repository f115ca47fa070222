"""Backup and restore: one archive of the database and every evidence file, with a signed manifest."""
