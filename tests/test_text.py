"""Text that no document can hold is refused at every door, and long text survives or is refused, never cut."""

import io
import itertools
from pathlib import Path

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import transaction
from django.test import Client
from django.urls import reverse
from docx import Document
from hypothesis import example, given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from organization.roster import import_roster
from organization.text import PlainCharField, PlainEmailField, PlainTextField, line_feeds, validate_plain_text
from outcomes.documents.outlines import ANNUAL
from outcomes.figures import Period
from outcomes.handing import hand_in
from pairings.models import Pairing, ProgressLog
from teaching_pairs.models import TeachingPair
from tests.factories import BranchFactory, teacher, user_of, verified
from tests.kept import kept
from tests.sheets import LI, ROSTER, workbook
from tests.world import build_own

pytestmark = pytest.mark.django_db

HOSTILE = ["铃\x07声", "空\x00字", "代\ud800理", "倒\u202e序", "隔\u2066离", "非\uffff字", "删\x7f除"]
LONG = "长" * 40_000
PLAIN_FIELDS = (PlainCharField, PlainTextField, PlainEmailField)
PLAIN = [
    (model, field)
    for model in apps.get_models()
    for field in model._meta.local_fields
    if isinstance(field, PLAIN_FIELDS)
]


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_every_text_field_refuses_it_at_the_model_s_own_door(text: str) -> None:
    for _model, field in PLAIN:
        with pytest.raises(ValidationError):
            field.get_db_prep_save(text, connection=None)


def test_all_words_that_people_write_are_in_fields_that_refuse() -> None:
    free = {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        if model._meta.app_label
        in (
            "organization",
            "evidence",
            "imports",
            "pairings",
            "mentorship",
            "teaching_pairs",
            "enterprise_service",
            "outcomes",
        )
        for field in model._meta.local_fields
        if field.editable
        and field.get_internal_type() in ("CharField", "TextField")
        and not field.choices
        and not isinstance(field, PLAIN_FIELDS)
    }
    assert free == {
        "evidence.StoredFile.media_type",  # ours, from inspection
        "evidence.StoredFile.sha256",
        "imports.SheetImportRow.state",  # ours
        "organization.FormReceipt.url",
        "organization.Throttle.key",  # a hash
        "organization.Throttle.seen",  # hashes
        "organization.TrailHead.mac",
        "organization.TrailHead.seal",
        "organization.TrailLink.content",
        "organization.TrailLink.mac",
        "organization.TrailLink.redaction",
        "organization.User.email",  # the operator's, by Django's own form
        "organization.User.password",
        "organization.User.username",  # Django's own validator
        "outcomes.PreparedFile.format",  # ours, as the address names them
        "outcomes.PreparedFile.kind",
        "outcomes.PreparedFile.language",
        "outcomes.PreparedFile.sha256",
        "outcomes.FrozenReport.figures",  # made of what was refused elsewhere
        "outcomes.FrozenReport.label",
        "outcomes.FrozenReport.sha256",
        "outcomes.Outcome.help_kinds",  # some of four words, held by the database
        "outcomes.ReportFile.name",
        "outcomes.ReportKind.code",  # has a validator of its own
        "outcomes.ReportKindPart.section",  # one of the registered sections, or numbered by us
        "outcomes.ReportProse.kind",  # one of the outlines
        "outcomes.ReportProse.section",
        "pairings.MatchRule.kind",  # one of the forms
        "pairings.MatchRun.aim",  # one of the parts of its score
        "pairings.ChangedSeat.role",
        "pairings.MatchSeat.role",
        "pairings.ProgressLog.activity_type",  # one of the form's own
        "pairings.Seat.role",
    }


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_saving_past_the_forms_is_refused_and_writes_nothing(text: str) -> None:
    person = teacher(BranchFactory())
    person.strengths = text
    with pytest.raises(ValidationError):
        person.save()
    with pytest.raises(ValidationError), transaction.atomic():
        TeachingPair.objects.filter(pk=1).update(course=text)
    person.refresh_from_db()
    assert person.strengths == ""


@pytest.mark.parametrize("text", [*HOSTILE[:2], *HOSTILE[3:], LONG], ids=lambda text: ascii(text[:5]))
def test_a_page_s_form_refuses_it_beside_its_field_and_keeps_the_rest(client: Client, text: str) -> None:
    world = kept(build_own)
    client.force_login(world.users["teacher"])
    before = ProgressLog.objects.count()
    sent = {"date": "2024-05-07", "activity_type": "meeting", "words": text, "hours": "1.5"}
    response = client.post(reverse("pairings:log", args=[world.rows["pair"].pk]), sent)
    assert (response.status_code, "words" in response.context["form"].errors) == (200, True)
    assert response.context["form"]["hours"].value() == "1.5"
    assert ProgressLog.objects.count() == before


def test_the_admin_refuses_it_beside_its_field(client: Client) -> None:
    world = kept(build_own)
    client.force_login(world.users["secretary"])
    office = world.rows["office"]
    sent = {"branch": world.branch.pk, "name": HOSTILE[3], "version": office.version}
    response = client.post(reverse("admin:organization_office_change", args=[office.pk]), sent)
    assert list(response.context["adminform"].form.errors) == ["name"]


def test_an_import_refuses_it_at_its_cell(tmp_path: Path) -> None:
    row = ["倒\u202e序", *LI[1:]]
    result = import_roster(workbook(tmp_path / "r.xlsx", [ROSTER, row]), BranchFactory())
    assert [(error.row, error.column) for error in result.errors] == [(2, "姓名")]


def test_long_text_survives_whole_or_is_refused() -> None:
    pairing = kept(build_own).rows["pair"]
    for field, limit in (("aim", 2000), ("title", 100)):
        setattr(pairing, field, "长" * limit)
        pairing.save()
        assert getattr(Pairing.objects.get(pk=pairing.pk), field) == "长" * limit
        setattr(pairing, field, LONG)
        with pytest.raises(ValidationError):
            pairing.save()
        pairing.refresh_from_db()


def test_a_line_end_is_one_line_feed_and_one_character_whoever_sent_it() -> None:
    pairing = kept(build_own).rows["pair"]
    pairing.aim = "一\r\n二\r三\n"
    pairing.save()
    assert pairing.aim == Pairing.objects.get(pk=pairing.pk).aim == "一\n二\n三\n"
    full = "长" * 1998 + "\n末"
    assert Pairing._meta.get_field("aim").formfield().clean(full.replace("\n", "\r\n")) == full


@given(st.text(min_size=1, max_size=30))
@example("\r")
@example("a\r\nb\n\rc")
def test_what_is_taken_opens_in_word_and_excel(text: str) -> None:
    try:
        validate_plain_text(text)
    except ValidationError:
        return
    document, book = Document(), Workbook()
    kept = line_feeds(text)
    document.add_paragraph(kept)
    book.active.append([None, kept])
    word, excel = io.BytesIO(), io.BytesIO()
    document.save(word)
    book.save(excel)
    assert Document(word).paragraphs[0].text == kept
    assert load_workbook(excel).active["B1"].value == kept


def test_a_report_of_the_strangest_words_that_are_taken_opens() -> None:
    branch = BranchFactory(name="𠮷<&>\u200b" + "支部")
    verified(branch, by=user_of(teacher(branch)), title="=HYPERLINK(1)&<b>𠮷")
    document = Document(io.BytesIO(b"".join(hand_in(branch, Period.year(2024), ANNUAL, "docx").chunks)))
    words = itertools.chain.from_iterable(paragraph.text for paragraph in document.paragraphs)
    assert "𠮷" in "".join(words)
