"""Sheets as offices keep them, and as an attacker would send them."""

import io
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from openpyxl import Workbook

ROSTER = ["姓名*", "工号/学号*", "身份*", "政治面貌*", "教研室", "职称", "出生年月", "入党时间", "手机"]
LI = ["李试卷", "T900001", "教师", "中共党员", "测试教研室", "副教授", "1980-05-04", "2005年7月1日", "13900000001"]
WANG = ["王样本", "S900002", "学生", "共青团员", "", "", "2004.3.2", "", ""]
LEDGER = ["成果名称*", "类别*", "子类", "级别*", "状态", "等次", "获得时间*", "颁发单位", "单位性质", "完成人*", "备注"]


def workbook(path: Path, rows: Iterable[Sequence[object]]) -> Path:
    """Write rows as the first sheet of a workbook and return its path."""
    book = Workbook()
    for row in rows:
        book.active.append(list(row))
    book.save(path)
    return path


def with_part(path: Path, name: str, content: bytes) -> Path:
    """Replace or add a part of a workbook and return its path."""
    parts = {}
    with zipfile.ZipFile(path) as archive:
        parts = {entry: archive.read(entry) for entry in archive.namelist()}
    parts[name] = content
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as archive:
        for entry, kept in parts.items():
            archive.writestr(entry, kept)
    path.write_bytes(memory.getvalue())
    return path
