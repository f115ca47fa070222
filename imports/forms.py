"""What the pages of imports ask: a sheet, what its words mean, and why it is undone."""

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from imports.kinds import SheetKind
from imports.models import SheetImport
from organization.models import Branch, User
from organization.sheets.vocabulary import VOCABULARIES

#: A longer word was cut for its message, so nobody could say what it means.
LONGEST_WORD = 60


class SheetForm(forms.Form):
    """A sheet to read into a branch."""

    branch = forms.ModelChoiceField(Branch.objects.none(), label=_("branch"), empty_label=None)
    file = forms.FileField(label=_("Excel workbook (.xlsx) or table as text (.csv)"))

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        managed = Branch.objects.managed_by(user)
        branch = cast("forms.ModelChoiceField", self.fields["branch"])
        branch.queryset = managed
        branch.initial = managed.first()
        if len(managed) == 1:
            branch.widget = forms.HiddenInput()


class WordsForm(forms.Form):
    """What the words mean that nothing explains yet; what is left empty is asked again."""

    def __init__(self, *args: Any, sheet_import: SheetImport, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.unknown = unknown_words(sheet_import)
        for place, word in enumerate(self.unknown):
            self._ask(place, word, sheet_import.kind_info, sheet_import.branch)

    def _ask(self, place: int, word: dict[str, Any], kind: SheetKind, branch: Branch) -> None:
        """Add the field of a word, and beside it one for a note where the kind has some."""
        use = word["use"]
        label = f"“{word['word']}”（{VOCABULARIES[use].label}，{cells(word['cells'])}）"
        choices = kind.choices(use, branch)
        name = f"meaning_{place}"
        if not choices.words:
            self.fields[name] = forms.CharField(label=label, max_length=100, required=False)
            return
        offered = [("", _("Not decided yet")), *((one, one) for one in choices.words)]
        self.fields[name] = forms.ChoiceField(label=label, choices=offered, required=False)
        if choices.notes:
            beside = [("", _("nothing more")), *((one, one) for one in choices.notes)]
            note = forms.ChoiceField(label=_("and it also says"), choices=beside, required=False)
            self.fields[f"note_{place}"] = note

    def explained(self) -> list[tuple[str, str, str]]:
        """Return use, word and meaning of each word that was explained."""
        found = []
        for place, word in enumerate(self.unknown):
            meaning = self.cleaned_data.get(f"meaning_{place}", "")
            note = self.cleaned_data.get(f"note_{place}", "")
            if meaning:
                found.append((word["use"], word["word"], f"{meaning}（{note}）" if note else meaning))
        return found


def unknown_words(sheet_import: SheetImport) -> list[dict[str, Any]]:
    """Return the words of a preview that a secretary can explain."""
    words = sheet_import.findings.get("unknown_words", [])
    return [one for one in words if len(one["word"]) <= LONGEST_WORD and one["use"] in VOCABULARIES]


def cells(count: int) -> str:
    """Return how many cells hold a word, in words."""
    return ngettext("%(count)s cell", "%(count)s cells", count) % {"count": count}
