"""Let people be found by the surname's own reading: 曾 zeng, 单 shan, 区 ou."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from organization.pinyin import search_key

ROWS_AT_A_TIME = 2000


def write_readings(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Write the search key of everybody whose key is another now."""
    people = apps.get_model("organization", "Person").objects
    changed = []
    for person in people.only("name", "pinyin").iterator(ROWS_AT_A_TIME):
        key = search_key(person.name)
        if key != person.pinyin:
            person.pinyin = key
            changed.append(person)
    people.bulk_update(changed, ["pinyin"], batch_size=ROWS_AT_A_TIME)


class Migration(migrations.Migration):
    dependencies = [("organization", "0007_synonyms_and_political_status")]

    operations = [migrations.RunPython(write_readings, migrations.RunPython.noop)]
