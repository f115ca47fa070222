"""Volunteering is counted in attendances: its sub-kinds name no other unit."""

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def empty_other_units(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Take another unit from sub-kinds that were written before forms refused it; outcomes keep what they say."""
    rows = apps.get_model("outcomes", "Subkind").objects.filter(category="volunteering")
    rows.exclude(unit__in=["", "person_times"]).update(unit="")


class Migration(migrations.Migration):
    dependencies = [("outcomes", "0020_prepared_outdated")]

    operations = [
        migrations.RunPython(empty_other_units, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="subkind",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("category", "volunteering"), _negated=True),
                    ("unit__in", ["", "person_times"]),
                    _connector="OR",
                ),
                name="volunteering_in_attendances",
                violation_error_message="Volunteering is counted in attendances, and in hours besides.",
            ),
        ),
    ]
