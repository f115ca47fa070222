"""Two branches of one college with a row of every kind in each, and an account for every role.

Everything that belongs to a branch carries its code in its words, so that a leak shows.
"""

import datetime
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model
from django.utils import timezone

from enterprise_service.models import Confirmation, ConfirmationSetting, Engagement, Enterprise, Instalment
from mentorship.models import Assessment, MentorshipTeam, Project, Reflection, Rubric
from organization.merging import merge, say_different
from organization.models import Branch, College, Person, RoleAssignment, Synonym, Tag, User
from outcomes.asking import ask_for
from outcomes.figures import Period
from outcomes.freezing import freeze_report
from outcomes.models import (
    Grade,
    Outcome,
    PreparedFile,
    ReportKind,
    ReportProse,
    ReportSetting,
    Subkind,
    ask_to_share,
)
from outcomes.models.photos import choose_photos
from outcomes.preparing import make
from pairings.contradictions import explain, kind_of
from pairings.models import MatchRule, MatchRun, PairingFile
from pairings.models.asking import ask_for_changes
from teaching_pairs.models import SignUp, TeachingPair, Workshop
from tests.factories import (
    BranchFactory,
    CollegeFactory,
    OfficeFactory,
    engagement,
    evidence,
    leader_of,
    log,
    member,
    mentorship,
    operator,
    outcome,
    problem,
    reviewer_of,
    secretary_of,
    student,
    submitted,
    teacher,
    teaching_pair,
    user_of,
    verified,
)
from tests.factories.imports import previewed as previewed_sheet
from tests.factories.imports import written as written_sheet

YEAR = 2024
SHEET = ["姓名", "工号/学号", "身份", "政治面貌", "特长"]


@dataclass
class BranchWorld:
    """One branch: its accounts by role, and a row of every kind by name."""

    branch: Branch
    users: dict[str, User] = field(default_factory=dict)
    rows: dict[str, Any] = field(default_factory=dict)

    @property
    def code(self) -> str:
        return self.branch.code

    def add_rows(self) -> dict[str, Any]:
        """Add a row of every kind, with people of their own beside the teacher, and return them by name."""
        branch, code, by = self.branch, self.code, self.users["teacher"]
        office = OfficeFactory(branch=branch, name=f"教研室{code}{branch.offices.count()}")
        ordinary = teacher(branch, office=office)
        pupil, other_pupil = member(student(branch)), student(branch)
        pair_of = {"leader": by.person, "ordinary_teacher": ordinary}
        team_of = {"leader": by.person, "student_member": pupil, "ordinary_student": other_pupil}
        team = mentorship(branch, by=by, people=team_of, title=f"产线调试训练{code}")
        pair = teaching_pair(branch, by=by, people=pair_of, title=f"课程共建{code}")
        asked = problem(branch, title=f"夹具定位不准{code}")
        again = problem(branch, title=f"“夹具”定位不准{code}", enterprise=asked.enterprise)
        served = engagement(
            branch,
            by=by,
            people={"leader": by.person},
            problem=asked,
            title=f"夹具改进{code}",
            contract_amount_cny=50_000,
        )
        waiting = teaching_pair(branch, by=by, people=pair_of, title=f"专题研究{code}", approved=False)
        words = {"element_kind": "theory", "element_words": f"共学劳模事迹{code}。", "words": f"试切样件{code}。"}
        entry = log(team, by=by, photos=[evidence(by, name=f"现场{code}.png")], **words)
        log(pair, by=by)
        log(served, by=by)
        log(pair, by=by, photos=[evidence(by)]).take_back(by=self.users["secretary"], reason=f"重复录入{code}。")
        of_pair: dict[str, Any] = {"by": by, "pairings": [pair], "people": [by.person, ordinary]}
        proved = verified(branch, verifier=self.users["secretary"], title=f"已核实课程{code}", **of_pair)
        place = Subkind.objects.count()
        deeper = {**self._work_of_teaching(pair, ordinary), **self._work_of_team(team, other_pupil)}
        deeper |= self._work_of_service(served)
        draft = outcome(branch, title=f"课程草稿{code}", **of_pair)
        deeper |= self._doubles(draft, of_pair) | self._people_twice(ordinary)
        deeper |= self._changes(pair, served, ordinary, office)
        return {
            "team": team,
            "pair": pair,
            "engagement": served,
            "proposal": waiting,
            "log": entry,
            "photo": entry.photos.get(),
            "draft": draft,
            "submitted": submitted(
                branch, by=by, pairings=[team], people=[by.person, pupil], title=f"待核实课程{code}"
            ),
            "verified": proved,
            "evidence": proved.proofs.get().evidence,
            "proof": proved.proofs.get(),
            "returned": self._returned(of_pair),
            "pairing_file": PairingFile.objects.create(pairing=served, evidence=evidence(by, name=f"回执{code}.png")),
            "problem": asked,
            "enterprise": asked.enterprise,
            "other_enterprise": Enterprise.objects.create(branch=branch, name=f"另一家企业{code}{place}"),
            "other_problem": again,
            "office": office,
            "person": ordinary,
            "student": other_pupil,
            "subkind": Subkind.objects.create(branch=branch, category="course", name=f"子类{code}{place}"),
            "grade": Grade.objects.create(branch=branch, category="award", name=f"等次{code}{place}"),
            "synonym": Synonym.objects.create(branch=branch, use="stage", word=f"词{code}{place}", meaning="群众"),
            "tag": Tag.objects.create(branch=branch, name=f"用词{code}{place}"),
            "membership": member(student(branch)).leave(
                on=datetime.date(YEAR, 7, 1), ending="graduated", by=self.users["secretary"]
            ),
            **self._sheets(ordinary, place),
            **deeper,
        }

    def _sheets(self, known: Person, place: int) -> dict[str, Any]:
        """Add a roster that was written, one that waits to be, and one with a word that nothing explains."""
        code, by = self.code, self.users["secretary"]
        changed = [known.name, known.number, "教师", "群众", f"钳工{code}"]
        new = [f"新人{code}", f"N{code}{place}", "教师", "群众", f"车工{code}"]
        odd = [*new[:3], f"党外人士{code}", new[4]]
        return {
            "sheet": written_sheet(self.branch, [SHEET, changed], by=by, name=f"名册{code}.csv"),
            "preview": previewed_sheet(self.branch, [SHEET, new], by=by, name=f"名册待写入{code}.csv"),
            "refused_sheet": previewed_sheet(self.branch, [SHEET, odd], by=by, name=f"名册有误{code}.csv"),
        }

    def _doubles(self, draft: Outcome, of_pair: dict[str, Any]) -> dict[str, Any]:
        """Add a likely double of a draft, two that were merged, and a pair that is no double."""
        code, secretary = self.code, self.users["secretary"]
        twin = outcome(self.branch, title=f"“课程草稿{code}”", **of_pair)
        kept, merged = (outcome(self.branch, title=f"合并的课程{code}", **of_pair) for _ in "12")
        return {
            "twin": twin,
            "merge": merge(kept, merged, by=secretary, reason=f"重复登记{code}。"),
            "merged": merged,
            "not_double": say_different(draft, kept, by=secretary),
        }

    def _people_twice(self, person: Person) -> dict[str, Any]:
        """Add a likely double of a person, and two records of another that were merged."""
        code, number = self.code, Person.objects.count()
        once = {"name": f"两次登记{code}", "phone": "13900000021"}
        kept, merged = (teacher(self.branch, number=f"D{code}{number}{place}", **once) for place in "12")
        return {
            "namesake": teacher(self.branch, name=person.name, born_on=person.born_on),
            "merged_people": merge(kept, merged, by=self.users["secretary"], reason=f"登记了两次{code}。"),
            "merged_person": merged,
        }

    def _returned(self, of_pair: dict[str, Any]) -> Model:
        """Return an outcome that the secretary has returned."""
        sent = submitted(self.branch, title=f"退回的课程{self.code}", **of_pair)
        sent.send_back(by=self.users["secretary"], reason=f"请补充证书{self.code}。")
        return sent

    def _work_of_teaching(self, pair: TeachingPair, ordinary: Person) -> dict[str, Any]:
        """Add milestones, a workshop to come, and proposals: a draft, one that people are asked about, and a rule."""
        code, by, secretary = self.code, self.users["teacher"], self.users["secretary"]
        first, second = datetime.date(YEAR, 5, 1), datetime.date(YEAR, 6, 1)
        pair.plan({"outline": (first, second), "resources": (second, None)})
        workshop = Workshop.objects.create(
            branch=self.branch,
            title=f"选题培训{code}",
            held_on=timezone.localdate() + datetime.timedelta(days=7),
            announced_by=secretary,
        )
        workshop.sign_up(by=by, strengths="课程建设", needs="微课制作", topics=f"课程思政{code}")
        SignUp.objects.create(workshop=workshop, person=ordinary, topics=f"课程思政{code}")
        pinned = {"branch": self.branch, "kind": "teaching", "person": by.person, "other": ordinary}
        settings = {"branch": self.branch, "kind": "teaching", "created_by": secretary, "include_paired": True}
        asked, draft = (MatchRun.objects.create(**settings) for _ in "12")
        people = {"leader": by.person_id, "ordinary_teacher": ordinary.pk}
        for run in (asked, draft):
            run.draft = [{"people": people, "facts": {"topics": [f"课程思政{code}"]}}]
            run.save()
        asked.publish(by=secretary)
        rule = MatchRule.objects.create(rule="forbid", **pinned)
        match, signup = asked.matches.get(), workshop.signups.get(person=by.person)
        answer = match.seats.get(person=by.person)
        return {"workshop": workshop, "signup": signup, "rule": rule, "run": draft, "match": match, "answer": answer}

    def _work_of_team(self, team: MentorshipTeam, pupil: Person) -> dict[str, Any]:
        """Add a contest with a round, an assessment, a reflection, and a rubric of the branch's own."""
        code, by = self.code, self.users["teacher"]
        project = Project(team=team, track="contest", title=f"参赛项目{code}", contest=f"大赛{code}")
        project.plan({"provincial": datetime.date(YEAR, 6, 1)})
        rubric = Rubric.objects.get(branch=None)
        assessment = Assessment(team=team, student=pupil, moment="start", view="mentor", rubric=rubric)
        assessment.record(by=by, marks=dict.fromkeys((item.pk for item in rubric.items.all()), 2))
        own = Rubric.objects.create(branch=self.branch, name=f"评价表{code}", is_active=False)
        return {
            "project": project,
            "stage": project.stages.get(),
            "assessment": assessment,
            "reflection": Reflection.objects.create(team=team, student=pupil, words=f"学到很多{code}。"),
            "rubric": own,
        }

    def _work_of_service(self, served: Engagement) -> dict[str, Any]:
        """Add an instalment and a link for the enterprise."""
        served.receive(Instalment(amount_cny=1000, received_on=datetime.date(YEAR, 7, 1), note=f"首期{self.code}"))
        calls = {"call": f"支部办公室{self.code}"}
        asking, _is_new = ConfirmationSetting.objects.get_or_create(branch=self.branch, defaults=calls)
        link = Confirmation.make(served, by=self.users["teacher"])
        asked, by = kind_of("money-without-contract"), self.users["secretary"]
        explained = explain(asked, served, by=by, reason=f"合同正在会签{self.code}。")
        return {
            "instalment": served.instalments.get(),
            "link": link,
            "asking": asking,
            "report_kind": self._report_kind(),
            "report_setting": ReportSetting.objects.get_or_create(branch=self.branch)[0],
            "explanation": explained,
        }

    def _report_kind(self) -> ReportKind:
        """Add a kind of report of the branch's own, with a section that the figures write and one of its own."""
        number = ReportKind.objects.filter(branch=self.branch).count()
        told = {"code": f"h{number}", "name": f"半年汇报{number}{self.code}"}
        kind = ReportKind.objects.create(branch=self.branch, **told)
        kind.begin_with(
            [("work", "", ""), ("own-1", f"上级评价{self.code}", "写明上级的评价。")], by=self.users["secretary"]
        )
        return kind

    def _changes(self, pair: TeachingPair, served: Engagement, ordinary: Person, office: Model) -> dict[str, Any]:
        """Add a change of people that waits for its decision, and one that was approved."""
        asked: dict[str, Any] = {"by": self.users["teacher"], "reason": f"原搭档调离{self.code}。"}
        newcomer = teacher(self.branch, office=office)
        [waiting] = ask_for_changes(pair, people={"ordinary_teacher": newcomer}, **asked)
        [approved] = ask_for_changes(served, helpers=[ordinary], **asked)
        approved.approve(by=self.users["secretary"])
        return {"change": waiting, "changed": approved}

    def mark_names(self) -> None:
        """Put the branch's code into the names that factories made."""
        for row in (*Person.objects.filter(branch=self.branch), *Enterprise.objects.filter(branch=self.branch)):
            if self.code not in row.name:
                row.name += self.code
                row.save()
        for row in self.rows.values():
            row.refresh_from_db()


def build_branch(college: College, code: str) -> BranchWorld:
    """Return a branch in which the teacher leads a team, a pair and an engagement, each with a log."""
    branch = BranchFactory(college=college, code=code, name=f"{code}教工党支部")
    world = BranchWorld(branch)
    world.users = {
        "teacher": user_of(member(teacher(branch))),
        "secretary": secretary_of(branch),
        "deputy": secretary_of(branch, RoleAssignment.Role.DEPUTY),
        "reviewer": reviewer_of(branch),
    }
    world.rows = world.add_rows()
    world.users["student"] = user_of(world.rows["student"])
    world.rows |= {"branch": branch, "college": college}
    known = world.rows["person"]
    misread = [known.name, known.number, "教师", "群众", f"误读{code}"]
    undone = written_sheet(branch, [SHEET, misread], by=world.users["secretary"])
    undone.undo(by=world.users["secretary"], reason=f"读错了表{code}。")
    written = {"branch": branch, "kind": "case", "section": "practice", "words": f"主要做法{code}。"}
    days = {"first_day": datetime.date(YEAR, 1, 1), "last_day": datetime.date(YEAR, 12, 31)}
    ReportProse(**written, **days).record(by=world.users["secretary"])
    shown = [(world.rows["photo"], f"实训现场{code}")]
    choose_photos(branch, days["first_day"], days["last_day"], shown, by=world.users["secretary"])
    world.rows["frozen"] = freeze_report(branch, Period.year(YEAR), by=world.users["secretary"], despite=True)
    world.rows |= _prepared(world, days)
    world.rows["report_file"] = world.rows["frozen"].files.filter(name__startswith="outcome-").first()
    world.mark_names()
    return world


def _prepared(world: BranchWorld, days: dict[str, datetime.date]) -> dict[str, Any]:
    """Return a file that was prepared, and one that waits for its turn (prepared too, where the test commits)."""
    asked = {"branch": world.branch, "kind": "case", "language": "zh-hans", **days}
    ready, waiting = (
        ask_for(PreparedFile(format=format_, **asked), by=world.users["secretary"]) for format_ in ("xlsx", "zip")
    )
    for row in (ready, waiting):
        row.refresh_from_db()
    if ready.take_up():
        make(ready)
    return {"prepared": ready, "waiting_file": waiting}


def build_own() -> BranchWorld:
    """Return one branch of a college, with another that asks it to share an outcome and holds nothing else."""
    own = build_branch(CollegeFactory(), "OWN")
    ask_branch(own, by_branch=BranchFactory(college=own.branch.college, code="THR", name="第三教工党支部"))
    return own


def ask_branch(world: BranchWorld, *, by_branch: Branch) -> None:
    """Let another branch of the college ask a branch to share an outcome."""
    asked = outcome(by_branch, title=f"合作课程{world.code}")
    world.rows["share"] = ask_to_share(asked, world.branch, by=asked.entered_by)


@dataclass
class World:
    """The college with its two branches; `users` holds those who stand above them, and strangers."""

    own: BranchWorld
    other: BranchWorld
    users: dict[str, User]

    def user(self, role: str) -> User:
        """Return the account that holds the role, in the own branch where it is a branch's."""
        return self.own.users.get(role) or self.users[role]


def build_world() -> World:
    """Return the college, and another one of which there is only a leader."""
    college, far_away = CollegeFactory(name="滨江职业技术学院"), CollegeFactory(name="远山职业技术学院")
    own, other = build_branch(college, "OWN"), build_branch(college, "OTH")
    other.rows["college"] = far_away
    third = BranchFactory(college=college, code="THR", name="第三教工党支部")
    for world in (own, other):
        ask_branch(world, by_branch=third)
    users = {"leader": leader_of(college), "far_leader": leader_of(far_away), "operator": operator()}
    return World(own, other, users)
