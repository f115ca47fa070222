"""Confirmation links: made and withdrawn by those who lead an engagement, answered by the enterprise's contact."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from enterprise_service.forms import ConfirmationForm
from enterprise_service.models import Confirmation, Engagement
from enterprise_service.models.confirmation import LinkRefusedError
from organization.access import UserRequest, require, visible_or_404
from organization.refusals import add_refusal, carried_out

GONE = {Confirmation.Refusal.FORGED: 404}


@require_POST
def make(request: UserRequest, pk: int) -> HttpResponse:
    """Make a link for the enterprise; an older one without an answer is withdrawn."""
    engagement = cast("Engagement", visible_or_404(request, Engagement.objects.with_people(), pk))
    require(request, "enterprise_service.keep_contract", engagement)
    done = _("The link is ready. Send it to the enterprise's contact.")
    carried_out(request, lambda: Confirmation.make(engagement, by=request.user), done)
    return redirect(engagement)


@require_POST
def revoke(request: UserRequest, pk: int) -> HttpResponse:
    """Withdraw a link."""
    rows = Confirmation.objects.select_related("engagement")
    link = cast("Confirmation", visible_or_404(request, rows, pk))
    require(request, "enterprise_service.keep_contract", link.engagement)
    carried_out(request, link.revoke, _("The link is withdrawn."))
    return redirect(link.engagement)


def without_its_path(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let no request that the page makes carry the page's address, which is the right to answer."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response["Referrer-Policy"] = "strict-origin"
        return response

    return answer


@login_not_required
@never_cache
@without_its_path
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Ask the enterprise's contact, without an account, whether the problem is solved and how the service was."""
    try:
        link = Confirmation.opened_by(token)
        form = ConfirmationForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                link.confirm(**form.cleaned_data)
            except LinkRefusedError:
                raise
            except ValidationError as error:
                add_refusal(form, error)
            else:
                return render(request, "enterprise_service/confirmed.html", {"confirmation": link})
    except LinkRefusedError as refusal:
        status = GONE.get(refusal.why, 410)
        return render(request, "enterprise_service/link_refused.html", {"why": refusal.why}, status=status)
    return render(request, "enterprise_service/confirm.html", {"confirmation": link, "form": form})
