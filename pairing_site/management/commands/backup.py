"""Write a backup of the database and the evidence."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from organization.management.base import OneLineCommand
from pairing_site.backup.verbs import make_backup


class Command(OneLineCommand):
    """Writes one archive; the site goes on working."""

    help = "Write the database and every evidence file into one signed archive; the site need not stop."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the archive's path and --json."""
        parser.add_argument("path", type=Path, help="file to write; its folder must have room for all of it")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write, and say how much."""
        try:
            done = make_backup(options["path"])
        except OSError as error:
            self.refuse(error)
        if options["json"]:
            self.print_json(done)
        else:
            self.stdout.write("{files} files, {bytes} bytes".format(**done))
