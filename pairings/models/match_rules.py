"""What a secretary decided before the matching looks."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from organization.models import Branch, DeskQuerySet, NamesPeople, Person, all_or_nothing
from organization.verbs import writes


class MatchRule(NamesPeople):
    """What a secretary decided before the matching looks: keep two together or apart, take or leave one."""

    class Rule(models.TextChoices):
        """What was decided."""

        PIN = "pin", _("Keep together")
        FORBID = "forbid", _("Never together")
        WANT = "want", _("Take in any case")
        LEAVE_OUT = "leave_out", _("Leave out")

    branch = models.ForeignKey(Branch, models.PROTECT, related_name="+", verbose_name=_("branch"))
    kind = models.CharField(_("form"), max_length=20)
    rule = models.CharField(_("rule"), max_length=10, choices=Rule)
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("person"))
    other = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("and"))
    brokered_by = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("brokered by")
    )

    objects = DeskQuerySet.as_manager()

    class Meta:
        verbose_name = _("matching rule")
        verbose_name_plural = _("matching rules")
        ordering = ["rule", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(rule__in=["want", "leave_out"], other__isnull=True)
                | Q(rule__in=["pin", "forbid"], other__isnull=False) & ~Q(other=F("person")),
                name="match_rule_names_two_or_one",
                violation_error_message=_("Name two different people, or one to take or to leave out."),
            ),
            models.CheckConstraint(
                condition=Q(rule="pin") | Q(brokered_by__isnull=True), name="only_a_kept_pair_is_brokered"
            ),
            models.UniqueConstraint(
                fields=["branch", "kind", "person"],
                condition=Q(other__isnull=True),
                name="taken_or_left_out_once",
                violation_error_message=_("There is a rule for these people already."),
            ),
            models.UniqueConstraint(
                fields=["branch", "kind", "person", "other"],
                name="match_rule_once",
                violation_error_message=_("There is a rule for these people already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_rule_display()}：{'、'.join(one.name for one in (self.person, self.other) if one)}"

    @writes
    def keep(self) -> None:
        """Save a new rule, about who stands for those whom it names.

        Raises:
            RuleError: when somebody else decided on them at the same moment.
            ValidationError: when another rule stands against it.
        """
        with all_or_nothing():
            self.name_survivors()
            self.full_clean()
            self.save()

    def clean(self) -> None:
        """Refuse a second rule for the same two, and a person kept together with two others.

        Raises:
            ValidationError: naming which.
        """
        others = MatchRule.objects.filter(branch=self.branch_id, kind=self.kind).exclude(pk=self.pk)
        if self.other_id and others.filter(person=self.other_id, other=self.person_id).exists():
            raise ValidationError(_("There is a rule for these people already."))
        both = (self.person_id, self.other_id)
        kept = others.filter(Q(person__in=both) | Q(other__in=both), rule=self.Rule.PIN)
        if self.rule == self.Rule.PIN and kept.exists():
            raise ValidationError(_("One of them is already kept together with somebody."))
