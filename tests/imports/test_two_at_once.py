"""One sheet written by two people at one moment: one does, the other is told, and nobody is there twice."""

import pytest
from django.urls import reverse

from imports.models import SheetImport
from organization.models import Branch, Person, User
from tests.factories import BranchFactory, secretary_of
from tests.factories.imports import ROSTER, previewed
from tests.test_threads import at_once, requests_at_once

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

ROWS = [ROSTER, *([f"新人{place}", f"T10000{place}", "教师", "群众", "讲师"] for place in range(3))]


@pytest.fixture
def branch() -> Branch:
    return BranchFactory()


@pytest.fixture
def secretary(branch: Branch) -> User:
    return secretary_of(branch)


def test_of_two_who_write_one_sheet_one_does_and_the_other_is_told(branch: Branch, secretary: User) -> None:
    found = previewed(branch, ROWS, by=secretary)
    address, sent = reverse("imports:write", args=[found.pk]), {"seen": found.digest}
    answers = requests_at_once(*((one, address, sent) for one in (secretary, secretary_of(branch))), follow=True)
    said = sorted(("已写入：新增 3 行" in page, "已经写入了这份表格" in page) for _code, page in answers)
    assert said == [(False, True), (True, False)]
    assert (Person.objects.filter(number__startswith="T10000").count(), found.rows.count()) == (3, 3)


def test_of_two_previews_of_one_sheet_one_is_written_and_the_other_is_shown_again(
    branch: Branch, secretary: User
) -> None:
    copies = [previewed(branch, ROWS, by=secretary) for _ in range(2)]
    ends = at_once(*(lambda one=one: one.write(by=secretary, seen=one.digest) for one in copies))
    assert (ends, Person.objects.filter(number__startswith="T10000").count()) == (["done", "refused"], 3)
    states = sorted((one.stage, one.same) for one in SheetImport.objects.all())
    assert states == [("previewed", 3), ("written", 0)]


def test_an_import_is_undone_by_one_of_two(branch: Branch, secretary: User) -> None:
    found = previewed(branch, ROWS, by=secretary)
    found.write(by=secretary, seen=found.digest)
    copies = [SheetImport.objects.get(pk=found.pk) for _ in range(2)]
    ends = at_once(*(lambda one=one: one.undo(by=secretary, reason="读错了表。") for one in copies))
    assert (ends, Person.objects.filter(number__startswith="T10000").count()) == (["done", "refused"], 0)
