"""What the home page asks of whom."""

import pytest

from tests.conftest import signed_in
from tests.factories import outcome
from tests.world import BranchWorld

pytestmark = pytest.mark.django_db


def test_a_returned_outcome_waits_for_its_teacher_and_not_for_the_student_who_shares_it(world: BranchWorld) -> None:
    by, pupil = world.users["teacher"], world.users["student"]
    back = outcome(world.branch, title="请重传证书", by=by, people=[by.person, pupil.person])
    type(back).objects.filter(pk=back.pk).update(review="returned", return_reason="扫描件不清晰。")
    pages = {user: signed_in(user).get("/").content.decode() for user in (by, pupil)}
    assert [("请重传证书" in pages[user]) for user in (by, pupil)] == [True, False]
