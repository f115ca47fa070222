"""What was read in from sheets: the reading, its rows, and the kept file."""

from imports.models.rows import KeptSheet, SheetImportRow
from imports.models.sheets import PreviewMovedError, SheetImport

__all__ = ["KeptSheet", "PreviewMovedError", "SheetImport", "SheetImportRow"]
