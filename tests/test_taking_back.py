"""Whatever can be taken back: by its owner, by the secretary with a reason, by nobody else; and the trail says it.

One table over every way back. Each line says how such a row comes to be, whose it is, what is true afterwards and what
of the figures changes; the tests go through all of them, as everybody.
"""

import datetime
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from auditlog.models import LogEntry
from django.db import transaction
from django.db.models import Model
from django.test import TestCase
from django.urls import reverse
from django.utils import timezone, translation

from enterprise_service.models import Confirmation, Engagement, Instalment
from evidence.looking import evidence_storage
from evidence.models import Evidence, StoredFile
from mentorship.models import Assessment, AssessmentScore, Reflection, Rubric, Stage
from organization.integrity import try_all
from organization.merging import merge
from organization.models import Membership, Merge, NotDouble, RuleError, TakenBack, User
from organization.redaction import BLACKED_OUT
from organization.ways_back import all_ways, way_of
from outcomes.figures import Period, branch_report
from outcomes.freezing import freeze_report
from outcomes.models import Outcome, OutcomeEvidence, OutcomeShare, ReportFile, ask_to_share
from pairings.contradictions import explain, kind_of
from pairings.models import ChangeRequest, ContradictionAnswer, LogPhoto, MatchSeat, Pairing, PairingFile, ProgressLog
from teaching_pairs.models import SignUp
from tests.conftest import signed_in
from tests.factories import (
    BranchFactory,
    evidence,
    log,
    outcome,
    secretary_of,
    submitted,
    teacher,
    teaching_pair,
    user_of,
    verified,
)
from tests.world import YEAR, World, build_world

REASON = "误传了他人证件。"
SECRET = "身份证号码在照片上"
PRIZE = "误填的特等奖"


@dataclass(frozen=True)
class Case:
    """One thing that can be taken back.

    Args:
        make: returns a new such row of the own branch.
        owner: the role whose own it is; empty where nobody takes it back without a reason.
        keeper: the role that takes it back with a reason; empty where nobody does.
        is_back: whether the row is what it was before, given its number.
        changes: the figures that fall when it is taken back, as paths into the report.
        words: what of it is nowhere any more when the secretary has removed it.
    """

    make: Callable[[World], Any]
    owner: str = "teacher"
    keeper: str = "secretary"
    is_back: Callable[[int], bool] = field(default=lambda _pk: False)
    changes: tuple[str, ...] = ()
    words: tuple[str, ...] = ()


def new_log(world: World) -> ProgressLog:
    by = world.own.users["teacher"]
    return log(world.own.rows["team"], by=by, photos=[card(world)], words=SECRET, element_kind="talk")


def gone(model: type[Model]) -> Callable[[int], bool]:
    return lambda pk: not model._base_manager.filter(pk=pk).exists()


def stands(model: type[Model], **values: Any) -> Callable[[int], bool]:
    return lambda pk: model._base_manager.filter(pk=pk, **values).exists()


def card(world: World) -> Evidence:
    return evidence(world.own.users["teacher"], name=f"{world.own.rows['person'].name}的证件.png")


def answered(world: World) -> MatchSeat:
    world.own.rows["match"].answer(by=world.own.users["teacher"], accept=False)
    return MatchSeat.objects.get(pk=world.own.rows["answer"].pk)


def new_proposal(world: World) -> Pairing:
    by = world.own.users["teacher"]
    people = {"leader": by.person, "ordinary_teacher": world.own.rows["person"]}
    return teaching_pair(world.own.branch, by=by, people=people, title=SECRET, approved=False)


def new_verified(world: World) -> Outcome:
    by, rows = world.own.users["teacher"], world.own.rows
    return verified(world.own.branch, verifier=world.own.users["secretary"], by=by, pairings=[rows["pair"]])


def new_returned(world: World) -> Outcome:
    sent = submitted(world.own.branch, by=world.own.users["teacher"])
    sent.send_back(by=world.own.users["secretary"], reason="看错了材料。")
    return sent


def agreed_share(world: World) -> OutcomeShare:
    owner = BranchFactory(college=world.own.branch.college)
    theirs = verified(owner)
    share = ask_to_share(theirs, world.own.branch, by=secretary_of(owner))
    share.agree(by=world.own.users["secretary"])
    return share


def merged(world: World) -> Merge:
    one, other = new_verified(world), new_verified(world)
    return merge(one, other, by=world.own.users["secretary"], reason="重复登记。")


def parted(pk: int) -> bool:
    line = Merge.objects.get(pk=pk)
    reviews = Outcome.objects.filter(pk__in=[line.kept, line.merged], merged_into=None).values_list("review", flat=True)
    return (line.undone_reason, list(reviews)) == (REASON, ["verified", "verified"])


def completed(world: World) -> Pairing:
    pair = world.own.rows["pair"]
    pair.complete(by=world.own.users["teacher"], summary="完成。", on=datetime.date(YEAR, 12, 1))
    return Pairing.objects.get(pk=pair.pk)


def explained(world: World) -> ContradictionAnswer:
    by = world.own.users["teacher"]
    patent = outcome(world.own.branch, by=by, category="patent", title="一种夹具")
    return explain(kind_of("level-of-what-has-none"), patent, by=by, reason=SECRET)


def spoken_to(world: World) -> Confirmation:
    link = world.own.rows["link"]
    link.confirm(is_solved=True, rating=4, words="", confirmed_by="生产部林工")
    link.spoke_to(by=world.own.users["secretary"], on=timezone.localdate(), words=SECRET)
    return link


def new_leave(world: World) -> Membership:
    by = world.own.users["secretary"]
    pupil = world.own.rows["team"].seat_of("student_member")
    pupil.stay_until(datetime.date(YEAR, 12, 1), by=by)
    return pupil.person.leave(on=datetime.date(YEAR, 12, 1), ending="graduated", by=by)


def new_instalment(world: World) -> Instalment:
    served = Engagement.objects.get(pk=world.own.rows["engagement"].pk)
    paid = Instalment(amount_cny=500, received_on=datetime.date(YEAR, 8, 1), note=SECRET)
    served.receive(paid)
    return paid


def received() -> Decimal:
    """Return what was received of the own branch's contract."""
    return Engagement.objects.get(branch__code="OWN").received_cny


def new_result(world: World) -> Stage:
    stage = Stage.objects.get(pk=world.own.rows["stage"].pk)
    stage.record_result(result=PRIZE, held_on=datetime.date(YEAR, 6, 2))
    return stage


def new_assessment(world: World) -> Assessment:
    team = world.own.rows["team"]
    rubric = Rubric.objects.get(branch=None)
    given = Assessment(team=team, student=world.own.rows["student"], moment="end", view="mentor", rubric=rubric)
    given.words = SECRET
    marks = dict.fromkeys(rubric.items.values_list("pk", flat=True), 4)
    given.record(by=world.own.users["teacher"], marks=marks)
    return given


CASES = {
    "log": Case(
        new_log,
        is_back=gone(ProgressLog),
        changes=("pairings.mentorship.logs", "pairings.mentorship.hours"),
        words=(SECRET,),
    ),
    "photo": Case(lambda world: new_log(world).photos.get(), is_back=gone(LogPhoto), words=("的证件",)),
    "answer": Case(
        answered,
        keeper="",
        is_back=stands(MatchSeat, answer="waiting", answered_at=None),
    ),
    "proposal": Case(new_proposal, is_back=gone(Pairing), words=(SECRET,)),
    "reflection": Case(
        lambda world: Reflection.objects.create(
            team=world.own.rows["team"], student=world.own.rows["student"], words=SECRET
        ),
        owner="student",
        is_back=gone(Reflection),
        words=(SECRET,),
    ),
    "instalment": Case(
        new_instalment,
        is_back=lambda pk: gone(Instalment)(pk) and received() == 1000,
        words=(SECRET,),
    ),
    "result": Case(new_result, is_back=stands(Stage, result=""), words=(PRIZE,)),
    "assessment": Case(
        new_assessment,
        is_back=lambda pk: gone(Assessment)(pk) and not AssessmentScore.objects.filter(assessment=pk).exists(),
        words=(SECRET,),
    ),
    "sign_up": Case(lambda world: world.own.rows["signup"], is_back=gone(SignUp)),
    "draft": Case(
        lambda world: outcome(world.own.branch, by=world.own.users["teacher"], title=SECRET, proofs=[card(world)]),
        is_back=gone(Outcome),
        words=(SECRET, "的证件"),
    ),
    "submission": Case(
        lambda world: submitted(world.own.branch, by=world.own.users["teacher"]),
        keeper="",
        is_back=stands(Outcome, review="draft", submitted_by=None, submitted_at=None),
    ),
    "proof": Case(
        lambda world: outcome(world.own.branch, by=world.own.users["teacher"], proofs=[card(world)]).proofs.get(),
        is_back=gone(OutcomeEvidence),
        words=("的证件",),
    ),
    "verification": Case(
        new_verified,
        owner="",
        is_back=stands(Outcome, review="returned", verified_by=None, seal="", return_reason=REASON),
        changes=("totals.outcomes", "totals.by_level.provincial", "by_form.teaching.outcomes"),
    ),
    "return": Case(new_returned, owner="", is_back=stands(Outcome, review="submitted", return_reason="")),
    "pairing_file": Case(
        lambda world: PairingFile.objects.create(pairing=world.own.rows["engagement"], evidence=card(world)),
        owner="",
        is_back=gone(PairingFile),
        words=("的证件",),
    ),
    "explanation": Case(explained, is_back=gone(ContradictionAnswer), words=(SECRET,)),
    "spoken": Case(
        spoken_to,
        owner="",
        is_back=stands(Confirmation, spoken_by=None, spoken_on=None, spoken_words="", spoken_at=None, how="link"),
        words=(SECRET,),
    ),
    "report_file": Case(lambda world: world.own.rows["report_file"], owner="", is_back=gone(ReportFile)),
    "file": Case(lambda world: new_log(world).photos.get().evidence, owner="", is_back=gone(Evidence)),
    "share": Case(
        agreed_share, owner="", is_back=gone(OutcomeShare), changes=("totals.outcomes", "by_form.none.outcomes")
    ),
    "merge": Case(merged, owner="", is_back=parted),
    "not_double": Case(lambda world: world.own.rows["not_double"], owner="", is_back=gone(NotDouble)),
    "leave": Case(
        new_leave, owner="", is_back=stands(Membership, left_on=None, ending=""), changes=("coverage.members",)
    ),
    "change": Case(
        lambda world: world.own.rows["changed"],
        owner="",
        is_back=stands(ChangeRequest, state="open", decided_by=None, decided_at=None),
    ),
    "decision": Case(
        completed,
        owner="",
        is_back=stands(Pairing, status="active", closed_on=None, closing_summary=""),
        changes=("pairings.teaching.completed",),
    ),
}


def figures(world: World) -> dict[str, Any]:
    """Return every figure of the own branch's report by its path."""

    def flat(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
        if isinstance(value, dict):
            for name, part in value.items():
                yield from flat(part, f"{path}.{name}" if path else name)
        else:
            yield path, value

    report = branch_report(world.own.branch, Period.year(YEAR))
    return dict(flat({name: part for name, part in report.items() if name != "generated_at"}))


def on_disk() -> set[str]:
    """Return every file of the evidence folder."""
    root = Path(evidence_storage().location)
    return {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()}


def in_trail(word: str, since: int) -> list[int]:
    """Return the entries of the trail since one that say a word, in any of their columns."""
    texts = ("object_repr", "serialized_data", "changes", "additional_data")
    entries = LogEntry.objects.filter(pk__gt=since).values("pk", *texts)
    return [entry["pk"] for entry in entries if word in str([entry[name] for name in texts])]


class TakingBack(TestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        cls.world = build_world()
        colleague = user_of(teacher(cls.world.own.branch))
        cls.strangers = {
            "a colleague": colleague,
            "another branch's secretary": cls.world.other.users["secretary"],
            "another branch's teacher": cls.world.other.users["teacher"],
            "the leader": cls.world.users["leader"],
        }

    @contextmanager
    def undone(self) -> Iterator[None]:
        """Leave nothing behind but files, which each row has its own."""
        with transaction.atomic():
            yield
            transaction.set_rollback(True)

    def take_back(self, slug: str, row: Any, by: User, reason: str = "") -> None:
        with self.captureOnCommitCallbacks(execute=True):
            way_of(slug).carry_out(row, by=by, reason=reason)

    def takers(self, case: Case) -> Iterator[tuple[User, str]]:
        """Yield who may take it back, each with the reason that they need."""
        if case.owner:
            yield self.world.user(case.owner), ""
        if case.keeper:
            yield self.world.user(case.keeper), REASON

    def test_the_table_holds_every_way_back(self) -> None:
        assert sorted(CASES) == sorted(way.slug for way in all_ways())

    def test_whoever_may_takes_it_back_and_the_whole_stays_sound(self) -> None:
        wrong = []
        for slug, case in CASES.items():
            for by, reason in self.takers(case):
                with self.undone():
                    before = figures(self.world)
                    row = case.make(self.world)
                    pk, with_it = row.pk, figures(self.world)
                    self.take_back(slug, row, by, reason)
                    after = figures(self.world)
                    broken = [(name, found.broken) for name, found in try_all() if found.broken]
                    fallen = [path for path in case.changes if after.get(path) == with_it.get(path)]
                    if not case.is_back(pk) or broken or fallen or (case.changes and after != before):
                        wrong.append((slug, by.username, case.is_back(pk), broken, fallen))
        assert wrong == []

    def test_one_line_says_by_whom_and_why(self) -> None:
        for slug, case in CASES.items():
            for by, reason in self.takers(case):
                with self.undone():
                    row = case.make(self.world)
                    pk = row.pk
                    self.take_back(slug, row, by, reason)
                    line = TakenBack.objects.get(way=slug, row=pk)
                    entry = LogEntry.objects.get_for_object(line).get()
                    assert (line.by, line.reason, line.branch) == (by, reason, self.world.own.branch), slug
                    assert entry.changes["by"][1] == str(by.pk), slug
                    assert entry.changes.get("reason", ["", ""])[1] == reason, slug

    def test_others_are_refused_and_nothing_moves(self) -> None:
        wrong = []
        for slug, case in CASES.items():
            strangers = self.strangers | ({} if case.owner else {"the teacher": self.world.user("teacher")})
            with self.undone():
                row = case.make(self.world)
                for who, by in strangers.items():
                    try:
                        self.take_back(slug, row, by, REASON)
                    except RuleError:
                        continue
                    wrong.append(f"{slug}: {who}")
        assert wrong == []

    def test_whoever_is_no_owner_needs_a_reason(self) -> None:
        wrong = []
        for slug, case in CASES.items():
            if case.keeper:
                with self.undone():
                    row = case.make(self.world)
                    try:
                        self.take_back(slug, row, self.world.user(case.keeper), "  ")
                    except RuleError:
                        continue
                    wrong.append(slug)
        assert wrong == []

    def test_a_second_time_is_told_and_not_done(self) -> None:
        for slug, case in CASES.items():
            for by, reason in self.takers(case):
                with self.undone():
                    row = case.make(self.world)
                    self.take_back(slug, row, by, reason)
                    with pytest.raises(RuleError):
                        self.take_back(slug, row, by, reason)

    def test_what_the_secretary_removes_is_said_nowhere_any_more(self) -> None:
        since = LogEntry.objects.latest("pk").pk
        for slug, case in CASES.items():
            if case.words:
                with self.undone():
                    row = case.make(self.world)
                    assert all(in_trail(word, since) for word in case.words), slug
                    self.take_back(slug, row, self.world.user(case.keeper), REASON)
                    assert [word for word in case.words if in_trail(word, since)] == [], slug
                    assert in_trail(BLACKED_OUT, since), slug

    def test_the_page_names_the_consequence_and_does_it(self) -> None:
        for slug, case in CASES.items():
            for by, reason in self.takers(case):
                with self.undone(), translation.override("en"):
                    client, row = signed_in(by), case.make(self.world)
                    client.cookies["django_language"] = "en"
                    address, pk = reverse(f"take_back_{slug}", args=[row.pk]), row.pk
                    page = client.get(address).content.decode()
                    assert str(way_of(slug).consequence) in page.replace("&#x27;", "'"), slug
                    assert ('name="reason"' in page) == bool(reason), slug
                    with self.captureOnCommitCallbacks(execute=True):
                        answer = client.post(address, {"reason": reason})
                    assert (answer.status_code, case.is_back(pk)) == (302, True), slug
                    assert client.get(answer["Location"]).status_code == 200, slug


class TheDisk(TestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        cls.world = build_world()

    def remove(self, slug: str, row: Any, by: str = "secretary") -> TakenBack:
        pk = row.pk
        with self.captureOnCommitCallbacks(execute=True):
            way_of(slug).carry_out(row, by=self.world.user(by), reason=REASON)
        return TakenBack.objects.get(way=slug, row=pk)

    def test_a_removed_photo_s_bytes_are_in_no_folder_and_its_hash_is_told(self) -> None:
        before = on_disk()
        stored = new_log(self.world).photos.get().evidence.file
        added = on_disk() - before
        assert {path.rsplit("/", 1)[-1] for path in added} == {stored.sha256, f"{stored.sha256}.thumbnail.jpg"}
        line = self.remove("photo", LogPhoto.objects.get(evidence__file=stored))
        assert on_disk() == before
        assert not StoredFile.objects.filter(sha256=stored.sha256).exists()
        assert line.files == [{"sha256": stored.sha256, "name": "", "is_gone": True}]

    def test_a_name_that_tells_of_nobody_is_told(self) -> None:
        photo = evidence(self.world.user("teacher"), name="IMG_0042.png")
        entry = log(self.world.own.rows["pair"], by=self.world.user("teacher"), photos=[photo])
        assert [one["name"] for one in self.remove("log", entry).files] == ["IMG_0042.png"]

    def test_bytes_that_another_record_holds_stay(self) -> None:
        by = self.world.user("teacher")
        first = new_log(self.world)
        file = first.photos.get().evidence.file
        with evidence_storage().open(file.path) as stored:
            again = evidence(by, content=stored.read(), name="另一份.png")
        log(self.world.own.rows["pair"], by=by, photos=[again])
        assert [one["is_gone"] for one in self.remove("log", first).files] == [False]
        assert (again.file_id, file.compute_sha256()) == (file.pk, file.sha256)
        assert not Evidence.objects.filter(original_name__contains="的证件").exists()

    def test_the_same_bytes_come_back_whole(self) -> None:
        entry = new_log(self.world)
        file = entry.photos.get().evidence.file
        with evidence_storage().open(file.path) as stored:
            content = stored.read()
        self.remove("log", entry)
        assert evidence(content=content).file.compute_sha256() == file.sha256

    def test_what_is_undone_before_the_commit_leaves_the_bytes(self) -> None:
        entry = new_log(self.world)
        file = entry.photos.get().evidence.file
        with self.captureOnCommitCallbacks(execute=True), transaction.atomic():
            entry.take_back(by=self.world.user("secretary"), reason=REASON)
            transaction.set_rollback(True)
        assert file.compute_sha256() == file.sha256


class EverywhereAtOnce(TestCase):
    """An identity card that stands in a log, proves an outcome and its correction, and lies in a frozen report."""

    @classmethod
    def setUpTestData(cls) -> None:
        cls.world = build_world()

    def proved_with(self, shown: Evidence) -> Outcome:
        """Return a verified correction of a verified outcome, frozen in between, all with the same file."""
        own = self.world.own
        by, secretary = own.users["teacher"], own.users["secretary"]
        day = datetime.date(YEAR - 1, 6, 1)
        first = verified(own.branch, verifier=secretary, by=by, proofs=[shown], achieved_on=day)
        freeze_report(own.branch, Period.year(YEAR - 1), by=secretary)
        second = first.correct(by=by, reason="名称有误。")
        second.submit(by=by)
        second.verify(by=secretary)
        return second

    def test_it_goes_from_every_record_and_from_the_disk_and_the_report_says_so(self) -> None:
        entry = new_log(self.world)
        shown = entry.photos.get().evidence
        before = on_disk() - {shown.file.path, shown.file.thumbnail_path}
        proved = self.proved_with(shown)
        documents = on_disk() - before - {shown.file.path, shown.file.thumbnail_path}
        secretary = self.world.user("secretary")
        with self.captureOnCommitCallbacks(execute=True):
            shown.remove_everywhere(by=secretary, reason=REASON)
        assert on_disk() == before | documents
        reviews = Outcome.objects.filter(work=proved.work).order_by("pk").values_list("review", flat=True)
        assert (list(reviews), entry.photos.count()) == (["returned", "returned"], 0)
        assert [(name, found.broken) for name, found in try_all() if found.broken] == []
        address = reverse("outcomes:report", args=["OWN"]) + f"?year={YEAR - 1}"
        since = signed_in(secretary).get(address).context["since"]
        assert {line.way for _what, line in since.lines} >= {"report_file", "verification", "proof"}

    def test_what_another_branch_holds_too_is_the_operator_s_to_remove(self) -> None:
        shown = new_log(self.world).photos.get().evidence
        with evidence_storage().open(shown.file.path) as stored:
            again = evidence(content=stored.read())
        other = self.world.other
        log(other.rows["pair"], by=other.users["teacher"], photos=[again])
        with translation.override("en"), self.assertRaisesMessage(RuleError, "Another branch's record"):
            shown.remove_everywhere(by=self.world.user("secretary"), reason=REASON)
        with self.captureOnCommitCallbacks(execute=True):
            shown.remove_everywhere(by=self.world.user("operator"), reason=REASON)
        assert not StoredFile.objects.filter(sha256=shown.file.sha256).exists()

    def test_a_document_that_was_handed_in_stays(self) -> None:
        kept = self.world.own.rows["frozen"].files.get(name="report.docx")
        with translation.override("en"), self.assertRaisesMessage(RuleError, "it stays as it is"):
            kept.take_back(by=self.world.user("secretary"), reason=REASON)


class WhileAndAfterwards(TestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        cls.world = build_world()

    def test_when_the_pairing_is_over_its_log_is_the_secretary_s_to_remove(self) -> None:
        entry, secretary = new_log(self.world), self.world.user("secretary")
        entry.pairing.complete(by=secretary, summary="完成。", on=timezone.localdate())
        with translation.override("en"), self.assertRaisesMessage(RuleError, "The pairing is over"):
            entry.take_back(by=self.world.user("teacher"))
        entry.take_back(by=secretary, reason=REASON)
        assert not ProgressLog.objects.filter(pk=entry.pk).exists()

    def test_a_row_that_is_gone_is_said_to_be_so_to_who_may_know(self) -> None:
        entry = new_log(self.world)
        address = reverse("take_back_log", args=[entry.pk])
        entry.take_back(by=self.world.user("secretary"), reason=REASON)
        page = signed_in(self.world.user("secretary")).get(address, follow=True).content.decode()
        assert "已由" in page
        assert signed_in(self.world.other.users["secretary"]).get(address).status_code == 404

    def test_the_desk_asks_why_and_removes_the_chosen_ones(self) -> None:
        entries = [new_log(self.world) for _time in range(2)]
        desk = signed_in(self.world.user("secretary"))
        address = reverse("admin:pairings_progresslog_changelist")
        sent = {"action": "take_back_log", "_selected_action": [entry.pk for entry in entries]}
        assert "理由" in desk.post(address, sent).content.decode()
        assert ProgressLog.objects.filter(pk__in=sent["_selected_action"]).count() == 2
        desk.post(address, {**sent, "reason": REASON})
        assert not ProgressLog.objects.filter(pk__in=sent["_selected_action"]).exists()
