"""Proof: bytes kept once by their SHA-256, the uploads that brought them, and the rows that hold them."""

import hashlib
from typing import TYPE_CHECKING, Any, Self

from django.apps import apps
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages
from django.core.files.uploadedfile import UploadedFile
from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from evidence.looking import look_at
from evidence.sniffing import Accepted, accept
from organization.models import ScopedQuerySet, User
from organization.text import LINE_BREAKS, REFUSED, PlainCharField

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

NAME_LENGTH = 200


class StoredFile(models.Model):
    """Bytes, kept once however often they were uploaded."""

    sha256 = models.CharField(_("SHA-256"), max_length=64, unique=True)
    size = models.PositiveBigIntegerField(_("size"))
    media_type = models.CharField(_("type"), max_length=100)
    has_thumbnail = models.BooleanField(default=False)
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
        try:
            with evidence_storage().open(self.path) as stored:
                return hashlib.file_digest(stored, "sha256").hexdigest()
        except FileNotFoundError:
            return ""


class EvidenceQuerySet(ScopedQuerySet):
    """Uploads: reached only through a row that holds them."""

    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """Return the uploads held by a row that the user may see."""
        held = Q(pk__in=[])
        for link in evidence_links():
            held |= Q(pk__in=link._default_manager.visible_to(user).values("evidence"))
        return self.filter(held)

    def held_by_nothing(self) -> Self:
        """Return the uploads that no row holds."""
        held = Q(pk__in=[])
        for link in evidence_links():
            held |= Q(pk__in=link._base_manager.values("evidence"))
        return self.exclude(held)

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
        return self._keep(look_at(upload), upload.name or "", by)

    def take_in_bytes(self, content: bytes, *, name: str, by: User | None = None) -> "Evidence":
        """Keep bytes that a command or document made, under the same rules as an upload."""
        return self._keep(accept(ContentFile(content, name=name)), name, by)

    def _keep(self, accepted: Accepted, name: str, by: User | None) -> "Evidence":
        """Write the bytes under their hash, then the rows."""
        digest = hashlib.sha256(accepted.content).hexdigest()
        stored = StoredFile(
            sha256=digest,
            size=len(accepted.content),
            media_type=accepted.media_type,
            has_thumbnail=accepted.thumbnail is not None,
        )
        storage = evidence_storage()
        _write_once(storage, stored.path, accepted.content)
        if accepted.thumbnail is not None:
            _write_once(storage, stored.thumbnail_path, accepted.thumbnail)
        with transaction.atomic():
            kept, _is_new = StoredFile.objects.get_or_create(
                sha256=digest,
                defaults={"size": stored.size, "media_type": stored.media_type, "has_thumbnail": stored.has_thumbnail},
            )
            return self.create(file=kept, original_name=clean_name(name), uploaded_by=by)


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


class EvidenceLink(models.Model):
    """A row that holds an upload; whoever may see the row may see the file."""

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


def evidence_links() -> list[Any]:
    """Return the models through which rows hold files."""
    return [model for model in apps.get_models() if issubclass(model, EvidenceLink)]


def evidence_storage() -> Storage:
    """Return the storage that is never served by itself."""
    return storages["evidence"]


def clean_name(name: str) -> str:
    """Return a device's file name as one plain line: it is shown and never used as a path."""
    plain = REFUSED.sub("", LINE_BREAKS.sub(" ", name)).replace("\\", "/").rsplit("/", 1)[-1].strip()
    return plain[-NAME_LENGTH:] or "file"


def _write_once(storage: Storage, path: str, content: bytes) -> None:
    """Write bytes unless the same are there."""
    if not storage.exists(path):
        storage.save(path, ContentFile(content))
