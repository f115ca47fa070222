"""Which level an issuer can give at most, by the words of its name; who is not known here raises nothing."""

import re
from dataclasses import dataclass

from django.db.models import Q

from outcomes.models.vocabulary import Level


@dataclass(frozen=True)
class Rank:
    """Issuers that give a level at most.

    Args:
        level: the highest level that they can give.
        words: a regular expression that both databases read, found somewhere in the issuer's name.
    """

    level: Level
    words: str


#: Bodies of an office, a committee or a society, as their names end.
_BODY = "(厅|局|委|委员会|政府|学会|协会|联合会|研究会|总工会|教指委|组委会|中心)"
#: From the highest on: the first that is found decides, so that 教育部、某省教育厅 may give the national level.
RANKS = (
    Rank(
        Level.NATIONAL,
        "国家|全国|国务院|中共中央|共青团中央|团中央|中华|中国|教育部|科技部|科学技术部|工业和信息化部|工信部|人力资源和社会保障部"
        "|人社部|农业农村部|商务部|文化和旅游部|中宣部|中组部|国际",
    ),
    Rank(Level.PROVINCIAL, f"(省|自治区|北京市|上海市|天津市|重庆市).*{_BODY}|省(教育厅|科技厅|人社厅)"),
    Rank(Level.MUNICIPAL, f"(市|地区|自治州|盟).*{_BODY}"),
    Rank(
        Level.COLLEGE, "([^科]学院|大学|专科学校)(党委|教务处|科研处|科技处|团委|学生处|学工部|人事处|组织部|宣传部)?$"
    ),
)
#: The levels, from the highest on, that are above each other one.
ABOVE = {level: Level.values[: Level.values.index(level)] for level in Level.values}


def above_what_the_issuer_gives() -> Q:
    """Return the condition for outcomes whose level is above what their issuer can give."""
    found, higher = Q(pk__in=[]), Q(pk__in=[])
    for rank in RANKS:
        named = Q(issuer__regex=rank.words)
        if ABOVE[rank.level]:
            found |= named & ~higher & Q(level__in=ABOVE[rank.level])
        higher |= named
    return found


def highest_of(issuer: str) -> Level | None:
    """Return the highest level that an issuer can give, or None where nobody knows."""
    return next((rank.level for rank in RANKS if re.search(rank.words, issuer)), None)
