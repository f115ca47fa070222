"""How sheets come to be read in, and the questions that are asked of them."""

from typing import Any, Self

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils import translation

from evidence.models import Evidence
from imports.kinds import SheetKind, Wishes
from imports.models.rows import KeptSheet
from organization.models import Branch, DeskQuerySet, User, all_or_nothing
from organization.sheets import Book, ImportResult, SheetFile
from organization.verbs import verb


class SheetImportQuerySet(DeskQuerySet):
    """Sheets that were read: for the secretaries of the branch."""

    @verb
    def look_at(
        self, book: Book, branch: Branch, kind: SheetKind, *, by: User, upload: UploadedFile | None = None
    ) -> Any:
        """Keep what a sheet would do to a branch, and the sheet, so that it can be looked at and then written.

        Args:
            book: the rows as they were read.
            branch: whose rows they are.
            kind: what kind of sheet it is.
            by: who reads it in.
            upload: the file as it was sent, when it was looked at before.

        Raises:
            RuleError: when `by` does not manage the branch.
            ValidationError: when the file is of a kind that is not kept.
        """
        by.must_manage(branch.pk)
        result = kind.plan(book, branch, Wishes()).result
        with all_or_nothing():
            return self._keep(result, book.file, branch, kind, by=by, upload=upload)

    @verb
    def write_at_once(self, book: Book, branch: Branch, kind: SheetKind, *, by: User, wishes: Wishes) -> ImportResult:
        """Write a sheet without a preview, as a command does: all rows, or none when one is refused.

        Raises:
            RuleError: when the database refuses something.
            ValidationError: when the file is of a kind that is not kept.
        """
        with all_or_nothing():
            hold_branch(branch.pk)
            plan = kind.plan(book, branch, wishes)
            if not plan.result.errors:
                kept = self._keep(plan.result, book.file, branch, kind, by=by, wishes=wishes)
                kept._be_written(plan, by)
        return plan.result

    def _keep(
        self,
        result: ImportResult,
        file: SheetFile,
        branch: Branch,
        kind: SheetKind,
        *,
        by: User,
        wishes: Wishes | None = None,
        upload: UploadedFile | None = None,
    ) -> Any:
        """Save a reading with its file, in the transaction that is open."""
        wishes = wishes or Wishes()
        sheet = Evidence.objects.take_in_sheet(file.content, name=file.name, by=by, upload=upload)
        kept = self.model(
            branch=branch,
            kind=kind.slug,
            file_name=sheet.original_name,
            sha256=sheet.file.sha256,
            language=translation.get_language() or settings.LANGUAGE_CODE,
            accept_doubles=wishes.accept_doubles,
            verified_by=wishes.verified_by,
            read_by=by,
        )
        kept._set_result(result)
        kept.save()
        KeptSheet.objects.create(sheet_import=kept, evidence=sheet)
        return kept

    def with_people(self) -> Self:
        """Fetch the branch and who read, wrote and undid."""
        return self.select_related("branch", "read_by__person", "written_by__person", "undone_by__person")


def hold_branch(branch_id: int) -> None:
    """Let every other import into a branch wait until this transaction ends."""
    Branch.objects.select_for_update(no_key=True, of=("self",)).filter(pk=branch_id).first()
