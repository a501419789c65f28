"""Django's settings, made from the environment (`env.py`). One file for every installation."""

import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from csp.constants import NONCE, NONE, SELF

from tandem.config import database, env, mail

HERE = Path(__file__).resolve().parent.parent
ENV = env.read()


def database_settings(url: str) -> dict[str, Any]:
    """One pool of connections per process: as many as threads may ask at once."""
    settings = database.as_django(url)
    settings["OPTIONS"] = {
        **settings.get("OPTIONS", {}),
        "options": "-c lock_timeout=5s -c statement_timeout=30s -c idle_in_transaction_session_timeout=300s",
        "pool": {"min_size": 0, "max_size": ENV.threads + 4, "timeout": 10},
    }
    return {**settings, "TEST": {"NAME": "test_tandem"}}


SECRET_KEY = env.secret_key(ENV)
DEBUG = False
ALLOWED_HOSTS = ENV.hosts
USE_X_FORWARDED_HOST = False
TRUSTED_PROXIES = ENV.trusted_proxies
OUTGOING_NETWORKS = ENV.outgoing_networks
INSTALLED_APPS = [
    "tandem.history",
    "tandem.people",
    "tandem.collaboration",
    "tandem.strategy",
    "tandem.portfolio",
    "tandem.work",
    "tandem.product",
    "tandem.resources",
    "tandem.planning",
    "tandem.governance",
    "tandem.exchange",
    "tandem.reports",
    "tandem.automation",
    "tandem.samples",
    "tandem.web",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "axes",
    "csp",
    "procrastinate.contrib.django",
]
MIDDLEWARE = [
    "tandem.web.proxies.forwarded",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "tandem.web.middleware.personal",
    "tandem.web.work.same_picture.short_way",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "axes.middleware.AxesMiddleware",
    "tandem.web.middleware.errors",
]
ROOT_URLCONF = "tandem.config.urls"
WSGI_APPLICATION = "tandem.config.wsgi.application"
DATABASES = {
    "default": database_settings(
        os.environ.get(env.RUNTIME_DATABASE_URL) or ENV.database_url or "postgresql:///tandem"
    )
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [HERE / "web" / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {
            "environment": "tandem.web.templating.environment",
            "context_processors": ["tandem.web.context.shell"],
        },
    },
    {
        # only for allauth's own pages, which our shell wraps
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [HERE / "web" / "account_templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    },
]

AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "/accounts/login/"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "tandem.web.people.accounts.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # whoever has no account here gets no letter from us
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_USER_DISPLAY = "tandem.web.people.accounts.display"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = True  # administrators give the addresses; many installations send no mail
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not ENV.https
USERSESSIONS_TRACK_ACTIVITY = False
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_USERNAME_FORM_FIELD = "login"
AXES_ENABLE_ADMIN = False
AXES_LOCKOUT_CALLABLE = "tandem.web.people.accounts.locked_out"

globals().update(mail.as_django(ENV.mail_url, ENV.data, ENV.origin))

LANGUAGE_CODE = ENV.language
LANGUAGES = [("en", "English"), ("zh-hans", "简体中文")]
LANGUAGE_COOKIE_NAME = "tandem_language"
LOCALE_PATHS = [HERE / "locale"]
TIME_ZONE = ENV.timezone
FISCAL_YEAR_STARTS = ENV.fiscal_year_starts
LEVELLING_SECONDS = ENV.levelling_seconds
ENGINE_MEMORY = ENV.engine_memory_mb << 20
USE_TZ = True
FORMAT_MODULE_PATH = None
NUMBER_GROUPING = 3

STATIC_URL = "/static/"
STATIC_ROOT = None  # nothing is collected: WhiteNoise serves the packages' own files
STATICFILES_DIRS = [HERE / "web" / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "tandem.config.static_files.Versioned"},
}
MEDIA_ROOT = ENV.data / "files"
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 3600
# these two are always asked for under their version; other packages' scripts may import each other without one
WHITENOISE_IMMUTABLE_FILE_TEST = r"^/static/(tandem|django_htmx)/"
MAX_UPLOAD_BYTES = ENV.max_upload_mb * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
FILE_UPLOAD_PERMISSIONS = 0o600

SESSION_COOKIE_NAME = "__Host-tandem" if ENV.https else "tandem"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = ENV.https
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = "__Host-tandem-csrf" if ENV.https else "tandem_csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "tandem.web.refusals.forged"
ORIGIN = ENV.origin
CSRF_TRUSTED_ORIGINS = [ORIGIN]
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31536000 if ENV.https else 0
SECURE_SSL_REDIRECT = ENV.https
SECURE_SSL_HOST = urlsplit(ENV.origin).netloc if ENV.origin.startswith("https:") else None
SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz)$"]  # asked on the machine itself, past the proxy
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        # islands and charts place things by style attributes; scripts stay strict
        "style-src": [SELF, "'unsafe-inline'"],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF, "data:"],
        "object-src": [NONE],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
    }
}
SILENCED_SYSTEM_CHECKS = ["axes.W003", "axes.W004"]
PROCRASTINATE_ON_APP_READY = "tandem.config.jobs.on_ready"
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"()": "tandem.config.log.Line"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": ENV.log.upper()},
    "loggers": {"axes": {"level": "WARNING"}, "procrastinate": {"level": "WARNING"}},
}
