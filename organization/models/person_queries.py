"""The questions that lists ask of people."""

import datetime
from collections.abc import Iterable
from typing import Any, Self

from django.db.models import DateField, Exists, F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce

from organization.models.membership import is_here
from organization.models.mergeable import MergeableQuerySet
from organization.models.stages import MEMBER_STAGES
from organization.names import clean_name
from organization.reach import Reach

#: What of a person is compared as it stands in its column.
SIGNS = {
    "college": "college_id", "kind": "kind", "likeness": "likeness", "number_key": "number_key",
    "phone_key": "phone_key", "email": "email", "office": "office_id", "class_name": "class_name",
}  # fmt: skip


class PersonQuerySet(MergeableQuerySet):
    """People; teachers see their own branch's names, students only themselves."""

    def own_rows(self, reach: Reach) -> Q:
        """Return the user's own person and, for a teacher, the people of the same branch."""
        own = Q(pk=reach.person_id)
        if reach.is_teacher:
            own |= Q(branch=reach.own_branch_id) & Q(is_here())
        return own

    def hold(self, people: Iterable[Any]) -> dict[int, Any]:
        """Lock people until the transaction ends, and return by number who stands for each (one query).

        All in one statement and one order, so that no two who do so cross; no merge comes between then. Where one was
        waited for, a second query looks for who stands for whom now.

        Args:
            people: rows or their numbers.
        """
        asked = {getattr(one, "pk", one) for one in people}
        locked = self.select_for_update(of=("self",), no_key=True).order_by("pk")
        merged_into = self.filter(pk__in=asked).values("merged_into")
        found = {one.pk: one for one in locked.filter(Q(pk__in=asked) | Q(pk__in=merged_into))}
        if since := {one.merged_into_id for one in found.values()} - {None, *found}:
            found |= {one.pk: one for one in locked.filter(pk__in=since)}
        return {pk: found.get(found[pk].merged_into_id, found[pk]) for pk in asked if pk in found}

    def active(self) -> Self:
        """Return the people who belong to their branch today."""
        return self.filter(is_here())

    def likely_doubles_of(self, person: Any) -> Self:
        """Return the people who are likely the same as one, saved or not."""
        person.derive_likeness()
        signs = {name: getattr(person, column) for name, column in SIGNS.items()}
        signs["college"] = person.branch.college_id  # of somebody new nobody has said it yet
        told = Value(person.born_on, DateField())
        return self._alike(person.pk or 0, {**signs, "born_on": told})

    def with_likely_doubles(self) -> Self:
        """Return the people of whom a newer one among these is likely the same."""
        signs: dict[str, Any] = {name: OuterRef(name) for name in (*SIGNS, "born_on")}
        newer = self._alike(OuterRef("pk"), signs).filter(pk__gt=OuterRef("pk"))
        return self.present().filter(Exists(newer))

    def _alike(self, pk: Any, one: dict[str, Any]) -> Self:
        """Return who has the same name and a second sign, or the same number written another way.

        A place that two share is no sign where their dates of birth are known to differ.
        """
        born = one["born_on"]
        others = self.present().filter(college=one["college"], kind=one["kind"]).exclude(pk=pk)
        certain = Q(born_on=born) | Q(email__iexact=one["email"]) & ~Q(email="")
        certain |= Q(phone_key=one["phone_key"]) & ~Q(phone_key="")
        placed = Q(office=one["office"], office__isnull=False) | Q(class_name=one["class_name"]) & ~Q(class_name="")
        may_be = Q(born_on__isnull=True) | Q(born_on=Coalesce(born, F("born_on")))
        named = Q(likeness=one["likeness"]) & ~Q(likeness="") & (certain | placed & may_be)
        numbered = Q(number_key=one["number_key"]) & ~Q(number_key="")
        return others.filter(named | numbered).exclude(self.said_another(pk))

    def teachers(self) -> Self:
        """Return the staff."""
        return self.filter(kind=self.model.Kind.TEACHER)

    def students(self) -> Self:
        """Return the students."""
        return self.filter(kind=self.model.Kind.STUDENT)

    def members(self) -> Self:
        """Return those who are party members now, probationary or full."""
        return self.filter(stage__in=MEMBER_STAGES)

    def non_members(self) -> Self:
        """Return those who are not party members now."""
        return self.exclude(stage__in=MEMBER_STAGES)

    def members_on(self, day: datetime.date) -> Self:
        """Return those who were party members on a day, by their stage history."""
        entries = self.model.stage_entries.rel.related_model.objects
        newest = entries.filter(person=OuterRef("pk"), from_date__lte=day).order_by("-from_date")
        return self.annotate(stage_on_day=Subquery(newest.values("stage")[:1])).filter(stage_on_day__in=MEMBER_STAGES)

    def search(self, words: str) -> Self:
        """Return those whose name, number, pinyin or pinyin initials hold the words."""
        words = clean_name(words)
        found = Q(name__icontains=words) | Q(number__icontains=words) | Q(pinyin__icontains=words.replace(" ", ""))
        return self.filter(found)
