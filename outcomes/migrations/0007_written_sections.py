"""Keep what secretaries write into reports, version by version."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import organization.text


class Migration(migrations.Migration):
    dependencies = [
        ("organization", "0003_tag"),
        ("outcomes", "0006_ledger_sheet"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ReportProse",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=20, verbose_name="kind of report")),
                ("section", models.CharField(max_length=20, verbose_name="section")),
                ("first_day", models.DateField(verbose_name="from")),
                ("last_day", models.DateField(verbose_name="to")),
                ("words", organization.text.PlainTextField(blank=True, max_length=20000, verbose_name="words")),
                ("written_at", models.DateTimeField(auto_now_add=True, verbose_name="written at")),
                (
                    "branch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organization.branch",
                        verbose_name="branch",
                    ),
                ),
                (
                    "written_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="written by",
                    ),
                ),
            ],
            options={
                "verbose_name": "written section of a report",
                "verbose_name_plural": "written sections of reports",
                "ordering": ["branch", "kind", "-last_day", "section", "-written_at"],
                "indexes": [models.Index(fields=["branch", "kind", "last_day"], name="prose_of_report")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("last_day__gte", models.F("first_day"))), name="prose_days_in_order"
                    )
                ],
            },
        ),
    ]
