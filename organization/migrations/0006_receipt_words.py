"""A receipt keeps what was said, so that the same form sent again is told the same."""

import django.db.models.expressions
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("organization", "0005_trail")]

    operations = [
        migrations.AddField(
            model_name="formreceipt",
            name="said",
            field=models.JSONField(db_default=django.db.models.expressions.Value([], models.JSONField()), default=list),
        ),
    ]
