"""Read a branch's people from its roster sheet."""

from typing import Any

from django.core.management.base import CommandParser

from organization.management.importing import ImportCommand
from organization.roster import import_roster


class Command(ImportCommand):
    """Creates and updates people; see docs/imports.md for the sheet."""

    help = "Read a branch's people from its roster sheet (.xlsx): all rows, or none when one is refused."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take, besides, whether people who look like others are taken."""
        super().add_arguments(parser)
        parser.add_argument("--accept-doubles", action="store_true", help="take people who look like others")

    def handle(self, *args: Any, **options: Any) -> None:
        """Read the sheet."""
        branch = self.branch(options["branch"])
        how = {"dry_run": options["dry_run"], "accept_doubles": options["accept_doubles"]}
        self.tell(import_roster(options["file"], branch, **how), options)
