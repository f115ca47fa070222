"""Cells of a ledger that say how much an outcome comes to, such as 12.5万元, or with what a college was helped."""

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from organization.sheets import CellError, Vocabulary, quoted, read_text, register
from outcomes.models import HelpKind, Unit

AMOUNT = re.compile(r"(\d{1,10}(?:\.\d{1,2})?)\s*([^\d\s.]*)\Z")
#: How offices write the units.
UNITS = {
    **dict.fromkeys(("人次", "人", "名"), Unit.PERSON_TIMES),
    **dict.fromkeys(("小时", "时", "学时", "h"), Unit.HOURS),
    "万元": Unit.CNY_10K,
    **dict.fromkeys(("校", "所", "所院校"), Unit.COLLEGES),
    "家": Unit.ENTERPRISES,
}
HELP_WORDS = {
    **dict.fromkeys(("教师队伍建设", "师资队伍建设", "教师队伍", "师资"), HelpKind.STAFF),
    "人才培养": HelpKind.TALENT,
    **dict.fromkeys(("科学研究", "科研"), HelpKind.RESEARCH),
    "社会服务": HelpKind.SERVICE,
}
HELPS = register(Vocabulary("help kind", gettext_lazy("Kinds of help"), HELP_WORDS))
BETWEEN = re.compile(r"[、，,；;/\s]+")


@dataclass(frozen=True)
class Amount:
    """What a cell says: a number, and the unit beside it where there is one."""

    number: Decimal
    unit: str = ""

    def __str__(self) -> str:
        return f"{self.number}{Unit(self.unit).label if self.unit else ''}"


class HelpCell(str):
    """Kinds of help as an outcome holds them."""

    __slots__ = ()

    @property
    def label(self) -> str:
        """Return them in words."""
        return "、".join(str(HelpKind(kind).label) for kind in self.split(",") if kind)


def read_amount(value: Any) -> Amount | None:
    """Return a number with its unit, or None for 无 and its like.

    Raises:
        CellError: when it is no number, or the unit is none that is known.
    """
    text = unicodedata.normalize("NFKC", read_text(value)).replace(",", "")
    if text in ("无", "/", "-", "--", "—", "——", "\\"):
        return None
    found = AMOUNT.match(text)
    unit = UNITS.get(found[2]) if found and found[2] else ""
    if not found or unit is None:
        words = _("“%(text)s” is no quantity. Please write a number, with its unit if you like: 120人次, 12.5万元.")
        raise CellError(words % {"text": quoted(text)})
    return Amount(Decimal(found[1]), str(unit))


def read_hours(value: Any) -> Decimal | None:
    """Return hours, written with or without their unit.

    Raises:
        CellError: when it is no number, or of another unit.
    """
    amount = read_amount(value)
    if amount and amount.unit not in ("", Unit.HOURS):
        raise CellError(_("“%(text)s” is no number of hours.") % {"text": quoted(read_text(value))})
    return amount.number if amount else None


def check_unit(amount: Amount | None, unit: str) -> Decimal | None:
    """Return the number, once its unit is that of the kind.

    Raises:
        CellError: when the cell names another unit.
    """
    if amount and amount.unit and unit and amount.unit != unit:
        words = _("Outcomes of this kind are counted in %(unit)s, not in what the cell says.")
        raise CellError(words % {"unit": Unit(unit).label})
    return amount.number if amount else None
