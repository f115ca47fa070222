"""Every address × every role × the own or another branch: who gets in, who is refused, and who sees nothing there.

The addresses come from the URLconf, so a new one without its row here fails.
"""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.db import transaction
from django.http import HttpResponseBase
from django.test import Client, TestCase
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from organization.models import RoleAssignment, User
from tests.kept import kept
from tests.world import BranchWorld, build_world

ANYBODY = ("teacher", "student", "secretary", "deputy", "reviewer", "leader", "far_leader", "operator")
STAFF = ("teacher", "secretary", "deputy", "operator")
DESK = ("secretary", "deputy", "operator")
OVERSEERS = (*DESK, "leader", "far_leader")
ABOVE_BRANCHES = ("leader", "operator")  # they see the rows of both branches
ROLES = ("anonymous", *ANYBODY)


@dataclass(frozen=True)
class Page:
    """Who gets in at an address.

    Args:
        may: the roles that get in; the others are refused with 403.
        row: the row of the world that the address names, by which another branch's is 404.
        sees: the roles that see the row of their branch; to others it does not exist.
        method: how it is asked.
        key: the URL's keyword for the row, and the row's field that it holds.
        rest: what else the URL says.
        also: the URL's other keyword, which is a row of the world too; after a colon, the row by its own name.
        at_desk: it stands in the admin, which is shut to all but secretaries, deputies and the operator.
    """

    may: tuple[str, ...]
    row: str = ""
    sees: tuple[str, ...] = ("teacher", "secretary", "deputy", "leader", "operator")
    method: str = "get"
    key: str = "pk"
    rest: tuple[tuple[str, Any], ...] = ()
    also: str = ""

    at_desk: bool = False

    def keywords(self, branch: BranchWorld) -> dict[str, Any]:
        """Return what the URL is made of, with the branch's rows in it."""
        given = {key: value for key, value in self.rest if not key.startswith("?")}
        if self.row:
            row = branch.rows[self.row]
            given[self.key] = row.code if self.key == "code" else row.pk
        if self.also:
            keyword, _colon, row_name = self.also.partition(":")
            given[keyword] = branch.rows[row_name or keyword].pk
        return given

    @property
    def query(self) -> dict[str, Any]:
        """Return what the address asks besides."""
        return {key[1:]: value for key, value in self.rest if key.startswith("?")}

    def address(self, name: str, branch: BranchWorld) -> str:
        """Return the address of a page of this name for the branch's rows."""
        url = reverse(name, kwargs=self.keywords(branch))
        return f"{url}?{urlencode(self.query)}" if self.query else url

    def answer_to(self, role: str, *, own_branch: bool) -> str:
        """Return what the role is to be answered."""
        if role == "anonymous":
            return "sign in"
        if self.at_desk and role not in self.may:
            return "403"  # before any row is looked for
        if role == "reviewer":  # reads of the own branch what leadership reads of a college
            return self.answer_to("leader", own_branch=True) if own_branch or not self.row else "404"
        if self.row and (role not in self.sees or not (own_branch or role in ABOVE_BRANCHES)):
            return "404"
        return "in" if role in self.may else "403"


TEAM = ("teacher", "student", "secretary", "deputy", "leader", "operator")
AUTHOR = STAFF  # of the world's rows, the teacher is the author
GROWTH = ("teacher", "student", "secretary", "deputy", "operator")
OF_TEACHING = (("kind", "teaching"),)
OF_ROSTER = (("kind", "roster"),)
SEEN_BY_OVERSEERS = ("secretary", "deputy", "leader", "operator")


def Desk(may: tuple[str, ...], row: str = "", **fields: Any) -> Page:  # noqa: N802 - reads like Page beside it
    """Return the row of an address in the admin."""
    return Page(may, row, DESK, at_desk=True, **fields)


def report(may: tuple[str, ...], method: str = "get", **rest: str) -> Page:
    """Return the row of a branch's report, which the branch's code names."""
    return Page(may, "branch", SEEN_BY_OVERSEERS, method=method, key="code", rest=tuple(rest.items()))


PAGES = {
    "home": Page(ANYBODY),
    "account_logout": Page(ANYBODY),
    "account_change_password": Page(ANYBODY),
    "account_reauthenticate": Page(ANYBODY),
    "profile": Page(("teacher", "student", "secretary", "deputy")),
    "own_data": Page(("teacher", "student", "secretary", "deputy")),
    "person_data": Page(DESK, "person"),
    "take_back_log": Page(AUTHOR, "log", TEAM),
    "take_back_photo": Page(AUTHOR, "photo", TEAM),
    "take_back_answer": Page(("teacher",), "answer", STAFF),
    "take_back_proposal": Page(AUTHOR, "proposal"),
    "take_back_decision": Page(DESK, "team", TEAM),
    "take_back_reflection": Page(("student", *DESK), "reflection", GROWTH),
    "take_back_sign_up": Page(AUTHOR, "signup"),
    "take_back_instalment": Page(AUTHOR, "instalment"),
    "take_back_result": Page(AUTHOR, "stage", TEAM),
    "take_back_assessment": Page(AUTHOR, "assessment", GROWTH),
    "take_back_draft": Page(AUTHOR, "draft"),
    "take_back_submission": Page(("teacher",), "submitted", TEAM),
    "take_back_verification": Page(DESK, "verified"),
    "take_back_return": Page(DESK, "returned"),
    "take_back_proof": Page(AUTHOR, "proof"),
    "take_back_merge": Page(DESK, "merge", DESK),
    "take_back_not_double": Page(DESK, "not_double", DESK),
    "doubles_outcome": Page(DESK),
    "merge_outcome": Page(DESK, "twin", also="kept:draft"),
    "different_outcome": Page(DESK, "twin", also="kept:draft", method="post"),
    "same_as_outcome": Page(DESK, "draft"),
    "same_as_enterprise": Page(DESK, "enterprise"),
    "same_as_problem": Page(DESK, "problem"),
    "same_as_person": Page(DESK, "person"),
    "doubles_person": Page(DESK),
    "merge_person": Page(DESK, "namesake", also="kept:person"),
    "different_person": Page(DESK, "namesake", also="kept:person", method="post"),
    "doubles_enterprise": Page(DESK),
    "merge_enterprise": Page(DESK, "enterprise", also="kept:other_enterprise"),
    "different_enterprise": Page(DESK, "enterprise", also="kept:other_enterprise", method="post"),
    "doubles_problem": Page(DESK),
    "merge_problem": Page(DESK, "problem", also="kept:other_problem"),
    "different_problem": Page(DESK, "problem", also="kept:other_problem", method="post"),
    "outcomes:alike": Page(STAFF),
    "take_back_file": Page(DESK, "evidence"),
    "take_back_explanation": Page(DESK, "explanation", SEEN_BY_OVERSEERS),
    "take_back_spoken": Page(DESK, "link"),
    "take_back_leave": Page(DESK, "membership", DESK),
    "take_back_change": Page(DESK, "changed"),
    "take_back_pairing_file": Page(DESK, "pairing_file"),
    "take_back_report_file": Page(DESK, "report_file", SEEN_BY_OVERSEERS),
    "mentorship:story": Page(TEAM, "team", TEAM),
    "mentorship:new_project": Page(AUTHOR, "team", TEAM),
    "mentorship:edit_project": Page(AUTHOR, "project", TEAM),
    "mentorship:result": Page(AUTHOR, "stage", TEAM),
    "mentorship:assess": Page(GROWTH, "team", TEAM, rest=(("moment", "start"),), also="student"),
    "mentorship:reflect": Page(("student",), "team", TEAM),
    "mentorship:edit_reflection": Page(("student",), "reflection", GROWTH),
    "teaching_pairs:story": Page((*STAFF, "leader"), "pair"),
    "teaching_pairs:milestones": Page(AUTHOR, "pair"),
    "teaching_pairs:workshops": Page(ANYBODY),
    "teaching_pairs:new_workshop": Page(DESK),
    "teaching_pairs:workshop": Page((*STAFF, "leader"), "workshop"),
    "teaching_pairs:edit_workshop": Page(DESK, "workshop"),
    "teaching_pairs:attendance": Page(DESK, "workshop", method="post"),
    "teaching_pairs:match_workshop": Page(DESK, "workshop", method="post"),
    "enterprise_service:story": Page((*STAFF, "leader"), "engagement"),
    "enterprise_service:new_instalment": Page(AUTHOR, "engagement"),
    "enterprise_service:edit_instalment": Page(AUTHOR, "instalment"),
    "enterprise_service:make_link": Page(AUTHOR, "engagement", method="post"),
    "enterprise_service:revoke_link": Page(AUTHOR, "link", method="post"),
    "enterprise_service:spoke": Page(DESK, "link"),
    "enterprise_service:board": Page(ANYBODY),
    "enterprise_service:new_problem": Page(STAFF),
    "enterprise_service:problem": Page((*STAFF, "leader"), "problem"),
    "enterprise_service:edit_problem": Page(STAFF, "problem"),
    "enterprise_service:drop_problem": Page(STAFF, "problem", method="post"),
    "enterprise_service:reopen_problem": Page(STAFF, "problem", method="post"),
    "enterprise_service:enterprises": Page(ANYBODY),
    "enterprise_service:new_enterprise": Page(STAFF),
    "enterprise_service:enterprise": Page((*STAFF, "leader"), "enterprise"),
    "enterprise_service:edit_enterprise": Page(STAFF, "enterprise"),
    "enterprise_service:findings": Page(ANYBODY),
    "pairings:changes": Page(DESK),
    "pairings:approve_change": Page(DESK, "change", method="post"),
    "pairings:refuse_change": Page(DESK, "change", method="post"),
    "pairings:withdraw_change": Page(("teacher",), "change", method="post"),
    "pairings:see_change": Page(DESK, "change", method="post"),
    "pairings:matching": Page(DESK, rest=OF_TEACHING),
    "pairings:new_run": Page(DESK, method="post", rest=OF_TEACHING),
    "pairings:add_rule": Page(DESK, method="post", rest=OF_TEACHING),
    "pairings:delete_rule": Page(DESK, "rule", DESK, method="post"),
    "pairings:contradictions": Page(DESK),
    "pairings:explain": Page(AUTHOR, "engagement", rest=(("kind", "money-without-contract"),)),
    "pairings:run": Page(DESK, "run", DESK),
    "pairings:publish": Page(DESK, "run", DESK, method="post"),
    "pairings:answer": Page(STAFF, "match", STAFF, method="post"),  # for oneself, where one is named
    "outcomes:hand_over": Page(STAFF, "team", TEAM, method="post"),
    "mentorship:list": Page(ANYBODY),
    "mentorship:new": Page(STAFF),
    "mentorship:detail": Page(TEAM, "team", TEAM),
    "mentorship:edit": Page(AUTHOR, "team", TEAM),
    "mentorship:change": Page(AUTHOR, "team", TEAM),
    "teaching_pairs:list": Page(ANYBODY),
    "teaching_pairs:new": Page(STAFF),
    "teaching_pairs:detail": Page((*STAFF, "leader"), "pair"),
    "teaching_pairs:edit": Page(AUTHOR, "pair"),
    "teaching_pairs:change": Page(AUTHOR, "pair"),
    "enterprise_service:list": Page(ANYBODY),
    "enterprise_service:new": Page(STAFF),
    "enterprise_service:detail": Page((*STAFF, "leader"), "engagement"),
    "enterprise_service:edit": Page(AUTHOR, "engagement"),
    "enterprise_service:change": Page(AUTHOR, "engagement"),
    "pairings:log": Page(STAFF, "team", TEAM),
    "pairings:approve": Page(DESK, "proposal", method="post"),
    "pairings:return": Page(DESK, "proposal", method="post"),
    "pairings:resubmit": Page(STAFF, "proposal", method="post"),
    "pairings:complete": Page(STAFF, "team", TEAM, method="post"),
    "pairings:end": Page(STAFF, "team", TEAM, method="post"),
    "pairings:logs": Page(ANYBODY),
    "pairings:edit_log": Page(STAFF, "log", TEAM),
    "evidence:detail": Page((*STAFF, "leader"), "evidence"),
    "evidence:download": Page((*STAFF, "leader"), "evidence"),
    "evidence:file": Page((*STAFF, "leader"), "evidence"),
    "evidence:thumbnail": Page((*STAFF, "leader"), "evidence"),
    "imports:new": Page(DESK, rest=OF_ROSTER),
    "imports:template": Page(DESK, rest=OF_ROSTER),
    "imports:detail": Page(DESK, "refused_sheet", DESK),
    "imports:marked": Page(DESK, "refused_sheet", DESK),
    "imports:explain": Page(DESK, "refused_sheet", DESK, method="post"),
    "imports:look_again": Page(DESK, "preview", DESK, method="post"),
    "imports:write": Page(DESK, "preview", DESK, method="post"),
    "imports:discard": Page(DESK, "preview", DESK, method="post"),
    "imports:undo": Page(DESK, "sheet", DESK),
    "dashboard": Page(OVERSEERS),
    "coverage": Page(OVERSEERS),
    "outcomes:list": Page(ANYBODY),
    "outcomes:new": Page(STAFF),
    "outcomes:detail": Page((*STAFF, "leader"), "verified"),
    "outcomes:edit": Page(AUTHOR, "draft"),
    "outcomes:submit": Page(STAFF, "draft", method="post"),
    "outcomes:verify": Page(DESK, "submitted", TEAM, method="post"),
    "outcomes:return": Page(DESK, "submitted", TEAM, method="post"),
    "outcomes:correct": Page(STAFF, "verified", method="post"),
    "outcomes:share": Page(AUTHOR, "draft", method="post"),
    "outcomes:agree_share": Page(DESK, "share", SEEN_BY_OVERSEERS, method="post"),
    "outcomes:decline_share": Page(DESK, "share", SEEN_BY_OVERSEERS, method="post"),
    "take_back_share": Page(DESK, "share", SEEN_BY_OVERSEERS),
    "outcomes:figures": Page(OVERSEERS),
    "outcomes:figure": Page(OVERSEERS, rest=(("slug", "elements"),)),
    "outcomes:reports": Page(OVERSEERS),
    "outcomes:report": report(OVERSEERS),
    "outcomes:freeze": report(DESK, "post"),
    "outcomes:revise": report(DESK, "post"),
    "outcomes:download": report(OVERSEERS, kind="docx"),
    "outcomes:preview": report(OVERSEERS),
    "outcomes:words": report(DESK),
    "outcomes:photos": report(DESK),
    "outcomes:prepare": report(OVERSEERS, "post", kind="zip"),
    "outcomes:pairing_paper": Page(TEAM, "team", TEAM),
    "outcomes:pairing_paper_file": Page(TEAM, "team", TEAM, rest=(("kind", "docx"),)),
    "outcomes:own_year": Page(("teacher", "student", "secretary", "deputy")),
    "outcomes:own_year_file": Page(("teacher", "student", "secretary", "deputy"), rest=(("kind", "pdf"),)),
    "outcomes:person_year": Page(DESK, "person"),
    "outcomes:person_year_file": Page(DESK, "person", rest=(("kind", "xlsx"),)),
    "outcomes:prepared_files": Page(OVERSEERS),
    "outcomes:prepared": Page(OVERSEERS, "prepared", SEEN_BY_OVERSEERS),
    "outcomes:prepared_file": Page(OVERSEERS, "prepared", SEEN_BY_OVERSEERS),
    "outcomes:prepare_again": Page(OVERSEERS, "prepared", SEEN_BY_OVERSEERS, method="post"),
    "outcomes:withdraw": Page(("secretary",), "waiting_file", SEEN_BY_OVERSEERS, method="post"),
}

#: Open without signing in, and why.
PUBLIC = {
    "account_login": "the way in",
    "account_inactive": "says that an account is closed",
    "set_language": "a reader may choose before signing in",
    "healthz": "a load balancer has no account",
    "enterprise_service:confirm": "an enterprise's contact has no account; the signed link is the right",
    "outcomes:pack_key": "whoever is handed a pack checks it, and has no account",
    "styleguide": "exists only in DEBUG",
}

#: The admin's addresses of a model whose rows belong to a branch: the row, who adds, who changes, who deletes.
BRANCH_ROWS = {
    "organization_person": ("person", DESK, DESK, DESK),
    "organization_office": ("office", DESK, DESK, DESK),
    "organization_synonym": ("synonym", DESK, DESK, DESK),
    "organization_tag": ("tag", DESK, DESK, DESK),
    "imports_sheetimport": ("sheet", (), DESK, ()),
    "mentorship_rubric": ("rubric", DESK, DESK, ()),
    "teaching_pairs_workshop": ("workshop", DESK, DESK, DESK),
    "organization_college": ("college", ("operator",), DESK, ("operator",)),
    "organization_branch": ("branch", ("operator",), DESK, ("operator",)),
    "organization_user": ("user", ("operator",), ("operator",), ("operator",)),
    "auditlog_logentry": ("audit", (), ("operator",), ()),
    "pairings_progresslog": ("log", (), DESK, ()),
    "mentorship_mentorshipteam": ("team", DESK, DESK, ()),
    "teaching_pairs_teachingpair": ("pair", DESK, DESK, ()),
    "enterprise_service_enterprise": ("enterprise", DESK, DESK, DESK),
    "enterprise_service_problem": ("problem", DESK, DESK, DESK),
    "enterprise_service_engagement": ("engagement", DESK, DESK, ()),
    "enterprise_service_confirmationsetting": ("asking", DESK, DESK, DESK),
    "outcomes_reportkind": ("report_kind", DESK, DESK, ()),
    "outcomes_reportsetting": ("report_setting", DESK, DESK, DESK),
    "outcomes_outcome": ("verified", DESK, DESK, ()),
    "outcomes_subkind": ("subkind", DESK, DESK, ()),
    "outcomes_grade": ("grade", DESK, DESK, ()),
    "outcomes_frozenreport": ("frozen", (), DESK, ()),
    "outcomes_preparedfile": ("prepared", (), DESK, ()),
}
#: Kept by the operator, who alone sees them.
OPERATOR_ONLY = ("organization_user", "auditlog_logentry")
ADMIN_PAGES = {
    "admin:index": Desk(DESK),
    "admin:search": Desk(DESK),
    "admin:password_change": Desk(DESK),
    "admin:password_change_done": Desk(DESK),
    "admin:jsi18n": Desk(DESK),
    "admin:autocomplete": Desk(
        DESK, rest=(("?app_label", "organization"), ("?model_name", "user"), ("?field_name", "person"))
    ),
    "admin:app_list": Desk(DESK, rest=(("app_label", "pairings"),)),
    "admin:organization_person_import": Desk(DESK),
    "admin:outcomes_outcome_import": Desk(DESK),
    "admin:auth_user_password_change": Desk(("operator",), "user", key="id"),
}
for model, (row, may_add, may_look, may_delete) in BRANCH_ROWS.items():
    everyone = ("operator",) if model in OPERATOR_ONLY else DESK
    ADMIN_PAGES |= {
        f"admin:{model}_changelist": Desk(everyone),
        f"admin:{model}_add": Desk(may_add),
        f"admin:{model}_change": Desk(may_look, row, key="object_id"),
        f"admin:{model}_history": Desk(may_look, row, key="object_id"),
        f"admin:{model}_delete": Desk(may_delete, row, key="object_id"),
    }
#: The admin's addresses that say nothing themselves.
ADMIN_FORWARDS = {
    "admin:login": "forwards to the site's own sign-in",
    "admin:logout": "forgets the session",
    "admin:view_on_site": "forwards to the row's own page, which asks for itself",
    "admin:": "old addresses of rows, and those that do not exist, forwarded or 404",
}


def addresses(resolver: URLResolver | None = None, namespace: str = "") -> Iterator[str]:
    """Yield the name of every address of the site."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLPattern):
            yield f"{namespace}{pattern.name or ''}"
        else:
            inner = f"{pattern.namespace}:" if pattern.namespace else ""
            yield from addresses(pattern, namespace + inner)


def answer(client: Client, response: HttpResponseBase) -> str:
    """Return in a word what a response says."""
    if response.status_code == 302 and response["Location"].startswith(reverse("admin:login")):
        response = client.get(response["Location"])
    if response.status_code == 302 and response["Location"].startswith("/accounts/login/"):
        return "sign in"
    return "in" if response.status_code < 400 else str(response.status_code)


class EveryAddressHasARow(TestCase):
    def test_no_address_is_without_a_row(self) -> None:
        known = {*PAGES, *ADMIN_PAGES, *PUBLIC, *ADMIN_FORWARDS, ""}  # "": /healthz without its slash
        assert sorted(set(addresses()) - known) == []

    def test_no_row_is_without_an_address(self) -> None:
        gone = {*PAGES, *ADMIN_PAGES, *PUBLIC, *ADMIN_FORWARDS} - set(addresses()) - {"styleguide"}
        assert sorted(gone) == []

    def test_the_only_address_without_a_name_is_healthz(self) -> None:
        assert [name for name in addresses() if not name] == [""]


class MatrixCase(TestCase):
    """Asks every address of a table as every role, for a row of the own branch and of the other one."""

    @classmethod
    def setUpTestData(cls) -> None:
        cls.world = kept(build_world)
        audit = admin.site._registry
        entries = next(model for model in audit if model._meta.model_name == "logentry")
        for branch in (cls.world.own, cls.world.other):
            branch.rows["user"] = branch.users["teacher"]
            branch.rows["audit"] = entries.objects.get_for_object(branch.rows["person"]).first()

    def ask(self, name: str, page: Page, branch: BranchWorld) -> str:
        """Ask for a page and leave nothing behind."""
        data = page.query or {
            "reason": "请补充材料。",
            "summary": "按计划完成。",
            "origin": "stage",
            "form_key": str(uuid.uuid4()),
        }
        with transaction.atomic():
            response = getattr(self.client, page.method)(reverse(name, kwargs=page.keywords(branch)), data)
            transaction.set_rollback(True)
        return answer(self.client, response)

    def wrong_answers(self, pages: dict[str, Page]) -> list[str]:
        """Return each answer that is not the table's."""
        wrong = []
        for role in ROLES:
            self.client.logout()
            if role != "anonymous":
                self.client.force_login(self.world.user(role))
            for name, page in pages.items():
                for branch in (self.world.own, self.world.other) if page.row else (self.world.own,):
                    expected = page.answer_to(role, own_branch=branch is self.world.own)
                    got = self.ask(name, page, branch)
                    if got != expected:
                        wrong.append(f"{name}, {role}, {branch.branch.code}: {got}, not {expected}")
        return wrong


class PagesMatrix(MatrixCase):
    def test_every_page_answers_every_role_as_the_table_says(self) -> None:
        assert self.wrong_answers(PAGES) == []


class AdminMatrix(MatrixCase):
    def test_every_admin_page_answers_every_role_as_the_table_says(self) -> None:
        assert self.wrong_answers(ADMIN_PAGES) == []

    def test_a_college_s_leader_who_is_no_secretary_is_refused_at_the_desk_and_not_sent_in_circles(self) -> None:
        self.client.force_login(self.world.users["leader"])
        assert self.client.get(reverse("admin:index"), follow=True).status_code == 403


class OtherRolesThanOne(MatrixCase):
    def test_a_secretary_of_two_branches_sees_both(self) -> None:
        secretary = self.world.user("secretary")
        RoleAssignment.objects.create(user=secretary, role=RoleAssignment.Role.DEPUTY, branch=self.world.other.branch)
        self.client.force_login(User.objects.get(pk=secretary.pk))
        page = PAGES["teaching_pairs:detail"]
        assert [self.ask("teaching_pairs:detail", page, branch) for branch in (self.world.own, self.world.other)] == [
            "in",
            "in",
        ]

    def test_a_reviewer_of_two_branches_reads_both_and_decides_in_none(self) -> None:
        reviewer, branches = self.world.user("reviewer"), (self.world.own, self.world.other)
        RoleAssignment.objects.create(user=reviewer, role=RoleAssignment.Role.REVIEWER, branch=self.world.other.branch)
        self.client.force_login(User.objects.get(pk=reviewer.pk))
        read, decided = "teaching_pairs:detail", "pairings:complete"
        assert [self.ask(read, PAGES[read], branch) for branch in branches] == ["in", "in"]
        assert [self.ask(decided, PAGES[decided], branch) for branch in branches] == ["403", "403"]

    def test_an_account_that_was_closed_sees_nothing_more(self) -> None:
        teacher = self.world.user("teacher")
        self.client.force_login(teacher)
        User.objects.filter(pk=teacher.pk).update(is_active=False)
        assert self.ask("home", PAGES["home"], self.world.own) == "sign in"
