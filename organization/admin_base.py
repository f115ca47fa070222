"""What every admin page of ours shares: rows through `visible_to`, rights by the rules, stale saves refused."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, NoReturn, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import RelatedFieldListFilter
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Field, Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext as _
from unfold.admin import ModelAdmin, TabularInline
from unfold.decorators import action
from unfold.forms import PaginationInlineFormSet

from organization.bounds import MOST_ROWS, form_class_of
from organization.forms import VersionedFormMixin
from organization.models import Branch, RuleError, User, all_or_nothing
from organization.refusals import words_of
from organization.text import whole_number
from organization.transitions import Transition

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class VersionedAdminForm(VersionedFormMixin, forms.ModelForm):
    """A change form that carries its copy's version."""


class VisibleFilter(RelatedFieldListFilter):
    """Offers the rows that the user may see, and hides when there is no choice among them."""

    def field_choices(self, field: Field, request: HttpRequest, model_admin: Any) -> list[Any]:
        """Return id and name of each."""
        related = cast("Any", field.remote_field).model
        return [(row.pk, str(row)) for row in related._default_manager.visible_to(request.user)]


BRANCH_FILTER = ("branch", VisibleFilter)


class ScopedMixin:
    """Shows the rows the user may see, offers the rows the user may see, and asks the rules about each row."""

    model: type[Model]
    opts: Any
    form: Any = VersionedAdminForm

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return the rows that the user may see."""
        return cast("Any", self.model)._default_manager.visible_to(request.user)

    def formfield_for_dbfield(self, db_field: Field, request: HttpRequest, **kwargs: Any) -> Any:
        """Bound what is converted; offer only rows that the user may see, of branches those that the user manages."""
        target = db_field.remote_field.model if db_field.remote_field else None
        if target is Branch:
            kwargs.setdefault("queryset", Branch.objects.managed_by(cast("User", request.user)))
        elif target is not None and hasattr(target._default_manager, "visible_to"):
            kwargs.setdefault("queryset", target._default_manager.visible_to(request.user))
        return super().formfield_for_dbfield(db_field, request, **form_class_of(db_field), **kwargs)  # type: ignore[misc]

    def _may(self, request: HttpRequest, verb: str, row: Model | None) -> bool:
        """Return whether the rules let the user do this to the row."""
        name = f"{self.opts.app_label}.{verb}_{self.opts.model_name}"
        return cast("User", request.user).has_perm(name, row)

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Show the app to whoever may look at its rows."""
        return self._may(request, "view", None)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Ask the rules."""
        return self._may(request, "view", obj)

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Ask the rules."""
        return self._may(request, "add", None)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Ask the rules."""
        return self._may(request, "change", obj)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Ask the rules."""
        return self._may(request, "delete", obj)


def _begin_writing(request: HttpRequest) -> None:
    """Open the transaction that an admin page's answer commits."""
    request.writing.enter_context(all_or_nothing())  # type: ignore[attr-defined]


#: Django's own page; unfold says no types, and its pages stand on this one.
DjangoModelAdmin: Any = admin.ModelAdmin


class WritesLateMixin(DjangoModelAdmin):
    """Opens the transaction of a save when its form is found right, where Django opens it before it looks."""

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Answer a save that lost a race by looking at the form again, which then shows what the other one saved."""

        def answer() -> HttpResponse:
            return self._changeform_view(request, object_id, form_url, extra_context)

        try:
            with ExitStack() as request.writing:  # type: ignore[attr-defined]
                return answer()
        except RuleError:
            return self._writing(request, answer)

    def save_model(self, request: HttpRequest, obj: Model, form: forms.BaseForm, change: bool) -> None:
        """Begin the transaction, which lasts until the answer is made, and save."""
        _begin_writing(request)
        super().save_model(request, obj, form, change)

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """Ask, or delete, and say what the database refuses."""
        return self._writing(request, lambda: self._delete_view(request, object_id, extra_context))

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """List the rows, or carry out an action on some, and say what the database refuses."""
        return self._writing(request, lambda: super(WritesLateMixin, self).changelist_view(request, extra_context))

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        """Begin the transaction of a deletion, which lasts until the answer is made, with its words in the history."""
        _begin_writing(request)
        return super().log_deletions(request, queryset)

    def _writing(self, request: HttpRequest, answer: Callable[[], HttpResponse]) -> HttpResponse:
        """Answer, committing what was written, or say why it was refused."""
        try:
            with ExitStack() as request.writing:  # type: ignore[attr-defined]
                return answer()
        except RuleError as error:
            messages.error(request, words_of(error))
            return redirect(request.get_full_path())


class RowAutocomplete(AutocompleteSelect):
    """Picks a row as its name is typed; what is no row's number shows as nothing picked."""

    def optgroups(self, name: str, value: Any, attr: Any = None) -> list[Any]:
        """Return the options, which are the picked row alone."""
        return cast("list[Any]", super().optgroups(name, [one for one in value if whole_number(str(one))], attr))


class AsksFirstMixin(DjangoModelAdmin):
    """Asks whether the user may look at such rows before it looks for one, so that an answer tells nothing of it."""

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """Show the history; who may not look at such rows is refused before any is looked for.

        Raises:
            PermissionDenied: alike for rows that are there and that are not.
        """
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        return super().history_view(request, object_id, extra_context)


class BranchModelAdmin(AsksFirstMixin, ScopedMixin, ModelAdmin, WritesLateMixin):
    """An admin page of rows that belong to a branch."""

    change_form_before_template = "admin/branch/form_top.html"
    list_filter_submit = False
    list_per_page = 50
    show_full_result_count = False
    #: What never changes once the row is there, because other rows stand on it.
    kept_fields: Sequence[str] = ()

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        """Only show what is kept of a row that is there."""
        return [*super().get_readonly_fields(request, obj), *(self.kept_fields if obj else ())]

    def save_model(self, request: HttpRequest, obj: Model, form: forms.BaseForm, change: bool) -> None:
        """Save, unless the rules give this row to another branch.

        Raises:
            PermissionDenied: when the row would come to stand in a branch that the user does not manage.
        """
        if not self._may(request, "change", obj):
            raise PermissionDenied
        super().save_model(request, obj, form, change)

    def _get_obj_does_not_exist_redirect(self, request: HttpRequest, opts: Any, object_id: str) -> NoReturn:
        """Answer another branch's row like one that never was, where Django would go to the index with words.

        Raises:
            Http404: always.
        """
        raise Http404

    def carry_out(
        self, request: HttpRequest, rows: QuerySet[Any], permission: str, verb: Callable[[Any], None]
    ) -> None:
        """Run a verb on each chosen row that the rules allow, and say which were done and which were refused."""
        done = 0
        for row in rows:
            if not cast("User", request.user).has_perm(permission, row):
                messages.error(request, _("%(row)s: your role does not include this.") % {"row": row})
                continue
            try:
                with all_or_nothing():
                    verb(row)
            except ValidationError as error:
                messages.error(request, _("%(row)s: %(reason)s") % {"row": row, "reason": words_of(error)})
            else:
                done += 1
        if done:
            messages.success(request, _("Done: %(count)s.") % {"count": done})

    def ask_reason(
        self,
        request: HttpRequest,
        rows: QuerySet[Any],
        action: str,
        title: str,
        *,
        button: str = "",
        consequence: str = "",
    ) -> HttpResponse:
        """Show the page that asks why, between choosing an action and carrying it out."""
        context = {**self.admin_site.each_context(request), "title": title, "rows": rows, "action": action}
        context |= {"button": button or _("Return with the reason"), "consequence": consequence}
        return TemplateResponse(request, "admin/branch/reason.html", {**context, "opts": self.opts})


Action = Callable[[Any, HttpRequest, QuerySet[Any]], HttpResponse | None]


def asks_why(
    name: str,
    *,
    title: "StrOrPromise",
    button: "StrOrPromise",
    consequence: "StrOrPromise",
    permission: str,
    verb: Callable[..., None],
) -> Action:
    """Return the action that asks why, and then runs a verb on each chosen row.

    Args:
        name: what the desk calls the action.
        title: what the page that asks is called.
        button: what its button says.
        consequence: what it does.
        permission: which of the rules says for which rows.
        verb: takes the row, `by` and `reason`.
    """

    def act(desk: "BranchModelAdmin", request: HttpRequest, rows: QuerySet[Any]) -> HttpResponse | None:
        reason = request.POST.get("reason", "").strip()
        if not reason:
            return desk.ask_reason(request, rows, name, str(title), button=str(button), consequence=str(consequence))
        user = cast("User", request.user)
        desk.carry_out(request, rows, permission, lambda row: verb(row, by=user, reason=reason))
        return None

    return act


def desk_action(step: Transition) -> Action:
    """Return the action that takes a step for each chosen row, after asking why where the step asks it."""
    if step.form:
        act = asks_why(step.verb, title=step.title, button=step.confirm or step.button, consequence=step.consequence,
                       permission=step.permission, verb=step.take)  # fmt: skip
    else:

        def act(desk: "BranchModelAdmin", request: HttpRequest, rows: QuerySet[Any]) -> None:
            user = cast("User", request.user)
            desk.carry_out(request, rows, step.permission, lambda row: step.take(row, by=user))

    act.__name__ = step.verb
    return cast("Action", action(description=step.confirm or step.button)(act))


class BoundedFormSet(PaginationInlineFormSet):
    """Rows beside their owner, of which a form that was sent cannot ask for any number."""

    def total_form_count(self) -> int:
        """Return how many rows are shown: those there are, and new ones up to the most."""
        return min(super().total_form_count(), len(self.get_queryset()) + MOST_ROWS)


class BranchInline(ScopedMixin, TabularInline):
    """Rows that are edited beside their owner, each with the version that it was opened on."""

    extra = 0
    formset = BoundedFormSet
    template_before = "admin/branch/inline_top.html"


class ShownFormSet(forms.BaseInlineFormSet):
    """Rows that are only shown: those there are, whatever a form that was sent says of them."""

    def __init__(self, *args: Any, data: Any = None, files: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.new_objects, self.changed_objects, self.deleted_objects = [], [], []

    def is_valid(self) -> bool:
        """Return True: nothing was asked."""
        return True

    def save(self, commit: bool = True) -> list[Any]:
        """Save nothing."""
        return []


class ReadOnlyInline(ScopedMixin, TabularInline):
    """Rows that are shown beside their owner and change through its verbs."""

    extra = 0
    can_delete = False
    formset = ShownFormSet
    shown_with: tuple[str, ...] = ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return the owner's rows, whoever sees the owner sees them, with what is shown beside them."""
        return self.model._default_manager.select_related(*self.shown_with)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Whoever sees the owner sees its rows."""
        return True

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody adds here."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody changes here."""
        return False


class SheetImportMixin:
    """Sends to the page that reads a sheet of these rows in."""

    admin_site: Any
    opts: Any
    import_title: Any
    sheet_kind: str
    change_list_template = "admin/branch/change_list.html"

    def get_urls(self) -> list[Any]:
        """Add the address from which sheets were read in before they had a page of their own."""
        name = f"{self.opts.app_label}_{self.opts.model_name}_import"
        page = path("import/", self.admin_site.admin_view(self.import_view), name=name)
        return [page, *super().get_urls()]  # type: ignore[misc]

    def import_view(self, request: HttpRequest) -> HttpResponse:
        """Go to the page that asks for a sheet."""
        return redirect("imports:new", kind=self.sheet_kind)
