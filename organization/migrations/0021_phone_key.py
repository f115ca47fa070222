from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("organization", "0020_fill_person_likeness"),
    ]

    operations = [
        migrations.AddField(
            model_name="person",
            name="phone_key",
            field=models.CharField(blank=True, db_default="", default="", editable=False, max_length=11),
        ),
    ]
