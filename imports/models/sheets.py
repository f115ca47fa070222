"""A sheet that was read into a branch: looked at first, then written as one thing, and undone as one thing."""

import hashlib
import json
from collections.abc import Iterable
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from evidence.looking import evidence_storage
from evidence.models import DamagedFileError
from evidence.names import named_as
from evidence.removal import let_go
from imports.kinds import SheetKind, Wishes, kind_of
from imports.models.queries import SheetImportQuerySet, hold_branch
from imports.models.rows import KeptSheet, SheetImportRow, trace_as_json
from imports.models.undoing import Undoing
from organization.models import Branch, RuleError, Synonym, User, all_or_nothing
from organization.sheets import Book, ImportResult, SheetError, SheetFile, State, read_book
from organization.text import PlainCharField, PlainTextField
from organization.trail import audit_made
from organization.verbs import verb

#: What of a result says whether a preview still holds; who is missing or what was not read changes nothing.
DECISIVE = ("rows", "errors", "changes")
REFUSED = (State.REFUSED, State.DOUBLE)
WRITES_SOMETHING = (State.NEW, State.CHANGED, State.SHARED)


class PreviewMovedError(RuleError):
    """What a preview showed is no longer what writing would do; the preview was made anew."""

    def __init__(self) -> None:
        super().__init__(
            _("What is on record has changed since this was looked at. Please look again; nothing was written.")
        )


class SheetImport(models.Model):
    """One sheet that somebody read into a branch, and what came of each of its rows."""

    class Stage(models.TextChoices):
        """How far it has come."""

        PREVIEWED = "previewed", _("Looked at, not written")
        WRITTEN = "written", _("Written")
        UNDONE = "undone", _("Undone")

    branch = models.ForeignKey(Branch, models.PROTECT, related_name="+", verbose_name=_("branch"))
    kind = models.CharField(_("kind of sheet"), max_length=20, editable=False)
    stage = models.CharField(_("state"), max_length=10, choices=Stage, default=Stage.PREVIEWED, editable=False)
    file_name = PlainCharField(_("file"), max_length=200, editable=False)
    sha256 = models.CharField(_("SHA-256"), max_length=64, editable=False)
    language = models.CharField(max_length=10, editable=False)
    accept_doubles = models.BooleanField(_("likely doubles are other people"), default=False, editable=False)
    verified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False,
        verbose_name=_("verified by"),
    )  # fmt: skip
    #: What the command would print of it (docs/imports.md).
    findings = models.JSONField(default=dict, editable=False)
    #: Stands for all that decides what the rows do.
    digest = models.CharField(max_length=64, editable=False)
    rows_read = models.PositiveIntegerField(_("rows"), default=0, editable=False)
    new = models.PositiveIntegerField(_("new"), default=0, editable=False)
    changed = models.PositiveIntegerField(_("changed"), default=0, editable=False)
    same = models.PositiveIntegerField(_("unchanged"), default=0, editable=False)
    refused = models.PositiveIntegerField(_("refused"), default=0, editable=False)
    read_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False, verbose_name=_("read in by")
    )
    read_at = models.DateTimeField(_("read in at"), auto_now_add=True)
    looked_at = models.DateTimeField(_("last looked at"), default=timezone.now, editable=False)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False,
        verbose_name=_("written by"),
    )  # fmt: skip
    written_at = models.DateTimeField(_("written at"), null=True, editable=False)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False,
        verbose_name=_("undone by"),
    )  # fmt: skip
    undone_at = models.DateTimeField(_("undone at"), null=True, editable=False)
    undo_reason = PlainTextField(_("reason for undoing"), max_length=500, blank=True, editable=False)

    objects = SheetImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("sheet that was read in")
        verbose_name_plural = _("sheets that were read in")
        ordering = ["-read_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(stage="previewed", written_by__isnull=True, written_at__isnull=True)
                | Q(stage__in=["written", "undone"], written_by__isnull=False, written_at__isnull=False),
                name="written_import_says_who_and_when",
            ),
            models.CheckConstraint(
                condition=Q(stage="undone", undone_by__isnull=False, undone_at__isnull=False) & ~Q(undo_reason="")
                | ~Q(stage="undone") & Q(undone_by__isnull=True, undone_at__isnull=True, undo_reason=""),
                name="undone_import_says_who_when_and_why",
            ),
        ]
        indexes = [
            # The branch's list, the newest first; and the previews that nobody wrote.
            models.Index(fields=["branch", "-read_at"], name="sheet_import_list"),
            models.Index(fields=["stage", "read_at"], name="sheet_import_waiting"),
        ]

    def __str__(self) -> str:
        return self.file_name

    def get_absolute_url(self) -> str:
        """Return the address of its page."""
        return reverse("imports:detail", args=[self.pk])

    @property
    def kind_info(self) -> SheetKind:
        """Return the kind of sheet it is."""
        return kind_of(self.kind)

    @property
    def is_previewed(self) -> bool:
        """Whether nothing was written yet."""
        return self.stage == self.Stage.PREVIEWED

    @property
    def is_written(self) -> bool:
        """Whether its rows stand."""
        return self.stage == self.Stage.WRITTEN

    @property
    def may_be_written(self) -> bool:
        """Whether it was only looked at, no row is refused, and some row changes something."""
        return self.is_previewed and not self.refused and bool(self.new or self.changed)

    def file(self) -> SheetFile:
        """Return the sheet as it is kept (one query).

        Raises:
            RuleError: when it is no longer kept, or damaged.
        """
        kept = KeptSheet.objects.filter(sheet_import=self).select_related("evidence__file").first()
        try:
            if kept is not None:
                kept.evidence.file.refuse_damage()
                with evidence_storage().open(kept.evidence.file.path) as stored:
                    name = named_as(self.file_name, kept.evidence.file.media_type)
                    return SheetFile(name, stored.read())
        except (DamagedFileError, OSError):
            pass
        raise RuleError(gettext("The sheet itself is no longer kept. Please read it in anew."))

    # Verbs: lock, re-read, check, write and record, or raise.

    @verb
    def look_again(self, *, by: User, accept_doubles: bool | None = None) -> None:
        """Make the preview anew from the kept sheet, as things stand now.

        Args:
            by: who asks.
            accept_doubles: take likely doubles for other people from now on, or no longer.

        Raises:
            RuleError: when `by` does not manage the branch, it was written meanwhile, or the sheet is gone.
        """
        by.must_manage(self.branch_id)
        book = self._book()
        with all_or_nothing():
            self._locked(self.Stage.PREVIEWED)._see_anew(book, accept_doubles=accept_doubles)
        self.refresh_from_db()

    def _see_anew(self, book: Book, *, accept_doubles: bool | None = None) -> None:
        """Keep what a sheet that was read would do now, when that is something else."""
        before = self.accept_doubles, self.findings
        self.accept_doubles = self.accept_doubles if accept_doubles is None else accept_doubles
        self._set_result(self._planned(book).result)
        if (self.accept_doubles, self.findings) != before:
            self.looked_at = timezone.now()  # the trail says by it that the preview was made anew
            self.save()

    @verb
    def explain(self, words: Iterable[tuple[str, str, str]], *, by: User) -> None:
        """Remember what words of the branch's sheets mean, each as (use, word, meaning), and look again.

        Raises:
            ValidationError: when a meaning is none that the sheets know; no word is remembered then.
            RuleError: when `by` does not manage the branch, or it was written meanwhile.
        """
        by.must_manage(self.branch_id)
        told = [self._explained(*word) for word in words]
        book = self._book(told)
        with all_or_nothing():
            kept = self._locked(self.Stage.PREVIEWED)
            for synonym in told:
                synonym.save()
            kept._see_anew(book)
        self.refresh_from_db()

    @verb
    def write(self, *, by: User, seen: str) -> None:
        """Write every row, in one transaction, when it still does what was seen.

        Args:
            by: who writes it, and so answers for its rows.
            seen: the `digest` of the preview that was looked at.

        Raises:
            PreviewMovedError: when something else would be written by now; the preview is made anew.
            RuleError: when `by` does not manage the branch, a row is refused, it was written already, or the database
                refuses something.
        """
        by.must_manage(self.branch_id)
        book = self._book()
        try:
            with all_or_nothing():
                kept = self._locked(self.Stage.PREVIEWED)
                plan = kept._planned(book)
                kept._refuse_unseen(plan.result, seen)
                kept._be_written(plan, by)
        except PreviewMovedError:
            self.look_again(by=by)
            raise
        self.refresh_from_db()

    def undoing(self) -> Undoing:
        """Return what undoing it would do, and what is in the way; nothing is written."""
        return Undoing.of(self.kind_info, list(self.rows.traces()))

    @verb
    def undo(self, *, by: User, reason: str) -> Undoing:
        """Take back everything that its rows wrote, or nothing when something stands on one of them.

        A changed cell goes back only where it still holds what this import wrote; a newer word stays.

        Args:
            by: who decides it.
            reason: why.

        Returns:
            What was done, and which cells stayed.

        Raises:
            RuleError: when `by` does not manage the branch, it is not written, no reason is given, or something stands
                on its rows; it is named.
        """
        by.must_manage(self.branch_id)
        if not reason.strip():
            raise RuleError(gettext("Please write a reason."))
        with all_or_nothing():
            kept = self._locked(self.Stage.WRITTEN)
            undoing = kept.undoing()
            if undoing.obstacles:
                first = "；".join(undoing.obstacles[:3])
                words = gettext("Nothing was undone. In the way: %(what)s")
                raise RuleError(words % {"what": first if len(undoing.obstacles) <= 3 else f"{first}…"})
            undoing.carry_out()
            kept.stage, kept.undone_by, kept.undone_at = self.Stage.UNDONE, by, timezone.now()
            kept.undo_reason = reason.strip()
            kept.save(update_fields=["stage", "undone_by", "undone_at", "undo_reason"])
        self.refresh_from_db()
        return undoing

    @verb
    def discard(self, *, by: User) -> None:
        """Throw a preview away, with the sheet.

        Raises:
            RuleError: when `by` does not manage the branch, or it was written.
        """
        by.must_manage(self.branch_id)
        self.forget(by=by)

    @verb
    def forget(self, *, by: User) -> None:
        """Delete the record of a preview, and the sheet with its bytes.

        Raises:
            RuleError: when it was written.
        """
        with all_or_nothing():
            kept = self._locked(self.Stage.PREVIEWED)
            kept.forget_sheet(by=by)
            kept.delete()

    @verb
    def forget_sheet(self, *, by: User) -> None:
        """Remove the sheet and its bytes, unless another row holds it, such as the outcomes of a ledger."""
        with all_or_nothing():
            for kept in KeptSheet.objects.filter(sheet_import=self):
                kept.delete()
                let_go([kept.evidence_id], by=by, college=self.branch.college_id)

    def _explained(self, use: str, word: str, meaning: str) -> Synonym:
        """Return what a word of the branch's sheets shall mean from now on, not yet saved.

        Raises:
            ValidationError: when the meaning is none that the sheets know.
        """
        known = Synonym.objects.filter(branch=self.branch, use=use, word=word).first()
        synonym = known or Synonym(branch=self.branch, use=use, word=word)
        synonym.meaning = meaning
        synonym.full_clean()
        return synonym

    def _book(self, told: Iterable[Synonym] = ()) -> Book:
        """Return the kept sheet's rows, read anew in a process of its own: no transaction is open then.

        Args:
            told: words that are about to be remembered.
        """
        file, synonyms = self.file(), Synonym.objects.known_in(self.branch)
        synonyms = synonyms.and_also({(one.use, one.word): one.meaning for one in told})
        try:
            return read_book(file, self.kind_info.columns(synonyms))
        except SheetError as error:
            raise RuleError(str(error)) from error

    def _planned(self, book: Book) -> Any:
        """Return the plan, in the language that the preview was made in."""
        with translation.override(self.language):
            return self.kind_info.plan(book, self.branch, Wishes(self.accept_doubles, self.verified_by))

    def _locked(self, *allowed: str) -> Self:
        """Return the row as it stands now, with every import into the branch waiting for this one.

        Raises:
            RuleError: when it is in no state that is allowed, saying who brought it there.
        """
        hold_branch(self.branch_id)
        rows = SheetImport.objects.select_for_update(of=("self",)).with_people()
        kept = rows.filter(pk=self.pk).first()
        if kept is None:
            raise RuleError(gettext("This preview was thrown away meanwhile."))
        if kept.stage not in allowed:
            raise RuleError(kept._why_not())
        return kept

    def _refuse_unseen(self, result: ImportResult, seen: str) -> None:
        """Refuse to write what nobody looked at, and what holds a row that is refused."""
        if digest_of(result.as_json()) != seen:
            raise PreviewMovedError
        if result.errors:
            raise RuleError(gettext("Some rows are refused. Correct them in the sheet and read it in again."))

    def _why_not(self) -> str:
        """Return what became of it, in words."""
        if self.stage == self.Stage.UNDONE:
            return gettext("%(who)s has undone this import already.") % {"who": self.undone_by}
        if self.stage == self.Stage.WRITTEN:
            return gettext("%(who)s has written this import already.") % {"who": self.written_by}
        return gettext("This import is not written yet.")

    def _set_result(self, result: ImportResult) -> None:
        """Take over what the rows would do."""
        self.findings = json.loads(json.dumps(result.as_json()))
        self.digest = digest_of(self.findings)
        self.rows_read, self.new, self.changed, self.same = (
            result.rows, result.created, result.updated, result.unchanged,
        )  # fmt: skip
        self.refused = len({(change.sheet, change.row) for change in result.changes if change.state in REFUSED})

    def _be_written(self, plan: Any, by: User) -> None:
        """Write a plan and what came of its rows."""
        evidence = KeptSheet.objects.select_related("evidence").get(sheet_import=self).evidence
        self.kind_info.write(plan, by, evidence)
        self._set_result(plan.result)
        self.stage, self.written_by, self.written_at = self.Stage.WRITTEN, by, timezone.now()
        self.save()
        rows = [
            SheetImportRow(
                sheet_import=self, sheet=change.sheet, row=change.row, state=change.state,
                subject_id=change.trace.subject, trace=trace_as_json(change.trace),
            )
            for change in plan.result.changes if change.state in WRITES_SOMETHING
        ]  # fmt: skip
        SheetImportRow.objects.bulk_create(rows, batch_size=500)
        audit_made(rows)


def digest_of(result: dict[str, Any]) -> str:
    """Return the SHA-256 of what a result would do."""
    decisive = json.dumps([result.get(part) for part in DECISIVE], sort_keys=True, default=str)
    return hashlib.sha256(decisive.encode()).hexdigest()
