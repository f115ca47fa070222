"""A merged outcome may lead to one that the reader does not see: nothing then leads there."""

import pytest
from django.urls import reverse

from organization.integrity import try_all
from organization.merging import merge
from organization.models import Person
from outcomes.models import HandOver
from outcomes.templatetags.outcome_parts import handed_over
from tests.conftest import signed_in
from tests.factories import BranchFactory, operator, outcome, secretary_of, teacher, teaching_pair, user_of, verified

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


def test_what_somebody_achieved_whom_a_merge_overtook_is_of_who_stands_for_them() -> None:
    branch = BranchFactory()
    kept, double, other = (teacher(branch, name=name) for name in ("陈秋实", "陈秋实", "何普通"))
    written = outcome(branch, by=user_of(other), people=[double, other])
    copy = Person.objects.get(pk=double.pk)
    merge(kept, double, by=secretary_of(branch), reason="登记了两次。")
    written.refresh_from_db()
    written.rewrite(by=other.user, people=[other, copy, kept], pairings=[])
    assert [(one.person, one.position) for one in written.contributions.order_by("position")] == [(other, 1), (kept, 2)]
    assert [name for name, finding in try_all() if finding.broken] == []
