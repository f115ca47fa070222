from django.db import migrations

from organization.likeness import of_title


def fill(apps, schema_editor):
    outcomes = apps.get_model("outcomes", "Outcome")
    for pk, title in outcomes.objects.values_list("pk", "title").iterator(chunk_size=1000):
        outcomes.objects.filter(pk=pk).update(likeness=of_title(title))


class Migration(migrations.Migration):
    dependencies = [
        ("outcomes", "0010_likeness_and_merged"),
    ]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
