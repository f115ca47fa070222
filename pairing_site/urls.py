"""Every address of the site."""

from allauth.account import views as account
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from django.views.i18n import set_language

from organization import sign_in
from outcomes.views import figures
from pairing_site import styleguide, views

urlpatterns = [
    path("", views.home, name="home"),
    path("accounts/login/", sign_in.sign_in, name="account_login"),
    path("accounts/logout/", sign_in.sign_out, name="account_logout"),
    path("accounts/inactive/", account.account_inactive, name="account_inactive"),
    path("accounts/password/change/", sign_in.change_password, name="account_change_password"),
    path("accounts/reauthenticate/", sign_in.reauthenticate, name="account_reauthenticate"),
    path("language/", login_not_required(set_language), name="set_language"),
    path("", include("organization.urls")),
    path("mentorship/", include("mentorship.urls")),
    path("teaching-pairs/", include("teaching_pairs.urls")),
    path("enterprise-service/", include("enterprise_service.urls")),
    path("pairings/", include("pairings.urls")),
    path("evidence/", include("evidence.urls")),
    path("imports/", include("imports.urls")),
    path("dashboard/", figures.dashboard, name="dashboard"),
    path("dashboard/coverage/", figures.coverage, name="coverage"),
    path("", include("outcomes.urls")),
    path("admin/", admin.site.urls),
    path("healthz", views.healthz),
    path("healthz/", views.healthz, name="healthz"),
]
if settings.DEBUG:
    urlpatterns.append(path("styleguide/", styleguide.show, name="styleguide"))
