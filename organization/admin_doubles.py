"""Likely doubles on the desk: named while a row is added, and a merged one leads to the one that stands."""

from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from organization.admin_base import BranchModelAdmin, VersionedAdminForm
from organization.doubles import likely_doubles
from organization.merge_kinds import MergeKind, merge_kind
from organization.models import User
from organization.text import whole_number


class SeesDoublesForm(VersionedAdminForm):
    """A form of the desk; a new row that seems to be there already wants a tick."""

    #: Who fills it in; the page says it.
    user: User

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.doubles: list[Any] = []

    @property
    def merge_kind(self) -> MergeKind:
        """Return the kind of doubles."""
        return merge_kind(self._meta.model.merge_kind)

    def _post_clean(self) -> None:
        """Name what seems to be the same already, once the row is made of what was typed; the hook is Django's own."""
        super()._post_clean()  # type: ignore[misc]
        if not self.instance.pk and not self.errors and not self.data.get("is_another"):
            self.doubles = list(likely_doubles(self.merge_kind, self.user, self.instance))
            if self.doubles:
                self.add_error(None, _("This seems to be there already. Look first, or tick that it is another one."))


class SeesDoublesAdmin(BranchModelAdmin):
    """A list of rows that stand for themselves."""

    form = SeesDoublesForm

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """Return the form, which knows who fills it in."""
        form = super().get_form(request, obj, change=change, **kwargs)
        return type(form.__name__, (form,), {"user": request.user})

    def get_queryset(self, request: HttpRequest) -> Any:
        """Return the rows that were not merged into another."""
        return cast("Any", super().get_queryset(request)).present()

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Go on from a merged row to the one that stands for it."""
        rows = super().get_queryset(request).filter(merged_into__isnull=False)
        merged = rows.filter(pk=whole_number(object_id)).first()
        if merged is not None:
            messages.info(request, _("“%(title)s” was merged into this one.") % {"title": merged})
            return redirect("admin:" + self.opts.label_lower.replace(".", "_") + "_change", merged.survivor.pk)
        return cast("HttpResponse", super().change_view(request, object_id, form_url, extra_context))
