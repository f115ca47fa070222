"""What was approved changes by a new decision: who asks for what and why, and what was decided on it."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from organization.models import Branch, Person, RuleError, ScopedQuerySet, User, all_or_nothing
from organization.reach import Reach
from organization.text import PlainTextField
from organization.verbs import verb, writes
from pairings.models import back, changing, fields_in_words, transitions
from pairings.models.fields_in_words import Difference
from pairings.models.pairing import Pairing
from pairings.models.steps import What, note

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

#: How the description in ChangeRequest.values is written.
VALUES_VERSION = 1


class ChangeRequestQuerySet(ScopedQuerySet):
    """Change requests; people see those of their own pairings."""

    branch_path = "pairing__branch"

    def own_rows(self, reach: Reach) -> Q:
        """Return the requests about the user's own pairings."""
        return Q(pairing__in=Pairing.objects.filter(Pairing.objects.all().own_rows(reach)).values("pk"))

    def open(self) -> "ChangeRequestQuerySet":
        """Return the requests that wait for a decision."""
        return self.filter(state=ChangeRequest.State.OPEN)

    def waiting(self) -> "ChangeRequestQuerySet":
        """Return what waits for the secretary: to be decided, or recorded and not looked at yet."""
        unseen = Q(state=ChangeRequest.State.RECORDED, decided_by__isnull=True)
        return self.filter(Q(state=ChangeRequest.State.OPEN) | unseen)

    def at_desk_of(self, user: User) -> "ChangeRequestQuerySet":
        """Return the requests of the branches that the user manages."""
        return self.visible_to(user).filter(pairing__branch__in=Branch.objects.managed_by(user))

    def with_words(self) -> "ChangeRequestQuerySet":
        """Fetch what is shown of a request of a pairing: people, and who asked and decided."""
        return self.select_related("asked_by__person", "decided_by__person").prefetch_related(
            "seats__leaving", "seats__joining"
        )

    def with_pairings(self) -> "ChangeRequestQuerySet":
        """Fetch, besides, the pairing with its people."""
        return self.with_words().select_related("pairing__branch").prefetch_related("pairing__seats__person")


class ChangeRequest(models.Model):
    """Somebody asks that an approved pairing's people, work or contract change; the old holds until it is decided."""

    class Subject(models.TextChoices):
        """What changes together; PairingKind.decided says which fields of a form that is."""

        PEOPLE = "people", _("People")
        WORK = "work", _("What it works on")
        CONTRACT = "contract", _("Contract")

    State = transitions.ChangeState

    #: What was carried out.
    APPLIED = (State.APPROVED, State.RECORDED)
    #: What nothing came of.
    IN_VAIN = (State.REFUSED, State.WITHDRAWN, State.LAPSED)

    pairing = models.ForeignKey(Pairing, models.PROTECT, related_name="changes", verbose_name=_("pairing"))
    subject = models.CharField(_("what changes"), max_length=10, choices=Subject)
    on = models.DateField(_("counts from"), default=timezone.localdate)
    reason = PlainTextField(_("reason"), max_length=500)
    #: {"version", "fields": {name: {"old", "new", "words": [old, new] where the two are rows}}}; people have rows.
    values = models.JSONField(blank=True, default=dict)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("asked for by")
    )
    asked_at = models.DateTimeField(_("asked for at"), default=timezone.now)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("decided by")
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    decision_reason = PlainTextField(_("reason for the decision"), max_length=500, blank=True)

    objects = ChangeRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("change request")
        verbose_name_plural = _("change requests")
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["pairing", "subject"],
                condition=Q(state="open"),
                name="one_open_change_a_subject",
                violation_error_message=_("A change of this waits for its decision already."),
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["approved", "refused"]) | Q(decided_by__isnull=False, decided_at__isnull=False),
                name="change_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["approved", "refused"]) | ~Q(decided_by=F("asked_by")),
                name="change_decided_by_another",
                violation_error_message=_("Whoever asked for a change does not decide on it."),
            ),
            models.CheckConstraint(
                condition=~Q(state="refused") | ~Q(decision_reason=""), name="change_refused_with_a_reason"
            ),
        ]
        indexes = [
            # The secretary's queue: what is open or was recorded, the oldest first.
            models.Index(fields=["state", "asked_at"], name="change_queue"),
        ]

    def __str__(self) -> str:
        return f"{self.pairing.title} · {self.subject_label}"

    def get_absolute_url(self) -> str:
        """Return the address of the request on its pairing's page."""
        return f"{self.pairing.get_absolute_url()}#change-{self.pk}"

    @property
    def branch_id(self) -> int:
        """Return the branch of the pairing."""
        return self.pairing.branch_id

    @property
    def subject_label(self) -> "StrOrPromise":
        """Return what the pairing's form calls what changes."""
        of_form = {part.slug: part.label for part in self.pairing.kind_info.decided}
        return of_form.get(self.subject, self.get_subject_display())

    @property
    def is_waiting(self) -> bool:
        """Whether it waits for a decision."""
        return self.state == self.State.OPEN

    @property
    def is_unseen(self) -> bool:
        """Whether it was recorded and nobody at the desk has looked at it."""
        return self.state == self.State.RECORDED and self.decided_by_id is None

    @property
    def fields(self) -> dict[str, dict[str, Any]]:
        """Return what changes of the form's own fields, by their names."""
        return self.values.get("fields", {})

    def differences(self) -> list[Difference]:
        """Return in words what it changes (prefetch `seats__leaving` and `seats__joining`)."""
        people = [
            Difference(
                self.pairing.kind_info.role(seat.role).label,
                seat.leaving.name if seat.leaving else "",
                seat.joining.name if seat.joining else "",
            )
            for seat in self.seats.all()
        ]
        form = self.pairing.kind_info.model_class
        return people + [fields_in_words.told(form, name, told) for name, told in self.fields.items()]

    def involves(self, person_id: int | None) -> bool:
        """Return whether the person would come to sit in the pairing by it (prefetch `seats`)."""
        return person_id is not None and any(seat.joining_id == person_id for seat in self.seats.all())

    # Verbs: lock the pairing, then the request, re-read, check, write and record, or raise.

    @verb
    def ask(
        self,
        *,
        by: User,
        people: Mapping[str, Person] | None = None,
        helpers: Collection[Person] | None = None,
        values: Mapping[str, Any] | None = None,
        at_once: bool = False,
    ) -> None:
        """Ask for a change of an approved pairing; where its branch says so, it is carried out and shown at once.

        Args:
            by: who asks: who leads the pairing, or manages its branch.
            people: person by role slug; roles that are not named stay as they are.
            helpers: who helps from now on; None leaves them as they are.
            values: new values of the form's own fields, by name.
            at_once: whether it cannot wait, as where somebody has left; it is then recorded, whatever the branch says.

        Raises:
            RuleError: when the pairing is not active, `by` may not ask, nothing would change, or a change of this
                waits already.
            ValidationError: by role or field, when the change would break a rule as things stand.
        """
        with all_or_nothing():
            pairing = self._lock_pairing()
            self._check_asker(by)
            is_about_people = self.subject == self.Subject.PEOPLE
            named = pairing.hold_people(people or {}, helpers) if is_about_people else None
            seats = changing.places_for(pairing, *named) if named else []
            fields = fields_in_words.changed(pairing.as_form(), values or {})
            if not seats and not fields:
                raise RuleError(_("This is how it stands already."))
            self.asked_by, self.values = by, {"version": VALUES_VERSION, "fields": fields} if fields else {}
            self.full_clean()
            self.save()
            for seat in seats:
                seat.request = self
                seat.save()
            if at_once or pairing.branch.changes == Branch.Changes.RECORDED:
                self._carry_out(by=by)
                self._move(self.State.RECORDED, by=by if by.manages(pairing.branch_id) else None)
                note(pairing, What.RECORDED, by=by, words=self.reason, change=self)
            else:
                self._try(by=by)
                note(pairing, What.ASKED, by=by, words=self.reason, change=self)

    @verb
    def approve(self, *, by: User) -> None:
        """Carry the change out.

        Raises:
            RuleError: when it does not wait any more, `by` asked for it, takes part or does not manage the branch, or
                it does not fit any more.
        """
        with self._locked(*transitions.APPROVE_CHANGE.allowed) as request:
            request.check_decider(by)
            try:
                request._carry_out(by=by)
            except ValidationError as error:
                words = _("It does not fit any more: %(why)s") % {"why": " ".join(error.messages)}
                raise RuleError(words) from error
            request._move(self.State.APPROVED, by=by)
            note(request.pairing, What.CHANGED, by=by, change=request)

    @verb
    def refuse(self, *, by: User, reason: str) -> None:
        """Leave things as they are, and say why.

        Raises:
            RuleError: when it does not wait any more, no reason is given, or `by` may not decide on it.
        """
        if not reason.strip():
            raise RuleError(_("Please write a reason, so that they know why."))
        with self._locked(*transitions.REFUSE_CHANGE.allowed) as request:
            request.check_decider(by)
            request._move(self.State.REFUSED, by=by, reason=reason.strip())
            note(request.pairing, What.REFUSED, by=by, words=reason.strip(), change=request)

    @verb
    def withdraw(self, *, by: User) -> None:
        """Take one's own request back before it was decided on.

        Raises:
            RuleError: when it does not wait any more, or somebody else asked for it.
        """
        with self._locked(*transitions.WITHDRAW_CHANGE.allowed) as request:
            if by.pk != request.asked_by_id:
                raise RuleError(_("Only whoever asked for a change takes the request back."))
            request._move(self.State.WITHDRAWN)
            note(request.pairing, What.WITHDRAWN, by=by, change=request)

    @verb
    def see(self, *, by: User) -> None:
        """Keep that somebody at the desk has looked at a change that was recorded.

        Raises:
            RuleError: when it was not recorded or was looked at, or `by` may not decide on it.
        """
        with self._locked(*transitions.SEE_CHANGE.allowed) as request:
            if not request.is_unseen:
                raise RuleError(_("Somebody has looked at it already."))
            request.check_decider(by)
            request._move(self.State.RECORDED, by=by)

    @writes
    def lapse(self, *, by: User) -> None:
        """Let an open request lapse with its pairing's end; called inside its transaction, with the pairing locked."""
        request = ChangeRequest.objects.select_for_update().get(pk=self.pk)
        request._move(self.State.LAPSED)
        note(request.pairing, What.LAPSED, by=by, change=request)

    @verb
    def undo(self, *, by: User, reason: str) -> None:
        """Undo the decision: what was changed stands as before, and the request waits again.

        Raises:
            RuleError: when it was not decided, something stands on it, `by` may not decide on it, or no reason is
                given.
        """
        with all_or_nothing():
            pairing = self._lock_pairing(is_over=True)
            with back.CHANGE.taking(self, by=by, reason=reason) as (request, line):
                at = request.decided_at.isoformat() if request.decided_at else ""
                line.facts = {"state": request.state, "decided_by": request.decided_by_id, "decided_at": at}
                if request.state in self.APPLIED:
                    request.pairing = pairing
                    changing.carry_back(pairing, request.seats.select_related("left", "taken"), request.fields)
                request._move(self.State.OPEN)
                note(pairing, What.UNDONE, by=by, words=reason.strip(), change=request)
        self.refresh_from_db()

    def check_decider(self, by: User) -> None:
        """Refuse whoever may not decide on the request.

        Raises:
            RuleError: unless they manage the branch, did not ask for it, and neither take part nor would by it.
        """
        by.must_manage(self.pairing.branch_id)
        if by.pk == self.asked_by_id:
            raise RuleError(_("You asked for this change. A deputy, another secretary or the operator decides on it."))
        if self.pairing.seats_person(by.person_id) or self.involves(by.person_id):
            raise RuleError(_("You take part in this. A deputy, another secretary or the operator decides on it."))

    def _check_asker(self, by: User) -> None:
        """Refuse whoever has no say in the pairing."""
        leader = self.pairing.leader
        if not by.manages(self.pairing.branch_id) and (leader is None or leader.pk != by.person_id):
            raise RuleError(_("Who leads the pairing, or the branch's secretary, asks for a change."))

    def _try(self, *, by: User) -> None:
        """Refuse at once what could not be carried out as things stand, and leave everything as it is."""
        with transaction.atomic():
            self._carry_out(by=by, decides=False)
            transaction.set_rollback(True)

    def _carry_out(self, *, by: User, decides: bool = True) -> None:
        """Carry the change out on the locked pairing; every rule of its approval is tried again."""
        places = list(self.seats.select_related("leaving", "joining"))
        changing.carry_out(self.pairing, places, self.fields, on=self.on, by=by, decides=decides)

    def _move(self, state: str, *, by: User | None = None, reason: str = "") -> None:
        """Write where the locked request is."""
        self.state, self.decided_by, self.decision_reason = state, by, reason
        self.decided_at = timezone.now() if by else None
        self.save(update_fields=["state", "decided_by", "decided_at", "decision_reason"])

    def _lock_pairing(self, *, is_over: bool = False) -> Pairing:
        """Lock and re-read the pairing, or refuse when it is not active and must be."""
        self.pairing = Pairing.objects.select_for_update().get(pk=self.pairing_id)
        if not self.pairing.is_active and not is_over:
            raise RuleError(_("Only an approved pairing that is not over takes a change request."))
        return self.pairing

    @contextmanager
    def _locked(self, *allowed: str) -> Iterator["ChangeRequest"]:
        """Yield the locked and re-read request with its locked pairing, when its state is one of those allowed."""
        with all_or_nothing():
            pairing = self._lock_pairing(is_over=self.State.RECORDED in allowed)
            request = ChangeRequest.objects.select_for_update().get(pk=self.pk)
            if request.state not in allowed:
                words = _("This change request is %(state)s; that cannot be done now.")
                raise RuleError(words % {"state": request.get_state_display()})
            request.pairing = pairing
            yield request
        self.refresh_from_db()
