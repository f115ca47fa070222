"""Keep a ledger row's cells, for those who may see the row and not the sheet."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("outcomes", "0007_written_sections"),
    ]

    operations = [
        migrations.AddField(
            model_name="outcomeevidence",
            name="ledger_cells",
            field=models.JSONField(editable=False, null=True),
        ),
    ]
