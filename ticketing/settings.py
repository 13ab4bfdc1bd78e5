"""All settings, from the environment (and an .env file beside manage.py), in the order a reader needs them."""

import hmac
import sys
from base64 import urlsafe_b64encode
from email.utils import formataddr
from pathlib import Path
from urllib.parse import urlsplit

from csp.constants import NONCE, NONE, SELF
from django.utils.translation import gettext_lazy as _

from ticketing.environment import Environment, is_loopback, process_name, read_env_file
from ticketing.local.chain import endpoint
from ticketing.local.keys import local_secrets
from ticketing.local.places import BASE_DIR, LocalProblem, here
from ticketing.local.postgres import APP, OWNER
from ticketing.local.wallet import demo_wallet

read_env_file()
env = Environment()
PLACES = here()
PROCESS = process_name(sys.argv)
# How many of each `up` starts.
WEB_WORKERS = env.number("WEB_WORKERS", 2, least=1)
WEB_THREADS = env.number("WEB_THREADS", 2, least=1)
WORKER_CONCURRENCY = env.number("WORKER_CONCURRENCY", 2, least=1)

# --- The site, and whether it is open to the public --------------------------------------------------------

SITE_NAME = env.text("SITE_NAME", "malam")
PORT = env.number("PORT", 8000, most=65535)
SITE_URL = env.origin("SITE_URL", f"http://localhost:{PORT}")
_site = urlsplit(SITE_URL)
_host = _site.netloc.removesuffix(f":{_site.port}")  # an IPv6 address keeps its brackets
ALLOWED_HOSTS = [_host, *env.hosts("ALLOWED_HOSTS"), "localhost", "127.0.0.1", "[::1]"]

# A site that answers to a name other than this machine's loopback is a production site: it gets no defaults
# that are only safe at home, and no demo helpers.
PRODUCTION = not all(is_loopback(host) for host in ALLOWED_HOSTS)
EMBEDDED_DATABASE = not env.text("DATABASE_URL", "")

DEBUG = env.flag("DEBUG", default=False)
DEMO = env.flag("DEMO", default=EMBEDDED_DATABASE and not PRODUCTION)
RATE_LIMITS = env.flag("RATE_LIMITS", default=True)

if PRODUCTION:
    for _name, _wrong in {"DEBUG": DEBUG, "DEMO": DEMO, "RATE_LIMITS": not RATE_LIMITS}.items():
        if _wrong:
            raise env.refuse(_name, f"that is refused on a public site ({SITE_URL}).")
    if _site.scheme != "https":
        raise env.refuse("SITE_URL", "a public site needs an https address.")
    for _name in ("DATABASE_URL", "REDIS_URL", "EMAIL_URL", "STATIC_ROOT"):
        env.text(_name)

# --- Secrets ------------------------------------------------------------------------------------------------

try:
    _local = {} if PRODUCTION else local_secrets(PLACES)
except LocalProblem as _problem:
    raise SystemExit(str(_problem)) from _problem
SECRET_KEY = env.text("SECRET_KEY", _local.get("SECRET_KEY"))
if PRODUCTION and (len(SECRET_KEY) < 50 or len(set(SECRET_KEY)) < 5):
    raise env.refuse("SECRET_KEY", "it needs at least 50 random characters.")
SECRET_KEY_FALLBACKS = env.words("SECRET_KEY_FALLBACKS")
FIELD_KEYS = env.field_keys("FIELD_KEYS", _local.get("FIELD_KEYS"))
# They sign tickets that hang on walls for months, so a public site has keys of their own, which outlive SECRET_KEY.
_of_secret = urlsafe_b64encode(hmac.digest(SECRET_KEY.encode(), b"ticketing.ticket", "sha256")).decode()
TICKET_KEYS = env.field_keys("TICKET_KEYS", None if PRODUCTION else _of_secret)
METRICS_TOKEN = env.text("METRICS_TOKEN", "")

# --- PostgreSQL ---------------------------------------------------------------------------------------------

# Only these change tables or rewrite what is append-only; everything else runs with fewer rights.
OWNER_PROCESSES = {"up", "migrate", "init_site", "reset_demo"}
_as_owner = PROCESS in OWNER_PROCESSES
_named = "MIGRATE_DATABASE_URL" if _as_owner and env.text("MIGRATE_DATABASE_URL", "") else "DATABASE_URL"
_database = env.database(_named, PLACES.database_url(OWNER if _as_owner else APP))

PGBOUNCER = env.flag("PGBOUNCER", default=False)
_timeouts = {
    "lock_timeout": "3s",
    "statement_timeout": "15s" if PROCESS == "web" else "120s",
    "idle_in_transaction_session_timeout": "10s",
}
# A server whose machine is gone is noticed within half a minute; the kernel's own patience is two hours.
_patience = {"connect_timeout": 2, "keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3, "tcp_user_timeout": 25000}
_options = {"application_name": f"ticketing {PROCESS}", **_patience, **_database.pop("OPTIONS")}
# PgBouncer would refuse start-up options, so deploy/pgbouncer.ini sets the same timeouts. Prepared statements would also
# be lost on it. Without it, those of `ticketing.prepared` may be planned once.
if not PGBOUNCER:
    _options["prepare_threshold"] = 5
    _ours = " ".join(f"-c {name}={value}" for name, value in _timeouts.items())
    _options["options"] = f"{_ours} {_options.get('options', '')}".rstrip()
_pool_min = env.number("DATABASE_POOL_MIN", 2)
_pool_max = env.number("DATABASE_POOL_MAX", 20, least=max(1, _pool_min))
if PROCESS == "web":
    # The wait is for a database that restarts: longer, and an outage would hold every thread of the web server.
    # A new connection is tried for as long, else its pauses would double and outlast the outage.
    _options["pool"] = {"min_size": _pool_min, "max_size": _pool_max, "timeout": 2, "reconnect_timeout": 1.5, "max_idle": 30}
DATABASES = {
    "default": {
        **_database,
        "OPTIONS": _options,
        # Celery closes a pool around every task, so only web has one; workers keep their connection.
        "CONN_MAX_AGE": 0 if PROCESS == "web" else 60,
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": PGBOUNCER,
    }
}

# --- Redis or Valkey: hints only, never truth ---------------------------------------------------------------

REDIS_URL = env.redis("REDIS_URL", PLACES.redis_url)
# For how long is believed, in seconds, what may be a little old: an event's texts, what is left of it, that somebody is still
# there (staff and promoters), and how often something was tried.
CACHE_TTLS = {"event": 5 * 60, "availability": 60, "sessions": 15 * 60, "counters": 60 * 60}
CACHES = {"default": {"BACKEND": "ticketing.cache.ForgivingCache", "LOCATION": REDIS_URL, "TIMEOUT": 300}}

CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://", 1).replace("?db=", "?virtual_host=")
# Our own client checks the server's certificate; Celery does only when told to.
CELERY_BROKER_USE_SSL = {"ssl_cert_reqs": "required"} if REDIS_URL.startswith("rediss") else None
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_SOFT_TIME_LIMIT = 20
CELERY_TASK_TIME_LIMIT = 25
# Redelivery is the second net: it looks at the age of a delivery, so it must outlive the hard limit.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 30,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "socket_connect_timeout": 1,
    "socket_timeout": 5,
    # A publisher that finds no broker says so at once, instead of keeping a buyer for six seconds.
    "max_retries": 0,
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_REDIRECT_STDOUTS = False
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_TIMEZONE = "UTC"

# --- Mail ---------------------------------------------------------------------------------------------------

if DEMO and not env.text("EMAIL_URL", ""):
    EMAIL_BACKEND = "ticketing.mailbox.MailboxBackend"
else:
    vars().update(env.mail("EMAIL_URL", "consolemail://"))
MAILBOX_DIR = PLACES.state / "mailbox"
EMAIL_TIMEOUT = 5
DEFAULT_FROM_EMAIL = env.sender("MAIL_FROM", formataddr((SITE_NAME, f"tickets@{_host}")))

# --- USDT ---------------------------------------------------------------------------------------------------

RPC_URLS = env.rpc_urls("RPC_URLS")
WALLET_XPUBS = env.public_keys("WALLET_XPUB")
# Without nodes of a real one, the demo has a chain of its own, and a wallet that holds play money.
LOCAL_CHAIN = DEMO and not RPC_URLS
if LOCAL_CHAIN:
    RPC_URLS = endpoint.nodes(PLACES)
    WALLET_XPUBS = WALLET_XPUBS or [demo_wallet(PLACES)["xpub"]]
RATE_PROVIDER = env.one_of("RATE_PROVIDER", ("sources", "static"), "sources" if PRODUCTION else "static")
STATIC_RATE = env.number("STATIC_RATE", 16300, least=1)
if PRODUCTION and RATE_PROVIDER == "static":
    raise env.refuse("RATE_PROVIDER", f"a made-up rate is refused on a public site ({SITE_URL}).")

# --- The Django project -------------------------------------------------------------------------------------

ROOT_URLCONF = "ticketing.urls"
FORM_RENDERER = "ticketing.forms.Renderer"
WSGI_APPLICATION = "ticketing.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# From the right end of the arrow to the left.
INSTALLED_APPS = [
    "ticketing",
    "accounts",
    "events",
    "waitlist",
    "orders",
    "payments",
    "whitenoise.runserver_nostatic",
    "accounts.apps.AdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "csp",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
]
MIDDLEWARE = [
    "ticketing.middleware.RequestRecord",
    "django.middleware.security.SecurityMiddleware",
    "ticketing.middleware.BrowserPolicy",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "ticketing.middleware.ContentPolicy",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    # Only from here on may a request be refused: what makes a page safe, and its language, stands above.
    "ticketing.middleware.CleanInput",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "ticketing.middleware.AuditContext",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.SignedIn",
    "ticketing.middleware.Door",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "ticketing.context.site",
            ],
        },
    }
]

AUTH_USER_MODEL = "accounts.User"
# The first hashes; the others are those of earlier systems, replaced at the next sign-in.
PASSWORD_HASHERS = [
    "accounts.hashers.Argon2",
    "django.contrib.auth.hashers.BCryptSHA256PasswordHasher",
    "accounts.hashers.BCrypt",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]

# --- Sign-in (django-allauth) -------------------------------------------------------------------------------

LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "account"
PASSWORD_RESET_TIMEOUT = 2 * 60 * 60
ACCOUNT_ADAPTER = "accounts.adapters.Accounts"
ACCOUNT_FORMS = {
    page: f"accounts.forms.sign_in.{form}"
    for page, form in {
        "login": "SignIn",
        "signup": "SignUp",
        "add_email": "ChangeAddress",
        "change_password": "ChangePassword",
        "set_password": "SetPassword",
        "reset_password": "AskReset",
        "reset_password_from_key": "ResetPassword",
        "request_login_code": "AskCode",
        "confirm_login_code": "EnterCode",
        "reauthenticate": "EnterPasswordAgain",
    }.items()
}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_CHANGE_EMAIL = True  # one address each; a new one takes its place once it is verified
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 10 * 60
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_SESSION_REMEMBER = True
# accounts.doors limits and counts in ticketing.limits, which hold without Redis, too.
ACCOUNT_RATE_LIMITS = MFA_RATE_LIMITS = False

MFA_ADAPTER = "accounts.adapters.SecondFactors"
MFA_FORMS = {
    page: f"accounts.forms.sign_in.{form}"
    for page, form in {
        "authenticate": "EnterFactor",
        "reauthenticate": "EnterFactorAgain",
        "activate_totp": "SetUpApp",
        "add_webauthn": "AddPasskey",
        "edit_webauthn": "RenamePasskey",
    }.items()
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = SITE_NAME
MFA_TOTP_TOLERANCE = 1
# A new address waits unverified beside the old one, and nobody signs in with it before.
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PRODUCTION
USERSESSIONS_ADAPTER = "accounts.adapters.Sessions"

GOOGLE_CLIENT_ID = env.text("GOOGLE_CLIENT_ID", "")
GOOGLE_CLIENT_SECRET = env.text("GOOGLE_CLIENT_SECRET", "")
GOOGLE_ISSUER = env.address("GOOGLE_ISSUER", "https://accounts.google.com")
if bool(GOOGLE_CLIENT_ID) != bool(GOOGLE_CLIENT_SECRET):
    raise env.refuse("GOOGLE_CLIENT_SECRET", "GOOGLE_CLIENT_ID and GOOGLE_CLIENT_SECRET need each other.")
if PRODUCTION and not GOOGLE_ISSUER.startswith("https://"):
    raise env.refuse("GOOGLE_ISSUER", "a public site needs an https address.")
SOCIALACCOUNT_ADAPTER = "accounts.adapters.Joined"
SOCIALACCOUNT_FORMS = {"signup": "accounts.forms.sign_in.Join"}
SOCIALACCOUNT_EMAIL_AUTHENTICATION = SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
SOCIALACCOUNT_STORE_TOKENS = False
GOOGLE_APP = {
    "provider_id": "google",
    "name": "Google",
    "client_id": GOOGLE_CLIENT_ID,
    "secret": GOOGLE_CLIENT_SECRET,
    "settings": {"server_url": GOOGLE_ISSUER, "fetch_userinfo": False},
}
SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"provider_class": "accounts.google.Google", "APPS": [GOOGLE_APP] if GOOGLE_CLIENT_ID else []}}

# --- Languages and time -------------------------------------------------------------------------------------

LANGUAGE_CODE = env.one_of("LANGUAGE_CODE", ("en", "id"), "en")
LANGUAGES = [("en", _("English")), ("id", _("Indonesian"))]
LOCALE_PATHS = [BASE_DIR / "ticketing" / "locale"]
FORMAT_MODULE_PATH = "ticketing.formats"
TIME_ZONE = env.time_zone("TIME_ZONE", "Asia/Jakarta")
USE_TZ = True

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = env.text("STATIC_ROOT", "") or None
if STATIC_ROOT and PROCESS == "web" and not Path(STATIC_ROOT, "staticfiles.json").is_file():
    raise env.refuse("STATIC_ROOT", "nothing is collected there. Run: python manage.py collectstatic")
_hashed = "whitenoise.storage.CompressedManifestStaticFilesStorage"
_plain = "django.contrib.staticfiles.storage.StaticFilesStorage"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": _hashed if STATIC_ROOT else _plain},
}
WHITENOISE_USE_FINDERS = STATIC_ROOT is None

# --- Browser safety -----------------------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        # Browsers check where a form's answer leads, too.
        "form-action": [SELF, *([GOOGLE_ISSUER] if GOOGLE_CLIENT_ID else [])],
        "frame-src": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
CSRF_TRUSTED_ORIGINS = env.origins("CSRF_TRUSTED_ORIGINS", SITE_URL)
CSRF_FAILURE_VIEW = "ticketing.views.csrf_refused"
PROXY_COUNT = env.number("PROXY_COUNT", 0, most=10)
if PROXY_COUNT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# No cache before them: one that was away for a moment would bring back who had signed out.
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
SESSION_COOKIE_AGE = 14 * 24 * 60 * 60
# Idle this long, a session of staff or promoters ends; a buyer's ends with its cookie.
PRIVILEGED_IDLE_SECONDS = CACHE_TTLS["sessions"]
# The prefix makes browsers refuse the cookie from anywhere but this very host, over TLS.
_prefix = "__Host-" if PRODUCTION else ""
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = f"{_prefix}session", f"{_prefix}csrf"
CSRF_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
SECURE_SSL_REDIRECT = PRODUCTION
SECURE_SSL_HOST = _site.netloc  # whatever host the visitor claims to have asked
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SECURE_HSTS_SECONDS = env.number("HSTS_SECONDS", 31536000) if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000
BODY_MAX_SIZE = 10_000_000  # files included; Django has no limit of its own for those

# --- Logs ---------------------------------------------------------------------------------------------------

LOG_FORMAT = env.one_of("LOG_FORMAT", ("json", "console"), "json" if PRODUCTION else "console")
LOG_LEVEL = env.one_of("LOG_LEVEL", ("debug", "info", "warning", "error"), "info").upper()
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {"()": "ticketing.logs.JsonLines"},
        "console": {"()": "ticketing.logs.ConsoleLines"},
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    "loggers": {
        "django": {"level": LOG_LEVEL},
        "django.server": {"propagate": True, "handlers": []},
        # Our own line of each request says what its warnings would.
        "django.request": {"level": "ERROR"},
        # Refused hosts are a stranger's doing; one line in our own request log is enough.
        "django.security.DisallowedHost": {"level": "CRITICAL"},
        "celery": {"level": "WARNING"},
        "kombu": {"level": "ERROR"},
    },
}
