"""Files that a pairing holds beside the photos of its logs."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from evidence.models import EvidenceLink, EvidenceLinkQuerySet
from evidence.removal import let_go
from organization.models import User
from organization.reach import Viewer
from organization.verbs import verb
from pairings.models import back
from pairings.models.pairing import Pairing


class PairingFileQuerySet(EvidenceLinkQuerySet):
    """Files of pairings: seen by whoever sees the pairing."""

    def visible_to(self, user: Viewer) -> "PairingFileQuerySet":
        """Return the files of the pairings that the user may see."""
        return self.filter(pairing__in=Pairing.objects.visible_to(user).values("pk"))


class PairingFile(EvidenceLink):
    """A pairing holds a file, such as an enterprise's confirmation; its outcomes can be proved with it."""

    pairing = models.ForeignKey(Pairing, models.PROTECT, related_name="files", verbose_name=_("pairing"))

    objects = PairingFileQuerySet.as_manager()

    class Meta(EvidenceLink.Meta):
        verbose_name = _("file of a pairing")
        verbose_name_plural = _("files of the pairings")
        constraints = [models.UniqueConstraint(fields=["pairing", "evidence"], name="file_once_a_pairing")]

    @property
    def holder(self) -> Pairing:
        """Return the pairing that holds the file."""
        return self.pairing

    @verb
    def take_back(self, *, by: User, reason: str = "") -> None:
        """Remove the file from its pairing, and from the disk unless another row holds it.

        Raises:
            RuleError: when `by` does not manage its branch, or no reason is given.
        """
        with back.PAIRING_FILE.taking(self, by=by, reason=reason) as (file, line):
            upload = file.evidence_id
            file.delete()
            line.files = let_go([upload], by=by, college=file.pairing.branch.college_id)
