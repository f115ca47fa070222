"""The columns of a roster: their headings in the words of many offices, and how each cell is read."""

import re
import unicodedata
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from organization.models import Person
from organization.names import clean_name
from organization.political import read_standing
from organization.sheets import (
    CellError,
    Column,
    Synonyms,
    Vocabulary,
    read_date,
    read_number,
    read_text,
    read_with,
    register,
)
from organization.stage_steps import ACTIVIST, APPLIED, CANDIDATE, CONFIRMED, JOINED, STAGE

NAME, NUMBER, KIND, OFFICE, BORN, PHONE = "姓名", "工号/学号", "身份", "教研室", "出生年月", "手机"
PARTY_BRANCH = "所在党支部"
KINDS = register(
    Vocabulary(
        "kind",
        gettext_lazy("Teacher or student"),
        {
            **dict.fromkeys(("教师", "教工", "教职工", "老师", "职工", "在编教师", "专任教师"), Person.Kind.TEACHER),
            **dict.fromkeys(("学生", "本科生", "专科生", "高职生"), Person.Kind.STUDENT),
        },
    )
)
HEADINGS = register(
    Vocabulary(
        "roster heading",
        gettext_lazy("Heading of a roster"),
        {
            heading: heading
            for heading in (
                NAME, NUMBER, KIND, STAGE, OFFICE, "职称", "专业", "班级", BORN, JOINED, CONFIRMED, APPLIED, ACTIVIST,
                CANDIDATE, PHONE, "邮箱", "特长", "需求",
            )
        },
    )
)  # fmt: skip
DATES = register(Vocabulary("date", gettext_lazy("Day"), {}, read_date))
#: Which field each heading fills.
FIELDS = {
    NAME: "name", NUMBER: "number", KIND: "kind", OFFICE: "office", "职称": "title", "专业": "specialty",
    "班级": "class_name", BORN: "born_on", PHONE: "phone", "邮箱": "email", "特长": "strengths", "需求": "needs",
}  # fmt: skip
#: What a day is of; headings add 时间, 日期 or 年月, or say the act alone.
APPLYING = (
    "提交书面申请书", "提交入党申请书", "提交申请书", "递交入党申请书", "递交申请书", "申请入党", "入党申请",
)  # fmt: skip
BECOMING_ACTIVIST = (
    "确定为入党积极分子", "确定入党积极分子", "列为入党积极分子", "入党积极分子", "确定为积极分子", "列为积极分子",
    "积极分子",
)  # fmt: skip
JOINING = ("入党", "加入中共", "加入党组织", "加入中国共产党", "接收为预备党员", "成为预备党员")
STAFF_BRANCH = re.compile("教工|教师|教职工")
STUDENT_BRANCH = re.compile("学生")


def roster_columns(synonyms: Synonyms) -> list[Column]:
    """Return the columns, with the headings and words that a secretary added."""
    day = read_with(read_date, DATES.use, synonyms)
    columns = [
        Column(NAME, read_name, required=True),
        Column(NUMBER, read_number, required=True, aliases=(
            "工号", "学号", "学号/工号", "编号", "教工号", "职工号", "学工号", "工作证号", "人员编号", "教职工号",
            "职工编号", "学生编号", "教工编号", "教职工编号",
        )),
        Column(KIND, KINDS.reader(synonyms), required=True, or_else=PARTY_BRANCH,
               aliases=("人员类别", "类别", "人员类型")),
        Column(STAGE, read_standing(synonyms), required=True, aliases=("党籍状态", "政治身份", "政治面貌情况")),
        Column(OFFICE, read_text, aliases=("所在教研室", "系部", "教研室/系", "所属教研室")),
        Column("职称", read_text),
        Column("专业", read_text),
        Column("班级", read_text),
        Column(BORN, day, aliases=("出生日期", "出生年月日", "生日")),
        Column(APPLIED, day, aliases=_days(*APPLYING)),
        Column(ACTIVIST, day, aliases=_days(*BECOMING_ACTIVIST)),
        Column(CANDIDATE, day, aliases=_days("确定为发展对象", "确定发展对象", "列为发展对象", "发展对象")),
        Column(JOINED, day, aliases=_days(*JOINING)),
        Column(CONFIRMED, day, aliases=_days("转正", "转为正式党员", "成为正式党员", "预备党员转正")),
        Column(PHONE, read_phone, aliases=("手机号", "手机号码", "联系电话", "电话", "移动电话", "联系方式")),
        Column("邮箱", read_text, aliases=("电子邮箱", "电子邮件", "E-mail", "Email")),
        Column("特长", read_text),
        Column("需求", read_text),
        Column(PARTY_BRANCH, read_text),
    ]  # fmt: skip
    return synonyms.headings(HEADINGS.use, columns)


def _days(*acts: str) -> tuple[str, ...]:
    """Return the headings of the day of an act: 转正时间, 转正日期, 转正年月, and the act alone."""
    return tuple(f"{act}{word}" for act in acts for word in ("时间", "日期", "年月", ""))


def read_name(value: Any) -> str:
    """Return a person's name, with one kind of dot and without spaces that pad it.

    Raises:
        CellError: for a number, a day or a truth value, which is nobody's name.
    """
    if not isinstance(value, str) or value.strip().upper() in ("TRUE", "FALSE"):
        raise CellError(_("This is no name."))
    return clean_name(read_text(value))


def read_phone(value: Any) -> str:
    """Return a telephone number as it is shown; several stand side by side."""
    return unicodedata.normalize("NFKC", read_number(value))


def kind_of_branch(name: str | None) -> str | None:
    """Return whose a party branch says it is by its name, 教工党支部 or 学生党支部, or None."""
    staff, students = bool(STAFF_BRANCH.search(name or "")), bool(STUDENT_BRANCH.search(name or ""))
    if staff == students:
        return None
    return Person.Kind.TEACHER if staff else Person.Kind.STUDENT
