"""Letting files go: rows that nothing holds any more, and bytes that no row uses, leave the disk with the commit."""

import logging
import re
from collections.abc import Iterable
from functools import partial
from typing import Any

from auditlog.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet, Value

from evidence.looking import evidence_storage
from evidence.models import Evidence, StoredFile, evidence_links
from organization.models import Person, User
from organization.redaction import BLACKED_OUT
from organization.verbs import writes
from organization.ways_back import forget

logger = logging.getLogger(__name__)

#: A number of an identity card or a telephone.
NUMBER_OF_SOMEBODY = re.compile(r"\d{15,17}[\dXx]?|1[3-9]\d{9}")


@writes
def let_go(uploads: Iterable[int], *, by: User, college: int) -> list[dict[str, Any]]:
    """Remove uploads that no row holds any more, and with the commit the bytes that no upload uses any more.

    Args:
        uploads: ids of uploads whose row was removed just now, in the transaction that is open.
        by: who removed it.
        college: whose people a file's name may not tell.

    Returns:
        Of each its SHA-256, its name where that tells of nobody, and whether its bytes are gone.
    """
    found = Evidence.objects.filter(pk__in=list(uploads)).order_by("pk")
    return [_let_go(one, by, college) for one in found.select_related("file")]


def _let_go(upload: Evidence, by: User, college: int) -> dict[str, Any]:
    """Remove one upload unless a row holds it."""
    file = StoredFile.objects.select_for_update().get(pk=upload.file_id)
    pk, name = upload.pk, upload.original_name
    tells = tells_of_somebody(name, college)
    is_held = any(link._base_manager.filter(evidence=pk).exists() for link in evidence_links())
    if not is_held:
        upload.delete()
        if tells:
            forget(_entries_of(pk, name), lambda text: text.replace(name, BLACKED_OUT), by=by)
    is_gone = not file.uploads.exists()
    if is_gone:
        path, thumbnail, sha256 = file.path, file.thumbnail_path, file.sha256
        file.delete()
        transaction.on_commit(partial(forget_bytes, sha256, path, thumbnail))
    return {"sha256": file.sha256, "name": "" if tells else name, "is_gone": is_gone}


def _entries_of(upload: int, name: str) -> QuerySet[LogEntry]:
    """Return the trail's entries of an upload, and of the rows that held it."""
    kinds: Any = ContentType.objects.get_for_models(Evidence, *evidence_links()).values()
    entries = LogEntry.objects.filter(content_type__in=kinds).values_list("pk", "content_type", "object_id", "changes")
    own: Any = ContentType.objects.get_for_model(Evidence)
    found = entries.filter(Q(content_type=own, object_id=upload) | Q(object_repr=name))
    pks = [
        pk for pk, kind, row, changes in found
        if (kind == own.pk and row == upload) or str(upload) in (changes or {}).get("evidence", ())
    ]  # fmt: skip
    return LogEntry.objects.filter(pk__in=pks)


def tells_of_somebody(name: str, college: int) -> bool:
    """Return whether a file's name holds a personal number, or the name of one of the college's people (one query)."""
    if NUMBER_OF_SOMEBODY.search(name):
        return True
    people = Person.objects.filter(college=college, name__gt="").annotate(said=Value(name))
    return people.filter(said__contains=F("name")).exists()


def forget_bytes(sha256: str, *names: str) -> None:
    """Remove a file and its small picture from the storage, unless the same bytes are stored anew at this moment.

    Their hash is claimed while this lasts, so that whoever stores the same bytes waits and then writes them again.
    What cannot be removed now, `sweep_files` removes later.
    """
    storage = evidence_storage()
    try:
        with transaction.atomic():
            StoredFile._base_manager.bulk_create([StoredFile(sha256=sha256, size=0, media_type="")])  # past the trail
            for name in names:
                storage.delete(name)
            transaction.set_rollback(True)
    except IntegrityError:
        logger.info("the file %s is in use again", sha256)
    except OSError:
        logger.exception("the file %s could not be removed; sweep_files will", sha256)
