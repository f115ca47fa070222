"""What one person may know of another: a ledger's row and not its sheet, and of a party stage nothing at all."""

from pathlib import Path

import pytest
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from django.urls import reverse

from organization.models import Person, RoleAssignment, User
from organization.sheets import SheetFile
from outcomes.ledger import import_ledger
from outcomes.models import Outcome
from teaching_pairs.models import TeachingPair
from tests.factories import BranchFactory, leader_of, member, secretary_of, student, teacher, user_of
from tests.kept import kept
from tests.sheets import LEDGER, workbook
from tests.world import YEAR, World, build_world

pytestmark = pytest.mark.django_db

PARTS = ("download", "file", "thumbnail")


@pytest.fixture
def branch():
    return BranchFactory()


@pytest.fixture
def secretary(branch) -> User:
    return secretary_of(branch)


@pytest.fixture
def sheet(branch, tmp_path: Path) -> SheetFile:
    rows = [
        [
            "甲的课程",
            "课程",
            "",
            "省级",
            "认定",
            "",
            "2023-05-04",
            "省教育厅",
            "政府",
            teacher(branch, number="T1").number,
            "",
        ],
        [
            "乙的课程",
            "课程",
            "",
            "省级",
            "认定",
            "",
            "2023-05-05",
            "省教育厅",
            "政府",
            teacher(branch, number="T2").number,
            "",
        ],
    ]
    return SheetFile.at(workbook(tmp_path / "成果台账.xlsx", [LEDGER, *rows]))


class TestALedgerAsProof:
    def test_who_is_named_in_a_row_sees_the_row_and_not_the_sheet(self, client, branch, secretary, sheet) -> None:
        import_ledger(sheet, branch, by=secretary)
        proof = Outcome.objects.get(title="甲的课程").proofs.get()
        client.force_login(user_of(Person.objects.get(number="T1")))
        page = client.get(reverse("evidence:detail", args=[proof.evidence_id])).content.decode()
        assert [word in page for word in ("甲的课程", "2023-05-04", "乙的课程", "/download/")] == [
            True,
            True,
            False,
            False,
        ]
        answers = [client.get(reverse(f"evidence:{part}", args=[proof.evidence_id])).status_code for part in PARTS]
        assert answers == [404, 404, 404]

    def test_who_keeps_the_ledger_and_the_leadership_open_the_sheet(self, client, branch, secretary, sheet) -> None:
        import_ledger(sheet, branch, by=secretary)
        proof = Outcome.objects.first().proofs.get()
        for user in (secretary, leader_of(branch.college)):
            client.force_login(user)
            answer = client.get(reverse("evidence:download", args=[proof.evidence_id]))
            assert b"".join(answer.streaming_content) == sheet.content

    def test_a_branch_that_shares_one_outcome_gets_no_sheet(self, client, branch, secretary, sheet) -> None:
        import_ledger(sheet, branch, by=secretary)
        outcome = Outcome.objects.first()
        other = secretary_of(BranchFactory(college=branch.college))
        outcome.shared_with.add(min(other.reach.manages))
        client.force_login(other)
        assert client.get(outcome.get_absolute_url()).status_code == 200
        assert client.get(reverse("evidence:download", args=[outcome.proofs.get().evidence_id])).status_code == 404


class TestPartyStages:
    def test_the_places_of_a_proposal_offer_a_teacher_the_same_people(self, client: Client, branch) -> None:
        everybody = {teacher(branch), member(teacher(branch)), student(branch), member(student(branch))}
        client.force_login(user_of(member(teacher(branch))))
        pair = client.get(reverse("teaching_pairs:new")).context["form"].fields
        team = client.get(reverse("mentorship:new")).context["form"].fields
        assert set(pair["leader"].queryset) == set(pair["ordinary_teacher"].queryset) == set(branch.people.teachers())
        assert set(team["student_member"].queryset) == set(team["ordinary_student"].queryset)
        assert everybody <= {*pair["leader"].queryset, *team["student_member"].queryset}

    def test_a_secretary_is_offered_those_who_fit(self, client: Client, branch, secretary) -> None:
        ordinary, joined = teacher(branch), member(teacher(branch))
        client.force_login(secretary)
        fields = client.get(reverse("teaching_pairs:new")).context["form"].fields
        assert set(fields["leader"].queryset) == {joined, secretary.person}
        assert set(fields["ordinary_teacher"].queryset) == {ordinary}

    def test_a_teacher_is_refused_without_a_word_about_stages(self, client: Client, branch, secretary) -> None:
        joined = member(teacher(branch))
        sent = {"title": "共建", "course": "数控编程", "formation": "self_formed", "started_on": "2024-03-01"}
        said = {}
        for user in (user_of(member(teacher(branch))), secretary):
            client.force_login(user)
            answer = client.post(
                reverse("teaching_pairs:new"), {**sent, "leader": user.person_id, "ordinary_teacher": joined.pk}
            )
            said[user] = str(answer.context["form"].errors)
        assert ["党员" in words for words in said.values()] == [False, False]
        assert ["不能担任这一角色" in words for words in said.values()] == [True, False]
        assert not TeachingPair.objects.exists()

    def test_coverage_names_members_to_the_secretary_and_counts_them_for_leadership(self) -> None:
        world, client = kept(build_world), Client()
        name = world.own.users["teacher"].person.name
        seen = {}
        for role in ("secretary", "operator", "leader"):
            client.force_login(world.user(role))
            page = client.get(reverse("coverage"), {"year": YEAR})
            seen[role] = (name in page.content.decode(), sum(row["members"] for row in page.context["numbers"]))
        assert {role: named for role, (named, _count) in seen.items()} == {
            "secretary": True, "operator": True, "leader": False,
        }  # fmt: skip
        assert seen["leader"][1] > 0

    def test_the_board_names_possible_leaders_to_the_secretary_alone(self) -> None:
        world, client = kept(build_world), Client()
        person = Person.objects.get(pk=world.own.users["teacher"].person_id)
        person.strengths = "夹具"
        person.save()
        world.own.rows["engagement"].end(by=world.own.users["secretary"], reason="重新登记。")
        offered = {}
        for role in ("secretary", "teacher"):
            client.force_login(world.user(role))
            page = client.get(world.own.rows["problem"].get_absolute_url())
            offered[role] = bool(page.context["suggestions"])
        assert offered == {"secretary": True, "teacher": False}

    def test_the_desk_lists_only_people_whose_stage_one_may_know(self, client: Client, branch) -> None:
        elsewhere = BranchFactory(college=branch.college)
        user = user_of(member(teacher(branch)))
        RoleAssignment.objects.create(user=user, role="secretary", branch=elsewhere)
        RoleAssignment.objects.create(user=user, role="leadership", college=branch.college)
        teacher(elsewhere)
        client.force_login(user)
        listed = client.get(reverse("admin:organization_person_changelist")).context["cl"].queryset
        assert set(listed.values_list("branch", flat=True)) == {elsewhere.pk}


class TestExistence:
    def answers(self, client: Client, address: str) -> tuple:
        answer = client.get(address)
        return answer.status_code, answer.headers.get("Location"), answer.content if answer.status_code > 400 else b""

    def test_the_desk_s_forwarding_tells_nothing(self, client: Client) -> None:
        world: World = kept(build_world)
        client.force_login(world.user("secretary"))
        for name in ("pair", "verified", "person", "workshop", "problem"):
            row = world.other.rows[name]
            kind = ContentType.objects.get_for_model(row).pk
            there, never = (
                self.answers(client, reverse("admin:view_on_site", args=[kind, pk])) for pk in (row.pk, 10**9)
            )
            assert there == never, name
        own = world.own.rows["pair"]
        kind = ContentType.objects.get_for_model(own).pk
        assert self.answers(client, reverse("admin:view_on_site", args=[kind, own.pk]))[1] == own.get_absolute_url()

    def test_no_page_of_the_desk_tells_a_hidden_row_from_none(self, client: Client) -> None:
        world = kept(build_world)
        secretary = world.user("secretary")
        client.force_login(secretary)
        hidden = {"organization_user": world.other.users["teacher"].pk, "auditlog_logentry": 1}
        hidden |= {
            "organization_person": world.other.rows["person"].pk,
            "outcomes_outcome": world.other.rows["verified"].pk,
        }
        told = []
        for model, pk in hidden.items():
            for page in ("change", "history", "delete"):
                answers = {self.answers(client, reverse(f"admin:{model}_{page}", args=[key]))[0] for key in (pk, 10**9)}
                if len(answers) > 1:
                    told.append(f"{model}_{page}: {answers}")
        assert told == []
