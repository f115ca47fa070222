"""Sheets that were read in, without the process of its own that reads them on the site."""

from collections.abc import Sequence

from imports.kinds import Wishes, kind_of
from imports.models import SheetImport
from organization.models import Branch, Synonym, User
from organization.sheets import Book, RawSheet, SheetFile, book_of
from organization.workbooks.kinds import read_file

ROSTER = ["姓名", "工号/学号", "身份", "政治面貌", "职称"]


def book(branch: Branch, rows: Sequence[Sequence[str]], *, name: str = "名册.csv", kind: str = "roster") -> Book:
    """Return a csv file's rows, under the headings that stand in its first row."""
    content = "\n".join(",".join(row) for row in rows).encode()
    sheets = [RawSheet.of(sheet) for sheet in read_file(content, name)]
    return book_of(SheetFile(name, content), sheets, kind_of(kind).columns(Synonym.objects.known_in(branch)))


def previewed(
    branch: Branch, rows: Sequence[Sequence[str]], *, by: User, name: str = "名册.csv", kind: str = "roster"
) -> SheetImport:
    """Return a sheet that was looked at."""
    return SheetImport.objects.look_at(book(branch, rows, name=name, kind=kind), branch, kind_of(kind), by=by)


def written(
    branch: Branch, rows: Sequence[Sequence[str]], *, by: User, name: str = "名册.csv", kind: str = "roster"
) -> SheetImport:
    """Return a sheet that was written."""
    found = book(branch, rows, name=name, kind=kind)
    result = SheetImport.objects.write_at_once(found, branch, kind_of(kind), by=by, wishes=Wishes())
    assert result.errors == []
    return SheetImport.objects.filter(branch=branch).latest("pk")
