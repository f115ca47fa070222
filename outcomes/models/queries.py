"""The questions that lists and figures ask of outcomes."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Self

from django.db.models import Case, Exists, IntegerField, OuterRef, Q, Sum, Value, When
from django.db.models.functions import ExtractMonth, ExtractYear
from django.utils.translation import gettext as _

from organization.models import Branch, MergeableQuerySet, TakenBack, User
from organization.ranks import rank_of
from organization.reach import Reach
from outcomes.models.vocabulary import NOT_YET_GRANTED, Level, Status, Unit
from pairings.models import Pairing
from pairings.numbers import plain

#: Stands for "no form" where outcomes are told by the form whose pairings share them.
NO_FORM = "none"


def standing() -> Any:
    """Return what orders the recognitions of one work: granted before not, then level, then status."""
    granted = Case(When(status__in=NOT_YET_GRANTED, then=Value(0)), default=Value(1000), output_field=IntegerField())
    levels = [When(level=level, then=Value(10 * place)) for place, level in enumerate(reversed(Level.values))]
    by_level = Case(*levels, default=Value(0), output_field=IntegerField())
    return granted + by_level + rank_of(Status, "status")


@dataclass(frozen=True)
class Likeness:
    """What outcomes are compared by: values of one that is in hand, or expressions for those of an outer query."""

    pk: Any
    work: Any
    branch: Any
    words: Any
    year: Any
    month: Any
    people: Any
    files: Any


class OutcomeQuerySet(MergeableQuerySet):
    """Outcomes; people see those they entered, did, or share through a pairing."""

    def branch_scope(self, reach: Reach) -> Q:
        """Return the condition for outcomes that the user's branches own or share."""
        shared = self.model.shared_with.through.objects.filter(branch__in=reach.oversees)
        asked = self.model.shares.rel.related_model._base_manager.filter(state="asked")
        asked = asked.filter(branch__in=reach.oversees)
        return super().branch_scope(reach) | Q(pk__in=shared.values("outcome")) | Q(pk__in=asked.values("outcome"))

    def own_rows(self, reach: Reach) -> Q:
        """Return the outcomes that the user entered, did, or shares through a pairing."""
        mine = Pairing.objects.filter(Pairing.objects.all().own_rows(reach))
        merged = self.model._base_manager.filter(entered_by=reach.account_id, merged_into__isnull=False)
        return (
            Q(entered_by=reach.account_id)
            | Q(pk__in=merged.values("merged_into"))
            | Q(pk__in=self.model.people.through.objects.filter(person=reach.person_id).values("outcome"))
            | Q(pk__in=self.model.pairings.through.objects.filter(pairing__in=mine.values("pk")).values("outcome"))
        )

    def verified(self) -> Self:
        """Return the outcomes that count: verified, and not replaced by a correction."""
        return self.filter(review=self.model.Review.VERIFIED)

    def decided(self) -> Self:
        """Return the outcomes that counted once, whatever became of them: they stay, reports may rest on them."""
        review = self.model.Review
        revoked = TakenBack.objects.filter(way="verification").values("row")
        kept = (review.VERIFIED, review.SUPERSEDED, review.MERGED)
        return self.filter(Q(review__in=kept) | Q(pk__in=revoked))

    def waiting(self) -> Self:
        """Return the outcomes that a secretary has to decide on."""
        return self.filter(review=self.model.Review.SUBMITTED)

    def asked_of(self, user: User) -> Self:
        """Return the outcomes of which the user has to say whether a branch shares them."""
        asked = self.model.shares.rel.related_model._base_manager.filter(state="asked")
        return self.filter(pk__in=asked.filter(branch__in=user.reach.manages).values("outcome"))

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
        return self.verified().of_branches(branches).achieved_between(first, last).highest_among(rivals)

    def highest_among(self, rivals: Self) -> Self:
        """Return those of which no rival of the same work stands higher."""
        higher = Q(standing__gt=OuterRef("standing")) | Q(standing=OuterRef("standing"), pk__gt=OuterRef("pk"))
        return self.filter(~Exists(rivals.filter(higher, work=OuterRef("work"))))

    def likely_doubles_of(self, outcome: Any, *, people: Iterable[int] = (), files: Iterable[int] = ()) -> Self:
        """Return the outcomes that are likely the same: by a file, or by title, month and somebody who achieved it.

        Args:
            outcome: saved, or not yet.
            people: the ids of those who achieved one that is not saved yet.
            files: the ids of the stored files that prove it.
        """
        ties, proofs = self._ties()
        is_saved = outcome.pk is not None
        return self._alike(
            Likeness(
                pk=outcome.pk or 0,
                work=outcome.work,
                branch=outcome.branch_id,
                words=outcome.likeness or outcome.liken(outcome.title),
                year=outcome.achieved_on.year if outcome.achieved_on else 1,  # of which there is none
                month=outcome.achieved_on.month if outcome.achieved_on else 0,
                people=ties.filter(outcome=outcome.pk).values("person") if is_saved else list(people),
                files=proofs.filter(outcome=outcome.pk).values("evidence__file") if is_saved else list(files),
            )
        )

    def with_likely_doubles(self) -> Self:
        """Return the outcomes of which a newer one among these is likely the same."""
        row = OuterRef("pk")
        deep = OuterRef(OuterRef(row))
        ties, proofs = self._ties()
        theirs = Likeness(
            pk=row,
            work=OuterRef("work"),
            branch=OuterRef("branch"),
            words=OuterRef("likeness"),
            year=ExtractYear(OuterRef("achieved_on")),
            month=ExtractMonth(OuterRef("achieved_on")),
            people=ties.filter(outcome=deep).values("person"),
            files=proofs.filter(outcome=deep).values("evidence__file"),
        )
        return self._comparable().filter(Exists(self._alike(theirs).filter(pk__gt=row)))

    def _ties(self) -> tuple[Any, Any]:
        """Return who achieved what, and what proves it; of an old ledger's sheet many rows are proved."""
        proofs = self.model.proofs.rel.related_model._base_manager.filter(ledger_row__isnull=True)
        return self.model.people.through._base_manager.all(), proofs

    def _comparable(self) -> Self:
        """Return the outcomes that may have doubles: no earlier versions, and none that was merged."""
        return self.exclude(review__in=[self.model.Review.SUPERSEDED, self.model.Review.MERGED])

    def _alike(self, one: Likeness) -> Self:
        """Return the outcomes that are likely the same as one, and were not said to be another."""
        ties, proofs = self._ties()
        somebody = Q(pk__in=ties.filter(person__in=one.people).values("outcome")) | ~Q(branch=one.branch)
        same_words = Q(likeness=one.words, achieved_on__year=one.year, achieved_on__month=one.month) & ~Q(likeness="")
        same_file = Q(pk__in=proofs.filter(evidence__file__in=one.files).values("outcome"))
        others = self._comparable().exclude(pk=one.pk).exclude(work=one.work)
        return others.filter(same_words & somebody | same_file).exclude(self.said_another(one.pk))

    def sums_of_quantities(self) -> list[str]:
        """Return the quantities of those that are verified, added up by unit, in words (one query)."""
        rows = self.model.objects.filter(pk__in=self.verified().order_by().values("pk"))
        parts = {f"in_{unit}": Sum("quantity", filter=Q(unit=unit)) for unit in Unit}
        found = rows.aggregate(**parts, volunteered=Sum("hours"))
        sums = [f"{plain(found[f'in_{unit}'])} {unit.label}" for unit in Unit if found[f"in_{unit}"]]
        if found["volunteered"]:
            sums.append(_("%(count)s hours of volunteering") % {"count": plain(found["volunteered"])})
        return sums

    def with_names(self) -> Self:
        """Fetch what a list shows of each outcome."""
        return self.select_related("branch", "subkind", "grade").prefetch_related("people", "proofs")
