"""What somebody types into an address is answered, whatever it is, and never by an error page of ours."""

import io
import time

import pytest
from django.contrib.admin import site
from django.forms import BaseForm, ModelChoiceField
from django.test import Client, RequestFactory
from django.urls import reverse

from organization.bounds import MOST_ROWS
from organization.readable import why_form
from pairing_site.handler import BoundedHandler, readable
from tests.conftest import signed_in
from tests.factories import operator
from tests.nets.cost import MEGABYTE, measured
from tests.world import BranchWorld

pytestmark = pytest.mark.django_db

NAMES = (
    "branch", "match", "problem", "pairing", "enterprise", "page", "ids", "q", "status", "urgency", "scale", "kind",
    "activity_type", "from", "to", "year", "school_year", "date_min", "date_max", "overdue", "counted", "granted",
    "category", "level", "review", "achieved_on", "title", "course",
)  # fmt: skip
VALUES = ("²", "\x00", "9" * 40, "-1", "' OR 1=1 --", "2024-13-45", "\ud800", "名" * 3000)
PAGES = (
    "home", "dashboard", "coverage", "mentorship:list", "mentorship:new", "teaching_pairs:list", "teaching_pairs:new",
    "teaching_pairs:workshops", "enterprise_service:list", "enterprise_service:new", "enterprise_service:board",
    "enterprise_service:new_problem", "enterprise_service:enterprises", "enterprise_service:findings",
    "pairings:logs", "outcomes:list", "outcomes:new", "outcomes:reports",
)  # fmt: skip
ANSWERS = {200, 302, 400, 404}


@pytest.mark.parametrize("value", VALUES, ids=[f"value{number}" for number, _value in enumerate(VALUES)])
def test_no_query_is_an_error_page(world: BranchWorld, value: str) -> None:
    desk = signed_in(world.users["secretary"])
    query = dict.fromkeys(NAMES, value.encode("utf-8", "surrogatepass"))
    addresses = [reverse(name) for name in PAGES]
    addresses += [reverse("pairings:matching", args=["teaching"]), world.rows["run"].get_absolute_url()]
    addresses += [reverse("outcomes:report", args=[world.code])]
    answers = {address: desk.get(address, query).status_code for address in addresses}
    assert {address: code for address, code in answers.items() if code not in ANSWERS} == {}


@pytest.mark.parametrize("number", ["0", "9" * 18, "9" * 40])
def test_no_number_of_a_row_is_an_error_page(desk: Client, number: str) -> None:
    addresses = [
        f"/mentorship/{number}/",
        f"/teaching-pairs/workshops/{number}/",
        f"/enterprise-service/problems/{number}/",
        f"/pairings/proposals/{number}/",
        f"/outcomes/{number}/",
        "/enterprise-service/confirm/%00/",
    ]
    assert {address: desk.get(address).status_code for address in addresses} == dict.fromkeys(addresses, 404)


def test_no_posted_number_is_an_error_page(desk: Client, world: BranchWorld) -> None:
    rule, workshop = reverse("pairings:add_rule", args=["teaching"]), world.rows["workshop"]
    for value in ("²", "9" * 40, "\x00", "x"):
        sent = {"branch": value, "rule": value, "person": value, "other": value, "run": value, "present": value}
        codes = {
            desk.post(rule, sent).status_code,
            desk.post(rule, {**sent, "branch": world.code}).status_code,
            desk.post(reverse("teaching_pairs:attendance", args=[workshop.pk]), sent).status_code,
            desk.post(reverse("pairings:answer", args=[world.rows["match"].pk]), {"accept": value}).status_code,
        }
        assert codes <= ANSWERS


@pytest.mark.parametrize("number", ["-1e1000000", "1e999999", "NaN", "Infinity", "1.5", "9" * 5000])
def test_a_number_that_is_none_takes_no_time_and_filters_nothing(desk: Client, world: BranchWorld, number: str) -> None:
    began = time.perf_counter()
    page = desk.get(reverse("pairings:logs"), {"pairing": number})
    assert time.perf_counter() - began < 2
    assert page.status_code in {200, 400}
    if page.status_code == 200:
        assert list(page.context["filter"].form.errors) == ["pairing"]


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "10000-01-01", "0000-01-01"])
def test_a_day_that_nobody_lives_is_refused_at_its_field(desk: Client, day: str) -> None:
    page = desk.get(reverse("pairings:logs"), {"date_after": day, "date_before": day})
    assert list(page.context["filter"].form.errors) == ["date"]


BIG = "9" * 40
OF_THE_DESK = (
    "search/?s=a&page=x", f"search/?s=a&page={BIG}", "organization/person/?_to_field=",
    "organization/person/add/?_to_field=", f"organization/person/?id__in={BIG}", f"organization/person/?pk={BIG}",
    "organization/person/?q=%00", "autocomplete/?app_label=organization&model_name=user&field_name=person&term=%00",
    "autocomplete/?app_label=organization&model_name=user&field_name=person&page=x", f"r/9/{BIG}/", "r/9/null/",
    "r/null/null/", f"r/{BIG}/1/", "pairings/progresslog/?date__year=9999&date__month=12",
    f"outcomes/outcome/?achieved_on__year={BIG}", "pairings/progresslog/?hours__gte=NaN",
    "mentorship/mentorshipteam/?started_on__year=9999", f"mentorship/mentorshipteam/?branch__id__in={BIG}",
    "teaching_pairs/workshop/?held_on__gte=10000-01-01", f"mentorship/mentorshipteam/?p={BIG}",
)  # fmt: skip


@pytest.mark.parametrize("address", OF_THE_DESK, ids=range(len(OF_THE_DESK)))
def test_no_address_of_the_desk_is_an_error_page(world: BranchWorld, address: str) -> None:
    assert signed_in(operator()).get(f"/admin/{address}").status_code in ANSWERS


def rows_named_by(form: BaseForm) -> list[str]:
    """Return the fields of a form in which a row of another table is picked."""
    return [name for name, field in form.fields.items() if isinstance(field, ModelChoiceField)]


def test_a_list_of_the_desk_is_still_asked_as_its_own_links_ask(desk: Client, world: BranchWorld) -> None:
    asked = "date__year=2024&date__month=5&p=1&o=-1.2&element_kind__exact=theory&kind=teaching&q=1e5"
    page = desk.get(f"/admin/pairings/progresslog/?{asked}")
    assert (page.status_code, page.context["cl"].query) == (200, "1e5")


@pytest.mark.parametrize("address", ["/admin/%00/tag/", "/admin/organization/tag/%00/", "/admin/r/%00/1/"])
def test_a_path_with_a_nul_leads_nowhere(world: BranchWorld, address: str) -> None:
    assert {signed_in(user).post(address).status_code for user in (operator(), world.users["teacher"])} == {404}


@pytest.mark.parametrize("count", ["5000", "9" * 18])
def test_a_page_shows_no_more_empty_rows_than_anybody_fills_in(world: BranchWorld, count: str) -> None:
    sent = {"items-TOTAL_FORMS": count, "items-INITIAL_FORMS": "0"}
    page = signed_in(operator()).post(reverse("admin:mentorship_rubric_add"), sent)
    assert len(page.context["inline_admin_formsets"][0].formset.forms) <= MOST_ROWS


@pytest.mark.parametrize("value", ["%s%s%n", "²", BIG, "\x00"])
def test_no_row_that_a_form_of_the_desk_names_is_an_error_page(world: BranchWorld, value: str) -> None:
    client, tried, answers = signed_in(operator()), 0, {}
    for model in site._registry:
        address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_add")
        page = client.get(address)
        if page.status_code != 200:
            continue
        forms = [
            page.context["adminform"].form,
            *(one.formset.empty_form for one in page.context["inline_admin_formsets"]),
        ]
        sent = {
            form.add_prefix(name).replace("__prefix__", "0"): value for form in forms for name in rows_named_by(form)
        }
        counts = {f"{one.formset.prefix}-TOTAL_FORMS": "1" for one in page.context["inline_admin_formsets"]}
        answers[address] = client.post(address, {**sent, **counts}).status_code
        tried += len(sent)
    assert (set(answers.values()) <= ANSWERS, answers, tried > 20) == (True, answers, True)


def test_rows_chosen_beyond_what_a_database_holds_are_refused(desk: Client, world: BranchWorld) -> None:
    sent = {"action": "verify", "_selected_action": BIG}
    assert desk.post(reverse("admin:outcomes_outcome_changelist"), sent).status_code == 400


@pytest.mark.parametrize("sent", ["multipart/form-data", "multipart/form-data; boundary=", "multipart/mixed"])
def test_a_form_in_parts_that_nobody_can_tell_apart_is_answered_in_the_frame(desk: Client, sent: str) -> None:
    answer = desk.post(reverse("profile"), b"--x\r\n\r\n", content_type=sent)
    if answer.status_code == 400:
        assert "请求无法读取" in answer.content.decode()
        assert "退出" in answer.content.decode()
    else:
        assert (sent, answer.status_code) == ("multipart/mixed", 200)


@pytest.mark.parametrize("sent", ["text/plain; charset=rot13", "multipart/form-data; boundary=x; charset=undefined"])
def test_a_codec_in_a_header_reads_no_address(world: BranchWorld, sent: str) -> None:
    said: list[str] = []
    environ = {
        **RequestFactory()._base_environ(),
        "CONTENT_TYPE": sent,
        "QUERY_STRING": "q=a",
        "PATH_INFO": "/healthz/",
    }
    BoundedHandler()(environ, lambda status, headers, exc_info=None: said.append(status))
    assert said == ["400 Bad Request"]


def test_an_address_of_thirty_megabytes_is_refused_before_it_is_copied(world: BranchWorld) -> None:
    said: list[str] = []
    environ = {**RequestFactory()._base_environ(), "PATH_INFO": "/", "QUERY_STRING": "q=" + "%61" * (10 * MEGABYTE)}
    cost = measured(lambda: BoundedHandler()(environ, lambda status, headers, exc_info=None: said.append(status)))
    assert said == ["400 Bad Request"]
    assert cost.here < 8 * MEGABYTE


def test_a_cookie_with_a_nul_is_no_session(world: BranchWorld) -> None:
    environ = {**RequestFactory()._base_environ(), "HTTP_COOKIE": 'sessionid="abcdefgh\\000"', "PATH_INFO": "/"}
    assert "HTTP_COOKIE" not in readable(environ)
    assert "HTTP_COOKIE" in readable({**environ, "HTTP_COOKIE": "sessionid=abcdefgh"})


def test_rows_that_a_page_only_shows_are_those_there_are(desk: Client, world: BranchWorld) -> None:
    team = world.rows["team"]
    address = reverse("admin:mentorship_mentorshipteam_change", args=[team.pk])
    form = desk.get(address).context["adminform"].form
    kept = {name: form[name].value() for name in ("title", "aim", "started_on", "version")}
    seats = {"seats-TOTAL_FORMS": "9", "seats-INITIAL_FORMS": "0", "seats-0-person": "1", "seats-0-role": "leader"}
    before = team.seats.count()
    sent = {**kept, **seats, "projects-TOTAL_FORMS": "1", "projects-INITIAL_FORMS": "0"}
    assert desk.post(address, {**sent, "title": ""}).status_code == 200
    assert desk.post(address, {**sent, "title": "改过的题目"}).status_code == 302
    team.refresh_from_db()
    assert (team.title, team.seats.count()) == ("改过的题目", before)


class _Broken(io.BytesIO):
    """The body of somebody who went away, of which the server says no more than that."""

    def read(self, *_size: int) -> bytes:
        raise OSError


def test_a_form_that_cannot_be_read_is_refused_though_nobody_says_why(rf: RequestFactory) -> None:
    request = rf.post("/", {"words": "x"})
    request._stream = _Broken()
    assert why_form(request) == "UnreadablePostError"


def test_a_form_that_cannot_be_read_is_refused_in_the_words_of_who_read_it(rf: RequestFactory) -> None:
    request = rf.post("/", b"x", content_type="multipart/form-data; boundary=")
    assert why_form(request).startswith("Invalid boundary")
