"""Signing anew what an earlier release sealed with a plain hash, where that hash still holds."""

import hashlib

from organization.integrity import WITH_RELATIONS_AT_A_TIME
from organization.taking_in import reseals
from organization.trail import audited_update
from outcomes.models import FrozenReport, Outcome
from outcomes.models.seal import content_of, seal_of


@reseals
def outcomes() -> int:
    """Sign the outcomes whose plain SHA-256 is right; one that is not stays as it is, and is named by the check."""
    count = 0
    for outcome in Outcome.objects.exclude(seal="").iterator(chunk_size=WITH_RELATIONS_AT_A_TIME):
        if hashlib.sha256(content_of(outcome)).hexdigest() == outcome.seal:
            count += audited_update(Outcome.objects.filter(pk=outcome.pk), seal=seal_of(outcome))
    return count


@reseals
def reports() -> int:
    """Sign the frozen reports that have no seal yet and whose manifest still has its hash."""
    count = 0
    for report in FrozenReport.objects.filter(seal="").iterator(chunk_size=WITH_RELATIONS_AT_A_TIME):
        if FrozenReport.hash_of(report.manifest) == report.sha256:
            count += audited_update(FrozenReport.objects.filter(pk=report.pk), seal=report.compute_seal())
    return count
