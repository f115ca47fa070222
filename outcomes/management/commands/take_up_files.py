"""Take up files whose worker is gone, and note those that are no longer on the disk."""

from typing import Any

from django.core.management.base import CommandParser

from organization.management.base import OneLineCommand
from outcomes.asking import look_after


class Command(OneLineCommand):
    """Lets a worker look at every open request, or makes the files itself where there is none."""

    help = "Take up prepared files whose worker was killed: before a worker starts, and now and then."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take --json."""
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Take them up, and name them."""
        rows = look_after()
        if options["json"]:
            self.print_json({"taken_up": [row.pk for row in rows]})
        else:
            self.stdout.write("\n".join([*(f"prepared {row.pk}" for row in rows), f"{len(rows)} taken up"]))
