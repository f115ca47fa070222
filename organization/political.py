"""The words of 政治面貌: a status that is somebody's own, and how far somebody is on the way into the party."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from organization.models import MEMBER_STAGES, PartyStage
from organization.sheets import Synonyms, UnknownWordError, Vocabulary, quoted, read_text, register

IN_BRACKETS = re.compile(r"([^()]+)\(([^()]+)\)\Z")


@dataclass(frozen=True)
class Standing:
    """What a cell says: the status in its own word, and the stage where it names one.

    `is_either` marks words such as 中共党员 that probationary and full members share.
    """

    status: str = ""
    stage: str | None = None
    is_either: bool = False

    @property
    def is_member(self) -> bool:
        """Whether it is a party member's."""
        return self.is_either or self.stage in MEMBER_STAGES


#: The statuses of GB/T 4762 with the ways in which they are written; none of them is a step on the way.
OTHERS = {
    "群众": ("普通群众",),
    "共青团员": ("团员", "共青团", "中国共产主义青年团团员", "中国共青团团员"),
    "民革党员": ("民革", "民革会员", "中国国民党革命委员会会员", "中国国民党革命委员会党员"),
    "民盟盟员": ("民盟", "中国民主同盟盟员"),
    "民建会员": ("民建", "中国民主建国会会员"),
    "民进会员": ("民进", "中国民主促进会会员"),
    "农工党党员": ("农工党", "农工民主党党员", "中国农工民主党党员"),
    "致公党党员": ("致公党", "中国致公党党员"),
    "九三学社社员": ("九三学社", "九三社员"),
    "台盟盟员": ("台盟", "台湾民主自治同盟盟员"),
    "无党派人士": ("无党派", "无党派民主人士"),
    "民主党派": (),
}
MEMBER, PROBATIONER = "中共党员", "中共预备党员"
WORDS: dict[str, Standing] = {
    **{
        word: Standing(status if word != "无党派民主人士" else word)
        for status, ways in OTHERS.items()
        for word in (status, *ways)
    },
    **dict.fromkeys(("入党申请人", "申请人", "入党申请者", "已递交入党申请书"), Standing(stage=PartyStage.APPLICANT)),
    **dict.fromkeys(("入党积极分子", "积极分子"), Standing(stage=PartyStage.ACTIVIST)),
    **dict.fromkeys(("发展对象", "党员发展对象", "入党发展对象"), Standing(stage=PartyStage.CANDIDATE)),
    **dict.fromkeys(("预备党员", "中共预备党员", "中国共产党预备党员"), Standing(PROBATIONER, PartyStage.PROBATIONARY)),
    **dict.fromkeys(("正式党员", "中共正式党员", "中国共产党正式党员"), Standing(MEMBER, PartyStage.FULL)),
    **dict.fromkeys(("中共党员", "党员", "中国共产党党员"), Standing(MEMBER, is_either=True)),
}
#: What a note in brackets may say of the stage: 中共党员（预备）, 群众（入党积极分子）.
NOTES = {
    **{word: standing.stage for word, standing in WORDS.items() if standing.stage},
    **dict.fromkeys(("预备", "预备期"), PartyStage.PROBATIONARY),
    **dict.fromkeys(("正式", "已转正"), PartyStage.FULL),
}


def _explained(word: str) -> Standing:
    """Return what a secretary says that a word means."""
    return read_standing(Synonyms())(word)


STAGE_WORDS = register(Vocabulary("stage", gettext_lazy("Political status"), WORDS, explains=_explained))


def read_standing(synonyms: Synonyms) -> Callable[[Any], Standing]:
    """Return a reader of 政治面貌; a note in brackets is understood or refused, never cut."""

    def read(value: Any) -> Standing:
        text = unicodedata.normalize("NFKC", synonyms.meant(STAGE_WORDS.use, read_text(value)))
        found = IN_BRACKETS.match("".join(text.split()))
        return _with_note(found[1], found[2]) if found else STAGE_WORDS.meaning(text)

    return read


def _with_note(base: str, note: str) -> Standing:
    """Return what a status and a note together say.

    Raises:
        UnknownWordError: when they do not go together, or one of them is not known.
    """
    standing, stage = WORDS.get(base), NOTES.get(note)
    if standing and stage in MEMBER_STAGES and standing.is_either:
        return Standing(MEMBER if stage == PartyStage.FULL else PROBATIONER, stage)
    if standing and stage and standing.stage in (None, stage) and not standing.is_member:
        return replace(standing, stage=stage)
    whole = f"{base}（{note}）"
    words = _("“%(word)s” is not understood. Please write the stage alone, such as 预备党员 or 入党积极分子.")
    raise UnknownWordError(words % {"word": quoted(whole)}, use=STAGE_WORDS.use, word=quoted(whole))
