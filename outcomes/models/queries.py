"""The questions that lists and figures ask of outcomes."""

import datetime
from collections.abc import Iterable
from typing import Any, Self

from django.db.models import Case, Exists, IntegerField, OuterRef, Q, Value, When

from organization.models import Branch, ScopedQuerySet, User
from outcomes.models.vocabulary import NOT_YET_GRANTED, Level, Status
from pairings.models import Pairing

#: Stands for "no form" where outcomes are told by the form whose pairings share them.
NO_FORM = "none"


def standing() -> Any:
    """Return what orders the recognitions of one work: granted before not, then level, then status."""
    granted = Case(When(status__in=NOT_YET_GRANTED, then=Value(0)), default=Value(1000), output_field=IntegerField())
    levels = [When(level=level, then=Value(10 * place)) for place, level in enumerate(reversed(Level.values))]
    statuses = [When(status=status, then=Value(place)) for place, status in enumerate(Status.values)]
    by_level = Case(*levels, default=Value(0), output_field=IntegerField())
    by_status = Case(*statuses, default=Value(0), output_field=IntegerField())
    return granted + by_level + by_status


class OutcomeQuerySet(ScopedQuerySet):
    """Outcomes; people see those they entered, did, or share through a pairing."""

    def branch_scope(self, user: User) -> Q:
        """Return the condition for outcomes that the user's branches own or share."""
        shared = self.model.shared_with.through.objects.filter(branch__in=user.overseen_branch_ids)
        return super().branch_scope(user) | Q(pk__in=shared.values("outcome"))

    def own_rows(self, user: User) -> Q:
        """Return the outcomes that the user entered, did, or shares through a pairing."""
        mine = Pairing.objects.filter(Pairing.objects.all().own_rows(user))
        return (
            Q(entered_by=user)
            | Q(pk__in=self.model.people.through.objects.filter(person=user.person_id).values("outcome"))
            | Q(pk__in=self.model.pairings.through.objects.filter(pairing__in=mine.values("pk")).values("outcome"))
        )

    def verified(self) -> Self:
        """Return the outcomes that count: verified, and not replaced by a correction."""
        return self.filter(review=self.model.Review.VERIFIED)

    def waiting(self) -> Self:
        """Return the outcomes that a secretary has to decide on."""
        return self.filter(review=self.model.Review.SUBMITTED)

    def of_branches(self, branches: Iterable[Branch]) -> Self:
        """Return the outcomes that any of the branches owns or shares, each once."""
        ids = [branch.pk for branch in branches]
        shared = self.model.shared_with.through.objects.filter(branch__in=ids)
        return self.filter(Q(branch__in=ids) | Q(pk__in=shared.values("outcome")))

    def of_form(self, form: str) -> Self:
        """Return the outcomes that a form's pairings share, or with NO_FORM those that no pairing shares."""
        shares = self.model.credits.rel.related_model.objects.filter(outcome=OuterRef("pk"))
        return self.filter(~Exists(shares) if form == NO_FORM else Exists(shares.filter(pairing__kind=form)))

    def granted(self) -> Self:
        """Return the outcomes that were granted, and not only cultivated or applied for."""
        return self.exclude(status__in=NOT_YET_GRANTED)

    def achieved_between(self, first: datetime.date, last: datetime.date) -> Self:
        """Return the outcomes achieved in a period, both days included."""
        return self.filter(achieved_on__range=(first, last))

    def counted(self, branches: Iterable[Branch], first: datetime.date, last: datetime.date) -> Self:
        """Return of a period's outcomes those that count for the branches: each work once, at its highest (就高不重复).

        The recognitions of one work compete only inside the period and the branches, so that a year still shows what
        it brought, and one branch's figure never depends on a record that it does not share.
        """
        rivals = self.model.objects.verified().of_branches(branches).achieved_between(first, last)
        higher = Q(standing__gt=OuterRef("standing")) | Q(standing=OuterRef("standing"), pk__gt=OuterRef("pk"))
        beaten = Exists(rivals.filter(higher, work=OuterRef("work")))
        return self.verified().of_branches(branches).achieved_between(first, last).filter(~beaten)

    def with_names(self) -> Self:
        """Fetch what a list shows of each outcome."""
        return self.select_related("branch", "subkind", "grade").prefetch_related("people", "proofs")
