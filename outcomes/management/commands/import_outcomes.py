"""Read a branch's old ledger of outcomes."""

from typing import Any

from django.core.management.base import CommandParser

from imports.kinds import Wishes
from imports.management.importing import ImportCommand
from organization.models import User


class Command(ImportCommand):
    """Records the ledger's rows as submitted outcomes; see docs/imports.md for the sheet."""

    help = "Read a branch's old ledger of outcomes (.xlsx): all rows, or none when one is refused."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take, besides, the secretary who vouches for the rows."""
        super().add_arguments(parser)
        parser.add_argument("--verified-by", metavar="USERNAME", help="the branch's secretary who verifies the rows")

    def handle(self, *args: Any, **options: Any) -> None:
        """Read the sheet."""
        self.read_in("ledger", options, Wishes(verified_by=self._verifier(options["verified_by"])))

    def _verifier(self, username: str | None) -> User | None:
        """Return the account that verifies, or refuse one that is not there."""
        if username is None:
            return None
        user = User.objects.filter(username=username, is_active=True).first()
        if user is None:
            self.refuse(f"no account is called {username!r}")
        return user
