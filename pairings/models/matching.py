"""Proposals of who could work with whom: a run of the matching, and what people answer."""

import datetime
from collections.abc import Mapping

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from organization.models import (
    Branch,
    DeskQuerySet,
    NamesPeople,
    Person,
    RuleError,
    User,
    VersionedModel,
    all_or_nothing,
)
from organization.reach import Reach
from organization.trail import audit_made
from organization.verbs import verb, writes
from pairings import kinds
from pairings.matching import matcher_of
from pairings.matching.candidates import Candidate
from pairings.matching.wishes import Wishes
from pairings.models import back
from pairings.models.match_rules import MatchRule
from pairings.models.pairing import Pairing

#: So long an answer stands on the home page, where it can be taken back.
ANSWERED_LATELY = datetime.timedelta(days=30)


class MatchRun(VersionedModel):
    """One proposal for a branch: worked out as often as the secretary likes, then shown to the people."""

    class Reach(models.TextChoices):
        """What counts first."""

        TOTAL = "total", _("Best total fit")
        PEOPLE = "people", _("Most people paired")

    branch = models.ForeignKey(Branch, models.PROTECT, related_name="match_runs", verbose_name=_("branch"))
    kind = models.CharField(_("form"), max_length=20, editable=False)
    reach = models.CharField(_("what counts first"), max_length=10, choices=Reach, default=Reach.TOTAL)
    aim = models.CharField(_("aim above all at"), max_length=30, blank=True)
    weights = models.JSONField(_("weights"), default=dict)
    include_paired = models.BooleanField(_("also those who already have a pairing"), default=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    published_at = models.DateTimeField(_("shown to the people at"), null=True, editable=False)
    #: The groups of a proposal that nobody has seen yet; publishing turns them into rows.
    draft = models.JSONField(default=list, editable=False)
    leftovers = models.JSONField(default=list, editable=False)
    share_of_bound = models.FloatField(null=True, editable=False)

    objects = DeskQuerySet.as_manager()

    class Meta:
        verbose_name = _("matching proposal")
        verbose_name_plural = _("matching proposals")
        ordering = ["-pk"]
        indexes = [
            # A form's proposals in a branch, the newest first.
            models.Index(fields=["branch", "kind", "-id"], name="match_run_list"),
        ]

    def __str__(self) -> str:
        return _("Proposal %(number)s") % {"number": self.pk}

    def get_absolute_url(self) -> str:
        """Return the address of the proposal."""
        return reverse("pairings:run", args=[self.pk])

    @property
    def kind_info(self) -> kinds.PairingKind:
        """Return the registered kind."""
        return kinds.kind_of(self.kind)

    @property
    def is_published(self) -> bool:
        """Whether the people have been asked."""
        return self.published_at is not None

    @property
    def shown_share(self) -> str:
        """Return how close to the best possible it is at least, rounded down, e.g. 99.7%."""
        return f"{int((self.share_of_bound or 0) * 1000) / 10:g}%"

    def wishes(self, *also: MatchRule) -> Wishes:
        """Return the branch's rules for the form, and those that are not saved yet (one query)."""
        kept = MatchRule.objects.filter(branch=self.branch_id, kind=self.kind).select_related("brokered_by")
        rules = [*kept, *also]
        of = {
            rule: frozenset((one.person_id, one.other_id) for one in rules if one.rule == rule and one.other_id)
            for rule in (MatchRule.Rule.PIN, MatchRule.Rule.FORBID)
        }
        wanted, left_out = (
            frozenset(one.person_id for one in rules if one.rule == rule)
            for rule in (MatchRule.Rule.WANT, MatchRule.Rule.LEAVE_OUT)
        )
        brokered = {
            frozenset((one.person_id, one.other_id)): one.brokered_by.name
            for one in rules
            if one.brokered_by and one.other_id
        }
        return Wishes(of[MatchRule.Rule.PIN], of[MatchRule.Rule.FORBID], wanted, left_out, brokered)

    @classmethod
    @verb
    def begin(cls, branch: Branch, kind: str, *, by: User) -> "MatchRun":
        """Return a new run, not yet saved, that has the settings of the branch's last one of the form."""
        last = cls.objects.filter(branch=branch, kind=kind).first()
        run = cls(branch=branch, kind=kind, created_by=by)
        if last:
            run.reach, run.aim, run.weights, run.include_paired = (
                last.reach,
                last.aim,
                last.weights,
                last.include_paired,
            )
        return run

    @writes
    def propose(self, *also: MatchRule, candidates: Mapping[str, list[Candidate]] | None = None) -> None:
        """Propose anew by the run's settings and the branch's rules, and save nothing.

        Args:
            also: rules that are to be saved with the run.
            candidates: who may take each role; those that the form looks for itself unless said otherwise.

        Raises:
            RuleError: when the people have already been asked.
        """
        if self.is_published:
            raise RuleError(_("The people have been asked already; begin a new proposal."))
        matcher = matcher_of(self.kind_info)
        proposal = matcher.propose(
            candidates or matcher.candidates(self),
            weights=self.weights,
            aim=self.aim,
            most_people=self.reach == self.Reach.PEOPLE,
            wishes=self.wishes(*also),
        )
        self.draft, self.leftovers = proposal.groups, proposal.leftovers
        self.share_of_bound = proposal.share_of_bound

    @writes
    def work_out(self) -> None:
        """Propose anew, and save.

        Raises:
            RuleError: when the people have already been asked.
        """
        self.propose()
        with all_or_nothing():
            self.save()

    @verb
    def publish(self, *, by: User) -> None:
        """Ask the people: each group becomes a match that its members accept or decline.

        Raises:
            RuleError: when they have been asked already, there is nobody to ask, or rules or people have changed since.
        """
        with all_or_nothing():
            run = MatchRun.objects.select_for_update().get(pk=self.pk)
            if run.is_published:
                raise RuleError(_("The people have been asked already; begin a new proposal."))
            if not run.draft:
                raise RuleError(_("The proposal holds nobody to ask."))
            Person.objects.hold(person for group in run.draft for person in group["people"].values())
            if not run._still_stands():
                raise RuleError(_("The rules or the people have changed since. Please propose anew, then ask."))
            matches = Match.objects.bulk_create(
                Match(run=run, place=place, facts=group["facts"]) for place, group in enumerate(run.draft, 1)
            )
            seats = MatchSeat.objects.bulk_create(
                MatchSeat(run=run, match=match, role=role, person_id=person)
                for match, group in zip(matches, run.draft, strict=True)
                for role, person in group["people"].items()
            )
            audit_made(matches)
            audit_made(seats)
            run.published_at, run.draft = timezone.now(), []
            run.save(update_fields=["published_at", "draft"])
        self.refresh_from_db()

    def _still_stands(self) -> bool:
        """Return whether everybody in the draft can still take the place, and no rule speaks against it."""
        candidates = matcher_of(self.kind_info).candidates(self)
        free = {role: {one.person_id for one in people} for role, people in candidates.items()}
        wishes = self.wishes()
        for group in self.draft:
            people = set(group["people"].values())
            if any(person not in free[role] for role, person in group["people"].items()):
                return False
            if people & wishes.left_out or any(people.issuperset(pair) for pair in wishes.forbidden):
                return False
        return True


class MatchQuerySet(DeskQuerySet):
    """Matches; people see their own."""

    branch_path = "run__branch"

    def own_rows(self, reach: Reach) -> Q:
        """Return the matches in which the user is named."""
        return Q(pk__in=MatchSeat.objects.filter(person=reach.person_id).values("match"))

    def waiting_for(self, user: User) -> "MatchQuerySet":
        """Return the matches that the user has not answered, with who is in them."""
        unanswered = MatchSeat.objects.filter(person=user.person_id, answer=MatchSeat.Answer.WAITING).values("match")
        rows = self.filter(pk__in=unanswered, pairing__isnull=True).exclude(seats__answer=MatchSeat.Answer.DECLINED)
        return rows.with_people()

    def answered_by(self, user: User) -> "MatchQuerySet":
        """Return the matches that the user answered lately and that have become no pairing, with who is in them."""
        since = timezone.now() - ANSWERED_LATELY
        seats = MatchSeat.objects.filter(person=user.person_id, answered_at__gte=since).values("match")
        return self.filter(pk__in=seats, pairing__isnull=True).with_people()

    def with_people(self) -> "MatchQuerySet":
        """Fetch who is in each match."""
        return self.select_related("run", "pairing").prefetch_related("seats__person__office")


class Match(models.Model):
    """A group that a proposal would put together; it becomes a pairing when all accept and the secretary approves."""

    run = models.ForeignKey(MatchRun, models.CASCADE, related_name="matches")  # a proposal is its matches
    place = models.PositiveIntegerField(_("number"))
    facts = models.JSONField(default=dict)
    pairing = models.OneToOneField(Pairing, models.PROTECT, null=True, related_name="match", verbose_name=_("pairing"))

    objects = MatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("proposed group")
        verbose_name_plural = _("proposed groups")
        ordering = ["run", "place"]
        constraints = [models.UniqueConstraint(fields=["run", "place"], name="match_place_once")]

    def __str__(self) -> str:
        return "、".join(seat.person.name for seat in self.seats.all())

    @property
    def branch_id(self) -> int:
        """Return the branch of the proposal."""
        return self.run.branch_id

    @property
    def in_order(self) -> list["MatchSeat"]:
        """Return the seats in the order of the form's roles (prefetch `seats__person`)."""
        order = {role.slug: place for place, role in enumerate(self.run.kind_info.roles)}
        return sorted(self.seats.all(), key=lambda seat: order.get(seat.role, len(order)))

    @property
    def people(self) -> dict[str, Person]:
        """Return the person by role."""
        return {seat.role: seat.person for seat in self.in_order}

    @property
    def reasons(self) -> list[str]:
        """Return in words why these people."""
        return matcher_of(self.run.kind_info).say(self.facts)

    @property
    def is_accepted(self) -> bool:
        """Whether all have accepted."""
        return all(seat.answer == MatchSeat.Answer.ACCEPTED for seat in self.seats.all())

    @property
    def is_declined(self) -> bool:
        """Whether somebody has declined."""
        return any(seat.answer == MatchSeat.Answer.DECLINED for seat in self.seats.all())

    @verb
    def answer(self, *, by: User, accept: bool) -> None:
        """Record what somebody named in it says.

        Raises:
            RuleError: when they are not named in it, have answered, or it is decided already.
        """
        with all_or_nothing():
            match = Match.objects.select_for_update(of=("self",)).get(pk=self.pk)
            seat = match.seats.filter(person=by.person_id).first()
            if seat is None:
                raise RuleError(_("You are not named in this proposal."))
            if match.pairing_id or seat.answer != MatchSeat.Answer.WAITING:
                raise RuleError(_("This has been answered already."))
            seat.answer = MatchSeat.Answer.ACCEPTED if accept else MatchSeat.Answer.DECLINED
            seat.answered_at = timezone.now()
            seat.save(update_fields=["answer", "answered_at"])

    @verb
    def become(self, pairing: Pairing, *, people: Mapping[str, Person], by: User) -> None:
        """Propose the pairing that comes of it and, unless the secretary takes part in it, approve it.

        Args:
            pairing: the unsaved form's row with its title and its own fields.
            people: as the proposal page was filled in; they must be those who accepted.
            by: the secretary.

        Raises:
            RuleError: when not all have accepted, it has become one already, or the people are others.
            ValidationError: when the pairing or a seat breaks a rule.
        """
        with all_or_nothing():
            match = Match.objects.select_for_update(of=("self",)).get(pk=self.pk)
            if match.pairing_id:
                raise RuleError(_("This has become a pairing already."))
            if not match.is_accepted:
                raise RuleError(_("Not all of them have accepted yet."))
            if pairing.branch_id != match.branch_id:
                raise RuleError(_("The pairing belongs to the branch of its proposal."))
            if match.people != dict(people):
                raise RuleError(_("These are not the people who accepted. Begin a proposal of its own for others."))
            pairing.propose(by=by, people=people)
            if not pairing.seats_person(by.person_id):
                pairing.approve(by=by)
            match.pairing = pairing
            match.save(update_fields=["pairing"])


class MatchSeatQuerySet(DeskQuerySet):
    """Who is named in matches."""

    branch_path = "run__branch"

    def own_rows(self, reach: Reach) -> Q:
        """Return the seats of the matches in which the user is named."""
        return Q(match__in=MatchSeat.objects.filter(person=reach.person_id).values("match"))


class MatchSeat(NamesPeople):
    """A person is named in a match and answers for themselves."""

    class Answer(models.TextChoices):
        """What they said."""

        WAITING = "waiting", _("Not answered")
        ACCEPTED = "accepted", pgettext_lazy("answer", "Accepted")
        DECLINED = "declined", _("Declined")

    run = models.ForeignKey(MatchRun, models.CASCADE, related_name="+")  # as its match
    match = models.ForeignKey(Match, models.CASCADE, related_name="seats")  # a match is its seats
    person = models.ForeignKey(Person, models.PROTECT, related_name="match_seats", verbose_name=_("person"))
    role = models.CharField(_("role"), max_length=20)
    answer = models.CharField(_("answer"), max_length=10, choices=Answer, default=Answer.WAITING)
    answered_at = models.DateTimeField(_("answered at"), null=True)

    objects = MatchSeatQuerySet.as_manager()

    class Meta:
        verbose_name = _("answer to a proposal")
        verbose_name_plural = _("answers to proposals")
        constraints = [
            models.UniqueConstraint(fields=["match", "role"], name="match_role_once"),
            models.UniqueConstraint(fields=["run", "person"], name="person_once_in_a_proposal"),
        ]
        indexes = [
            # What waits for a person's answer.
            models.Index(fields=["person", "answer"], name="match_seat_of_person"),
        ]

    def __str__(self) -> str:
        return f"{self.person.name}：{self.get_answer_display()}"

    @property
    def role_label(self) -> str:
        """Return what the form calls the role (prefetched from its match)."""
        return str(self.match.run.kind_info.role(self.role).label)

    @property
    def branch_id(self) -> int:
        """Return the branch of the proposal."""
        return self.run.branch_id

    @verb
    def take_back(self, *, by: User, reason: str = "") -> None:
        """Take one's answer back while it has become no pairing, so that one is asked again.

        Raises:
            RuleError: when it is another's, was not given, or a pairing came of it.
        """
        with all_or_nothing():
            Match.objects.select_for_update(of=("self",)).get(pk=self.match_id)
            with back.ANSWER.taking(self, by=by, reason=reason) as (seat, _line):
                seat.answer, seat.answered_at = self.Answer.WAITING, None
                seat.save(update_fields=["answer", "answered_at"])
        self.refresh_from_db()
