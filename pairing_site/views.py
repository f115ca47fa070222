"""The home page, by role, and whether the site is alive."""

import datetime
from typing import Any, cast

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from organization.models import Membership, User
from outcomes.figures.dashboard import waiting_figures
from outcomes.models import Outcome
from pairing_site.health import failing_parts
from pairings.kinds import all_kinds
from pairings.models import Match, Pairing, Seat

SHOWN = 12
#: So many days the home page of a secretary names who came from another branch.
ARRIVED_DAYS = 30
FIRST_DAY = datetime.date.min


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show what is the user's to do: own pairings first, what waits for a secretary, the dashboard for leadership."""
    user = cast("User", request.user)
    if user.person is None and user.reach.is_overseer and not user.may_use_admin:
        return redirect("dashboard")
    mine = Pairing.objects.filter(Pairing.objects.own_rows(user.reach)) if user.person else Pairing.objects.none()
    context: dict[str, Any] = {
        "kinds": all_kinds(),
        "active": mine.active().with_people().order_by("last_logged_on", "pk")[:SHOWN],
        "matches": Match.objects.waiting_for(user) if user.person else [],
        "answered": Match.objects.answered_by(user)[:SHOWN] if user.person else [],
        "undecided": mine.open().exclude(status=Pairing.Status.ACTIVE).with_people()[:SHOWN],
        "desk": waiting_figures(user) if user.may_use_admin else [],
    }
    if user.is_secretary:
        today, managed = timezone.localdate(), user.reach.manages
        arrivals = Membership.objects.filter(branch__in=managed).moved_here(
            today - datetime.timedelta(days=ARRIVED_DAYS)
        )
        context["arrivals"] = arrivals.select_related("person")
        context["left_behind"] = Seat.objects.filter(pairing__branch__in=managed).left_behind()
        context["today"] = today
    if user.is_teacher:
        context["returned"] = Outcome.objects.filter(Outcome.objects.own_rows(user.reach), review="returned")[:SHOWN]
        context["newest"] = max(
            context["active"], key=lambda pairing: pairing.last_logged_on or FIRST_DAY, default=None
        )
    return render(request, "home.html", context)


@login_not_required
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """Answer whether the site can do its work, and by name which parts cannot."""
    failing = failing_parts()
    return JsonResponse({"ok": not failing, "failing": failing}, status=503 if failing else 200)
