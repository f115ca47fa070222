"""A reading pair: one party member, one book, one student."""

from django.db import models

from organization.text import PlainCharField
from pairings.models import Pairing
from pairings.models.pairing import PairingQuerySet


class ReadingPair(Pairing):
    """A teacher and a student read a book together."""

    KIND = "reading"

    pairing = models.OneToOneField(Pairing, models.CASCADE, parent_link=True, primary_key=True)
    book = PlainCharField("book", max_length=100)

    objects = PairingQuerySet.as_manager()
