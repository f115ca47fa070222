"""The WSGI entry that gunicorn serves."""

import os
import sys

from django.conf import settings

from pairing_site.handler import get_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pairing_site.settings")

#: With this code gunicorn's worker says that it will never start, so its master stops too.
NEVER_STARTS = 3

if not (settings.SECRET_KEY_IS_SET or settings.DEBUG):
    sys.stderr.write("SECRET_KEY is not set: put a long random text into the environment, the same at every start.\n")
    sys.exit(NEVER_STARTS)

application = get_application()
