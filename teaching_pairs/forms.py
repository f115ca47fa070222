"""The proposal of a teaching pair."""

from typing import Any

from organization.forms import PersonChoiceField
from organization.models import Person
from pairings.forms import PairingForm
from teaching_pairs.models import TeachingPair


class TeachingPairForm(PairingForm):
    """The course or topic, and how the two came together."""

    class Meta(PairingForm.Meta):
        model = TeachingPair
        fields = (*PairingForm.Meta.fields, "course", "topic", "pattern", "formation", "brokered_by")  # type: ignore[assignment]
        field_classes = {"brokered_by": PersonChoiceField}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        teachers = Person.objects.visible_to(self.user).active().teachers()
        self.fields["brokered_by"].queryset = teachers.select_related("office")
