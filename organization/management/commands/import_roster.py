"""Read a branch's people from its roster sheet."""

from typing import Any

from organization.management.importing import ImportCommand
from organization.roster import import_roster


class Command(ImportCommand):
    """Creates and updates people; see docs/imports.md for the sheet."""

    help = "Read a branch's people from its roster sheet (.xlsx): all rows, or none when one is refused."

    def handle(self, *args: Any, **options: Any) -> None:
        """Read the sheet."""
        branch = self.branch(options["branch"])
        self.read(options, lambda file: import_roster(file, branch, dry_run=options["dry_run"]))
