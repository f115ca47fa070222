"""What of pairings can be taken back, by whom and until when."""

import datetime
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from organization.models import User
from organization.models.taken_back import NAME_LENGTH
from organization.ways_back import WayBack, nobody
from pairings import kinds

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

Row = Any


def wrote_log(user: User, log: Row) -> bool:
    """Return whether the user wrote the log, or entered it for its author."""
    return user.pk is not None and (log.entered_by_id == user.pk or log.author_id == user.person_id)


def log_is_settled(log: Row) -> "StrOrPromise":
    """Return that a log's pairing is over, after which its author leaves it to the secretary."""
    return pairing_is_over(log.pairing)


def day_of_log(log: Row) -> datetime.date:
    """Return the day that the log is about."""
    return log.date


LOG = WayBack(
    slug="log",
    model="pairings.ProgressLog",
    noun=_("Progress log"),
    title=_("Remove the log"),
    consequence=_("The log and its photos are gone for good: from the pairing's story, the figures and the disk."),
    done=_("The log is removed."),
    own=wrote_log,
    own_until=log_is_settled,
    named=lambda log: log.pairing.title,
    day=day_of_log,
    leads_to=lambda log: log.pairing.get_absolute_url(),
    words=("words", "element_words"),
    shown_with=("pairing", "author"),
    in_reports=True,
)
PHOTO = WayBack(
    slug="photo",
    model="pairings.LogPhoto",
    noun=_("Photo of a log"),
    title=_("Remove the photo"),
    consequence=_("The photo is gone for good, from this log and, unless another record holds it, from the disk."),
    done=_("The photo is removed."),
    own=lambda user, photo: wrote_log(user, photo.log),
    own_until=lambda photo: log_is_settled(photo.log),
    named=lambda photo: photo.log.pairing.title,
    day=lambda photo: photo.log.date,
    leads_to=lambda photo: photo.log.pairing.get_absolute_url(),
    shown_with=("log__pairing", "evidence__file"),
    in_reports=True,
)


def answer_is_settled(seat: Row) -> "StrOrPromise":
    """Return why an answer to a proposal stands."""
    if seat.match.pairing_id:
        return _("It has become a pairing.")
    return _("Nothing has been answered yet.") if seat.answer == seat.Answer.WAITING else ""


ANSWER = WayBack(
    slug="answer",
    model="pairings.MatchSeat",
    noun=_("Answer to a proposal"),
    title=_("Take the answer back"),
    consequence=_("The question waits for you again on your home page, and for the others it is open again."),
    done=_("Your answer is taken back. You can answer anew."),
    own=lambda user, seat: seat.person_id == user.person_id,
    own_until=answer_is_settled,
    kept=nobody,
    named=lambda seat: str(seat.run.kind_info.label),
    leads_to=lambda _seat: reverse("home"),
    shown_with=("run", "match"),
)


def proposed_it(user: User, pairing: Row) -> bool:
    """Return whether the user made the proposal, or leads what is proposed."""
    return pairing.proposed_by_id == user.pk or (user.person_id is not None and pairing.leader == user.person)


def leads_it(user: User, pairing: Row) -> bool:
    """Return whether the user leads the pairing."""
    if user.person_id is None:
        return False
    return any(seat.role == kinds.LEADER and seat.person_id == user.person_id for seat in pairing.shown_seats)


def pairing_is_over(pairing: Row) -> "StrOrPromise":
    """Return that a pairing is over, after which what was done in it is the secretary's to remove."""
    if pairing.is_active:
        return ""
    return _("The pairing is over. The branch's secretary can still remove this, with a reason.")


def proposal_is_decided(pairing: Row) -> "StrOrPromise":
    """Return that a proposal was decided on."""
    if pairing.status in (pairing.Status.PROPOSED, pairing.Status.RETURNED):
        return ""
    return _("It was decided on. What was decided changes only by a new decision.")


PROPOSAL = WayBack(
    slug="proposal",
    model="pairings.Pairing",
    noun=_("Proposal"),
    title=_("Withdraw the proposal"),
    consequence=_("The proposal is gone with its people and plans, and counts nowhere."),
    done=_("The proposal is withdrawn."),
    own=proposed_it,
    own_until=proposal_is_decided,
    kept_until=proposal_is_decided,
    day=lambda pairing: pairing.started_on,
    leads_to=lambda pairing: reverse(f"{pairing.kind_info.namespace}:list"),
    told_under=lambda pairing: (type(pairing), pairing.kind_info.model_class),
    words=("title", "aim", "course", "topic", "contest"),
    verb="withdraw",
)


def decides_on_it(user: User, pairing: Row) -> bool:
    """Return whether the user decides on the pairing: nobody who takes part does, on the way back either."""
    takes_part = user.person_id is not None and any(seat.person_id == user.person_id for seat in pairing.shown_seats)
    return user.manages(pairing.branch_id) and not takes_part


def decision_stands(pairing: Row) -> "StrOrPromise":
    """Return why the newest decision on a pairing cannot be undone (a few queries for an active one)."""
    if pairing.status == pairing.Status.PROPOSED:
        return _("Nothing has been decided yet.")
    if pairing.is_active and (pairing.last_logged_on or pairing.as_form().is_begun()):
        return _("Work was done in it already, so that it really began. End it, or remove what was entered by mistake.")
    return ""


def what_undoing_does(pairing: Row) -> Iterator["StrOrPromise"]:
    """Yield what undoing the newest decision comes to."""
    if pairing.is_active:
        yield _("The approval is undone: the pairing waits for approval again.")
    elif pairing.status == pairing.Status.RETURNED:
        yield _("The return is undone: the proposal waits for approval again.")
    elif pairing.approved_at:
        yield _("It is active again with the people who sat in it to the end, and was neither completed nor ended.")
    else:
        yield _("The proposal waits for approval again.")


DECISION = WayBack(
    slug="decision",
    model="pairings.Pairing",
    noun=_("Decision on a pairing"),
    title=_("Undo the decision"),
    consequence=_("The pairing goes back to where it stood before, and no figure says otherwise."),
    done=_("Undone. The pairing stands where it stood before."),
    kept=decides_on_it,
    kept_until=decision_stands,
    named=lambda pairing: pairing.title,
    day=lambda pairing: pairing.closed_on or pairing.started_on,
    matters=what_undoing_does,
    verb="undo_decision",
    in_reports=True,
)


def decides_on_change(user: User, request: Row) -> bool:
    """Return whether the user decides on the request: nobody who asked for it or takes part does."""
    own = request.asked_by_id == user.pk or request.involves(user.person_id)
    return not own and decides_on_it(user, request.pairing)


def change_stands(request: Row) -> "StrOrPromise":
    """Return why the decision on a change cannot be undone (a few queries for one that was carried out)."""
    if request.state not in (*request.APPLIED, request.State.REFUSED):
        return _("Nothing has been decided yet.") if request.is_waiting else _("It was not decided on.")
    if not request.pairing.is_active:
        return _("The pairing is over.")
    others = request.pairing.changes.filter(subject=request.subject).exclude(pk=request.pk)
    if others.open().exists():
        return _("Another change of this waits for its decision. Decide on that first.")
    return what_stands_on_change(request, others) if request.state in request.APPLIED else ""


def what_stands_on_change(request: Row, others: Row) -> "StrOrPromise":
    """Return what was done since a change was carried out, so that it stays (a few queries)."""
    if others.filter(pk__gt=request.pk, state__in=request.APPLIED).exists():
        return _("This was changed again since. Undo the later change first.")
    joined = [seat.joining_id for seat in request.seats.all() if seat.joining_id]
    if joined and request.pairing.as_form().works_of(joined):
        return _("Somebody who came by this change has work in it already, so that they really took part.")
    return ""


def what_undoing_change_does(request: Row) -> Iterator["StrOrPromise"]:
    """Yield what undoing the decision comes to."""
    if request.state == request.State.REFUSED:
        yield _("The refusal is undone: the request waits for a decision again.")
        return
    for one in request.differences():
        yield _("%(label)s: %(new)s → %(old)s") % {
            "label": one.label,
            "new": one.new or _("(empty)"),
            "old": one.old or _("(empty)"),
        }


CHANGE = WayBack(
    slug="change",
    model="pairings.ChangeRequest",
    noun=_("Decision on a change"),
    title=_("Undo the decision on the change"),
    consequence=_("What was changed stands as before, and the request waits for a decision again."),
    done=_("Undone. The request waits for a decision again."),
    kept=decides_on_change,
    kept_until=change_stands,
    named=lambda request: request.pairing.title,
    day=lambda request: request.on,
    matters=what_undoing_change_does,
    shown_with=("pairing__branch",),
    verb="undo",
    in_reports=True,
)
PAIRING_FILE = WayBack(
    slug="pairing_file",
    model="pairings.PairingFile",
    noun=_("File of a pairing"),
    title=_("Remove the file"),
    consequence=_("The file is gone for good, from this pairing and, unless another record holds it, from the disk."),
    done=_("The file is removed."),
    named=lambda file: file.pairing.title,
    leads_to=lambda file: file.pairing.get_absolute_url(),
    shown_with=("pairing", "evidence__file"),
)
EXPLANATION = WayBack(
    slug="explanation",
    model="pairings.ContradictionAnswer",
    noun=_("Answer to a contradiction"),
    title=_("Take the explanation back"),
    consequence=_("The contradiction is open again wherever it is shown. The record itself stays as it is."),
    done=_("Taken back. The contradiction is open again."),
    own=lambda user, answer: user.pk is not None and answer.by_id == user.pk,
    named=lambda answer: answer.told[:NAME_LENGTH],
    words=("reason",),
)
WAYS = (LOG, PHOTO, ANSWER, PROPOSAL, DECISION, CHANGE, PAIRING_FILE, EXPLANATION)
