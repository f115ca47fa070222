"""Who reads sheets in, writes them and undoes them: whoever manages the branch."""

import rules

from imports.models import KeptSheet, SheetImport, SheetImportRow
from organization.rules import add_admin_permissions, manages_a_branch, manages_its_branch, nobody

for model in (SheetImport, SheetImportRow, KeptSheet):
    add_admin_permissions(model, may_write=nobody, may_delete=nobody)

rules.add_perm("imports.read_sheet", manages_a_branch)
rules.add_perm("imports.write_sheet", manages_its_branch)
rules.add_perm("imports.undo_sheet", manages_its_branch)
