"""What people fill in: a pair, its milestones, a workshop, a sign-up."""

import datetime
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from organization.bounds import BoundedMeta, DayField
from organization.forms import BranchFormMixin, PersonChoiceField, ProfileForm, VersionedFormMixin
from organization.models import Person, Tag, User
from organization.words import WordsField
from pairings.forms import DateInput, PairingForm
from teaching_pairs.models import Milestone, SignUp, TeachingPair, Workshop


class TeachingPairForm(PairingForm):
    """The course or topic, and how the two came together."""

    class Meta(PairingForm.Meta):
        model = TeachingPair
        fields = (  # type: ignore[assignment]
            *PairingForm.Meta.fields,
            "course",
            "topic",
            "pattern",
            "formation",
            "brokered_by",
            "workshop",
        )
        field_classes = {"brokered_by": PersonChoiceField}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.asks_for_change:
            return
        teachers = Person.objects.visible_to(self.user).active().teachers()
        teachers |= Person.objects.filter(pk=self.instance.brokered_by_id)
        self.fields["brokered_by"].queryset = teachers.select_related("office")
        self.fields["workshop"].queryset = Workshop.objects.visible_to(self.user)


class MilestonesForm(VersionedFormMixin, forms.ModelForm):
    """The planned and the real day of each step."""

    class Meta(BoundedMeta):
        model = TeachingPair
        fields = ()

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.steps = self.instance.steps()
        for step in self.steps:
            for name, day in (("planned", step.planned_on), ("done", step.done_on)):
                self.fields[f"{name}_{step.step}"] = DayField(
                    required=False,
                    initial=day,
                    widget=DateInput,
                    label=_("planned for") if name == "planned" else _("reached on"),
                )

    def rows(self) -> list[tuple[Milestone, forms.BoundField, forms.BoundField]]:
        """Return each step with its two fields."""
        return [(step, self[f"planned_{step.step}"], self[f"done_{step.step}"]) for step in self.steps]

    def label_in_full(self, bound: forms.BoundField) -> str:
        """Return e.g. 课程上线：计划完成, since the page groups the days by step."""
        step = Milestone.Step(bound.name.split("_", 1)[1])
        return f"{step.label}：{bound.label}"

    def save(self, commit: bool = True) -> TeachingPair:
        """Keep the days.

        Raises:
            RuleError: when the pair is over, or somebody else saved it.
            ValidationError: when a day cannot be.
        """
        given = self.cleaned_data
        dates: dict[str, tuple[datetime.date | None, datetime.date | None]] = {
            step.step: (given[f"planned_{step.step}"], given[f"done_{step.step}"]) for step in self.steps
        }
        self.instance.plan(dates)
        return self.instance


class WorkshopForm(VersionedFormMixin, BranchFormMixin, forms.ModelForm):
    """The announcement of a workshop."""

    class Meta(BoundedMeta):
        model = Workshop
        fields = ("branch", "title", "held_on", "place", "words")
        widgets = {"held_on": DateInput, "words": forms.Textarea(attrs={"rows": 4})}

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.set_managed_branch(user)

    def save(self, commit: bool = True) -> Workshop:
        """Announce the workshop, or change what was announced."""
        if not self.instance.pk:
            self.instance.announced_by = self.user
        return cast("Workshop", super().save(commit))


class SignUpForm(ProfileForm):
    """What a teacher can, looks for, and would work on; the first two are the profile's."""

    topics = WordsField(label=_("courses or topics I would work on"), max_length=200, required=False)

    def __init__(self, *args: Any, signup: SignUp | None, user: User, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        topics = cast("WordsField", self.fields["topics"])
        topics.initial = signup.topics if signup else ""
        topics.offer(Tag.objects.visible_to(user).names())

    def words(self) -> dict[str, str]:
        """Return what was typed, by the names that the verb takes."""
        return {name: self.cleaned_data[name] for name in ("strengths", "needs", "topics")}
