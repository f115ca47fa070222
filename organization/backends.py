"""Who is let in: whoever belongs to a branch on the day, at the door and with every request."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from organization.models import Membership, User


def belongs_somewhere() -> Q:
    """Return the condition for accounts of nobody in particular, or of somebody who belongs to a branch today."""
    stays = Membership.objects.on(timezone.localdate()).filter(person=OuterRef("person"))
    return Q(person__isnull=True) | Q(Exists(stays))


class BelongingBackend(ModelBackend):
    """Judges by the day: on the day of leaving the door is shut, and open sessions end."""

    def user_can_authenticate(self, user: Any) -> bool:
        """Return whether the account is open and its person has not left."""
        return super().user_can_authenticate(user) and User.objects.filter(belongs_somewhere(), pk=user.pk).exists()

    def get_user(self, user_id: int) -> User | None:
        """Return the account of a session, unless it was shut or its person has left (one query)."""
        return User.objects.filter(belongs_somewhere(), pk=user_id, is_active=True).first()
