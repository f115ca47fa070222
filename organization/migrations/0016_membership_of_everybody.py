"""Give everybody the time in a branch that is known: of those unticked, to the day on which the trail says it was."""

import datetime

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.utils import timezone

from organization.trail import audit_made

ROWS_AT_A_TIME = 1000


def give_memberships(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Make a row for each person, and its entry of the trail."""
    Person = apps.get_model("organization", "Person")
    Membership = apps.get_model("organization", "Membership")
    days = _days_of_leaving(apps)
    batch = []
    for pk, branch, is_active in Person.objects.order_by("pk").values_list("pk", "branch", "is_active").iterator():
        row = Membership(person_id=pk, branch_id=branch, basis="reckoned")
        if not is_active:
            row.left_on, row.ending = days.get(pk, timezone.localdate()), "left"
        batch.append(row)
        if len(batch) == ROWS_AT_A_TIME:
            _insert(batch)
            batch = []
    _insert(batch)


def _insert(batch: list) -> None:
    """Insert rows, and let the trail say so, as the checks of a trail that is sealed ask."""
    if not batch:
        return
    from organization.models import Membership  # noqa: PLC0415 - the trail knows real models alone

    type(batch[0]).objects.bulk_create(batch)
    columns = ("pk", "person_id", "branch_id", "left_on", "ending", "basis")
    audit_made([Membership(**{name: getattr(row, name) for name in columns}) for row in batch])


def _days_of_leaving(apps: Apps) -> dict[int, datetime.date]:
    """Return for each person the day on which “here now” was last unticked."""
    kinds = apps.get_model("contenttypes", "ContentType").objects.filter(app_label="organization", model="person")
    entries = apps.get_model("auditlog", "LogEntry").objects.filter(content_type__in=kinds, object_id__isnull=False)
    told = entries.filter(changes__has_key="is_active").order_by("pk").values_list("object_id", "timestamp", "changes")
    return {
        pk: timezone.localdate(at)
        for pk, at, changes in told.iterator(chunk_size=ROWS_AT_A_TIME)
        if changes["is_active"][-1] == "False"
    }


def tick(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Untick those who belong to no branch today; their other times in branches are lost."""
    today = timezone.localdate()
    Person = apps.get_model("organization", "Person")
    here = apps.get_model("organization", "Membership").objects.exclude(left_on__lte=today)
    Person.objects.filter(pk__in=here.values("person")).update(is_active=True)
    Person.objects.exclude(pk__in=here.values("person")).update(is_active=False)


class Migration(migrations.Migration):
    dependencies = [
        ("auditlog", "0017_add_actor_email"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("organization", "0015_membership"),
    ]

    operations = [migrations.RunPython(give_memberships, tick)]
