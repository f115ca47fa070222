"""Read a branch's people from its roster sheet."""

from typing import Any

from django.core.management.base import CommandParser

from imports.kinds import Wishes
from imports.management.importing import ImportCommand


class Command(ImportCommand):
    """Creates and updates people; see docs/imports.md for the sheet."""

    help = "Read a branch's people from its roster sheet (.xlsx): all rows, or none when one is refused."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take, besides, whether people who look like others are taken."""
        super().add_arguments(parser)
        parser.add_argument("--accept-doubles", action="store_true", help="take people who look like others")

    def handle(self, *args: Any, **options: Any) -> None:
        """Read the sheet."""
        self.read_in("roster", options, Wishes(accept_doubles=options["accept_doubles"]))
