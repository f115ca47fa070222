"""The registry of pairing kinds: how the shared base learns of the forms without importing them.

Each form's AppConfig.ready() registers its own PairingKind. Adding a form touches no existing app.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from django.apps import apps

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

LEADER = "leader"
STUDENT_MEMBER = "student_member"
ORDINARY_STUDENT = "ordinary_student"
ORDINARY_TEACHER = "ordinary_teacher"
HELPER = "helper"


class Seatable(Protocol):
    """Somebody who may take a place: a person of the roster, whose model stands above the registry."""

    kind: Any

    @property
    def is_member(self) -> bool:
        """Whether the person is a party member today."""
        ...


@dataclass(frozen=True)
class SeatRole:
    """A place in a pairing: who may sit there. `is_member` None means either."""

    slug: str
    label: "StrOrPromise"
    person_kind: str
    is_member: bool | None = None

    def may_seat(self, person: Seatable) -> bool:
        """Return whether the person may take the place, by kind and party membership today."""
        return person.kind == self.person_kind and self.is_member in (None, person.is_member)


@dataclass(frozen=True)
class Decided:
    """What of a form's own is decided with its approval: fields that change together, by a change request.

    Args:
        slug: a ChangeRequest.Subject.
        label: what the form calls it.
        fields: names of the child model's fields.
    """

    slug: str
    label: "StrOrPromise"
    fields: tuple[str, ...]


@dataclass(frozen=True)
class PairingKind:
    """One form of 1+1+1 pairing.

    Args:
        slug: the form's name in reports and in `Pairing.kind`.
        label: what a page calls the form.
        lead: what the form is, in a line.
        model: the child model as "app_label.Model".
        namespace: the URL namespace of its pages, which holds list, new, detail, edit, change and story.
        roles: the seats that must each be taken by one person before approval.
        activities: the (slug, label) pairs a progress log chooses from.
        colour: the design token that the form keeps on every page and chart.
        extra_roles: seats that any number of people may take.
        matcher: the dotted path of its pairings.matching.matcher.Matcher, where it has one.
        ones: the three that come together in it, as the picture of the mode names them.
        decided: what of its own is decided with the approval, besides who sits in it.
        mode: what a report calls working this way, as in 通过“1+1+1”人才培育工作模式; the label where it is empty.
    """

    slug: str
    label: "StrOrPromise"
    lead: "StrOrPromise"
    model: str
    namespace: str
    roles: tuple[SeatRole, ...]
    activities: "tuple[tuple[str, StrOrPromise], ...]"
    colour: str
    extra_roles: tuple[SeatRole, ...] = ()
    matcher: str = ""
    mode: "StrOrPromise" = ""
    ones: "tuple[StrOrPromise, ...]" = ()
    decided: tuple[Decided, ...] = ()

    @property
    def model_class(self) -> Any:
        """Return the child model."""
        return apps.get_model(self.model)

    @property
    def decided_fields(self) -> tuple[str, ...]:
        """Return the names of the child's fields that are decided with the approval."""
        return tuple(name for part in self.decided for name in part.fields)

    def role(self, slug: str) -> SeatRole:
        """Return one of the kind's roles.

        Raises:
            KeyError: when the kind has no such role.
        """
        return {role.slug: role for role in (*self.roles, *self.extra_roles)}[slug]


_kinds: dict[str, PairingKind] = {}


def register(kind: PairingKind) -> None:
    """Add a kind; the same slug twice is a programming error.

    Raises:
        ValueError: when the slug is taken by another kind.
    """
    if _kinds.setdefault(kind.slug, kind) != kind:
        raise ValueError(f"the pairing kind {kind.slug!r} is already registered")


def unregister(slug: str) -> None:
    """Take a kind out again."""
    del _kinds[slug]


def kind_of(slug: str) -> PairingKind:
    """Return the kind of a slug.

    Raises:
        KeyError: when no form registered it.
    """
    return _kinds[slug]


def all_kinds() -> Iterable[PairingKind]:
    """Return the registered kinds in the order of their apps."""
    return tuple(_kinds.values())


def kind_labels() -> "list[tuple[str, StrOrPromise]]":
    """Return (slug, label) pairs for choice fields."""
    return [(kind.slug, kind.label) for kind in all_kinds()]
