"""A branch's own kinds of report: which sections stand in one, in which order, and what is to be written there."""

from collections.abc import Iterable
from typing import Self

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from organization.models import Branch, ScopedQuerySet, User, VersionedModel, all_or_nothing
from organization.text import PlainCharField
from organization.verbs import verb, writes
from outcomes.section_names import OWN, is_written, label_of, takes_heading

CODE_TAKEN = gettext_lazy("The branch already has a kind of report with this code.")
NAME_TAKEN = gettext_lazy("The branch already has a kind of report with this name.")
CODE_SHIPPED = gettext_lazy("A kind that comes with the system has this code.")
STANDS_ALREADY = gettext_lazy("The section stands in this kind already.")
HEADING_MISSING = gettext_lazy("Please give the heading of the section that you write.")
#: What the shipped kinds are called; no branch calls one of its own so.
SHIPPED = ("annual", "midterm", "final", "statement", "compilation", "case")

#: A section of a kind: its slug, its heading and what is to be written there.
Told = tuple[str, str, str]


class ReportKindQuerySet(ScopedQuerySet):
    """Branches' own kinds of report."""

    def of_branch(self, branch: Branch) -> Self:
        """Return a branch's kinds with their sections, the retired ones too (two queries)."""
        return self.filter(branch=branch).prefetch_related("parts")

    def offered(self) -> Self:
        """Return those that are not retired."""
        return self.filter(is_active=True)


class ReportKind(VersionedModel):
    """A kind of report that a branch made of a shipped one or of another of its own; it is retired, never deleted."""

    branch = models.ForeignKey(Branch, models.PROTECT, related_name="+", verbose_name=gettext_lazy("branch"))
    code = models.CharField(
        gettext_lazy("code"),
        max_length=20,
        validators=[
            RegexValidator(
                r"^[a-z][a-z0-9-]*\Z",
                gettext_lazy("Please give small Latin letters, digits and hyphens, a letter first."),
            )
        ],
        help_text=gettext_lazy("Small Latin letters and digits, e.g. h1; addresses and commands call it so."),
    )
    name = PlainCharField(gettext_lazy("name"), max_length=40)
    has_contents = models.BooleanField(gettext_lazy("a table of contents stands before the text"), default=False)
    is_active = models.BooleanField(
        gettext_lazy("offered"),
        default=True,
        help_text=gettext_lazy(
            "Untick to retire the kind: it is no longer offered, and what was written and prepared stays."
        ),
    )
    #: So many written sections of its own it ever had; the next one's number, which nothing was written under.
    own_sections = models.PositiveSmallIntegerField(default=0, editable=False)

    objects = ReportKindQuerySet.as_manager()

    class Meta:
        verbose_name = gettext_lazy("kind of report of the branch")
        verbose_name_plural = gettext_lazy("kinds of report of branches")
        ordering = ["branch", "name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["branch", "code"],
                name="report_kind_code_once_in_a_branch",
                violation_error_message=CODE_TAKEN,
            ),
            models.UniqueConstraint(
                fields=["branch", "name"],
                name="report_kind_name_once_in_a_branch",
                violation_error_message=NAME_TAKEN,
            ),
            models.CheckConstraint(
                condition=~Q(code__in=SHIPPED),
                name="report_kind_code_is_not_shipped",
                violation_error_message=CODE_SHIPPED,
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Refuse a code or a name that is taken, beside its field.

        Raises:
            ValidationError: at the fields.
        """
        super().clean()
        others = ReportKind.objects.filter(branch=self.branch_id).exclude(pk=self.pk)
        wrong = {}
        if self.code in SHIPPED:
            wrong["code"] = CODE_SHIPPED
        elif others.filter(code=self.code).exists():
            wrong["code"] = CODE_TAKEN
        if others.filter(name=self.name).exists():
            wrong["name"] = NAME_TAKEN
        if wrong:
            raise ValidationError(wrong)

    @verb
    def begin_with(self, parts: Iterable[Told], *, by: User) -> None:
        """Fill a kind that has no sections yet with those of another one, in their order.

        Raises:
            RuleError: when `by` does not manage the branch.
            ValidationError: for a section that this release does not have.
        """
        by.must_manage(self.branch_id)
        with all_or_nothing():
            for place, (section, heading, hint) in enumerate(parts, start=1):
                if section.startswith(OWN):
                    self.own_sections = max(self.own_sections, int(section.removeprefix(OWN)))
                part = ReportKindPart(kind=self, position=place, section=section, heading=heading, hint=hint)
                part.full_clean()
                part.save()
            self.save(update_fields=["own_sections"])

    @writes
    def new_section(self) -> str:
        """Count one more written section, and return its slug, which no earlier one had."""
        ReportKind.objects.filter(pk=self.pk).update(own_sections=F("own_sections") + 1)
        self.refresh_from_db(fields=["own_sections"])
        return f"{OWN}{self.own_sections}"


class ReportKindPartQuerySet(ScopedQuerySet):
    """Sections of branches' own kinds."""

    branch_path = "kind__branch"


class ReportKindPart(models.Model):
    """A section at its place in a kind; what was written for it stays with its slug, whatever its heading."""

    kind = models.ForeignKey(
        ReportKind, models.PROTECT, related_name="parts", verbose_name=gettext_lazy("kind of report")
    )
    section = models.CharField(gettext_lazy("section"), max_length=20)
    heading = PlainCharField(
        gettext_lazy("heading"),
        max_length=40,
        blank=True,
        help_text=gettext_lazy(
            "Left empty, the section has its usual heading, or goes on where the one before it ends."
        ),
    )
    hint = PlainCharField(gettext_lazy("what is to be written there"), max_length=200, blank=True)
    position = models.PositiveSmallIntegerField(gettext_lazy("position"))

    objects = ReportKindPartQuerySet.as_manager()

    class Meta:
        verbose_name = gettext_lazy("section of a kind of report")
        verbose_name_plural = gettext_lazy("sections of kinds of report")
        ordering = ["kind", "position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "section"],
                name="report_kind_section_once",
                violation_error_message=STANDS_ALREADY,
            ),
            models.CheckConstraint(
                condition=~Q(section__startswith=OWN) | ~Q(heading=""),
                name="report_kind_own_section_has_a_heading",
                violation_error_message=HEADING_MISSING,
            ),
        ]

    def __str__(self) -> str:
        return self.heading or str(label_of(self.section) or self.section)

    @writes
    def stand_at(self, place: int) -> None:
        """Stand at a place of the kind; nothing is written where the section stands there."""
        if self.position != place:
            self.position = place
            self.save(update_fields=["position"])

    def clean(self) -> None:
        """Refuse a section that there is not, and words for one that nobody writes.

        Raises:
            ValidationError: at the field.
        """
        super().clean()
        if self.section.startswith(OWN) and not self.heading:
            raise ValidationError({"heading": HEADING_MISSING})
        if self._state.adding and not self.section.startswith(OWN) and label_of(self.section) is None:
            raise ValidationError({"section": _("This release has no such section.")})
        if self._state.adding and ReportKindPart.objects.filter(kind=self.kind_id, section=self.section).exists():
            raise ValidationError({"section": STANDS_ALREADY})
        if not label_of(self.section):
            return
        wrong = {}
        if self.heading and not takes_heading(self.section):
            wrong["heading"] = _("This section has a heading of its own. Please leave this empty.")
        if self.hint and not is_written(self.section):
            wrong["hint"] = _("The figures write this section. Please leave this empty.")
        if wrong:
            raise ValidationError(wrong)
