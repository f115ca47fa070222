"""The invariants of files, tried on the data and on the storage."""

from evidence.models import Evidence, StoredFile
from organization.integrity import ROWS_AT_A_TIME, Finding, each, invariant


@invariant("8_stored_bytes_match_their_hash")
def hashes() -> Finding:
    """A stored file's bytes match its SHA-256."""

    def problem_of(stored: StoredFile) -> str:
        found = stored.compute_sha256()
        if found != stored.sha256:
            return f"{stored.sha256}: the bytes hash to {found}" if found else f"{stored.sha256}: the bytes are gone"
        small = stored.compute_thumbnail_sha256() if stored.has_thumbnail else ""
        if stored.has_thumbnail and (not small or stored.thumbnail_sha256 not in ("", small)):
            return f"{stored.sha256}: its thumbnail is gone or damaged"
        return ""

    return each(StoredFile.objects.iterator(chunk_size=ROWS_AT_A_TIME), problem_of)


@invariant("11_every_upload_is_held_by_a_row")
def uploads_are_held() -> Finding:
    """No upload was left behind by something that was refused."""
    loose = set(Evidence.objects.held_by_nothing().values_list("pk", flat=True))
    uploads = Evidence.objects.only("pk").iterator(chunk_size=ROWS_AT_A_TIME)
    return each(uploads, lambda upload: "no row holds this upload" if upload.pk in loose else "")
