"""Addresses at which a step of a row's life is taken, made from the table of transitions."""

from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.views.generic import View

from organization.access import require, visible_or_404
from organization.models import ScopedQuerySet, User
from organization.refusals import carried_out, say_errors
from organization.transitions import Transition


class TransitionView(View):
    """Takes a step of a row's life, says what came of it, and goes back to the row."""

    http_method_names = ["post"]
    #: Which step; each address names its own.
    transition = cast("Transition", None)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Run the verb with what its form gives."""
        row = cast("Any", visible_or_404(request, self.get_rows(), pk))
        require(request, self.transition.permission, row)
        form_class = self.transition.form_class()
        form = form_class(request.POST) if form_class else None
        if form is not None and not form.is_valid():
            say_errors(request, form)
            return redirect(self.leads_back(row))
        given, user = form.cleaned_data if form else {}, cast("User", request.user)
        came_of_it: list[Any] = []
        is_done = carried_out(
            request, lambda: came_of_it.append(self.transition.take(row, by=user, **given)), str(self.transition.done)
        )
        return redirect(self.leads_on(row, came_of_it[0]) if is_done else self.leads_back(row))

    def get_rows(self) -> ScopedQuerySet:
        """Return the rows, with what the rules read of one."""
        return cast("ScopedQuerySet", self.transition.model_class._default_manager.all())

    def leads_on(self, row: Any, came_of_it: Any) -> str:
        """Return where the page leads once it is done."""
        return self.leads_back(row)

    def leads_back(self, row: Any) -> str:
        """Return where the page leads when it was refused."""
        return cast("str", row.get_absolute_url())


def addresses_of(*transitions: Transition, view: type[TransitionView] = TransitionView) -> list[URLPattern]:
    """Return the addresses of transitions, below their row's number."""
    return [path(f"{one.slug}/", view.as_view(transition=one), name=one.name or one.slug) for one in transitions]
