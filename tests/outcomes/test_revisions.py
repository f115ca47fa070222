"""A frozen report gets revisions beside it: numbered, sealed, with a reason and what is different; it stays itself."""

import hashlib
import io
import json
import zipfile
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import translation
from docx import Document
from openpyxl import load_workbook

from organization.integrity import try_all
from organization.models import Branch, RuleError, User
from outcomes.documents.outlines import ANNUAL, OUTLINES
from outcomes.figures import Period
from outcomes.freezing import freeze_report, frozen_of, revise_report
from outcomes.handing import hand_in
from outcomes.models import FrozenReport, Outcome
from tests.conftest import signed_in
from tests.factories import BranchFactory, log, secretary_of, submitted, teacher, teaching_pair, user_of, verified

pytestmark = pytest.mark.django_db
YEAR = Period.year(2024)
REASON = "核实工作在上报后补完。"


@pytest.fixture
def branch(db: None) -> Branch:
    return BranchFactory()


@pytest.fixture
def secretary(branch: Branch) -> User:
    return secretary_of(branch)


def kept(report: FrozenReport) -> dict[str, str]:
    """Return the hash of everything that a version keeps, computed from its bytes, and of its own row."""
    row = FrozenReport.objects.filter(pk=report.pk).values().get()
    return {**report.compute_hashes(), "row": hashlib.sha256(repr(row).encode()).hexdigest()}


def broken() -> list[str]:
    return [name for name, finding in try_all() if finding.broken]


def page_of(user: User, branch: Branch, **query: Any) -> str:
    return signed_in(user).get(reverse("outcomes:report", args=[branch.code]), {"year": 2024, **query}).content.decode()


class TestARevision:
    def test_stands_beside_the_first_which_stays_byte_for_byte(self, branch: Branch, secretary: User) -> None:
        verified(branch)
        first = freeze_report(branch, YEAR, by=secretary)
        before = kept(first)
        verified(branch, level="national", title="国家级课程")
        second = revise_report(first, by=secretary, reason=REASON)
        assert (second.revision, second.revises, second.reason, second.is_sealed) == (1, first, REASON, True)
        assert kept(first) == before
        assert {name for name in second.manifest if name.startswith("report.")} == {
            "report.json", "report.docx", "report.pdf", "report.xlsx",
        }  # fmt: skip
        assert second.manifest["report.docx"] != first.manifest["report.docx"]
        assert len(second.files.filter(name__startswith="outcome-")) == 2
        assert broken() == []

    def test_gives_in_its_pack_what_it_keeps_whatever_proves_the_outcomes_now(
        self, branch: Branch, secretary: User
    ) -> None:
        outcome = verified(branch)
        first = freeze_report(branch, YEAR, by=secretary)
        proof = outcome.proofs.get().evidence.file.sha256
        outcome.revoke(by=secretary, reason="证书有误。")
        Outcome.objects.get(pk=outcome.pk).proofs.get().take_back(by=secretary, reason="传错了文件。")
        new = {"title": "改了的名称", "level": "municipal", "issuer": "改了的单位", "achieved_on": "2020-02-03"}
        Outcome.objects.filter(pk=outcome.pk).update(**new)
        for outline in (ANNUAL, OUTLINES["midterm"]):
            with zipfile.ZipFile(io.BytesIO(b"".join(hand_in(branch, YEAR, outline, "zip").chunks))) as pack:
                drawn = {name: hashlib.sha256(pack.read(name)).hexdigest() for name in pack.namelist()}
                index = pack.read("目录.html").decode()
            report = b"".join(hand_in(branch, YEAR, outline, "docx").chunks)
            told = index + str(
                [cell.text for table in Document(io.BytesIO(report)).tables for row in table.rows for cell in row.cells]
            )
            kept = {name: drawn[name] == first.manifest[name] for name in first.kept_documents()}
            assert set(kept.values()) == {outline is ANNUAL}
            assert [digest for name, digest in drawn.items() if name.startswith("佐证材料/")] == [proof]
            assert "省级" in told
            assert [word for word in ("改了的", "市级 ", "2020") if word in told + str(list(drawn))] == []

    def test_says_that_a_correction_moved_an_outcome_to_another_year(self, branch: Branch, secretary: User) -> None:
        outcome = verified(branch)
        first = freeze_report(branch, YEAR, by=secretary)
        draft = outcome.correct(by=outcome.entered_by, reason="年份写错了。")
        Outcome.objects.filter(pk=draft.pk).update(achieved_on="2023-06-01")
        draft = Outcome.objects.get(pk=draft.pk)
        draft.submit(by=outcome.entered_by)
        draft.verify(by=secretary)
        [told] = revise_report(first, by=secretary, reason=REASON).content["supplement"]["records"]
        assert (told["what"], told["why"], told["reason"]) == ("went", "corrected", "年份写错了。")

    def test_is_what_page_json_and_downloads_give_and_the_first_is_there_to_ask_for(
        self, branch: Branch, secretary: User
    ) -> None:
        first = freeze_report(branch, YEAR, by=secretary)
        verified(branch)
        second = revise_report(first, by=secretary, reason=REASON)
        client, address = signed_in(secretary), reverse("outcomes:download", args=[branch.code, "json"])
        told = json.loads(client.get(address, {"year": 2024}).getvalue())
        assert (told["totals"]["outcomes"], told["frozen"]["revision"], told["frozen"]["reason"]) == (1, 1, REASON)
        assert told["frozen"]["revises"] == first.sha256 == told["supplement"]["revises"]["sha256"]
        of_first = json.loads(client.get(address, {"year": 2024, "revision": 0}).getvalue())
        assert (of_first["totals"]["outcomes"], of_first["frozen"]["revision"], of_first["frozen"]["revises"]) == (
            0,
            0,
            None,
        )
        assert "supplement" not in of_first
        for format_ in ("docx", "pdf", "xlsx"):
            for version, query in ((first, {"revision": 0}), (second, {})):
                file = client.get(reverse("outcomes:download", args=[branch.code, format_]), {"year": 2024, **query})
                assert hashlib.sha256(file.getvalue()).hexdigest() == version.manifest[f"report.{format_}"]

    def test_of_a_revision_is_the_next_number(self, branch: Branch, secretary: User) -> None:
        first = freeze_report(branch, YEAR, by=secretary)
        second = revise_report(first, by=secretary, reason=REASON)
        third = revise_report(second, by=secretary, reason="再次更正。")
        assert [one.revision for one in FrozenReport.objects.versions(branch, YEAR.first, YEAR.last)] == [2, 1, 0]
        assert frozen_of(branch, YEAR) == third
        page = page_of(secretary, branch, revision=1)
        assert "较早的一版" in page
        assert [word in page for word in (REASON, "再次更正。")] == [True, True]
        assert 'data-opens="revise"' not in page

    def test_wants_a_reason_somebody_of_the_branch_and_the_newest_version(
        self, branch: Branch, secretary: User
    ) -> None:
        first = freeze_report(branch, YEAR, by=secretary)
        with translation.override("en"):
            with pytest.raises(ValidationError, match="write a reason"):
                revise_report(first, by=secretary, reason="  ")
            with pytest.raises(RuleError, match="decides on this"):
                revise_report(first, by=user_of(teacher(branch)), reason=REASON)
            with pytest.raises(ValidationError):
                revise_report(first, by=secretary, reason="铃\x07声")
            revise_report(first, by=secretary, reason=REASON)
            with pytest.raises(ValidationError, match="revised already"):
                revise_report(first, by=secretary, reason=REASON)
        assert FrozenReport.objects.count() == 2

    def test_is_made_on_the_page(self, branch: Branch, secretary: User) -> None:
        freeze_report(branch, YEAR, by=secretary)
        verified(branch, title="补核的课程")
        assert 'data-opens="revise"' in page_of(secretary, branch)
        address = reverse("outcomes:revise", args=[branch.code]) + "?year=2024"
        client = signed_in(secretary)
        client.post(address, {"of": 0, "reason": ""})
        assert FrozenReport.objects.count() == 1
        answer = client.post(address, {"of": 0, "reason": REASON}, follow=True)
        page = answer.content.decode()
        assert [word in page for word in ("与上一版相比", "补核的课程", REASON, "修订件（第1次）")] == [True] * 4
        again = client.post(address, {"of": 0, "reason": REASON}, follow=True).content.decode()
        assert ("已有修订件" in again, FrozenReport.objects.count()) == (True, 2)
        assert "修订件（第1次）" in client.get(reverse("outcomes:reports")).content.decode()

    @pytest.mark.parametrize("revision", ["7", "-1", "x", "1e3", "9" * 40])
    def test_that_there_is_not_has_no_page(
        self, client: Client, branch: Branch, secretary: User, revision: str
    ) -> None:
        freeze_report(branch, YEAR, by=secretary)
        client.force_login(secretary)
        for name, more in (("outcomes:report", []), ("outcomes:download", ["json"]), ("outcomes:preview", [])):
            address = reverse(name, args=[branch.code, *more])
            assert client.get(address, {"year": "2024", "revision": revision}).status_code == 404

    def test_is_given_by_the_command(self, branch: Branch, secretary: User, tmp_path) -> None:
        first = freeze_report(branch, YEAR, by=secretary)
        revise_report(first, by=secretary, reason=REASON)
        found = []
        for more in ([], ["--revision", "0"]):
            path = tmp_path / "report.json"
            call_command("branch_report", branch.code, "--year", "2024", "--output", str(path), *more)
            found.append(json.loads(path.read_text())["frozen"]["revision"])
        assert found == [1, 0]


class TestItsSupplement:
    def test_says_each_figure_before_and_now(self, branch: Branch, secretary: User) -> None:
        pair = teaching_pair(branch)
        entry = log(pair, hours="2.5", element_kind="theory")
        first = freeze_report(branch, YEAR, by=secretary)
        log(pair, hours="1.5")
        entry.take_back(by=secretary, reason="记错了人。")
        told = json.loads(revise_report(first, by=secretary, reason=REASON).figures)["supplement"]
        assert {one["figure"]: (one["other"], one["value"], one["change"]) for one in told["figures"]} == {
            "pairings.teaching.hours": (2.5, 1.5, -1.0),
            "pairings.teaching.integration_rate": (1.0, 0.0, -1.0),
            "work.elements.theory": (1, 0, -1),
        }
        assert [(one["what"], one["reason"]) for one in told["taken_back"]] == [("log", "记错了人。")]

    def test_says_which_records_came_went_and_changed_and_why(self, branch: Branch, secretary: User) -> None:
        by = user_of(teacher(branch))
        stays, goes, wrong, lower = (verified(branch, by=by, verifier=secretary, title=one) for one in "甲乙丙丁")
        waits = submitted(branch, by=by, title="戊")
        first = freeze_report(branch, YEAR, by=secretary, despite=True)
        goes.revoke(by=secretary, reason="证书有误。")
        second = wrong.correct(by=by, reason="级别应为国家级。")
        second.level = "national"
        second.rewrite(by=by, people=[by.person], pairings=[])
        second.submit(by=by)
        Outcome.objects.get(pk=second.pk).verify(by=secretary)
        waits.verify(by=secretary)
        higher = verified(branch, by=by, verifier=secretary, title="丁（国家级）", level="national", continues=lower)
        told = json.loads(revise_report(first, by=secretary, reason=REASON).figures)["supplement"]
        found = {one["id"]: (one["what"], one["why"], one["reason"]) for one in told["records"]}
        assert found == {
            goes.pk: ("went", "revoked", "证书有误。"),
            second.pk: ("changed", "corrected", "级别应为国家级。"),
            waits.pk: ("came", "verified", ""),
            higher.pk: ("came", "verified", ""),
            lower.pk: ("went", "surpassed", "丁（国家级）"),
        }
        assert stays.pk not in found
        [changed] = [one for one in told["records"] if one["what"] == "changed"]
        assert (changed["was"]["id"], changed["was"]["level"], changed["level"]) == (wrong.pk, "provincial", "national")
        assert broken() == []

    def test_stands_in_word_and_excel(self, branch: Branch, secretary: User) -> None:
        first = freeze_report(branch, YEAR, by=secretary)
        verified(branch, title="补核的课程")
        revise_report(first, by=secretary, reason=REASON)
        word = Document(io.BytesIO(b"".join(hand_in(branch, YEAR, ANNUAL, "docx").chunks)))
        cells = [[cell.text for cell in row.cells] for table in word.tables for row in table.rows]
        assert ["已取得的成果", "1", "0", "1"] in cells
        assert [row[0] for row in cells if "补核的课程" in row[0]] != []
        assert any(REASON in line.text for line in word.paragraphs)
        book = load_workbook(io.BytesIO(b"".join(hand_in(branch, YEAR, ANNUAL, "xlsx").chunks)))
        rows = [row for sheet in book for row in sheet.iter_rows(values_only=True)]
        assert ("已取得的成果", 1, 0, 1) in rows

    def test_of_nothing_different_says_so(self, branch: Branch, secretary: User) -> None:
        first = freeze_report(branch, YEAR, by=secretary)
        revise_report(first, by=secretary, reason="改了概述。")
        assert "数据与成果均无变化" in page_of(secretary, branch)


class TestBeforeFreezing:
    def test_what_waits_is_said_with_its_list_and_asked_about(self, branch: Branch, secretary: User) -> None:
        waits = submitted(branch, title="待核实的")
        submitted(branch, title="别的年度", achieved_on="2023-05-01")
        client, address = signed_in(secretary), reverse("outcomes:freeze", args=[branch.code]) + "?year=2024"
        page = client.get(reverse("outcomes:report", args=[branch.code]), {"year": 2024})
        [matter] = page.context["matters"]
        assert matter.words in page.content.decode()
        assert list(client.get(matter.url).context["object_list"]) == [waits]
        said = client.post(address, follow=True).content.decode()
        assert ("1项成果" in said, FrozenReport.objects.count()) == (True, 0)
        client.post(address, {"despite": "on"})
        assert FrozenReport.objects.count() == 1

    def test_an_overlapping_period_is_said_and_asked_about_once_for_all_its_versions(
        self, branch: Branch, secretary: User
    ) -> None:
        first = freeze_report(branch, Period.year(2023), by=secretary)
        second = revise_report(first, by=secretary, reason=REASON)
        client = signed_in(secretary)
        page = client.get(reverse("outcomes:report", args=[branch.code]), {"school_year": 2023})
        assert [one.url for one in page.context["matters"]] == [second.get_absolute_url()]
        with pytest.raises(RuleError), translation.override("en"):
            freeze_report(branch, Period.school_year(2023), by=secretary)
        freeze_report(branch, Period.school_year(2023), by=secretary, despite=True)
        assert FrozenReport.objects.count() == 3

    def test_where_nothing_waits_nothing_is_asked(self, branch: Branch, secretary: User) -> None:
        page = page_of(secretary, branch)
        assert ('data-opens="freeze"' in page, 'type="hidden" name="despite"' in page) == (True, True)
