"""How confirmations were given; all that are there were given by link, and their statements are found again."""

from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import organization.text


def say_how(apps: Any, schema_editor: Any) -> None:
    """Write of what was confirmed so far that it was by link, and by which hash its statement is known."""
    confirmations = apps.get_model("enterprise_service", "Confirmation").objects
    files = apps.get_model("pairings", "PairingFile").objects
    for link in confirmations.filter(confirmed_at__isnull=False).iterator(chunk_size=500):
        # The statement was kept by nobody's hand, right after the answer.
        kept = files.filter(pairing=link.engagement_id, evidence__uploaded_by=None, added_at__gte=link.confirmed_at)
        statement = kept.order_by("added_at").values_list("evidence__file__sha256", flat=True).first()
        confirmations.filter(pk=link.pk).update(how="link", statement_sha256=statement or "")


class Migration(migrations.Migration):
    dependencies = [
        ("enterprise_service", "0002_board_and_confirmations"),
        ("organization", "0013_taken_back"),
        ("evidence", "0003_thumbnail_sha256"),
        ("pairings", "0004_closed_after_start"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ConfirmationSetting",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(default=1, editable=False, verbose_name="version")),
                (
                    "by_code",
                    models.BooleanField(
                        default=False,
                        help_text="The code goes to the contact's mail that was on record before the link was made.",
                        verbose_name="ask for a code sent by mail",
                    ),
                ),
                (
                    "call",
                    organization.text.PlainCharField(
                        blank=True,
                        help_text="A name and a number of the branch or college, shown to the contact who is asked to confirm.",
                        max_length=100,
                        verbose_name="whom an enterprise may call",
                    ),
                ),
            ],
            options={
                "verbose_name": "how enterprises confirm",
                "verbose_name_plural": "how enterprises confirm",
                "ordering": ["branch"],
            },
        ),
        migrations.AddField(
            model_name="confirmation",
            name="asked",
            field=organization.text.PlainTextField(
                blank=True,
                default="",
                db_default="",
                editable=False,
                max_length=5000,
                verbose_name="what was shown to the contact",
            ),
        ),
        migrations.AddField(
            model_name="confirmation",
            name="code_hash",
            field=models.CharField(blank=True, default="", db_default="", editable=False, max_length=64),
        ),
        migrations.AddField(
            model_name="confirmation",
            name="code_tries",
            field=models.PositiveSmallIntegerField(default=0, db_default=0, editable=False),
        ),
        migrations.AddField(
            model_name="confirmation",
            name="code_until",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="confirmation",
            name="given_from",
            field=models.CharField(
                blank=True, default="", db_default="", editable=False, max_length=45, verbose_name="from the network"
            ),
        ),
        migrations.AddField(
            model_name="confirmation",
            name="how",
            field=models.CharField(
                blank=True,
                default="",
                db_default="",
                choices=[("link", "confirmed by link"), ("code", "confirmed by link and a code by mail")],
                editable=False,
                max_length=4,
                verbose_name="how it was given",
            ),
        ),
        migrations.AddField(
            model_name="confirmation",
            name="mail",
            field=organization.text.PlainEmailField(
                blank=True, default="", db_default="", editable=False, max_length=254
            ),
        ),
        migrations.AddField(
            model_name="confirmation",
            name="mail_since",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="confirmation",
            name="spoken_at",
            field=models.DateTimeField(editable=False, null=True, verbose_name="noted at"),
        ),
        migrations.AddField(
            model_name="confirmation",
            name="spoken_by",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="who spoke to the contact",
            ),
        ),
        migrations.AddField(
            model_name="confirmation",
            name="spoken_on",
            field=models.DateField(editable=False, null=True, verbose_name="spoken on"),
        ),
        migrations.AddField(
            model_name="confirmation",
            name="spoken_words",
            field=organization.text.PlainTextField(
                blank=True,
                default="",
                db_default="",
                editable=False,
                max_length=500,
                verbose_name="what the contact said",
            ),
        ),
        migrations.AddField(
            model_name="confirmation",
            name="statement_sha256",
            field=models.CharField(blank=True, default="", db_default="", db_index=True, editable=False, max_length=64),
        ),
        migrations.AddField(
            model_name="enterprise",
            name="contact_mail",
            field=organization.text.PlainEmailField(
                blank=True,
                default="",
                db_default="",
                help_text="The enterprise's own. Where the branch asks for a code to confirm with, it is sent there.",
                max_length=254,
                verbose_name="contact's mail",
            ),
        ),
        migrations.AddField(
            model_name="enterprise",
            name="mail_since",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="confirmationsetting",
            name="branch",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="organization.branch",
                verbose_name="branch",
            ),
        ),
        migrations.RunPython(say_how, migrations.RunPython.noop),
    ]
