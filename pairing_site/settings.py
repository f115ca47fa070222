"""Settings, all from the environment (12-factor); README.md lists each one with its default."""

from contextlib import suppress
from pathlib import Path

import environ
from csp.constants import NONCE, NONE, SELF
from django.templatetags.static import static
from django.utils.translation import gettext_lazy as _

from pairing_site.keys import kept_key
from pairing_site.readers import at_least_one, one_of
from pairing_site.static_answers import keep_out_of_other_pages

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env", overwrite=False)

DATA_DIR = Path(env.str("DATA_DIR", default=str(BASE_DIR / "data")))
DEBUG = env.bool("DEBUG", default=False)
# Whoever tries the site needs no key; nobody serves it without one (pairing_site/wsgi.py, organization/checks.py).
SECRET_KEY_IS_SET = bool(env.str("SECRET_KEY", default=""))
SECRET_KEY = env.str("SECRET_KEY", default="") or kept_key(DATA_DIR)
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
# Signs what must not change unnoticed: seals, manifests, the audit trail, backups (organization/signing.py).
SIGNING_KEY = env.str("SIGNING_KEY", default="") or SECRET_KEY
SIGNING_KEY_FALLBACKS = env.list("SIGNING_KEY_FALLBACKS", default=[])
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    "pairing_site.apps.PairingSiteConfig",
    "unfold.apps.BasicAppConfig",
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "pairing_site.apps.AdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "allauth",
    "allauth.account",
    "auditlog",
    "crispy_forms",
    "crispy_bootstrap5",
    "csp",
    "django_filters",
    "rules",
    "django_tasks",
    "pairing_site.apps.TasksConfig",
    "organization",
    "evidence",
    "imports",
    "pairings",
    "mentorship",
    "teaching_pairs",
    "enterprise_service",
    "outcomes",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "pairing_site.middleware.PrivateAnswersMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "organization.middleware.ChosenLanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "pairing_site.middleware.RefusedMethodMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "organization.middleware.WhoAndWhereMiddleware",
    "organization.sessions.RestMiddleware",
    "organization.middleware.RefusalsAndReadingsMiddleware",
    "organization.middleware.FirstPasswordMiddleware",
    "evidence.middleware.LookAtUploadsMiddleware",
    "organization.readable.ReadableRequestMiddleware",
    "organization.middleware.OncePerFormMiddleware",
]

ROOT_URLCONF = "pairing_site.urls"
WSGI_APPLICATION = "pairing_site.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.debug",
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "pairing_site.context_processors.site",
            ],
            "builtins": ["organization.templatetags.forms"],
        },
    }
]

DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'db.sqlite3'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # A backup comes back on a machine that never had the site; a command that needs no database needs no folder.
    with suppress(OSError):
        Path(DATABASES["default"]["NAME"]).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    DATABASES["default"]["OPTIONS"] = {
        # Measured in stack.md: DEFERRED loses 721 of 800 concurrent writes to "database is locked".
        # FULL: what was acknowledged is on the disk, whatever becomes of the power.
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
    }
else:
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True  # a restarted server costs no request
    DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=60)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {"default": env.cache("CACHE_URL", default=f"filecache://{DATA_DIR / 'cache'}")}

AUTH_USER_MODEL = "organization.User"
AUTHENTICATION_BACKENDS = [
    "rules.permissions.ObjectPermissionBackend",
    "organization.backends.BelongingBackend",
]
# Any composition is taken, digits alone too; what others would guess is not.
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": name}
    for name in (
        "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "django.contrib.auth.password_validation.MinimumLengthValidator",
        "django.contrib.auth.password_validation.CommonPasswordValidator",
        "organization.passwords.GuessableValidator",
    )
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "organization.sign_in.ClosedAccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_SESSION_REMEMBER = True
# A session ends so many days after its sign-in; of secretaries, leadership and operator also after hours of rest.
SESSION_DAYS = env.int("SESSION_DAYS", default=14)
SESSION_REST_HOURS = env.int("SESSION_REST_HOURS", default=8)
ACCOUNT_FORMS = {"change_password": "organization.sign_in.OwnPasswordForm"}
# Counted by account and place in organization/models/throttle.py; allauth's own limits count by the Host header.
ACCOUNT_RATE_LIMITS = False

# A correlation id comes with the request: anybody writes one, of any length.
AUDITLOG_CID_HEADER = None

# The one mail that is sent is the code by which an enterprise confirms, where a branch asks for it; none without a URL.
MAIL_IS_SET_UP = bool(env.str("EMAIL_URL", default=""))
globals().update(env.email_url("EMAIL_URL", default="dummymail://"))
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="webmaster@localhost")

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale", BASE_DIR / "locale" / "libraries"]
TIME_ZONE = env.str("TIME_ZONE", default="Asia/Shanghai")
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(BASE_DIR / "staticfiles")))
STATICFILES_DIRS = [
    BASE_DIR / "static",
    ("vendor/bootstrap/css", BASE_DIR / "node_modules/bootstrap/dist/css"),
    ("vendor/echarts", BASE_DIR / "node_modules/echarts/dist"),
]
STATICFILES_FINDERS = [
    "pairing_site.assets.PickedFilesFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
]
WHITENOISE_USE_FINDERS = True
WHITENOISE_ADD_HEADERS_FUNCTION = keep_out_of_other_pages

# Documents are set in these faces, whatever fonts the machine has (OFL, from node_modules).
DOCUMENT_FONTS = [
    BASE_DIR / "node_modules/@expo-google-fonts" / face
    for face in (
        "noto-serif-sc/400Regular",
        "noto-serif-sc/700Bold",
        "noto-sans-sc/500Medium",
    )
]

# Evidence never lies in a public folder: evidence/views.py serves it to those who may see it.
EVIDENCE_ROOT = Path(env.str("EVIDENCE_ROOT", default=str(DATA_DIR / "evidence")))
EVIDENCE_MAX_BYTES = env.int("EVIDENCE_MAX_MB", default=20) * 1024 * 1024
# A form brings up to nine files; what is larger than this is refused before it is read.
EVIDENCE_MAX_REQUEST_BYTES = env.int("EVIDENCE_MAX_REQUEST_MB", default=120) * 1024 * 1024
# Decoders need more or less memory for a pixel, so each kind of picture has a limit of its own below this one.
EVIDENCE_MAX_PIXELS = env.int("EVIDENCE_MAX_MEGAPIXELS", default=200) * 1_000_000
# Behind nginx: the internal location that maps to EVIDENCE_ROOT. Empty: Django sends the bytes itself.
EVIDENCE_ACCEL_PREFIX = env.str("EVIDENCE_ACCEL_PREFIX", default="")
# Long work is a row in the database that `manage.py db_worker` takes, or done at once by whoever asks.
TASK_BACKENDS = {
    "immediate": "django_tasks.backends.immediate.ImmediateBackend",
    "database": "django_tasks_db.DatabaseBackend",
}
TASKS = {"default": {"BACKEND": one_of(env, "TASK_BACKEND", TASK_BACKENDS, default="immediate")}}
# A document or pack of more than this is prepared, and not sent at once.
PREPARE_FROM_OUTCOMES = env.int("PREPARE_FROM_OUTCOMES", default=200)
PREPARE_FROM_FILES = env.int("PREPARE_FROM_FILES", default=100)
PREPARE_FROM_BYTES = env.int("PREPARE_FROM_MB", default=50) * 1024 * 1024
PREPARED_ROOT = Path(env.str("PREPARED_ROOT", default=str(DATA_DIR / "prepared")))
PREPARED_KEPT_DAYS = at_least_one(env, "PREPARED_KEPT_DAYS", default=7)
# A worker that has said nothing for so long is gone, and another takes up what it was making.
PREPARED_LEASE_SECONDS = at_least_one(env, "PREPARED_LEASE_SECONDS", default=120)
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FILES = 20
FILE_UPLOAD_HANDLERS = ["evidence.uploads.BoundedUploadHandler"]
# What arrives of one file: the largest that is kept as evidence, and never less than a sheet to read may be.
UPLOAD_MAX_BYTES = max(EVIDENCE_MAX_BYTES, 10 * 1024 * 1024)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": DATA_DIR / "files"}},
    "evidence": {"BACKEND": "evidence.storage.DurableStorage", "OPTIONS": {"location": EVIDENCE_ROOT}},
    "prepared": {"BACKEND": "evidence.storage.DurableStorage", "OPTIONS": {"location": PREPARED_ROOT}},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# The admin's colours stand in static/css/desk.css, so that its pages need no style inside them.
UNFOLD = {
    "SITE_TITLE": _("1+1+1 pairing"),
    "SITE_HEADER": _("1+1+1 pairing"),
    "SITE_SUBHEADER": _("Secretary's desk"),
    "SITE_URL": "/",
    "SITE_ICON": lambda request: static("icon.svg"),
    "SITE_FAVICONS": [
        {"rel": "icon", "sizes": "any", "type": "image/svg+xml", "href": lambda request: static("icon.svg")}
    ],
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": True,
    "STYLES": [lambda request: static("css/desk.css")],
}

# Our own widgets stand in templates/ like every other part.
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

# No inline script or style on our own pages; the admin's own policy is in organization/admin_site.py.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
PERMISSIONS_POLICY: dict[str, list[str]] = {"camera": [], "geolocation": [], "microphone": [], "payment": []}

HTTPS = env.bool("HTTPS", default=False)
SECURE_SSL_REDIRECT = HTTPS
# Whoever watches the site asks for its health as they do, and is told if that was not what they meant.
SECURE_REDIRECT_EXEMPT = [r"^healthz/?$"]
# Browsers take such a cookie from this very host alone, and only over HTTPS.
COOKIE_PREFIX = "__Host-" if HTTPS else ""
SESSION_COOKIE_NAME = f"{COOKIE_PREFIX}sessionid"
CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}csrftoken"
LANGUAGE_COOKIE_NAME = f"{COOKIE_PREFIX}django_language"
SEEN_COOKIE_NAME = f"{COOKIE_PREFIX}seen"
MESSAGE_STORAGE = "pairing_site.browser.SavedWords"
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
LANGUAGE_COOKIE_SECURE = HTTPS
SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", default=31_536_000) if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("HSTS_SUBDOMAINS", default=False)
# Hosts below this one may be the college's, and browsers' own lists are not this site's to enter.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("BEHIND_PROXY", default=False) else None
# So many hops of X-Forwarded-For, from the right, were written by our own proxies (organization/addresses.py).
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=0)
SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"

# Whoever reads these pages leaves a line in the audit trail (docs/guide-operator.md says why these): whose row it is.
SENSITIVE_PAGES = {
    "admin:organization_person_changelist": "organization.Person",
    "admin:organization_person_change": "organization.Person",
    "admin:organization_person_history": "organization.Person",
    "admin:outcomes_frozenreport_change": "outcomes.FrozenReport",
    "admin:auditlog_logentry_changelist": "auditlog.LogEntry",
    "admin:auditlog_logentry_change": "auditlog.LogEntry",
    "coverage": "organization.Branch",
    "evidence:download": "evidence.Evidence",
    "evidence:file": "evidence.Evidence",
    "imports:detail": "imports.SheetImport",
    "imports:marked": "imports.SheetImport",
    "mentorship:assess": "mentorship.MentorshipTeam",
    "mentorship:story": "mentorship.MentorshipTeam",
    "outcomes:report": "organization.Branch",
    "outcomes:download": "organization.Branch",
    "outcomes:preview": "organization.Branch",
    "outcomes:prepared_file": "outcomes.PreparedFile",
}

# /healthz fails with less room than this, or with a database that takes longer.
HEALTH_MIN_FREE_BYTES = env.int("HEALTH_MIN_FREE_MB", default=200) * 1024 * 1024
HEALTH_TIMEOUT_MS = 2_000

# A pairing with no log for so many days is shown as quiet.
QUIET_AFTER_DAYS = env.int("QUIET_AFTER_DAYS", default=30)
# The file of a roster that was read in is kept so many days after its import was decided (imports/keeping.py).
IMPORT_SHEETS_KEPT_DAYS = env.int("IMPORT_SHEETS_KEPT_DAYS", default=180)
# An enterprise has so many days to confirm through the link it was sent.
CONFIRMATION_VALID_DAYS = env.int("CONFIRMATION_VALID_DAYS", default=30)

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {
            "class": "organization.logs.WholeLines",
            "format": "{asctime} {levelname} {name} {message}",
            "style": "{",
        }
    },
    "filters": {"hide_tokens": {"()": "organization.logs.HideTokens"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain", "filters": ["hide_tokens"]}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
}
