"""Text that every export can hold: what it refuses, and model fields that refuse it at every door."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from organization.doors import TriedAtTheDoor

# Control characters but tab and line ends (XML 1.0, section 2.2, forbids them, so Word and Excel refuse the whole
# file), lone surrogates, the two non-characters of each plane's end, and bidirectional embeddings, overrides and
# isolates (UAX #9), which make a name read as another.
REFUSED = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff\u202a-\u202e\u2066-\u2069]"
    "|[" + "".join(chr(plane << 16 | end) for plane in range(1, 17) for end in (0xFFFE, 0xFFFF)) + "]"
)
LINE_BREAKS = re.compile("[\t\r\n\u2028\u2029]")
#: A line end as browsers (CR LF) and old machines (CR) send it.
LINE_END = re.compile("\r\n?")
#: What stands between the words of a line such as 课程建设、竞赛指导.
BETWEEN_WORDS = re.compile(r"[\s、，,；;。/]+")


def validate_plain_text(value: str) -> None:
    """Refuse text with characters that no document can hold.

    Args:
        value: the text; line ends and tabs are allowed.

    Raises:
        ValidationError: naming the first such character by its code point and its place.
    """
    if found := REFUSED.search(value):
        raise ValidationError(
            _("Character %(place)s (%(code)s) cannot be kept in a document. Please delete it and type it again."),
            code="not_plain",
            params={"place": found.start() + 1, "code": f"U+{ord(found.group()):04X}"},
        )


def validate_one_line(value: str) -> None:
    """Refuse line breaks and tabs where one line is meant.

    Raises:
        ValidationError: when there is one.
    """
    if LINE_BREAKS.search(value):
        raise ValidationError(_("Please write this on one line."), code="not_one_line")


def whole_number(text: str) -> int:
    """Return the row's number that a text from an address holds; 0, which no row has, for any other text."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def line_feeds(value: str) -> str:
    """Return the text with every line ended by a line feed."""
    return LINE_END.sub("\n", value)


class ParagraphsFormField(forms.CharField):
    """Takes paragraphs, whose lines browsers end with CR LF."""

    def to_python(self, value: Any) -> str | None:
        """Return the text with its lines ended as they are kept."""
        typed = super().to_python(value)
        return typed and line_feeds(typed)


class _PlainTextMixin(TriedAtTheDoor):
    """Validates once more at the database's door, where forms, imports and code all pass."""

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        """Return the value for the database, or raise ValidationError for text that is refused."""
        if isinstance(value, str):
            self.run_validators(value)  # type: ignore[attr-defined]
        return super().get_db_prep_save(value, connection)  # type: ignore[misc]


class PlainCharField(_PlainTextMixin, models.CharField):
    """One line of plain text, refused rather than cut when it is too long."""

    default_validators = (validate_plain_text, validate_one_line)  # type: ignore[assignment]


class PlainEmailField(_PlainTextMixin, models.EmailField):
    """An e-mail address, looked at once more at the database's door."""


class PlainTextField(_PlainTextMixin, models.TextField):
    """Paragraphs of plain text, refused rather than cut when they are too long.

    A line ends in a line feed, whoever sent it: what a browser's CR LF would be in Word is two lines, and what reads
    an XML document sees no other line end (XML 1.0, section 2.11).
    """

    default_validators = (validate_plain_text,)  # type: ignore[assignment]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.max_length is not None:
            self.validators.append(MaxLengthValidator(self.max_length))

    def formfield(self, **kwargs: Any) -> Any:
        """Return a form field that counts a line end as the browser's own counter does: as one character."""
        return super().formfield(**{"form_class": ParagraphsFormField, **kwargs})

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        """Return what is saved, and leave the row in memory as it will be read back."""
        value = super().pre_save(model_instance, add)
        if isinstance(value, str):
            value = line_feeds(value)
            setattr(model_instance, self.attname, value)
        return value
