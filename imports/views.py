"""Reading a sheet in: upload, preview, words, writing, the marked sheet, and undoing."""

from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from imports.blank import blank_sheet
from imports.forms import SheetForm, WordsForm, unknown_words
from imports.kinds import SheetKind, kind_of
from imports.marking import marked_sheet
from imports.models import PreviewMovedError, SheetImport
from imports.pages import STATES, counts_of, rows_of
from organization.access import UserRequest, require, visible_or_404
from organization.forms import WhyForm
from organization.models import Branch, Person, RuleError, Synonym
from organization.refusals import add_refusal, carried_out, words_of
from organization.sheets import RowError, SheetError, SheetFile, read_book

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
IMPORTS_SHOWN = 10


def _kind(slug: str) -> SheetKind:
    """Return a kind of sheet.

    Raises:
        Http404: when there is none of this name.
    """
    try:
        return kind_of(slug)
    except KeyError as error:
        raise Http404 from error


def _import_for(request: HttpRequest, pk: int, permission: str = "imports.view_sheetimport") -> SheetImport:
    """Return the import when the user sees it and holds the permission."""
    found = cast("SheetImport", visible_or_404(request, SheetImport.objects.with_people(), pk))
    require(request, permission, found)
    return found


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: UserRequest, kind: str) -> HttpResponse:
    """Ask for a sheet, read it, and go to the page that shows what it would do."""
    sheet_kind = _kind(kind)
    require(request, "imports.read_sheet")
    form = SheetForm(request.POST or None, request.FILES or None, user=request.user)
    errors: list[RowError] = []
    if request.method == "POST" and form.is_valid():
        try:
            return redirect(_looked_at(request, form, sheet_kind))
        except SheetError as error:
            errors = error.errors
        except ValidationError as error:
            add_refusal(form, error, at="file")
    earlier = SheetImport.objects.visible_to(request.user).filter(kind=kind).with_people().defer("findings")
    context = {"kind": sheet_kind, "form": form, "errors": errors, "earlier": earlier[:IMPORTS_SHOWN]}
    return render(request, "imports/new.html", context)


def _looked_at(request: UserRequest, form: SheetForm, kind: SheetKind) -> SheetImport:
    """Read the uploaded sheet and keep what it would do.

    Raises:
        SheetError: when the file cannot be read.
        ValidationError: when it is of a kind that is not kept.
    """
    upload, branch = form.cleaned_data["file"], cast("Branch", form.cleaned_data["branch"])
    upload.seek(0)  # it was looked at on its way in
    file = SheetFile.of(upload.name, upload)
    book = read_book(file, kind.columns(Synonym.objects.known_in(branch)))
    return SheetImport.objects.look_at(book, branch, kind, by=request.user, upload=upload)


@require_safe
def detail(request: UserRequest, pk: int) -> HttpResponse:
    """Show what a sheet would do, or did, row by row."""
    return _page(request, _import_for(request, pk))


def _page(request: UserRequest, found: SheetImport, words: WordsForm | None = None) -> HttpResponse:
    """Answer with the page of an import."""
    chosen = request.GET.get("state", "")
    chosen = chosen if chosen in STATES else ""
    if words is None and found.is_previewed and unknown_words(found):
        words = WordsForm(sheet_import=found)
    result = found.findings
    context: dict[str, Any] = {
        "found": found,
        "kind": found.kind_info,
        "counts": counts_of(found, chosen),
        "chosen": chosen,
        "page_obj": rows_of(found, chosen, request.GET.get("page", "1")),
        "words_form": words,
        "has_doubles": any(change["state"] == "double" for change in result.get("changes", [])),
        "unread": result.get("unread", []),
        "missing": _missing(found),
    }
    return render(request, "imports/detail.html", context)


def _missing(found: SheetImport) -> list[tuple[str, Person | None]]:
    """Return who was not in the sheet, each with the person while they are still here (one query)."""
    told = found.findings.get("missing", [])
    people = Person.objects.filter(branch=found.branch_id).active()
    here = {person.number: person for person in people} if told else {}
    return [(one, here.get(one.split(" ", 1)[0])) for one in told]


@require_POST
def write(request: UserRequest, pk: int) -> HttpResponse:
    """Write every row, when it still does what was seen."""
    found = _import_for(request, pk, "imports.write_sheet")
    try:
        found.write(by=request.user, seen=request.POST.get("seen", ""))
    except PreviewMovedError as moved:
        messages.warning(request, str(moved))
    except ValidationError as error:
        messages.error(request, words_of(error))
    else:
        said = {"new": found.new, "changed": found.changed, "same": found.same}
        messages.success(request, _("Written: %(new)s new, %(changed)s changed, %(same)s unchanged.") % said)
    return redirect(found)


@require_POST
def explain(request: UserRequest, pk: int) -> HttpResponse:
    """Remember what words mean, and look at the sheet again."""
    found = _import_for(request, pk, "imports.write_sheet")
    form = WordsForm(request.POST, sheet_import=found)
    if not form.is_valid():
        return _page(request, found, form)
    done = _("Remembered. The sheet was looked at again.")
    carried_out(request, lambda: found.explain(form.explained(), by=request.user), done)
    return redirect(found)


@require_POST
def look_again(request: UserRequest, pk: int) -> HttpResponse:
    """Make the preview anew, with likely doubles taken for other people or not."""
    found = _import_for(request, pk, "imports.write_sheet")
    accept_doubles = request.POST.get("accept_doubles") == "yes"
    carried_out(request, lambda: found.look_again(by=request.user, accept_doubles=accept_doubles))
    return redirect(found)


@require_POST
def discard(request: UserRequest, pk: int) -> HttpResponse:
    """Throw a preview away."""
    found = _import_for(request, pk, "imports.write_sheet")
    done = _("The preview was thrown away; nothing was written.")
    if not carried_out(request, lambda: found.discard(by=request.user), done):
        return redirect(found)
    return redirect("imports:new", kind=found.kind)


@require_http_methods(["GET", "HEAD", "POST"])
def undo(request: UserRequest, pk: int) -> HttpResponse:
    """Show what undoing an import takes back and what is in the way, or do it."""
    found = _import_for(request, pk, "imports.undo_sheet")
    form = WhyForm(request.POST or None, needs_reason=True)
    if request.method == "POST" and form.is_valid():
        try:
            done = found.undo(by=request.user, reason=form.cleaned_data["reason"])
        except ValidationError as error:
            messages.error(request, words_of(error))
            return redirect("imports:undo", pk=pk)
        messages.success(request, _("The import was undone."))
        for words in done.stays[:IMPORTS_SHOWN]:
            messages.warning(request, words)
        return redirect(found)
    undoing = found.undoing() if found.is_written else None
    context = {"found": found, "kind": found.kind_info, "undoing": undoing, "form": form}
    return render(request, "imports/undo.html", context)


@require_safe
def marked(request: UserRequest, pk: int) -> HttpResponse:
    """Send the office's own sheet with the wrong cells marked and a column of reasons.

    Raises:
        Http404: when no row is refused, or the sheet is no longer kept.
    """
    found = _import_for(request, pk)
    if not (found.is_previewed and found.refused):
        raise Http404
    columns = found.kind_info.columns(Synonym.objects.known_in(found.branch))
    try:
        content = marked_sheet(found.file(), columns, found.findings["errors"])
    except (RuleError, SheetError) as error:
        raise Http404 from error
    return _workbook(content, _("%(name)s (marked)") % {"name": found.file_name.rsplit(".", 1)[0]})


@require_safe
def template(request: UserRequest, kind: str) -> HttpResponse:
    """Send an empty sheet of a kind, with drop-downs and an example row."""
    sheet_kind = _kind(kind)
    require(request, "imports.read_sheet")
    return _workbook(blank_sheet(sheet_kind), str(sheet_kind.label))


def _workbook(content: bytes, name: str) -> HttpResponse:
    """Return an Excel workbook as a download."""
    response = HttpResponse(content, content_type=XLSX)
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=f"{name}.xlsx")
    return response
