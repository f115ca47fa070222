"""A merged outcome may lead to one that the reader does not see: nothing then leads there."""

import pytest
from django.urls import reverse

from organization.merging import merge
from outcomes.models import HandOver
from outcomes.templatetags.outcome_parts import handed_over
from tests.conftest import signed_in
from tests.factories import BranchFactory, operator, secretary_of, teaching_pair, verified

pytestmark = pytest.mark.django_db


def test_what_stands_for_it_in_another_branch_is_shown_to_who_sees_that() -> None:
    branch = BranchFactory()
    elsewhere = BranchFactory(college=branch.college)
    pair = teaching_pair(branch)
    merged, kept = verified(branch), verified(elsewhere, title="隔壁的课程")
    HandOver.objects.create(outcome=merged, pairing_id=pair.pk, origin="stage-1")
    merge(kept, merged, by=operator(), reason="同一张证书登记了两次。")
    kept.shared_with.clear()
    kept.credits.all().delete()
    leads = []
    for reader in (secretary_of(branch), operator()):
        client = signed_in(reader)
        page = client.get(reverse("outcomes:detail", args=[merged.pk]))
        request = client.get(pair.get_absolute_url()).wsgi_request
        leads.append((page.status_code, handed_over({"request": request}, pair)))
    assert leads == [(404, {}), (302, {"stage-1": kept})]
