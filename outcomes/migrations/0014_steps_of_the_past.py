"""Write the steps of outcomes that were reviewed before steps were kept, as rows and the audit trail tell them."""

from django.db import migrations

#: What a change of the review in the trail was, by (before, after).
MOVES = {
    ("draft", "submitted"): "submitted",
    ("returned", "submitted"): "submitted",
    ("submitted", "returned"): "returned",
    ("submitted", "verified"): "verified",
    ("verified", "superseded"): "superseded",
}
AT_A_TIME = 1000


def write_steps(apps, schema_editor):
    """Write the steps of every outcome that is there; on a new site there is none."""
    step = apps.get_model("outcomes", "OutcomeStep")
    batch = []
    for outcome in apps.get_model("outcomes", "Outcome").objects.order_by("pk").iterator(chunk_size=AT_A_TIME):
        told = steps_of(outcome, [*moves_of(apps, outcome)])
        batch += [step(outcome_id=outcome.pk, what=what, by_id=by, at=at, words=words) for what, by, at, words in told]
        if len(batch) >= AT_A_TIME:
            keep(step, batch)
            batch = []
    keep(step, batch)


def keep(step, rows):
    """Insert steps, and write into the trail that they were made, as it is asked of every row."""
    if not rows:
        return
    # Only the code knows how the trail is signed; these columns of a step will stay.
    from organization.trail import audit_made  # noqa: PLC0415 - on a new site nothing is needed
    from outcomes.models import OutcomeStep  # noqa: PLC0415 - the same

    names = [field.attname for field in step._meta.concrete_fields]
    made = step.objects.bulk_create(rows)
    audit_made([OutcomeStep(**{name: getattr(row, name) for name in names}) for row in made])


def steps_of(outcome, moves):
    """Return the steps of an outcome: those that the trail tells, and what only its own row does."""
    known = {what for what, *_rest in moves}
    steps = [("entered", outcome.entered_by_id, outcome.entered_at, outcome.correction_reason), *moves]
    if outcome.submitted_at and "submitted" not in known:
        steps.append(("submitted", outcome.submitted_by_id, outcome.submitted_at, ""))
    if outcome.review == "returned" and "returned" not in known:
        steps.append(("returned", None, outcome.submitted_at or outcome.entered_at, outcome.return_reason))
    if outcome.verified_at and "verified" not in known:
        steps.append(("verified", outcome.verified_by_id, outcome.verified_at, ""))
    return steps


def moves_of(apps, outcome):
    """Yield what, by whom, when and in which words, as the trail tells of an outcome's review."""
    kinds = apps.get_model("contenttypes", "ContentType").objects.filter(app_label="outcomes", model="outcome")
    entries = apps.get_model("auditlog", "LogEntry").objects.filter(content_type__in=kinds, object_id=outcome.pk)
    for entry in entries.filter(changes__has_key="review").order_by("pk"):
        what = MOVES.get(tuple(entry.changes["review"]))
        if what:
            words = entry.changes.get("return_reason", ["", ""])[1] if what == "returned" else ""
            yield what, entry.actor_id, entry.timestamp, "" if words == "None" else words


class Migration(migrations.Migration):
    dependencies = [
        ("outcomes", "0013_outcome_steps"),
        ("auditlog", "0017_add_actor_email"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("pairings", "0007_steps_of_the_past"),
    ]

    operations = [migrations.RunPython(write_steps, migrations.RunPython.noop)]
