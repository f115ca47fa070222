"""Steps of a row's life that people take: one table a model drives address, view, button, dialog and desk action.

Each app declares its rows of the table among its models, whose verbs ask it from which states they go.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db.models import Model
from django.utils.module_loading import import_string

if TYPE_CHECKING:
    from django.forms import BaseForm
    from django_stubs_ext import StrOrPromise

    from organization.models import User


@dataclass(frozen=True)
class Transition:
    """One step of a model's rows.

    Args:
        slug: its name in addresses, and of its dialog.
        model: the model of its rows as "app_label.Model".
        verb: the name of the row's method, which takes `by` and what the form gives.
        permission: which of the rules says who takes it.
        allowed: the states from which the verb goes.
        offered: those in which pages offer it; the same unless said otherwise.
        state: the name of the column that holds the state.
        button: what the page's button says.
        done: what is said afterwards.
        title: what its dialog is called; one without a dialog is taken at once.
        consequence: what it does, as its dialog says.
        confirm: what the dialog's button says; as the page's one unless said otherwise.
        form: the dotted path of what its dialog asks; the form's fields are the verb's arguments.
        matters: the name of the row's method that says what would still be open.
        is_main: whether its button is the one that stands out.
        name: the name of its address; the slug unless said otherwise.
    """

    slug: str
    model: str
    verb: str
    permission: str
    allowed: Sequence[str]
    button: "StrOrPromise"
    done: "StrOrPromise"
    offered: Sequence[str] = ()
    state: str = "status"
    title: "StrOrPromise" = ""
    consequence: "StrOrPromise" = ""
    confirm: "StrOrPromise" = ""
    form: str = ""
    matters: str = ""
    is_main: bool = False
    name: str = ""

    @property
    def model_class(self) -> Any:
        """Return the model of its rows."""
        return apps.get_model(self.model)

    @property
    def address(self) -> str:
        """Return the full name of its address."""
        return f"{self.model_class._meta.app_label}:{self.name or self.slug}"

    def form_class(self) -> "type[BaseForm] | None":
        """Return what its dialog asks, or nothing."""
        return import_string(self.form) if self.form else None

    def is_offered(self, user: "User", row: Model) -> bool:
        """Return whether the row stands where pages offer it, and the user may take it."""
        stands = getattr(row, self.state) in (self.offered or self.allowed)
        return stands and user.has_perm(self.permission, row)

    def open_matters(self, row: Model) -> Iterable["StrOrPromise"]:
        """Return what would still be open once it is taken."""
        return getattr(row, self.matters)() if self.matters else ()

    def take(self, row: Any, *, by: "User", **given: Any) -> Any:
        """Run the row's verb and return what it gives.

        Raises:
            ValidationError: where it does not go, as the verb says.
        """
        return getattr(row, self.verb)(by=by, **given)


_tables: dict[str, dict[str, Transition]] = {}


def register(*transitions: Transition) -> None:
    """Add rows to the table."""
    for transition in transitions:
        _tables.setdefault(transition.model, {})[transition.slug] = transition


def all_transitions() -> list[Transition]:
    """Return the rows of the table."""
    return [transition for table in _tables.values() for transition in table.values()]


def transitions_of(row: Model) -> dict[str, Transition]:
    """Return what can become of a row, by slug; a form's row is a pairing's."""
    labels = (model._meta.label for model in type(row).__mro__ if hasattr(model, "_meta"))
    return next((_tables[label] for label in labels if label in _tables), {})
