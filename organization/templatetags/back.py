"""The way back from a page to before something was done."""

from typing import Any

from django import template
from django.db.models import Model
from django.urls import reverse
from django.utils.translation import gettext

from organization import access
from organization.doubles import likely_doubles
from organization.merge_kinds import MergeKind, merge_kind
from organization.models import Mergeable, User
from organization.ways_back import WayBack, noun_of, way_of

register = template.Library()


@register.simple_tag
def way_back(user: User, slug: str, row: Model) -> str:
    """Return the address at which the user takes the row back; empty when they may not, or not now."""
    way = way_of(slug)
    if not user.has_perm(way.permission, row) or way.problem(user, row):
        return ""
    return reverse(way.address, args=[row.pk])


@register.inclusion_tag("parts/way_back.html")
def way_back_button(user: User, slug: str, row: Model, look: str = "quiet") -> dict[str, object]:
    """Show the button that leads there."""
    return {"url": way_back(user, slug, row), "way": way_of(slug), "look": look}


@register.simple_tag
def what_it_is(way: WayBack, row: Model) -> str:
    """Return what a row is called where it is taken back."""
    return noun_of(way, way.day(row), way.named(row))


@register.filter
def facts_of(row: Model, kind: MergeKind) -> object:
    """Return what of a row is shown beside its likely double."""
    return kind.facts(row)


@register.filter
def named_of(row: Model | None, kind: MergeKind) -> str:
    """Return what a row is called beside one that looks like it; one that the reader does not see has no name."""
    return kind.named(row) if row is not None else gettext("a record of another branch")


@register.simple_tag
def page_for(user: User, row: Mergeable, *, is_seen: bool = True) -> str:
    """Return the address of what stands for a row; empty where it is not the user's to see."""
    return access.page_for(user, row, is_seen=is_seen)


@register.filter
def page_of(row: Model, kind: MergeKind) -> str:
    """Return the address of a row's page."""
    return kind.leads_to(row)


@register.inclusion_tag("admin/branch/doubles.html", takes_context=True)
def doubles_on_desk(context: dict[str, Any], row: Model | None) -> dict[str, Any]:
    """Show the likely doubles of a row of the desk, and the way to another one, to whoever decides on it."""
    user = context["request"].user
    if not isinstance(row, Mergeable) or not row.pk or row.is_merged or not user.has_perm("organization.merge", row):
        return {}
    kind = merge_kind(row.merge_kind)
    doubles = [(one, user.has_perm("organization.merge", one)) for one in likely_doubles(kind, user, row)]
    return {"kind": kind, "row": row, "doubles": doubles}
