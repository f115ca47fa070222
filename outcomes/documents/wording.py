"""Sentences from figures: what came of a way of working, in official Chinese with its measure words, or in English.

A group of alike outcomes is one phrase (3门省级精品课程); what is only cultivated is never called recognised; of what
there is none, nothing is said.
"""

from collections.abc import Callable, Iterable
from itertools import groupby

from django.utils.translation import get_language

from outcomes.documents.records import Record
from outcomes.models import Category, Level, Status

#: The measure word of a category, and what is done with it; a sub-kind may have a measure word of its own.
MEASURES = {
    Category.COURSE: "门", Category.TEAM: "个", Category.BASE: "个", Category.PUBLICATION: "篇",
    Category.PATENT: "件", Category.MEMBERSHIP: "名",
}  # fmt: skip
SUBKIND_MEASURES = {"教材": "部", "专著": "部"}
VERBS = {
    Category.AWARD: "获得", Category.HONOUR: "荣获", Category.COURSE: "建成", Category.TEAM: "建成",
    Category.BASE: "建成", Category.PROJECT: "承担", Category.PUBLICATION: "发表", Category.PATENT: "获授权",
    Category.SERVICE: "完成", Category.VOLUNTEERING: "开展", Category.OUTREACH: "开展", Category.MEMBERSHIP: "发展党员",
}  # fmt: skip
#: What a sentence calls a sub-kind where it has a shorter or fuller name than the vocabulary.
NOUNS = {
    "精品在线开放课程": "精品课程",
    "精品资源共享课": "精品课程",
    "教学团队": "优秀教学团队",
    "校内实践基地": "大学生校内实践基地",
}
STAGES = {Status.CULTIVATING: ("入选", "培育单位"), Status.APPLIED: ("申报", "")}


def results(mode: str, records: Iterable[Record]) -> str:
    """Return the sentence on what came of a way of working; empty when nothing did.

    Args:
        mode: the way of working, e.g. 人才培育; empty for what no pairing shares.
        records: the outcomes that count, granted or not.
    """
    records = sorted(records, key=lambda record: record.order)
    if not records:
        return ""
    return (_in_english if get_language() == "en" else _in_chinese)(mode, records)


def _in_chinese(mode: str, records: list[Record]) -> str:
    """Return a sentence such as 通过“1+1+1”教学科研工作模式，建成3门省级精品课程、2个省级优秀教学团队 with its stop."""
    clauses = []
    granted = [record for record in records if record.is_granted]
    for verb, alike in groupby(granted, key=lambda record: VERBS[Category(record.category)]):
        clauses.append(verb + "、".join(_groups(alike, _chinese_phrase)))
    for status, (verb, ending) in STAGES.items():
        waiting = [record for record in records if record.status == status]
        clauses += (
            [verb + "、".join(f"{phrase}{ending}" for phrase in _groups(waiting, _chinese_phrase))] if waiting else []
        )
    opening = f"通过“1+1+1”{mode}工作模式，" if mode else "此外，支部还"
    return f"{opening}{'，'.join(clauses)}。"


def _groups(records: Iterable[Record], phrase: Callable[[list[Record]], str]) -> list[str]:
    """Return a phrase for each group of outcomes that one phrase can name together, in official order."""
    groups: dict[tuple[str, ...], list[Record]] = {}
    for record in records:
        groups.setdefault((record.category, _noun(record), record.level, record.grade), []).append(record)
    return [phrase(alike) for alike in groups.values()]


def _noun(record: Record) -> str:
    """Return what a Chinese sentence calls an outcome of this sub-kind, or of this category."""
    return NOUNS.get(record.subkind, record.subkind) or str(Category(record.category).label)


def _chinese_phrase(alike: list[Record]) -> str:
    """Return e.g. 3门省级精品课程, or for awards 省级教学能力比赛一等奖2项."""
    record, count = alike[0], len(alike)
    level = "" if record.level == Level.UNRATED else str(Level(record.level).label)
    measure = SUBKIND_MEASURES.get(record.subkind) or MEASURES.get(Category(record.category), "项")
    name = f"{level}{_noun(record)}{record.grade}"
    if record.category in MEASURES:
        return f"{count}{measure}{name}"
    titles = f"（{'、'.join(one.title for one in alike)}）" if record.level == Level.NATIONAL else ""
    return f"{name}{count}{measure}{titles}"


def _in_english(mode: str, records: list[Record]) -> str:
    """Return e.g. Through the 1+1+1 mode of teaching and research: 3 × quality course (provincial level)."""
    granted = _groups((record for record in records if record.is_granted), _english_phrase)
    for status in STAGES:
        waiting = [record for record in records if record.status == status]
        granted += [f"{phrase}, {str(Status(status).label).lower()}" for phrase in _groups(waiting, _english_phrase)]
    opening = f"Through the “1+1+1” mode of {mode}" if mode else "Besides"
    return f"{opening}: {'; '.join(granted)}."


def _english_phrase(alike: list[Record]) -> str:
    """Return e.g. 3 × Teaching team (provincial level)."""
    record = alike[0]
    told = ", ".join(filter(None, (str(Level(record.level).label).lower(), record.grade.lower())))
    return f"{len(alike)} × {record.subkind or Category(record.category).label} ({told})"
