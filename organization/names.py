"""People's names as a college keeps them: one kind of dot, no invisible character, no space that only pads."""

import re
import unicodedata

from organization.text import REFUSED

#: The name of everybody who was made anonymous.
ANONYMOUS = "已匿名"
CJK = "\u3400-\u9fff\uf900-\ufaff\U00020000-\U000323af"
#: Every mark that people type between the parts of a name such as 阿依古丽·买买提.
DOT = re.compile(f"(?<=[{CJK}])\\s*[·•・．‧∙⋅●。｡.]\\s*(?=[{CJK}])")
PADDING = re.compile(f"(?<=[{CJK}])\\s+(?=[{CJK}])")
#: Radicals that old input methods give instead of the character; Unicode itself tells only the Kangxi ones apart.
RADICALS = dict(
    zip(
        "⻄⻢⻰⻬⻥⻦⻩⻛⻔⻓⻅⻋⻚⻝⻙⻜⻨⻁⻆⻘⻤⻣⻧⻉⺠⻳⻮⺩",
        "西马龙齐鱼鸟黄风门长见车页食韦飞麦虎角青鬼骨卤贝民龟齿王",
        strict=True,
    )
)
KANGXI = re.compile("[\u2f00-\u2fdf]")
PRIVATE = re.compile("[\ue000-\uf8ff\U000f0000-\U0010ffff]")
#: Where GBK kept rare characters before Unicode had them, and where GB 18030 has them now.
FIRST_RARE, LAST_RARE, FIRST_BYTE, SECOND_BYTE = 0xE815, 0xE864, 0xFE, 0x50


def clean_name(name: str) -> str:
    """Return a name with its dot as U+00B7, and without what cannot be seen; what is refused stays to be refused."""
    seen = (one for one in name if unicodedata.category(one) != "Cf" or REFUSED.match(one))
    text = "".join(seen)
    text = "".join(RADICALS.get(character) or _no_private(character) for character in text)
    text = KANGXI.sub(lambda found: unicodedata.normalize("NFKC", found[0]), text)
    return PADDING.sub("", DOT.sub("·", text.strip()))


def private_character(name: str) -> str:
    """Return the first character that every machine shows otherwise, or nothing."""
    found = PRIVATE.search(name)
    return found[0] if found else ""


def same_name(one: str, other: str) -> bool:
    """Return whether two names are the same but for dots, spaces and width."""
    return bare_name(one) == bare_name(other)


def bare_name(name: str) -> str:
    """Return a name as it is compared."""
    return unicodedata.normalize("NFKC", clean_name(name)).replace("·", "").replace(" ", "").casefold()


def _no_private(character: str) -> str:
    """Return the character that an old Chinese Windows meant by one of its own, where it is known."""
    if not FIRST_RARE <= ord(character) <= LAST_RARE:
        return character
    second = SECOND_BYTE + ord(character) - FIRST_RARE
    return bytes([FIRST_BYTE, second + (second >= 0x7F)]).decode("gb18030", errors="replace")
