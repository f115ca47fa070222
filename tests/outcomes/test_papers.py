"""The file of one pairing and one person's year: the same in page, Word, PDF and Excel, as far as the reader sees."""

import datetime
import io
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from docx import Document
from openpyxl import load_workbook

from organization.models import Person, User
from outcomes.documents.of_pairing import document_of_pairing
from outcomes.documents.of_person import PersonYear
from outcomes.documents.parts import Document as Paper
from outcomes.documents.parts import Heading, Paragraph, Picture
from outcomes.figures import Period
from pairings.numbers import plain
from tests.conftest import signed_in
from tests.factories import evidence, log, member, operator, outcome, teacher
from tests.world import YEAR, BranchWorld

pytestmark = pytest.mark.django_db


def tables(paper: Paper) -> dict[str, list[tuple[Any, ...]]]:
    """Return a document's tables by their captions."""
    return {table.caption: list(table.rows) for table in paper.tables}


def said(paper: Paper) -> list[str]:
    return [part.text for part in paper.parts if isinstance(part, Heading | Paragraph)]


def verified(world: BranchWorld, **fields: Any) -> Any:
    """Return an outcome that was verified."""
    made = outcome(world.branch, by=world.users["teacher"], **fields)
    made.submit(by=world.users["teacher"])
    made.verify(by=world.users["secretary"])
    return made


class TestAPairing:
    """The file of a teaching pair."""

    @pytest.fixture
    def paper(self, world: BranchWorld) -> Paper:
        pair = world.rows["pair"]
        woven: dict[str, Any] = {"element_kind": "craft", "element_words": "劳模事迹。", "photos": [evidence()]}
        log(pair, date=datetime.date(YEAR, 6, 1), words="第二次集体备课。", **woven)
        verified(world, title="共建的课程", pairings=[pair], people=[pair.leader])
        return document_of_pairing(type(pair).objects.get(pk=pair.pk), world.users["teacher"])

    def test_names_its_people_with_their_days(self, world: BranchWorld, paper: Paper) -> None:
        names = {seat.person.name for seat in world.rows["pair"].shown_seats}
        assert {row[0] for row in tables(paper)["结对成员"]} == names

    def test_says_what_was_agreed(self, world: BranchWorld, paper: Paper) -> None:
        short = dict(tables(paper)["结对概况"])
        assert short["课程或课题"] == world.rows["pair"].subject
        assert short["开始日期"] == world.rows["pair"].started_on

    def test_lists_every_log_and_sums_them_up(self, world: BranchWorld, paper: Paper) -> None:
        rows = tables(paper)["进展记录"]
        assert (rows[-1][2], rows[-1][3], rows[-1][4]) == ("第二次集体备课。", Decimal("2.0"), "工匠精神：劳模事迹。")
        hours = sum((row[3] for row in rows), Decimal(0))
        assert [words for words in said(paper) if words.startswith(f"进展记录 {len(rows)} 条，共 {plain(hours)} 小时")]

    def test_shows_photos_with_their_day(self, paper: Paper) -> None:
        shown = [part.caption for part in paper.parts if isinstance(part, Picture)]
        assert shown[-1].startswith(f"{YEAR}.6.1 ")

    def test_lists_the_verified_outcomes_that_it_shares(self, paper: Paper) -> None:
        assert "共建的课程" in [row[1] for row in tables(paper)["结对成果"]]

    def test_says_how_it_ended(self, world: BranchWorld) -> None:
        pair = world.rows["pair"]
        pair.complete(by=world.users["teacher"], summary="课程已上线。")
        paper = document_of_pairing(pair, world.users["teacher"])
        day = pair.closed_on
        assert said(paper)[-2:] == [f"{day.year}.{day.month}.{day.day} 已结题", "课程已上线。"]

    def test_holds_what_its_form_has_of_its_own(self, world: BranchWorld) -> None:
        captions = {
            name: set(tables(document_of_pairing(world.rows[name], world.users["secretary"])))
            for name in ("team", "pair", "engagement")
        }
        own = {"team": "项目与竞赛", "pair": "建设节点", "engagement": "合同到账"}
        assert all(own[name] in captions[name] for name in own), captions

    @pytest.mark.parametrize("kind", ["docx", "pdf", "xlsx"])
    def test_is_handed_over_in_every_format(self, world: BranchWorld, teacher_client: Client, kind: str) -> None:
        team = world.rows["team"]
        answer = teacher_client.get(f"/pairings/{team.pk}/file/{kind}/")
        assert answer["Content-Disposition"] == f'attachment; filename="pairing-{team.pk}.{kind}"'
        assert answer.content.startswith(b"%PDF" if kind == "pdf" else b"PK")

    def test_no_other_format_is_made(self, world: BranchWorld, teacher_client: Client) -> None:
        assert teacher_client.get(f"/pairings/{world.rows['team'].pk}/file/zip/").status_code == 404


class TestAPersonsYear:
    """A teacher's year, as she reads it and as her secretary does."""

    @pytest.fixture
    def person(self, world: BranchWorld) -> Person:
        return world.users["teacher"].person

    def year(self, person: Person, reader: User, year: int = YEAR) -> dict[str, list[tuple[Any, ...]]]:
        return tables(PersonYear(person, Period.year(year), reader).document())

    def test_names_the_pairings_and_the_role(self, world: BranchWorld, person: Person) -> None:
        rows = self.year(person, world.users["teacher"])["我的结对"]
        titles = {world.rows[name].title for name in ("team", "pair", "engagement")}
        assert titles <= {row[0] for row in rows}

    def test_counts_her_own_logs_alone(self, world: BranchWorld, person: Person) -> None:
        before = self.year(person, world.users["teacher"])["进展记录分结对统计"]
        log(world.rows["pair"], date=datetime.date(YEAR, 6, 1), hours="1.5")
        log(world.rows["pair"], date=datetime.date(YEAR + 1, 1, 1))
        after = self.year(person, world.users["teacher"])["进展记录分结对统计"]
        [(_title, count, hours, _woven)] = [row for row in after if row[0] == world.rows["pair"].title]
        [(_title, was, were, _woven)] = [row for row in before if row[0] == world.rows["pair"].title]
        assert (count - was, hours - were) == (1, Decimal("1.5"))

    def test_gives_her_place_among_the_people(self, world: BranchWorld, person: Person) -> None:
        verified(world, title="我排第二的成果", people=[teacher(world.branch), person, member(teacher(world.branch))])
        rows = {row[1]: row[-1] for row in self.year(person, world.users["teacher"])["已审核的成果"]}
        assert rows["我排第二的成果"] == "第 2（共 3 人）"

    def test_says_the_same_work_once_at_its_highest(self, world: BranchWorld, person: Person) -> None:
        first = verified(world, title="课程", level="college", people=[person])
        second = outcome(world.branch, by=world.users["teacher"], title="课程升级", level="national", people=[person],
                         continues=first)  # fmt: skip
        second.submit(by=world.users["teacher"])
        second.verify(by=world.users["secretary"])
        titles = [row[1] for row in self.year(person, world.users["teacher"])["已审核的成果"]]
        assert ("课程升级" in titles, "课程" in titles) == (True, False)

    def test_holds_no_draft_and_nothing_of_another_year(self, world: BranchWorld, person: Person) -> None:
        assert "已审核的成果" not in self.year(person, world.users["teacher"], YEAR - 3)
        titles = [row[1] for row in self.year(person, world.users["teacher"])["已审核的成果"]]
        assert world.rows["draft"].title not in titles

    def test_the_secretary_reads_the_same(self, world: BranchWorld, person: Person) -> None:
        assert self.year(person, world.users["secretary"]) == self.year(person, world.users["teacher"])

    def test_page_and_files_say_the_same(self, world: BranchWorld, teacher_client: Client) -> None:
        page = teacher_client.get(f"/my-year/?year={YEAR}").content.decode()
        word = Document(io.BytesIO(teacher_client.get(f"/my-year/docx/?year={YEAR}").content))
        book = load_workbook(io.BytesIO(teacher_client.get(f"/my-year/xlsx/?year={YEAR}").content))
        titles = [row[0] for row in self.year(world.users["teacher"].person, world.users["teacher"])["我的结对"]]
        words = [cell.text for table in word.tables for row in table.rows for cell in row.cells]
        cells = [cell for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row]
        assert titles
        assert all(title in page and title in words and title in cells for title in titles)

    def test_a_half_period_is_refused_in_words(self, teacher_client: Client) -> None:
        assert "请同时填写" in teacher_client.get(f"/my-year/?from={YEAR}-01-01").content.decode()

    def test_an_account_without_a_person_has_none(self, db: None) -> None:
        assert signed_in(operator()).get("/my-year/").status_code == 403
