"""What contradicts in records is found, said in words to those who answer for them, and answered with a reason."""

import datetime
import random
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from enterprise_service.models import Engagement, Enterprise
from mentorship.models import Project, Reflection
from organization.models import RuleError, TakenBack, User
from organization.personal import everything_about
from outcomes.issuers import highest_of
from outcomes.models import Level, Outcome, Subkind
from pairings.contradictions import all_kinds, explain, in_rows, kind_of, of_kind, records, standings
from pairings.models import ContradictionAnswer, ProgressLog
from teaching_pairs.models import Workshop
from tests.conftest import signed_in
from tests.factories import engagement, evidence, log, mentorship, outcome, problem, submitted, teaching_pair, verified
from tests.world import BranchWorld

pytestmark = pytest.mark.django_db

DAY = datetime.date(2024, 5, 6)
LONG = "上午在实训车间与两位同学一起调试夹具，下午整理检测数据并讨论改进。"


def slugs(row: Any, user: User) -> list[str]:
    """Return which kinds contradict in a record, as the page asks."""
    return sorted(found.kind.slug for found in in_rows([row], user))


def listed(slug: str, user: User) -> list[int]:
    """Return the records that the desk lists of a kind."""
    return list(records(kind_of(slug), user).values_list("pk", flat=True))


def subkind(name: str) -> Subkind:
    return Subkind.objects.get(name=name, branch=None)


class TestIssuers:
    @pytest.mark.parametrize(
        ("issuer", "level", "contradicts"),
        [
            ("广东省教育厅", "national", True),
            ("广东省教育厅", "provincial", False),
            ("广东省教育厅", "college", False),
            ("教育部、广东省教育厅", "national", False),
            ("全国职业院校技能大赛组委会", "national", False),
            ("上海市教育委员会", "provincial", False),
            ("上海市教育委员会", "national", True),
            ("广州市教育局", "provincial", True),
            ("广州市教育局", "municipal", False),
            ("滨江职业技术学院", "provincial", True),
            ("滨江职业技术学院教务处", "municipal", True),
            ("滨江职业技术学院", "college", False),
            ("滨江职业技术学院", "department", False),
            ("中国科学院", "national", False),
            ("某省科学院", "national", False),
            ("社区居委会", "national", False),
            ("", "national", False),
        ],
    )
    def test_a_level_above_what_the_issuer_gives_is_found(
        self, world: BranchWorld, issuer: str, level: str, contradicts: bool
    ) -> None:
        by = world.users["teacher"]
        row = outcome(world.branch, by=by, issuer=issuer, level=level)
        assert ("level-above-issuer" in slugs(row, by)) is contradicts

    @given(
        level=st.sampled_from(Level.values), issuer=st.sampled_from(["某省教育厅", "某市总工会", "某某大学", "教育部"])
    )
    def test_just_the_levels_above_the_highest_one_are_found(self, world: BranchWorld, level: str, issuer: str) -> None:
        draft = world.rows["draft"]
        Outcome.objects.filter(pk=draft.pk).update(level=level, issuer=issuer)
        highest = highest_of(issuer)
        assert highest is not None
        above = Level.values.index(level) < Level.values.index(highest)
        assert (draft.pk in listed("level-above-issuer", world.users["secretary"])) is above

    def test_the_words_say_what_contradicts_what_and_what_to_do(self, world: BranchWorld) -> None:
        by = world.users["teacher"]
        row = outcome(world.branch, by=by, issuer="广东省教育厅", level="national")
        assert in_rows([row], by)[0].words == (
            "级别填为“国家级”，而颁发单位“广东省教育厅”最高只能授予“省级”。"
            "请对照证书更正其中一项；如两项均无误，请说明原因。"
        )


class TestKindsOfOutcomes:
    @pytest.mark.parametrize(
        ("category", "name", "level", "contradicts"),
        [
            ("patent", None, "national", True),
            ("patent", "实用新型专利", "provincial", True),
            ("patent", None, "unrated", False),
            ("publication", "期刊论文", "national", True),
            ("publication", "期刊论文", "unrated", False),
            ("publication", "专著", "national", False),
            ("publication", None, "national", False),
            ("course", None, "national", False),
        ],
    )
    def test_a_patent_or_a_paper_with_a_level(
        self, world: BranchWorld, category: str, name: str | None, level: str, contradicts: bool
    ) -> None:
        by = world.users["teacher"]
        row = outcome(world.branch, by=by, category=category, level=level, subkind=subkind(name) if name else None)
        assert slugs(row, by) == (["level-of-what-has-none"] if contradicts else [])

    @pytest.mark.parametrize(
        ("achieved_on", "contradicts"),
        [
            (datetime.date(2024, 2, 29), True),
            (datetime.date(2024, 3, 1), False),
            (datetime.date(2025, 12, 31), False),
            (datetime.date(2026, 1, 1), True),
        ],
    )
    def test_a_day_before_the_pairing_or_long_after_it(
        self, world: BranchWorld, achieved_on: datetime.date, contradicts: bool
    ) -> None:
        by, pair = world.users["teacher"], world.rows["pair"]
        pair.complete(by=by, summary="完成。", on=datetime.date(2024, 12, 1))
        row = outcome(world.branch, by=by, pairings=[pair], achieved_on=achieved_on)
        assert slugs(row, by) == (["day-outside-pairing"] if contradicts else [])
        assert slugs(outcome(world.branch, by=by, achieved_on=achieved_on), by) == []

    def test_one_file_for_things_of_different_names(self, world: BranchWorld) -> None:
        by, reviewer = world.users["teacher"], world.users["secretary"]
        shared, own = evidence(by), evidence(by)
        one = outcome(world.branch, by=by, title="精品课程", proofs=[shared])
        two = outcome(world.branch, by=by, title="教学团队", proofs=[shared, own])
        three = outcome(world.branch, by=by, title="另一个", proofs=[evidence(by)])
        assert sorted(listed("same-file", reviewer)) == [one.pk, two.pk]
        assert "“教学团队”" in in_rows([one], reviewer)[0].words
        assert slugs(three, by) == []

    def test_not_a_correction_an_old_ledger_or_the_same_thing_twice(self, world: BranchWorld) -> None:
        by, reviewer = world.users["teacher"], world.users["secretary"]
        shared, sheet = evidence(by), evidence(by)
        done = verified(world.branch, verifier=reviewer, by=by, title="课程", proofs=[shared])
        done.correct(by=by, reason="名称有误。")
        Outcome.objects.filter(corrects=done).update(title="课程（更正）")
        outcome(world.branch, by=by, title="课程", proofs=[shared])
        for title in ("台账一", "台账二"):
            row = outcome(world.branch, by=by, title=title, proofs=[sheet])
            row.proofs.update(ledger_row=3)
        assert [pk for pk in listed("same-file", reviewer) if pk != done.pk] == [
            Outcome.objects.filter(title="课程").exclude(pk=done.pk).get().pk,
            Outcome.objects.get(corrects=done).pk,
        ] or listed("same-file", reviewer) == []

    def test_a_title_that_the_reader_does_not_see_is_not_named(self, world: BranchWorld) -> None:
        by, shared = world.users["teacher"], evidence()
        mine = outcome(world.branch, by=by, title="我的课程", proofs=[shared])
        outcome(world.branch, title="别人的奖项", proofs=[shared])
        told_me, told_her = (in_rows([mine], world.users[role])[0] for role in ("teacher", "secretary"))
        assert ("别人的奖项" in told_me.words, "别人的奖项" in told_her.words) == (False, True)
        assert told_me.fingerprint == told_her.fingerprint

    def test_a_commissioned_project_that_no_service_shares(self, world: BranchWorld) -> None:
        by = world.users["teacher"]
        fields: dict[str, Any] = {"category": "project", "level": "unrated", "subkind": subkind("横向课题"), "by": by}
        alone = outcome(world.branch, status="accepted", **fields)
        shared = outcome(world.branch, status="accepted", pairings=[world.rows["engagement"]], **fields)
        hoped = outcome(world.branch, status="applied", **fields)
        found = [slugs(row, by) for row in (alone, shared, hoped)]
        assert found == [["project-without-contract"], [], []]


class TestKindsOfLogs:
    def test_a_log_copied_word_for_word(self, world: BranchWorld) -> None:
        by = world.users["teacher"]
        first = log(world.rows["team"], by=by, words=LONG)
        copy = log(world.rows["pair"], by=by, words=LONG, date=datetime.date(2024, 6, 1))
        other = log(world.rows["pair"], by=by, words=f"{LONG[:-1]}！")
        short = [log(world.rows["pair"], by=by, words="例会。") for _time in "12"]
        assert listed("copied-log", by) == []  # nobody's desk
        assert listed("copied-log", world.users["secretary"]) == [copy.pk]
        assert [slugs(row, by) for row in (first, copy, other, *short)] == [[], ["copied-log"], [], [], []]

    @given(hours=st.lists(st.integers(1, 24), min_size=1, max_size=4))
    def test_more_hours_than_a_day_has(self, world: BranchWorld, hours: list[int]) -> None:
        by = world.users["teacher"]
        ProgressLog.objects.filter(date=datetime.date(2024, 9, 9)).delete()
        rows = [log(world.rows["pair"], by=by, date=datetime.date(2024, 9, 9), hours=Decimal(one)) for one in hours]
        expected = {row.pk for row in rows} if sum(hours) > 16 else set()
        assert set(listed("hours-of-a-day", world.users["secretary"])) == expected

    def test_hours_of_others_and_of_other_days_stand_apart(self, world: BranchWorld) -> None:
        by = world.users["teacher"]
        log(world.rows["pair"], by=by, date=DAY, hours=Decimal(10))
        log(teaching_pair(world.branch), date=DAY, hours=Decimal(10))
        log(world.rows["pair"], by=by, date=datetime.date(2024, 5, 7), hours=Decimal(10))
        assert listed("hours-of-a-day", world.users["secretary"]) == []

    def test_in_two_places_on_one_day(self, world: BranchWorld) -> None:
        by = world.users["teacher"]
        near = engagement(world.branch, by=by, people={"leader": by.person}, problem=problem(world.branch))
        far = engagement(world.branch, by=by, people={"leader": by.person}, problem=problem(world.branch))
        for served, region in ((near, "广州市黄埔区"), (far, "深圳")):
            Enterprise.objects.filter(pk=served.problem.enterprise_id).update(region=region)
        here, there = (log(one, by=by, date=DAY, activity_type="solving") for one in (near, far))
        talk = log(far, by=by, date=datetime.date(2024, 5, 7), activity_type="policy")
        found = [slugs(row, by) for row in (here, there, talk)]
        assert found == [["two-places"], ["two-places"], []]
        Enterprise.objects.filter(pk=far.problem.enterprise_id).update(region="广州")
        assert slugs(here, by) == []


class TestMoneyWithoutContract:
    @pytest.mark.parametrize(
        ("number", "amount", "contradicts"),
        [("", "5000", True), ("HT-1", "5000", False), ("", None, False), ("", "0", False)],
    )
    def test_an_amount_without_a_number(
        self, world: BranchWorld, number: str, amount: str | None, contradicts: bool
    ) -> None:
        cny = Decimal(amount) if amount else amount and Decimal(0)
        served = engagement(world.branch, contract_number=number, contract_amount_cny=cny)
        assert slugs(served, world.users["secretary"]) == (["money-without-contract"] if contradicts else [])

    def test_not_of_what_was_never_approved(self, world: BranchWorld) -> None:
        waiting = engagement(world.branch, contract_amount_cny=Decimal(5000), approved=False)
        assert slugs(waiting, world.users["secretary"]) == []


class TestWhoIsTold:
    @pytest.mark.parametrize(
        ("role", "told"), [("teacher", True), ("secretary", True), ("deputy", True), ("reviewer", False)]
    )
    def test_those_who_may_change_or_review_it(self, world: BranchWorld, role: str, told: bool) -> None:
        row = submitted(world.branch, by=world.users["teacher"], category="patent", title="一种夹具")
        page = signed_in(world.users[role]).get(row.get_absolute_url()).content.decode()
        assert ("发明专利没有级别" in page or "没有级别之分" in page) is told

    def test_the_pairing_s_page_shows_what_its_logs_and_its_contract_say(self, world: BranchWorld) -> None:
        by, served = world.users["teacher"], world.rows["engagement"]
        log(served, by=by, words=LONG)
        log(served, by=by, words=LONG)
        page = signed_in(by).get(served.get_absolute_url()).content.decode()
        assert ("逐字相同" in page, "合同正在会签OWN。" in page) == (True, True)

    def test_another_branch_s_secretary_finds_nothing_there(self, world: BranchWorld) -> None:
        from tests.factories import BranchFactory, secretary_of  # noqa: PLC0415 - used once

        outcome(world.branch, by=world.users["teacher"], category="patent")
        stranger = secretary_of(BranchFactory(college=world.branch.college))
        assert [one.open for one in standings(stranger)] == [0] * len(all_kinds())


class TestAnswering:
    def sent(
        self, world: BranchWorld, row: Any, *, role: str = "teacher", reason: str = "见附件批文。"
    ) -> HttpResponse:
        address = reverse("pairings:explain", args=["level-of-what-has-none", row.pk])
        return signed_in(world.users[role]).post(address, {"reason": reason})

    @pytest.fixture
    def patent(self, world: BranchWorld) -> Outcome:
        return outcome(world.branch, by=world.users["teacher"], category="patent", title="一种夹具")

    def test_the_reason_is_kept_and_shown_at_review(self, world: BranchWorld, patent: Outcome, desk: Client) -> None:
        self.sent(world, patent)
        patent.submit(by=world.users["teacher"])
        page = desk.get(patent.get_absolute_url()).content.decode()
        assert "见附件批文。" in page
        answer = ContradictionAnswer.objects.get(row=patent.pk)
        assert (answer.by, answer.told[:5]) == (world.users["teacher"], "专利没有级")

    def test_it_is_silent_of_other_facts(self, world: BranchWorld, patent: Outcome) -> None:
        self.sent(world, patent)
        kind = kind_of("level-of-what-has-none")
        assert in_rows([patent], world.users["teacher"])[0].answer is not None
        Outcome.objects.filter(pk=patent.pk).update(level="national")
        assert in_rows([patent], world.users["teacher"])[0].answer is None
        assert [one.open for one in standings(world.users["secretary"]) if one.kind is kind] == [1]
        Outcome.objects.filter(pk=patent.pk).update(level="provincial")
        assert in_rows([patent], world.users["teacher"])[0].answer is not None

    def test_not_without_a_reason_twice_or_where_nothing_contradicts(self, world: BranchWorld, patent: Outcome) -> None:
        assert list(self.sent(world, patent, reason=" ").context["form"].errors) == ["reason"]
        self.sent(world, patent)
        with pytest.raises(RuleError):
            explain(kind_of("level-of-what-has-none"), patent, by=world.users["secretary"], reason="再说一次。")
        with pytest.raises(RuleError):
            explain(kind_of("same-file"), patent, by=world.users["secretary"], reason="没有矛盾。")
        with pytest.raises(ValidationError):
            explain(kind_of("money-without-contract"), world.rows["engagement"], by=world.users["deputy"], reason="x")
        assert ContradictionAnswer.objects.filter(row=patent.pk).count() == 1

    def test_only_by_those_who_answer_for_it(self, world: BranchWorld, patent: Outcome) -> None:
        assert self.sent(world, patent, role="reviewer").status_code == 403
        assert self.sent(world, patent, role="student").status_code == 404
        with pytest.raises(RuleError):
            explain(kind_of("level-of-what-has-none"), patent, by=world.users["reviewer"], reason="可以。")
        assert not ContradictionAnswer.objects.filter(row=patent.pk).exists()

    def test_it_is_taken_back_and_open_again(self, world: BranchWorld, patent: Outcome) -> None:
        self.sent(world, patent)
        answer = ContradictionAnswer.objects.get(row=patent.pk)
        answer.take_back(by=world.users["secretary"], reason="理由不成立。")
        assert in_rows([patent], world.users["teacher"])[0].answer is None
        assert TakenBack.objects.get(way="explanation").reason == "理由不成立。"

    def test_what_somebody_takes_out_about_themselves_names_it(self, world: BranchWorld, patent: Outcome) -> None:
        self.sent(world, patent)
        told = everything_about(world.users["teacher"].person)["pairings.ContradictionAnswer"]
        assert [row["reason"] for row in told] == ["见附件批文。"]

    def test_a_kind_that_is_none_is_not_found(self, desk: Client, patent: Outcome) -> None:
        assert desk.get(reverse("pairings:explain", args=["nothing", patent.pk])).status_code == 404


class TestDesk:
    def test_home_counts_what_the_list_lists(self, world: BranchWorld, desk: Client) -> None:
        by = world.users["teacher"]
        for place in range(3):
            outcome(
                world.branch, by=by, category="patent", issuer="广东省教育厅", level="national", title=f"夹具{place}"
            )
        figure = desk.get("/").context["desk"][-1]
        page = desk.get(figure.url)
        assert (figure.value, page.context["page_obj"].paginator.count, len(page.context["found"])) == (6, 6, 6)

    def test_each_number_of_the_table_opens_its_records(self, world: BranchWorld, desk: Client) -> None:
        outcome(world.branch, by=world.users["teacher"], category="patent")
        address = reverse("pairings:contradictions")
        for standing in desk.get(address).context["standings"]:
            for state, count in (("open", standing.open), ("explained", len(standing.explained))):
                page = desk.get(address, {"kind": standing.kind.slug, "state": state})
                assert page.context["page_obj"].paginator.count == count, standing.kind.slug
                assert {bool(found.answer) for found in page.context["found"]} <= {state == "explained"}

    def test_verifying_in_the_admin_asks_first_why_it_is_right(self, world: BranchWorld, desk: Client) -> None:
        row = submitted(world.branch, by=world.users["teacher"], category="patent", title="一种夹具")
        address = reverse("admin:outcomes_outcome_changelist")
        sent = {"action": "verify", "_selected_action": [row.pk]}
        page = desk.post(address, sent).content.decode()
        row.refresh_from_db()
        assert ("没有级别之分" in page, row.review) == (True, "submitted")
        desk.post(address, {**sent, "reason": "学校文件认定为省级。"})
        row.refresh_from_db()
        answer = ContradictionAnswer.objects.get(row=row.pk)
        assert (row.review, answer.by, answer.reason) == ("verified", world.users["secretary"], "学校文件认定为省级。")

    def test_what_contradicts_nothing_is_verified_at_once(self, world: BranchWorld, desk: Client) -> None:
        row = world.rows["submitted"]
        desk.post(reverse("admin:outcomes_outcome_changelist"), {"action": "verify", "_selected_action": [row.pk]})
        row.refresh_from_db()
        assert row.review == "verified"

    def add_team(self, world: BranchWorld) -> None:
        """Add a team with a reflection of a day before it began, and a result above its contest."""
        team = mentorship(world.branch)
        written = Reflection.objects.create(team=team, student=team.students[0], words=LONG)
        Reflection.objects.filter(pk=written.pk).update(written_on=datetime.date(2024, 1, 1))
        contest = Project(team=team, track="contest", title="智能产线", level="college")
        contest.plan({"national": DAY})
        contest.stages.get().record_result(result="一等奖", held_on=DAY)

    def add_pair(self, world: BranchWorld, place: int) -> None:
        """Add a pair with its steps out of order, which began before the workshop that it came of."""
        held = {"title": f"选题研讨会{place}", "held_on": DAY, "announced_by": world.users["secretary"]}
        workshop = Workshop.objects.create(branch=world.branch, **held)
        pair = teaching_pair(world.branch, workshop=workshop, started_on=DAY - datetime.timedelta(days=30))
        pair.plan({"outline": (None, DAY), "resources": (None, DAY - datetime.timedelta(days=1))})

    @pytest.mark.parametrize("slug", sorted(kind.slug for kind in all_kinds()))
    def test_words_take_as_many_queries_for_three_records_as_for_one(self, world: BranchWorld, slug: str) -> None:
        by, reviewer, shared = world.users["teacher"], world.users["secretary"], evidence()
        served = [
            engagement(world.branch, by=by, people={"leader": by.person}, contract_amount_cny=Decimal(10 + place))
            for place in range(4)
        ]
        for place, one in enumerate(served):
            Enterprise.objects.filter(pk=one.problem.enterprise_id).update(region=f"第{place}市")
            log(one, by=by, date=DAY, words=LONG, hours=Decimal(9), activity_type="solving")
            fields: dict[str, Any] = {"by": by, "title": f"夹具{place}", "proofs": [shared]}
            fields["pairings"] = [world.rows["pair"]]
            early = {"achieved_on": datetime.date(2024, 1, 1), "issuer": "广东省教育厅", "level": "national"}
            outcome(world.branch, category="patent", **{**fields, **early})
            project = {"category": "project", "status": "accepted", "subkind": subkind("横向课题"), "level": "unrated"}
            outcome(world.branch, by=by, title=f"课题{place}", **project)
            self.add_team(world)
            self.add_pair(world, place)
        numbers = listed(slug, reviewer)
        random.Random(1).shuffle(numbers)

        def count(some: list[int]) -> int:
            with CaptureQueriesContext(connection) as captured:
                assert [found.row.pk for found in of_kind(kind_of(slug), some, reviewer)] == some
            return len(captured)

        assert len(numbers) >= 3
        assert count(numbers[:1]) == count(numbers[:3])
        assert Engagement.objects.count() >= 4
