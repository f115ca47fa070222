"""The front door: the site's own words and the admin it shows."""

from django.apps import AppConfig
from django.contrib.admin import autodiscover
from django.contrib.admin.apps import SimpleAdminConfig
from django.contrib.staticfiles.apps import StaticFilesConfig
from django.utils.translation import gettext_lazy as _


class PairingSiteConfig(AppConfig):
    """Settings, URLs and the home page."""

    name = "pairing_site"
    verbose_name = _("1+1+1 pairing")


class AdminConfig(SimpleAdminConfig):
    """The secretary's desk in place of Django's default admin site."""

    default_site = "organization.admin_site.BranchAdminSite"
    verbose_name = _("Administration")

    def ready(self) -> None:
        """Load every app's admin module, as django.contrib.admin's own config does."""
        super().ready()
        autodiscover()


class AssetsConfig(StaticFilesConfig):
    """Static files, without the large builds that no page asks for: they cost minutes of compression.

    A pattern holds for the files of every app, so each names its library.
    """

    ignore_patterns = [
        *StaticFilesConfig.ignore_patterns,
        *("bootstrap-*", "bootstrap.css*", "bootstrap.rtl.*"),
        *("echarts.js*", "echarts.common.*", "echarts.esm.*", "echarts.simple.*"),
    ]
