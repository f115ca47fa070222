"""What an enterprise's contact is asked about, and their answer as a Word file that can prove an outcome."""

import datetime
import io
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from docx import Document
from docx.oxml.ns import qn
from docx.shared import Pt


@dataclass(frozen=True)
class Service:
    """What was done, when and by whom, and whom to call: in words, from no database."""

    branch: str
    enterprise: str
    problem: str
    title: str
    contract_number: str
    people: tuple[str, ...]
    began: datetime.date
    ended: datetime.date | None
    #: What was done at the enterprise, by day, the newest first; `more` days are not named.
    visits: tuple[tuple[datetime.date, str], ...]
    more: int
    call: str

    def sentences(self) -> list[str]:
        """Return what the contact reads before answering."""
        told = {"branch": self.branch, "enterprise": self.enterprise, "problem": self.problem, "title": self.title}
        said = [_("%(branch)s worked for %(enterprise)s on this problem: %(problem)s.") % told]
        if self.contract_number:
            told["number"] = self.contract_number
            said.append(_("The service is called “%(title)s”, contract number %(number)s.") % told)
        else:
            said.append(_("The service is called “%(title)s”.") % told)
        return [*said, self._when(), self._who(), *self._visits(), self._whom_to_call()]

    def _when(self) -> str:
        """Return the days of the service."""
        days = {"first": date_format(self.began), "last": date_format(self.ended) if self.ended else ""}
        if self.ended:
            return _("It lasted from %(first)s to %(last)s.") % days
        return _("It began on %(first)s and is not over yet.") % days

    def _who(self) -> str:
        """Return the team."""
        return _("By: %(people)s.") % {"people": "、".join(self.people)}

    def _visits(self) -> list[str]:
        """Return the days at the enterprise."""
        if not self.visits:
            return [_("The team has written down no day at your enterprise.")]
        days = "；".join(f"{date_format(day)} {activity}" for day, activity in self.visits)
        said = [_("At your enterprise, as the team wrote it down: %(days)s.") % {"days": days}]
        return [*said, _("And on %(count)s earlier days.") % {"count": self.more}] if self.more else said

    def _whom_to_call(self) -> str:
        """Return whom the contact asks when something is not so."""
        return _("If any of this is not so, or you would rather ask first, please call: %(call)s.") % {
            "call": self.call
        }


@dataclass(frozen=True)
class Answer:
    """What the contact said, and how it was given."""

    result: str
    rating: str
    words: str
    name: str
    at: datetime.datetime
    how: str
    number: str


def statement_docx(asked: Iterable[str], answer: Answer) -> bytes:
    """Return the statement of a confirmed link: what was shown, what was said, and how."""
    document = Document()
    style = document.styles["Normal"]
    style.font.name, style.font.size = "仿宋_GB2312", Pt(14)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), "仿宋_GB2312")
    document.add_heading(_("Enterprise's confirmation of service"), level=1)
    document.add_heading(_("What was shown to the contact"), level=2)
    for line in asked:
        document.add_paragraph(line)
    document.add_heading(_("What the contact answered"), level=2)
    lines = (
        (_("Result"), answer.result),
        (_("Rating"), answer.rating),
        (_("In the enterprise's words"), answer.words),
        (_("Confirmed by"), answer.name),
        (_("Confirmed at"), date_format(localtime(answer.at), "DATETIME_FORMAT")),
        (_("How it was given"), answer.how),
        (_("Confirmation number"), answer.number),
    )
    for label, value in lines:
        if value:
            document.add_paragraph(f"{label}：{value}")
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()
