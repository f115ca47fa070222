"""Try every invariant on the data."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from organization.integrity import try_all
from organization.management.base import OneLineCommand

UNFINISHED = 3


class Command(OneLineCommand):
    """Names the rows that break an invariant: exit code 1 when there is one, 3 when the check was not finished."""

    help = "Try every invariant of the design on the data; exit 1 and name the rows when one is broken."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take --json."""
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Try and tell."""
        try:
            found = try_all()
        except Exception as error:  # whatever it was: a check that was not finished is no clean bill
            words = f"the check could not be finished: {type(error).__name__}: {error}"
            raise CommandError(" ".join(words.split()), returncode=UNFINISHED) from error
        total = sum(len(finding.broken) for _name, finding in found)
        if options["json"]:
            checks = [{"name": name, **vars(finding)} for name, finding in found]
            self.print_json({"ok": total == 0, "checks": checks})
        else:
            for name, finding in found:
                self.stdout.write(f"{'broken' if finding.broken else 'ok':<7} {name} ({finding.checked} checked)")
                for row in finding.broken:
                    self.stdout.write(f"        {row['model']} {row['id']}: {row['problem']}")
        if total:
            raise CommandError(f"{total} rows break an invariant", returncode=1)
