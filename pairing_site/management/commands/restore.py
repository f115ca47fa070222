"""Put a backup of the database and the evidence back."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from organization.management.base import OneLineCommand
from pairing_site.backup.verbs import put_back


class Command(OneLineCommand):
    """Reads one archive, after looking at all of it; stop the site first."""

    requires_migrations_checks = False
    requires_system_checks = []
    help = "Put a backup back; what is corrupt or not this site's is refused before anything is touched."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the archive's path, --replace and --json."""
        parser.add_argument("path", type=Path, help="archive that `backup` wrote")
        parser.add_argument("--replace", action="store_true", help="give up what the database holds now")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Put back, and say what it was."""
        try:
            done = put_back(options["path"], replace=options["replace"])
        except OSError as error:
            self.refuse(error)
        if options["json"]:
            self.print_json(done)
        else:
            self.stdout.write("{files} files; made at {made_at}".format(**done))
