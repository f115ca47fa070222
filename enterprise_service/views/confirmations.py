"""Confirmation links: made and withdrawn by those who lead an engagement, answered by the enterprise's contact."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from enterprise_service.forms import ConfirmationForm, SpokenForm
from enterprise_service.models import Confirmation, Engagement
from enterprise_service.models.confirmation import LinkRefusedError, digest_of
from organization.access import UserRequest, require, visible_or_404
from organization.addresses import client_address
from organization.masking import masked
from organization.refusals import add_refusal, carried_out, words_of

#: What is answered besides 410: the link is there and serves others.
REFUSED = {Confirmation.Refusal.FORGED: 404, Confirmation.Refusal.OURS: 403}


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
        link.refuse_ours(request.user)
        if request.method == "POST" and "send_code" in request.POST:
            return _asked(request, link, _typed(request, link), sent=_send_code(request, link))
        form = ConfirmationForm(request.POST or None, link=link)
        if request.method == "POST" and form.is_valid():
            try:
                link.confirm(**form.cleaned_data, address=client_address(request))
            except LinkRefusedError:
                raise
            except ValidationError as error:
                add_refusal(form, error)
            else:
                return render(request, "enterprise_service/confirmed.html", {"confirmation": link})
    except LinkRefusedError as refusal:
        status = REFUSED.get(refusal.why, 410)
        return render(request, "enterprise_service/link_refused.html", {"why": refusal.why}, status=status)
    return _asked(request, link, form)


def _asked(request: HttpRequest, link: Confirmation, form: ConfirmationForm, sent: str = "") -> HttpResponse:
    """Show what was done, when and by whom, whom to call, and the questions."""
    asked = link.to_ask()
    context = {"confirmation": link, "form": form, "asked": asked.splitlines(), "sent": sent}
    context |= {"seen": digest_of(asked), "mail": masked(link.mail)}
    return render(request, "enterprise_service/confirm.html", context)


def _typed(request: HttpRequest, link: Confirmation) -> ConfirmationForm:
    """Return the form with what was typed so far, of which nothing is judged yet."""
    return ConfirmationForm(initial=request.POST.dict(), link=link)


def _send_code(request: HttpRequest, link: Confirmation) -> str:
    """Send a code by mail, and return what came of it."""
    try:
        link.send_code(address=client_address(request))
    except ValidationError as error:
        return words_of(error)
    return _("The code is sent to %(mail)s. It serves for a quarter of an hour.") % {"mail": masked(link.mail)}


@require_http_methods(["GET", "HEAD", "POST"])
def spoke(request: UserRequest, pk: int) -> HttpResponse:
    """Note that the secretary spoke to the contact about what was confirmed."""
    rows = Confirmation.objects.select_related("engagement__problem__enterprise", "spoken_by__person")
    link = cast("Confirmation", visible_or_404(request, rows, pk))
    require(request, "enterprise_service.mark_spoken", link)
    form = SpokenForm(request.POST or None, initial={"on": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        try:
            link.spoke_to(by=request.user, **form.cleaned_data)
        except ValidationError as error:
            add_refusal(form, error)
        else:
            messages.success(request, _("Noted. Wherever the confirmation proves something, it is said there."))
            return redirect(link.engagement)
    return render(request, "enterprise_service/spoke.html", {"confirmation": link, "form": form})
