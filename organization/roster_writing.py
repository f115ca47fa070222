"""Writing the people of a roster: those who are new in a few statements, those who are known one by one."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model
from django.utils import timezone

from organization.doors import validate_at_the_door
from organization.models import Membership, Office, PartyStage, PartyStageEntry, Person
from organization.models.ties import stage_in
from organization.sheets import Trace
from organization.stage_steps import PlannedStep
from organization.trail import audit_made
from organization.verbs import writes

AT_A_TIME = 200


@dataclass
class PersonPlan:
    """What one row does to a person, who carries the new values already; `was` holds the old ones by field."""

    person: Person
    is_new: bool
    was: dict[str, Any] = field(default_factory=dict)
    steps: list[PlannedStep] = field(default_factory=list)
    trace: Trace = field(default_factory=Trace)

    @writes
    def give(self, name: str, value: Any) -> None:
        """Set a field of the person, and keep what it held."""
        column = Person._meta.get_field(name).attname  # type: ignore[union-attr]
        self.was[column] = getattr(self.person, column)
        setattr(self.person, name, value)


def write_people(plans: Sequence[PersonPlan]) -> None:
    """Write the people of the rows, with the teaching offices and steps that they bring, in the open transaction.

    Raises:
        StaleRecordError: when somebody else saved a person in between.
        RuleError: when a seat that was taken in between speaks against a step.
    """
    _make_offices(plans)
    new = [plan for plan in plans if plan.is_new]
    for start in range(0, len(new), AT_A_TIME):
        _make_people(new[start : start + AT_A_TIME])
    for plan in plans:
        if not plan.is_new:
            _change(plan)


def _make_offices(plans: Sequence[PersonPlan]) -> None:
    """Save the offices that are new, each once, and give them to the people."""
    for plan in plans:
        office = plan.person.office
        if office is not None and office.pk is None:
            office.save()
            plan.trace.made.append((Office._meta.label, office.pk))
        if office is not None:
            plan.person.office = office  # its number is known now


def _make_people(plans: Sequence[PersonPlan]) -> None:
    """Make new people and their histories."""
    today, people, entries = timezone.localdate(), [], []
    for plan in plans:
        person = plan.person
        history = [(step.entry.from_date, step.entry.stage) for step in plan.steps]
        person.stage = stage_in(history, today, otherwise=PartyStage.NONE)
        person.derive()
        people.append(person)
    _make(people)
    stays = [Membership(person=person, branch_id=person.branch_id) for person in people]
    _make(stays)
    for plan, stay in zip(plans, stays, strict=True):
        plan.trace.subject = plan.person.pk
        plan.trace.made += [(Person._meta.label, plan.person.pk), (Membership._meta.label, stay.pk)]
        for step in plan.steps:
            step.entry.person = plan.person
            entries.append(step.entry)
    _make(entries)
    for plan in plans:
        plan.trace.made += [(PartyStageEntry._meta.label, step.entry.pk) for step in plan.steps]


def _make(rows: Sequence[Model]) -> None:
    """Insert rows of one model, and write their lines of the trail."""
    if not rows:
        return
    for row in rows:
        validate_at_the_door(row)
    type(rows[0])._base_manager.bulk_create(rows)
    audit_made(rows)


def _change(plan: PersonPlan) -> None:
    """Save what a row changes of a known person."""
    person, trace = plan.person, plan.trace
    if plan.was:
        person.save()
        trace.changed += [
            (Person._meta.label, person.pk, column, old, getattr(person, column)) for column, old in plan.was.items()
        ]
    for step in plan.steps:
        step.entry.save()
        if not step.was:
            trace.made.append((PartyStageEntry._meta.label, step.entry.pk))
        trace.changed += [
            (PartyStageEntry._meta.label, step.entry.pk, column, old, getattr(step.entry, column))
            for column, old in step.was.items()
        ]
