"""Whatever happened, the report says what an independent count in plain SQL says."""

import datetime
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given, settings
from hypothesis import strategies as st

from enterprise_service.models import Confirmation, Engagement, Instalment
from mentorship.models import Assessment, Project, Rubric
from organization.merging import merge, undo_merge
from organization.models import Branch, Merge, Person, RuleError, User
from outcomes.figures import Period, branch_report
from outcomes.figures.achievements import Achievements
from outcomes.models import Outcome
from pairings.models import Pairing, ProgressLog
from teaching_pairs.models import SignUp, TeachingPair, Workshop
from tests.factories import (
    BranchFactory,
    engagement,
    log,
    member,
    mentorship,
    outcome,
    secretary_of,
    teacher,
    teaching_pair,
)
from tests.nets import size
from tests.outcomes.counting import LEVELS, STATUSES, count_in_sql, told
from tests.outcomes.counting_work import STAGES

pytestmark = pytest.mark.django_db

#: The edges of the years, school years and periods that are asked for, and days between them.
DAYS = [
    datetime.date(*day)
    for day in ((2023, 12, 31), (2024, 1, 1), (2024, 5, 20), (2024, 8, 31), (2024, 9, 1), (2024, 12, 31), (2025, 1, 1))
]
PERIODS = [
    Period.year(2024),
    Period.school_year(2023),
    Period(DAYS[3], DAYS[4]),
    Period(DAYS[1], DAYS[1]),
    Period.year(2026),
]
AMOUNTS: dict[str, dict[str, Any]] = {
    "volunteering": {"quantity": 12, "hours": Decimal("7.5")},
    "outreach": {"quantity": 1, "helped": "山区职业技术学院", "help_kinds": "talent,service"},
}
CONTRACT: dict[str, Any] = {"contract_number": "HT-1", "contract_amount_cny": Decimal("12345.60")}
MAKES = {"mentorship": mentorship, "teaching": teaching_pair, "enterprise": engagement}

happenings = st.lists(
    st.one_of(
        st.tuples(st.just("join"), st.sampled_from(DAYS)),
        st.tuples(st.just("leave"), st.integers(0, 5), st.sampled_from(DAYS), st.booleans()),
        st.tuples(st.just("move"), st.integers(0, 5), st.sampled_from(DAYS)),
        st.tuples(st.just("come"), st.integers(0, 5), st.sampled_from(DAYS)),
        st.tuples(st.just("state"), st.integers(0, 5), st.sampled_from(DAYS)),
        st.tuples(st.just("take_back"), st.integers(0, 5)),
        st.tuples(st.just("sit"), st.integers(0, 5), st.sampled_from(DAYS)),
        st.tuples(st.just("pair"), st.sampled_from(sorted(MAKES)), st.sampled_from(DAYS)),
        st.tuples(st.just("log"), st.integers(0, 5), st.sampled_from(DAYS), st.booleans()),
        st.tuples(st.just("serve"), st.integers(0, 5), st.sampled_from(["survey", "policy", "solving"])),
        st.tuples(st.just("receive"), st.integers(0, 5), st.sampled_from(DAYS)),
        st.tuples(st.just("answer"), st.integers(0, 5), st.integers(1, 4)),
        st.tuples(st.just("meet"), st.sampled_from(DAYS), st.booleans()),
        st.tuples(st.just("plan"), st.integers(0, 5), st.sampled_from(DAYS), st.sampled_from([None, *DAYS])),
        st.tuples(st.just("compete"), st.integers(0, 5), st.sampled_from(DAYS)),
        st.tuples(st.just("grow"), st.integers(0, 5), st.integers(1, 5), st.integers(1, 5)),
        st.tuples(st.just("advance"), st.integers(0, 5), st.sampled_from(STAGES), st.sampled_from(DAYS)),
        st.tuples(st.just("close"), st.integers(0, 5), st.sampled_from(DAYS), st.booleans()),
        st.tuples(
            st.just("achieve"),
            st.sampled_from(["course", "award", "outreach", "volunteering"]),
            st.sampled_from(LEVELS),
            st.sampled_from(STATUSES),
            st.sampled_from(DAYS),
            st.integers(0, 7),
        ),
        st.tuples(st.just("rise"), st.integers(0, 5), st.sampled_from(LEVELS), st.sampled_from(DAYS)),
        st.tuples(st.just("correct"), st.integers(0, 5), st.sampled_from(LEVELS)),
        st.tuples(st.just("revoke"), st.integers(0, 5)),
        st.tuples(st.just("merge"), st.integers(0, 5), st.integers(0, 5)),
        st.tuples(st.just("part"), st.integers(0, 2)),
        st.tuples(st.just("enter_again"), st.integers(0, 5), st.sampled_from(DAYS)),
        st.tuples(st.just("unite"), st.integers(0, 5), st.integers(0, 5)),
        st.tuples(st.just("divide"), st.integers(0, 2)),
    ),
    max_size=12,
)


@dataclass
class History:
    """Two branches to which things happen, by the verbs that people use; what is refused did not happen."""

    branches: list[Branch] = field(default_factory=list)
    secretaries: list[User] = field(default_factory=list)
    pairings: list[Pairing] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    people: list[Any] = field(default_factory=list)
    merges: list[Merge] = field(default_factory=list)
    unions: list[Merge] = field(default_factory=list)

    @classmethod
    def begin(cls) -> "History":
        ours = BranchFactory()
        branches = [ours, BranchFactory(college=ours.college)]
        return cls(branches, [secretary_of(branch) for branch in branches])

    @property
    def managers(self) -> dict[Branch, User]:
        return dict(zip(self.branches, self.secretaries, strict=True))

    def happen(self, what: str, *how: Any) -> None:
        try:
            getattr(self, what)(*how)
        except (RuleError, ValidationError, IndexError):
            return  # refused in words, or nothing is there yet that it could happen to

    def join(self, day: datetime.date) -> None:
        self.people.append(member(teacher(self.branches[0]), since=day))

    def leave(self, which: int, day: datetime.date, stays: bool) -> None:
        person = self.people[which]
        for seat in person.seats.filter(left_on__isnull=True) if stays else ():
            seat.stay_until(max(day, seat.joined_on), by=self.managers[seat.pairing.branch])
        person.leave(on=day, ending="retired", by=self.managers[person.branch])

    def move(self, which: int, day: datetime.date) -> None:
        person = self.people[which]
        for seat in person.seats.filter(left_on__isnull=True):
            seat.stay_until(max(day, seat.joined_on), by=self.managers[seat.pairing.branch])
        to = self.branches[self.branches.index(person.branch) - 1]
        person.move(to=to, on=day, by=self.managers[person.branch])

    def come(self, which: int, day: datetime.date) -> None:
        self.people[which].join(on=day, by=self.managers[self.people[which].branch])

    def state(self, which: int, day: datetime.date) -> None:
        self.people[which].state_joined(on=day, by=self.managers[self.people[which].branch])

    def take_back(self, which: int) -> None:
        left = self.people[which].memberships.exclude(left_on=None).last()
        if left:
            left.take_back(by=self.managers[left.branch], reason="登记错了。")
            self.people[which].refresh_from_db()

    def sit(self, which: int, day: datetime.date) -> None:
        person = self.people[which]
        self.pairings.append(engagement(person.branch, people={"leader": person}, started_on=day))

    def pair(self, kind: str, day: datetime.date) -> None:
        own: dict[str, Any] = {"contract_amount_cny": 20_000} if kind == "enterprise" else {}
        self.pairings.append(MAKES[kind](self.branches[len(self.pairings) % 3 == 2], started_on=day, **own))

    def log(self, which: int, day: datetime.date, is_woven: bool) -> None:
        words: dict[str, Any] = {"element_kind": "talk", "element_words": "谈心谈话"} if is_woven else {}
        log(self.pairings[which], date=max(day, self.pairings[which].started_on), hours=Decimal("1.5"), **words)

    def work_of(self, kind: str, which: int) -> Any:
        return [pairing for pairing in self.pairings if pairing.kind == kind][which]

    def serve(self, which: int, activity: str) -> None:
        service = self.work_of("enterprise", which)
        log(service, activity_type=activity, date=max(DAYS[2], service.started_on))

    def receive(self, which: int, day: datetime.date) -> None:
        service = Engagement.objects.get(pk=self.work_of("enterprise", which).pk)
        service.receive(Instalment(amount_cny=Decimal("1234.50"), received_on=max(day, service.started_on)))

    def answer(self, which: int, rating: int) -> None:
        service = Engagement.objects.get(pk=self.work_of("enterprise", which).pk)
        link = Confirmation.make(service, by=self.managers[service.branch])
        link.confirm(is_solved=rating > 2, rating=rating, words="", confirmed_by="企业联系人")

    def meet(self, day: datetime.date, came: bool) -> None:
        branch = self.branches[0]
        held = Workshop.objects.create(branch=branch, title="选题培训", held_on=day, announced_by=self.secretaries[0])
        SignUp.objects.create(workshop=held, person=teacher(branch), attended=came)
        self.pairings.append(teaching_pair(branch, started_on=day, workshop=held, pattern="complementary"))

    def plan(self, which: int, day: datetime.date, done: datetime.date | None) -> None:
        TeachingPair.objects.get(pk=self.work_of("teaching", which).pk).plan({"outline": (day, done)})

    def compete(self, which: int, day: datetime.date) -> None:
        team = self.work_of("mentorship", which)
        project = Project(team=team, track="contest", title="参赛项目")
        project.plan({"provincial": max(day, team.started_on), "national": max(DAYS[4], team.started_on)})
        project.stages.first().record_result(result="一等奖", held_on=max(day, team.started_on))

    def grow(self, which: int, start: int, end: int) -> None:
        team, rubric = self.work_of("mentorship", which), Rubric.objects.get(branch=None)
        for student in team.students:
            for moment, mark in (("start", start), ("end", end)):
                seen = {"team": team, "student": student, "view": "mentor", "rubric": rubric}
                assessment = Assessment(moment=moment, assessed_on=max(DAYS[2], team.started_on), **seen)
                assessment.record(
                    by=team.leader.user, marks=dict.fromkeys((item.pk for item in rubric.items.all()), mark)
                )

    def advance(self, which: int, stage: str, day: datetime.date) -> None:
        for seat in self.pairings[which].seats.filter(role__startswith="ordinary"):
            seat.person.record_stage(stage=stage, from_date=day)

    def close(self, which: int, day: datetime.date, is_done: bool) -> None:
        pairing = Pairing.objects.get(pk=self.pairings[which].pk)
        newest = ProgressLog.objects.filter(pairing=pairing).order_by("-date").first()
        day = max(day, newest.date if newest else pairing.started_on)
        if is_done:
            pairing.complete(by=self.secretaries[self.branches.index(pairing.branch)], summary="按计划完成。", on=day)
        else:
            pairing.end(by=self.secretaries[self.branches.index(pairing.branch)], reason="教师调离。", on=day)

    def achieve(self, category: str, level: str, status: str, day: datetime.date, ties: int) -> None:
        home = self.branches[0]
        pairings = [pairing for place, pairing in enumerate(self.pairings[:2]) if ties >> place & 1]
        draft = outcome(
            home,
            category=category,
            level=level,
            status=status,
            achieved_on=day,
            pairings=[one for one in pairings if one.branch == home],
            **AMOUNTS.get(category, {}),
        )
        if ties & 4:
            draft.shared_with.add(self.branches[1])
        self.outcomes.append(self.prove(draft))

    def prove(self, draft: Outcome) -> Outcome:
        draft.submit(by=draft.entered_by)
        draft.verify(by=self.secretaries[0])
        return draft

    def rise(self, which: int, level: str, day: datetime.date) -> None:
        before = self.outcomes[which]
        self.outcomes.append(
            self.prove(
                outcome(
                    before.branch,
                    category=before.category,
                    level=level,
                    status=before.status,
                    achieved_on=day,
                    continues=before,
                )
            )
        )

    def revoke(self, which: int) -> None:
        Outcome.objects.get(pk=self.outcomes[which].pk).revoke(by=self.secretaries[0], reason="证书有误。")

    def merge(self, which: int, into: int) -> None:
        one, other = (Outcome.objects.get(pk=self.outcomes[place].pk) for place in (into, which))
        self.merges.append(merge(one, other, by=self.secretaries[0], reason="重复登记。"))

    def part(self, which: int) -> None:
        undo_merge(Merge.objects.get(pk=self.merges[which].pk), by=self.secretaries[0], reason="并非同一项。")

    def enter_again(self, which: int, day: datetime.date) -> None:
        known = self.people[which]
        self.people.append(member(teacher(known.branch, name=known.name), since=day))

    def unite(self, which: int, into: int) -> None:
        double, kept = (Person.objects.get(pk=self.people[place].pk) for place in (which, into))
        before = self.counted_without_people()
        self.unions.append(merge(kept, double, by=self.managers[kept.branch], reason="登记了两次。"))
        assert self.counted_without_people() == before
        self.people = [Person.objects.get(pk=one.pk).survivor for one in self.people]

    def divide(self, which: int) -> None:
        line = Merge.objects.get(pk=self.unions[which].pk)
        undo_merge(line, by=self.managers[Person.objects.get(pk=line.kept).branch], reason="是两个人。")
        self.people.append(Person.objects.get(pk=line.merged))

    def counted_without_people(self) -> list[dict[str, Any]]:
        """Return what is counted in every period and branch but for how many people: nothing that a merge touches."""
        told = [count_in_sql([branch.pk], one.first, one.last) for one in PERIODS for branch in self.branches]
        return [{name: value for name, value in one.items() if name != "coverage"} for one in told]

    def correct(self, which: int, level: str) -> None:
        wrong = Outcome.objects.get(pk=self.outcomes[which].pk)
        right = wrong.correct(by=wrong.entered_by, reason="证书上写的不是这一级。")
        right.level = level
        right.save()
        self.outcomes.append(self.prove(right))


@settings(max_examples=size(small=12, large=1000))
@given(happenings)
def test_a_report_says_what_plain_sql_counts(what_happened: list[tuple[Any, ...]]) -> None:
    history = History.begin()
    for what, *how in what_happened:
        history.happen(what, *how)
    for period in PERIODS:
        for branch in history.branches:
            assert told(branch_report(branch, period)) == count_in_sql([branch.pk], period.first, period.last)
        both = count_in_sql([branch.pk for branch in history.branches], period.first, period.last)
        found = Achievements.of(history.branches, period)
        assert (found.totals(), found.by_form()) == (both["totals"], both["by_form"])


def test_a_person_on_record_twice_counts_once_after_the_merge_and_twice_after_the_parting() -> None:
    history = History.begin()
    history.join(DAYS[0])
    history.sit(0, DAYS[2])
    history.enter_again(0, DAYS[2])
    history.sit(1, DAYS[3])
    branch, period = history.branches[0], Period.year(2024)

    def counted() -> tuple[int, int, int]:
        report = told(branch_report(branch, period))
        assert report == count_in_sql([branch.pk], period.first, period.last)
        return report["coverage"]["members"], report["coverage"]["paired"], report["pairings"]["enterprise"]["active"]

    members, paired, active = counted()
    history.unite(1, 0)
    assert counted() == (members - 1, paired - 1, active)
    history.divide(0)
    assert counted() == (members, paired, active)


@pytest.mark.hole
def test_a_second_count_of_the_same_work_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    history = History.begin()
    history.achieve("course", "college", "recognised", DAYS[2], 0)
    history.rise(0, "national", DAYS[3])
    branch, period = history.branches[0], Period.year(2024)
    assert told(branch_report(branch, period)) == count_in_sql([branch.pk], period.first, period.last)
    monkeypatch.setattr(
        "outcomes.figures.achievements.counted_outcomes",
        lambda branches, period: Outcome.objects.verified().of_branches(branches),
    )
    assert told(branch_report(branch, period)) != count_in_sql([branch.pk], period.first, period.last)


def test_the_figures_of_the_work_are_those_that_plain_sql_counts() -> None:
    history = History.begin()
    for kind, own in (("mentorship", {}), ("mentorship", {}), ("teaching", {}), ("enterprise", CONTRACT)):
        history.pairings.append(MAKES[kind](history.branches[0], started_on=DAYS[1], **own))
    for what, *how in (
        ("serve", 0, "survey"), ("serve", 0, "survey"), ("serve", 0, "policy"), ("serve", 0, "talent"),
        ("receive", 0, DAYS[3]), ("answer", 0, 4), ("meet", DAYS[2], True), ("plan", 0, DAYS[2], DAYS[3]),
        ("plan", 1, DAYS[2], None), ("compete", 0, DAYS[2]), ("grow", 0, 2, 4), ("grow", 1, 2, 3),
        ("advance", 0, "applicant", DAYS[1]), ("advance", 1, "none", DAYS[1]), ("advance", 1, "applicant", DAYS[2]),
        ("log", 0, DAYS[2], True), ("close", 3, DAYS[4], True),
    ):  # fmt: skip
        getattr(history, what)(*how)
    branch, year = history.branches[0], Period.year(2024)
    report = branch_report(branch, year)
    assert told(report) == count_in_sql([branch.pk], year.first, year.last)
    said = {(row["figure"], row["of"]): row["value"] for row in report["work"]}
    assert (said["contract_money", ""], said["money_received", ""], said["surveys", ""]) == (12345.6, 1234.5, 2)
    assert (said["days_on_site", ""], said["problems_solved", ""], said["days_to_solve", ""]) == (1, 1, 244)
    assert (said["workshops", ""], said["attendance", ""], said["pairs_of_workshops", ""]) == (1, 1, 1)
    assert (said["milestones_reached", ""], said["milestones_overdue", ""]) == (1, 1)
    assert said["rounds", "provincial"] == 1
    assert said["growth", "创新意识"] == 4
    assert all(row["value"] == len(row["ids"]) for row in report["work"] if row["figure"] in {"surveys", "elements"})
