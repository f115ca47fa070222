"""A merged outcome may lead to one that the reader does not see: nothing then leads there."""

import datetime
import re

import pytest
from django.template import Context
from django.urls import reverse

from mentorship.models import MentorshipTeam, Project
from organization.integrity import try_all
from organization.merging import merge
from organization.models import Person
from outcomes.figures import Period
from outcomes.freezing import freeze_report
from outcomes.models import HandOver, Outcome
from outcomes.templatetags.outcome_parts import handed_over
from tests.conftest import signed_in
from tests.factories import (
    BranchFactory,
    mentorship,
    operator,
    outcome,
    secretary_of,
    teacher,
    teaching_pair,
    user_of,
    verified,
)
from tests.test_language import Page

pytestmark = pytest.mark.django_db
DAY = datetime.date(2024, 6, 8)
MADE, OFFERED = "已由此形成成果。", "转为成果"


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
        leads.append((page.status_code, handed_over(Context({"request": request}), pair)))
    assert leads == [(404, {"stage-1": None}), (302, {"stage-1": kept})]


def merged_out_of_sight(merged: Outcome) -> Outcome:
    """Merge an outcome into one of another branch, which nobody of the own branch sees, and return that."""
    elsewhere = BranchFactory(college=merged.branch.college)
    kept = verified(elsewhere, title="隔壁的成果", category=merged.category, level=merged.level)
    merge(kept, merged, by=operator(), reason="同一张证书登记了两次。")
    kept.shared_with.clear()
    kept.credits.all().delete()
    kept.contributions.exclude(person__branch=elsewhere).delete()
    return kept


def test_what_was_handed_over_and_merged_out_of_sight_is_not_offered_again() -> None:
    branch = BranchFactory()
    team = MentorshipTeam.objects.get(pk=mentorship(branch).pk)
    project = Project.objects.create(team=team, track="contest", title="产线调试", contest="技能大赛", level="national")
    stage = project.stages.create(round="national", held_on=DAY, result="一等奖")
    address, desk = reverse("outcomes:hand_over", args=[team.pk]), signed_in(secretary_of(branch))
    assert OFFERED in desk.get(team.get_absolute_url()).content.decode()
    signed_in(team.leader.user).post(address, stage.as_outcome)
    kept = merged_out_of_sight(Outcome.objects.get(hand_over__pairing=team.pk))
    page = desk.get(team.get_absolute_url()).content.decode()
    assert (MADE in page, OFFERED in page, kept.title in page) == (True, False, False)
    answer = desk.post(address, stage.as_outcome, follow=True)
    assert answer.redirect_chain == [(team.get_absolute_url(), 302)]
    assert [str(one) for one in answer.context["messages"]] == [MADE]
    assert HandOver.objects.filter(pairing=team.pk).count() == 1


def test_no_link_leads_to_what_was_merged_out_of_sight() -> None:
    branch = BranchFactory()
    secretary, written = secretary_of(branch), {"achieved_on": DAY, "category": "award", "by": user_of(teacher(branch))}
    earlier = verified(branch, verifier=secretary, title="校级奖项", level="college", **written)
    written["by"] = user_of(teacher(branch))
    later = verified(branch, verifier=secretary, title="省级奖项", level="provincial", continues=earlier, **written)
    merged = verified(branch, verifier=secretary, title="另一奖项", level="national", **written)
    frozen = freeze_report(branch, Period.year(DAY.year), by=secretary)
    for one in (earlier, merged):
        merged_out_of_sight(one)
    desk, listed = signed_in(secretary), reverse("outcomes:list")
    behind = [f"{listed}?frozen={frozen.pk}&part={part}" for part in range(len(frozen.content["outcomes"]))]
    shown = ""
    for address in (frozen.get_absolute_url(), f"{listed}?review=merged", *behind, later.get_absolute_url()):
        page = desk.get(address, follow=True).content.decode()
        shown += page
        links = [link for link in Page(page).links if re.fullmatch(rf"{listed}\d+/", link)]
        assert [link for link in links if desk.get(link, follow=True).status_code != 200] == [], address
    assert [title in shown for title in ("另一奖项", "隔壁的成果")] == [True, False]


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
