"""The roster as a kind of sheet."""

import datetime
from collections.abc import Iterator, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from imports.kinds import Choices, SheetKind, Wishes, register
from organization.models import Branch, Merge, PartyStageEntry, Person
from organization.models.ties import problems_of_history
from organization.political import MEMBER, OTHERS, PROBATIONER
from organization.roster import RosterPlan
from organization.roster_columns import BORN, KIND, NAME, NUMBER, OFFICE, PHONE, roster_columns
from organization.sheets import EXAMPLE, Book, Trace
from organization.sheets.vocabulary import VOCABULARIES
from organization.stage_steps import ACTIVIST, APPLIED, CANDIDATE, CONFIRMED, JOINED, STAGE

STAGES = ("群众", "入党申请人", "入党积极分子", "发展对象", PROBATIONER, "正式党员", MEMBER)
ENTRY = PartyStageEntry._meta.label
#: A status and a step on the way: 共青团员（入党积极分子）.
NOTES = ("入党申请人", "入党积极分子", "发展对象")


def obstacles(traces: Sequence[Trace]) -> Iterator[str]:
    """Yield who was merged, whose way into the party went on since, or would contradict the seats that they took."""
    yield from _merged_since(traces)
    made = {pk for trace in traces for label, pk in trace.made if label == ENTRY}
    new = {pk for trace in traces for label, pk in trace.made if label == Person._meta.label}
    before = {
        pk: old for trace in traces for label, pk, column, old, _new in trace.changed
        if (label, column) == (ENTRY, "from_date")
    }  # fmt: skip
    touched = [trace.subject for trace in traces if trace.subject and _touches_history(trace)]
    for person in Person.objects.filter(pk__in=set(touched) - new).prefetch_related("stage_entries"):
        entries = list(person.stage_entries.all())
        oldest = min((one.pk for one in entries if one.pk in made), default=None)
        if oldest is not None and any(one.pk > oldest and one.pk not in made for one in entries):
            yield _("%(person)s: a step of the way into the party was recorded since") % {"person": person}
        history = [(_day(before.get(one.pk, one.from_date)), one.stage) for one in entries if one.pk not in made]
        yield from map(str, problems_of_history(person, history))


def _merged_since(traces: Sequence[Trace]) -> Iterator[str]:
    """Yield who was merged with another record, so that their rows say something of both by now."""
    written = {trace.subject for trace in traces if trace.subject and (trace.made or trace.changed)}
    lines = Merge.objects.standing().about(Person.merge_kind, *written)
    merged = written & {pk for line in lines.only("kept", "merged") for pk in line.pair}
    for person in Person.objects.filter(pk__in=merged).order_by("pk"):
        yield _("%(person)s: was merged with another record; undo that first") % {"person": person}


def _day(value: datetime.date | str) -> datetime.date:
    """Return a day that a trace keeps as text."""
    return datetime.date.fromisoformat(value) if isinstance(value, str) else value


def _touches_history(trace: Trace) -> bool:
    """Return whether a row made or changed a step of the way into the party."""
    return any(one[0] == ENTRY for one in (*trace.made, *trace.changed))


def choices(use: str, branch: Branch) -> Choices:
    """Return what a word of a roster may mean."""
    if use == "stage":
        return Choices([*dict.fromkeys((*STAGES, *OTHERS))], NOTES)
    vocabulary = VOCABULARIES.get(use)
    return Choices([*dict.fromkeys(vocabulary.words)] if vocabulary else [])


def _plan(book: Book, branch: Branch, wishes: Wishes) -> RosterPlan:
    """Return what a roster does to a branch."""
    return RosterPlan(book, branch, accept_doubles=wishes.accept_doubles)


ROSTER = register(
    SheetKind(
        slug="roster",
        label=gettext_lazy("Roster"),
        title=gettext_lazy("Import a roster"),
        about=Person,
        columns=roster_columns,
        plan=_plan,
        write=lambda plan, _by, _sheet: plan.write(),
        obstacles=obstacles,
        choices=choices,
        example={
            NAME: EXAMPLE, NUMBER: "T2023001", KIND: "教师", STAGE: PROBATIONER, OFFICE: "机电教研室", "职称": "讲师",
            "专业": "机械制造", BORN: "1990-05-03", APPLIED: "2022-03-01", ACTIVIST: "2023-03-01",
            CANDIDATE: "2024-09-01", JOINED: "2025-06-01", PHONE: "13800000000", "特长": "数控编程", "需求": "微课制作",
        },
        offers={KIND: ("教师", "学生"), STAGE: (*STAGES, "共青团员")},
        days=frozenset({BORN, APPLIED, ACTIVIST, CANDIDATE, JOINED, CONFIRMED}),
    )
)  # fmt: skip
