"""Sheets as an attacker or a broken disk would make them: mutated bytes, archives, XML and cells."""

import io
import random
import struct
import zipfile
from collections.abc import Callable, Sequence

import xlsxwriter
from openpyxl import Workbook

from tests.nets import LARGE
from tests.sheets import LEDGER, LI, ROSTER, WANG

AWARD = ["技能大赛", "获奖", "", "国家级", "", "一等奖", "2018年11月3日", "", "", "T2", ""]
SHEET, STRINGS, STYLES = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml"
NUMBERS = ["1e999", "-1e999", "NaN", "nan", "inf", "1e308", "-1", "1e-400", "9" * 400, "0x10", "1_0", "2958466", "60"]
NUMBERS += ["٣", "1e15", "123456789012345678", "", " ", "1.38E+10", "-0", "0.1", "TRUE", "45000.5"]
KINDS = ["n", "s", "b", "e", "d", "str", "inlineStr", "zzz", ""]
REFERENCES = ["A0", "XFD1048576", "ZZZ9999999", "A99999999999", "", "1A", "a1", "B2", "$B$2", "A1:B2", "CV2", "GS3"]
TEXTS = [
    "\ufffe",
    "_xD800_",
    "_x0000_",
    "\u202e",
    "A" * 40_000,
    "#REF!",
    "TRUE",
    "１９",
    "=1+1",
    "姓名",
    "合计",
    "\u200b",
]
RANGES = ["A1:XFD1048576", "B2:B20000", "A1", "E2:A1", "ZZZ1:AAA2", "", "A2:A3", "A1:D1"]


def _openpyxl(rows: Sequence[Sequence[object]]) -> bytes:
    memory = io.BytesIO()
    book = Workbook()
    for row in rows:
        book.active.append(list(row))
    book.save(memory)
    return memory.getvalue()


def _xlsxwriter(rows: Sequence[Sequence[object]]) -> bytes:
    memory = io.BytesIO()
    book = xlsxwriter.Workbook(memory)
    sheet = book.add_worksheet()
    padded = book.add_format({"num_format": "00000"})
    for place, row in enumerate(rows):
        sheet.write_row(place, 0, row)
    sheet.write_number(len(rows), 1, 12, padded)
    sheet.write_formula(len(rows), 2, '="教师"')
    sheet.merge_range(len(rows) + 1, 0, len(rows) + 2, 1, "合计")
    book.close()
    return memory.getvalue()


ROWS = [[ROSTER, LI, WANG], [LEDGER, AWARD]]
SEEDS = [make(rows) for rows in ROWS for make in (_openpyxl, _xlsxwriter)]
TABLES = ["\r\n".join(",".join(str(cell) for cell in row) for row in rows) for rows in ROWS]


def parts_of(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(parts: dict[str, bytes]) -> bytes:
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return memory.getvalue()


def flipped(dice: random.Random, content: bytes) -> bytes:
    """Change some bytes anywhere, the directory of the archive included."""
    changed = bytearray(content)
    for _time in range(dice.choice([1, 1, 2, 8, 64])):
        changed[dice.randrange(len(changed))] = dice.randrange(256)
    return bytes(changed)


def cut(dice: random.Random, content: bytes) -> bytes:
    return content[: dice.randrange(len(content))]


def broken_deflate(dice: random.Random, content: bytes) -> bytes:
    """Change bytes only inside a packed part, so that the archive's directory stays true."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entry = dice.choice([one for one in archive.infolist() if one.filename.startswith("xl/")])
    begin = entry.header_offset + 30 + len(entry.filename)
    changed = bytearray(content)
    for _time in range(dice.choice([1, 4, 30])):
        changed[begin + dice.randrange(max(entry.compress_size, 1))] ^= 1 << dice.randrange(8)
    return bytes(changed)


def odd_directory(dice: random.Random, content: bytes) -> bytes:
    """Give the entries versions, flags, methods, sizes and names that no office writes."""
    changed = bytearray(content)
    place = changed.find(b"PK\x01\x02")
    while place >= 0:
        field, value = dice.choice(
            [
                (6, 99),
                (8, 0x0801),
                (8, 0x0800),
                (10, 99),
                (10, 12),
                (10, 14),
                (20, 0xFFFF),
                (24, 0x7FFF),
                (16, 1),
                (42, 9),
            ]
        )
        if dice.random() < 0.6:
            struct.pack_into("<H", changed, place + field, value)
        if dice.random() < 0.3:
            changed[place + 46] = 0xFF  # a name that is not UTF-8
            struct.pack_into("<H", changed, place + 8, 0x0800)
        place = changed.find(b"PK\x01\x02", place + 4)
    return bytes(changed)


def hostile_cells(dice: random.Random, content: bytes) -> bytes:
    """Put values, kinds, addresses and styles into cells that no sheet has."""
    parts = parts_of(content)
    cells = []
    for row in range(2, 2 + dice.randrange(1, 30)):
        for letter in "ABCDEFGHIJK":
            address = dice.choice([f"{letter}{row}"] * 6 + REFERENCES)
            kind, value = dice.choice(KINDS), dice.choice(NUMBERS + TEXTS)
            inside = f"<is><t>{value}</t></is>" if kind == "inlineStr" else f"<v>{value}</v>"
            formula = dice.choice(["", "", "<f>1+1</f>"])
            cells.append(
                f'<c r="{address}" t="{kind}" s="{dice.choice([0, 1, 2, 99, -1, 10**12])}">{formula}{inside}</c>'
            )
    merged = "".join(f'<mergeCell ref="{dice.choice(RANGES)}"/>' for _time in range(dice.randrange(40)))
    row = f"<row>{''.join(cells)}</row></sheetData><mergeCells>{merged}</mergeCells>"
    parts[SHEET] = parts[SHEET].replace(b"</sheetData>", row.encode(errors="replace"), 1)
    return packed(parts)


def costly(dice: random.Random, content: bytes) -> bytes:
    """Write what is small on the disk and large in memory or long to read."""
    parts = parts_of(content)
    many = dice.choice([10_000, 300_000, 2_000_000]) if LARGE else 30_000
    bombs: dict[str, Callable[[], bytes]] = {
        SHEET: lambda: dice.choice(
            [
                b"<worksheet>" + b" " * many * 30,
                b"<worksheet><sheetData>" + b"<row><c><v>1</v></c></row>" * many,
                b"<worksheet><sheetData><row>" + b"<c t='inlineStr'><is><t>x</t></is></c>" * many,
                b"<worksheet>" + b"<a>" * many,
                b"<worksheet a='" + b"x" * many * 15 + b"'/>",
                b"<worksheet><sheetData><row r='1048576'><c r='XFD1048576'><v>1</v></c></row>",
                b"<worksheet><mergeCells>" + b"<mergeCell ref='A1:A1048576'/>" * many,
                b"<!DOCTYPE x [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;'>]><worksheet>&b;</worksheet>",
            ]
        ),
        STRINGS: lambda: dice.choice(
            [
                b"<sst>" + b"<si><t>x</t></si>" * many,
                b"<sst><si><t>" + b"x" * many * 30 + b"</t></si></sst>",
                b"<sst><si>" + b"<r><t>x</t></r>" * many,
            ]
        ),
        STYLES: lambda: b"<styleSheet><cellXfs>" + b"<xf numFmtId='14'/>" * many,
        "xl/workbook.xml": lambda: b"<workbook><sheets>" + b"<sheet name='a' id='rId1'/>" * many,
        "xl/_rels/workbook.xml.rels": lambda: b"<Relationships>" + b"<Relationship Id='a' Target='b'/>" * many,
    }
    part = dice.choice(list(bombs))
    parts[part] = bombs[part]()
    if dice.random() < 0.3:
        parts |= {f"xl/part{number}.xml": b"<a/>" for number in range(dice.choice([100, 2500]))}
    return packed(parts)


def odd_xml(dice: random.Random, content: bytes) -> bytes:
    """Change bytes inside a part and pack it again, so that only the XML is wrong."""
    parts = parts_of(content)
    name = dice.choice(sorted(parts))
    parts[name] = dice.choice([flipped, cut])(dice, parts[name]) if parts[name] else b"<"
    if dice.random() < 0.3:
        del parts[dice.choice(sorted(parts))]
    if dice.random() < 0.2:
        parts["xl/_rels/workbook.xml.rels"] = parts.get("xl/_rels/workbook.xml.rels", b"").replace(
            b"worksheets/sheet1.xml", dice.choice([b"../../../../etc/passwd", b"/", b"", b"workbook.xml"])
        )
    return packed(parts)


def odd_table(dice: random.Random, _content: bytes) -> bytes:
    """A csv file with odd bytes, odd quotes, or more than a table holds."""
    table = dice.choice(TABLES)
    whole = dice.choice(
        [table.encode(), table.encode("gb18030"), table.encode("utf-16"), b"\xef\xbb\xbf" + table.encode()]
    )
    extra = [
        b'"',
        b"\0",
        b"\n" * 50_000,
        b"," * 300,
        b'"' + b"x" * 200_000,
        b"a,b\n" * 60_000,
        b"\xff\xfe\xff",
        b"\r",
        b"",
    ]
    tail = dice.choice(extra)
    return flipped(dice, whole) + tail if dice.random() < 0.5 else whole + b"\n" + tail


MUTATIONS = [flipped, cut, broken_deflate, odd_directory, hostile_cells, hostile_cells, costly, odd_xml, odd_table]


def hostile_file(number: int) -> tuple[str, bytes, str]:
    """Return name, bytes and mutation of the nth hostile file, always the same one."""
    dice = random.Random(number)
    mutation = MUTATIONS[number % len(MUTATIONS)]
    content = mutation(dice, dice.choice(SEEDS))
    name = "t.csv" if mutation is odd_table else dice.choice(["t.xlsx"] * 8 + ["t.csv", "t.xls"])
    return name, content, mutation.__name__
