from django.db import migrations

from organization.likeness import of_phone


def fill(apps, schema_editor):
    people = apps.get_model("organization", "Person").objects
    told = people.exclude(phone="").values_list("pk", "phone")
    for pk, phone in told.iterator(chunk_size=1000):
        people.filter(pk=pk).update(phone_key=of_phone(phone))


class Migration(migrations.Migration):
    dependencies = [
        ("organization", "0021_phone_key"),
    ]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
