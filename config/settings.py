"""All settings, read from the environment. With no variable set: SQLite, the outbox folder, one worker.

docs/settings.md has a line on each variable.
"""

from datetime import timedelta
from email.headerregistry import Address
from email.utils import parseaddr
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured
from kombu import Queue

from config import env, panel, providers, stores

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = env.folder("VAR_DIR", BASE_DIR / "var")

# --- Where and who we are ---------------------------------------------------------------------

DEBUG = env.flag("DEBUG", default=True)
SITE_URL = env.web_address("SITE_URL", "http://localhost:8000")
SITE_NAME = env.line("SITE_NAME", "Daily Papers")
SITE_BYLINE = env.text("SITE_BYLINE", "by AK and the research community")

if DEBUG:
    SECRET_KEY = env.text("SECRET_KEY", "insecure-key-of-a-machine-for-trying-out-not-for-the-public")
else:
    SECRET_KEY = env.required("SECRET_KEY", "a long random text (50 characters or more)")
    if len(SECRET_KEY) < 50:  # noqa: PLR2004 - as `check --deploy` wants it
        raise ImproperlyConfigured("SECRET_KEY in the environment: expected 50 characters or more")
    if not SITE_URL.startswith("https://"):
        raise ImproperlyConfigured("SITE_URL in the environment: expected an https:// address while DEBUG is off")
SECRET_KEY_FALLBACKS = env.words("SECRET_KEY_FALLBACKS")

_host = str(urlsplit(SITE_URL).hostname)
# Health checks ask from inside.
ALLOWED_HOSTS = [*env.words("ALLOWED_HOSTS", _host), "localhost", "127.0.0.1", "[::1]"]
CSRF_TRUSTED_ORIGINS = [SITE_URL]
# How many proxies of ours stand before the service and write X-Forwarded-For.
PROXY_COUNT = env.number("PROXY_COUNT", 0, most=10)

if not DEBUG:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    # Health checks come from inside, without TLS.
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
    SECURE_HSTS_SECONDS = int(timedelta(days=365).total_seconds())
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
X_FRAME_OPTIONS = "DENY"
# The check knows Django's own middleware by its name alone; ours is that one with a second proof.
SILENCED_SYSTEM_CHECKS = ["security.W003"]
# A signed link in a mail must not leak to the pages one goes on to.
SECURE_REFERRER_POLICY = "same-origin"

# --- Parts --------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "subscriptions",
    "digest",
    "anymail",
    "django_htmx",
    "ninja",
    # Before the admin, whose templates it replaces.
    "unfold.apps.BasicAppConfig",
    "digest.panel.apps.PanelConfig",
    "django.contrib.auth",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "digest.site.policy.policy_middleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "digest.site.origin.SameOriginMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
SILENCED_SYSTEM_CHECKS = ["security.W003"]  # digest.site.origin is Django's CSRF middleware, and a little more.
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
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
                "digest.site.context.site",
            ],
        },
    },
]
# Only the panel has a login.
LOGIN_URL, LOGIN_REDIRECT_URL = "admin:login", "admin:index"
LANGUAGE_CODE = "en-gb"
FORMAT_MODULE_PATH = "config.formats"
TIME_ZONE = "UTC"
USE_TZ = True
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
STATIC_URL = "static/"
STATIC_ROOT = env.folder("STATIC_ROOT", VAR_DIR / "static")
WHITENOISE_USE_FINDERS = DEBUG
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# --- Database, cache, broker ----------------------------------------------------------------------

DATABASES = {"default": stores.database(VAR_DIR)}
REDIS_URL = env.redis_address("REDIS_URL")
CACHES = {"default": stores.cache(REDIS_URL)}
# Where the counters of rate limits live (a storage address of the library `limits`).
RATE_LIMIT_STORAGE = REDIS_URL or "memory://"

CELERY_BROKER_URL, CELERY_BROKER_TRANSPORT_OPTIONS = stores.broker(REDIS_URL, VAR_DIR)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# A worker serves all queues unless it is told which: see docs/running.md.
CELERY_TASK_QUEUES = [Queue(name) for name in ("celery", "planning", "sending", "gathering")]
CELERY_TASK_ROUTES = {
    "digest.tasks.plan_due": {"queue": "planning"},
    "digest.tasks.send_queued": {"queue": "sending"},
    # It may wait for minutes, between two requests to a source.
    "digest.tasks.gather_sources": {"queue": "gathering"},
}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "celerybeat-schedule")
CELERY_TIMEZONE = "UTC"

# --- Mail -----------------------------------------------------------------------------------------

MAIL_PROVIDER = env.choice(
    "MAIL_PROVIDER", "smtp" if env.text("EMAIL_URL") else "outbox", {"outbox", "smtp", *providers.KEYS}
)
ANYMAIL: dict[str, Any] = {"REQUESTS_TIMEOUT": env.number("MAIL_TIMEOUT", 30, least=1, most=600)}
EMAIL_TIMEOUT = ANYMAIL["REQUESTS_TIMEOUT"]
OUTBOX_DIR = VAR_DIR / "outbox"
if MAIL_PROVIDER == "outbox":
    if not DEBUG:
        raise ImproperlyConfigured(
            "MAIL_PROVIDER in the environment: expected smtp (with EMAIL_URL) or a provider while DEBUG is off"
        )
    EMAIL_BACKEND = "digest.sending.outbox.OutboxBackend"
elif MAIL_PROVIDER == "smtp":
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    _server = env.mail_server("EMAIL_URL")
    EMAIL_HOST = _server["EMAIL_HOST"]
    EMAIL_PORT = _server["EMAIL_PORT"] or 25
    EMAIL_HOST_USER = _server["EMAIL_HOST_USER"]
    EMAIL_HOST_PASSWORD = _server["EMAIL_HOST_PASSWORD"]
    EMAIL_USE_TLS = _server.get("EMAIL_USE_TLS", False)
    EMAIL_USE_SSL = _server.get("EMAIL_USE_SSL", False)
else:
    EMAIL_BACKEND = f"anymail.backends.{MAIL_PROVIDER}.EmailBackend"
    ANYMAIL |= providers.anymail(MAIL_PROVIDER, ANYMAIL["REQUESTS_TIMEOUT"])
DEFAULT_FROM_EMAIL = env.mailbox("MAIL_FROM", str(Address(SITE_NAME, "papers", _host)))
SERVER_EMAIL = DEFAULT_FROM_EMAIL
MAIL_REPLY_TO = env.mailbox("MAIL_REPLY_TO", "")
# The domain of Message-ID and List-Id: the sender's own.
MAIL_DOMAIN = parseaddr(DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
# The law of several countries asks for it in the footer of bulk mail.
POSTAL_ADDRESS = env.text("POSTAL_ADDRESS", "Example Lab, 1 Example Street, Example City" if DEBUG else "")

# --- The panel ------------------------------------------------------------------------------------

# Whether one curator asks and another publishes.
SECOND_LOOK = env.flag("SECOND_LOOK", default=False)
# Whether who works in the panel must show a passkey or a code beside the password.
SECOND_FACTOR = env.flag("SECOND_FACTOR", default=not DEBUG)
# Tries to sign in, for one name and from one network.
SIGN_IN_TRIES = env.rate("SIGN_IN_TRIES", "10 per 15 minutes")
OTP_TOTP_ISSUER = SITE_NAME
UNFOLD = panel.unfold(SITE_NAME, SITE_BYLINE)

# --- The day --------------------------------------------------------------------------------------

# When an edition that nobody published publishes itself, on the edition's own day, in UTC.
EDITION_HOUR = env.number("EDITION_HOUR", 6, most=23)
# How long a subscriber's digest waits for an edition that comes late.
EDITION_GRACE = timedelta(hours=env.number("EDITION_GRACE_HOURS", 4, most=23))

# --- Ranking --------------------------------------------------------------------------------------

# The model that turns papers into vectors: see digest.embedding.Embedder. After a change: manage.py tag_papers.
EMBEDDER = env.dotted_path("EMBEDDER", "digest.embedding.WordLlama256")
# Which share of the digests a second ranker picks half of, and which one that is: see docs/ranking.md.
INTERLEAVE_SHARE = env.share("INTERLEAVE_SHARE", 0)
INTERLEAVE_WITH = env.choice("INTERLEAVE_WITH", "plain", {"plain", "more-taste", "more-votes", "more-novelty"})

# --- Sources of papers ----------------------------------------------------------------------------

SOURCES = env.some_of("SOURCES", "", {"oai", "api", "rss", "huggingface"})
ARXIV_CATEGORIES = env.arxiv_categories("ARXIV_CATEGORIES")
if set(SOURCES) - {"huggingface"} and not ARXIV_CATEGORIES:
    raise ImproperlyConfigured("ARXIV_CATEGORIES in the environment: expected categories for SOURCES, such as cs.LG")
# Whose papers go into the draft edition; of arXiv's, those with one of these primary categories.
_usual = "huggingface" if "huggingface" in SOURCES else "arxiv"
EDITION_FROM = env.some_of("EDITION_FROM", _usual, {"arxiv", "huggingface"})
EDITION_CATEGORIES = env.arxiv_categories("EDITION_CATEGORIES", ",".join(ARXIV_CATEGORIES))
# Whom a source can ask about our requests.
SOURCE_CONTACT = env.line("SOURCE_CONTACT", SITE_URL)
# What arrives late is found by asking for these days once more.
SOURCE_OVERLAP_DAYS = env.number("SOURCE_OVERLAP_DAYS", 2, least=1, most=30)
# Between two requests to arXiv, by its terms of use: nothing an operator may choose.
ARXIV_SPACING = timedelta(seconds=3)
# Evenings without a mailing, beside those in digest/sources/announcement.py.
ARXIV_HOLIDAYS = env.days("ARXIV_HOLIDAYS")
ARXIV_OAI_URL = env.endpoint("ARXIV_OAI_URL", "https://oaipmh.arxiv.org/oai")
ARXIV_API_URL = env.endpoint("ARXIV_API_URL", "https://export.arxiv.org/api/query")
ARXIV_RSS_URL = env.endpoint("ARXIV_RSS_URL", "https://rss.arxiv.org/rss")
HUGGINGFACE_URL = env.endpoint("HUGGINGFACE_URL", "https://huggingface.co/api/daily_papers")

# --- Sending --------------------------------------------------------------------------------------

# How many digests a worker plans, and claims, at a time.
PLAN_BATCH = env.number("PLAN_BATCH", 2000, least=1, most=10_000)
SEND_BATCH = env.number("SEND_BATCH", 500, least=1, most=10_000)
# How many connections each worker keeps to whoever takes our mail.
SEND_CONNECTIONS = env.number("SEND_CONNECTIONS", 1, least=1, most=256)
# How many digests one call of a provider's API carries.
SEND_PER_CALL = env.number("SEND_PER_CALL", 1, least=1, most=2000)
if SEND_PER_CALL > 1 and MAIL_PROVIDER not in providers.MANY_A_CALL:
    _takers = ", ".join(providers.MANY_A_CALL)
    raise ImproperlyConfigured(f"SEND_PER_CALL in the environment: expected 1, or one of {_takers} in MAIL_PROVIDER")
# How long a worker may hold a claim before it counts as lost.
SEND_LEASE = timedelta(seconds=env.number("SEND_LEASE_SECONDS", 300, least=5, most=86_400))
# How long a mail that was not taken waits for its second try; each further wait is four times as long.
SEND_FIRST_WAIT = timedelta(seconds=env.number("SEND_FIRST_WAIT_SECONDS", 60, least=1, most=3600))
SEND_ATTEMPTS = env.number("SEND_ATTEMPTS", 6, least=1, most=50)
# How many digests all workers together may send; 0 sets no limit. A day is one in UTC.
SEND_PER_SECOND = env.number("SEND_PER_SECOND", 0)
SEND_PER_DAY = env.number("SEND_PER_DAY", 0)
# The first day of a new sending domain, and how many digests it may send on that day and on those that follow.
WARM_UP_SINCE = env.day("WARM_UP_SINCE")
WARM_UP = env.numbers("WARM_UP", "50,100,200,500,1000,2000,5000,10000,20000,50000,100000,200000,500000,1000000")
# The breaker: the shares of complaints and of bounces beyond which an edition's sending halts; 0 turns it off.
BREAKER_COMPLAINTS = env.share("BREAKER_COMPLAINTS", 0.003)
BREAKER_BOUNCES = env.share("BREAKER_BOUNCES", 0.05)
# While fewer than this were sent, the shares are taken of this many.
BREAKER_LEAST = env.number("BREAKER_LEAST", 500, least=1)

# --- Signing up -----------------------------------------------------------------------------------

REFUSE_DISPOSABLE = env.flag("REFUSE_DISPOSABLE", default=True)
# Sign-up and link mails: to one address, and asked for from one network (/24, /64).
MAILS_PER_ADDRESS = env.rate("MAILS_PER_ADDRESS", "3 per hour")
MAILS_PER_NETWORK = env.rate("MAILS_PER_NETWORK", "30 per hour")
FORGET_UNCONFIRMED = timedelta(days=env.number("FORGET_UNCONFIRMED_DAYS", 7, least=1, most=365))

# --- The community --------------------------------------------------------------------------------

VOTES_PER_MEMBER = env.rate("VOTES_PER_MEMBER", "200 per hour")
SUBMISSIONS_PER_MEMBER = env.rate("SUBMISSIONS_PER_MEMBER", "10 per day")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    # The first tells of every request, the second of every entry it cannot read; a run tells more with less.
    "loggers": {"httpx": {"level": "WARNING"}, "bibtexparser": {"level": "ERROR"}},
    "root": {"handlers": ["console"], "level": env.choice("LOG_LEVEL", "INFO", {"DEBUG", "INFO", "WARNING", "ERROR"})},
}
