"""What of outcomes can be taken back, by whom and until when."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from organization.models import User
from organization.ways_back import WayBack, manages_it, nobody

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

Row = Any


def entered_it(user: User, outcome: Row) -> bool:
    """Return whether the user entered the outcome."""
    return user.pk is not None and outcome.entered_by_id == user.pk


def submitted_it(user: User, outcome: Row) -> bool:
    """Return whether the user submitted the outcome."""
    return user.pk is not None and outcome.submitted_by_id == user.pk


def reviews_it(user: User, outcome: Row) -> bool:
    """Return whether the user decides on the outcome: who submitted it does not, on the way back either."""
    return manages_it(user, outcome) and not submitted_it(user, outcome)


def stands_at(outcome: Row, *states: str) -> "StrOrPromise":
    """Return that an outcome stands at another state of its review than these."""
    if outcome.review in states:
        return ""
    return _("This outcome is %(state)s; that cannot be done now.") % {"state": outcome.get_review_display()}


def draft_is_kept(outcome: Row) -> "StrOrPromise":
    """Return why a draft cannot go: it is none any more, or counted once (a query)."""
    if problem := stands_at(outcome, *outcome.EDITABLE):
        return problem
    if type(outcome).objects.decided().filter(pk=outcome.pk).exists():
        return _("It was verified once, and reports may rest on it: it stays, as returned.")
    return ""


DRAFT = WayBack(
    slug="draft",
    model="outcomes.Outcome",
    noun=_("Draft of an outcome"),
    title=_("Remove the draft"),
    consequence=_("The draft is gone with its people, credits and files."),
    done=_("The draft is removed."),
    own=entered_it,
    own_until=draft_is_kept,
    kept_until=draft_is_kept,
    day=lambda outcome: outcome.achieved_on,
    leads_to=lambda _outcome: reverse("outcomes:list"),
    words=("title", "issuer", "note"),
    verb="drop",
)
SUBMISSION = WayBack(
    slug="submission",
    model="outcomes.Outcome",
    noun=_("Submission"),
    title=_("Withdraw the submission"),
    consequence=_("It is a draft again: nobody reviews it until it is submitted anew."),
    done=_("Withdrawn. It is a draft again."),
    own=lambda user, outcome: submitted_it(user, outcome) or entered_it(user, outcome),
    own_until=lambda outcome: stands_at(outcome, outcome.Review.SUBMITTED),
    kept=nobody,
    named=lambda outcome: outcome.title,
    day=lambda outcome: outcome.achieved_on,
    verb="withdraw",
)


def verification_stands(outcome: Row) -> "StrOrPromise":
    """Return why a verification cannot be revoked now: nothing is verified, or others stand on it (two queries)."""
    if problem := stands_at(outcome, outcome.Review.VERIFIED):
        return problem
    if type(outcome)._base_manager.filter(corrects=outcome).exists():
        return _("A correction of this outcome is under way. Remove its draft or return it first.")
    decided = (outcome.Review.SUBMITTED, outcome.Review.VERIFIED)
    if sequel := outcome.continued_by.filter(review__in=decided).first():
        return _("“%(title)s” continues this one. Revoke or return that one first.") % {"title": sequel.title}
    return ""


def what_revoking_moves(outcome: Row) -> Iterator["StrOrPromise"]:
    """Yield what else a revocation does (a query)."""
    if outcome.corrects_id:
        yield _("The version that it corrected counts again.")
    if count := outcome.continued_by.filter(review__in=outcome.EDITABLE).count():
        yield _("Drafts that continue it lose the link: %(count)s.") % {"count": count}


VERIFICATION = WayBack(
    slug="verification",
    model="outcomes.Outcome",
    noun=_("Verification"),
    title=_("Revoke the verification"),
    consequence=_(
        "The outcome leaves every figure at once and goes back to its author, with your reason. What was frozen"
        " stays as it is and says so."
    ),
    done=_("Revoked. The outcome counts nowhere and was returned with your reason."),
    kept=reviews_it,
    kept_until=verification_stands,
    named=lambda outcome: outcome.title,
    day=lambda outcome: outcome.achieved_on,
    matters=what_revoking_moves,
    verb="revoke",
    in_reports=True,
)


def return_stands(outcome: Row) -> "StrOrPromise":
    """Return why a return cannot be undone: nothing was returned, or it is no longer what was submitted."""
    if problem := stands_at(outcome, outcome.Review.RETURNED):
        return problem
    if outcome.submitted_by_id is None or outcome.returned_version != outcome.version:
        return _("It was changed after it was returned. Whoever answers for it submits it again.")
    return ""


RETURN = WayBack(
    slug="return",
    model="outcomes.Outcome",
    noun=_("Return"),
    title=_("Undo the return"),
    consequence=_("It waits for verification again, as it was submitted."),
    done=_("It waits for verification again."),
    kept=reviews_it,
    kept_until=return_stands,
    named=lambda outcome: outcome.title,
    day=lambda outcome: outcome.achieved_on,
    verb="undo_return",
)


def proof_stands(proof: Row) -> "StrOrPromise":
    """Return why a proof cannot go now: its outcome is verified and cannot be returned."""
    return verification_stands(proof.outcome) if proof.outcome.is_verified else ""


def what_removing_moves(proof: Row) -> Iterator["StrOrPromise"]:
    """Yield what else removing a proof does."""
    if proof.outcome.is_verified:
        yield _("The outcome was verified with this file: its verification is revoked too, so that it counts nowhere.")
        yield from what_revoking_moves(proof.outcome)


PROOF = WayBack(
    slug="proof",
    model="outcomes.OutcomeEvidence",
    noun=_("Proof of an outcome"),
    title=_("Remove the file"),
    consequence=_("The file is gone for good, from this outcome and, unless another record holds it, from the disk."),
    done=_("The file is removed."),
    own=lambda user, proof: entered_it(user, proof.outcome),
    own_until=lambda proof: stands_at(proof.outcome, *proof.outcome.EDITABLE),
    kept_until=proof_stands,
    named=lambda proof: proof.outcome.title,
    day=lambda proof: proof.outcome.achieved_on,
    leads_to=lambda proof: proof.outcome.get_absolute_url(),
    matters=what_removing_moves,
    words=("ledger_cells",),
    shown_with=("outcome", "evidence__file"),
    in_reports=True,
)


def report_file_stands(kept: Row) -> "StrOrPromise":
    """Return that a file is one of the documents that were handed in, which stay."""
    return _("This is what was handed in; it stays as it is.") if kept.name.startswith("report.") else ""


REPORT_FILE = WayBack(
    slug="report_file",
    model="outcomes.ReportFile",
    noun=_("Proof in a frozen report"),
    title=_("Remove the file from the report"),
    consequence=_(
        "The report keeps its figures, its documents and the file's hash, and says that the file was removed, by whom"
        " and why. Where no other record holds it, it is gone from the disk."
    ),
    done=_("The file is removed; the report says so."),
    kept_until=report_file_stands,
    named=lambda kept: str(kept.report),
    leads_to=lambda kept: kept.report.get_absolute_url(),
    shown_with=("report__branch", "evidence__file"),
    in_reports=True,
)


def asked_for_it(user: User, share: Row) -> bool:
    """Return whether the request is the user's own: who asked, or manages the outcome's branch."""
    return user.pk is not None and (share.asked_by_id == user.pk or user.manages(share.outcome.branch_id))


def only_asked(share: Row) -> "StrOrPromise":
    """Return that a request was answered, so that it is no longer its author's alone."""
    return _("It was answered already.") if share.state != share.State.ASKED else ""


def manages_either(user: User, share: Row) -> bool:
    """Return whether the user manages the branch that shares, or the one that owns."""
    return user.manages(share.branch_id) or user.manages(share.outcome.branch_id)


def share_stands(share: Row) -> "StrOrPromise":
    """Return why an agreement cannot be taken back: credits of the branch stand on it, or a correction is under way."""
    if share.state != share.State.AGREED:
        return _("Nothing was agreed; the request is answered or withdrawn.")
    credited = share.outcome.credits.filter(pairing__branch=share.branch_id).select_related("pairing").first()
    if credited:
        return _("“%(pairing)s” of the branch is credited with it. Take that credit out first.") % {"pairing": credited}
    if share.outcome.review in (share.outcome.Review.SUPERSEDED, share.outcome.Review.MERGED):
        return _("Another record stands for this one by now.")
    return ""


SHARE = WayBack(
    slug="share",
    model="outcomes.OutcomeShare",
    noun=_("Sharing of an outcome"),
    title=_("Take the sharing back"),
    consequence=_("The branch does not share the outcome: it does not count there any more."),
    done=_("The branch does not share the outcome any more."),
    own=asked_for_it,
    own_until=only_asked,
    kept=manages_either,
    kept_until=share_stands,
    named=lambda share: share.outcome.title,
    leads_to=lambda _share: reverse("outcomes:list"),
    day=lambda share: share.outcome.achieved_on,
    shown_with=("outcome", "branch"),
    in_reports=True,
)
WAYS = (DRAFT, SUBMISSION, VERIFICATION, RETURN, PROOF, REPORT_FILE, SHARE)
