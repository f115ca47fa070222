"""Every number on a dashboard, report or desk equals what its link lists, for whoever looks at it."""

import datetime
import json
import re
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from lxml import html

from outcomes.figures import Period
from outcomes.freezing import freeze_report
from outcomes.models import FrozenReport
from tests.conftest import signed_in
from tests.factories import log, mentorship, outcome, teacher, teaching_pair, verified
from tests.kept import kept
from tests.world import YEAR, World, build_world

pytestmark = pytest.mark.django_db

QUERY = f"?year={YEAR}"
DASHBOARD, COVERAGE, FIGURES = reverse("dashboard"), reverse("coverage"), reverse("outcomes:figures")


@pytest.fixture
def college(db: None) -> World:
    """Build two branches, outcomes of every standing, and a reader with rows of their own in the other branch."""
    world = kept(build_world)
    own, other = world.own.branch, world.other.branch
    secretary = world.own.users["secretary"]
    team, pair = world.own.rows["team"], world.own.rows["pair"]
    verified(own, verifier=secretary, pairings=[team, pair], category="award", title="两类结对共有的奖")
    verified(own, verifier=secretary, category="base", level="national", status="cultivating", title="培育基地")
    verified(own, verifier=secretary, title="未归入结对的课程")
    shared = outcome(other, title="两个支部共有的课程")
    shared.shared_with.add(own)
    shared.submit(by=shared.entered_by)
    shared.verify(by=world.other.users["secretary"])
    for hours in ("0.5", "2.5"):
        log(pair, hours=hours, date=datetime.date(YEAR, 11, 2), element_kind="theory", element_words="共学。")
    elsewhere = secretary.person
    teaching_pair(
        other, by=secretary, people={"leader": elsewhere, "ordinary_teacher": teacher(other)}, title="在别的支部牵头"
    )
    return world


def numbers(page: bytes) -> Iterator[tuple[str, str]]:
    """Yield what each linked number of a page says, and its address."""
    tree = html.fromstring(page.decode())
    for link in tree.xpath("//a[contains(concat(' ', @class, ' '), ' number ')]"):
        [value] = link.find_class("number__value")
        yield (value.text or "").strip(), link.get("href")
    for link in tree.xpath("//td[@class='is-number']//a"):
        yield (link.text or "").strip(), link.get("href")


def listed(client: Client, address: str) -> tuple[int, Decimal | None]:
    """Return how many records an address lists, and the sum of their hours where they have some."""
    response = client.get(address)
    assert response.status_code == 200, address
    if address.startswith(COVERAGE):
        return covered(response)[1], None
    if address.startswith(FIGURES):
        return response.context["page_obj"].paginator.count, added_up(response)
    return response.context["page_obj"].paginator.count, response.context.get("hours")


def added_up(response: Any) -> Decimal:
    """Return the number at the head of a figure's list: the sum of its column of numbers, where it adds one up."""
    told, figure = response.context["found"].number, response.context["figure"]
    said = Decimal("0" if told == "—" else told)
    sums = [place for place, column in enumerate(response.context["columns"]) if column.is_number]
    if (figure.unit == "元" or figure.slug == "hours") and response.context["rows"]:
        assert said == sum(cells[sums[0]][1] for _page, cells in response.context["rows"])
    return said


def covered(response: Any) -> tuple[int, int]:
    """Return how many are paired, and how many there are: by name to those who may know, else in numbers."""
    members, numbers = list(response.context["members"]), list(response.context["numbers"])
    paired = sum(one.is_paired for one in members) + sum(row["paired"] for row in numbers)
    return paired, len(members) + sum(row["members"] for row in numbers)


def share(client: Client, address: str) -> str:
    """Return the share that the records behind a percentage give."""
    if address.startswith(COVERAGE):
        part, whole = covered(client.get(address))
    elif address.startswith(FIGURES):
        rows = client.get(address).context["rows"]
        part, whole = sum(bool(cells[-1][1]) for _page, cells in rows), len(rows)
    else:
        part, whole = listed(client, address)[0], listed(client, address.replace("&integrated=true", ""))[0]
    return f"{(Decimal(100) * part / whole).quantize(Decimal('0.1'), ROUND_HALF_UP)}%" if whole else "—"


def agrees(client: Client, said: str, address: str) -> bool:
    """Return whether a number is the count, the sum or the share of what its link lists."""
    if said.endswith("%") or said == "—":
        return share(client, address) == said
    return Decimal(said) in listed(client, address)


def disagreements(client: Client, page: str) -> list[str]:
    """Return each number of a page that its link does not bear out."""
    found, tried = [], 0
    for said, address in numbers(client.get(page).content):
        tried += 1
        if not agrees(client, said, address):
            found.append(f"{page}: {said} at {address}")
    assert tried, f"{page} has no number"
    return found


ROLES = ("secretary", "deputy", "leader", "operator")


@pytest.mark.parametrize("role", ROLES)
def test_every_number_equals_what_its_link_lists(college: World, role: str) -> None:
    client = signed_in(college.user(role))
    report = reverse("outcomes:report", args=[college.own.code])
    pages = [DASHBOARD + QUERY, f"{DASHBOARD}{QUERY}&branch={college.own.code}", DASHBOARD]
    pages += [f"{report}?school_year={YEAR}", f"{report}?from={YEAR}-03-01&to={YEAR}-11-02"]
    if role != "leader":
        pages.append(reverse("home"))
    assert [line for page in pages for line in disagreements(client, page)] == []


def test_a_reader_with_rows_in_another_branch_sees_behind_a_number_what_it_counts(college: World) -> None:
    secretary = college.own.users["secretary"]
    assert secretary.person.seats.filter(pairing__branch=college.other.branch).exists()
    assert disagreements(signed_in(secretary), DASHBOARD + QUERY) == []


def test_the_net_finds_a_number_whose_list_is_another(college: World) -> None:
    secretary = college.own.users["secretary"]
    page = f"{reverse('teaching_pairs:list')}?active_on={YEAR}-12-31"
    client = signed_in(secretary)
    assert listed(client, page)[0] > listed(client, f"{page}&overseen=true")[0]


@pytest.fixture
def frozen(college: World) -> FrozenReport:
    """Freeze a report, and let outcomes, pairings and logs change after it."""
    branch, users = college.own.branch, college.own.users
    secretary, pair = users["secretary"], college.own.rows["pair"]
    stopped = teaching_pair(branch, title="早已停止的结对")
    days = Period(datetime.date(YEAR, 2, 1), datetime.date(YEAR, 11, 30))
    report = freeze_report(branch, days, by=secretary, despite=True)
    later = college.own.rows["verified"].correct(by=users["teacher"], reason="证书上是国家级")
    later.level = "national"
    later.save()
    later.submit(by=users["teacher"])
    later.verify(by=secretary)
    log(pair, hours="8", date=datetime.date(YEAR, 11, 3))
    teaching_pair(branch, title="补报的结对")
    stopped.end(by=secretary, reason="后来查明早已停止。", on=datetime.date(YEAR, 11, 20))
    return report


def test_a_frozen_report_lists_what_it_counted_on_its_day(college: World, frozen: FrozenReport) -> None:
    page, client = frozen.get_absolute_url(), signed_in(college.own.users["secretary"])
    links = [link for _said, link in numbers(client.get(page).content)]
    assert {"frozen=" in link for link in links} == {True}
    assert {link.split("?")[0] for link in links} >= {
        f"{FIGURES}{slug}/" for slug in ("active", "ended", "logs", "hours")
    }
    assert disagreements(client, page) == []


def test_a_report_that_was_frozen_before_it_kept_them_opens_no_other_pairings_and_logs(
    college: World, frozen: FrozenReport
) -> None:
    figures = json.loads(frozen.figures)
    for row in figures["pairings"].values():
        del row["ids"]
    FrozenReport.objects.filter(pk=frozen.pk).update(figures=json.dumps(figures))
    client = signed_in(college.own.users["secretary"])
    links = [link for _said, link in numbers(client.get(frozen.get_absolute_url()).content)]
    assert [link for link in links if link.startswith(f"{FIGURES}logs/") or "logs" in link] == []
    address = reverse("outcomes:figure", args=["logs"])
    assert client.get(f"{address}?of=teaching&frozen={frozen.pk}").status_code == 404


@pytest.mark.parametrize(
    "wrong", ["?from=2024-01-01", "?to=2024-01-01", "?year=1", "?year=x", "?year=0", "?from=2024-02-01&to=2024-01-01"]
)
def test_a_wrong_or_half_period_is_refused_with_words_in_page_and_file_alike(college: World, wrong: str) -> None:
    client, code = signed_in(college.own.users["secretary"]), college.own.code
    addresses = [DASHBOARD, COVERAGE, reverse("outcomes:report", args=[code])]
    addresses += [reverse("outcomes:download", args=[code, kind]) for kind in ("json", "docx")]
    answers = [client.get(address + wrong) for address in addresses]
    assert [answer.status_code for answer in answers] == [400] * len(addresses)
    assert all("请重新选择" in answer.content.decode() for answer in answers)
    assert not any(re.search("is-number|report.json", answer.content.decode()) for answer in answers)


def test_hours_are_never_written_in_exponents(college: World) -> None:
    pair = mentorship(college.own.branch)
    for month in range(3, 13):
        log(pair, hours="24", date=datetime.date(YEAR, month, 20))
    page = signed_in(college.own.users["secretary"]).get(f"{DASHBOARD}{QUERY}").content
    assert [said for said, _address in numbers(page) if "e" in said.lower()] == []
