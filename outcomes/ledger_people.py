"""Who stands in a ledger's cell: numbers or names, with shares such as 张三（1/5）, in the order that they say."""

import re
import unicodedata
from collections.abc import Iterable

from django.utils.translation import gettext as _

from organization.models import Branch, Person
from organization.names import clean_name
from organization.sheets import CellError, quoted

CJK = "\u3400-\u9fff"
#: A name of two characters that is padded to the width of three.
PADDED = re.compile(f"(?<![{CJK}·])([{CJK}])\\s+([{CJK}])(?![{CJK}·])")
ENTRY = re.compile(r"([^、,;/\s()]+)(?:\s*\(([^()]*)\))?")
SHARE = re.compile(r"(?:排名|第)?\s*(\d{1,3})\s*/\s*(\d{1,3})\Z")
LEFT_OVER = re.compile(r"[、,;/\s]*\Z")


class LedgerPeople:
    """The people whom a branch's ledger may name: by number those of the college, by name those of the branch.

    Number and name of a merged record mean whoever stands for it.
    """

    def __init__(self, branch: Branch) -> None:
        people = list(Person.objects.filter(college=branch.college_id).select_related("merged_into"))
        self.by_number = {person.number.casefold(): person.survivor for person in people}
        self.by_name: dict[str, list[Person]] = {}
        for person in people:
            stands, namesakes = person.survivor, self.by_name.setdefault(person.name, [])
            if stands.branch_id == branch.pk and stands not in namesakes:
                namesakes.append(stands)

    def read(self, text: str) -> list[Person]:
        """Return the people of a cell, each once, by their shares where all have one.

        Raises:
            CellError: for somebody who is not known, or not the only one of the name, and for what is no share.
        """
        found = [(self._share(note), self._person(who, note)) for who, note in _entries(text)]
        if all(share is not None for share, _person in found):
            found.sort(key=lambda one: one[0] or 0)
        return list(dict.fromkeys(person for _share, person in found))

    def _share(self, note: str) -> int | None:
        """Return the place that a share says, or None for no note or a number.

        Raises:
            CellError: for any other note.
        """
        share = SHARE.match(note)
        if share and 1 <= int(share[1]) <= int(share[2]):
            return int(share[1])
        if note and note.casefold() not in self.by_number:
            raise CellError(_("“%(note)s” in brackets is not understood.") % {"note": quoted(note)})
        return None

    def _person(self, who: str, note: str) -> Person:
        """Return whom a number or a name means; a number in brackets tells namesakes apart."""
        if note and (named := self.by_number.get(note.casefold())):
            if named in self.by_name.get(clean_name(who), ()) or clean_name(who) == named.name:
                return named
            raise CellError(_("Name and number disagree at “%(name)s”.") % {"name": quoted(who)})
        if person := self.by_number.get(who.casefold()):
            return person
        namesakes = self.by_name.get(clean_name(who), [])
        if len(namesakes) == 1:
            return namesakes[0]
        if namesakes:
            numbers = "、".join(sorted(person.number for person in namesakes))
            words = _("Several people are called %(name)s: %(numbers)s. Please write the number.")
            raise CellError(words % {"name": quoted(who), "numbers": numbers})
        raise CellError(_("Nobody has the number or name %(who)s.") % {"who": quoted(who)})


def _entries(text: str) -> Iterable[tuple[str, str]]:
    """Return each person's text and note.

    Raises:
        CellError: for brackets that nobody stands before.
    """
    plain = PADDED.sub(r"\1\2", unicodedata.normalize("NFKC", text))
    if not LEFT_OVER.match(ENTRY.sub("", plain)):
        raise CellError(_("“%(text)s” is not understood. Please separate people by “、”.") % {"text": quoted(text)})
    return [(who, note.strip()) for who, note in ENTRY.findall(plain)]
