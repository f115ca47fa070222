"""How people come to a branch, move to another and leave: the only ways in which it changes to whom they belong."""

import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Self, cast

from django.db import models, transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from organization.models.base import RuleError
from organization.models.membership import Ending, Membership
from organization.models.mergeable import Mergeable
from organization.models.places import Branch, College, Office
from organization.models.ties import problems_of_coming, problems_of_leaving, ties_person
from organization.reach import Account
from organization.verbs import verb, writes

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

#: So many days ahead a leave can be entered; further on it is more likely a slip of the pen.
LATEST_AHEAD = datetime.timedelta(days=366)


class Belonging(Mergeable):
    """Somebody who belongs to a branch. Each verb of it locks the person, so that no two times in branches overlap."""

    college = models.ForeignKey(College, models.PROTECT, editable=False, related_name="people")
    branch = models.ForeignKey(Branch, models.PROTECT, related_name="people", verbose_name=_("branch"))
    office = models.ForeignKey(
        Office, models.PROTECT, null=True, blank=True, related_name="people", verbose_name=_("teaching office")
    )

    memberships: Any

    class Meta:
        abstract = True

    @writes
    def belong(self) -> None:
        """Begin the time of somebody who is new: nobody has said since when."""
        Membership(person_id=self.pk, branch=self.branch).save()

    def membership_on(self, day: datetime.date) -> Membership | None:
        """Return the time in a branch that a day belongs to (one query)."""
        found: Membership | None = self.memberships.on(day).select_related("branch").first()
        return found

    @verb
    def leave(self, *, on: datetime.date, ending: str, by: Account) -> Membership:
        """Leave the college: from that day on the person is counted, proposed and let in no more.

        Args:
            on: the first day on which the person is not here; it may lie ahead.
            ending: an Ending value, how it came.
            by: who says so.

        Raises:
            RuleError: when it is not theirs to say, the person is not here, or a place of theirs has no answer yet.
        """
        if ending not in Ending.values or ending == Ending.MOVED:
            raise RuleError(_("Please say whether the person left, retired or graduated."))
        with self._held(by) as person:
            return _end(person, on=on, ending=ending, latest=timezone.localdate() + LATEST_AHEAD)

    @verb
    def move(self, *, to: Branch, on: datetime.date, by: Account) -> Membership:
        """Move to another branch of the college, which the branch that is left says.

        Args:
            to: the other branch.
            on: the first day there; today at the latest.
            by: who says so; they manage the branch that is left.

        Raises:
            RuleError: when it is not theirs to say, it is no other branch of the college, or the day cannot be.
        """
        with self._held(by) as person:
            if to.college_id != person.college_id or to.pk == person.branch_id:
                raise RuleError(_("People move to another branch of the same college."))
            _end(person, on=on, ending=Ending.MOVED, latest=timezone.localdate())
            person.branch, person.office = to, None
            person.save(update_fields=["branch", "college", "office"])
            begun = Membership(person_id=person.pk, branch=to, joined_on=on)
            begun.save()
            return begun

    @verb
    def join(self, *, on: datetime.date, by: Account) -> Membership:
        """Come back to the branch that was left last.

        Args:
            on: the first day of being here again.
            by: who says so.

        Raises:
            RuleError: when it is not theirs to say, or the person is here on that day.
        """
        with self._held(by) as person:
            if person.memberships.filter(left_on__isnull=True).exists():
                raise RuleError(_("%(person)s is here already.") % {"person": person})
            last = max(one.day_after for one in person.memberships.all())
            if not last <= on <= timezone.localdate():
                words = _("The day lies between %(day)s, when %(person)s left, and today.")
                raise RuleError(words % {"day": date_format(last), "person": person})
            begun = Membership(person_id=person.pk, branch=person.branch, joined_on=on)
            begun.save()
            return begun

    @verb
    def state_joined(self, *, on: datetime.date, by: Account) -> Membership:
        """State since when the person has been here.

        Raises:
            RuleError: when it is not theirs to say, the person is not here, or was here or elsewhere before that day.
        """
        with self._held(by) as person:
            stay = _open_of(person)
            before = person.memberships.exclude(pk=stay.pk)
            if any(one.ending == Ending.MOVED and one.left_on == stay.joined_on for one in before):
                raise RuleError(_("%(person)s moved here; the move itself says the day.") % {"person": person})
            last = max((one.day_after for one in before), default=datetime.date.min)
            if not last <= on <= timezone.localdate():
                raise RuleError(_("%(person)s: the day cannot be.") % {"person": person})
            if problems := problems_of_coming(person, on):
                raise RuleError(problems[0])
            stay.joined_on, stay.basis = on, Membership.Basis.STATED
            stay.save(update_fields=["joined_on", "basis"])
            return stay

    @contextmanager
    def _held(self, by: Account) -> Iterator[Self]:
        """Yield the person, locked and read again, when it is the user's to say where they belong.

        Raises:
            RuleError: unless the user manages the person's branch, and is somebody else.
        """
        with transaction.atomic():
            people = cast("Any", type(self)).objects.select_for_update(of=("self",), no_key=True)
            person: Self = people.select_related("branch").get(pk=self.pk)
            by.must_manage(person.branch_id)
            if by.person_id == person.pk:
                raise RuleError(_("Nobody decides on their own time in a branch. A deputy or the operator does."))
            if person.is_merged:
                raise RuleError(
                    _("%(person)s was merged into another record, which stands for both.") % {"person": person}
                )
            yield person
        self.refresh_from_db()


def _open_of(person: Any) -> Membership:
    """Return the time in a branch that has no end.

    Raises:
        RuleError: when there is none, saying since when.
    """
    stay = person.memberships.order_by("left_on").last()
    found = person.memberships.filter(left_on__isnull=True).first()
    if found is None:
        words = _("%(person)s: the end of the time in the branch is entered already (%(day)s, %(how)s).")
        told = {"day": date_format(stay.left_on), "how": stay.get_ending_display()} if stay else {"day": "", "how": ""}
        raise RuleError(words % {"person": person, **told})
    return found


def _end(person: Any, *, on: datetime.date, ending: str, latest: datetime.date) -> Membership:
    """End the open time in a branch of a locked person.

    Raises:
        RuleError: for a day that cannot be, and for what stands on the person being here.
    """
    stay = _open_of(person)
    if on > latest:
        raise RuleError(_("%(person)s: the day lies too far ahead.") % {"person": person})
    if on < stay.first_day:
        words = _("%(person)s came on %(day)s and cannot have gone before.")
        raise RuleError(words % {"person": person, "day": date_format(stay.first_day)})
    if problems := problems_of_leaving(person, on, moves=ending == Ending.MOVED):
        raise RuleError(problems[0])
    stay.left_on, stay.ending = on, ending
    stay.save(update_fields=["left_on", "ending"])
    return stay


@ties_person
def branch_is_the_newest(person: Belonging) -> Iterator[tuple[str, "StrOrPromise"]]:
    """Refuse another branch than the one that the person's times in branches say: people move by a verb."""
    newest = person.memberships.last()
    if newest is not None and newest.branch_id != person.branch_id:
        yield "branch", _("People move to another branch by the action for it on the list of people, with a day.")
