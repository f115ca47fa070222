"""What people fill in: a team, its projects and their results, an assessment, a reflection."""

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from mentorship.models import Assessment, MentorshipTeam, Project, Reflection, Rubric, Stage
from mentorship.models.project import Round
from organization.bounds import BoundedMeta, DayField
from organization.forms import VersionedFormMixin
from organization.models import User
from pairings.forms import DateInput, PairingForm


class TeamForm(PairingForm):
    """What the team works on, besides what every pairing asks."""

    class Meta(PairingForm.Meta):
        model = MentorshipTeam
        fields = (*PairingForm.Meta.fields, "track", "contest")  # type: ignore[assignment]


class ProjectForm(VersionedFormMixin, forms.ModelForm):
    """A project or contest with the day of each of its rounds."""

    class Meta(BoundedMeta):
        model = Project
        fields = ("track", "title", "contest", "organiser", "level")

    def __init__(self, *args: Any, user: User, team: MentorshipTeam, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.instance.team = team
        days = {stage.round: stage for stage in self.instance.stages.all()} if self.instance.pk else {}
        for value, label in Round.choices:
            stage = days.get(value)
            self.fields[f"held_{value}"] = DayField(
                label=_("%(round)s: date") % {"round": label},
                required=False,
                disabled=bool(stage and stage.result),
                initial=stage.held_on if stage else None,
                widget=DateInput,
            )
        if not self.instance.pk:
            self.initial.setdefault("track", team.track)
            self.initial.setdefault("contest", team.contest)

    def save(self, commit: bool = True) -> Project:
        """Save the project and its rounds.

        Raises:
            RuleError: when the team is over.
        """
        self.instance.plan({value: self.cleaned_data[f"held_{value}"] for value in Round.values})
        return self.instance


class ResultForm(VersionedFormMixin, forms.ModelForm):
    """What came of a round."""

    class Meta(BoundedMeta):
        model = Stage
        fields = ("result", "held_on")
        widgets = {"held_on": DateInput}

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["result"].required = True

    def save(self, commit: bool = True) -> Stage:
        """Record the result.

        Raises:
            RuleError: when somebody else saved it.
            ValidationError: when the day lies in the future.
        """
        self.instance.record_result(result=self.cleaned_data["result"], held_on=self.cleaned_data["held_on"])
        return self.instance


class AssessmentForm(VersionedFormMixin, forms.ModelForm):
    """A mark for each ability of the rubric, and words."""

    class Meta(BoundedMeta):
        model = Assessment
        fields = ("assessed_on", "words")
        widgets = {"assessed_on": DateInput, "words": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        rubric: Rubric = self.instance.rubric
        given = {score.item_id: score.value for score in self.instance.scores.all()} if self.instance.pk else {}
        for item in rubric.items.all():
            self.fields[f"item_{item.pk}"] = forms.TypedChoiceField(
                label=str(item),
                help_text=item.words,
                choices=Assessment.Mark.choices,
                coerce=int,
                initial=given.get(item.pk),
                widget=forms.RadioSelect,
            )
        self.order_fields([name for name in self.fields if name.startswith("item_")])

    def save(self, commit: bool = True) -> Assessment:
        """Record the assessment.

        Raises:
            RuleError: when somebody else assesses, or the team is not active.
        """
        marks = {
            int(name.removeprefix("item_")): cast("int", value)
            for name, value in self.cleaned_data.items()
            if name.startswith("item_")
        }
        self.instance.record(by=self.user, marks=marks)
        return self.instance


class ReflectionForm(VersionedFormMixin, forms.ModelForm):
    """A student's own words."""

    class Meta(BoundedMeta):
        model = Reflection
        fields = ("words",)
        widgets = {"words": forms.Textarea(attrs={"rows": 6})}

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def save(self, commit: bool = True) -> Reflection:
        """Keep the student's words.

        Raises:
            RuleError: when somebody else writes, or the team is not active.
        """
        self.instance.write(by=self.user)
        return self.instance
