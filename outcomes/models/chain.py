"""When an outcome may continue an earlier one: the same work, recognised again higher up or further on (接续)."""

from collections.abc import Iterator

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from organization.ranks import rank
from outcomes.models.facts import OutcomeFacts
from outcomes.models.vocabulary import Level, Status


def chain_problems(earlier: OutcomeFacts, later: OutcomeFacts) -> Iterator[str | Promise]:
    """Yield why one outcome cannot continue an earlier one (up to two queries)."""
    review = type(later).Review
    if earlier.pk == later.pk or (later.pk and earlier.work == later.work and not rises(earlier, later)):
        yield _("An outcome cannot continue itself or what came after it.")
    if earlier.review not in (review.VERIFIED, review.SUPERSEDED):
        yield _("Only a verified outcome can be continued.")
    if earlier.category != later.category:
        yield _("The same work stays in the same category.")
    if earlier.achieved_on > later.achieved_on:
        yield _("The earlier recognition cannot be newer than this one.")
    if not rises(earlier, later):
        yield _("A continued outcome must be higher in level or status than before.")
    versions = Q(continues=earlier) | Q(continues__corrects=earlier)
    if earlier.corrects_id:
        versions |= Q(continues=earlier.corrects_id)
    others = type(later)._default_manager.filter(versions).exclude(review=review.SUPERSEDED)
    if others.exclude(pk__in=[pk for pk in (later.pk, later.corrects_id) if pk]).exists():
        yield _("Another outcome already continues this one.")


def rises(earlier: OutcomeFacts, later: OutcomeFacts) -> bool:
    """Return whether a recognition is at a higher level than an earlier one, or at the same level further on."""
    levels = rank(Level, earlier.level) - rank(Level, later.level)
    return levels > 0 or (levels == 0 and rank(Status, later.status) > rank(Status, earlier.status))
