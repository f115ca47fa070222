"""The WSGI entry that gunicorn serves."""

import os

from pairing_site.handler import get_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pairing_site.settings")

application = get_application()
