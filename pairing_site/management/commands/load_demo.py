"""Load the demo college and print the accounts to sign in with."""

import os
import secrets
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser
from django.utils import translation

from organization.management.base import OneLineCommand
from organization.models import User
from pairing_site.demo import load_college
from pairing_site.demo.people import ACCOUNTS, set_passwords


class Command(OneLineCommand):
    """Makes the demo college once; run again, it adds no row."""

    help = "Load the demo college (about 4 branches, 120 people, 60 pairings) and print its accounts."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take --json."""
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Load, and say how to sign in."""
        with translation.override(settings.LANGUAGE_CODE):
            is_new = load_college()
        password = demo_password()
        set_passwords(password)
        if options["json"]:
            self.print_json({"loaded": is_new, "accounts": list(ACCOUNTS), "password": password})
            return
        self.stdout.write("The demo college was loaded." if is_new else "The demo college is already there.")
        self.stdout.write(f"\nPassword of all accounts: {password}\n")
        for user in User.objects.filter(username__in=ACCOUNTS).select_related("person__branch").order_by("username"):
            where = user.person.branch.code if user.person else "-"
            self.stdout.write(f"  {user.username:<12}{where:<6}{user.get_full_name()}")


def demo_password() -> str:
    """Return DEMO_PASSWORD, or a random password that is kept beside the data for the next run."""
    if given := os.environ.get("DEMO_PASSWORD"):
        return given
    kept = Path(settings.DATA_DIR) / "demo_password"
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.touch(mode=0o600)
        kept.write_text(secrets.token_urlsafe(9) + "\n")
    return kept.read_text().strip()
