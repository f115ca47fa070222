"""The site with one app more."""

from pairing_site.settings import *  # noqa: F403 - the whole site
from pairing_site.settings import INSTALLED_APPS as SITE
from pairing_site.settings import STORAGES

INSTALLED_APPS = [*SITE, "tests.fourth_form"]
ROOT_URLCONF = "tests.fourth_form.urls"
ALLOWED_HOSTS = ["testserver"]
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
