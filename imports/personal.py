"""What imports keep of somebody who is made anonymous: that there was a row, and none of its cells."""

from imports.models import SheetImport, SheetImportRow
from organization.models import Person
from organization.personal import forgets
from organization.redaction import BLACKED_OUT


@forgets
def forget_rows(person: Person) -> None:
    """Black out what the sheets said of a person, and what a row would be taken back to."""
    rows = SheetImportRow.objects.filter(sheet_import__kind="roster", subject_id=person.pk)
    for row in rows.select_related("sheet_import"):
        result = row.sheet_import.findings
        for change in result.get("changes", []):
            if (change["sheet"], change["row"]) == (row.sheet, row.row):
                change["about"] = BLACKED_OUT
                for cell in change["cells"]:
                    cell["old"], cell["new"] = (BLACKED_OUT if cell[side] else "" for side in ("old", "new"))
        SheetImport.objects.filter(pk=row.sheet_import_id).update(findings=result)
        SheetImportRow.objects.filter(pk=row.pk).update(trace={**row.trace, "changed": []})
