"""Asking at once for all that a form changes of an approved pairing."""

import datetime
from collections.abc import Collection, Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from organization.models import Person, RuleError, User, all_or_nothing
from organization.verbs import verb
from pairings.models import fields_in_words
from pairings.models.changes import ChangeRequest
from pairings.models.pairing import Pairing


@verb
def ask_for_changes(
    pairing: Pairing,
    *,
    by: User,
    reason: str,
    on: datetime.date | None = None,
    people: Mapping[str, Person] | None = None,
    helpers: Collection[Person] | None = None,
    values: Mapping[str, Any] | None = None,
    at_once: bool = False,
) -> list[ChangeRequest]:
    """Ask for all that differs from how an approved pairing stands: a request for each subject, decided by itself.

    Raises:
        RuleError: when nothing differs, or as ChangeRequest.ask().
        ValidationError: as ChangeRequest.ask().
    """
    subjects: dict[str, dict[str, Any]] = {}
    if any(pairing.who_changes(people or {}, helpers)):
        subjects[ChangeRequest.Subject.PEOPLE] = {"people": people, "helpers": helpers}
    changed = fields_in_words.changed(Pairing.objects.get(pk=pairing.pk).as_form(), values or {})
    for part in pairing.kind_info.decided:
        if any(name in changed for name in part.fields):
            subjects[part.slug] = {"values": {name: (values or {})[name] for name in part.fields if name in changed}}
    if not subjects:
        raise RuleError(_("This is how it stands already."))
    requests = []
    with all_or_nothing():
        for subject, what in subjects.items():
            request = ChangeRequest(pairing=pairing, subject=subject, reason=reason.strip())
            request.on = on or max(timezone.localdate(), pairing.started_on)
            request.ask(by=by, at_once=at_once, **what)
            requests.append(request)
    return requests
