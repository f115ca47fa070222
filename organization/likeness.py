"""What two names of the same thing have in common, as it is kept in the database and compared there."""

import re
import unicodedata

from organization.names import ANONYMOUS, bare_name

#: The longest key; longer names that begin alike are alike.
LENGTH = 200
#: The digits of a mobile telephone number.
PHONE_LENGTH = 11
YEARS = re.compile(
    r"(?<!\d)(?:19|20)\d{2}(?:\s*[-—–~至/]\s*(?:(?:19|20)\d{2}|\d{2}))?\s*(?:学年度?|年度?)"
    r"|[一二][九〇○零][〇○零一二三四五六七八九]{2}(?:学年度?|年度?)"
    r"|^\s*(?:19|20)\d{2}(?!\d)"
)
#: What kind of company it is, which one office writes and another leaves out.
COMPANY = re.compile(r"(?:集团)?(?:股份)?(?:有限责任|有限)?公司$|集团$")


def bare(words: str) -> str:
    """Return words without punctuation, quotes, spaces, width and case."""
    text = unicodedata.normalize("NFKC", words).casefold()
    return "".join(one for one in text if unicodedata.category(one)[0] not in "PZSC")


def of_title(title: str) -> str:
    """Return the key of a title: without the years in it either, unless nothing else is."""
    text = unicodedata.normalize("NFKC", title)
    return (bare(YEARS.sub("", text)) or bare(text))[:LENGTH]


def of_company(name: str) -> str:
    """Return the key of an enterprise's name: without the words that say what kind of company it is."""
    whole = bare(name)
    return (COMPANY.sub("", whole) or whole)[:LENGTH]


def of_person(name: str) -> str:
    """Return the key of a person's name: without dots, spaces and width; nothing for who was made anonymous."""
    return "" if name == ANONYMOUS else bare_name(name)[:LENGTH]


def of_number(number: str) -> str:
    """Return the key of a staff or student number: without hyphens, case and leading zeros."""
    text = unicodedata.normalize("NFKC", number).casefold().replace("-", "")
    return text.lstrip("0") or text


def of_phone(phone: str) -> str:
    """Return the key of a telephone number: its last digits, without the country's and what stands between."""
    return re.sub(r"[\s\-\u2010\u2013]", "", phone)[-PHONE_LENGTH:]
