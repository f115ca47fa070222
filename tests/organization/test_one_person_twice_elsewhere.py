"""One person twice in two branches: each secretary reads and decides what is theirs, one way and back alike."""

import datetime

import pytest
from auditlog.models import LogEntry
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from organization.integrity import try_all
from organization.merging import merge, say_different, take_difference_back, undo_merge
from organization.models import Branch, Merge, NotDouble, Person, RuleError, StaleRecordError, User
from outcomes.figures import Period
from outcomes.freezing import freeze_report
from outcomes.since import since_freezing
from pairings.models import ProgressLog
from tests.conftest import signed_in
from tests.factories import (
    BranchFactory,
    log,
    member,
    mentorship,
    operator,
    secretary_of,
    student,
    submitted,
    teacher,
    teaching_pair,
    user_of,
)
from tests.organization.test_sessions import is_in
from tests.organization.test_sessions import signed_in as signed_in_by_page
from tests.test_language import Page

pytestmark = pytest.mark.django_db

DAY = datetime.date(2023, 9, 1)
REASON, BACK = "同一位老师登记了两次。", "是两个人。"
LISTED = reverse("doubles_person")


@pytest.fixture
def branch() -> Branch:
    return BranchFactory()


@pytest.fixture
def elsewhere(branch: Branch) -> Branch:
    return BranchFactory(college=branch.college)


@pytest.fixture
def secretary(branch: Branch) -> User:
    return secretary_of(branch)


@pytest.fixture
def desk(secretary: User) -> Client:
    return signed_in(secretary)


def moved_on(branch: Branch, elsewhere: Branch, by: User) -> tuple[Person, Person]:
    """Return one who left a branch and came to another with a new number, and the new record."""
    left = teacher(branch, name="陈秋实", number="L-17")
    left.leave(on=DAY, ending="left", by=by)
    came = teacher(elsewhere, name="陈秋石", number="T2012001")
    came.state_joined(on=DAY, by=by)
    return left, came


class TestReading:
    def test_a_merged_record_opens_nobody_of_another_branch(
        self, branch: Branch, elsewhere: Branch, desk: Client
    ) -> None:
        left, came = moved_on(branch, elsewhere, operator())
        merge(came, left, by=operator(), reason=REASON)
        told = {
            (name, one.pk): client.get(reverse("person_data", args=[one.pk])).status_code
            for name, client in (("own", desk), ("theirs", signed_in(secretary_of(elsewhere))))
            for one in (left, came)
        }
        assert told == {
            ("own", left.pk): 404,
            ("own", came.pk): 404,
            ("theirs", left.pk): 200,
            ("theirs", came.pk): 200,
        }

    def test_a_merged_record_of_the_branch_leads_to_who_stands_for_it(
        self, branch: Branch, secretary: User, desk: Client
    ) -> None:
        kept, merged = (teacher(branch, name="陈秋实", number=number) for number in ("T1", "T2"))
        merge(kept, merged, by=secretary, reason=REASON)
        told = desk.get(reverse("person_data", args=[merged.pk])).json()
        assert [one["number"] for one in told["organization.Person"]] == ["T1", "T2"]

    def test_nobody_of_another_branch_is_read_among_what_was_decided(
        self, branch: Branch, elsewhere: Branch, desk: Client
    ) -> None:
        own, theirs = teacher(branch, name="陈秋实"), teacher(elsewhere, name="欧阳金丝雀")
        one, other = (teacher(branch, name="梁志远") for _time in "12")
        say_different(own, theirs, by=operator())
        shown = say_different(one, other, by=operator())
        kept = teacher(branch, name="何普通")
        theirs.leave(on=DAY, ending="left", by=operator())
        kept.state_joined(on=DAY, by=operator())
        line = merge(kept, theirs, by=operator(), reason=REASON)
        page = desk.get(LISTED)
        assert [(each.line, each.one, each.other) for each in page.context["different"]] == [(shown, one, other)]
        assert [(each.line, each.one, each.other) for each in page.context["merges"]] == [(line, None, kept)]
        assert (
            "金丝雀" in page.content.decode(),
            reverse("take_back_merge", args=[line.pk]) in page.content.decode(),
        ) == (
            False,
            False,
        )

    def test_the_desk_leads_on_from_a_merged_record_as_far_as_the_reader_sees_it(
        self, branch: Branch, elsewhere: Branch, desk: Client
    ) -> None:
        left, came = moved_on(branch, elsewhere, operator())
        merge(came, left, by=operator(), reason=REASON)
        stands = reverse("admin:organization_person_change", args=[came.pk])
        told = [
            client.get(reverse("admin:organization_person_change", args=[left.pk]))
            for client in (desk, signed_in(operator()))
        ]
        assert [(page.status_code, page.headers.get("Location")) for page in told] == [(404, None), (302, stands)]


class TestDeciding:
    def ways_back_offered(self, *readers: User) -> list[list[str]]:
        """Return which ways back the list of what was decided offers to each reader."""
        ways = (("take_back_merge", Merge), ("take_back_not_double", NotDouble))
        offered = {reverse(name, args=[line.pk]) for name, model in ways for line in model.objects.all()}
        pages = [Page(signed_in(reader).get(LISTED).content.decode()) for reader in readers]
        return [[link for link in page.links if link in offered] for page in pages]

    def test_who_cannot_say_that_two_are_different_cannot_take_it_back(
        self, branch: Branch, elsewhere: Branch, secretary: User, desk: Client
    ) -> None:
        own, theirs = teacher(branch, name="陈秋实"), teacher(elsewhere, name="陈秋实")
        with pytest.raises(RuleError, match="同时管理双方支部"):
            say_different(own, theirs, by=secretary)
        said = say_different(own, theirs, by=operator())
        with pytest.raises(RuleError):
            take_difference_back(said, by=secretary, reason=REASON)
        assert desk.post(reverse("take_back_not_double", args=[said.pk]), {"reason": REASON}).status_code == 403
        assert NotDouble.objects.filter(pk=said.pk).exists()
        take_difference_back(said, by=operator(), reason=REASON)
        assert not NotDouble.objects.exists()

    def test_nobody_decides_who_they_themselves_are_one_way_or_back(self, branch: Branch, secretary: User) -> None:
        own, double = secretary.person, teacher(branch, name="陈秋实")
        for decide in (
            lambda: merge(own, double, by=secretary, reason=REASON),
            lambda: say_different(own, double, by=secretary),
        ):
            with pytest.raises(RuleError, match="本人"):
                decide()
        deputy = secretary_of(branch)
        said = say_different(own, double, by=deputy)
        with pytest.raises(RuleError):
            take_difference_back(said, by=secretary, reason=REASON)
        assert self.ways_back_offered(secretary, deputy) == [[], [reverse("take_back_not_double", args=[said.pk])]]
        take_difference_back(said, by=deputy, reason=REASON)
        line = merge(own, double, by=deputy, reason=REASON)
        assert self.ways_back_offered(secretary, deputy) == [[], [reverse("take_back_merge", args=[line.pk])]]
        with pytest.raises(RuleError):
            undo_merge(line, by=secretary, reason=BACK)
        page = signed_in(secretary).post(reverse("take_back_merge", args=[line.pk]), {"reason": BACK})
        line.refresh_from_db()
        assert (page.status_code, line.undone_at) == (403, None)
        undo_merge(line, by=deputy, reason=BACK)


def test_an_account_that_a_merge_closed_and_undoing_opened_finds_no_old_session(
    branch: Branch, secretary: User
) -> None:
    kept, merged = (teacher(branch, name="陈秋实") for _time in "12")
    user_of(kept)
    account = user_of(merged, username="owner")
    client = signed_in_by_page(account)
    line = merge(kept, merged, by=secretary, reason=REASON)
    assert not is_in(client)
    undo_merge(line, by=secretary, reason=BACK)
    assert not is_in(client)
    assert is_in(signed_in_by_page(account))


def test_two_teams_of_one_title_are_two_teams(branch: Branch, secretary: User) -> None:
    kept, double = (student(branch, name="陈秋实") for _time in "12")
    for pupil in (kept, double):
        people = {"leader": member(teacher(branch)), "student_member": member(student(branch))}
        mentorship(branch, title="智能产线", people={**people, "ordinary_student": pupil})
    with pytest.raises(RuleError, match="智能产线、智能产线"):
        merge(kept, double, by=secretary, reason=REASON)


def test_a_report_frozen_while_two_were_one_says_that_they_were_parted(branch: Branch, secretary: User) -> None:
    kept, merged = (teacher(branch, name="陈秋实") for _time in "12")
    line = merge(kept, merged, by=secretary, reason=REASON)
    report = freeze_report(branch, Period.year(2024), by=secretary)
    later = merge(kept, teacher(branch, name="陈秋实"), by=secretary, reason=REASON)
    for one in (later, line):
        undo_merge(one, by=secretary, reason=BACK)
    told = [(one.way, one.row, one.reason) for _words, one in since_freezing(report, secretary).lines]
    assert told == [("merge", line.pk, BACK)]


class TestManyRows:
    """A merge, and its undoing, cost as many queries however much the person wrote, and the trail names every row."""

    def merged(self, branch: Branch, by: User, logs: int) -> tuple[Merge, int, int]:
        """Merge and part somebody who wrote so many logs, and return the merge and how many queries each took."""
        kept = teacher(branch, name="陈秋实")
        pair = teaching_pair(branch)
        for _time in range(logs):
            log(pair)
        with CaptureQueriesContext(connection) as merging:
            line = merge(kept, pair.leader, by=by, reason=REASON)
        assert ProgressLog.objects.filter(author=kept, pairing=pair.pk).count() == logs
        with CaptureQueriesContext(connection) as parting:
            undo_merge(line, by=by, reason=BACK)
        assert ProgressLog.objects.filter(author=pair.leader, pairing=pair.pk).count() == logs
        return line, len(merging), len(parting)

    def test_many_logs_move_in_as_many_queries_as_few(self, branch: Branch, secretary: User) -> None:
        self.merged(branch, secretary, 1)  # what the process keeps is read
        _line, *few = self.merged(branch, secretary, 2)
        _line, *many = self.merged(branch, secretary, 7)
        assert few == many

    def test_the_trail_names_every_log_that_moved(self, branch: Branch, secretary: User) -> None:
        line, *_counts = self.merged(branch, secretary, 3)
        told = LogEntry.objects.get_for_model(ProgressLog).filter(action=LogEntry.Action.UPDATE).order_by("pk")
        there, back = [str(line.merged), str(line.kept)], [str(line.kept), str(line.merged)]
        assert [(entry.changes["author"], entry.actor) for entry in told] == [
            *[(there, secretary)] * 3,
            *[(back, secretary)] * 3,
        ]
        assert [name for name, finding in try_all() if finding.broken] == []

    def test_places_are_looked_at_together(self, branch: Branch, secretary: User) -> None:
        counts = []
        for places in (1, 1, 4):
            kept, double = (teacher(branch, name="陈秋实") for _time in "12")
            for _time in range(places):
                teaching_pair(branch, people={"leader": member(teacher(branch)), "ordinary_teacher": double})
            with CaptureQueriesContext(connection) as asked:
                merge(kept, double, by=secretary, reason=REASON)
            counts.append(len(asked))
        assert counts[1] == counts[2]


class TestStaleCopies:
    def test_no_copy_of_either_person_is_saved_over_a_merge_or_its_undoing(
        self, branch: Branch, secretary: User
    ) -> None:
        people = [teacher(branch, name="陈秋实") for _time in "12"]
        self.assert_refused(people, lambda kept, merged: merge(kept, merged, by=secretary, reason=REASON))

    def test_no_copy_of_either_outcome_is_saved_over_a_merge_or_its_undoing(
        self, branch: Branch, secretary: User
    ) -> None:
        outcomes = [submitted(branch, by=user_of(teacher(branch))) for _time in "12"]
        self.assert_refused(outcomes, lambda kept, merged: merge(kept, merged, by=secretary, reason=REASON))

    def assert_refused(self, rows, decide) -> None:
        """Merge and undo, and see that copies read before each are refused and nothing of them is stored."""
        model, numbers = type(rows[0]), [one.pk for one in rows]
        before = [model.objects.get(pk=pk) for pk in numbers]
        line = decide(*rows)
        between = [model.objects.get(pk=pk) for pk in numbers]
        for copy in before:
            with pytest.raises(StaleRecordError):
                copy.save()
        assert model.objects.get(pk=numbers[1]).merged_into_id == numbers[0]
        undo_merge(line, by=line.by, reason=BACK)
        for copy in (*before, *between):
            with pytest.raises(StaleRecordError):
                copy.save()
        assert model.objects.get(pk=numbers[1]).merged_into_id is None

    def test_a_log_entered_by_whom_a_merge_overtook_is_by_who_stands_for_them(
        self, branch: Branch, secretary: User
    ) -> None:
        pair = teaching_pair(branch)
        kept, merged = teacher(branch, name="陈秋实"), pair.seats.get(role="ordinary_teacher").person
        user_of(kept)
        by = User.objects.select_related("person").get(pk=user_of(merged).pk)
        merge(kept, merged, by=secretary, reason=REASON)
        log(pair, by=by)
        assert ProgressLog.objects.get().author == kept
        assert [name for name, finding in try_all() if finding.broken] == []
