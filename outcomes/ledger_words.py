"""The columns of a ledger and the words of its cells, in the ways in which many offices write them."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from organization.sheets import (
    Column,
    Synonyms,
    UnknownWordError,
    Vocabulary,
    plain_word,
    quoted,
    read_date,
    read_text,
    read_with,
    register,
)
from outcomes.ledger_amounts import BETWEEN, HELPS, HelpCell, read_amount, read_hours
from outcomes.models import Category, HelpKind, IssuerKind, Level, Status

TITLE, CATEGORY, SUBKIND, LEVEL, STATUS, GRADE = "成果名称", "类别", "子类", "级别", "状态", "等次"
ACHIEVED, ISSUER, ISSUER_KIND, PEOPLE, NOTE = "获得时间", "颁发单位", "单位性质", "完成人", "备注"
QUANTITY, HOURS, HELPED, HELP_KINDS = "数量", "服务时长", "帮扶院校", "帮扶内容"
IN_BRACKETS = re.compile(r"([^()]+)\(([^()]+)\)\Z")
#: A grade beside the level: 国家级（二等奖）.
GRADE_NOTE = re.compile(r".*(奖|等)\Z")
#: How an office says that a cell has nothing to say.
NOTHING = ("无", "/", "-", "--", "—", "——", "\\")
CATEGORIES = register(
    Vocabulary(
        "category",
        gettext_lazy("Category"),
        {
            **dict.fromkeys(("获奖", "奖项", "奖励", "竞赛", "比赛"), Category.AWARD),
            **dict.fromkeys(("荣誉称号", "荣誉"), Category.HONOUR),
            **dict.fromkeys(("精品课程", "课程"), Category.COURSE),
            "团队": Category.TEAM,
            "基地": Category.BASE,
            **dict.fromkeys(("课题项目", "课题", "项目"), Category.PROJECT),
            **dict.fromkeys(("论文著作", "论文", "著作"), Category.PUBLICATION),
            "专利": Category.PATENT,
            "技术服务": Category.SERVICE,
            **dict.fromkeys(("志愿服务", "志愿者"), Category.VOLUNTEERING),
            **dict.fromkeys(("对口帮扶", "帮扶"), Category.OUTREACH),
            "发展党员": Category.MEMBERSHIP,
        },
    )
)


def _explained(word: str) -> "LevelCell":
    """Return what a secretary says that a word of the level means."""
    return read_level(Synonyms())(word)


LEVELS = register(
    Vocabulary(
        "level",
        gettext_lazy("Level"),
        explains=_explained,
        words={
            **dict.fromkeys(("国家级", "国家"), Level.NATIONAL),
            **dict.fromkeys(("省级", "省部级"), Level.PROVINCIAL),
            **dict.fromkeys(("市级", "市厅级", "厅局级", "地市级", "地厅级"), Level.MUNICIPAL),
            **dict.fromkeys(("校级", "学校级"), Level.COLLEGE),
            **dict.fromkeys(("院级", "系级", "系部级", "院系级", "院（系）级", "二级学院级"), Level.DEPARTMENT),
            **dict.fromkeys(("未定级", "无", "/"), Level.UNRATED),
        },
    )
)
STATUSES = register(
    Vocabulary(
        "status",
        gettext_lazy("Status"),
        {
            **dict.fromkeys(("培育", "培育单位", "培育项目", "培育中"), Status.CULTIVATING),
            **dict.fromkeys(("申报", "申报中"), Status.APPLIED),
            **dict.fromkeys(("立项", "已立项"), Status.APPROVED),
            **dict.fromkeys(("在建", "建设中", "在研"), Status.BUILDING),
            **dict.fromkeys(
                ("验收", "结项", "通过验收", "验收/结项", "结题", "已结项", "已结题", "已验收"), Status.ACCEPTED
            ),
            **dict.fromkeys(("认定", "已认定", "获得"), Status.RECOGNISED),
        },
    )
)
ISSUER_KINDS = register(
    Vocabulary(
        "issuer kind",
        gettext_lazy("Kind of issuer"),
        {
            "政府": IssuerKind.GOVERNMENT, "学会": IssuerKind.SOCIETY, "行业": IssuerKind.INDUSTRY,
            "企业": IssuerKind.ENTERPRISE, "学校": IssuerKind.COLLEGE,
        },
    )
)  # fmt: skip
GRADES = register(Vocabulary("grade", gettext_lazy("Grade"), {}, read_text))
SUBKINDS = register(Vocabulary("subkind", gettext_lazy("Sub-kind"), {}, read_text))
HEADINGS = register(
    Vocabulary(
        "ledger heading",
        gettext_lazy("Heading of a ledger"),
        {
            one: one
            for one in (
                TITLE, CATEGORY, SUBKIND, LEVEL, STATUS, GRADE, ACHIEVED, ISSUER, ISSUER_KIND, PEOPLE, NOTE,
                QUANTITY, HOURS, HELPED, HELP_KINDS,
            )
        },
    )
)  # fmt: skip


@dataclass(frozen=True)
class LevelCell:
    """What a cell says of the level, and of status or grade where a note in brackets does: 国家级（培育单位）."""

    level: str
    status: str | None = None
    grade: str | None = None


def ledger_columns(synonyms: Synonyms) -> list[Column]:
    """Return the columns, with the headings and words that a secretary added."""
    columns = [
        Column(TITLE, read_text, required=True, aliases=("名称", "项目名称", "成果")),
        Column(CATEGORY, read_text, required=True, aliases=("成果类别", "类型", "成果类型")),
        Column(SUBKIND, filled_or_none, aliases=("成果子类", "小类")),
        Column(LEVEL, read_level(synonyms), required=True, aliases=("成果级别", "获奖级别", "项目级别")),
        Column(STATUS, STATUSES.reader(synonyms)),
        Column(GRADE, filled_or_none, aliases=("等级", "奖项等次", "获奖等级", "获奖等次")),
        Column(ACHIEVED, read_with(read_date, "date", synonyms), required=True, aliases=(
            "获得日期", "获奖时间", "获奖日期", "时间", "日期", "获得年月", "获奖年月",
        )),
        Column(ISSUER, filled_or_none, aliases=("授予单位", "发证单位", "颁奖单位")),
        Column(ISSUER_KIND, ISSUER_KINDS.reader(synonyms), aliases=("颁发单位性质", "授予单位性质")),
        Column(PEOPLE, read_text, required=True, aliases=(
            "完成人工号/学号", "完成人工号", "人员", "获奖人", "主持人", "指导教师", "负责人", "完成人员",
        )),
        Column(QUANTITY, read_amount, aliases=("成果数量", "规模", "数量及单位")),
        Column(HOURS, read_hours, aliases=("时长", "志愿时长", "志愿服务时长", "服务时长（小时）", "时长（小时）")),
        Column(HELPED, filled_or_none, aliases=("受援院校", "受帮扶院校", "帮扶学校")),
        Column(HELP_KINDS, read_help(synonyms), aliases=("帮扶方面", "帮扶类型")),
        Column(NOTE, read_text, aliases=("说明",)),
    ]  # fmt: skip
    return synonyms.headings(HEADINGS.use, columns)


def filled_or_none(value: Any) -> str | None:
    """Return a cell's text, or None for 无 and its like."""
    text = read_text(value)
    return None if text in NOTHING else text


def read_help(synonyms: Synonyms) -> Callable[[Any], str]:
    """Return a reader of the kinds of help, several in a cell."""

    def read(value: Any) -> str:
        words = [word for word in BETWEEN.split(read_text(value)) if word and word not in NOTHING]
        kinds = {HELPS.meaning(synonyms.meant(HELPS.use, word)) for word in words}
        return HelpCell(",".join(kind for kind in HelpKind.values if kind in kinds))

    return read


def read_level(synonyms: Synonyms) -> Callable[[Any], LevelCell]:
    """Return a reader of the level; a note in brackets is a status, a grade, a part of the word, or refused."""

    def read(value: Any) -> LevelCell:
        text = unicodedata.normalize("NFKC", synonyms.meant(LEVELS.use, read_text(value)))
        found = IN_BRACKETS.match(plain_word(text))
        known = {plain_word(word): status for word, status in STATUSES.words.items()}
        if found and plain_word(text) not in {plain_word(word) for word in LEVELS.words}:
            if GRADE_NOTE.match(found[2]):
                return LevelCell(LEVELS.meaning(found[1]), grade=found[2])
            if found[2] not in known:
                words = _("“%(word)s” is not understood. Please write level and status into their own columns.")
                raise UnknownWordError(words % {"word": quoted(text)}, use=LEVELS.use, word=quoted(text))
            return LevelCell(LEVELS.meaning(found[1]), known[found[2]])
        return LevelCell(LEVELS.meaning(text))

    return read
