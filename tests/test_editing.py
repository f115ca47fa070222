"""Two tabs on one record, and one form sent ten times: in the pages and in the admin."""

import uuid

import pytest
from django.test import Client
from django.urls import reverse

from organization.models import Office, StaleRecordError
from outcomes.models import Outcome
from pairings.models import Pairing, ProgressLog
from tests.world import BranchWorld

pytestmark = pytest.mark.django_db


def as_sent(form: object) -> dict:
    """Return what a browser would send of a form as it was opened."""
    return {bound.html_name: "" if bound.value() is None else bound.value() for bound in form if bound.name != "photos"}


def test_the_second_of_two_tabs_is_refused_and_shows_what_changed(teacher_client: Client, world: BranchWorld) -> None:
    address = reverse("pairings:edit_log", args=[world.rows["log"].pk])
    opened = as_sent(teacher_client.get(address).context["form"])
    assert teacher_client.post(address, {**opened, "words": "先保存的一页"}).status_code == 302
    refused = teacher_client.post(address, {**opened, "words": "后保存的一页"})
    form = refused.context["form"]
    assert refused.status_code == 200
    assert [(one.theirs, one.yours) for one in form.conflicts] == [("先保存的一页", "后保存的一页")]
    assert form["words"].value() == "后保存的一页"
    assert ProgressLog.objects.get(pk=world.rows["log"].pk).words == "先保存的一页"
    page = refused.content.decode()
    assert "先保存的一页" in page
    assert "后保存的一页" in page
    again = {**opened, "words": "看过两处之后", "version": form["version"].value()}
    assert teacher_client.post(address, again).status_code == 302
    assert ProgressLog.objects.get(pk=world.rows["log"].pk).words == "看过两处之后"


def test_a_pairing_s_second_save_is_refused_too(teacher_client: Client, world: BranchWorld) -> None:
    address = reverse("teaching_pairs:edit", args=[world.rows["pair"].pk])
    opened = as_sent(teacher_client.get(address).context["form"])
    teacher_client.post(address, {**opened, "title": "先改的题目"})
    refused = teacher_client.post(address, {**opened, "title": "后改的题目"})
    assert [one.yours for one in refused.context["form"].conflicts] == ["后改的题目"]
    assert Pairing.objects.get(pk=world.rows["pair"].pk).title == "先改的题目"


def test_an_outcome_s_second_save_is_refused_too(teacher_client: Client, world: BranchWorld) -> None:
    address = reverse("outcomes:edit", args=[world.rows["draft"].pk])
    form = teacher_client.get(address).context["form"]
    opened = {k: v for k, v in as_sent(form).items() if k not in ("files", "log_photos")}
    assert teacher_client.post(address, {**opened, "title": "先改的成果"}).status_code == 302
    refused = teacher_client.post(address, {**opened, "title": "后改的成果"})
    assert [one.yours for one in refused.context["form"].conflicts] == ["后改的成果"]
    assert Outcome.objects.get(pk=world.rows["draft"].pk).title == "先改的成果"


def test_the_admin_refuses_the_second_save_and_keeps_what_was_typed(desk: Client, world: BranchWorld) -> None:
    office = world.rows["office"]
    address = reverse("admin:organization_office_change", args=[office.pk])
    form = desk.get(address).context["adminform"].form
    opened = {"branch": world.branch.pk, "version": form["version"].value()}
    assert desk.post(address, {**opened, "name": "先改的教研室"}).status_code == 302
    refused = desk.post(address, {**opened, "name": "后改的教研室"})
    kept = refused.context["adminform"].form
    assert [(one.theirs, one.yours) for one in kept.conflicts] == [("先改的教研室", "后改的教研室")]
    assert kept["name"].value() == "后改的教研室"
    assert "先改的教研室" in refused.content.decode()
    assert Office.objects.get(pk=office.pk).name == "先改的教研室"


def test_two_copies_in_code_cannot_both_save(world: BranchWorld) -> None:
    first, second = (Office.objects.get(pk=world.rows["office"].pk) for _ in range(2))
    first.name = "甲"
    first.save()
    second.name = "乙"
    with pytest.raises(StaleRecordError):
        second.save()
    assert Office.objects.get(pk=first.pk).name == "甲"


def test_the_same_log_sent_ten_times_is_one_row(teacher_client: Client, world: BranchWorld) -> None:
    address = reverse("pairings:log", args=[world.rows["pair"].pk])
    before = ProgressLog.objects.count()
    activity = world.rows["pair"].kind_info.activities[0][0]
    sent = {"date": "2024-05-07", "activity_type": activity, "words": "调试", "hours": "1", "form_key": uuid.uuid4()}
    answers = [teacher_client.post(address, sent) for _ in range(10)]
    assert {(answer.status_code, answer["Location"]) for answer in answers} == {
        (302, world.rows["pair"].get_absolute_url())
    }
    assert ProgressLog.objects.count() == before + 1


def test_a_refused_form_can_be_corrected_and_sent_with_its_key(teacher_client: Client, world: BranchWorld) -> None:
    address = reverse("pairings:log", args=[world.rows["pair"].pk])
    activity = world.rows["pair"].kind_info.activities[0][0]
    sent = {"date": "2024-05-07", "activity_type": activity, "words": "", "hours": "1", "form_key": uuid.uuid4()}
    assert teacher_client.post(address, sent).status_code == 200
    assert teacher_client.post(address, {**sent, "words": "补写"}).status_code == 302


def test_the_same_new_office_sent_ten_times_in_the_admin_is_one_row(desk: Client, world: BranchWorld) -> None:
    sent = {"branch": world.branch.pk, "name": "新教研室", "form_key": uuid.uuid4()}
    answers = {desk.post(reverse("admin:organization_office_add"), sent).status_code for _ in range(10)}
    assert (answers, Office.objects.filter(name="新教研室").count()) == ({302}, 1)


@pytest.mark.parametrize("address", ["pairings:log", "teaching_pairs:edit"])
def test_every_form_carries_a_key(teacher_client: Client, world: BranchWorld, address: str) -> None:
    page = teacher_client.get(reverse(address, args=[world.rows["pair"].pk])).content.decode()
    forms = [form for form in page.split("<form")[1:] if "logout" not in form and "language" not in form]
    assert ['name="form_key"' in form for form in forms] == [True]


def test_those_who_achieved_it_stay_in_their_order_through_an_edit(teacher_client: Client, world: BranchWorld) -> None:
    draft = Outcome.objects.get(pk=world.rows["draft"].pk)
    ordered = [one.person_id for one in draft.contributions.order_by("position")][::-1]
    address = reverse("outcomes:edit", args=[draft.pk])
    for _time in range(2):
        form = teacher_client.get(address).context["form"]
        sent = {k: v for k, v in as_sent(form).items() if k not in ("files", "log_photos")}
        teacher_client.post(address, {**sent, "people": ordered})
        assert [one.person_id for one in draft.contributions.order_by("position")] == ordered
    shown = [
        int(str(option["value"])) for _label, [option], _place in form["people"].field.widget.optgroups("", ordered)
    ]
    assert shown[: len(ordered)] == ordered
