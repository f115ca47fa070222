"""The words of the field: choices that are fixed, and sub-kinds and grades that a secretary can extend."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from organization.models import Branch, ScopedQuerySet, VersionedModel
from organization.ranks import rank
from organization.reach import Reach
from organization.text import PlainCharField


class Category(models.TextChoices):
    """What kind of outcome it is (类别)."""

    AWARD = "award", _("Award")
    HONOUR = "honour", _("Honour")
    COURSE = "course", _("Quality course")
    TEAM = "team", _("Team")
    BASE = "base", _("Base")
    PROJECT = "project", _("Project")
    PUBLICATION = "publication", _("Publication")
    PATENT = "patent", _("Patent")
    SERVICE = "service", _("Technical service")
    VOLUNTEERING = "volunteering", _("Volunteering")
    OUTREACH = "outreach", _("Help to other colleges")
    MEMBERSHIP = "membership", _("New party members")


class Level(models.TextChoices):
    """At which level it was recognised (级别), the highest first."""

    NATIONAL = "national", _("National level")
    PROVINCIAL = "provincial", _("Provincial level")
    MUNICIPAL = "municipal", _("Municipal level")
    COLLEGE = "college", _("College level")
    DEPARTMENT = "department", _("Department level")
    UNRATED = "unrated", _("Unrated")


class Status(models.TextChoices):
    """How far it has come (状态), an axis of its own: being cultivated is not being recognised."""

    CULTIVATING = "cultivating", _("Being cultivated")
    APPLIED = "applied", _("Applied for")
    APPROVED = "approved", pgettext_lazy("status of an outcome", "Approved")
    BUILDING = "building", _("Under construction")
    ACCEPTED = "accepted", _("Accepted")
    RECOGNISED = "recognised", _("Recognised")


def official_order(category: str, level: str, status: str) -> tuple[int, int, int]:
    """Return where an official list names an outcome: by category, the highest level and furthest status first."""
    return rank(Category, category), rank(Level, level), -rank(Status, status)


#: Statuses in which nothing was granted yet.
NOT_YET_GRANTED = (Status.CULTIVATING, Status.APPLIED)


class IssuerKind(models.TextChoices):
    """What kind of body granted it (授予单位性质)."""

    GOVERNMENT = "government", _("Government")
    SOCIETY = "society", _("Learned society")
    INDUSTRY = "industry", _("Industry association")
    ENTERPRISE = "enterprise", pgettext_lazy("kind of issuer", "Enterprise")
    COLLEGE = "college", pgettext_lazy("kind of issuer", "College")


class Unit(models.TextChoices):
    """What an outcome's quantity is counted in (计量单位)."""

    PERSON_TIMES = "person_times", pgettext_lazy("unit", "attendances")
    HOURS = "hours", pgettext_lazy("unit", "hours")
    CNY_10K = "cny_10k", pgettext_lazy("unit", "ten thousand yuan")
    COLLEGES = "colleges", pgettext_lazy("unit", "colleges")
    ENTERPRISES = "enterprises", pgettext_lazy("unit", "enterprises")

    @classmethod
    def whole(cls) -> tuple[str, ...]:
        """Return the units that are counted in whole numbers."""
        return (cls.PERSON_TIMES, cls.COLLEGES, cls.ENTERPRISES)


class HelpKind(models.TextChoices):
    """With what another college was helped (对口帮扶的四个方面)."""

    STAFF = "staff", _("Building the teaching staff")
    TALENT = "talent", _("Educating students")
    RESEARCH = "research", _("Research")
    SERVICE = "service", _("Service to society")


#: The unit of a category whose sub-kind names none of its own.
UNITS: dict[str, str] = {Category.VOLUNTEERING: Unit.PERSON_TIMES, Category.OUTREACH: Unit.COLLEGES}


def unit_of(category: str, subkind: "Subkind | None") -> str:
    """Return in which unit a kind of outcome is counted; empty when nothing is."""
    return (subkind.unit if subkind else "") or UNITS.get(category, "")


class WordQuerySet(ScopedQuerySet):
    """Reference words: everybody reads those of the system and of the own branch."""

    def own_rows(self, reach: Reach) -> Q:
        """Return the system's words and those of the user's own branch."""
        return Q(branch__isnull=True) | Q(branch=reach.own_branch_id, branch__isnull=False)

    def for_branch(self, branch_id: int) -> "WordQuerySet":
        """Return the words that a branch can choose from."""
        return self.filter(Q(branch__isnull=True) | Q(branch=branch_id), is_active=True)

    def named_in(self, text: str) -> "Word | None":
        """Return the word that a text names, such as 一等奖 in 校级一等奖; of several the longest (one query)."""
        return max((word for word in self if word.name in text), key=lambda word: len(word.name), default=None)


class Word(VersionedModel):
    """A reference word of a category; without a branch it is the system's own."""

    branch = models.ForeignKey(
        Branch, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("branch")
    )
    category = models.CharField(_("category"), max_length=15, choices=Category)
    name = PlainCharField(_("name"), max_length=50)
    name_en = PlainCharField(_("English name"), max_length=80, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_active = models.BooleanField(_("offered"), default=True)

    objects = WordQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["category", "position", "name"]

    def __str__(self) -> str:
        return self.name_en if self.name_en and get_language() == "en" else self.name


def words_once(model: str) -> list[models.BaseConstraint]:
    """Return the constraints that keep a word once in a category, for the system and for each branch."""
    words = _("The category already has this word.")
    return [
        models.UniqueConstraint(
            fields=["category", "name"],
            condition=Q(branch__isnull=True),
            name=f"{model}_once_in_the_system",
            violation_error_message=words,
        ),
        models.UniqueConstraint(
            fields=["category", "name", "branch"], name=f"{model}_once_in_a_branch", violation_error_message=words
        ),
    ]


IN_ATTENDANCES = _("Volunteering is counted in attendances, and in hours besides.")


class Subkind(Word):
    """A sub-kind of a category (子类), e.g. 教学团队 of 团队."""

    unit = models.CharField(
        _("unit"),
        max_length=12,
        choices=Unit,
        blank=True,
        default="",
        db_default="",
        help_text=_("Where its outcomes are counted by more than their number: in which unit."),
    )

    def clean(self) -> None:
        """Refuse another unit than attendances for volunteering, whose hours stand in a field of their own.

        Raises:
            ValidationError: at unit.
        """
        super().clean()
        if self.category == Category.VOLUNTEERING and self.unit not in ("", Unit.PERSON_TIMES):
            raise ValidationError({"unit": IN_ATTENDANCES})

    class Meta(Word.Meta):
        verbose_name = _("sub-kind")
        verbose_name_plural = _("sub-kinds")
        constraints = [
            *words_once("subkind"),
            models.CheckConstraint(condition=Q(unit__in=["", *Unit.values]), name="subkind_unit_is_a_unit"),
            models.CheckConstraint(
                condition=~Q(category="volunteering") | Q(unit__in=["", "person_times"]),
                name="volunteering_in_attendances",
                violation_error_message=IN_ATTENDANCES,
            ),
        ]


class Grade(Word):
    """A grade of an award or honour (等次), e.g. 一等奖."""

    class Meta(Word.Meta):
        verbose_name = _("grade")
        verbose_name_plural = _("grades")
        constraints = words_once("grade")
