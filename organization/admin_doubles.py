"""Likely doubles on the desk: named while a row is added, and a merged one leads to the one that stands."""

from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from organization.access import survivor_or_404
from organization.admin_base import BranchModelAdmin, VersionedAdminForm
from organization.doubles_forms import SeesDoublesMixin
from organization.text import whole_number


class SeesDoublesForm(SeesDoublesMixin, VersionedAdminForm):
    """A form of the desk; a new row that seems to be there already wants a tick."""


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
            stands = survivor_or_404(request, merged)
            messages.info(request, _("“%(title)s” was merged into this one.") % {"title": merged})
            return redirect("admin:" + self.opts.label_lower.replace(".", "_") + "_change", stands.pk)
        return cast("HttpResponse", super().change_view(request, object_id, form_url, extra_context))
