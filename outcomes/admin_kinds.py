"""A branch's own kinds of report on the secretary's desk: begun with another kind, put in order, retired."""

from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminSelectWidget

from organization.admin_base import BRANCH_FILTER, BoundedFormSet, BranchInline, BranchModelAdmin, VersionedAdminForm
from organization.bounds import MOST_ROWS, BoundedMeta
from organization.models import User
from outcomes import section_names
from outcomes.documents.outlines import OUTLINES, Outline
from outcomes.documents.own_kinds import outline_from, told_by
from outcomes.models import ReportKind, ReportKindPart
from outcomes.models.kinds import STANDS_ALREADY

#: What stands for a written section that has no number yet.
NEW = f"{section_names.OWN}0"


class PartForm(forms.ModelForm):
    """A section at its place; which one it is never changes, so that what was written stays with it."""

    section = forms.ChoiceField(label=gettext_lazy("section"), widget=UnfoldAdminSelectWidget)

    class Meta(BoundedMeta):
        model = ReportKindPart
        fields = ("section", "heading", "hint", "position")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = (NEW, _("A section that I write, with a heading of my own"))
        choices: list[tuple[str, Any]] = [("", _("Choose a section")), own, *section_names.names()]
        if self.instance.pk:
            self.fields["section"].disabled = True
            choices.append((self.instance.section, _called(self.instance)))
            for name, takes in (("heading", section_names.takes_heading), ("hint", section_names.is_written)):
                if not takes(self.instance.section):
                    self.fields[name].disabled = True
                    self.fields[name].widget.attrs["placeholder"] = _("not needed")
        cast("forms.ChoiceField", self.fields["section"]).choices = choices
        self.fields["position"].required = False

    def _get_validation_exclusions(self) -> set[str]:
        """Leave the place out: the sections change theirs together."""
        return {*super()._get_validation_exclusions(), "position"}  # type: ignore[misc]


def _called(part: ReportKindPart) -> str:
    """Return what a section that is there is called; one that this release does not have, by its name and so."""
    label = section_names.label_of(part.section)
    if label is None and not part.section.startswith(section_names.OWN):
        return _("%(name)s (this release does not have it; it is left out)") % {"name": part.section}
    return str(label or _("A section that I write"))


class PartFormSet(BoundedFormSet):
    """The sections of a kind, which get their places in the order of the numbers that were given."""

    def clean(self) -> None:
        """Refuse a section that stands there twice, beside its second place."""
        super().clean()
        seen: set[str] = set()
        for form in self._kept():
            section = form.cleaned_data.get("section")
            if section in seen:
                form.add_error("section", STANDS_ALREADY)
            if section and section != NEW:
                seen.add(section)

    def _kept(self) -> list[Any]:
        """Return the forms of the sections that are to stand in the kind, in their order."""
        gone = [form for form in self.forms if self._should_delete_form(form)]
        kept = [form for form in self.forms if form not in gone and (form.instance.pk or form.has_changed())]
        return sorted(kept, key=_place)

    def save(self, commit: bool = True) -> list[Any]:
        """Save what was changed, and give every section its place."""
        kept = self._kept()
        for place, form in enumerate(kept, start=1):
            if form.has_changed():
                form.instance.position = place
            if form.instance.section == NEW:
                form.instance.section = cast("ReportKind", self.instance).new_section()
        saved = cast("list[Any]", super().save(commit))
        for place, form in enumerate(kept, start=1):
            form.instance.stand_at(place)
        return saved


def _place(form: Any) -> int:
    """Return the number that was given, after all others where none was."""
    given = form.cleaned_data.get("position") if hasattr(form, "cleaned_data") else None
    return MOST_ROWS if given is None else given


class PartInline(BranchInline):
    """The sections of a kind, in order."""

    model = ReportKindPart
    form = PartForm
    formset = PartFormSet
    fields = ["section", "heading", "hint", "position"]
    ordering_field = "position"

    def _may(self, request: HttpRequest, verb: str, row: Model | None) -> bool:
        """Whoever may change the kind may change its sections."""
        return row is None or cast("User", request.user).has_perm("outcomes.change_reportkind", row)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Whoever sees the kind sees its sections."""
        return True

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Whoever may change the kind adds sections."""
        return self._may(request, "change", obj)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Whoever may change the kind takes sections out."""
        return self._may(request, "change", obj)


@admin.register(ReportKind)
class ReportKindAdmin(BranchModelAdmin):
    """A branch's own kinds of report."""

    inlines = [PartInline]
    kept_fields = ["branch", "code"]
    list_display = ["name", "code", "branch", "is_active"]
    list_filter = ["is_active", BRANCH_FILTER]
    list_select_related = ["branch"]
    search_fields = ["name", "code"]

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        """Ask of a new kind what it begins with, of one that is there the rest."""
        rest = ["has_contents", "is_active"] if obj else ["begin_with"]
        return ["branch", "name", "code", *rest]

    def get_inlines(self, request: HttpRequest, obj: Model | None) -> list[Any]:
        """Show the sections once there are any."""
        return [PartInline] if obj else []

    def get_form(self, request: HttpRequest, obj: Model | None = None, change: bool = False, **kwargs: Any) -> Any:
        """Offer a new kind the shipped ones and those of the user's branches to begin with."""
        if obj is None:
            own = ReportKind.objects.visible_to(request.user).select_related("branch")
            offered = [(slug, one.label) for slug, one in OUTLINES.items()]
            offered += [(str(kind.pk), f"{kind.name}（{kind.branch}）") for kind in own]
            help_text = _("Its sections are copied; you then change, add and move them.")
            field = forms.ChoiceField(
                label=_("begin with"), choices=offered, help_text=help_text, widget=UnfoldAdminSelectWidget
            )
            kwargs["form"] = type("BeginForm", (VersionedAdminForm,), {"begin_with": field})
        return super().get_form(request, obj, change, **kwargs)

    def save_model(self, request: HttpRequest, obj: Model, form: Any, change: bool) -> None:
        """Save; a new kind begins with the sections of the one that was chosen."""
        kind, user = cast("ReportKind", obj), cast("User", request.user)
        outline = None if change else _begun_with(form.cleaned_data["begin_with"], user)
        if outline:
            kind.has_contents = outline.has_contents
        super().save_model(request, obj, form, change)
        if outline:
            kind.begin_with(told_by(outline), by=user)

    def response_add(self, request: HttpRequest, obj: Model, post_url_continue: str | None = None) -> HttpResponse:
        """Go to the new kind's sections."""
        messages.success(request, _("The kind is there with its sections. Now put them in your order."))
        return redirect(reverse("admin:outcomes_reportkind_change", args=[obj.pk]))


def _begun_with(chosen: str, user: User) -> Outline:
    """Return the kind that was chosen to begin with.

    Raises:
        PermissionDenied: when the user does not see it any more.
    """
    if chosen in OUTLINES:
        return OUTLINES[chosen]
    kind = ReportKind.objects.visible_to(user).filter(pk=chosen).first()
    if kind is None:
        raise PermissionDenied
    return outline_from(kind)
