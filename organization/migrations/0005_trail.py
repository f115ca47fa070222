import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

TABLES = ("auditlog_logentry", "organization_traillink")

# Who may still change a row is said in docs/guide-operator.md; this stops every hand that did not mean to.
POSTGRESQL = """
CREATE FUNCTION pairing_trail_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('pairing.redaction', true) = 'on' THEN
        RETURN CASE TG_OP WHEN 'UPDATE' THEN NEW ELSE OLD END;
    END IF;
    RAISE EXCEPTION 'rows of the audit trail are never changed or removed' USING ERRCODE = 'restrict_violation';
END
$$;
"""
ON_POSTGRESQL = """
CREATE TRIGGER trail_is_kept BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION pairing_trail_is_kept();
CREATE TRIGGER trail_is_not_emptied BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION pairing_trail_is_kept();
"""
SQLITE = "CREATE TABLE organization_trailpermit (redaction integer PRIMARY KEY)"
ON_SQLITE = """
CREATE TRIGGER {table}_{verb}_is_refused BEFORE {verb} ON {table}
WHEN NOT EXISTS (SELECT 1 FROM organization_trailpermit)
BEGIN SELECT RAISE(ABORT, 'rows of the audit trail are never changed or removed'); END
"""
VERBS = ("update", "delete")


def guard(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRESQL, params=None)
        for table in TABLES:
            schema_editor.execute(ON_POSTGRESQL.format(table=table), params=None)
    else:
        schema_editor.execute(SQLITE)
        for table in TABLES:
            for verb in VERBS:
                schema_editor.execute(ON_SQLITE.format(table=table, verb=verb))


def leave(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for table in TABLES:
            schema_editor.execute(f"DROP TRIGGER trail_is_kept ON {table}")
            schema_editor.execute(f"DROP TRIGGER trail_is_not_emptied ON {table}")
        schema_editor.execute("DROP FUNCTION pairing_trail_is_kept()")
    else:
        for table in TABLES:
            for verb in VERBS:
                schema_editor.execute(f"DROP TRIGGER {table}_{verb}_is_refused")
        schema_editor.execute("DROP TABLE organization_trailpermit")


class Migration(migrations.Migration):
    dependencies = [
        ("auditlog", "0017_add_actor_email"),
        ("organization", "0004_wrong_passwords"),
        migrations.swappable_dependency(settings.AUDITLOG_LOGENTRY_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="TrailHead",
            fields=[
                ("chain", models.PositiveSmallIntegerField(primary_key=True, serialize=False)),
                ("length", models.BigIntegerField(default=0)),
                ("mac", models.CharField(blank=True, max_length=64)),
                ("seal", models.CharField(max_length=64)),
            ],
            options={
                "verbose_name": "end of the audit trail",
                "verbose_name_plural": "ends of the audit trail",
            },
        ),
        migrations.CreateModel(
            name="TrailLink",
            fields=[
                (
                    "entry",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="link",
                        serialize=False,
                        to=settings.AUDITLOG_LOGENTRY_MODEL,
                    ),
                ),
                ("chain", models.PositiveSmallIntegerField()),
                ("number", models.BigIntegerField()),
                ("content", models.CharField(max_length=64)),
                ("mac", models.CharField(max_length=64)),
                ("redaction", models.CharField(blank=True, db_default="", default="", max_length=64)),
                (
                    "redacted_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUDITLOG_LOGENTRY_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "link of the audit trail",
                "verbose_name_plural": "links of the audit trail",
                "constraints": [models.UniqueConstraint(fields=("chain", "number"), name="link_number_once_a_chain")],
            },
        ),
        migrations.RunPython(guard, leave),
    ]
