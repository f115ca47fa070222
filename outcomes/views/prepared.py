"""Files that take long: asked for, waited for, downloaded, asked for again."""

from collections.abc import Callable, Sequence
from typing import Any, cast

from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.http import require_POST, require_safe

from organization.access import UserRequest, require, visible_or_404
from organization.refusals import carried_out
from outcomes.asking import ask_again, ask_for
from outcomes.documents.formats import FORMATS
from outcomes.figures.periods import period_of
from outcomes.models import PreparedFile
from outcomes.models.transitions import WITHDRAW
from outcomes.preparing import format_in_words, report_in_words
from outcomes.views.asked import Asked, asked_of
from outcomes.views.figures import with_period

GONE = 410
ROWS_A_PAGE = 25
#: So many seconds lie between two looks of a page that waits.
LOOKS_EVERY = 4
TONES = {"waiting": "soft", "working": "amber", "ready": "green", "failed": "red", "cancelled": "soft"}


def offer(request: HttpRequest, asked: Asked, format_: str) -> HttpResponse:
    """Say that a file takes long, and offer to prepare it."""
    context = {"asked": asked, "format": FORMATS[format_]}
    return render(request, "outcomes/prepare.html", context)


@require_POST
@with_period
def prepare(request: UserRequest, code: str, kind: str) -> HttpResponse:
    """Let a file be prepared, and go where its progress is shown; `kind` is the format."""
    asked = asked_of(request, code, kind)
    return _to_its_page(request, lambda: ask_for(request_for(asked, kind), by=request.user), asked.report_url)


def request_for(asked: Asked, format_: str) -> PreparedFile:
    """Return an unsaved request for what an address asks."""
    period = asked.scope.period
    row = PreparedFile(branch=asked.branch, first_day=period.first, last_day=period.last, language=get_language() or "")
    row.kind, row.format, row.revision = asked.outline.slug, format_, asked.revision
    if asked.other:
        row.beside_branch, beside = asked.other
        row.beside_first_day, row.beside_last_day = beside.first, beside.last
    return row


def _to_its_page(request: UserRequest, ask: Callable[[], PreparedFile], else_to: str) -> HttpResponse:
    """Go to the page of what was asked for, or back with the reason why it was refused."""
    rows: list[PreparedFile] = []
    if carried_out(request, lambda: rows.append(ask())):
        return redirect(rows[0])
    return redirect(else_to)


def _row(request: HttpRequest, pk: int) -> PreparedFile:
    """Return the request when the user may see it."""
    rows = PreparedFile.objects.with_kinds().select_related("branch", "beside_branch", "asked_by__person")
    return cast("PreparedFile", visible_or_404(request, rows, pk))


def _shown(request: UserRequest, rows: Sequence[PreparedFile]) -> dict[str, Any]:
    """Return requests with the words of a page, and how often the page looks anew while one of them is open."""
    is_idle = any(row.is_left_lying for row in rows) and not PreparedFile.objects.is_anybody_at_work()
    shown = [
        {
            "row": row,
            "period": period_of(row.first_day, row.last_day).label,
            "outline": report_in_words(row),
            "format": format_in_words(row),
            "beside": period_of(*row.beside_days).label if row.beside_days else "",
            "tone": TONES[row.state],
            "is_left": row.is_left_lying and is_idle,
            "again": row.is_abandoned or (row.is_left_lying and is_idle) or not (row.is_open or row.is_downloadable),
            "withdraw": WITHDRAW.is_offered(request.user, row),
        }
        for row in rows
    ]
    return {"shown": shown, "looks_every": LOOKS_EVERY if any(row.is_open for row in rows) else 0}


@require_safe
def files(request: UserRequest) -> HttpResponse:
    """List the files that the user has let prepare."""
    require(request, "outcomes.see_figures")
    rows = PreparedFile.objects.visible_to(request.user).filter(asked_by=request.user)
    rows = rows.with_kinds().select_related("branch", "beside_branch", "asked_by__person")
    page = Paginator(rows, ROWS_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "outcomes/prepared_files.html", {"page_obj": page, **_shown(request, list(page))})


@require_safe
def detail(request: UserRequest, pk: int) -> HttpResponse:
    """Show how far a file is; the page looks anew by itself until it is there."""
    context = _shown(request, [_row(request, pk)])
    return render(request, "outcomes/prepared.html", {**context, "one": context["shown"][0]})


@require_safe
def download(request: UserRequest, pk: int) -> HttpResponseBase:
    """Send the file.

    Raises:
        Http404: while there is none, and when it is no longer kept.
    """
    row = _row(request, pk)
    if not row.is_downloadable or row.format not in FORMATS:
        raise Http404
    file = row.opened()
    if file is None:
        return render(request, "outcomes/prepared_gone.html", {"row": row}, status=GONE)
    return FileResponse(file, as_attachment=True, filename=row.file_name, content_type=FORMATS[row.format].media_type)


@require_POST
def again(request: UserRequest, pk: int) -> HttpResponse:
    """Let a file be prepared anew, as it was asked for."""
    row = _row(request, pk)
    return _to_its_page(request, lambda: ask_again(row, by=request.user), row.get_absolute_url())
