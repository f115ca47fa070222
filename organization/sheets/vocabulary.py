"""The words that sheets may use: one table for each use, those of the product in code, a secretary's beside them."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from organization.sheets.results import quoted
from organization.sheets.values import Column, UnknownWordError, plain_heading, plain_word, read_text

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True)
class Synonyms:
    """What secretaries added: by use and word as it is looked up, the known word that is meant."""

    words: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def and_also(self, words: Mapping[tuple[str, str], str]) -> "Synonyms":
        """Return these and others, each by use and word, which come first."""
        return Synonyms({**self.words, **{(use, plain_word(word)): meaning for (use, word), meaning in words.items()}})

    def meant(self, use: str, word: str) -> str:
        """Return the known word that is meant, or the word itself."""
        return self.words.get((use, plain_word(word)), word)

    def headings(self, use: str, columns: Sequence[Column]) -> list[Column]:
        """Return columns that also answer to the headings that were added."""
        added: dict[str, list[str]] = {}
        for (one, word), meaning in self.words.items():
            if one == use:
                added.setdefault(plain_heading(meaning), []).append(word)
        return [
            dataclasses.replace(column, aliases=(*column.aliases, *added.get(plain_heading(column.heading), ())))
            for column in columns
        ]


@dataclass(frozen=True)
class Vocabulary:
    """What the words of one use mean; `read` explains those that no table can list, such as dates.

    `explains` reads what a secretary may say that a word means, where that is more than one word: 国家级（二等奖）.
    """

    use: str
    label: "StrOrPromise"
    words: Mapping[str, Any] = field(default_factory=dict)
    read: Callable[[str], Any] | None = None
    explains: Callable[[str], Any] | None = None

    def meaning(self, word: str) -> Any:
        """Return what a word of the product means.

        Raises:
            UnknownWordError: when it is none.
        """
        known = {plain_word(one): meaning for one, meaning in self.words.items()}
        if plain_word(word) in known:
            return known[plain_word(word)]
        if self.read is not None:
            return self.read(word)
        first: dict[Any, str] = {}
        for one, meaning in self.words.items():
            first.setdefault(meaning, one)
        choices = "、".join(first.values())
        words = _("“%(word)s” is not known. Known are: %(choices)s.") % {"word": quoted(word), "choices": choices}
        raise UnknownWordError(words, use=self.use, word=quoted(word))

    def reader(self, synonyms: Synonyms) -> Callable[[Any], Any]:
        """Return a reader of cells; a word that neither the product nor a secretary explains is refused."""
        return lambda value: self.meaning(synonyms.meant(self.use, read_text(value)))


VOCABULARIES: dict[str, Vocabulary] = {}


def register(vocabulary: Vocabulary) -> Vocabulary:
    """Let a vocabulary be extended in the admin, and return it."""
    VOCABULARIES[vocabulary.use] = vocabulary
    return vocabulary


def read_with(read: Callable[[Any], Any], use: str, synonyms: Synonyms) -> Callable[[Any], Any]:
    """Return a reader of cells that first looks whether a secretary explained the text."""
    return lambda value: read(synonyms.meant(use, value) if isinstance(value, str) else value)
