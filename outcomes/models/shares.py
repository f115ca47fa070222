"""Who is asked to share an outcome, and what their branch said; `Outcome.shared_with` holds those that agreed."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import models
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from organization.models import Branch, RuleError, ScopedQuerySet, User, all_or_nothing
from organization.reach import Viewer
from organization.text import PlainTextField
from organization.verbs import verb
from outcomes.models import back, transitions
from outcomes.models.outcome import Outcome
from outcomes.models.seal import is_sealed, seal_of


class OutcomeShareQuerySet(ScopedQuerySet):
    """Requests to share: seen by the branch that is asked, and by whoever sees the outcome."""

    def visible_to(self, user: Viewer) -> "OutcomeShareQuerySet":
        """Return the requests to the user's branches, and those about outcomes that the user sees."""
        return self.filter(outcome__in=Outcome.objects.visible_to(user).values("pk"))

    def waiting(self) -> "OutcomeShareQuerySet":
        """Return the requests that nobody answered yet."""
        return self.filter(state=OutcomeShare.State.ASKED)


class OutcomeShare(models.Model):
    """A branch is asked to share an outcome of another one, and its secretary agrees or declines."""

    State = transitions.ShareState

    outcome = models.ForeignKey(Outcome, models.CASCADE, related_name="shares")  # a draft goes with its requests
    branch = models.ForeignKey(Branch, models.PROTECT, related_name="asked_shares", verbose_name=_("branch"))
    state = models.CharField(_("answer"), max_length=8, choices=State, default=State.ASKED, editable=False)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False, verbose_name=_("asked by")
    )
    asked_at = models.DateTimeField(_("asked at"), auto_now_add=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        editable=False,
        verbose_name=_("answered by"),
    )
    answered_at = models.DateTimeField(_("answered at"), null=True, editable=False)
    reason = PlainTextField(_("reason"), max_length=500, blank=True, editable=False)

    objects = OutcomeShareQuerySet.as_manager()

    class Meta:
        verbose_name = _("request to share")
        verbose_name_plural = _("requests to share")
        ordering = ["outcome", "branch"]
        constraints = [
            models.UniqueConstraint(
                fields=["outcome", "branch"],
                condition=~Q(state="declined"),
                name="share_asked_once",
                violation_error_message=_("This branch was asked already."),
            ),
            models.CheckConstraint(
                condition=Q(state="asked", answered_by__isnull=True, answered_at__isnull=True)
                | ~Q(state="asked") & Q(answered_by__isnull=False, answered_at__isnull=False),
                name="share_answered_by_somebody",
            ),
        ]
        indexes = [
            # What a branch is asked.
            models.Index(fields=["branch", "state"], name="share_of_branch"),
        ]

    def __str__(self) -> str:
        return f"{self.outcome} · {self.branch}"

    def get_absolute_url(self) -> str:
        """Return the address of the outcome's page."""
        return self.outcome.get_absolute_url()

    @verb
    def agree(self, *, by: User) -> None:
        """Share the outcome: it counts in the branch too from now on, and once in the college.

        Raises:
            RuleError: when it was answered, `by` does not manage the branch, or the outcome is none to share any more.
        """
        with self._answering(by) as share:
            change_shares(share.outcome, add=[share.branch])
            share._answer(self.State.AGREED, by)
        self.refresh_from_db()

    @verb
    def decline(self, *, by: User, reason: str) -> None:
        """Say that the branch does not share the outcome.

        Raises:
            RuleError: when it was answered, `by` does not manage the branch, or no reason is given.
        """
        if not reason.strip():
            raise RuleError(_("Please write a reason."))
        with self._answering(by) as share:
            share._answer(self.State.DECLINED, by, reason.strip())
        self.refresh_from_db()

    @verb
    def take_back(self, *, by: User, reason: str = "") -> None:
        """Withdraw the request, or take back that the branch shares the outcome.

        Raises:
            RuleError: when it is not `by`'s, credits of the branch stand on it, or no reason is given.
        """
        with back.SHARE.taking(self, by=by, reason=reason) as (share, line):
            outcome = Outcome.objects.select_for_update(of=("self",)).get(pk=share.outcome_id)
            line.facts = {"outcome": outcome.pk, "branch": share.branch_id, "state": share.state}
            if share.state == self.State.AGREED:
                change_shares(outcome, remove=[share.branch])
            share.delete()

    @contextmanager
    def _answering(self, by: User) -> Iterator["OutcomeShare"]:
        """Yield the locked and re-read request when it waits for `by`."""
        by.must_manage(self.branch_id)
        with all_or_nothing():
            Outcome.objects.select_for_update(of=("self",)).get(pk=self.outcome_id)
            share = OutcomeShare.objects.select_for_update(of=("self",)).filter(pk=self.pk).first()
            if share is None:
                raise RuleError(_("The request was withdrawn."))
            if share.state not in transitions.AGREE.allowed:
                raise RuleError(_("This was answered already: %(answer)s.") % {"answer": share.get_state_display()})
            yield share

    def _answer(self, state: str, by: User, reason: str = "") -> None:
        """Write the answer of a locked row."""
        self.state, self.answered_by, self.answered_at, self.reason = state, by, timezone.now(), reason
        self.save(update_fields=["state", "answered_by", "answered_at", "reason"])


@verb
def ask_to_share(outcome: Outcome, branch: Branch, *, by: User) -> OutcomeShare:
    """Ask another branch of the college whether it shares an outcome.

    Raises:
        RuleError: when `by` may not, the outcome is none to share, or the branch is its own or of another college.
        ValidationError: when the branch was asked already.
    """
    with all_or_nothing():
        outcome = Outcome.objects.select_for_update(of=("self",)).get(pk=outcome.pk)
        if not may_ask(by, outcome):
            raise RuleError(_("Its author, or once it is verified the branch's secretary, asks others to share it."))
        if branch not in branches_to_ask(outcome):
            raise RuleError(_("Only other branches of the college, which do not share it yet, can be asked."))
        share = OutcomeShare(outcome=outcome, branch=branch, asked_by=by)
        share.full_clean()
        share.save()
    return share


def may_ask(user: User, outcome: Outcome) -> bool:
    """Return whether the user says who shares an outcome: its author until it is verified, the secretary also after."""
    if outcome.review in (Outcome.Review.SUPERSEDED, Outcome.Review.MERGED):
        return False
    return user.manages(outcome.branch_id) or (back.entered_it(user, outcome) and not outcome.is_verified)


def branches_to_ask(outcome: Outcome) -> QuerySet[Branch]:
    """Return the other branches of the college that neither share an outcome nor were asked."""
    asked = outcome.shares.exclude(state=OutcomeShare.State.DECLINED).values("branch")
    others = Branch.objects.filter(college=outcome.branch.college_id).exclude(pk=outcome.branch_id)
    return others.exclude(pk__in=asked).exclude(pk__in=outcome.shared_with.values("pk"))


def change_shares(outcome: Outcome, *, add: Iterable[Branch] = (), remove: Iterable[Branch] = ()) -> None:
    """Change who shares a locked outcome, and seal a verified one anew when its seal was whole.

    Raises:
        RuleError: when it is no version that counts or may yet count, or was changed past the site.
    """
    if outcome.review in (Outcome.Review.SUPERSEDED, Outcome.Review.MERGED):
        raise RuleError(_("Another record stands for this one by now."))
    if outcome.is_verified and not is_sealed(outcome):
        raise RuleError(_("“%(title)s” was changed after it was verified; see check_integrity.") % {"title": outcome})
    outcome.shared_with.add(*add)
    outcome.shared_with.remove(*remove)
    if outcome.is_verified:
        outcome.seal = seal_of(outcome)
    outcome.save(update_fields=["seal"])
