"""What the forms of rows that can be doubles share: a new one that seems to be there already wants a tick."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from organization.doubles import SHOWN_DOUBLES, likely_doubles
from organization.merge_kinds import MergeKind, merge_kind
from organization.models import User


class SeesDoublesMixin(forms.BaseModelForm):
    """Names what a new row seems to be already, and takes it when that was ticked."""

    #: Who fills it in.
    user: User
    #: What the page names, beside a box called `is_another`.
    doubles: Sequence[Any] = ()

    @property
    def merge_kind(self) -> MergeKind:
        """Return the kind of doubles."""
        return merge_kind(self._meta.model.merge_kind)

    def likely_doubles(self) -> Any:
        """Return the rows that the user sees and that what was typed is likely the same as."""
        return likely_doubles(self.merge_kind, self.user, self.instance)

    def _post_clean(self) -> None:
        """Look for doubles, once the row is made of what was typed; the hook is Django's own."""
        super()._post_clean()  # type: ignore[misc]
        if not self.instance.pk and not self.errors and not self.data.get("is_another"):
            self.doubles = list(self.likely_doubles()[:SHOWN_DOUBLES])
            if self.doubles:
                self.add_error(None, _("This seems to be there already. Look first, or tick that it is another one."))
