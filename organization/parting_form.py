"""The page on which people leave, move or come back: how, from when, and what becomes of what they have in hand."""

from collections.abc import Sequence
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from organization.bounds import DayField
from organization.models import Branch, Ending, Person, RoleAssignment, User
from organization.partings import BACK, STATED, Parting, Question, questions_about

HOW = [
    ("", _("Please choose")),
    (Ending.GRADUATED.value, Ending.GRADUATED.label),
    (Ending.LEFT.value, Ending.LEFT.label),
    (Ending.RETIRED.value, Ending.RETIRED.label),
    (Ending.MOVED.value, Ending.MOVED.label),
    (BACK, _("Back again")),
    (STATED, _("Only state since when they are here")),
]


class PartingForm(forms.Form):
    """One answer for all the chosen people, and one for each place that one of them has in hand."""

    how = forms.ChoiceField(label=_("What happened"), choices=HOW)
    on = DayField(
        label=_("From which day on"),
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("The first day on which they are here no more, or are here (again). Figures of earlier days stay."),
    )
    to = forms.ModelChoiceField(
        Branch.objects.none(), label=_("To which branch"), required=False, help_text=_("Only for a move.")
    )

    def __init__(self, *args: Any, people: Sequence[Person], user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people, self.user = people, user
        colleges = {person.college_id for person in people}
        cast("Any", self.fields["to"]).queryset = Branch.objects.filter(college__in=colleges)
        self.questions = questions_about(people, user)
        for question in self.questions:
            for name, field in question.fields.items():
                self.fields[f"{question.key}-{name}"] = field

    def asked(self) -> list[tuple[Question, list[forms.BoundField]]]:
        """Return each question with its fields, as the page shows them."""
        return [(one, [self[f"{one.key}-{name}"] for name in one.fields]) for one in self.questions]

    def first_fields(self) -> list[forms.BoundField]:
        """Return the fields that are asked once for all."""
        return [self[name] for name in ("how", "on", "to")]

    def clean(self) -> dict[str, Any]:
        """Refuse a move to nowhere, and answers that do not go together; who comes is asked nothing.

        Raises:
            ValidationError: by field.
        """
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("how") == Ending.MOVED and not cleaned.get("to"):
            self.add_error("to", _("Please say to which branch they move."))
        if cleaned.get("how") in Ending.values:
            for question in self.questions:
                for name, words in question.check(self._said(question)).items():
                    self.add_error(f"{question.key}-{name}", words)
        return cleaned

    def _said(self, question: Question) -> dict[str, Any]:
        """Return what was answered to a question."""
        return {name: self.cleaned_data.get(f"{question.key}-{name}") for name in question.fields}

    def carry_out(self) -> None:
        """Let it happen to all, or to nobody.

        Raises:
            PartingError: naming who stands in the way.
        """
        data = self.cleaned_data
        parting = Parting(data["how"], data["on"], data["to"])
        answers = [(one, self._said(one)) for one in self.questions] if parting.asks else []
        parting.carry_out(self.people, by=self.user, answers=answers)


def consequences(people: Sequence[Person]) -> list[str]:
    """Return in words what leaving does to these people beyond the figures (two queries)."""
    accounts = User.objects.filter(person__in=people, is_active=True).count()
    roles = RoleAssignment.objects.filter(user__person__in=people).select_related("user__person", "branch", "college")
    found = [
        str(_("Figures of earlier days stay as they are: whoever was here then counts then.")),
        str(_("From that day on nobody is offered them, and no proposal of the matching names them.")),
        str(_("Sign-in is closed from that day on, not before: %(count)s accounts.") % {"count": accounts}),
    ]
    words = _("%(person)s is %(role)s of %(place)s; the operator gives the role to somebody else.")
    for role in roles:
        said = {"person": role.user.get_full_name(), "role": role.get_role_display()}
        found.append(str(words % {**said, "place": role.branch or role.college}))
    return found
