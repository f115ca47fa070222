"""Where a person or an outcome was read in from."""

from typing import Any

from django import template
from django.db.models import Model

from imports.models import SheetImportRow

register = template.Library()
SHOWN = 5


@register.inclusion_tag("imports/parts/read_in_from.html", takes_context=True)
def read_in_from(context: dict[str, Any], kind: str, row: Model | None) -> dict[str, Any]:
    """Show the rows of sheets that made or changed a person or an outcome, to those who see the sheets (one query)."""
    if row is None or row.pk is None:
        return {"rows": []}
    seen = SheetImportRow.objects.visible_to(context["request"].user)
    return {"rows": seen.about(kind, row.pk)[:SHOWN]}
