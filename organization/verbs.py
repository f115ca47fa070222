"""What every verb shares: it is told who asks, and the audit trail names them, outside of a request too."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any, ParamSpec, TypeVar, cast

from auditlog.models import LogEntry
from django.db.models.signals import pre_save
from django.dispatch import receiver

from organization.reach import Account

P = ParamSpec("P")
R = TypeVar("R")

#: In whose name the verb in hand runs.
_acting: ContextVar[Account | None] = ContextVar("acting", default=None)


def verb(method: Callable[P, R]) -> Callable[P, R]:
    """Make a method one that changes things in somebody's name: templates cannot call it, the trail says by whom.

    It takes `by` as a keyword, opens its own transaction, and raises RuleError or ValidationError where it does not go.
    Of verbs inside verbs the outermost one's `by` counts; in a request it is who is signed in.
    """

    @wraps(method)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        with acting(cast("Account | None", kwargs.get("by"))):
            return method(*args, **kwargs)

    return writes(run)


@contextmanager
def acting(by: Account | None) -> Iterator[None]:
    """Let what is done inside be in somebody's name, unless it is in another's already."""
    if _acting.get() is not None:
        yield
        return
    token = _acting.set(by)
    try:
        yield
    finally:
        _acting.reset(token)


def writes(method: Callable[P, R]) -> Callable[P, R]:
    """Mark a method that changes things, so that templates cannot call it.

    It is part of a verb, or is not told by whom: the request says it, and outside of one nobody does.
    """
    method.alters_data = True  # type: ignore[attr-defined]
    return method


@receiver(pre_save, sender=LogEntry, dispatch_uid="organization.verbs")
def name_who_acts(instance: LogEntry, **_kwargs: Any) -> None:
    """Write into an entry of the trail who asked for the verb in hand, where no request says it."""
    if instance.actor_id is None and (by := _acting.get()) is not None:
        instance.actor_id = by.pk
