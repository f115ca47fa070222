"""An outcome's page keeps every step of its review: each return with its reason, each submission, each verification."""

from importlib import import_module

import pytest
from django.apps import apps
from django.urls import reverse

from organization.integrity import try_all
from organization.trail import audited_delete
from outcomes.models import Outcome, OutcomeStep
from tests.conftest import signed_in
from tests.factories import submitted
from tests.world import BranchWorld

pytestmark = pytest.mark.django_db


def told(outcome: Outcome) -> list[str]:
    return [step.what for step in outcome.steps.order_by("at", "pk")]


def reviewed_twice(world: BranchWorld) -> Outcome:
    """Return an outcome that was returned twice, verified, and whose verification was revoked."""
    teacher, secretary = world.users["teacher"], world.users["secretary"]
    outcome = submitted(world.branch, by=teacher, title="省级精品课程")
    for reason in ("请补充证书。", "证书日期不清。"):
        outcome.send_back(by=secretary, reason=reason)
        outcome.submit(by=teacher)
    outcome.verify(by=secretary)
    return outcome


def test_every_return_stays_with_its_reason_though_it_was_submitted_again(world: BranchWorld) -> None:
    outcome = reviewed_twice(world)
    again = ["returned", "submitted"]
    assert told(outcome) == ["entered", "submitted", *again, *again, "verified"]
    outcome.revoke(by=world.users["secretary"], reason="证书是别人的。")
    page = signed_in(world.users["teacher"]).get(outcome.get_absolute_url()).content.decode()
    story = page.split('class="timeline"')[1].split("</ol>")[0]
    places = [story.index(words) for words in ("请补充证书。", "证书日期不清。", "证书是别人的。")]
    assert places == sorted(places)
    assert story.count(world.users["secretary"].get_full_name()) == 4


def test_a_correction_is_told_of_what_it_replaces(world: BranchWorld) -> None:
    outcome, deputy = reviewed_twice(world), world.users["deputy"]
    correction = outcome.correct(by=world.users["teacher"], reason="级别填错。")
    correction.submit(by=world.users["teacher"])
    correction.verify(by=deputy)
    assert told(outcome)[-2:] == ["corrected", "superseded"]
    first = correction.steps.order_by("pk").first()
    assert (first.what, first.words) == ("entered", "级别填错。")


def test_a_draft_that_is_removed_goes_with_its_steps(world: BranchWorld) -> None:
    draft = world.rows["draft"]
    Outcome.objects.get(pk=draft.pk).drop(by=world.users["teacher"])
    assert not OutcomeStep.objects.filter(outcome=draft.pk).exists()
    assert [name for name, finding in try_all() if finding.broken] == []


def test_what_was_reviewed_before_steps_were_kept_has_them_from_its_rows_and_the_trail(world: BranchWorld) -> None:
    outcome = reviewed_twice(world)
    kept = told(outcome)
    audited_delete(OutcomeStep.objects.all())
    import_module("outcomes.migrations.0014_steps_of_the_past").write_steps(apps, None)
    assert told(outcome) == kept
    reasons = outcome.steps.filter(what="returned").order_by("pk").values_list("words", flat=True)
    assert list(reasons) == ["请补充证书。", "证书日期不清。"]
    assert [name for name, finding in try_all() if finding.broken] == []


def test_a_stranger_s_steps_are_nobody_s_to_read(world: BranchWorld) -> None:
    stranger = signed_in(world.users["student"])
    page = stranger.get(reverse("outcomes:detail", args=[reviewed_twice(world).pk]))
    assert page.status_code == 404
    assert not OutcomeStep.objects.visible_to(world.users["student"]).filter(outcome__title="省级精品课程").exists()
