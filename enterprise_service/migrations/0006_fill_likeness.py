from django.db import migrations

from organization.likeness import of_company, of_title


def fill(apps, schema_editor):
    for name, words, liken in (("Enterprise", "name", of_company), ("Problem", "title", of_title)):
        rows = apps.get_model("enterprise_service", name).objects
        for pk, text in rows.values_list("pk", words).iterator(chunk_size=1000):
            rows.filter(pk=pk).update(likeness=liken(text))


class Migration(migrations.Migration):
    dependencies = [
        ("enterprise_service", "0005_likeness_and_merged"),
    ]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
