"""College, branch and teaching office."""

from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from organization.models.base import RuleError, ScopedQuerySet, VersionedModel
from organization.reach import Account, Reach
from organization.text import REFUSED, PlainCharField

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager
    from django_stubs_ext import StrOrPromise


class CollegeQuerySet(ScopedQuerySet):
    """Colleges."""

    def branch_scope(self, reach: Reach) -> Q:
        """Return the colleges of the branches and colleges whose rows the user sees."""
        branches = Branch.objects.filter(pk__in=reach.oversees)
        return Q(pk__in=reach.leads) | Q(pk__in=branches.values("college"))


class College(VersionedModel):
    """A vocational college: the house in which numbers of staff and students are unique."""

    name = PlainCharField(_("name"), max_length=100, unique=True)

    objects = CollegeQuerySet.as_manager()

    class Meta:
        verbose_name = _("college")
        verbose_name_plural = _("colleges")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class BranchQuerySet(ScopedQuerySet):
    """Branches."""

    branch_path = ""

    def overseen_by(self, user: Account) -> Self:
        """Return the branches whose every row the user sees, by a role in the branch or in its college."""
        return self.all() if user.reach.is_operator else self.filter(self.branch_scope(user.reach))

    def worked_in_by(self, user: Account) -> Self:
        """Return the branches in which the user may enter pairings and outcomes: managed ones, and the own."""
        if user.reach.is_operator:
            return self.all()
        return self.filter(Q(pk__in=user.reach.manages) | self.own_rows(user.reach))

    def managed_by(self, user: Account) -> Self:
        """Return the branches that the user is secretary or deputy of, or all for the operator."""
        return self.all() if user.reach.is_operator else self.filter(pk__in=user.reach.manages)

    def coded(self, code: str) -> Self:
        """Return the branch of this code, which may come from an address and be anything."""
        return self.none() if REFUSED.search(code) else self.filter(code=code)

    def own_rows(self, reach: Reach) -> Q:
        """Return the branch that the user's person belongs to."""
        return Q(pk=reach.own_branch_id)


class StaysWithPeopleModel(VersionedModel):
    """A place that belongs to a larger one and stays there while it has people."""

    #: The field of the larger place, and what is said to whoever would change it.
    HOME: ClassVar[str]
    STAYS: "ClassVar[StrOrPromise]"
    people: "RelatedManager[Any]"

    class Meta:
        abstract = True

    def clean(self) -> None:
        """Refuse another home at its field, where all that was typed stays in view.

        Raises:
            ValidationError: when the place would move and leave its people behind.
        """
        super().clean()
        if self._leaves_people_behind():
            raise ValidationError({self.HOME: self.STAYS})

    def save(self, **kwargs: Any) -> None:
        """Save.

        Raises:
            RuleError: when the place would move and leave its people behind.
        """
        if self._leaves_people_behind():
            raise RuleError(self.STAYS)
        super().save(**kwargs)

    def _leaves_people_behind(self) -> bool:
        """Return whether it has people and would move (two queries)."""
        if self._state.adding:
            return False
        stored = type(self)._base_manager.filter(pk=self.pk).exclude(**{self.HOME: getattr(self, f"{self.HOME}_id")})
        return stored.exists() and self.people.exists()


class Branch(StaysWithPeopleModel):
    """A party branch: it owns people, pairings and outcomes."""

    class Changes(models.TextChoices):
        """What a change of people, work or contract needs once a pairing is approved."""

        DECIDED = "decided", _("Need a decision of their own")
        RECORDED = "recorded", _("Are recorded and shown to the secretary at once")

    college = models.ForeignKey(College, models.PROTECT, related_name="branches", verbose_name=_("college"))
    code = models.SlugField(_("code"), max_length=20, unique=True, help_text=_("Latin letters and digits, e.g. AMT"))
    name = PlainCharField(_("name"), max_length=100)
    changes = models.CharField(
        _("changes after approval"),
        max_length=10,
        choices=Changes,
        default=Changes.DECIDED,
        db_default="decided",
        help_text=_("Who sits in an approved pairing, its course, topic or problem, its contract and amount."),
    )

    HOME = "college"
    STAYS = _("This branch has people; it stays in its college.")

    objects = BranchQuerySet.as_manager()

    class Meta:
        verbose_name = _("branch")
        verbose_name_plural = _("branches")
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(
                fields=["college", "name"],
                name="branch_name_once_in_a_college",
                violation_error_message=_("The college already has a branch of this name."),
            )
        ]

    def __str__(self) -> str:
        return self.name


class OfficeQuerySet(ScopedQuerySet):
    """Teaching offices."""


class Office(StaysWithPeopleModel):
    """A teaching office (教研室) of a branch."""

    branch = models.ForeignKey(Branch, models.PROTECT, related_name="offices", verbose_name=_("branch"))
    name = PlainCharField(_("name"), max_length=100)

    HOME = "branch"
    STAYS = _("This teaching office has people; it stays in its branch.")

    objects = OfficeQuerySet.as_manager()

    class Meta:
        verbose_name = _("teaching office")
        verbose_name_plural = _("teaching offices")
        ordering = ["branch", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["branch", "name"],
                name="office_name_once_in_a_branch",
                violation_error_message=_("The branch already has a teaching office of this name."),
            )
        ]

    def __str__(self) -> str:
        return self.name
