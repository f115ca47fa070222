"""What rows of every app share: an edit counter that refuses a stale save, and the door that scopes by branch."""

from typing import TYPE_CHECKING, Any, Self

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from organization.doors import validate_at_the_door
from organization.reach import Reach, Viewer
from organization.verbs import writes

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class RuleError(ValidationError):
    """A verb was refused by a rule of the work, not by a field; the message is for the person who asked."""

    def __init__(self, message: "StrOrPromise") -> None:
        super().__init__(message)

    def __str__(self) -> str:
        """Return the words alone."""
        return str(self.message)


class StaleRecordError(RuleError):
    """Somebody else saved the row after this copy of it was read."""

    def __init__(self) -> None:
        super().__init__(_("Someone else has saved this record since you opened it."))


class VersionedModel(models.Model):
    """A row that counts its edits, so that of two people editing one copy only the first one saves."""

    version = models.PositiveIntegerField(_("version"), default=1, editable=False)

    class Meta:
        abstract = True

    def save(self, **kwargs: Any) -> None:
        """Save the row and count the edit.

        Raises:
            StaleRecordError: when the row's version in the database is no longer this copy's.
            ValidationError: for text that no document could hold, and a day to come where something happened.
        """
        validate_at_the_door(self)
        if self._state.adding:
            super().save(**kwargs)
            return
        with transaction.atomic():
            self._claim_version()
            if kwargs.get("update_fields") is not None:
                kwargs["update_fields"] = {*kwargs["update_fields"], "version"}
            super().save(**kwargs)

    @writes
    def _claim_version(self) -> None:
        """Move the version on in one statement, which also locks the row until the transaction ends."""
        owner = self._meta.get_field("version").model
        same_copy = owner._base_manager.filter(pk=self.pk, version=self.version)
        if not same_copy.update(version=F("version") + 1):
            raise StaleRecordError
        self.version += 1


class ScopedQuerySet(models.QuerySet[Any]):
    """Rows that belong to a branch; `visible_to` is the only door to them."""

    #: Path from a row to the branch that owns it; empty for the branch itself.
    branch_path = "branch"

    def visible_to(self, user: Viewer) -> Self:
        """Return the rows that the user may see: the branch's, the college's, or their own.

        Args:
            user: whoever asks; an anonymous or inactive user sees nothing.
        """
        if not user.is_active or isinstance(user, AnonymousUser):
            return self.none()
        reach = user.reach
        return self.all() if reach.is_operator else self.filter(self.branch_scope(reach) | self.own_rows(reach))

    def branch_scope(self, reach: Reach) -> Q:
        """Return the condition for rows of the branches and colleges whose rows the user sees."""
        branch = Q(**{f"{self.branch_path}__in" if self.branch_path else "pk__in": reach.oversees})
        college = f"{self.branch_path}__college__in" if self.branch_path else "college__in"
        return branch | Q(**{college: reach.leads})

    def own_rows(self, reach: Reach) -> Q:
        """Return the condition for rows that are the user's own; none unless a model says otherwise."""
        return Q(pk__in=[])


class DeskQuerySet(ScopedQuerySet):
    """Rows of the secretary's desk: they say who is a party member, which leadership has no need to know."""

    def branch_scope(self, reach: Reach) -> Q:
        """Return the condition for rows of the branches that the user manages."""
        return Q(**{f"{self.branch_path}__in": reach.manages})


class BranchBoardQuerySet(ScopedQuerySet):
    """A branch's board, such as enterprises and workshops: its teachers read it too."""

    def own_rows(self, reach: Reach) -> Q:
        """Return the rows of the teacher's own branch."""
        return Q(**{self.branch_path: reach.own_branch_id}) if reach.is_teacher else Q(pk__in=[])
