"""How long sheets are kept: a preview that nobody wrote a day, the file of one that was written a while."""

import datetime
from contextlib import suppress

from django.conf import settings
from django.utils import timezone

from evidence.leftovers import sweeps
from imports.models import KeptSheet, SheetImport
from organization.models import RuleError, User

PREVIEW = datetime.timedelta(days=1)


@sweeps
def forget_old_sheets(*, dry_run: bool) -> list[str]:
    """Forget previews that nobody wrote, and files whose import was decided long ago; return what they are.

    A ledger stays where outcomes hold it as their proof.
    """
    now = timezone.now()
    previews = SheetImport.objects.filter(stage=SheetImport.Stage.PREVIEWED, read_at__lt=now - PREVIEW)
    decided = SheetImport.objects.exclude(stage=SheetImport.Stage.PREVIEWED).filter(
        written_at__lt=now - datetime.timedelta(days=settings.IMPORT_SHEETS_KEPT_DAYS),
        pk__in=KeptSheet.objects.values("sheet_import"),
    )
    found = [f"preview {pk}" for pk in previews.values_list("pk", flat=True)]
    found += [f"sheet {pk}" for pk in decided.values_list("pk", flat=True)]
    if not dry_run:
        by = User.objects.of_the_command_line()
        for one in [*previews]:
            with suppress(RuleError):  # somebody wrote it meanwhile
                one.forget(by=by)
        for one in [*decided.select_related("branch")]:
            one.forget_sheet(by=by)
    return found
