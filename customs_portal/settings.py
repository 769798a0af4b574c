"""Settings, read from the environment only; NAME_FILE may name a file that holds the value of NAME.

Unsafe values are refused by `manage.py check --deploy`.
"""

from pathlib import Path
from typing import Any

import django_stubs_ext
import environ
from django.core.exceptions import ImproperlyConfigured

from customs_portal.schedule import IN_DEMO, SCHEDULE

django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.FileAwareEnv()

INSTANCE: str = env.str("INSTANCE", default="")
CUSTOMS_COUNTRY: str = env.str("CUSTOMS_COUNTRY", default="NL")
DEMO: bool = env.bool("DEMO", default=False)
DEBUG: bool = env.bool("DEBUG", default=False)
SECRET_KEY: str = env.str("SECRET_KEY", default="")
SECRET_KEY_FALLBACKS: list[str] = env.list("SECRET_KEY_FALLBACKS", default=[])
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost"])
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", default=[])
_name = f"portal_{INSTANCE}" if INSTANCE else "portal"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "customs_portal.admin_site.PortalAdminConfig",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "django_filters",
    "django_htmx",
    "django_linear_migrations",
    "django_permissions_policy",
    "django_prometheus",
    "django_structlog",
    "django_tables2",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "knox",
    "pgtrigger",
    "rest_framework",
    "rules.apps.AutodiscoverRulesConfig",
    "template_partials",
    "customs_portal.events",
    "customs_portal.reference",
    "customs_portal.accounts",
    "declarations",
    "risk",
    "messaging",
    "customs_portal.privacy",
    "customs_portal.api",
    "customs_portal.pages",
    "customs_portal.demo",
]
if not env.bool("DEVELOPMENT_TOOLS", default=True):
    INSTALLED_APPS.remove("django_linear_migrations")

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "customs_portal.accounts.middleware.SessionLimitsMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "customs_portal.pages.middleware.ClosedByDefaultMiddleware",
    "customs_portal.pages.second_step.SecondStepMiddleware",
    "customs_portal.pages.changes_middleware.ChangesMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
]

ROOT_URLCONF = "customs_portal.urls"
WSGI_APPLICATION = "customs_portal.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["template_partials.templatetags.partials"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "customs_portal.pages.context.navigation",
            ],
        },
    }
]

_database: dict[str, Any] = env.db_url("DATABASE_URL", default="postgres://localhost/portal")
DATABASES: dict[str, Any] = {
    "default": {
        **_database,
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "server_side_binding": True,
            "prepare_threshold": 1_000_000,  # no statement by itself, only those that ask for it
            "connect_timeout": 5,
            **_database.get("OPTIONS", {}),
        },
    }
}
REDIS_URL: str = env.str("REDIS_URL", default="redis://localhost:6379/0")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": _name,
    }
}

SAMPLING_KEY: str = env.str("SAMPLING_KEY", default=SECRET_KEY)
"""The key by which random selection is made; changing it changes which ENS are selected."""

METRICS_TOKEN: str = env.str("METRICS_TOKEN", default="")
"""What a monitoring system must show to read /metrics; closed to everybody where it is empty."""

MANDATES_NEEDED: list[str] = env.list("MANDATES_NEEDED", default=["amend", "divert"])
"""For what a representative needs a mandate in the register: lodge, amend, divert."""

PARTNER_KEYS_FILE: str = env.str("PARTNER_KEYS_FILE", default="")
"""The file of the private keys by which we sign for partners; read anew when it has changed."""
PARTNER_TIMEOUT_SECONDS: float = env.float("PARTNER_TIMEOUT_SECONDS", default=10.0)
"""How long a partner may take to give its receipt."""
PARTNER_FOLDERS: str = env.str(
    "PARTNER_FOLDERS", default=str(BASE_DIR / "var" / INSTANCE / "exchange")
)
"""Where the folders of gateways are."""

CLAIM_IDLE_MINUTES: int = env.int("CLAIM_IDLE_MINUTES", default=60)
"""After how long without activity of their officer claimed cases go back into the queue."""
UNDELIVERED_AFTER_MINUTES: int = env.int("UNDELIVERED_AFTER_MINUTES", default=15)
HEARING_DAYS: int = env.int("HEARING_DAYS", default=30)
"""How long whoever is refused entry may be heard (Delegated Reg. (EU) 2015/2446 Art. 8)."""
MEDIA_ROOT: str = env.str("FILES_DIRECTORY", default=str(BASE_DIR / "var" / INSTANCE / "files"))
"""Where pictures of controls are kept; never served as files."""
PICTURE_SIZE_LIMIT: int = env.int("PICTURE_SIZE_LIMIT", default=10_000_000)
PICTURE_SCANNER: str = env.str("PICTURE_SCANNER", default="")
"""Command that gets a file on its standard input and ends with 0 for clean, 1 for harmful."""
CLAMD_ADDRESS: str = env.str("CLAMD_ADDRESS", default="")
"""Where the ClamAV daemon listens: host:port, or the path of its socket. Scans every file."""
ATTACHMENT_SIZE_LIMIT: int = env.int("ATTACHMENT_SIZE_LIMIT", default=10_000_000)
REFERRAL_SECOND_SIGNATURE: bool = env.bool("REFERRAL_SECOND_SIGNATURE", default=False)
"""Whether a request for screening needs a second signature."""
AMEND_BLOCKED_BY: str = env.str("AMEND_BLOCKED_BY", default="decided")
"""What of a control or do-not-load ends amendments of ICS2: `decided`, or only once `announced`."""
if AMEND_BLOCKED_BY not in ("decided", "announced"):
    raise ImproperlyConfigured("AMEND_BLOCKED_BY is decided or announced.")
DECISION_UNDO_SECONDS: int = env.int("DECISION_UNDO_SECONDS", default=10)
"""How long what a decision sends is kept back, so that it can be undone on the pages."""
LIFT_BY_INTERVENTION: bool = env.bool("LIFT_BY_INTERVENTION", default=False)
"""Whether a lifted do-not-load is told by IE351 with our code LIFT, besides the notice."""
LODGEMENT_ELSEWHERE: bool = env.bool("LODGEMENT_ELSEWHERE", default=False)
"""Whether declarations for our offices may be lodged in another State, which sends IE301."""
PIPELINE = "customs_portal.pipeline.PIPELINE"
PIPELINE_BACKLOG_LIMIT: int = env.int("PIPELINE_BACKLOG_LIMIT", default=5000)
MESSAGE_SIZE_LIMIT: int = env.int("MESSAGE_SIZE_LIMIT", default=20_000_000)
MESSAGE_BATCH_SIZE_LIMIT: int = env.int("MESSAGE_BATCH_SIZE_LIMIT", default=10_000_000)
MESSAGE_WAITERS: int = env.int("MESSAGE_WAITERS", default=8)
DATA_UPLOAD_MAX_MEMORY_SIZE = max(MESSAGE_SIZE_LIMIT, MESSAGE_BATCH_SIZE_LIMIT, 2_500_000)

CELERY_BROKER_URL: str = env.str("CELERY_BROKER_URL", default=REDIS_URL)
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 60,
    "global_keyprefix": f"{_name}:",
    "socket_timeout": 5,
    "socket_connect_timeout": 1,
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_DB_REUSE_MAX = 1000
"""Tasks after which a worker opens its connection anew; Celery's default is each one."""
CELERY_TASK_DEFAULT_QUEUE = "local"
CELERY_TASK_ROUTES = {
    "messaging.tasks.notify_subsequent_offices": {"queue": "network"},
    "messaging.tasks.deliver": {"queue": "deliver"},
    "messaging.tasks.collect_folders": {"queue": "deliver"},
    "messaging.tasks.fetch_partner_keys": {"queue": "deliver"},
    "declarations.tasks.scan_files": {"queue": "network"},
    "risk.tasks.run_back_tests": {"queue": "background"},
    "risk.tasks.rescreen": {"queue": "background"},
}
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 10.0
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_SOFT_TIME_LIMIT = 30
CELERY_TASK_TIME_LIMIT = 45
CELERY_BEAT_SCHEDULE = SCHEDULE | (IN_DEMO if DEMO else {})

AUTH_USER_MODEL = "accounts.User"
KNOX_TOKEN_MODEL = "accounts.ApiToken"  # noqa: S105  a model name, no secret
MIGRATION_MODULES: dict[str, str | None] = {"knox": None}
AUTHENTICATION_BACKENDS = [
    "rules.permissions.ObjectPermissionBackend",
    "customs_portal.accounts.recognising.PersonBackend",
]
AUTH_PASSWORD_VALIDATORS: list[dict[str, Any]] = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
"""Long, not known, not the name; no rule of composition (NIST SP 800-63B, 5.1.1.2)."""

ACCOUNT_ADAPTER = "customs_portal.accounts.adapter.ClosedAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    "login_failed": "10/m/ip,5/5m/key",
    "reauthenticate": "10/m/user",
    "change_password": "5/m/user",
}
"""How often one may try, by address, by user and by name; counted in the shared cache."""

MFA_REQUIRED: bool = env.bool("MFA_REQUIRED", default=not DEMO)
"""Whether everybody who works for the administration needs a second step to log in."""
MFA_ADAPTER = "customs_portal.accounts.second_factor.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_ALLOW_UNVERIFIED_EMAIL = True
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"

SESSION_ENGINE = "customs_portal.accounts.browser_sessions"
SESSION_COOKIE_NAME = f"{_name}_session"
CSRF_COOKIE_NAME = f"{_name}_csrf"
LANGUAGE_COOKIE_NAME = f"{_name}_language"
SESSION_IDLE_MINUTES: int = env.int("SESSION_IDLE_MINUTES", default=30)
SESSION_HOURS: int = env.int("SESSION_HOURS", default=12)
SESSION_COOKIE_AGE = SESSION_HOURS * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
_https: bool = env.bool("HTTPS", default=not DEMO)
TRUSTED_PROXIES: int = env.int("TRUSTED_PROXIES", default=int(_https))
"""How many proxies of ours stand in front; each adds to X-Forwarded-For who asked it."""
SESSION_COOKIE_SECURE = _https
CSRF_COOKIE_SECURE = _https
SECURE_SSL_REDIRECT = _https
SECURE_REDIRECT_EXEMPT = [r"^livez$", r"^readyz$", r"^metrics$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 31_536_000 if _https else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = _https
SECURE_HSTS_PRELOAD = _https
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY: dict[str, Any] = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}
PERMISSIONS_POLICY: dict[str, list[str]] = {
    name: [] for name in ("camera", "geolocation", "microphone", "payment", "usb")
}

EMAIL_URL: str = env.str("EMAIL_URL", default="")
"""Where mail is handed in (smtp+tls://user:password@host:587); without it none is sent."""
_mail: dict[str, Any] = env.email_url_config(EMAIL_URL or "dummymail://")
EMAIL_BACKEND: str = _mail["EMAIL_BACKEND"]
EMAIL_HOST: str = _mail.get("EMAIL_HOST") or ""
EMAIL_PORT: int = _mail.get("EMAIL_PORT") or 25
EMAIL_HOST_USER: str = _mail.get("EMAIL_HOST_USER") or ""
EMAIL_HOST_PASSWORD: str = _mail.get("EMAIL_HOST_PASSWORD") or ""
EMAIL_USE_TLS: bool = _mail.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL: bool = _mail.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL: str = env.str("EMAIL_FROM", default="portal@localhost")

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_I18N = False
"""Whether texts are looked up in catalogues: there is none yet, and that took a fifth of a page."""
USE_TZ = True
LOCALE_PATHS = [BASE_DIR / "locale"]

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "build" / "collected"
STATICFILES_DIRS = [BASE_DIR / "build" / "static"]
WHITENOISE_USE_FINDERS = DEMO
WHITENOISE_AUTOREFRESH = False
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEMO
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["customs_portal.api.authentication.TokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": [
        "rest_framework.permissions.IsAuthenticated",
        "customs_portal.api.permissions.TokenScopes",
    ],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.CursorPagination",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "URL_FORMAT_OVERRIDE": None,
    "EXCEPTION_HANDLER": "customs_portal.api.problems.problem_handler",
    "PAGE_SIZE": 100,
}
REST_KNOX = {"TOKEN_TTL": None, "AUTH_HEADER_PREFIX": "Token"}
SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "ENS portal API",
    "DESCRIPTION": "Lodge ICS messages, follow them, collect what customs sends.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SERVERS": [],
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "customs_portal.api.documentation.add_undescribed",
    ],
}

DJANGO_STRUCTLOG_CELERY_ENABLED = False
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {
            "()": "structlog.stdlib.ProcessorFormatter",
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {"django_structlog.middlewares": {"level": "WARNING"}},
}
LOGGING_CONFIG = "customs_portal.logs.configure"
