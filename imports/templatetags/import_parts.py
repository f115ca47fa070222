"""Where a person or an outcome was read in from."""

from typing import Any

from django import template
from django.db.models import Q

from imports.models import SheetImportRow

register = template.Library()
SHOWN = 5


@register.inclusion_tag("imports/parts/read_in_from.html", takes_context=True)
def read_in_from(context: dict[str, Any], kind: str, row: Any) -> dict[str, Any]:
    """Show the rows of sheets that made or changed a person or an outcome, to those who see the sheets (one query).

    Those of a record that was merged into this one are among them.
    """
    if row is None or row.pk is None:
        return {"rows": []}
    seen = SheetImportRow.objects.visible_to(context["request"].user)
    same = type(row)._base_manager.filter(Q(pk=row.pk) | Q(merged_into=row.pk)).values("pk")
    return {"rows": seen.about(kind, same)[:SHOWN]}
