"""How everything is written: in one transaction, once a form, and refused in words."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.apps import apps
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from organization.models.base import RuleError
from organization.models.receipts import FormInHand, form_in_hand

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


logger = logging.getLogger(__name__)


@contextmanager
def all_or_nothing() -> Iterator[None]:
    """Run a write in one transaction, and say like any other rule what the database refused.

    A form and a verb check first, but of two requests at one moment both may pass; the database then refuses one.
    The first transaction of a form's request begins with the form's receipt. It holds SQLite's only write lock, so
    nothing slow belongs inside: what can be read, worked out or drawn comes before.

    Raises:
        RuleError: in the words of the constraint that was broken.
        SentBeforeError: when the form in hand was carried out already.
    """
    try:
        with _with_receipt(form_in_hand.get()):
            yield
    except IntegrityError as error:
        logger.warning("refused by the database: %s", _constraint_of(error))
        raise RuleError(_words_of(_constraint_of(error))) from error


@contextmanager
def _with_receipt(form: FormInHand | None) -> Iterator[None]:
    """Open a transaction that begins with the form's receipt, unless there is one already or no form."""
    if form is None or form.has_receipt:
        with transaction.atomic():
            yield
        return
    try:
        with transaction.atomic():
            form.leave_receipt()
            form.has_receipt = True
            yield
    except BaseException:
        form.has_receipt = False  # it was rolled back with the rest
        raise


def _constraint_of(error: IntegrityError) -> str:
    """Return the name of the constraint that PostgreSQL says was broken; SQLite lets one writer in at a time."""
    return getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) or ""


def _words_of(name: str) -> "StrOrPromise":
    """Return what a constraint says to a user."""
    for model in apps.get_models():
        for constraint in model._meta.constraints:
            words = constraint.violation_error_message
            if constraint.name == name and words and words != constraint.default_violation_error_message:
                return words
    return _("Somebody else saved something at the same moment that this does not go with. Please look again.")
