"""Proof: bytes kept once by their SHA-256, and the uploads that brought them."""

import hashlib
from typing import TYPE_CHECKING, Self

from django.apps import apps
from django.conf import settings
from django.core.files.storage import storages
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from organization.models import ScopedQuerySet
from organization.text import PlainCharField

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from organization.models import User


class StoredFile(models.Model):
    """Bytes, kept once however often they were uploaded."""

    sha256 = models.CharField("SHA-256", max_length=64, unique=True)
    size = models.PositiveBigIntegerField(_("size"))
    media_type = models.CharField(_("type"), max_length=100)
    created_at = models.DateTimeField(auto_now_add=True)

    @property
    def path(self) -> str:
        """Return where the storage keeps the bytes."""
        return f"{self.sha256[:2]}/{self.sha256[2:4]}/{self.sha256}"

    def compute_sha256(self) -> str:
        """Return the SHA-256, in hex, of the bytes as they are stored now."""
        with storages["evidence"].open(self.path) as stored:
            return hashlib.file_digest(stored, "sha256").hexdigest()


class EvidenceQuerySet(ScopedQuerySet):
    """Uploads: reached only through a row that holds them."""

    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """Return the uploads held by a row that the user may see."""
        links = [m for m in apps.get_models() if issubclass(m, EvidenceLink)]
        held = Q(pk__in=[])
        for link in links:
            held |= Q(pk__in=link._default_manager.visible_to(user).values("evidence"))
        return self.filter(held)


class Evidence(models.Model):
    """One upload of a file."""

    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="uploads")
    original_name = PlainCharField(_("file name"), max_length=200)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("uploaded by")
    )
    uploaded_at = models.DateTimeField(_("uploaded at"), auto_now_add=True)

    objects = EvidenceQuerySet.as_manager()


class EvidenceLink(models.Model):
    """A row that holds an upload."""

    evidence = models.ForeignKey(Evidence, models.PROTECT, related_name="+")
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        abstract = True
