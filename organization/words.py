"""A field for words such as 课程建设、竞赛指导: known ones are a tap away, free ones are as good."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.validators import MaxLengthValidator

from organization.text import BETWEEN_WORDS, validate_one_line, validate_plain_text


class WordsInput(forms.TextInput):
    """A line of words with the known ones beside it as buttons."""

    template_name = "widgets/words.html"
    known: tuple[str, ...] = ()

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Add the known words."""
        context = super().get_context(name, value, attrs)
        context["widget"]["known"] = self.known
        return context


class WordsField(forms.CharField):
    """Cleans to words joined by 、, each once."""

    widget = WordsInput

    def __init__(self, *, max_length: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        # The line is measured after its words are joined, never cut while it is typed.
        self.validators += [MaxLengthValidator(max_length), validate_one_line, validate_plain_text]

    def offer(self, known: Iterable[str]) -> None:
        """Show these words as buttons."""
        self.widget.known = tuple(known)

    def to_python(self, value: Any) -> str:
        """Return the words joined by 、."""
        typed = super().to_python(value) or ""
        return "、".join(dict.fromkeys(word for word in BETWEEN_WORDS.split(typed) if word))
