"""Names as offices search them: 「lxm」 and 「lixiaomei」 both find 李晓梅."""

import itertools

#: Surnames that are read otherwise than the character: the surname's reading first, then what people type as well.
SURNAMES = {
    "曾": ("zeng", "ceng"), "区": ("ou", "qu"), "单": ("shan", "dan"), "仇": ("qiu", "chou"), "解": ("xie", "jie"),
    "查": ("zha", "cha"), "盖": ("ge", "gai"), "朴": ("piao", "pu"), "覃": ("qin", "tan"),
    "缪": ("miao", "mou"), "乐": ("yue", "le"), "员": ("yun", "yuan"), "种": ("chong", "zhong"), "秘": ("bi", "mi"),
    "冼": ("xian",), "翟": ("zhai", "di"), "宁": ("ning",), "繁": ("po", "fan"), "黑": ("he", "hei"),
    "折": ("she", "zhe"), "任": ("ren",), "华": ("hua",), "召": ("shao", "zhao"),
    "逄": ("pang",), "晟": ("cheng", "sheng"), "眭": ("sui",), "尹": ("yin",), "葛": ("ge",),
    "洗": ("xian", "xi"), "令": ("ling",), "车": ("che",), "重": ("chong", "zhong"), "能": ("nai", "neng"),
    "尉迟": ("yuchi", "weichi"), "万俟": ("moqi", "wansi"), "长孙": ("zhangsun", "changsun"), "澹台": ("tantai",),
}  # fmt: skip


def search_key(name: str) -> str:
    """Return a name's pinyin and its initials, e.g. "lixiaomei lxm", which also sorts people by sound.

    Every reading of a surname is there, the surname's own first, and a name with a dot also without it.
    """
    surname = next((name[:length] for length in (2, 1) if name[:length] in SURNAMES), "")
    rest = name[len(surname) :]
    heads = SURNAMES.get(surname, ("",))
    short = ["".join(itertools.islice(head, 1)) if len(surname) < 2 else _initials(surname) for head in heads]
    full = _read(rest)
    keys = [f"{heads[0]}{full}", f"{short[0]}{_initials(rest)}"]
    keys += [f"{head}{full}" for head in heads[1:]] + [f"{letter}{_initials(rest)}" for letter in short[1:]]
    if "·" in name:
        keys = [key.replace("·", "") for key in keys] + [name.replace("·", "")]
    return " ".join(dict.fromkeys(keys))[:300]


def _read(text: str) -> str:
    """Return the pinyin of a text."""
    from pypinyin import lazy_pinyin

    return "".join(lazy_pinyin(text)).lower()


def _initials(text: str) -> str:
    """Return the initials of a text."""
    from pypinyin import Style, lazy_pinyin

    return "".join(lazy_pinyin(text, style=Style.FIRST_LETTER)).lower()
