"""Write a branch's report of a period."""

import datetime
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from evidence.durable import write_whole
from organization.management.base import OneLineCommand
from organization.models import Branch
from outcomes.documents.formats import FORMATS
from outcomes.documents.outlines import ANNUAL, OUTLINES, Outline
from outcomes.documents.own_kinds import outline_called
from outcomes.figures import Period
from outcomes.figures.periods import period_of
from outcomes.freezing import frozen_of
from outcomes.handing import hand_in


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
        parser.add_argument(
            "--kind", default=ANNUAL.slug, help=f"{', '.join(OUTLINES)}, or the code of one of the branch's own kinds"
        )
        parser.add_argument(
            "--revision", type=int, help="which version of a frozen report, 0 the first; else the newest"
        )
        parser.add_argument("--format", choices=sorted(FORMATS), default="json")
        parser.add_argument("--output", default="-", help="a path, or - for standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the report."""
        branch = self.branch(options["code"])
        period, revision = self._period(options), options["revision"]
        outline = self._outline(branch, options["kind"])
        if revision is not None and frozen_of(branch, period, revision) is None:
            self.refuse(f"no revision {revision} was frozen of this period")
        chunks = hand_in(branch, period, outline, options["format"], revision=revision).chunks
        if options["output"] != "-":
            self._write(Path(options["output"]), chunks)
        elif options["format"] == "json":
            self.stdout.write(b"".join(chunks).decode(), ending="")
        else:
            sys.stdout.buffer.writelines(chunks)

    def _outline(self, branch: Branch, kind: str) -> Outline:
        """Return the kind of report that was asked for."""
        try:
            return outline_called(branch, kind)
        except KeyError:
            self.refuse(f"no kind of report {kind!r}: {', '.join(OUTLINES)}, or a code of the branch's own")

    def _period(self, options: dict[str, Any]) -> Period:
        """Return the period that was asked for."""
        first, last = options["first"], options["last"]
        if (first is None) != (last is None):
            self.refuse("--from and --to go together")
        if options["year"] is not None:
            return Period.year(options["year"])
        return period_of(first, last) if first else Period.school_year(options["school_year"])

    def _write(self, path: Path, chunks: Iterable[bytes]) -> None:
        """Write the file whole or not at all, or refuse when it cannot be written."""
        try:
            write_whole(path, chunks)
        except OSError as error:
            self.refuse(f"cannot write {path}: {error.strerror}")
