"""The front door: the site's own words and the admin it shows."""

from django.apps import AppConfig
from django.contrib.admin import autodiscover
from django.contrib.admin.apps import SimpleAdminConfig
from django.utils.translation import gettext_lazy as _
from django_tasks_db.apps import TasksAppConfig


class PairingSiteConfig(AppConfig):
    """Settings, URLs and the home page."""

    name = "pairing_site"
    verbose_name = _("1+1+1 pairing")

    def ready(self) -> None:
        """Register the checks of the whole site."""
        from pairing_site import checks  # noqa: F401, PLC0415 - it looks at forms, whose models exist only from here on


class AdminConfig(SimpleAdminConfig):
    """The secretary's desk in place of Django's default admin site."""

    default_site = "organization.admin_site.BranchAdminSite"
    verbose_name = _("Administration")

    def ready(self) -> None:
        """Load every app's admin module, as django.contrib.admin's own config does."""
        super().ready()
        autodiscover()


class TasksConfig(TasksAppConfig):
    """The queue of long work, under a name that is translated."""

    verbose_name = _("Background work")  # type: ignore[assignment]  # said lazily, as Django takes it
