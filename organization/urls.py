"""Addresses about the user's own person."""

from django.urls import URLPattern, path

from organization import doubles_views, views
from organization.merge_kinds import MergeKind, all_merge_kinds
from organization.ways_back import all_ways


def doubles_of(kind: MergeKind) -> list[URLPattern]:
    """Return the addresses of a kind of doubles."""
    told = {"kind": kind}
    return [
        path(f"doubles/{kind.slug}/", doubles_views.doubles, told, kind.list_name),
        path(f"doubles/{kind.slug}/<int:pk>/same-as/", doubles_views.same_as, told, kind.choose_name),
        path(f"doubles/{kind.slug}/<int:pk>/into/<int:kept>/", doubles_views.merge, told, kind.merge_name),
        path(
            f"doubles/{kind.slug}/<int:pk>/and/<int:kept>/different/",
            doubles_views.different,
            told,
            kind.different_name,
        ),
    ]


urlpatterns = [
    path("profile/", views.profile, name="profile"),
    path("profile/data/", views.own_data, name="own_data"),
    path("people/<int:pk>/data/", views.person_data, name="person_data"),
    *(path(f"take-back/{way.slug}/<int:pk>/", views.take_back, {"way": way}, way.address) for way in all_ways()),
    *(address for kind in all_merge_kinds() for address in doubles_of(kind)),
]
