"""What the commands share that read a branch's sheet."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from imports.kinds import Wishes, kind_of
from imports.models import SheetImport
from organization.management.base import BAD_INPUT, OneLineCommand
from organization.models import Synonym, User
from organization.sheets import ImportResult, SheetError, SheetFile, read_book


class ImportCommand(OneLineCommand):
    """Reads a sheet into a branch, all rows or none, and says what came of it."""

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the file, the branch, --dry-run and --json."""
        parser.add_argument("file", type=Path, help="an .xlsx or .csv file")
        parser.add_argument("--branch", required=True, help="the branch's code, e.g. AMT")
        parser.add_argument("--dry-run", action="store_true", help="try every row and write nothing")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def read_in(self, slug: str, options: dict[str, Any], wishes: Wishes) -> None:
        """Read the sheet, write it unless a row is refused, and print the result.

        Raises:
            CommandError: with the first error on one line and exit code 2, when there is one.
        """
        branch, kind = self.branch(options["branch"]), kind_of(slug)
        try:
            book = read_book(SheetFile.at(options["file"]), kind.columns(Synonym.objects.known_in(branch)))
        except SheetError as error:
            self.tell(ImportResult(errors=error.errors, unread=error.unread), options)
            return
        if options["dry_run"]:
            result = kind.plan(book, branch, wishes).result
        else:
            by = User.objects.of_the_command_line()
            result = SheetImport.objects.write_at_once(book, branch, kind, by=by, wishes=wishes)
        self.tell(result, options)

    def tell(self, result: ImportResult, options: dict[str, Any]) -> None:
        """Print the result.

        Raises:
            CommandError: with the first error on one line and exit code 2, when there is one.
        """
        if options["json"]:
            self.print_json(result.as_json())
        if result.errors:
            more = len(result.errors) - 1
            words = f"{result.errors[0]}" + (f" (and {more} more)" if more else "")
            raise CommandError(" ".join(words.split()), returncode=BAD_INPUT)
        if not options["json"]:
            counts = ("rows", "created", "updated", "unchanged")
            self.stdout.write(", ".join(f"{name} {getattr(result, name)}" for name in counts))
