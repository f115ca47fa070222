"""The file of one pairing (结对档案): who, why, what was done, what came of it, as far as its reader may see."""

from collections.abc import Iterator
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from organization.models import User
from outcomes.documents.parts import Cell, Document, Heading, Paragraph, Part, Picture, Signature, Table, shown
from outcomes.documents.tables import listed, of_outcomes
from outcomes.models import Outcome
from pairings.models import LogPhoto, Pairing, ProgressLog
from pairings.models.fields_in_words import told_now
from pairings.numbers import percent

#: So many photos of a pairing's logs stand in its file, the newest ones.
MOST_PHOTOS = 12


def document_of_pairing(pairing: Pairing, reader: User) -> Document:
    """Return the file of a pairing.

    Args:
        pairing: a form's row, with its people.
        reader: who sees it; of the outcomes only those that they see stand in it.
    """
    day = timezone.localdate()
    parts = (
        *_people(pairing),
        *_purpose(pairing),
        *_work(pairing, reader),
        *_results(pairing, reader),
        *_end(pairing),
        Signature(pairing.branch.name, day),
    )
    title = (pairing.branch.name, _("File of “%(title)s”") % {"title": pairing.title})
    return Document(title=title, author=pairing.branch.name, parts=parts, made_on=day)


def _people(pairing: Pairing) -> Iterator[Part]:
    """Name who sits in it, and who sat in it before."""
    yield Heading(_("Who"))
    seats = [*pairing.shown_seats, *pairing.former_seats]
    rows = tuple(
        (seat.person.name, seat.role_label, seat.joined_on, shown(seat.left_on) if seat.left_on else "")
        for seat in seats
    )
    yield Table(_("People of the pairing"), (_("Name"), _("Role"), _("From"), _("To")), rows, (4, 5, 4, 4))


def _purpose(pairing: Pairing) -> Iterator[Part]:
    """Say why it was formed and what was agreed."""
    yield Heading(_("Why it was formed"))
    yield from _paragraphs(pairing.aim)
    kind = pairing.kind_info
    own = [(str(part.label), "，".join(filter(None, (told_now(pairing, name) for name in part.fields))))
           for part in kind.decided]  # fmt: skip
    facts: list[tuple[str, Cell]] = [
        (_("Form"), str(kind.label)),
        *own,
        (_("Status"), pairing.get_status_display()),
        (_("Starts on"), pairing.started_on),
        (_("Planned to end on"), pairing.due_on or ""),
    ]
    rows = tuple((label, told) for label, told in facts if told)
    yield Table(_("The pairing in short"), (_("Matter"), _("As agreed")), rows, (4, 10))


def _work(pairing: Pairing, reader: User) -> Iterator[Part]:
    """List what was done, with the newest photos."""
    yield Heading(_("What was done"))
    yield from (Table(own.caption, own.head, own.rows, own.widths) for own in pairing.own_tables())
    logs = list(ProgressLog.objects.visible_to(reader).filter(pairing=pairing.pk).order_by("date", "pk"))
    if not logs:
        yield Paragraph(_("Nothing was logged."))
        return
    for log in logs:
        log.pairing = pairing  # whose form names the activities
    yield Paragraph(_summary(logs))
    head = (_("Date"), _("Activity"), _("What was done"), _("Hours"), _("Party-building element"))
    rows = tuple((log.date, log.activity_label, log.words, log.hours, _element(log)) for log in logs)
    yield Table(_("Progress logs"), head, rows, (4, 4, 12, 2, 6))
    yield from _photos(pairing, reader)


def _summary(logs: list[ProgressLog]) -> str:
    """Return in a sentence how much was logged."""
    woven = sum(bool(log.element_kind) for log in logs)
    words = ngettext(
        "%(count)s log, %(hours)s hours; %(woven)s with a party-building element (%(rate)s).",
        "%(count)s logs, %(hours)s hours; %(woven)s with a party-building element (%(rate)s).",
        len(logs),
    )
    hours = shown(sum((log.hours for log in logs), Decimal(0)))
    return words % {"count": len(logs), "hours": hours, "woven": woven, "rate": percent(woven, len(logs))}


def _element(log: ProgressLog) -> str:
    """Return the party-building element of a log and how it was woven in."""
    return "：".join(filter(None, (str(log.get_element_kind_display() or ""), log.element_words)))


def _photos(pairing: Pairing, reader: User) -> Iterator[Picture]:
    """Show the newest photos of the logs, in the order in which they were lived."""
    photos = LogPhoto.objects.visible_to(reader).filter(log__pairing=pairing.pk)
    pictures = photos.filter(evidence__file__media_type__startswith="image/").select_related("evidence__file", "log")
    for photo in reversed(pictures.order_by("-log__date", "-pk")[:MOST_PHOTOS]):
        photo.log.pairing = pairing
        caption = f"{shown(photo.log.date)} {photo.log.activity_label}"
        yield Picture(photo.evidence, caption, _("Photo: %(caption)s") % {"caption": caption})


def _results(pairing: Pairing, reader: User) -> Iterator[Part]:
    """List the verified outcomes that the pairing shares."""
    yield Heading(_("Outcomes"))
    rows = listed(Outcome.objects.visible_to(reader).verified().filter(pairings=pairing.pk))
    if rows:
        yield of_outcomes(_("Outcomes that the pairing shares"), rows)
    else:
        yield Paragraph(_("No verified outcome yet."))


def _end(pairing: Pairing) -> Iterator[Part]:
    """Say how it ended, where it did."""
    if pairing.closed_on:
        yield Heading(_("How it ended"))
        yield Paragraph(f"{shown(pairing.closed_on)} {pairing.get_status_display()}")
        yield from _paragraphs(pairing.closing_summary)


def _paragraphs(words: str) -> Iterator[Paragraph]:
    """Yield the lines of somebody's words."""
    yield from (Paragraph(line.strip()) for line in words.splitlines() if line.strip())
