"""From profiles to a pairing: proposed with reasons, asked, accepted, approved; and everything that must not be."""

import json
from typing import Any

import numpy as np
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from mentorship.matching import TeamMatcher
from mentorship.models import MentorshipTeam
from organization.models import Branch, Person, RuleError
from pairings.matching.candidates import Candidate
from pairings.matching.wishes import Wishes
from pairings.models import Match, MatchRule, MatchRun, MatchSeat, Pairing
from teaching_pairs.matching import TeachingMatcher
from teaching_pairs.models import TeachingPair
from teaching_pairs.patterns import suggest_pattern
from tests.conftest import signed_in
from tests.factories import BranchFactory, OfficeFactory, member, operator, student, teacher, user_of

pytestmark = pytest.mark.django_db

SIDES_OF_PAIRS = {"leader": 0, "ordinary_teacher": 10}


@pytest.fixture
def branch() -> Branch:
    return BranchFactory(code="MAT")


@pytest.fixture
def people(branch: Branch) -> dict[str, Person]:
    """Two party teachers and three others, of whom the first two of each fit each other."""
    north, south = OfficeFactory(branch=branch), OfficeFactory(branch=branch)
    return {
        "lin": member(teacher(branch, name="林课程", strengths="课程建设、微课制作", needs="课题申报", office=north)),
        "he": member(teacher(branch, name="何竞赛", strengths="竞赛指导", needs="数据分析", office=north)),
        "xu": teacher(branch, name="徐课题", strengths="课题申报", needs="课程建设、微课制作", office=south),
        "su": teacher(branch, name="苏数据", strengths="数据分析", needs="竞赛指导", office=north),
        "wu": teacher(branch, name="吴无词", office=north),
    }


def run_of(branch: Branch, kind: str = TeachingPair.KIND, **settings: Any) -> MatchRun:
    run = MatchRun.begin(branch, kind, by=operator())
    for name, value in settings.items():
        setattr(run, name, value)
    run.work_out()
    return run


def pairs_of(run: MatchRun) -> set[tuple[str, ...]]:
    names = dict(Person.objects.values_list("pk", "name"))
    return {tuple(names[person] for person in group["people"].values()) for group in run.draft}


def test_those_who_complete_each_other_are_put_together_and_the_page_says_why(
    branch: Branch, people: dict[str, Person]
) -> None:
    run = run_of(branch)
    assert {("林课程", "徐课题"), ("何竞赛", "苏数据")} <= pairs_of(run)
    page = signed_in(run.created_by).get(run.get_absolute_url()).content.decode()
    assert "3 项互补：微课制作、课程建设、课题申报" in page
    assert "跨专业" in page
    assert "吴无词" in page
    assert "另一方已无可匹配人员" in page


def test_the_same_branch_gives_the_same_proposal(branch: Branch, people: dict[str, Person]) -> None:
    assert run_of(branch).draft == run_of(branch).draft


def test_what_was_decided_beforehand_is_kept(branch: Branch, people: dict[str, Person]) -> None:
    rules = (("pin", "lin", "su"), ("forbid", "he", "xu"), ("leave_out", "wu", None))
    for rule, one, other in rules:
        row = MatchRule(branch=branch, kind="teaching", rule=rule, person=people[one], other=people.get(other))
        row.brokered_by = people["he"] if rule == "pin" else None
        row.full_clean()
        row.save()
    run = run_of(branch)
    found = pairs_of(run)
    assert ("林课程", "苏数据") in found
    assert ("何竞赛", "徐课题") not in found
    assert "由何竞赛牵线" in signed_in(run.created_by).get(run.get_absolute_url()).content.decode()
    assert {(people["wu"].pk, "left_out"), (people["xu"].pk, "forbidden")} <= {
        (one["person"], one["why"]) for one in run.leftovers
    }


def test_a_pair_that_is_kept_together_is_taken_though_nothing_speaks_for_it() -> None:
    sides = {"leader": [Candidate(person_id=1), Candidate(person_id=2)], "ordinary_teacher": [Candidate(person_id=9)]}
    nothing = dict.fromkeys(TeachingMatcher().all_parts(), 0)
    for leader in (1, 2):
        wishes = Wishes(pinned=frozenset({(9, leader)}))
        proposal = TeachingMatcher().propose(sides, weights=nothing, wishes=wishes)
        assert [group["people"] for group in proposal.groups] == [{"leader": leader, "ordinary_teacher": 9}]


def test_a_pair_that_cannot_be_kept_leaves_both_free() -> None:
    sides = {"leader": [Candidate(person_id=1)], "ordinary_teacher": [Candidate(person_id=9)]}
    proposal = TeachingMatcher().propose(sides, weights={}, wishes=Wishes(pinned=frozenset({(1, 5)})))
    assert [group["people"] for group in proposal.groups] == [{"leader": 1, "ordinary_teacher": 9}]


def test_those_left_over_are_told_of_most_people_where_it_would_help() -> None:
    able = Candidate(person_id=1, strengths=frozenset(("竞赛指导", "课程建设", "论文写作")))
    wanting = Candidate(person_id=11, needs=able.strengths)
    sides = {"leader": [able, Candidate(person_id=2)], "ordinary_teacher": [wanting, Candidate(person_id=12)]}
    wishes = Wishes(forbidden=frozenset({(2, 12)}))
    total = TeachingMatcher().propose(sides, weights={}, wishes=wishes)
    assert {(one["person"], one["why"]) for one in total.leftovers} == {(2, "better_total"), (12, "better_total")}
    most = TeachingMatcher().propose(sides, weights={}, wishes=wishes, most_people=True)
    assert (len(most.groups), most.leftovers) == (2, [])


def test_those_left_over_by_most_people_are_told_that_no_set_pairs_more() -> None:
    sides = {role: [Candidate(first + place) for place in range(3)] for role, first in SIDES_OF_PAIRS.items()}
    # Two leaders can go with the first teacher only, two teachers with the first leader only.
    wishes = Wishes(forbidden=frozenset({(one, other) for one in (1, 2) for other in (11, 12)}))
    proposal = TeachingMatcher().propose(sides, weights={}, wishes=wishes, most_people=True)
    assert len(proposal.groups) == 2
    assert [one["why"] for one in proposal.leftovers] == ["no_more_groups"] * 2


def test_one_who_must_be_taken_is_taken_though_others_fit_better(branch: Branch, people: dict[str, Person]) -> None:
    assert not any("吴无词" in pair for pair in pairs_of(run_of(branch)))
    MatchRule.objects.create(branch=branch, kind="teaching", rule="want", person=people["wu"])
    assert any("吴无词" in pair for pair in pairs_of(run_of(branch)))


def test_a_student_who_must_be_taken_leaves_the_share_of_the_bound_true() -> None:
    sides = {
        role: profiles(count, first, first)
        for first, count, role in ((0, 6, "leader"), (100, 9, "student_member"), (200, 9, "ordinary_student"))
    }
    free = TeamMatcher().propose(sides, weights={})
    left = {one["person"] for one in free.leftovers if one["role"] == "ordinary_student"}
    forced = TeamMatcher().propose(sides, weights={}, wishes=Wishes(wanted=frozenset(left)))
    assert len(left) == 3
    assert left <= {group["people"]["ordinary_student"] for group in forced.groups}
    assert 0.9 < forced.share_of_bound <= 1


def test_a_rule_is_added_in_the_branch_it_was_asked_for_and_what_is_wrong_stands_beside_the_form(
    branch: Branch, people: dict[str, Person]
) -> None:
    BranchFactory(code="AAA")  # an operator's first branch is another one
    desk = signed_in(operator())
    address = reverse("pairings:add_rule", args=["teaching"])
    sent = {"branch": "MAT", "rule": "forbid", "person": people["lin"].pk}
    wrong = desk.post(address, sent)
    assert (wrong.context["branch"], bool(wrong.context["rule_form"].errors)) == (branch, True)
    assert wrong.context["rule_form"]["person"].value() == str(people["lin"].pk)
    kept = desk.post(address, {**sent, "other": people["xu"].pk})
    assert kept["Location"] == reverse("pairings:matching", args=["teaching"]) + "?branch=MAT"
    gone = desk.post(reverse("pairings:delete_rule", args=[MatchRule.objects.get().pk]))
    assert (gone["Location"], MatchRule.objects.count()) == (kept["Location"], 0)


def test_a_rule_works_out_no_proposal_of_another_branch(branch: Branch, people: dict[str, Person]) -> None:
    other = run_of(BranchFactory(code="AAA"))
    sent = {"branch": "MAT", "rule": "leave_out", "person": people["lin"].pk, "run": other.pk}
    answer = signed_in(other.created_by).post(reverse("pairings:add_rule", args=["teaching"]), sent)
    assert answer["Location"] == reverse("pairings:matching", args=["teaching"]) + "?branch=MAT"


def test_whoever_has_a_pair_is_left_alone_unless_asked_for(branch: Branch, people: dict[str, Person]) -> None:
    pair = TeachingPair(branch=branch, title="课程共建", course="数控编程")
    pair.propose(by=operator(), people={"leader": people["lin"], "ordinary_teacher": people["xu"]})
    assert not {name for pair in pairs_of(run_of(branch)) for name in pair} & {"林课程", "徐课题"}
    assert ("林课程", "徐课题") in pairs_of(run_of(branch, include_paired=True))


def test_three_people_work_and_nobody_at_all_too(branch: Branch) -> None:
    member(teacher(branch)), teacher(branch)
    run = run_of(branch)
    assert len(run.draft) == 1
    empty = run_of(BranchFactory())
    assert (empty.draft, [one["why"] for one in empty.leftovers]) == ([], [])


def test_all_accept_and_the_secretary_approves(branch: Branch, people: dict[str, Person], client: Client) -> None:
    run = run_of(branch)
    secretary = run.created_by
    desk = signed_in(secretary)
    desk.post(reverse("pairings:publish", args=[run.pk]))
    match = Match.objects.get(run=run, seats__person=people["lin"])
    address = reverse("teaching_pairs:new") + f"?match={match.pk}"
    sent = {
        "title": "数控编程课程共建",
        "course": "数控编程",
        "formation": "self_formed",
        "pattern": "complementary",
        "started_on": "2024-03-01",
        "leader": people["lin"].pk,
        "ordinary_teacher": people["xu"].pk,
    }
    assert "同意" in str(desk.post(address, sent).context["form"].non_field_errors())
    for name in ("lin", "xu"):
        own = signed_in(user_of(people[name]))
        assert "为您推荐的教师结对" in own.get("/").content.decode()
        own.post(reverse("pairings:answer", args=[match.pk]), {"accept": "yes"})
    form = desk.get(address).context["form"]
    assert (form["leader"].value(), form["ordinary_teacher"].value()) == (people["lin"].pk, people["xu"].pk)
    others = desk.post(address, {**sent, "ordinary_teacher": people["su"].pk})
    assert "人员与同意结对的人员不一致" in str(others.context["form"].non_field_errors())
    assert Pairing.objects.count() == 0
    desk.post(address, sent)
    match.refresh_from_db()
    assert (match.pairing.status, match.pairing.approved_by) == ("active", secretary)
    with pytest.raises(RuleError):
        match.become(TeachingPair(branch=branch, title="又一次", course="x"), people=match.people, by=secretary)


def test_a_proposal_that_rules_or_people_have_overtaken_is_not_asked(branch: Branch, people: dict[str, Person]) -> None:
    run = run_of(branch)
    rule = MatchRule.objects.create(
        branch=branch, kind="teaching", rule="forbid", person=people["lin"], other=people["xu"]
    )
    with pytest.raises(RuleError):
        run.publish(by=run.created_by)
    rule.delete()
    people["he"].leave(on=timezone.localdate(), ending="left", by=run.created_by)
    with pytest.raises(RuleError):
        run.publish(by=run.created_by)
    assert (MatchSeat.objects.count(), MatchRun.objects.get(pk=run.pk).is_published) == (0, False)
    Person.objects.filter(pk=people["wu"].pk).delete()  # one of those left over, whom the draft's JSON still names
    assert signed_in(run.created_by).get(run.get_absolute_url()).status_code == 200


def test_a_match_becomes_a_pairing_of_its_own_branch(branch: Branch, people: dict[str, Person]) -> None:
    run = run_of(branch)
    run.publish(by=run.created_by)
    match = Match.objects.get(run=run, seats__person=people["lin"])
    match.seats.update(answer="accepted")
    pair = TeachingPair(branch=BranchFactory(college=branch.college), title="共建", course="数控编程")
    with pytest.raises(RuleError):
        match.become(pair, people=match.people, by=run.created_by)
    assert Pairing.objects.count() == 0


def test_two_who_can_never_sit_together_are_not_kept_together(branch: Branch, people: dict[str, Person]) -> None:
    sent = {"branch": "MAT", "rule": "pin", "person": people["lin"].pk, "other": people["he"].pk}
    page = signed_in(operator()).post(reverse("pairings:add_rule", args=["teaching"]), sent)
    assert (list(page.context["rule_form"].errors), MatchRule.objects.count()) == (["other"], 0)


@pytest.mark.parametrize("wanted", [{1000}, {0}, {2000, 2005}, set(range(1000, 1010))])
def test_those_who_must_be_taken_leave_the_teams_near_their_bound(wanted: set[int]) -> None:
    sides = {
        role: profiles(100, first, 10 + first)
        for first, role in ((0, "leader"), (1000, "student_member"), (2000, "ordinary_student"))
    }
    proposal = TeamMatcher().propose(sides, weights={}, wishes=Wishes(wanted=frozenset(wanted)))
    assert proposal.share_of_bound >= 0.997


def test_one_who_declines_ends_it_and_nobody_answers_twice_or_for_others(
    branch: Branch, people: dict[str, Person]
) -> None:
    run = run_of(branch)
    run.publish(by=run.created_by)
    match = Match.objects.get(run=run, seats__person=people["lin"])
    match.answer(by=user_of(people["lin"]), accept=False)
    for person in (people["lin"], people["wu"]):
        with pytest.raises(RuleError):
            match.answer(by=getattr(person, "user", None) or user_of(person), accept=True)
    asked = user_of(people["xu"])
    assert list(Match.objects.waiting_for(asked)) == []
    with pytest.raises(RuleError):
        run.work_out()
    assert MatchSeat.objects.filter(match=match).values_list("answer", flat=True).distinct().count() == 2


def test_weights_and_aims_move_the_proposal(branch: Branch) -> None:
    member(teacher(branch, name="强", title="教授", strengths="竞赛指导"))
    teacher(branch, name="副", title="副教授")
    teacher(branch, name="需", needs="竞赛指导")
    assert pairs_of(run_of(branch, aim="complementary")) == {("强", "需")}
    heavy = {"complementary": 0, "topics": 0, "mid_career_with_young": 0, "across": 0, "load": 0}
    assert pairs_of(run_of(branch, weights=heavy, aim="strong_with_strong")) == {("强", "副")}


def test_a_person_on_both_sides_is_never_paired_with_themselves() -> None:
    one, two = Candidate(person_id=1), Candidate(person_id=2)
    proposal = TeachingMatcher().propose({"leader": [one], "ordinary_teacher": [one, two]}, weights={})
    assert [group["people"] for group in proposal.groups] == [{"leader": 1, "ordinary_teacher": 2}]


def test_patterns_are_suggested_from_profiles() -> None:
    base: dict[str, Any] = {"age": 45, "title": "讲师"}
    one = Candidate(1, strengths=frozenset("甲乙"), **base)
    assert suggest_pattern(one, Candidate(2, needs=frozenset("甲乙"), age=45)) == "complementary"
    assert suggest_pattern(one, Candidate(2, age=30)) == "mid_career_with_young"
    assert suggest_pattern(Candidate(1, title="教授"), Candidate(2, title="副教授")) == "strong_with_strong"
    assert suggest_pattern(one, Candidate(2, age=45)) == ""


def profiles(count: int, first: int, seed: int) -> list[Candidate]:
    """Return people with words, specialties and loads as a branch's roster holds them."""
    chance = np.random.default_rng(seed)
    words = [f"词{place}" for place in range(24)]

    def some(count: int) -> frozenset[str]:
        return frozenset(words[place] for place in chance.choice(24, count, replace=False))

    return [
        Candidate(
            person_id=first + place,
            strengths=some(4),
            needs=some(3),
            specialty=f"专业{chance.integers(5)}",
            load=int(chance.integers(3)),
        )
        for place in range(count)
    ]


@pytest.mark.parametrize("seed", range(3))
def test_a_hundred_teams_come_near_the_bound_that_is_printed(seed: int) -> None:
    sides = {
        role: profiles(100, first, seed * 10 + first)
        for first, role in ((0, "leader"), (1000, "student_member"), (2000, "ordinary_student"))
    }
    proposal = TeamMatcher().propose(sides, weights={})
    assert len(proposal.groups) == 100
    assert proposal.share_of_bound >= 0.997
    json.dumps(proposal.groups)


@pytest.mark.parametrize("sizes", [(8, 5, 13), (5, 5, 5), (40, 8, 40), (10, 20, 200), (2, 9, 9)])
def test_teams_of_unequal_groups_come_near_their_bound_too(sizes: tuple[int, int, int]) -> None:
    roles = ("leader", "student_member", "ordinary_student")
    sides = {
        role: profiles(size, 1000 * place, place) for place, (role, size) in enumerate(zip(roles, sizes, strict=True))
    }
    proposal = TeamMatcher().propose(sides, weights={})
    assert len(proposal.groups) == min(sizes)
    assert proposal.share_of_bound >= 0.998


def test_teams_keep_pins_and_prohibitions() -> None:
    sides = {
        role: profiles(8, first, first)
        for first, role in ((0, "leader"), (100, "student_member"), (200, "ordinary_student"))
    }
    wishes = Wishes(pinned=frozenset({(0, 205)}), forbidden=frozenset({(1, 101)}), left_out=frozenset({102}))
    proposal = TeamMatcher().propose(sides, weights={}, wishes=wishes)
    people = [group["people"] for group in proposal.groups]
    assert {"leader": 0, "ordinary_student": 205}.items() <= next(one for one in people if one["leader"] == 0).items()
    assert not any(one["leader"] == 1 and one["student_member"] == 101 for one in people)
    assert 102 not in {one["student_member"] for one in people}
    assert len(people) == 7


def test_students_in_a_team_are_not_proposed_again(branch: Branch) -> None:
    mentor, pupil, other = member(teacher(branch)), member(student(branch)), student(branch)
    run = run_of(branch, MentorshipTeam.KIND)
    assert [group["people"] for group in run.draft] == [
        {"leader": mentor.pk, "student_member": pupil.pk, "ordinary_student": other.pk}
    ]
    team = MentorshipTeam(branch=branch, title="训练队")
    people = {"leader": mentor, "student_member": pupil, "ordinary_student": other}
    team.propose(by=operator(), people=people)
    assert run_of(branch, MentorshipTeam.KIND, include_paired=True).draft == []
