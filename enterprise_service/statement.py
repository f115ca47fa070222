"""An enterprise's confirmation as a Word file, so that it can prove an outcome like any other file."""

import io
from typing import TYPE_CHECKING

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from docx import Document
from docx.oxml.ns import qn
from docx.shared import Pt

if TYPE_CHECKING:
    from enterprise_service.models import Confirmation


def statement_docx(confirmation: "Confirmation") -> bytes:
    """Return the statement of a confirmed link."""
    engagement = confirmation.engagement
    enterprise = engagement.problem.enterprise
    document = Document()
    style = document.styles["Normal"]
    style.font.name, style.font.size = "仿宋_GB2312", Pt(14)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), "仿宋_GB2312")
    document.add_heading(_("Enterprise's confirmation of service"), level=1)
    lines = (
        (_("Enterprise"), enterprise.name),
        (_("Enterprise problem"), engagement.problem.title),
        (_("Service"), engagement.title),
        (_("Contract number"), engagement.contract_number),
        (_("Result"), _("The problem is solved.") if confirmation.is_solved else _("The problem is not solved yet.")),
        (_("Rating"), confirmation.get_rating_display()),
        (_("In the enterprise's words"), confirmation.words),
        (_("Confirmed by"), confirmation.confirmed_by),
        (_("Confirmed at"), date_format(localtime(confirmation.confirmed_at), "DATETIME_FORMAT")),
        (_("Confirmation number"), f"{confirmation.pk}-{confirmation.nonce[:8]}"),
    )
    for label, value in lines:
        if value:
            document.add_paragraph(f"{label}：{value}")
    document.add_paragraph(_("Confirmed by the enterprise's contact through a signed link; kept by the system."))
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()
