"""Addresses of files."""

from django.urls import path

from evidence import views

app_name = "evidence"
urlpatterns = [
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/download/", views.download, name="download"),
    path("<int:pk>/file/", views.inline, name="file"),
    path("<int:pk>/thumbnail/", views.thumbnail, name="thumbnail"),
]
