"""A branch's roster of people, read from the sheet its office keeps."""

import datetime
import re
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from organization.models import MEMBER_STAGES, Branch, Office, PartyStage, Person, all_or_nothing
from organization.models.people import birthday
from organization.sheets import (
    CellError,
    Column,
    ImportResult,
    RowError,
    SheetError,
    SheetFile,
    Synonyms,
    Vocabulary,
    read_book,
    read_date,
    read_number,
    read_text,
)

NAME, NUMBER, KIND, STAGE, OFFICE = "姓名", "工号/学号", "身份", "政治面貌", "教研室"
JOINED = "入党时间"
KINDS = {"教师": "teacher", "学生": "student", "教工": "teacher", "教职工": "teacher", "老师": "teacher"}
#: The everyday words of 政治面貌; those of other parties and of none are alike for the way into this one.
STAGES = {
    **dict.fromkeys(("群众", "共青团员", "团员", "无党派人士", "无党派", "民主党派"), PartyStage.NONE),
    **dict.fromkeys(("民革党员", "民革", "民盟盟员", "民盟", "民建会员", "民建", "民进会员", "民进"), PartyStage.NONE),
    **dict.fromkeys(("农工党党员", "农工党", "致公党党员", "致公党", "九三学社社员", "九三学社"), PartyStage.NONE),
    **dict.fromkeys(("台盟盟员", "台盟"), PartyStage.NONE),
    **dict.fromkeys(("入党申请人", "申请人", "已递交入党申请书"), PartyStage.APPLICANT),
    **dict.fromkeys(("入党积极分子", "积极分子"), PartyStage.ACTIVIST),
    **dict.fromkeys(("发展对象", "党员发展对象", "入党发展对象"), PartyStage.CANDIDATE),
    **dict.fromkeys(("预备党员", "中共预备党员", "中国共产党预备党员"), PartyStage.PROBATIONARY),
    **dict.fromkeys(("正式党员", "中共党员", "党员", "中国共产党党员", "中共正式党员"), PartyStage.FULL),
}
CHINESE_SPACES = re.compile(r"(?<=[\u3400-\u9fff])[ \u3000]+(?=[\u3400-\u9fff])")


def read_name(value: Any) -> str:
    """Return a person's name, without the spaces that pad two characters to the width of three.

    Raises:
        CellError: for a number, a day or a truth value, which is nobody's name.
    """
    if not isinstance(value, str) or value.strip().upper() in ("TRUE", "FALSE"):
        raise CellError(_("This is no name."))
    return CHINESE_SPACES.sub("", read_text(value))


COLUMNS = (
    Column(NAME, read_name, required=True),
    Column(NUMBER, read_number, required=True, aliases=("工号", "学号", "学号/工号", "编号", "教工号", "职工号")),
    Column(KIND, Vocabulary("kind", "", KINDS).reader(Synonyms()), required=True, aliases=("人员类别", "类别")),
    Column(STAGE, Vocabulary("stage", "", STAGES).reader(Synonyms()), required=True),
    Column(OFFICE, read_text, aliases=("所在教研室", "系部", "教研室/系")),
    Column("职称", read_text),
    Column("专业", read_text),
    Column("班级", read_text),
    Column("出生年月", read_date, aliases=("出生日期", "出生年月日")),
    Column(JOINED, read_date, aliases=("入党日期", "入党年月", "加入中共时间")),
    Column("手机", read_number, aliases=("手机号", "手机号码", "联系电话", "电话")),
    Column("邮箱", read_text, aliases=("电子邮箱", "电子邮件", "E-mail", "Email")),
    Column("特长", read_text),
    Column("需求", read_text),
)  # fmt: skip
#: Which field each heading fills.
FIELDS = {
    NAME: "name", NUMBER: "number", KIND: "kind", OFFICE: "office", "职称": "title", "专业": "specialty",
    "班级": "class_name", "出生年月": "born_on", "手机": "phone", "邮箱": "email", "特长": "strengths", "需求": "needs",
}  # fmt: skip
HEADINGS = {field: heading for heading, field in FIELDS.items()} | {"from_date": JOINED, "__all__": STAGE}


def import_roster(file: SheetFile, branch: Branch, *, dry_run: bool = False) -> ImportResult:
    """Create and update a branch's people from a sheet: all rows, or none when one is refused.

    An empty cell leaves what is known. A person is known by the number, which is unique in the college.

    Args:
        file: a sheet with the headings of COLUMNS.
        branch: whose people they are.
        dry_run: try everything and write nothing.
    """
    result = ImportResult()
    try:
        book = read_book(file, COLUMNS)
    except SheetError as error:
        return ImportResult(errors=error.errors, unread=error.unread)
    result.unread = book.unread
    with all_or_nothing():
        roster = _Roster(branch, result)
        for record in book.records:
            result.rows += 1
            result.errors += record.errors or roster.take(record.row, record.values)
        if result.errors or dry_run:
            transaction.set_rollback(True)
    return result


class _Roster:
    """One import under way."""

    def __init__(self, branch: Branch, result: ImportResult) -> None:
        self.branch = branch
        self.result = result
        self.known = {
            person.number: person
            for person in Person.objects.filter(college=branch.college_id).select_related("branch", "office")
        }
        self.offices = {office.name: office for office in branch.offices.all()}
        self.seen: dict[str, int] = {}

    def take(self, row: int, values: dict[str, Any]) -> list[RowError]:
        """Write one person and return what is wrong with the row."""
        number = values[NUMBER]
        if number in self.seen:
            again = _("This number stands in row %(row)s already.") % {"row": self.seen[number]}
            return [RowError(row, NUMBER, again)]
        self.seen[number] = row
        person = self.known.get(number) or Person(branch=self.branch)
        if problem := self._not_ours(person, values):
            return [RowError(row, *problem)]
        try:
            with all_or_nothing():
                self._write(person, values)
        except ValidationError as error:
            return [
                RowError(row, HEADINGS.get(field, ""), message)
                for field, messages in error.message_dict.items()
                for message in messages
            ]
        return []

    def _not_ours(self, person: Person, values: dict[str, Any]) -> tuple[str, str] | None:
        """Return heading and reason when the number is somebody else's."""
        if person.branch_id != self.branch.pk:
            return NUMBER, _("Somebody of another branch of the college has this number.")
        if person.pk and person.kind != values[KIND]:
            return KIND, _("The number belongs to a %(kind)s.") % {"kind": person.get_kind_display()}
        return None

    def _write(self, person: Person, values: dict[str, Any]) -> None:
        """Save what is new of a person, and count it."""
        is_new = person.pk is None
        changed = [
            field
            for heading, field in FIELDS.items()
            if (value := self._value(heading, values.get(heading))) is not None and _differs(person, field, value)
        ]
        if is_new or changed:
            person.full_clean()
            person.save()
        moved = self._record_stages(person, values[STAGE], values.get(JOINED))
        if is_new:
            self.result.created += 1
        elif changed or moved:
            self.result.updated += 1
        else:
            self.result.unchanged += 1

    def _value(self, heading: str, value: Any) -> Any:
        """Return a cell's value for its field: a teaching office by its name, made when it is new."""
        if heading != OFFICE or value is None:
            return value
        if value not in self.offices:
            office = Office(branch=self.branch, name=value)
            try:
                office.full_clean()
            except ValidationError as error:
                raise ValidationError({"office": error.messages}) from error
            office.save()
            self.offices[value] = office
        return self.offices[value]

    def _record_stages(self, person: Person, stage: str, joined: datetime.date | None) -> bool:
        """Write the stage history's new steps and return whether there were any."""
        steps = list(_steps(person, stage, joined))
        for step, day in steps:
            person.record_stage(stage=step, from_date=day, note=_("from the roster"))
        return bool(steps)


def _differs(person: Person, field: str, value: Any) -> bool:
    """Set a field and return whether that changed it."""
    if getattr(person, field, None) == value:
        return False
    setattr(person, field, value)
    return True


def _steps(person: Person, stage: str, joined: datetime.date | None) -> list[tuple[str, datetime.date]]:
    """Return the steps that the sheet adds to a person's history.

    A member's day of joining is the first day of probation; full membership follows a year later (party
    constitution, article 7). Without a day, what the sheet says holds from today.
    """
    today = timezone.localdate()
    if stage not in MEMBER_STAGES or joined is None:
        return [] if person.stage == stage else [(stage, today)]
    wanted = [(PartyStage.PROBATIONARY, joined)]
    if stage == PartyStage.FULL:
        wanted.append((PartyStage.FULL, min(birthday(joined, 1), max(today, joined))))
    known = set(person.stage_entries.values_list("stage", "from_date"))
    members_known = {step for step, _day in known if step in MEMBER_STAGES}
    return [(step, day) for step, day in wanted if (step, day) not in known and step not in members_known]
