"""Bring what an earlier release left under the site's signature."""

from typing import Any

from django.core.management.base import CommandParser

from organization.management.base import OneLineCommand
from organization.taking_in import take_in
from organization.trail import is_taken_in


class Command(OneLineCommand):
    """Signs seals, entries and rows as they are; a second time only when told to."""

    help = "Sign seals, audit entries and rows of an earlier release as they are, once; run after the first migrate."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take --again and --json."""
        parser.add_argument("--again", action="store_true", help="take in what came past the site since; say why aside")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Sign, and say how much."""
        done = None if is_taken_in() and not options["again"] else take_in()
        if options["json"]:
            self.print_json({"sealed": done is not None, **(done or {})})
        elif done is None:
            self.stdout.write("The trail is sealed already.")
        else:
            self.stdout.write("{seals} seals, {entries} entries and {rows} rows were signed.".format(**done))
