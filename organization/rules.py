"""Who may change what about people, roles and places."""

import rules
from auditlog.models import LogEntry
from django.db.models import Model

from organization import merge_kinds, merging, merging_people
from organization.back import LEAVE
from organization.models import (
    Branch,
    College,
    Membership,
    Office,
    PartyStageEntry,
    Person,
    RoleAssignment,
    Synonym,
    Tag,
    User,
)
from organization.ways_back import register


def branch_id_of(row: Model) -> int | None:
    """Return the branch that a row belongs to."""
    if isinstance(row, Branch):
        return row.pk
    if isinstance(row, PartyStageEntry):
        return row.person.branch_id
    return getattr(row, "branch_id", None)


@rules.predicate
def manages_a_branch(user: User) -> bool:
    """The user is secretary or deputy of some branch, or the operator."""
    return user.is_authenticated and user.may_use_admin


@rules.predicate
def manages_its_branch(user: User, row: Model | None) -> bool:
    """The user is secretary or deputy of the row's branch, or the operator; of any branch when no row is asked."""
    if not user.is_authenticated:
        return False
    return user.may_use_admin if row is None else user.manages(branch_id_of(row))


@rules.predicate
def runs_the_site(user: User) -> bool:
    """The user is the operator."""
    return user.is_authenticated and user.is_operator


@rules.predicate
def may_see_stage(user: User, person: Person | None) -> bool:
    """Party stage is shown to the branch's secretaries, the operator and the person."""
    if person is None or not user.is_authenticated:
        return False
    return user.manages(person.branch_id) or user.person_id == person.pk


nobody = rules.always_false


def add_admin_permissions(
    model: type[Model],
    *,
    may_write: rules.predicates.Predicate,
    may_delete: rules.predicates.Predicate,
    may_look: rules.predicates.Predicate = manages_a_branch,
) -> None:
    """Register the four permissions that the admin asks for; reading is narrowed by visible_to besides."""
    label, name = model._meta.app_label, model._meta.model_name
    rules.add_perm(f"{label}.view_{name}", may_look)
    rules.add_perm(f"{label}.add_{name}", may_write)
    rules.add_perm(f"{label}.change_{name}", may_write)
    rules.add_perm(f"{label}.delete_{name}", may_delete)


add_admin_permissions(Person, may_write=manages_its_branch, may_delete=manages_its_branch)
add_admin_permissions(PartyStageEntry, may_write=manages_its_branch, may_delete=manages_its_branch)
add_admin_permissions(Synonym, may_write=manages_its_branch, may_delete=manages_its_branch)
add_admin_permissions(Tag, may_write=manages_its_branch, may_delete=manages_its_branch)
add_admin_permissions(Office, may_write=manages_its_branch, may_delete=manages_its_branch)
for place in (College, Branch):
    add_admin_permissions(place, may_write=runs_the_site, may_delete=runs_the_site)
rules.set_perm("organization.change_branch", manages_its_branch)  # its own settings; the admin keeps the rest
for account in (User, RoleAssignment):
    add_admin_permissions(account, may_look=runs_the_site, may_write=runs_the_site, may_delete=runs_the_site)
add_admin_permissions(LogEntry, may_look=runs_the_site, may_write=nobody, may_delete=nobody)
rules.add_perm("organization.see_doubles", manages_a_branch)
rules.add_perm("organization.merge", manages_its_branch)
add_admin_permissions(Membership, may_write=nobody, may_delete=manages_its_branch)
rules.add_perm("organization.see_stage", may_see_stage)
rules.add_perm("organization.part_person", manages_its_branch)
rules.add_perm("organization.take_out_person", manages_its_branch)
rules.add_perm("organization.anonymise_person", manages_its_branch)
register(LEAVE, *merging.WAYS)
merge_kinds.register(merging_people.KIND)
