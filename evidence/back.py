"""A file that must be gone wherever it is held: with an identity card on it, say."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from organization.models import User
from organization.ways_back import WayBack

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


def keeps_a_holder(user: User, upload: Any) -> bool:
    """Return whether the user is secretary of a branch one of whose records holds the file (a query a kind)."""
    return user.may_use_admin and any(user.manages(link.branch_id) for link in upload.links())


def who_holds_it(upload: Any) -> Iterator["StrOrPromise"]:
    """Yield what each record that holds the same bytes is (a query a kind)."""
    for link in upload.links_of_same_bytes():
        words = _("It goes from: %(kind)s “%(holder)s”.")
        yield words % {"kind": type(link.holder)._meta.verbose_name, "holder": link.holder}


FILE = WayBack(
    slug="file",
    model="evidence.Evidence",
    noun=_("File"),
    title=_("Remove the file everywhere"),
    consequence=_(
        "The file is gone for good from every record that holds it and from the disk. What was verified with it is"
        " verified no more; frozen reports say that it was removed."
    ),
    done=_("The file is gone from every record and from the disk."),
    kept=keeps_a_holder,
    leads_to=lambda upload: next((str(link.holder.get_absolute_url()) for link in upload.links()), "/"),
    matters=who_holds_it,
    shown_with=("file",),
    verb="remove_everywhere",
)
