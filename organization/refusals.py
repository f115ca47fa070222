"""Carry out a verb and say what came of it, alike on every page."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest


def carried_out(request: HttpRequest, verb: Callable[[], Any], done: str = "") -> bool:
    """Run a verb, say that it is done or why it was refused, and return whether it was done.

    The verb opens its own transaction where it writes, so that nothing slow it does before holds a lock.
    """
    try:
        verb()
    except ValidationError as refused:
        messages.error(request, words_of(refused))
        return False
    if done:
        messages.success(request, done)
    return True


def say_errors(request: HttpRequest, form: forms.BaseForm) -> None:
    """Say what a form that a page does not show again refuses."""
    for errors in form.errors.values():
        messages.error(request, " ".join(map(str, errors)))


def words_of(refused: ValidationError) -> str:
    """Return all that a verb said against what was asked, in one text."""
    return " ".join(refused.messages)


def add_refusal(form: forms.BaseForm, refused: ValidationError, *, at: str | None = None) -> None:
    """Show what a verb refused at its field, or at another given one, or above the form when there is none."""
    at = at if at in form.fields else None
    if hasattr(refused, "error_dict"):
        for name, errors in refused.error_dict.items():
            form.add_error(name if name in form.fields else at, errors)
    else:
        form.add_error(at, refused)
