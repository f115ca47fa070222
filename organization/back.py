"""A leave or a move that was entered by mistake."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from organization.models import Ending, Membership, Person, User, all_or_nothing
from organization.verbs import verb
from organization.ways_back import WayBack

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@verb
def take_leave_back(stay: Membership, *, by: User, reason: str = "") -> None:
    """Open a time in a branch again; of a move, the time in the other branch never was.

    Raises:
        RuleError: when it is not theirs, another coming or leaving stands on it, or no reason is given.
    """
    with all_or_nothing():
        person = Person.objects.select_for_update(of=("self",)).get(pk=stay.person_id)
        with LEAVE.taking(stay, by=by, reason=reason) as (locked, _line):
            if locked.ending == Ending.MOVED:
                for one in locked.following():
                    one.delete()
                person.branch, person.office = locked.branch, None
                person.save(update_fields=["branch", "college", "office"])
            locked.left_on, locked.ending = None, ""
            locked.save(update_fields=["left_on", "ending"])
    stay.refresh_from_db()


def leave_stands(stay: Membership) -> "StrOrPromise":
    """Return why the end of a time in a branch cannot be taken back (one query)."""
    if stay.left_on is None:
        return _("This time in the branch has no end yet.")
    later = stay.following()
    came_by_it = stay.ending == Ending.MOVED and len(later) == 1 and later[0].left_on is None
    if (later and not came_by_it) or (not later and stay.ending == Ending.MOVED):
        return _("This person came or left again since. Take back the newest first.")
    return ""


def what_it_does(stay: Membership) -> Iterator["StrOrPromise"]:
    """Yield what taking it back comes to."""
    if stay.ending == Ending.MOVED:
        words = _("%(person)s belongs to %(branch)s again, as if never moved; the teaching office is to be set anew.")
        yield words % {"person": stay.person, "branch": stay.branch}
    else:
        yield _("%(person)s is here again, as if never gone.") % {"person": stay.person}
    yield _("What became of their places in pairings stays as it was decided; each decision has its own way back.")


LEAVE = WayBack(
    slug="leave",
    model="organization.Membership",
    noun=_("Leave"),
    title=_("Take the leave back"),
    consequence=_("The person never left: figures, sign-in and proposals are as before."),
    done=_("The leave is taken back."),
    kept_until=leave_stands,
    named=lambda stay: f"{stay.person} {stay.get_ending_display()} {date_format(stay.left_on)}",
    day=lambda stay: stay.left_on,
    matters=what_it_does,
    leads_to=lambda stay: reverse("admin:organization_person_change", args=[stay.person_id]),
    shown_with=("person", "branch"),
    in_reports=True,
    verb=take_leave_back,
)
