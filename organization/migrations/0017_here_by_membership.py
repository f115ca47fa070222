"""Forget “here now”, which the times in branches say; the column stays for this release, which an older one may read."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("organization", "0016_membership_of_everybody")]

    operations = [
        migrations.AlterField(
            model_name="person",
            name="is_active",
            field=models.BooleanField(default=True, db_default=True),
        ),
        migrations.SeparateDatabaseAndState(
            state_operations=[migrations.RemoveField(model_name="person", name="is_active")],
        ),
    ]
