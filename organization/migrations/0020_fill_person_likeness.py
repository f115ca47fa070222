from django.db import migrations

from organization.likeness import of_number, of_person


def fill(apps, schema_editor):
    people = apps.get_model("organization", "Person").objects
    for pk, name, number in people.values_list("pk", "name", "number").iterator(chunk_size=1000):
        people.filter(pk=pk).update(likeness=of_person(name), number_key=of_number(number))


class Migration(migrations.Migration):
    dependencies = [
        ("organization", "0019_likeness_and_merged_people"),
    ]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
