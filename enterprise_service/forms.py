"""The proposal of an engagement."""

from typing import Any

from django import forms
from django.db.models import Q

from enterprise_service.models import Engagement, Problem
from pairings.forms import PairingForm


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
        free = Q(status=Problem.Status.OPEN) | Q(pk=self.instance.problem_id)
        problems = Problem.objects.visible_to(self.user).filter(free)
        self.fields["problem"].queryset = problems.select_related("enterprise")
