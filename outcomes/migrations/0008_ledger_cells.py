"""Keep the cells of a ledger's row, for those who may see the row and not the sheet."""

from django.db import migrations, models

import organization.text


class Migration(migrations.Migration):
    dependencies = [
        ("outcomes", "0007_written_sections"),
    ]

    operations = [
        migrations.AddField(
            model_name="outcomeevidence",
            name="ledger_cells",
            field=models.JSONField(db_default=models.Value({}, models.JSONField()), default=dict, editable=False),
        ),
        migrations.AlterField(
            model_name="outcomeevidence",
            name="ledger_sheet",
            field=organization.text.PlainCharField(
                blank=True, db_default="", default="", max_length=100, verbose_name="sheet of the ledger"
            ),
        ),
    ]
