"""Refuse a migration that a running older release would not survive; run beside a PostgreSQL (`make check`)."""

import logging
import os
import sys

import django
from django_migration_linter import MigrationLinter

OURS = (
    "organization",
    "evidence",
    "imports",
    "pairings",
    "mentorship",
    "teaching_pairs",
    "enterprise_service",
    "outcomes",
)


#: Unique constraints on tables that are there, and why no older release and no row can break them.
LOOSENED = ["0015_revisions_of_reports"]  # frozen once becomes frozen first once; the other is of a new column


def main() -> int:
    """Lint the migrations of our own apps and return whether one is unsafe."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pairing_site.settings")
    django.setup()
    logging.getLogger("django_migration_linter").setLevel(logging.WARNING)
    # The first migrations have no older release beside them.
    linter = MigrationLinter(
        include_apps=list(OURS),
        ignore_initial_migrations=True,
        no_cache=True,
        ignore_name=LOOSENED,
        quiet=["ok", "ignore"],
    )
    linter.lint_all_migrations()
    linter.print_summary()
    return linter.has_errors


if __name__ == "__main__":
    sys.exit(main())
