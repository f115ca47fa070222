"""A frozen report gets revisions beside it, each with its reason."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import organization.text


class Migration(migrations.Migration):
    dependencies = [
        ("organization", "0018_changes_after_approval"),
        ("outcomes", "0014_steps_of_the_past"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="frozenreport",
            options={
                "ordering": ["-last_day", "-first_day", "branch", "-revision"],
                "verbose_name": "frozen report",
                "verbose_name_plural": "frozen reports",
            },
        ),
        migrations.RemoveConstraint(
            model_name="frozenreport",
            name="report_frozen_once",
        ),
        migrations.AddField(
            model_name="frozenreport",
            name="reason",
            field=organization.text.PlainTextField(
                blank=True, db_default="", default="", max_length=500, verbose_name="reason for the revision"
            ),
        ),
        migrations.AddField(
            model_name="frozenreport",
            name="revises",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="revisions",
                to="outcomes.frozenreport",
                verbose_name="revises",
            ),
        ),
        migrations.AddField(
            model_name="frozenreport",
            name="revision",
            field=models.PositiveSmallIntegerField(db_default=0, default=0, verbose_name="revision"),
        ),
        migrations.AddConstraint(
            model_name="frozenreport",
            constraint=models.UniqueConstraint(
                condition=models.Q(("revision", 0)),
                fields=("branch", "first_day", "last_day"),
                name="report_frozen_once",
                violation_error_message="The report of this period is already frozen.",
            ),
        ),
        migrations.AddConstraint(
            model_name="frozenreport",
            constraint=models.UniqueConstraint(
                condition=models.Q(("revises__isnull", False)),
                fields=("revises",),
                name="report_revised_once",
                violation_error_message="This version was revised already. Please look at its revision first.",
            ),
        ),
        migrations.AddConstraint(
            model_name="frozenreport",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("reason", ""), ("revises__isnull", True), ("revision", 0)),
                    models.Q(("revises__isnull", False), ("revision__gt", 0), models.Q(("reason", ""), _negated=True)),
                    _connector="OR",
                ),
                name="report_revised_for_a_reason",
                violation_error_message="Please write a reason; it stays in the records.",
            ),
        ),
    ]
