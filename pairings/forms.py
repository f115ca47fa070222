"""What people fill in: a pairing with its people, a progress log, a closing summary."""

from collections.abc import Collection
from itertools import permutations
from typing import Any, cast

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Field, Layout
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from evidence.forms import MultipleEvidenceField
from evidence.models import Evidence
from organization.bounds import BoundedMeta, DayField, WholeNumberField
from organization.forms import BranchFormMixin, PeopleChoiceField, PersonChoiceField, VersionedFormMixin
from organization.models import MEMBER_STAGES, Branch, Person, User
from organization.text import ParagraphsFormField
from pairings.kinds import HELPER, LEADER, PairingKind, SeatRole, kind_of
from pairings.matching import matcher_of
from pairings.models import Match, MatchRule, MatchRun, Pairing, ProgressLog
from pairings.models.asking import ask_for_changes
from pairings.models.fields_in_words import told_now


class DateInput(forms.DateInput):
    """The device's own date picker."""

    input_type = "date"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="%Y-%m-%d", **kwargs)


class PairingForm(VersionedFormMixin, BranchFormMixin, forms.ModelForm):
    """A proposal with its people; each form's own form adds its fields. Saving goes through the verbs."""

    class Meta(BoundedMeta):
        model = Pairing
        fields = ("branch", "title", "aim", "started_on", "due_on")
        widgets = {"started_on": DateInput, "due_on": DateInput, "aim": forms.Textarea(attrs={"rows": 3})}

    def __init__(
        self, *args: Any, user: User, match: Match | None = None, asks_for_change: bool = False, **kwargs: Any
    ) -> None:
        """Make the form.

        Args:
            args: what a form takes.
            user: who fills it in.
            match: what the pairing comes of.
            asks_for_change: whether it asks for a change of what was decided with an approval, instead of the rest.
            kwargs: what a form takes.
        """
        super().__init__(*args, **kwargs)
        self.user = user
        self.asks_for_change = asks_for_change
        self.match = match
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        if match:
            self.fields.pop("branch")
            self.instance.branch = match.run.branch
        else:
            self.set_branch(user)
        self.role_names = [role.slug for role in self.kind.roles]
        for role in self.kind.roles:
            self.fields[role.slug] = self._role_field(role)
        if self.kind.extra_roles:
            self.fields["helpers"] = self._helpers_field(self.kind.extra_roles[0])
        self.order_fields(["branch", "title", *self.own_fields, *self.role_names, "helpers"])
        if self.instance.pk and self.instance.is_active:
            self.add_reason() if asks_for_change else self.leave_out(self.decided_names)

    @property
    def decided_names(self) -> set[str]:
        """Return the names of the fields that are decided with the approval: people, work and contract."""
        return {*self.role_names, "helpers", *self.kind.decided_fields}

    def leave_out(self, names: Collection[str]) -> None:
        """Do not ask for these."""
        for name in [name for name in self.fields if name in names]:
            del self.fields[name]

    def add_reason(self) -> None:
        """Ask for nothing but what was decided, each with what stands now, and for the day and the reason."""
        self.leave_out([name for name in self.fields if name not in {*self.decided_names, "version"}])
        for name in [name for name in self.fields if name != "version"]:
            self.fields[name].help_text = _("Now: %(words)s") % {"words": self.in_words(name) or _("(empty)")}
        self.fields["on"] = DayField(
            label=_("counts from"), initial=max(timezone.localdate(), self.instance.started_on), widget=DateInput
        )
        self.fields["reason"] = ParagraphsFormField(
            label=_("Reason"),
            max_length=500,
            widget=forms.Textarea(attrs={"rows": 3}),
            help_text=_("It stays in the pairing's story."),
        )

    def in_words(self, name: str) -> str:
        """Return a field's value as it stands now, as its reader sees it."""
        if name in self.role_names:
            seat = self.instance.seat_of(name)
            return seat.person.name if seat else ""
        if name == "helpers":
            return "、".join(seat.person.name for seat in self.instance.open_seats if seat.role == HELPER)
        return told_now(self.instance, name)

    @property
    def kind(self) -> PairingKind:
        """Return the kind of the form's model."""
        return kind_of(self._meta.model.KIND)

    @property
    def own_fields(self) -> list[str]:
        """Return the fields that are the form's own."""
        return [name for name in cast("tuple[str, ...]", self._meta.fields) if name not in PairingForm.Meta.fields]

    def _role_field(self, role: SeatRole) -> PersonChoiceField:
        """Return the field for one of the three ones.

        Party stages are not public: who may not know them is offered everybody of the kind for each place, and the verb
        refuses a wrong one without saying why. Who may is offered those who fit.
        """
        people = Person.objects.visible_to(self.user).active().filter(kind=role.person_kind).select_related("office")
        if role.is_member is not None:
            fits = Q(stage__in=MEMBER_STAGES) if role.is_member else ~Q(stage__in=MEMBER_STAGES)
            people = people.filter(fits | ~Q(branch__in=Branch.objects.managed_by(self.user)))
        sitting = self.instance.seat_of(role.slug) if self.instance.pk else None
        if sitting:
            people = people | Person.objects.filter(pk=sitting.person_id).select_related("office")
        initial = sitting.person if sitting else self._expected(role)
        return PersonChoiceField(queryset=people, label=role.label, initial=initial)

    def _helpers_field(self, role: SeatRole) -> PeopleChoiceField:
        """Return the field for those who help beside the three ones."""
        people = Person.objects.visible_to(self.user).active().filter(kind=role.person_kind)
        helping = [s.person_id for s in self.instance.open_seats if s.role == role.slug] if self.instance.pk else []
        people = people | Person.objects.filter(pk__in=helping)
        return PeopleChoiceField(
            queryset=people.select_related("office"), label=role.label, initial=helping, required=False
        )

    def _expected(self, role: SeatRole) -> Person | None:
        """Return who accepted the role in a match, or the user's person where they would naturally sit themselves."""
        if self.match:
            return self.match.people.get(role.slug)
        person = self.user.person
        if person is None or person.kind != role.person_kind or role.is_member is None:
            return None
        if role.slug == LEADER and person.is_member:
            return person
        return person if role.is_member is False and not person.is_member else None

    @property
    def people(self) -> dict[str, Person]:
        """Return the chosen person by role."""
        return {role: self.cleaned_data[role] for role in self.role_names if role in self.fields}

    @property
    def helpers(self) -> list[Person] | None:
        """Return the chosen helpers; None where the form has none."""
        return list(self.cleaned_data["helpers"]) if "helpers" in self.fields else None

    def save(self, commit: bool = True) -> Pairing:
        """Propose the pairing, write the changes to its row and its seats, or ask for what was decided to change.

        Raises:
            ValidationError: when a field or a seat breaks a rule.
            RuleError: when the pairing is over or somebody else saved it, or nothing would change.
        """
        if self.asks_for_change:
            given = self.cleaned_data
            values = {name: given[name] for name in self.kind.decided_fields}
            ask_for_changes(
                self.instance, by=self.user, reason=given["reason"], on=given["on"], people=self.people,
                helpers=self.helpers, values=values,
            )  # fmt: skip
        elif self.instance.pk:
            self.instance.rewrite(by=self.user, people=self.people, helpers=self.helpers)
        elif self.match:
            self.match.become(self.instance, people=self.people, by=self.user)
        else:
            self.instance.propose(by=self.user, people=self.people, helpers=self.helpers or ())
        return self.instance


class LogForm(VersionedFormMixin, forms.ModelForm):
    """Five questions: when, what kind of activity, what was done, how long, which party-building element."""

    photos = MultipleEvidenceField(label=_("photos"), required=False)

    class Meta(BoundedMeta):
        model = ProgressLog
        fields = ("date", "activity_type", "words", "hours", "element_kind", "element_words")
        widgets = {
            "date": DateInput,
            "words": forms.Textarea(attrs={"rows": 4}),
            "element_words": forms.Textarea(attrs={"rows": 2}),
            "hours": forms.NumberInput(attrs={"inputmode": "decimal"}),
        }

    def __init__(self, *args: Any, user: User, pairing: Pairing, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.instance.pairing = pairing
        self.instance.branch_id = pairing.branch_id
        activities = pairing.kind_info.activities
        self.fields["activity_type"] = forms.ChoiceField(
            choices=activities,
            label=_("activity"),
            widget=forms.RadioSelect,
            initial=self.instance.activity_type or activities[0][0],
        )
        element = cast("forms.ChoiceField", self.fields["element_kind"])
        element.choices = [("", _("None this time")), *ProgressLog.Element.choices]
        self.helper = FormHelper(self)
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = Layout(
            Div(Field("activity_type"), css_class="choice-chips"),
            Field("words"),
            Div(Field("date", wrapper_class="col-7"), Field("hours", wrapper_class="col-5"), css_class="row"),
            Field("photos"),
            Field("element_kind"),
            Field("element_words"),
            *(["version"] if "version" in self.fields else []),
        )

    def save(self, commit: bool = True) -> ProgressLog:
        """Record the log or its changes, with its photos.

        Raises:
            RuleError: when the pairing is not active.
        """
        photos = [Evidence.objects.take_in(upload, by=self.user) for upload in self.cleaned_data["photos"]]
        if self.instance.pk:
            self.instance.rewrite(photos=photos)
        else:
            self.instance.record(by=self.user, photos=photos)
        return self.instance


class ReasonForm(forms.Form):
    """Words that a verb asks for: why something is returned, or how it ended."""

    reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


class EndingForm(ReasonForm):
    """Why a pairing ends early."""

    on = DayField(label=_("closed on"), required=False, widget=DateInput)


class ClosingForm(forms.Form):
    """What a completed pairing came to."""

    summary = forms.CharField(label=_("closing summary"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4}))
    on = DayField(label=_("closed on"), required=False, widget=DateInput)


class RunForm(VersionedFormMixin, forms.ModelForm):
    """What a proposal aims at, and how much each part of the score weighs."""

    class Meta(BoundedMeta):
        model = MatchRun
        fields = ("reach", "aim", "include_paired")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        matcher = matcher_of(self.instance.kind_info)
        parts = matcher.all_parts()
        aims = [("", _("None above the others")), *((slug, parts[slug].label) for slug in matcher.aims)]
        self.fields["aim"] = forms.ChoiceField(choices=aims, required=False, label=_("aim above all at"))
        for slug, part in parts.items():
            self.fields[f"weight_{slug}"] = WholeNumberField(
                label=part.label,
                min_value=0,
                max_value=9,
                initial=self.instance.weights.get(slug, part.weight),
                widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
            )
        self.part_slugs = list(parts)

    def weight_fields(self) -> list[forms.BoundField]:
        """Return the fields of the weights."""
        return [self[f"weight_{slug}"] for slug in self.part_slugs]

    def clean(self) -> dict[str, Any]:
        """Keep the weights with the run.

        Raises:
            ValidationError: when nothing weighs anything.
        """
        cleaned = super().clean() or self.cleaned_data
        weights = {slug: cleaned.get(f"weight_{slug}") or 0 for slug in self.part_slugs}
        if not self.errors and not any(weights.values()):
            raise ValidationError(_("At least one part must weigh something."))
        self.instance.weights = weights
        return cleaned


class RuleForm(forms.ModelForm):
    """Keep two together, never put them together, or leave one out."""

    run = WholeNumberField(required=False, widget=forms.HiddenInput)

    class Meta(BoundedMeta):
        model = MatchRule
        fields = ("rule", "person", "other", "brokered_by")
        field_classes = dict.fromkeys(("person", "other", "brokered_by"), PersonChoiceField)

    def __init__(self, *args: Any, branch: Branch, kind: PairingKind, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.branch, self.instance.kind = branch, kind.slug
        people = Person.objects.filter(branch=branch).active().select_related("office")
        wanted = {role.person_kind for role in kind.roles}
        fields = cast("dict[str, Any]", self.fields)
        for name in ("person", "other"):
            fields[name].queryset = people.filter(kind__in=wanted)
        fields["brokered_by"].queryset = people.teachers()
        self.roles = kind.roles

    def clean(self) -> dict[str, Any]:
        """Refuse to keep together two who can never sit in one pairing.

        Raises:
            ValidationError: at other.
        """
        cleaned = super().clean() or self.cleaned_data
        one, other = cleaned.get("person"), cleaned.get("other")
        if one and other and cleaned.get("rule") == MatchRule.Rule.PIN:
            ways = permutations(self.roles, 2)
            if not any(first.may_seat(one) and second.may_seat(other) for first, second in ways):
                raise ValidationError({"other": _("These two cannot sit in one such pairing.")})
        return cleaned


class AnswerForm(forms.Form):
    """Yes or no to a proposal."""

    accept = forms.TypedChoiceField(choices=[("yes", "yes"), ("no", "no")], coerce=lambda word: word == "yes")
