"""Proof: bytes kept once by their SHA-256, the uploads that brought them, and the rows that hold them."""

import hashlib
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from django.apps import apps
from django.conf import settings
from django.core.files.base import ContentFile, File
from django.core.files.uploadedfile import UploadedFile
from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from evidence.back import FILE
from evidence.looking import Accepted, accept_bytes, accept_table, evidence_storage, forget_look, look_at, put
from evidence.names import NAME_LENGTH, named_as
from evidence.refusals import refusal
from organization.models import RuleError, ScopedQuerySet, User
from organization.reach import Viewer
from organization.text import PlainCharField
from organization.verbs import verb

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

logger = logging.getLogger(__name__)

#: How a workbook begins.
ARCHIVE = b"PK\x03\x04"


class DamagedFileError(Exception):
    """A stored file that is lost, or no longer what was stored."""


class StoredFile(models.Model):
    """Bytes, kept once however often they were uploaded."""

    sha256 = models.CharField(_("SHA-256"), max_length=64, unique=True)
    size = models.PositiveBigIntegerField(_("size"))
    media_type = models.CharField(_("type"), max_length=100)
    has_thumbnail = models.BooleanField(default=False)
    # Empty for thumbnails that were made before it was kept.
    thumbnail_sha256 = models.CharField(max_length=64, blank=True, editable=False, default="", db_default="")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("stored file")
        verbose_name_plural = _("stored files")
        constraints = [
            models.CheckConstraint(condition=Q(sha256__regex=r"^[0-9a-f]{64}$"), name="stored_file_has_a_sha256")
        ]

    def __str__(self) -> str:
        return self.sha256[:12]

    @property
    def path(self) -> str:
        """Return where the storage keeps the bytes; nothing in it comes from a user's file name."""
        return f"{self.sha256[:2]}/{self.sha256[2:4]}/{self.sha256}"

    @property
    def thumbnail_path(self) -> str:
        """Return where the storage keeps the small picture."""
        return f"{self.path}.thumbnail.jpg"

    @property
    def is_picture(self) -> bool:
        """Whether a browser shows it as a picture."""
        return self.media_type.startswith("image/")

    @property
    def is_pdf(self) -> bool:
        """Whether it is a PDF."""
        return self.media_type == "application/pdf"

    def compute_sha256(self) -> str:
        """Return the SHA-256, in hex, of the bytes as they are stored now; empty when they are gone."""
        return _sha256_of(self.path)

    def compute_thumbnail_sha256(self) -> str:
        """Return the SHA-256, in hex, of the small picture as it is stored now; empty when it is gone."""
        return _sha256_of(self.thumbnail_path)

    def refuse_damage(self) -> None:
        """Do nothing when the bytes are there as many as there were; their hash is `check_integrity`'s to try.

        Raises:
            DamagedFileError: when they are not; the log names the file for the operator.
        """
        try:
            size = evidence_storage().size(self.path)
        except OSError:
            size = -1
        if size != self.size:
            self._report_damage("lost" if size < 0 else f"{size} of {self.size} bytes long")

    def read_thumbnail(self) -> bytes:
        """Return the small picture.

        Raises:
            DamagedFileError: when it is lost or changed; the log names the file for the operator.
        """
        try:
            with evidence_storage().open(self.thumbnail_path) as stored:
                content = stored.read()
        except OSError:
            content = b""
        if not content or self.thumbnail_sha256 not in ("", hashlib.sha256(content).hexdigest()):
            self._report_damage("without its thumbnail")
        return content

    def _report_damage(self, how: str) -> None:
        """Log what is wrong, and raise it."""
        logger.error("Stored file %s is %s: restore it from the backup (docs/guide-operator.md)", self.sha256, how)
        raise DamagedFileError(self.sha256)


@dataclass(frozen=True)
class Excerpt:
    """The part of a file that stands for one row: where it stands, and its cells by heading."""

    place: "StrOrPromise"
    cells: dict[str, str]


class EvidenceQuerySet(ScopedQuerySet):
    """Uploads: reached only through a row that holds them."""

    def visible_to(self, user: Viewer) -> Self:
        """Return the uploads held by a row that the user may see."""
        held = Q(pk__in=[])
        for link in evidence_links():
            held |= Q(pk__in=link._default_manager.visible_to(user).values("evidence"))
        return self.filter(held)

    def opened_whole_by(self, user: Viewer) -> Self:
        """Return the uploads that the user may open whole, and not only the excerpt that is about them."""
        held = Q(pk__in=[])
        for link in evidence_links():
            held |= Q(pk__in=link._default_manager.opening_whole(user).values("evidence"))
        return self.filter(held)

    def held_by_nothing(self) -> Self:
        """Return the uploads that no row holds."""
        held = Q(pk__in=[])
        for link in evidence_links():
            held |= Q(pk__in=link._base_manager.values("evidence"))
        return self.exclude(held)

    @verb
    def take_in(self, upload: UploadedFile, *, by: User | None) -> "Evidence":
        """Keep an upload.

        Args:
            upload: the file as it was sent; its name and declared type are not believed.
            by: who sent it.

        Returns:
            The new row; bytes that are kept already are not kept twice.

        Raises:
            ValidationError: when the file is too large or of a kind that is not kept; nothing is written then.
        """
        accepted = look_at(upload)
        try:
            return self._keep(accepted, upload, by)
        finally:
            forget_look(upload)

    @verb
    def take_in_bytes(self, content: bytes, *, name: str, by: User | None = None) -> "Evidence":
        """Keep bytes that a command or document made, under the same rules as an upload."""
        accepted = accept_bytes(content, name)
        try:
            return self._keep(accepted, ContentFile(b"", name=name), by)
        finally:
            accepted.forget()

    @verb
    def take_in_sheet(
        self, content: bytes, *, name: str, by: User | None, upload: UploadedFile | None = None
    ) -> "Evidence":
        """Keep a sheet that was read: a workbook under the rules of an upload, a table as text as it is.

        Args:
            content: its bytes.
            name: what it is called.
            by: who read it in.
            upload: the file as it was sent, which a form's middleware has looked at already.

        Raises:
            ValidationError: when a workbook is of a kind that is not kept, such as one with macros.
        """
        if upload is not None and content.startswith(ARCHIVE):
            return self.take_in(upload, by=by)
        accepted = accept_bytes(content, name) if content.startswith(ARCHIVE) else accept_table(content, name)
        try:
            return self._keep(accepted, ContentFile(b"", name=name), by)
        finally:
            accepted.forget()

    def _keep(self, accepted: Accepted, upload: File, by: User | None) -> "Evidence":
        """Give the bytes their hash as a name, then write the rows.

        What stands under that name is replaced, never believed: it may be a part that a full disk left.
        """
        given = {"size": accepted.file.size, "media_type": accepted.media_type}
        file = StoredFile(sha256=accepted.file.sha256, **given)
        if accepted.thumbnail:
            given |= {"has_thumbnail": True, "thumbnail_sha256": accepted.thumbnail.sha256}
        with transaction.atomic():
            # The row first: whoever removes the same bytes at this moment is waited for (evidence/removal.py).
            kept, _is_new = StoredFile.objects.update_or_create(sha256=file.sha256, defaults=given)
            try:
                if accepted.thumbnail:
                    put(accepted.thumbnail, file.thumbnail_path)
                put(accepted.file, file.path)
            except OSError:
                logger.exception("An upload could not be stored")
                raise refusal(upload, "unstored") from None
            name = named_as(upload.name or "", kept.media_type)
            return self.create(file=kept, original_name=name, uploaded_by=by)


class Evidence(models.Model):
    """One upload of a file."""

    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="uploads", verbose_name=_("file"))
    original_name = PlainCharField(_("file name"), max_length=NAME_LENGTH)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("uploaded by")
    )
    uploaded_at = models.DateTimeField(_("uploaded at"), auto_now_add=True)

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")
        ordering = ["-uploaded_at", "-pk"]

    def __str__(self) -> str:
        return self.original_name

    def get_absolute_url(self) -> str:
        """Return the address of the preview page."""
        return reverse("evidence:detail", args=[self.pk])

    @property
    def branch_id(self) -> int | None:
        """Return the branch of a record that holds it (a query a kind)."""
        return next((link.branch_id for link in self.links()), None)

    def links(self) -> list[Any]:
        """Return the rows that hold this upload (a query a kind)."""
        return [row for link in evidence_links() for row in link._base_manager.filter(evidence=self.pk).order_by("pk")]

    def links_of_same_bytes(self) -> list[Any]:
        """Return the rows that hold any upload of the same bytes, each kind in its order (a query a kind)."""
        same = [link._base_manager.filter(evidence__file=self.file_id).order_by("pk") for link in evidence_links()]
        return [row for rows in same for row in rows]

    @verb
    def remove_everywhere(self, *, by: User, reason: str) -> None:
        """Remove the file from every record that holds the same bytes, and from the disk.

        Raises:
            RuleError: when `by` does not manage the branch of each, one of them cannot let it go, or no reason is
                given; nothing is removed then.
        """
        with FILE.taking(self, by=by, reason=reason) as (upload, line):
            links = upload.links_of_same_bytes()
            if any(not by.manages(link.branch_id) for link in links):
                raise RuleError(
                    _("Another branch's record holds the same file; the operator can remove it everywhere.")
                )
            line.files = [{"sha256": upload.file.sha256, "name": "", "is_gone": True}]
            for link in links:
                link.take_back(by=by, reason=reason)


class EvidenceLinkQuerySet(ScopedQuerySet):
    """Rows that hold uploads."""

    def opening_whole(self, user: Viewer) -> Self:
        """Return the rows through which the user may open the whole file: all they see, unless a link says less."""
        return self.visible_to(user)


class EvidenceLink(models.Model):
    """A row that holds an upload; whoever may see the row may see the file, or the excerpt that it names."""

    evidence = models.ForeignKey(Evidence, models.PROTECT, related_name="+", verbose_name=_("evidence"))
    added_at = models.DateTimeField(_("added at"), auto_now_add=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return str(self.evidence)

    @property
    def holder(self) -> models.Model:
        """Return the row that holds the file."""
        raise NotImplementedError  # each concrete link names its own

    @property
    def branch_id(self) -> int:
        """Return the branch of the row that holds the file."""
        return self.holder.branch_id  # type: ignore[attr-defined]

    def take_back(self, *, by: User, reason: str = "") -> None:
        """Remove the file from the row that holds it; each link that lets its file go has a verb of its own.

        Raises:
            RuleError: for a link that keeps its file.
        """
        raise RuleError(_("“%(holder)s” keeps this file; undo that first.") % {"holder": self.holder})

    @property
    def excerpt(self) -> "Excerpt | None":
        """Return what of the file stands for the row, where others' rows stand in the same file."""
        return None


def evidence_links() -> list[Any]:
    """Return the models through which rows hold files."""
    return [model for model in apps.get_models() if issubclass(model, EvidenceLink)]


def _sha256_of(path: str) -> str:
    """Return the SHA-256, in hex, of a stored file; empty when it is gone."""
    try:
        with evidence_storage().open(path) as stored:
            return hashlib.file_digest(stored, "sha256").hexdigest()
    except OSError:
        return ""
