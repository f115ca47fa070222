"""What an account may reach: whose rows it reads, and where it decides. The models below accounts know no more of one.

`Reach` is worked out once a request from the roles that the account holds and from its person.
"""

from dataclasses import dataclass
from typing import Any, Protocol

from django.contrib.auth.models import AnonymousUser


@dataclass(frozen=True)
class Reach:
    """Whose rows an account reads, and where it decides.

    Args:
        account_id: the account.
        is_operator: whether it runs the installation, and so reaches everything.
        person_id: its person, None for an account without one.
        own_branch_id: the branch of its person.
        is_teacher: whether its person is a teacher.
        manages: the branches in which it decides, as secretary or deputy.
        oversees: the branches all of whose rows it reads: the managed ones, and those reviewed.
        leads: the colleges all of whose branches' rows it reads.
    """

    account_id: int | None
    is_operator: bool = False
    person_id: int | None = None
    own_branch_id: int | None = None
    is_teacher: bool = False
    manages: frozenset[int] = frozenset()
    oversees: frozenset[int] = frozenset()
    leads: frozenset[int] = frozenset()

    @property
    def is_overseer(self) -> bool:
        """Whether it reads all rows of some branch or college."""
        return bool(self.oversees or self.leads)


class Account(Protocol):
    """An account, as the models below accounts know it: somebody who reads rows, or in whose name a verb runs."""

    pk: Any
    is_active: Any
    person_id: Any

    @property
    def reach(self) -> Reach:
        """Return what it may reach."""
        ...

    def manages(self, branch_id: int | None) -> bool:
        """Return whether it decides in a branch."""
        ...

    def must_manage(self, branch_id: int | None) -> None:
        """Refuse a decision of whoever does not decide in a branch."""
        ...


#: Whoever asks for rows: somebody who is signed in, or nobody.
Viewer = Account | AnonymousUser
