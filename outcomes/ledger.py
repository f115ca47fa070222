"""A branch's old ledger of outcomes, read from the sheet its office kept for years."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from evidence.models import Evidence
from organization.models import Branch, Person, RuleError, User, all_or_nothing
from organization.sheets import (
    Column,
    ImportResult,
    Record,
    RowError,
    SheetError,
    SheetFile,
    Synonyms,
    Vocabulary,
    read_book,
    read_date,
    read_list,
    read_text,
)
from outcomes.models import Category, Grade, IssuerKind, Level, Outcome, Status, Subkind

TITLE, CATEGORY, SUBKIND, LEVEL, STATUS, GRADE = "成果名称", "类别", "子类", "级别", "状态", "等次"
ACHIEVED, ISSUER, ISSUER_KIND, PEOPLE, NOTE = "获得时间", "颁发单位", "单位性质", "完成人", "备注"
CATEGORIES = {
    **dict.fromkeys(("获奖", "奖项", "奖励"), Category.AWARD),
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
}
LEVELS = {
    **dict.fromkeys(("国家级", "国家"), Level.NATIONAL),
    **dict.fromkeys(("省级", "省部级"), Level.PROVINCIAL),
    **dict.fromkeys(("市级", "市厅级", "地市级"), Level.MUNICIPAL),
    **dict.fromkeys(("校级", "学校级"), Level.COLLEGE),
    **dict.fromkeys(("院级", "系级", "二级学院级"), Level.DEPARTMENT),
    **dict.fromkeys(("未定级", "无"), Level.UNRATED),
}
STATUSES = {
    **dict.fromkeys(("培育", "培育单位"), Status.CULTIVATING),
    **dict.fromkeys(("申报", "申报中"), Status.APPLIED),
    "立项": Status.APPROVED,
    **dict.fromkeys(("在建", "建设中"), Status.BUILDING),
    **dict.fromkeys(("验收", "结项", "通过验收", "验收/结项"), Status.ACCEPTED),
    **dict.fromkeys(("认定", "已认定", "获得"), Status.RECOGNISED),
}
ISSUER_KINDS = {
    "政府": IssuerKind.GOVERNMENT, "学会": IssuerKind.SOCIETY, "行业": IssuerKind.INDUSTRY,
    "企业": IssuerKind.ENTERPRISE, "学校": IssuerKind.COLLEGE,
}  # fmt: skip
COLUMNS = (
    Column(TITLE, read_text, required=True, aliases=("名称", "项目名称", "成果")),
    Column(CATEGORY, Vocabulary("categories", "", CATEGORIES).reader(Synonyms()), required=True, aliases=("成果类别",)),
    Column(SUBKIND, read_text, aliases=("成果子类", "小类")),
    Column(LEVEL, Vocabulary("levels", "", LEVELS).reader(Synonyms()), required=True, aliases=("成果级别",)),
    Column(STATUS, Vocabulary("statuses", "", STATUSES).reader(Synonyms())),
    Column(GRADE, read_text, aliases=("等级", "奖项等次", "获奖等级")),
    Column(ACHIEVED, read_date, required=True, aliases=("获得日期", "获奖时间", "时间", "日期")),
    Column(ISSUER, read_text, aliases=("授予单位", "发证单位", "颁奖单位")),
    Column(
        ISSUER_KIND,
        Vocabulary("issuer_kinds", "", ISSUER_KINDS).reader(Synonyms()),
        aliases=("颁发单位性质", "授予单位性质"),
    ),
    Column(PEOPLE, read_list, required=True, aliases=("完成人工号/学号", "完成人工号", "人员")),
    Column(NOTE, read_text),
)
HEADINGS = {
    "title": TITLE, "category": CATEGORY, "subkind": SUBKIND, "level": LEVEL, "status": STATUS, "grade": GRADE,
    "achieved_on": ACHIEVED, "issuer": ISSUER, "issuer_kind": ISSUER_KIND, "note": NOTE,
}  # fmt: skip


@dataclass(frozen=True)
class LedgerRow:
    """A row that passed every check and waits to be written; `outcome` is a kept one for a row that came before."""

    number: int
    outcome: Outcome
    people: list[Person]


def import_ledger(
    file: SheetFile | Path, branch: Branch, *, verified_by: User | None = None, dry_run: bool = False
) -> ImportResult:
    """Record a ledger's rows as submitted outcomes, with the sheet and the row as their thin proof: all or none.

    The same row again (title, day and people) is left unchanged, and verified when a verifier is named now.

    Args:
        file: a sheet with the headings of COLUMNS.
        branch: whose outcomes they are.
        verified_by: the branch's secretary or deputy who vouches for the rows.
        dry_run: try everything and write nothing.

    Raises:
        RuleError: when `verified_by` is not secretary or deputy of the branch.
    """
    if verified_by and not verified_by.manages(branch.pk):
        raise RuleError(_("%(user)s is not secretary or deputy of this branch.") % {"user": verified_by.username})
    try:
        book = read_book(file, COLUMNS)
    except SheetError as error:
        return ImportResult(errors=error.errors, unread=error.unread)
    result = ImportResult(unread=book.unread)
    rows = _Reader(branch, result).read(book.records)
    result.created = sum(row.outcome.pk is None for row in rows)
    to_verify = [row for row in rows if row.outcome.pk and _waits(row.outcome)] if verified_by else []
    result.updated = len(to_verify)
    result.unchanged = len(rows) - result.created - result.updated
    if not result.errors and not dry_run:
        with all_or_nothing():
            _write([row for row in rows if row.outcome.pk is None], book.file, verified_by)
            for row in to_verify:
                row.outcome.verify(by=cast("User", verified_by))
    return result


def _waits(outcome: Outcome) -> bool:
    """Return whether an outcome is a ledger's that nobody verified yet."""
    return outcome.review == Outcome.Review.SUBMITTED and outcome.submitted_by_id is None


def _write(rows: list[LedgerRow], file: SheetFile, verified_by: User | None) -> None:
    """Record the rows with the sheet as their proof, submit them, and verify them when somebody vouches."""
    if not rows:
        return
    sheet = Evidence.objects.take_in_bytes(file.content, name=file.name, by=verified_by)
    for row in rows:
        row.outcome.record(by=None, people=row.people)
        row.outcome.proofs.create(evidence=sheet, ledger_row=row.number)
        row.outcome.submit(by=None)
        if verified_by:
            row.outcome.verify(by=verified_by)


class _Reader:
    """Turns a ledger's rows into outcomes, and collects what is wrong with them."""

    def __init__(self, branch: Branch, result: ImportResult) -> None:
        self.branch = branch
        self.result = result
        self.people = {person.number: person for person in Person.objects.filter(college=branch.college_id)}
        self.words = {
            (heading, word.category, word.name): word
            for heading, model in ((SUBKIND, Subkind), (GRADE, Grade))
            for word in model.objects.for_branch(branch.pk)
        }
        kept = Outcome.objects.filter(branch=branch).exclude(review=Outcome.Review.SUPERSEDED)
        self.kept = {_identity(one, one.people.all()): one for one in kept.prefetch_related("people")}
        self.seen: dict[Any, int] = {}

    def read(self, records: list[Record]) -> list[LedgerRow]:
        """Return the rows that passed."""
        rows = []
        for record in records:
            number, values, unreadable = record.row, record.values, record.errors
            self.result.rows += 1
            if unreadable:
                self.result.errors += unreadable
                continue
            people, unknown = self._people(number, values[PEOPLE])
            outcome, broken = self._outcome(number, values)
            self.result.errors += unknown + broken
            if not (unknown or broken) and (row := self._once(LedgerRow(number, outcome, people))):
                rows.append(row)
        return rows

    def _once(self, row: LedgerRow) -> LedgerRow | None:
        """Return the row with the kept outcome when it came before, or None when the sheet repeats it."""
        identity = _identity(row.outcome, row.people)
        if identity in self.seen:
            message = _("The same outcome stands in row %(row)s already.") % {"row": self.seen[identity]}
            self.result.errors.append(RowError(row.number, TITLE, message))
            return None
        self.seen[identity] = row.number
        return LedgerRow(row.number, self.kept.get(identity, row.outcome), row.people)

    def _people(self, row: int, numbers: list[str]) -> tuple[list[Person], list[RowError]]:
        """Return who achieved it, in order, and an error for each number that nobody has."""
        unknown = [number for number in numbers if number not in self.people]
        errors = [RowError(row, PEOPLE, _("Nobody has the number %(number)s.") % {"number": one}) for one in unknown]
        return [self.people[number] for number in dict.fromkeys(numbers) if number in self.people], errors

    def _outcome(self, row: int, values: dict[str, Any]) -> tuple[Outcome, list[RowError]]:
        """Return the unsaved outcome of a row, and what is wrong with it."""
        category, errors = values[CATEGORY], []
        words: dict[str, Any] = {}
        for heading in (SUBKIND, GRADE):
            if name := values.get(heading):
                words[heading] = self.words.get((heading, category, name))
                if words[heading] is None:
                    message = _("“%(word)s” is no word of this category; the secretary can add it.") % {"word": name}
                    errors.append(RowError(row, heading, message))
        outcome = Outcome(
            branch=self.branch,
            title=values[TITLE],
            category=category,
            subkind=words.get(SUBKIND),
            level=values[LEVEL],
            status=values.get(STATUS) or Status.RECOGNISED,
            grade=words.get(GRADE),
            achieved_on=values[ACHIEVED],
            issuer=values.get(ISSUER) or "",
            issuer_kind=values.get(ISSUER_KIND) or "",
            note=values.get(NOTE) or "",
        )
        return outcome, errors + _broken_rules(row, outcome)


def _identity(outcome: Outcome, people: Iterable[Person]) -> tuple[Any, ...]:
    """Return what makes two rows the same: title, day and people."""
    return outcome.title, outcome.achieved_on, frozenset(person.pk for person in people)


def _broken_rules(row: int, outcome: Outcome) -> list[RowError]:
    """Return the rules of the model that an outcome breaks, at their headings."""
    try:
        outcome.full_clean()
    except ValidationError as error:
        return [
            RowError(row, HEADINGS.get(field, ""), message)
            for field, messages in error.message_dict.items()
            for message in messages
        ]
    return []
