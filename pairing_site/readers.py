"""Settings that are read from the environment and refused in words when they cannot be meant."""

from collections.abc import Mapping

import environ
from django.core.exceptions import ImproperlyConfigured


def one_of(env: environ.Env, name: str, choices: Mapping[str, str], *, default: str) -> str:
    """Return what a setting's word stands for.

    Raises:
        ImproperlyConfigured: for a word that stands for nothing.
    """
    word = env.str(name, default=default)
    if word not in choices:
        raise ImproperlyConfigured(f"{name} is {word!r}; it can be {' or '.join(choices)}.")
    return choices[word]


def at_least_one(env: environ.Env, name: str, *, default: int) -> int:
    """Return a setting's whole number.

    Raises:
        ImproperlyConfigured: for nought, a negative number, and what is none.
    """
    try:
        number = int(env.int(name, default=default))
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} must be a whole number.") from error
    if number < 1:
        raise ImproperlyConfigured(f"{name} is {number}; it must be 1 or more.")
    return number
