"""Which passwords are refused because everybody who knows the person or the house would try them first."""

import datetime
import re
from collections.abc import Iterator
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

#: Words of the house, as they are typed (docs/threats/inventory.md lists them too).
EVERYBODY_S = (
    "1+1+1", "pairing", "jiedui", "dangzhibu", "zhibu", "dangyuan", "dangjian", "xueyuan", "zhiyuan", "xuexiao",
    "jiaoshi", "laoshi", "daoshi", "xuesheng", "shuji", "guanliyuan", "mima", "admin", "operator", "secretary",
    "deputy", "teacher", "student", "leader", "password", "welcome", "party", "branch", "college", "党支部", "党员",
    "党建", "结对", "学院", "学校", "教师", "老师", "导师", "学生", "书记", "管理员", "密码",
    "123456789", "12345678", "1234567", "123456", "12345", "1234", "123", "666", "888", "520", "1314",
)  # fmt: skip
#: What must be left of a password when such words are taken out of it.
LEFT = 5
SHORTEST_WORD = 3
DATE = re.compile(r"(?:19[4-9]|20[0-3])\d[-./ ]?(?:0?[1-9]|1[0-2])[-./ ]?(?:0?[1-9]|[12]\d|3[01])")


class GuessableValidator:
    """Refuses dates, and passwords of little more than words of the house and what is known of their owner."""

    def validate(self, password: str, user: Any = None) -> None:
        """Look for such words.

        Raises:
            ValidationError: when too little else is left.
        """
        left = DATE.sub("", password.casefold())
        for word in sorted({*EVERYBODY_S, *words_of(user)}, key=len, reverse=True):
            left = left.replace(word, "")
        if left != password.casefold() and len(re.sub(r"[\W_]", "", left)) < LEFT:
            words = _("Whoever knows you or this place would try this password first. Please choose another one.")
            raise ValidationError(words, code="password_everybody_s")

    def get_help_text(self) -> str:
        """Return what the page says beside the field."""
        return _("Your password should be more than a date, your own data, or words of this place.")


def words_of(user: Any) -> Iterator[str]:
    """Yield what others know of an account and its person, as it is typed, but nothing too short to mean anything."""
    person = getattr(user, "person", None)
    known = [getattr(user, "username", ""), getattr(user, "email", "").partition("@")[0]]
    if person is not None:
        known += [person.name, person.number, person.phone, person.email.partition("@")[0], *person.pinyin.split()]
        known += [person.branch.code, person.branch.name, person.branch.college.name, person.class_name]
        known += spellings_of(person.born_on) if person.born_on else []
    phone = re.fullmatch(r"(\d{3})(\d{4})(\d{4})", person.phone) if person else None
    known += ["-".join(phone.groups()), " ".join(phone.groups())] if phone else []
    yield from {word.casefold() for word in known if len(word) >= SHORTEST_WORD or not word.isascii()} - {""}


def spellings_of(day: datetime.date) -> list[str]:
    """Return how people write their birthday without a separator."""
    return [f"{day:%Y%m%d}", f"{day:%y%m%d}", f"{day:%m%d%Y}", f"{day:%d%m%Y}"]
