"""Files that take long: asked for, waited for, downloaded, asked for again."""

from collections.abc import Callable
from typing import Any, cast

from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.http import require_POST, require_safe

from organization.access import UserRequest, require, visible_or_404
from organization.refusals import carried_out
from outcomes.documents.formats import FORMATS
from outcomes.figures.periods import period_of
from outcomes.models import PreparedFile
from outcomes.models.prepared import prepared_storage
from outcomes.models.transitions import WITHDRAW
from outcomes.preparing import format_in_words, kind_in_words
from outcomes.tasks import ask_again, ask_for
from outcomes.views.asked import Asked, asked_of
from outcomes.views.figures import with_period

GONE = 410
ROWS_A_PAGE = 25
#: So many seconds a page that waits is shown before it asks anew.
REFRESH_SECONDS = 4
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
    return _to_its_page(request, lambda: ask_for(_request_for(asked, kind), by=request.user), asked.report_url)


def _request_for(asked: Asked, format_: str) -> PreparedFile:
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
    rows = PreparedFile.objects.select_related("branch", "beside_branch", "asked_by__person")
    return cast("PreparedFile", visible_or_404(request, rows, pk))


def _shown(request: UserRequest, row: PreparedFile) -> dict[str, Any]:
    """Return a request with the words of a page."""
    return {
        "row": row,
        "period": period_of(row.first_day, row.last_day).label,
        "outline": kind_in_words(row),
        "format": format_in_words(row),
        "beside": period_of(*row.beside_days).label if row.beside_days else "",
        "tone": TONES[row.state],
        "withdraw": WITHDRAW.is_offered(request.user, row),
    }


@require_safe
def files(request: UserRequest) -> HttpResponse:
    """List the files that the user has let prepare."""
    require(request, "outcomes.see_figures")
    rows = PreparedFile.objects.visible_to(request.user).filter(asked_by=request.user)
    rows = rows.select_related("branch", "beside_branch", "asked_by__person")
    page = Paginator(rows, ROWS_A_PAGE).get_page(request.GET.get("page"))
    shown = [_shown(request, row) for row in page]
    is_open = any(one["row"].is_open for one in shown)
    context = {"page_obj": page, "shown": shown, "refresh": REFRESH_SECONDS if is_open else 0}
    return render(request, "outcomes/prepared_files.html", context)


@require_safe
def detail(request: UserRequest, pk: int) -> HttpResponse:
    """Show how far a file is; the page asks anew by itself until it is there."""
    row = _row(request, pk)
    context = {"one": _shown(request, row), "refresh": REFRESH_SECONDS if row.is_open else 0}
    return render(request, "outcomes/prepared.html", context)


@require_safe
def download(request: UserRequest, pk: int) -> HttpResponseBase:
    """Send the file.

    Raises:
        Http404: while there is none, and when it is no longer kept.
    """
    row = _row(request, pk)
    if row.state != PreparedFile.State.READY or row.is_over or row.format not in FORMATS:
        raise Http404
    if not row.lies_whole():
        return render(request, "outcomes/prepared_gone.html", {"one": _shown(request, row)}, status=GONE)
    file = prepared_storage().open(row.stored_name)
    return FileResponse(file, as_attachment=True, filename=row.file_name, content_type=FORMATS[row.format].media_type)


@require_POST
def again(request: UserRequest, pk: int) -> HttpResponse:
    """Let a file be prepared anew, as it was asked for."""
    row = _row(request, pk)
    return _to_its_page(request, lambda: ask_again(row, by=request.user), row.get_absolute_url())
