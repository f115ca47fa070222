"""Give a new person an empty political status in memory too."""

from django.db import migrations

import organization.text


class Migration(migrations.Migration):
    dependencies = [
        ("organization", "0009_must_change_password"),
    ]

    operations = [
        migrations.AlterField(
            model_name="person",
            name="political_status",
            field=organization.text.PlainCharField(
                blank=True,
                db_default="",
                default="",
                help_text="As the roster says it, such as Youth League member; the way into the party stands beside it.",
                max_length=30,
                verbose_name="political status",
            ),
        ),
    ]
