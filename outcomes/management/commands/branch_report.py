"""Write a branch's report of a period."""

import datetime
import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from evidence.durable import write_whole
from organization.management.base import OneLineCommand
from outcomes.documents.word import report_docx
from outcomes.figures import Period
from outcomes.figures.periods import period_of
from outcomes.freezing import report_or_frozen

WRITERS = {
    "json": lambda report: (json.dumps(report, ensure_ascii=False, indent=2) + "\n").encode(),
    "docx": report_docx,
}


class Command(OneLineCommand):
    """Counts what was verified in a period, or gives the report as it was frozen."""

    help = "Write a branch's report of a calendar year, a school year, or two dates."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the branch, one period and the format."""
        parser.add_argument("code", help="the branch's code, e.g. AMT")
        period = parser.add_mutually_exclusive_group(required=True)
        period.add_argument("--year", type=int, help="a calendar year")
        period.add_argument("--school-year", type=int, help="the year in which the school year begins")
        period.add_argument("--from", dest="first", type=datetime.date.fromisoformat, help="first day, with --to")
        parser.add_argument("--to", dest="last", type=datetime.date.fromisoformat, help="last day, with --from")
        parser.add_argument("--format", choices=sorted(WRITERS), default="json")
        parser.add_argument("--output", default="-", help="a path, or - for standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the report."""
        branch = self.branch(options["code"])
        content = WRITERS[options["format"]](report_or_frozen(branch, self._period(options)))
        if options["output"] != "-":
            self._write(Path(options["output"]), content)
        elif options["format"] == "json":
            self.stdout.write(content.decode(), ending="")
        else:
            sys.stdout.buffer.write(content)

    def _period(self, options: dict[str, Any]) -> Period:
        """Return the period that was asked for."""
        first, last = options["first"], options["last"]
        if (first is None) != (last is None):
            self.refuse("--from and --to go together")
        if options["year"] is not None:
            return Period.year(options["year"])
        return period_of(first, last) if first else Period.school_year(options["school_year"])

    def _write(self, path: Path, content: bytes) -> None:
        """Write the file, or refuse when it cannot be written."""
        try:
            write_whole(path, [content])
        except OSError as error:
            self.refuse(f"cannot write {path}: {error.strerror}")
