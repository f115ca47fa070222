"""The look of a Word file: GB/T 9704-2012, with true heading styles, numbering, a character grid and fallback faces."""

from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.opc.oxml import serialize_part_xml
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Length, Mm, Pt
from docx.styles.style import ParagraphStyle

TITLE_FACE, HEADING_FACE, KAI, BODY_FACE, PAGE_FACE = "方正小标宋简体", "黑体", "楷体_GB2312", "仿宋_GB2312", "宋体"
#: What a machine without the official face takes instead.
FALLBACKS = {TITLE_FACE: "方正小标宋_GBK", BODY_FACE: "仿宋", KAI: "楷体"}
TITLE_SIZE, BODY_SIZE, TABLE_SIZE, PAGE_SIZE = Pt(22), Pt(16), Pt(12), Pt(14)
TOP, BOTTOM, LEFT, RIGHT = Mm(37), Mm(35), Mm(28), Mm(26)
PAGE_HEIGHT, PAGE_WIDTH = Mm(297), Mm(210)
#: Sections 5.2.3 and 5.2.4: 22 lines of 28 characters fill the type area of 225 mm by 156 mm.
LINES, CHARACTERS = 22, 28
LINE_PITCH = Length((PAGE_HEIGHT - TOP - BOTTOM) // LINES)
CHARACTER_PITCH = Length((PAGE_WIDTH - LEFT - RIGHT) // CHARACTERS)
#: A 16 pt character is wider than the grid's 15.8 pt: readers other than Word give it two places, so the styles leave
#: the grid and come to the same 28 characters by closing up a quarter of a point.
CLOSED_UP = -5
#: Section 7.5: the page number stands 7 mm below the type area; a 14 pt line is 5 mm high.
FOOTER = Length(BOTTOM - Mm(7) - Mm(5))

#: Section 7.3.3: 一、 in 黑体, （一） in 楷体, 1. in 仿宋 bold, （1） in 仿宋.
HEADINGS = ((HEADING_FACE, False), (KAI, False), (BODY_FACE, True), (BODY_FACE, False))
NUMBERS = (
    ("chineseCountingThousand", "%1、"),
    ("chineseCountingThousand", "（%2）"),
    ("decimal", "%3."),
    ("decimal", "（%4）"),
)
NUMBERING_ID = 91
#: ECMA-376, 17.3.2.28 and 17.3.1.26: what stands after these in their parents, of what our styles hold.
AFTER_SPACING = ("w:w", "w:kern", "w:position", "w:sz", "w:szCs", "w:highlight", "w:u", "w:lang")
AFTER_SNAP_TO_GRID = ("w:spacing", "w:ind", "w:contextualSpacing", "w:jc", "w:outlineLvl")
CAPTION, CELL, CELL_HEAD, LINE_UNDER_TITLE, SIGNED = "Caption", "Cell", "Cell Head", "Under Title", "Signed"


def lay_out(document: Document) -> None:
    """Give an empty document its paper, grid, styles, numbering and fallback faces."""
    _page(document)
    _number_headings(document)
    _base(document)
    for level, (face, bold) in enumerate(HEADINGS, start=1):
        _heading(document, level, face, bold=bold)
    title = _style(document, "Title", TITLE_FACE, TITLE_SIZE, line=Pt(32))
    _centre(title)
    _centre(_style(document, LINE_UNDER_TITLE, KAI, BODY_SIZE))
    _centre(_style(document, CAPTION, HEADING_FACE, TABLE_SIZE, line=Pt(20)))
    _style(document, CELL, BODY_FACE, TABLE_SIZE, line=Pt(18))
    _centre(_style(document, CELL_HEAD, HEADING_FACE, TABLE_SIZE, line=Pt(18)))
    signed = _style(document, SIGNED, BODY_FACE, BODY_SIZE)
    signed.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    _indent(signed, "rightChars", 400)
    _fall_back(document)


def _page(document: Document) -> None:
    """Set paper, margins and the grid, and let odd and even pages have feet of their own."""
    section = document.sections[0]
    section.page_width, section.page_height = PAGE_WIDTH, PAGE_HEIGHT
    section.top_margin, section.bottom_margin = TOP, BOTTOM
    section.left_margin, section.right_margin = LEFT, RIGHT
    section.footer_distance = FOOTER
    grid = section._sectPr.find(qn("w:docGrid"))
    grid.set(qn("w:type"), "linesAndChars")
    grid.set(qn("w:linePitch"), str(round(LINE_PITCH.pt * 20)))
    # ECMA-376, 17.6.5: the difference from the body's own size, in 4,096ths of a point.
    grid.set(qn("w:charSpace"), str(round((CHARACTER_PITCH.pt - BODY_SIZE.pt) * 4096)))
    document.settings.odd_and_even_pages_header_footer = True


def _base(document: Document) -> None:
    """Set the body's face, size and spacing, and the language of the whole document."""
    normal = _style(document, "Normal", BODY_FACE, BODY_SIZE)
    normal.paragraph_format.widow_control = False
    body = _style(document, "Body Text", BODY_FACE, BODY_SIZE)
    body.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
    _indent(body, "firstLineChars", 200)
    language = document.styles.element.find(f".//{qn('w:lang')}")
    for name in ("val", "eastAsia"):
        language.set(qn(f"w:{name}"), "zh-CN")


def _heading(document: Document, level: int, face: str, *, bold: bool) -> None:
    """Make a true heading style, numbered by its level."""
    style = _style(document, f"Heading {level}", face, BODY_SIZE, bold=bold)
    style.paragraph_format.keep_with_next = True
    _indent(style, "firstLineChars", 200)
    properties = style.element.get_or_add_pPr()
    number = properties.get_or_add_numPr()
    number.get_or_add_ilvl().val = level - 1
    number.get_or_add_numId().val = NUMBERING_ID


def _style(
    document: Document, name: str, face: str, size: Length, *, bold: bool = False, line: Length = LINE_PITCH
) -> ParagraphStyle:
    """Return a paragraph style with the face for Latin and Chinese, in black, at a fixed line spacing."""
    names = {style.name for style in document.styles}
    if name not in names:
        document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    style = document.styles[name]
    style.element.get_or_add_rPr().clear()
    style.font.name, style.font.size, style.font.bold = face, size, bold
    style.font.snap_to_grid = False
    closed_up = parse_xml(f'<w:spacing {nsdecls("w")} w:val="{CLOSED_UP}"/>')
    style.element.get_or_add_rPr().insert_element_before(closed_up, *AFTER_SPACING)
    fonts = style.element.rPr.rFonts
    for script in ("eastAsia", "cs"):
        fonts.set(qn(f"w:{script}"), face)
    off_grid = parse_xml(f'<w:snapToGrid {nsdecls("w")} w:val="0"/>')
    style.element.get_or_add_pPr().insert_element_before(off_grid, *AFTER_SNAP_TO_GRID)
    shape = style.paragraph_format
    shape.line_spacing_rule, shape.line_spacing = WD_LINE_SPACING.EXACTLY, line
    shape.space_before = shape.space_after = Pt(0)
    borders = style.element.pPr.find(qn("w:pBdr"))
    if borders is not None:
        style.element.pPr.remove(borders)
    return style


def _centre(style: ParagraphStyle) -> None:
    """Centre a style's paragraphs."""
    style.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER


def _indent(style: ParagraphStyle, side: str, hundredths: int) -> None:
    """Indent by characters, in hundredths of one; the length beside it is for readers that count no characters."""
    indent = style.element.get_or_add_pPr().get_or_add_ind()
    indent.set(qn(f"w:{side}"), str(hundredths))
    indent.set(qn(f"w:{side.removesuffix('Chars')}"), str(round(BODY_SIZE.pt * 20 * hundredths / 100)))


def _number_headings(document: Document) -> None:
    """Define the numbering 一、（一）1.（1） that the heading styles follow."""
    levels = "".join(
        f'<w:lvl w:ilvl="{place}"><w:start w:val="1"/><w:numFmt w:val="{shape}"/>'
        f'<w:pStyle w:val="Heading{place + 1}"/><w:suff w:val="nothing"/><w:lvlText w:val="{text}"/>'
        f'<w:lvlJc w:val="left"/><w:pPr><w:ind w:firstLine="640" w:firstLineChars="200"/></w:pPr></w:lvl>'
        for place, (shape, text) in enumerate(NUMBERS)
    )
    numbering = document.part.numbering_part.element
    abstract = parse_xml(
        f'<w:abstractNum {nsdecls("w")} w:abstractNumId="{NUMBERING_ID}">'
        f'<w:multiLevelType w:val="multilevel"/>{levels}</w:abstractNum>'
    )
    # ECMA-376, 17.9.17: every abstract definition stands before the first instance.
    first = numbering.find(qn("w:num"))
    if first is None:
        numbering.append(abstract)
    else:
        first.addprevious(abstract)
    numbering.append(
        parse_xml(f'<w:num {nsdecls("w")} w:numId="{NUMBERING_ID}"><w:abstractNumId w:val="{NUMBERING_ID}"/></w:num>')
    )


def _fall_back(document: Document) -> None:
    """Name, in the font table, what to take for an official face that a machine does not have."""
    for relation in document.part.rels.values():
        if relation.reltype.endswith("/fontTable"):
            table = parse_xml(relation.target_part.blob)
            for face, other in FALLBACKS.items():
                table.append(parse_xml(f'<w:font {nsdecls("w")} w:name="{face}"><w:altName w:val="{other}"/></w:font>'))
            relation.target_part._blob = serialize_part_xml(table)
