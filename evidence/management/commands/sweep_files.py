"""Remove what killed or refused uploads left in the evidence folder."""

from typing import Any

from django.core.management.base import CommandParser

from evidence.leftovers import forget_old, sweep
from evidence.looking import evidence_storage
from evidence.storage import DurableStorage
from organization.management.base import OneLineCommand


class Command(OneLineCommand):
    """Removes previews of sheets, parts and files that no row names, once they are a day old."""

    help = "Remove old previews of sheets, and what killed or refused uploads left, when it is older than a day."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take --dry-run and --json."""
        parser.add_argument("--dry-run", action="store_true", help="name what would be removed, and remove nothing")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Remove them, and name them."""
        forgotten = forget_old(dry_run=options["dry_run"])
        storage = evidence_storage()
        if not isinstance(storage, DurableStorage):
            self.refuse("the evidence storage is no folder: give its service a rule that removes old parts")
        swept = [*forgotten, *sweep(storage, dry_run=options["dry_run"])]
        if options["json"]:
            self.print_json({"swept": swept, "dry_run": options["dry_run"]})
        else:
            self.stdout.write("\n".join([*swept, f"{len(swept)} {'found' if options['dry_run'] else 'removed'}"]))
