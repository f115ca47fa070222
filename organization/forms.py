"""What edit forms share: the copy's version travels with the form, and a stale save is refused with both texts."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Self, cast

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.forms.models import ModelChoiceIterator, ModelChoiceIteratorValue
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from organization.bounds import BoundedMeta, WholeNumberField
from organization.models import Branch, Person, StaleRecordError, Tag, User, VersionedModel
from organization.text import whole_number
from organization.words import WordsField, WordsInput


@dataclass(frozen=True)
class Conflict:
    """One field that somebody else changed since the form was opened."""

    label: str
    theirs: str
    yours: str


class PeopleIterator(ModelChoiceIterator):
    """The people on offer, read once; namesakes of one office or class also show their numbers."""

    def __iter__(self) -> Iterator[Any]:
        if self.field.empty_label is not None:
            yield "", self.field.empty_label
        people = list(self.queryset)
        labels = [self.field.label_from_instance(person) for person in people]
        doubled = {label for label, count in Counter(labels).items() if count > 1}
        for person, label in zip(people, labels, strict=True):
            value = ModelChoiceIteratorValue(self.field.prepare_value(person), person)
            yield value, f"{label} · {person.number}" if label in doubled else label


class PersonChoiceField(forms.ModelChoiceField):
    """One person, told from namesakes by office or class."""

    iterator = PeopleIterator

    def label_from_instance(self, person: Model) -> str:
        """Return e.g. 李晓梅 · 机电2301班."""
        return person_label(person)


class ChosenFirstSelect(forms.SelectMultiple):
    """Shows what is chosen first and in its order, so that a browser sends it back in that order."""

    def optgroups(self, name: str, value: list[str], attrs: dict[str, Any] | None = None) -> list[Any]:
        """Return the options, those of `value` first."""
        place = {str(one): number for number, one in enumerate(value)}
        groups = super().optgroups(name, value, attrs)
        return sorted(groups, key=lambda group: min(place.get(str(one["value"]), len(place)) for one in group[1]))


class RowsChoiceField(forms.ModelMultipleChoiceField):
    """Several rows; what is no row's number is refused before a database sees it."""

    def clean(self, value: Any) -> Any:
        """Return the chosen rows.

        Raises:
            ValidationError: for a row that is not offered, or none where some are needed.
        """
        for one in value or ():
            if not whole_number(str(one)):
                raise ValidationError(self.error_messages["invalid_choice"], "invalid_choice", {"value": one})
        return super().clean(value)


class PeopleChoiceField(RowsChoiceField):
    """Several people in the order in which they were chosen, told from namesakes by office or class."""

    iterator = PeopleIterator
    widget = ChosenFirstSelect

    def clean(self, value: Any) -> Any:
        """Return the people as a list in the order given.

        Raises:
            ValidationError: for somebody who is not offered, or nobody where somebody is needed.
        """
        people = super().clean(value)
        place = {str(one): number for number, one in enumerate(value or ())}
        return sorted(people, key=lambda person: place[str(person.pk)])

    def label_from_instance(self, person: Model) -> str:
        """Return e.g. 李晓梅 · 机电2301班."""
        return person_label(person)


def person_label(person: Any) -> str:
    """Return a person's name with what tells namesakes apart (select_related `office`)."""
    place = person.class_name or (person.office.name if person.office else "") or person.number
    return f"{person.name} · {place}"


class BranchFormMixin(forms.BaseModelForm):
    """Asks for the branch only when the user works in several."""

    fields: dict[str, Any]

    def set_branch(self, user: User) -> None:
        """Offer the branches the user works in, or set the only one."""
        branches = list(Branch.objects.worked_in_by(user))
        if self.instance.pk or len(branches) == 1:
            self.fields.pop("branch", None)
        if not self.instance.pk and len(branches) == 1:
            self.instance.branch = branches[0]
        if "branch" in self.fields:
            self.fields["branch"].queryset = Branch.objects.worked_in_by(user)

    def set_managed_branch(self, user: User) -> None:
        """Offer the branches the user manages, or set the only one."""
        managed = Branch.objects.managed_by(user)
        if self.instance.pk or len(managed) == 1:
            self.fields.pop("branch", None)
        if not self.instance.pk and len(managed) == 1:
            self.instance.branch = managed[0]
        if "branch" in self.fields:
            self.fields["branch"].queryset = managed


class VersionField(WholeNumberField):
    """The edit that a form was opened on; what no page of ours ever sent stands for none."""

    widget = forms.HiddenInput

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, **kwargs)

    def clean(self, value: Any) -> int | None:
        """Return the number, or None."""
        return whole_number(str(value)) or None


def is_versioned(model: type[Model]) -> bool:
    """Return whether a model's rows count their edits."""
    return issubclass(model, VersionedModel)


def offered_of(field: forms.Field, value: Any) -> Any:
    """Return what of a field's value is among its choices; rows that are not offered were never shown."""
    if not isinstance(field, forms.ModelChoiceField) or field.queryset is None or value in (None, ""):
        return value
    several = isinstance(field, forms.ModelMultipleChoiceField)
    held = list(value) if several else [value]
    keys = [getattr(one, "pk", one) for one in held]
    offered = set(field.queryset.filter(pk__in=keys).values_list("pk", flat=True))
    shown = [one for one, key in zip(held, keys, strict=True) if key in offered]
    return shown if several else next(iter(shown), None)


def with_unseen(chosen: Iterable[Any], held: Sequence[Any], shown: Sequence[Any]) -> list[Any]:
    """Return what was chosen, and of what the row holds that which was not shown, each at its place."""
    rows = list(chosen)
    for place, one in enumerate(held):
        if one not in shown and one not in rows:
            rows.insert(place, one)
    return rows


class KeepsUnseenMixin(forms.BaseModelForm):
    """Changes only what it showed: a row that the field did not offer to the user is held as before."""

    def _clean_fields(self) -> None:
        """Clean, then put back what the user could not see; the hook is Django's own."""
        held = self._held_rows() if self.instance.pk else {}
        for name, rows in held.items():
            if rows and not offered_of(self.fields[name], rows):
                self.fields[name].required = False  # it looks empty to the user and is not
        super()._clean_fields()  # type: ignore[misc]
        for name, rows in held.items():
            if name in self.cleaned_data:
                self.cleaned_data[name] = self._kept(name, self.cleaned_data[name], rows)

    def _held_rows(self) -> dict[str, Any]:
        """Return by field of a choice among rows what the row holds now (a query each)."""
        model = {one.name: one for one in self.instance._meta.get_fields()}
        held: dict[str, Any] = {}
        for name, field in self.fields.items():
            if not isinstance(field, forms.ModelChoiceField) or field.disabled or name not in model:
                continue
            if isinstance(field, forms.ModelMultipleChoiceField):
                held[name] = list(getattr(self.instance, name).all())
            elif getattr(self.instance, cast("Any", model[name]).attname) is not None:
                held[name] = getattr(self.instance, name)
        return held

    def _kept(self, name: str, chosen: Any, held: Any) -> Any:
        """Return what a field comes to."""
        shown = offered_of(self.fields[name], held)
        if isinstance(self.fields[name], forms.ModelMultipleChoiceField):
            return with_unseen(chosen, held, shown) if len(shown) < len(held) else chosen
        return held if chosen is None and shown is None else chosen


class VersionedFormMixin(KeepsUnseenMixin):
    """Refuses to save over somebody else's newer text, shows both, and keeps what was typed.

    Saving again after that is a decision made in sight of both texts, so the form then carries the newer version.
    """

    conflicts: list[Conflict]
    #: What the form was made with, so that it can be opened again on the row as it is stored now.
    _made_with: dict[str, Any]

    def __new__(cls, *args: Any, **kwargs: Any) -> Self:
        """Keep what the form is told, whatever each form's own `__init__` asks for."""
        form = super().__new__(cls)
        form._made_with = kwargs
        return form

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.conflicts = []
        self.fields.pop("version", None)
        if self.instance.pk and is_versioned(type(self.instance)):
            self.fields["version"] = VersionField(initial=self.instance.version)

    def clean(self) -> dict[str, Any] | None:
        """Refuse the form when the row moved on after it was opened, or nobody can say when that was."""
        cleaned = super().clean()
        if "version" in self.fields:
            opened = (self.cleaned_data if cleaned is None else cleaned).get("version")
            stored = type(self.instance)._base_manager.filter(pk=self.instance.pk).first()
            if stored is None or stored.version != opened:
                self.add_error(None, StaleRecordError().message)
            if stored is not None:
                self._compare_with(stored, opened)
        return cleaned

    def _compare_with(self, stored: Model, opened: int | None) -> None:
        """Go on from the stored row, and show what differs from it when the form is an older copy."""
        version = cast("Any", stored).version
        if version != opened:
            self.conflicts = self._conflicts_with(stored)
            self._carry_version(version)
        self.instance.version = version

    def _conflicts_with(self, stored: Model) -> list[Conflict]:
        """Return the fields in which the form's text differs from what is stored now."""
        current = self.opened_on(stored)
        conflicts = []
        for name in (name for name in self.fields if name in current.fields):
            bound, theirs = self[name], current[name]
            is_compared = name != "version" and not isinstance(bound.field, forms.FileField)  # files are only added
            stands = offered_of(theirs.field, theirs.initial)
            if is_compared and bound.field.has_changed(stands, bound.data):
                conflicts.append(Conflict(self.label_in_full(bound), _shown(theirs, stands), _shown(bound, bound.data)))
        return conflicts

    def label_in_full(self, bound: forms.BoundField) -> str:
        """Return what a field is called away from its place on the page."""
        return str(bound.label)

    def opened_on(self, stored: Model) -> Self:
        """Return this form as the same user would open it on the stored row."""
        typed = ("data", "files", "initial", "instance")
        told = {name: value for name, value in self._made_with.items() if name not in typed}
        return type(self)(**told, instance=stored)

    def _carry_version(self, version: int) -> None:
        """Put the stored version into the form that is shown again."""
        data = cast("QueryDict", self.data).copy()
        data[self.add_prefix("version")] = str(version)
        self.data = data


def _shown(bound: forms.BoundField, value: Any) -> str:
    """Return a field's value as its reader sees it: a choice by its label."""
    if isinstance(value, list | tuple):
        return "、".join(_shown(bound, one) for one in value)
    choices = getattr(bound.field, "choices", None)
    if choices is not None:
        labels = {str(key): str(label) for key, label in choices}
        return labels.get(str(getattr(value, "pk", value) or ""), str(value or _("(empty)")))
    return str(value if value not in (None, "") else _("(empty)"))


class ProfileForm(VersionedFormMixin, forms.ModelForm):
    """What one can, and what one looks for: words by which the matching finds partners."""

    class Meta(BoundedMeta):
        model = Person
        fields = ("strengths", "needs")
        field_classes = {"strengths": WordsField, "needs": WordsField}
        widgets = {"strengths": WordsInput, "needs": WordsInput}

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        for name in self._meta.fields or ():
            cast("WordsField", self.fields[name]).offer(Tag.objects.visible_to(user).names())


class WhyForm(forms.Form):
    """Why something is taken back; whoever takes back their own is not asked."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("It stays in the records: write nothing here that shall be gone."),
    )

    def __init__(self, *args: Any, needs_reason: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not needs_reason:
            del self.fields["reason"]


class SearchForm(forms.Form):
    """Words by which something is looked for."""

    q = forms.CharField(label=_("Name, number or title"), max_length=100)
