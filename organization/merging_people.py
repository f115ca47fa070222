"""Merging two records of one person: who may, what of the record itself moves, and what becomes of the accounts."""

from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from organization import merging_times
from organization.masking import masked
from organization.merge_kinds import BY_STEP, MergeKind, by_step, moves, tell
from organization.models import Merge, PartyStage, Person, User
from organization.models.people import KEYS
from organization.moving import Moving, write
from organization.names import ANONYMOUS
from organization.personal import forgets
from organization.trail import audited_update

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django_stubs_ext import StrOrPromise

#: What the kept one takes over where it says nothing itself.
FILLED = (
    "born_on", "phone", "email", "title", "specialty", "class_name", "political_status", "strengths",
    "needs", "office",
)  # fmt: skip


def problem_of(kept: Person, merged: Person, by: User) -> "StrOrPromise":
    """Return why two people cannot be one, or not by this user (a few queries)."""
    return next(_problems(kept, merged, by), "")


def _problems(kept: Person, merged: Person, by: User) -> "Iterator[StrOrPromise]":
    """Yield what speaks against merging two people."""
    if kept.college_id != merged.college_id:
        yield _("The two belong to different colleges.")
    if kept.kind != merged.kind:
        yield _("One is a teacher and the other a student: these stay apart.")
    if ANONYMOUS in (kept.name, merged.name):
        yield _("Who was made anonymous stays apart.")
    account = _account(merged)
    if account and account.is_active and (stays := _account(kept)) and stays.is_active and _has_duties(account):
        words = _(
            "Both have an open account, and %(account)s, which would be closed, holds a role. Merge the other way"
            " round, or let the operator take the role from it first."
        )
        yield words % {"account": account.username}


def not_by(person: Person, user: User) -> "StrOrPromise":
    """Return that nobody decides who they themselves are."""
    return (
        _("Nobody decides on their own record. A deputy or the operator does.") if person.pk == user.person_id else ""
    )


def _account(person: Person) -> User | None:
    """Return a person's account (one query)."""
    return User.objects.filter(person=person).first()


def _has_duties(account: User) -> bool:
    """Return whether an account holds a role, or is the operator's (one query)."""
    return account.is_superuser or account.role_assignments.exists()


def move(moving: Moving) -> None:
    """Move accounts and what the kept one lacks."""
    _move_account(moving)
    filled = {name: getattr(moving.merged, name) for name in _lacking(moving.kept, moving.merged)}
    if filled:
        # Not among what is written down for undoing: no birthday and no telephone stand in two places.
        _fill(moving.kept, filled)
    moving.notes["filled"] = list(filled)


def _fill(person: Person, values: dict[str, Any]) -> None:
    """Write columns of a person, with the keys that follow from them."""
    for name, value in values.items():
        setattr(person, name, value)
    person.derive_likeness()
    write([person], values | {key: getattr(person, key) for column, key in KEYS.items() if column in values})


def _lacking(kept: Person, merged: Person) -> list[str]:
    """Return the columns that one has and the other lacks."""
    columns = [str(Person._meta.get_field(name).attname) for name in FILLED]  # type: ignore[union-attr]
    found = [name for name in columns if getattr(merged, name) and not getattr(kept, name)]
    return [name for name in found if name != "office_id" or kept.branch_id == merged.branch_id]


def _move_account(moving: Moving) -> None:
    """Let the kept one sign in: with its own account, or the other's; of two the other's is closed and stays there."""
    own, other = _account(moving.kept), _account(moving.merged)
    if other is None or not other.is_active:
        return
    if own is None:
        moving.set(other, person_id=moving.kept.pk)
    elif own.is_active:
        other.end_sessions()  # for good: whoever opens it again, as undoing does, opens no old session
        moving.set(other, is_active=False)
    else:
        moving.set(own, person_id=None)
        moving.set(other, person_id=moving.kept.pk)
        moving.set(own, person_id=moving.merged.pk)


def move_back(line: Merge, kept: Person, merged: Person) -> None:
    """Take back from the kept one what it lacked before and still has from the other."""
    kept.refresh_from_db()
    names = [name for name in line.moved["notes"]["filled"] if getattr(kept, name) == getattr(merged, name)]
    if names:
        _fill(kept, {name: None if Person._meta.get_field(name).null else "" for name in names})


def stands(line: Merge, kept: Person, merged: Person) -> "StrOrPromise":
    """Return what stands on a merge of people: that who they were is forgotten."""
    return _("This person was made anonymous since.") if ANONYMOUS in (kept.name, merged.name) else ""


@forgets
def forget_notes(person: Person) -> None:
    """Empty the notes of the steps into the party that a merge of the person took off."""
    for line in Merge.objects.about(Person.merge_kind, person.pk):
        moved = {
            **line.moved,
            "taken_off": [[label, _without_note(values)] for label, values in line.moved["taken_off"]],
        }
        if moved != line.moved:
            audited_update(Merge.objects.filter(pk=line.pk), moved=moved)


def _without_note(values: dict[str, Any]) -> dict[str, Any]:
    """Return what was taken off, without the note of a step."""
    return {**values, "note": ""} if "note" in values else values


def facts(person: Person) -> "list[tuple[StrOrPromise, Any]]":
    """Return what of a person is shown beside the likely double."""
    accounts = [person.user] if hasattr(person, "user") else []
    return [
        (_("full name"), person.name),
        (_("staff or student number"), person.number),
        (_("kind"), person.get_kind_display()),
        (_("branch"), person.branch.name),
        (_("time in a branch"), "；".join(f"{one.branch}：{one}" for one in person.memberships.all())),
        (_("party stage"), person.get_stage_display()),
        (_("teaching office"), person.office.name if person.office else ""),
        (_("class"), person.class_name),
        (_("professional title"), person.title),
        (_("born on"), date_format(person.born_on) if person.born_on else ""),
        (_("mobile phone"), masked(person.phone) if person.phone else ""),
        (_("e-mail"), person.email),
        (_("user account"), "、".join(_told(one) for one in accounts)),
    ]


def _told(account: User) -> str:
    """Return an account and whether it is open."""
    return account.username if account.is_active else _("%(account)s (closed)") % {"account": account.username}


def named(person: Person) -> str:
    """Return a person's name with what tells namesakes apart."""
    return " · ".join(part for part in (person.name, person.number, person.class_name) if part)


def seen(people: Any, user: User) -> Any:
    """Return the people whose way into the party the user may know: a teacher's own branch is none of these."""
    return people.visible_to(user) if user.is_operator else people.filter(branch__in=user.reach.manages)


def shown(people: "QuerySet[Any]") -> "QuerySet[Any]":
    """Fetch what is shown of people."""
    return people.select_related("branch", "office", "user").prefetch_related("memberships__branch")


KIND = MergeKind(
    slug=Person.merge_kind,
    model=merging_times.PERSON,
    title=gettext_lazy("Likely doubles of people"),
    consequence=gettext_lazy(
        "The one that is kept gets everything of both: times in the branch, the way into the party, places in pairings,"
        " logs, outcomes, the account; of two open accounts the other's is closed. Its own name and number stay; what"
        " it lacks, such as a telephone, it gets from the other. The other one stands in no list any more; its number"
        " still finds the kept one in sheets."
    ),
    facts=facts,
    same=gettext_lazy("It is the same person as …"),
    different=gettext_lazy("They are two people"),
    shown=shown,
    named=named,
    seen=seen,
    not_by=not_by,
    search=lambda people, words: people.search(words),
    problem=problem_of,
    move=move,
    move_back=move_back,
    leaves_as={"stage": PartyStage.NONE.value},
    stands=stands,
    leads_to=lambda person: reverse("admin:organization_person_change", args=[person.pk]),
)
tell(
    merging_times.PERSON,
    {
        "organization.Membership.person": BY_STEP,
        "organization.PartyStageEntry.person": BY_STEP,
        "organization.Person.merged_into": moves(),  # so that one step leads from any of them to the one that stands
        "organization.User.person": by_step(may_stay=lambda: Q(is_active=False)),  # a closed one stays, as who wrote
    },
)
