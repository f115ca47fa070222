"""The ledger of outcomes as a kind of sheet."""

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from imports.kinds import Choices, SheetKind, Wishes, register
from organization.models import Branch
from organization.sheets import EXAMPLE, Book, Trace
from organization.sheets.vocabulary import VOCABULARIES
from outcomes.ledger import LedgerPlan
from outcomes.ledger_words import (
    ACHIEVED,
    CATEGORY,
    GRADE,
    GRADES,
    ISSUER,
    ISSUER_KIND,
    ISSUER_KINDS,
    LEVEL,
    LEVELS,
    NOTE,
    PEOPLE,
    STATUS,
    SUBKINDS,
    TITLE,
    ledger_columns,
)
from outcomes.models import Grade, Outcome, Subkind

CATEGORIES_OFFERED = (
    "获奖", "荣誉称号", "精品课程", "团队", "基地", "课题项目", "论文著作", "专利", "技术服务", "志愿服务",
    "对口帮扶", "发展党员",
)  # fmt: skip
STATUSES_OFFERED = ("培育", "申报", "立项", "在建", "验收/结项", "认定")
LEVELS_OFFERED = ("国家级", "省级", "市级", "校级", "院级", "未定级")


def obstacles(traces: Sequence[Trace]) -> Iterator[str]:
    """Yield the outcomes of the rows that counted once: what was decided stays decided."""
    numbers = {trace.subject for trace in traces if trace.subject and (trace.made or trace.tied)}
    for outcome in Outcome.objects.decided().filter(pk__in=numbers):
        said = {"outcome": outcome, "state": outcome.get_review_display()}
        yield _("%(outcome)s: %(state)s") % said


def choices(use: str, branch: Branch) -> Choices:
    """Return what a word of a ledger may mean; a level may say a grade too, as 国家级二等 does."""
    grades = [*dict.fromkeys(Grade.objects.for_branch(branch.pk).values_list("name", flat=True))]
    if use == GRADES.use:
        return Choices(grades)
    if use == SUBKINDS.use:
        return Choices([*dict.fromkeys(Subkind.objects.for_branch(branch.pk).values_list("name", flat=True))])
    if use == LEVELS.use:
        return Choices(LEVELS_OFFERED, [*STATUSES_OFFERED[:-1], *grades])
    vocabulary = VOCABULARIES.get(use)
    return Choices([*dict.fromkeys(vocabulary.words)] if vocabulary else [])


def _plan(book: Book, branch: Branch, wishes: Wishes) -> LedgerPlan:
    """Return what a ledger does to a branch."""
    return LedgerPlan(book, branch, verified_by=wishes.verified_by)


LEDGER = register(
    SheetKind(
        slug="ledger",
        label=gettext_lazy("Ledger of outcomes"),
        title=gettext_lazy("Import an old ledger"),
        about=Outcome,
        columns=ledger_columns,
        plan=_plan,
        write=lambda plan, by, sheet: plan.write(by=by, sheet=sheet),
        obstacles=obstacles,
        choices=choices,
        example={
            TITLE: EXAMPLE, CATEGORY: "获奖", LEVEL: "省级", STATUS: "认定", GRADE: "一等奖", ACHIEVED: "2021-05-03",
            ISSUER: "省教育厅", ISSUER_KIND: "政府", PEOPLE: "T2023001、T2023002", NOTE: "指导学生参赛",
        },
        offers={
            CATEGORY: CATEGORIES_OFFERED, LEVEL: LEVELS_OFFERED, STATUS: STATUSES_OFFERED,
            ISSUER_KIND: tuple(ISSUER_KINDS.words),
        },
        days=frozenset({ACHIEVED}),
    )
)  # fmt: skip
