"""What people fill in: an engagement, the board, an instalment, and what the enterprise confirms."""

from typing import Any, cast

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from enterprise_service.models import Confirmation, Engagement, Enterprise, Instalment, Problem
from organization.bounds import BoundedMeta, DayField
from organization.doubles_forms import SeesDoublesMixin
from organization.forms import BranchFormMixin, VersionedFormMixin
from organization.models import Branch, User
from organization.text import ParagraphsFormField
from pairings.forms import DateInput, PairingForm


class ProblemChoiceField(forms.ModelChoiceField):
    """A problem, with the enterprise that has it."""

    def label_from_instance(self, problem: Any) -> str:
        """Return e.g. 佳精机械 · 夹具定位精度不足."""
        return f"{problem.enterprise.name} · {problem.title}"


class EngagementForm(PairingForm):
    """The problem and the contract of the commissioned project."""

    class Meta(PairingForm.Meta):
        model = Engagement
        fields = (*PairingForm.Meta.fields, "problem", "contract_number", "contract_amount_cny")  # type: ignore[assignment]
        field_classes = {"problem": ProblemChoiceField}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "problem" not in self.fields:  # decided with the approval
            return
        free = Q(status=Problem.Status.OPEN) | Q(pk=self.instance.problem_id)
        problems = Problem.objects.visible_to(self.user).filter(free)
        self.fields["problem"].queryset = problems.select_related("enterprise")


class BoardForm(SeesDoublesMixin, VersionedFormMixin, forms.ModelForm):
    """A row of the board, filled in by a user; a new one that seems to be there already wants a tick."""

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user


class EnterpriseForm(BranchFormMixin, BoardForm):
    """An enterprise: trade, region, scale, contact."""

    class Meta(BoundedMeta):
        model = Enterprise
        fields = ("branch", "name", "trade", "region", "scale", "contact_name", "contact_phone", "contact_mail")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.set_branch(self.user)


class ProblemForm(BoardForm):
    """A problem of an enterprise that is on the board."""

    class Meta(BoundedMeta):
        model = Problem
        fields = ("enterprise", "title", "field", "urgency", "due_on", "description")
        widgets = {"due_on": DateInput, "description": forms.Textarea(attrs={"rows": 4})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        branches = Branch.objects.worked_in_by(self.user)
        enterprises = Enterprise.objects.visible_to(self.user).present().filter(branch__in=branches)
        cast("Any", self.fields["enterprise"]).queryset = enterprises


class InstalmentForm(VersionedFormMixin, forms.ModelForm):
    """Money received of a contract."""

    class Meta(BoundedMeta):
        model = Instalment
        fields = ("amount_cny", "received_on", "note")
        widgets = {"received_on": DateInput}

    def __init__(self, *args: Any, user: User, engagement: Engagement, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.engagement = engagement

    def save(self, commit: bool = True) -> Instalment:
        """Keep the instalment.

        Raises:
            RuleError: when the contract's amount would be exceeded.
        """
        self.engagement.receive(self.instance)
        return self.instance


class PageWritesIt(forms.HiddenInput):
    """A value that stands in the page itself, so that an answer which came back asks about what is shown now."""

    template_name = "parts/nothing.html"


class ConfirmationForm(forms.Form):
    """What the enterprise's contact says: three questions."""

    is_solved = forms.TypedChoiceField(
        label=_("Is the problem solved?"),
        choices=[("yes", _("Yes, it is solved")), ("no", _("Not yet"))],
        coerce=lambda word: word == "yes",
        widget=forms.RadioSelect,
    )
    rating = forms.TypedChoiceField(
        label=_("How do you rate the service?"),
        choices=list(reversed(Confirmation.Rating.choices)),
        coerce=int,
        widget=forms.RadioSelect,
    )
    words = ParagraphsFormField(
        label=_("What you would like to say"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    confirmed_by = forms.CharField(label=_("Your name and position"), max_length=60)
    #: Which words the contact read; the page writes it, whatever was typed.
    seen = forms.CharField(max_length=64, required=False, widget=PageWritesIt)

    def __init__(self, *args: Any, link: Confirmation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if link.asks_for_code:
            self.fields["code"] = forms.CharField(
                label=_("The code from the mail"),
                max_length=10,
                widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
            )


class SpokenForm(forms.Form):
    """That the secretary spoke to the contact: when, and what was said."""

    on = DayField(label=_("Spoken on"), widget=DateInput)
    words = ParagraphsFormField(
        label=_("What the contact said"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("In a sentence, such as: Ms Lin of production says that the fixture runs in both shifts."),
    )
