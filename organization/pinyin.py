"""Names as offices search them: 「lxm」 and 「lixiaomei」 both find 李晓梅."""

from pypinyin import Style, lazy_pinyin


def search_key(name: str) -> str:
    """Return a name's pinyin and its initials, e.g. "lixiaomei lxm", which also sorts people by sound."""
    full = "".join(lazy_pinyin(name)).lower()
    initials = "".join(lazy_pinyin(name, style=Style.FIRST_LETTER)).lower()
    return f"{full} {initials}"[:300]
