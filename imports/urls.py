"""Addresses of sheets that are read in."""

from django.urls import include, path

from imports import views

app_name = "imports"
an_import = [
    path("", views.detail, name="detail"),
    path("write/", views.write, name="write"),
    path("words/", views.explain, name="explain"),
    path("again/", views.look_again, name="look_again"),
    path("discard/", views.discard, name="discard"),
    path("undo/", views.undo, name="undo"),
    path("marked/", views.marked, name="marked"),
]
urlpatterns = [
    path("new/<slug:kind>/", views.new, name="new"),
    path("template/<slug:kind>/", views.template, name="template"),
    path("<int:pk>/", include(an_import)),
]
