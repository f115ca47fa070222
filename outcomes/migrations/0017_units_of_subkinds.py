"""The sub-kinds of the system whose outcomes are counted in a unit of their own."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

UNITS = {
    ("project", "横向课题"): "cny_10k",
    ("service", "技术攻关"): "cny_10k",
    ("service", "技术咨询"): "enterprises",
    ("service", "技能培训"): "person_times",
}


def give_units(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Give the system's own words their units."""
    for (category, name), unit in UNITS.items():
        apps.get_model("outcomes", "Subkind").objects.filter(category=category, name=name, branch=None).update(
            unit=unit
        )


def take_units(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Take them away again."""
    apps.get_model("outcomes", "Subkind").objects.filter(branch=None).update(unit="")


class Migration(migrations.Migration):
    dependencies = [("outcomes", "0016_quantities")]

    operations = [migrations.RunPython(give_units, take_units)]
