"""What came of the demo college's work: AMT's 2021 as the case tells it, and two years of all branches."""

import datetime
import random
from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast

from organization.merging import merge
from organization.models import Person, User
from organization.trail import audited_update
from outcomes.documents.outlines import MIDTERM
from outcomes.documents.own_kinds import told_by
from outcomes.models import Grade, Outcome, ReportKind, ReportSetting, Subkind, ask_to_share
from outcomes.models.photos import choose_photos, photos_to_choose
from pairing_site.demo.files import certificate
from pairing_site.demo.people import Cast
from pairing_site.demo.work import moment
from pairings.kinds import all_kinds
from pairings.models import Pairing

PROVINCE, MINISTRY, OURS = "省教育厅", "教育主管部门", "学校"


@dataclass(frozen=True)
class Told:
    """An outcome as an office tells it; `form` is the pairing it came from, if any."""

    category: str
    subkind: str
    level: str
    title: str
    form: str = ""
    status: str = "recognised"
    grade: str = ""
    issuer: str = PROVINCE
    issuer_kind: str = "government"
    quantity: int | None = None
    hours: int | None = None
    helped: str = ""
    help_kinds: str = ""


#: Section three of the case, 2021. The on-campus bases are provincial, the off-campus ones have no level there.
CASE_2021 = (
    Told("course", "精品在线开放课程", "provincial", "《数控编程与加工》精品在线开放课程", "teaching"),
    Told("course", "精品在线开放课程", "provincial", "《模具设计基础》精品在线开放课程", "teaching"),
    Told("course", "精品资源共享课", "provincial", "《机械制图》精品资源共享课", "teaching"),
    Told("team", "教学团队", "provincial", "数控技术专业优秀教学团队", "teaching"),
    Told("team", "教学团队", "provincial", "模具设计与制造专业优秀教学团队", "teaching"),
    *(
        Told("team", "科研创新团队", "college", f"{name}科研创新团队", "teaching", issuer=OURS, issuer_kind="college")
        for name in ("精密加工", "模具数字化", "机器人应用", "绿色制造", "智能检测")
    ),
    Told("base", "虚拟仿真实训基地", "national", "智能制造虚拟仿真实训基地", "enterprise", "cultivating", issuer=MINISTRY),
    Told("base", "校内实践基地", "provincial", "数控技术大学生校内实践教学基地", "enterprise"),
    Told("base", "校内实践基地", "provincial", "工业机器人大学生校内实践教学基地", "enterprise"),
    Told("base", "校外实践基地", "unrated", "佳锐精密校外实践基地", "enterprise", issuer=OURS, issuer_kind="college"),
    Told("base", "校外实践基地", "unrated", "恒拓模塑校外实践基地", "enterprise", issuer=OURS, issuer_kind="college"),
    Told("award", "教学能力比赛", "national", "职业院校教学能力比赛", "teaching", grade="二等奖", issuer=MINISTRY),
    Told("award", "教学能力比赛", "provincial", "省职业院校教学能力大赛", "teaching", grade="一等奖"),
    Told("award", "教学成果奖", "provincial", "省职业教育教学成果奖", "teaching", grade="二等奖"),
    Told("award", "职业技能大赛", "national", "职业院校技能大赛复杂部件数控加工赛项", "mentorship", grade="三等奖", issuer=MINISTRY),
    Told("award", "职业技能大赛", "provincial", "省职业院校技能大赛工业机器人赛项", "mentorship", grade="一等奖"),
    Told("award", "创新创业大赛", "provincial", "省大学生创新创业大赛", "mentorship", grade="三等奖"),
    Told("honour", "优秀学生干部", "provincial", "省优秀学生干部", "mentorship", grade="先进个人"),
    *(
        Told("volunteering", "疫情防控志愿服务", "unrated", f"{place}疫情防控志愿服务", "mentorship", issuer="社区居委会", issuer_kind="",
             quantity=times, hours=hours)
        for place, times, hours in (("校园", 46, 138), ("社区", 28, 84), ("高铁站", 15, 60))
    ),
    Told("outreach", "对口帮扶院校", "unrated", "对口帮扶山区职业技术学院专业建设", issuer="受援院校", issuer_kind="college",
         quantity=1, helped="山区职业技术学院", help_kinds="staff,talent,research,service"),
)  # fmt: skip
EACH_YEAR = (
    Told("course", "课程思政示范课", "college", "课程思政示范课程", "teaching", issuer=OURS, issuer_kind="college"),
    Told("award", "职业技能大赛", "provincial", "省职业院校技能大赛", "mentorship", grade="二等奖"),
    Told("award", "创新创业大赛", "municipal", "市大学生创业大赛", "mentorship", grade="优秀奖"),
    Told("project", "横向课题", "unrated", "企业委托技术开发", "enterprise", "accepted", issuer="委托企业", issuer_kind="enterprise", quantity=18),
    Told("publication", "期刊论文", "unrated", "产教融合教学改革论文", "teaching", issuer="期刊编辑部", issuer_kind="society"),
    Told("patent", "实用新型专利", "national", "一种快速换型夹具", "enterprise", issuer="专利主管部门"),
    Told("project", "教改项目", "provincial", "高职教育教学改革项目", "teaching", "approved"),
    Told("service", "技能培训", "unrated", "企业员工技能提升培训", "enterprise", issuer="委托企业", issuer_kind="enterprise", quantity=64),
    Told("volunteering", "社区志愿服务", "unrated", "社区家电义务维修", "mentorship", issuer="社区居委会", issuer_kind="", quantity=32, hours=96),
)  # fmt: skip
#: This year's that still wait: submitted, returned, a draft.
WAITING = (
    (Told("course", "精品在线开放课程", "provincial", "精品在线开放课程申报", "teaching", "applied"), "submitted"),
    (Told("service", "技术咨询", "unrated", "企业技术咨询服务", "enterprise", issuer="委托企业", issuer_kind="enterprise"), "submitted"),
    (Told("award", "职业技能大赛", "provincial", "省技能大赛获奖", "mentorship", grade="一等奖"), "returned"),
    (Told("publication", "案例", "college", "课程思政教学案例", "teaching", issuer=OURS, issuer_kind="college"), "draft"),
)  # fmt: skip


class Ledger:
    """Records a branch's outcomes through the verbs that its teachers and secretary use."""

    def __init__(self, cast: Cast, pairings: Iterable[Pairing], chance: random.Random) -> None:
        self.cast = cast
        self.pairings = [pairing for pairing in pairings if pairing.status not in ("proposed", "returned")]
        self.chance = chance

    def load(self) -> None:
        """Record what the branch achieved."""
        if self.cast.branch.code == "AMT":
            ReportSetting.objects.create(branch=self.cast.branch, takes_uncredited=True)
            self._load_case()
            self._make_kind()
        for year in (2025, 2026):
            for told in EACH_YEAR:
                self._verified(told, self._day(year))
        for year in (2021, 2025, 2026):
            self._show_photos(datetime.date(year, 1, 1), datetime.date(year, 12, 31))
        waiting = [self._waiting(told, state) for told, state in WAITING]
        if self.cast.branch.code == "AMT":
            self._twice(waiting[0], waiting[-1])

    def _make_kind(self) -> None:
        """Make the kind of report that the party committee asks for at half-year, of the stage report's sections."""
        branch, secretary = self.cast.branch, self.cast.secretary
        kind = ReportKind.objects.create(branch=branch, code="h1", name="党建工作半年汇报")
        overview, *rest = told_by(MIDTERM)
        asked = ("own-1", "党委交办事项落实情况", "对照党委上半年交办的事项，逐项写明落实情况。")
        kind.begin_with([overview, asked, *rest], by=secretary)

    def _show_photos(self, first: datetime.date, last: datetime.date) -> None:
        """Choose one photo of each form's logs for a year's work case."""
        branch, secretary = self.cast.branch, self.cast.secretary
        shown = {one.log.pairing.kind: one for one in photos_to_choose(secretary, branch, first, last)}
        told = [(one, f"{kind.label}现场") for kind in all_kinds() if (one := shown.get(kind.slug))]
        choose_photos(branch, first, last, told, by=secretary)

    def _twice(self, seen: Outcome, merged: Outcome) -> None:
        """Record two outcomes a second time, as it happens: one is a likely double still, one was merged."""
        self._again(seen).submit(by=cast("User", seen.entered_by))
        merge(merged, self._again(merged), by=self.cast.secretary, reason="同一案例由两位老师各登记了一次。")

    def _again(self, outcome: Outcome) -> Outcome:
        """Return a draft of an outcome that is there already, its title written a little differently."""
        kept = ("branch", "category", "subkind", "level", "status", "grade", "achieved_on", "issuer", "issuer_kind")
        draft = Outcome(title=f"《{outcome.title}》", **{name: getattr(outcome, name) for name in kept})
        entered_by = cast("User", outcome.entered_by)
        people = list(outcome.people.all())
        draft.record(by=entered_by, people=people, evidence=[certificate(draft, people, entered_by)])
        return draft

    def _load_case(self) -> None:
        """Record the case's 2021, and the college-level course of 2019 that one of its courses continues."""
        before = Told(
            "course",
            "精品在线开放课程",
            "college",
            "《数控编程与加工》校级精品课程",
            issuer=OURS,
            issuer_kind="college",
        )
        earlier = self._verified(before, datetime.date(2019, 6, 18))
        for place, told in enumerate(CASE_2021):
            self._verified(told, self._day(2021), continues=None if place else earlier)

    def _day(self, year: int) -> datetime.date:
        """Return some day of a year's months of work."""
        return datetime.date(year, self.chance.randint(5, 10), self.chance.randint(1, 28))

    def _record(self, told: Told, day: datetime.date, continues: Outcome | None = None) -> Outcome:
        """Record a draft with its people, credit and certificate."""
        pairing = self._pairing_of(told.form, day.year)
        people = self._people_of(pairing, told)
        entered_by = self.cast.account(pairing.leader if pairing else people[0])
        outcome = Outcome(
            branch=self.cast.branch,
            title=told.title,
            category=told.category,
            subkind=Subkind.objects.get(category=told.category, name=told.subkind, branch=None),
            level=told.level,
            status=told.status,
            grade=Grade.objects.get(category=told.category, name=told.grade, branch=None) if told.grade else None,
            achieved_on=day,
            issuer=told.issuer,
            issuer_kind=told.issuer_kind,
            continues=continues,
            quantity=told.quantity,
            hours=told.hours,
            helped=told.helped,
            help_kinds=told.help_kinds,
        )
        proof = certificate(outcome, people, entered_by)
        outcome.record(by=entered_by, people=people, pairings=[pairing] if pairing else [], evidence=[proof])
        return outcome

    def _pairing_of(self, form: str, year: int) -> Pairing | None:
        """Return one of the year's pairings of a form, if the outcome came from one."""
        fitting = [one for one in self.pairings if one.kind == form and one.started_on.year == year]
        return self.chance.choice(fitting) if fitting else None

    def _people_of(self, pairing: Pairing | None, told: Told) -> list[Person]:
        """Return who achieved it: those of the pairing, or for a student's honour the student alone."""
        if pairing is None:
            return [self.cast.members[3]]
        pairing.refresh_from_db()
        people = [seat.person for seat in pairing.shown_seats]
        return people[1:2] if told.category == "honour" else people

    def _verified(self, told: Told, day: datetime.date, continues: Outcome | None = None) -> Outcome:
        """Record, submit and verify an outcome."""
        outcome = self._record(told, day, continues)
        outcome.submit(by=cast("User", outcome.entered_by))
        is_own = outcome.entered_by == self.cast.secretary
        outcome.verify(by=self.cast.users[self.cast.members[1].pk] if is_own else self.cast.secretary)
        moments = {"entered_at": moment(day), "submitted_at": moment(day), "verified_at": moment(day)}
        audited_update(Outcome.objects.filter(pk=outcome.pk), **moments)
        return outcome

    def _waiting(self, told: Told, state: str) -> Outcome:
        """Return an outcome that is not verified yet."""
        outcome = self._record(told, self._day(2026))
        if state != "draft":
            outcome.submit(by=cast("User", outcome.entered_by))
        if state == "returned":
            outcome.send_back(by=self.cast.secretary, reason="证书扫描件不清晰，请重新上传。")
        return outcome


def ask_for_share(owner: Cast, asked: Cast) -> None:
    """Let one branch's secretary ask another branch whether it shares the newest verified outcome."""
    newest = Outcome.objects.verified().filter(branch=owner.branch).first()
    ask_to_share(cast("Outcome", newest), asked.branch, by=owner.secretary)
