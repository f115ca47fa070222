"""A file is what its first bytes say, whatever its name says; what is no sheet is told by what it is instead."""

import pytest

from organization.workbooks.kinds import OLE, read_file
from organization.workbooks.limits import RefusedFileError


@pytest.mark.parametrize(
    ("content", "name", "reason"),
    [
        (b"", "roster.csv", "empty"),
        (OLE + b"Workbook", "roster.xlsx", "xls"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "roster.xlsx", "password"),
        (b"%PDF-1.7", "roster.xlsx", "pdf"),
        (b"<html xmlns:x='urn'>", "roster.xls", "html"),
        (b"\xef\xbb\xbf\r\n <HTML>", "roster.xls", "html"),
        (b"<table border=1>", "roster.xls", "html"),
        (b"<!DOCTYPE html>", "roster.csv", "html"),
        (b"<?xml version='1.0'?><Workbook>", "roster.xls", "xml"),
        ("姓名,工号".encode(), "roster.doc", "text"),
        (b"\x00\x01\x02", "roster.xlsx", "no workbook"),
    ],
)
def test_what_is_no_sheet_is_told_by_what_it_is(content: bytes, name: str, reason: str) -> None:
    with pytest.raises(RefusedFileError) as refused:
        read_file(content, name)
    assert refused.value.args == (reason,)


@pytest.mark.parametrize("name", ["roster.csv", "ROSTER.TXT", "roster.tsv"])
@pytest.mark.parametrize("start", ["<工号", "工号"])
def test_a_table_as_text_is_read_by_its_name(name: str, start: str) -> None:
    [sheet] = read_file(f"{start},姓名\n1,金测\n".encode(), name)
    assert "金测" in str(sheet)
