"""The way back from a page to before something was done."""

from django import template
from django.db.models import Model
from django.urls import reverse

from organization.merging import MergeKind
from organization.models import User
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
