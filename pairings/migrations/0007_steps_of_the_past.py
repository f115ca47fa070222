"""Write the steps of pairings that lived before steps were kept, as rows and the audit trail tell them."""

from django.db import migrations

#: What a change of status in the trail was, by (before, after).
MOVES = {
    ("proposed", "returned"): "returned",
    ("returned", "proposed"): "resubmitted",
    ("proposed", "active"): "approved",
    ("active", "completed"): "completed",
    ("active", "ended"): "ended",
    ("proposed", "ended"): "ended",
    ("returned", "ended"): "ended",
}
WORDS = {"returned": "return_reason", "completed": "closing_summary", "ended": "closing_summary"}
AT_A_TIME = 1000


def write_steps(apps, schema_editor):
    """Write the steps of every pairing that is there; on a new site there is none."""
    step = apps.get_model("pairings", "PairingStep")
    batch = []
    for pairing in apps.get_model("pairings", "Pairing").objects.order_by("pk").iterator(chunk_size=AT_A_TIME):
        told = steps_of(pairing, [*moves_of(apps, pairing)])
        batch += [step(pairing_id=pairing.pk, what=what, by_id=by, at=at, words=words) for what, by, at, words in told]
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
    from pairings.models import PairingStep  # noqa: PLC0415 - the same

    names = [field.attname for field in step._meta.concrete_fields]
    made = step.objects.bulk_create(rows)
    audit_made([PairingStep(**{name: getattr(row, name) for name in names}) for row in made])


def steps_of(pairing, moves):
    """Return the steps of a pairing: those that the trail tells, and what only its own row does."""
    known = {what for what, *_rest in moves}
    first = min([pairing.proposed_at, *(at for _what, _by, at, _words in moves)])
    steps = [("proposed", pairing.proposed_by_id, first, ""), *moves]
    if pairing.approved_at and "approved" not in known:
        steps.append(("approved", pairing.approved_by_id, pairing.approved_at, ""))
    if pairing.status == "returned" and "returned" not in known:
        steps.append(("returned", None, first, pairing.return_reason))
    if pairing.closed_on and pairing.status not in known:
        steps.append((pairing.status, None, pairing.approved_at or first, pairing.closing_summary))
    return steps


def moves_of(apps, pairing):
    """Yield what, by whom, when and in which words, as the trail tells of a pairing's status."""
    kinds = apps.get_model("contenttypes", "ContentType").objects.filter(app_label="pairings", model="pairing")
    entries = apps.get_model("auditlog", "LogEntry").objects.filter(content_type__in=kinds, object_id=pairing.pk)
    for entry in entries.filter(changes__has_key="status").order_by("pk"):
        what = MOVES.get(tuple(entry.changes["status"]))
        if what:
            words = entry.changes.get(WORDS.get(what, ""), ["", ""])[1]
            yield what, entry.actor_id, entry.timestamp, "" if words == "None" else words


class Migration(migrations.Migration):
    dependencies = [
        ("pairings", "0006_changes_and_steps"),
        ("auditlog", "0017_add_actor_email"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(write_steps, migrations.RunPython.noop)]
