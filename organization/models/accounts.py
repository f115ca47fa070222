"""User accounts and the roles that they hold."""

from collections.abc import Collection
from typing import Any

import rules
from auditlog.models import LogEntry
from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models, transaction
from django.db.models import ProtectedError, Q
from django.utils.crypto import get_random_string, salted_hmac
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from organization.events import Event, record
from organization.models.base import RuleError, ScopedQuerySet
from organization.models.naming import WAS_MERGED, NamesPeople
from organization.models.people import Person
from organization.models.places import Branch, College
from organization.reach import Reach, Viewer
from organization.verbs import writes

#: The account in whose name commands enter what nobody is signed in for; no person's number looks like it.
COMMAND_LINE = "@command-line"


class AccountManager(UserManager["User"]):
    """Accounts."""

    def of_the_command_line(self) -> "User":
        """Return the closed account in whose name a command enters and submits; nobody can sign in with it."""
        account, is_new = self.get_or_create(username=COMMAND_LINE, defaults={"is_active": False})
        if is_new:
            account.set_unusable_password()
            account.save(update_fields=["password"])
        return account

    def open_account(self, person: Person) -> tuple["User", str]:
        """Give a person an account under the staff or student number.

        Returns:
            The account and its first password, which is kept nowhere.

        Raises:
            RuleError: when the person has one already, or another record stands for them.
        """
        if person.is_merged:
            raise RuleError(WAS_MERGED)
        if self.filter(Q(person=person) | Q(username=person.number)).exists():
            raise RuleError(_("There is an account already."))
        password = get_random_string(10, "abcdefghjkmnpqrstuvwxyz23456789")
        user = self.create_user(person.number, password=password, person=person, must_change_password=True)
        return user, password


class User(NamesPeople, AbstractUser):
    """A sign-in. A superuser is the operator; all other rights come from the person and the role assignments."""

    refuses_merged = True

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    person = models.OneToOneField(
        Person, models.PROTECT, null=True, blank=True, related_name="user", verbose_name=_("person")
    )
    must_change_password = models.BooleanField(
        _("has a first password, made by somebody else"), default=False, db_default=False, editable=False
    )
    sessions_ended = models.PositiveIntegerField(
        _("how often all sessions were ended"), default=0, db_default=0, editable=False
    )

    objects = AccountManager()  # type: ignore[misc]

    class Meta(AbstractUser.Meta):
        verbose_name = _("user account")  # type: ignore[assignment]
        verbose_name_plural = _("user accounts")  # type: ignore[assignment]

    def __str__(self) -> str:
        return self.get_full_name()

    def save(self, **kwargs: Any) -> None:
        """Save, and note in the audit trail that the password is a new one; an account that is shut has no session.

        Raises:
            RuleError: for an open account of a record of a person that was merged into another.
        """
        is_new = getattr(self, "_password", None) is not None and not self._state.adding
        if not self.is_active and User.objects.filter(pk=self.pk, is_active=True).exists():
            self.sessions_ended += 1
            if kwargs.get("update_fields") is not None:
                kwargs["update_fields"] = {*kwargs["update_fields"], "sessions_ended"}
        super().save(**kwargs)
        if is_new:
            record(Event.PASSWORD_CHANGED, about=self)

    @writes
    def name_survivors(self, only: Collection[str] | None = None) -> None:
        """Refuse an open account of a merged record; a closed one stays with it, as who wrote.

        Raises:
            RuleError: for such an account.
        """
        if self.is_active:
            super().name_survivors(None if only and "is_active" in only else only)

    @writes
    def end_sessions(self) -> None:
        """Sign the account out everywhere."""
        with transaction.atomic():
            self.sessions_ended = User.objects.select_for_update().get(pk=self.pk).sessions_ended + 1
            self.save(update_fields=["sessions_ended"])

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Return what a session was begun under, which a new password and an end of all sessions change."""
        begun_under: str = super()._get_session_auth_hash(secret)  # type: ignore[misc]
        if not self.sessions_ended:
            return begun_under
        salt = "organization.sessions"
        return salted_hmac(salt, f"{begun_under} {self.sessions_ended}", secret=secret, algorithm="sha256").hexdigest()

    def get_full_name(self) -> str:
        """Return the person's name, or the sign-in name of an account without one."""
        if self.username == COMMAND_LINE:
            return gettext("Command line")
        return self.person.name if self.person else self.username

    def get_short_name(self) -> str:
        """Return the same as get_full_name: Chinese names are not cut."""
        return self.get_full_name()

    def delete(self, **kwargs: Any) -> tuple[int, dict[str, int]]:  # type: ignore[override]
        """Remove an account that never did anything.

        Raises:
            ProtectedError: when the audit trail names it; such an account is made inactive instead.
        """
        done = LogEntry.objects.filter(actor=self)
        if done.exists():
            raise ProtectedError(str(_("The audit trail names this account; make it inactive instead.")), set(done[:1]))
        return super().delete(**kwargs)

    @cached_property
    def reach(self) -> Reach:
        """What the user may reach, worked out once a request (one query, and the person's)."""
        roles = list(self.role_assignments.all())

        def held(among: frozenset[str], place: str) -> frozenset[int]:
            return frozenset(getattr(role, place) for role in roles if role.role in among)

        return Reach(
            account_id=self.pk,
            is_operator=self.is_operator,
            person_id=self.person_id,
            own_branch_id=self.person.branch_id if self.person else None,
            is_teacher=self.is_teacher,
            manages=held(RoleAssignment.MANAGES, "branch_id"),
            oversees=held(RoleAssignment.OVERSEES, "branch_id"),
            leads=held(RoleAssignment.LEADS, "college_id"),
        )

    @property
    def is_operator(self) -> bool:
        """Whether the user runs the installation."""
        return self.is_superuser

    @property
    def is_secretary(self) -> bool:
        """Whether the user is secretary or deputy of a branch."""
        return bool(self.reach.manages)

    @property
    def is_teacher(self) -> bool:
        """Whether the user is a teacher."""
        return self.person is not None and self.person.kind == Person.Kind.TEACHER

    @property
    def is_student(self) -> bool:
        """Whether the user is a student."""
        return self.person is not None and self.person.kind == Person.Kind.STUDENT

    @property
    def may_use_admin(self) -> bool:
        """Whether the secretary's desk is open to the user."""
        return self.is_active and (self.is_operator or self.is_secretary)

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """Ask the rules alone: what nobody may do, the operator may not do either."""
        return self.is_active and rules.has_perm(perm, self, obj)

    def manages(self, branch_id: int | None) -> bool:
        """Return whether the user is secretary or deputy of the branch, or the operator."""
        return self.is_operator or branch_id in self.reach.manages

    def must_manage(self, branch_id: int | None) -> None:
        """Refuse a decision of whoever does not decide in the branch.

        Raises:
            RuleError: unless the user is secretary or deputy of the branch, or the operator.
        """
        if not self.manages(branch_id):
            raise RuleError(_("The branch's secretary, a deputy or the operator decides on this."))


class RoleAssignmentQuerySet(ScopedQuerySet):
    """Roles given: a secretary sees those of the own branch."""

    def own_rows(self, reach: Reach) -> Q:
        """Return the user's own roles."""
        return Q(user=reach.account_id)

    def visible_to(self, user: Viewer) -> "RoleAssignmentQuerySet":
        """Return the roles in the user's branches and colleges, and the user's own."""
        return super().visible_to(user).distinct()


class RoleAssignment(models.Model):
    """A user holds a role in a branch or a college."""

    class Role(models.TextChoices):
        """Roles beyond being a teacher or a student."""

        SECRETARY = "secretary", _("Branch secretary")
        DEPUTY = "deputy", _("Deputy secretary")
        REVIEWER = "reviewer", _("Party committee reviewer")
        LEADERSHIP = "leadership", _("College leadership")

    #: What a role lets its holder do: decide in its branch, read all rows of its branch, or of its college's branches.
    MANAGES: frozenset[str] = frozenset({Role.SECRETARY, Role.DEPUTY})
    OVERSEES: frozenset[str] = MANAGES | {Role.REVIEWER}
    LEADS: frozenset[str] = frozenset({Role.LEADERSHIP})

    user = models.ForeignKey(
        User,
        models.CASCADE,  # an account that is deleted holds no role
        related_name="role_assignments",
        verbose_name=_("user account"),
    )
    role = models.CharField(_("role"), max_length=10, choices=Role)
    branch = models.ForeignKey(
        Branch, models.PROTECT, null=True, blank=True, related_name="role_assignments", verbose_name=_("branch")
    )
    college = models.ForeignKey(
        College, models.PROTECT, null=True, blank=True, related_name="role_assignments", verbose_name=_("college")
    )

    objects = RoleAssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("role assignment")
        verbose_name_plural = _("role assignments")
        ordering = ["role", "user"]
        constraints = [
            models.CheckConstraint(
                condition=Q(role__in=["secretary", "deputy", "reviewer"], branch__isnull=False, college__isnull=True)
                | Q(role="leadership", branch__isnull=True, college__isnull=False),
                name="role_has_its_place",
                violation_error_message=_("A secretary or reviewer needs a branch, leadership needs a college."),
            ),
            models.UniqueConstraint(fields=["user", "role", "branch"], name="branch_role_once"),
            models.UniqueConstraint(fields=["user", "role", "college"], name="college_role_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()}"
