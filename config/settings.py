"""All settings, from the environment and the file `.env`. With none set: SQLite, the outbox folder, one worker.

docs/settings.md has a line on each variable.
"""

from datetime import timedelta
from email.headerregistry import Address
from email.utils import parseaddr
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from config import domains, env, env_file, llm, log, metrics_folder, panel, providers, schedule, sentry, sources, stores

BASE_DIR = env.CHECKOUT
ENV_FILE = env_file.read(BASE_DIR)
VAR_DIR = env.directory("VAR_DIR", BASE_DIR / "var")
# Where backups are kept: manage.py doctor checks how old the newest file is. Whoever makes them creates the folder.
BACKUP_DIR = BASE_DIR / (env.text("BACKUP_DIR").strip() or VAR_DIR / "backups")
BACKUP_KEEP = env.integer("BACKUP_KEEP", 14)

# --- Where and who we are ---------------------------------------------------------------------

SITE_URL = env.base_url("SITE_URL", "http://localhost:8000")
DEBUG = env.flag("DEBUG", default=not SITE_URL.startswith("https://"))
SITE_NAME = env.one_line_text("SITE_NAME", "Daily Papers")
SITE_BYLINE = env.text("SITE_BYLINE", "by AK and the research community")

if DEBUG:
    SECRET_KEY = env.text("SECRET_KEY", "insecure-key-of-a-machine-for-trying-out-not-for-the-public")
else:
    SECRET_KEY = env.required("SECRET_KEY", "a long random text (50 characters or more)")
    if len(SECRET_KEY) < 50:  # noqa: PLR2004 - as `check --deploy` wants it
        raise ImproperlyConfigured("SECRET_KEY in the environment: expected 50 characters or more")
    if not SITE_URL.startswith("https://"):
        raise ImproperlyConfigured("SITE_URL in the environment: expected an https:// address while DEBUG is off")
SECRET_KEY_FALLBACKS = env.word_list("SECRET_KEY_FALLBACKS")

_host = str(urlsplit(SITE_URL).hostname)
# Health checks come from inside.
ALLOWED_HOSTS = [*domains.hosts("ALLOWED_HOSTS", _host), "localhost", "127.0.0.1", "[::1]"]
CSRF_TRUSTED_ORIGINS = [SITE_URL]
# How many of our proxies are in front of the service and write X-Forwarded-For.
PROXY_COUNT = env.integer("PROXY_COUNT", 0, most=10)

if not DEBUG:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]  # They come from inside, without TLS.
    SECURE_HSTS_SECONDS = int(timedelta(days=365).total_seconds())
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
X_FRAME_OPTIONS = "DENY"
# A signed link in a mail must not leak to the pages someone visits next.
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
    # First, so that everything logged on the way belongs to the request.
    "digest.site.request_id.request_id_middleware",
    # Outside all others, because what they answer is a page too.
    "digest.site.csp.policy_middleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "digest.site.overload_detection.overload_middleware",
    "digest.site.microcache.microcache_middleware",
    "digest.site.unstorable.UnstorableMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "digest.site.trailing_punctuation.trimming_middleware",
    "digest.site.csrf.SameOriginMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "digest.site.wrong_method.wrong_method_middleware",
]
# The keys with which Prometheus may read how the service is doing, and another site may sign people up; "": no one may.
METRICS_TOKEN, SUBSCRIBE_KEY = env.bearer_token("METRICS_TOKEN"), env.bearer_token("SUBSCRIBE_KEY")
# For how long a web process keeps sending a public page; with 0 it renders each one anew: changes show at once.
PAGE_CACHE_SECONDS = env.integer("PAGE_CACHE_SECONDS", 0 if DEBUG else 5, most=3600)
# How long until a digest that could have gone out, or a beat that does not ring, makes the service “degraded”.
OVERDUE_AFTER = timedelta(minutes=env.integer("OVERDUE_MINUTES", 30, least=2, most=1440))
METRICS_DIR = metrics_folder.make_metrics_folder(VAR_DIR / "metrics") if METRICS_TOKEN else ""
if METRICS_TOKEN:
    MIDDLEWARE.insert(0, "digest.site.request_metrics.timing_middleware")
SILENCED_SYSTEM_CHECKS = ["security.W003", "fields.W161"]  # Ours checks more than W003 knows; W161 errs at 07:00.
ROOT_URLCONF, WSGI_APPLICATION = "config.urls", "config.wsgi.application"
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
LANGUAGE_CODE = "en-gb"  # How dates look; for the texts: CONTRIBUTING.md, “Add a language”.
FORMAT_MODULE_PATH = "config.formats"
TIME_ZONE = "UTC"
FORM_RENDERER = "subscriptions.forms.rendering.FormRenderer"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
STATIC_URL = "static/"
STATIC_ROOT = env.directory("STATIC_ROOT", VAR_DIR / "static")
WHITENOISE_USE_FINDERS = DEBUG
_STATIC_FILES = "django.contrib.staticfiles.storage.StaticFilesStorage" if DEBUG else "config.static_files.StaticFiles"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": _STATIC_FILES},
}

# --- Database, cache, broker ----------------------------------------------------------------------

DATABASES = {"default": stores.database_settings(VAR_DIR)}
REDIS_URL = env.redis_address("REDIS_URL", "REDIS_PASSWORD")
CACHES = {"default": stores.cache(REDIS_URL)}
# Where the counters of rate limits live (a storage URL of the library `limits`).
RATE_LIMIT_STORAGE = REDIS_URL or "memory://"

CELERY_BROKER_URL, CELERY_BROKER_TRANSPORT_OPTIONS = stores.broker(REDIS_URL, VAR_DIR)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# Worker and beat wait as long as it takes for a broker that is away.
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_TASK_QUEUES, CELERY_TASK_ROUTES = schedule.QUEUES, schedule.ROUTES
# Beat rings again for anything that waits, so no page has to wait for a broker that is away.
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULER = "config.beat_scheduler:SteadyScheduler"
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "celerybeat-schedule")
CELERY_TIMEZONE = "UTC"

# --- Mail -----------------------------------------------------------------------------------------

MAIL_PROVIDER = env.choice(
    "MAIL_PROVIDER", "smtp" if env.text("EMAIL_URL") else "outbox", {"outbox", "smtp", *providers.KEYS}
)
ANYMAIL: dict[str, Any] = {"REQUESTS_TIMEOUT": env.integer("MAIL_TIMEOUT", 30, least=1, most=600)}
EMAIL_TIMEOUT = ANYMAIL["REQUESTS_TIMEOUT"]
# Anyone who posts to the provider's webhook must know it, whether or not the provider signs as well.
if _webhook_secret := env.text("ANYMAIL_WEBHOOK_SECRET"):
    ANYMAIL["WEBHOOK_SECRET"] = _webhook_secret
OUTBOX_DIR = VAR_DIR / "outbox"
if MAIL_PROVIDER == "outbox":
    if not DEBUG:
        raise ImproperlyConfigured(
            "MAIL_PROVIDER in the environment: expected smtp (with EMAIL_URL) or a provider while DEBUG is off"
        )
    EMAIL_BACKEND = "digest.sending.file_backend.OutboxBackend"
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
DEFAULT_FROM_EMAIL = domains.mailbox("MAIL_FROM", str(Address(SITE_NAME, "papers", _host)))
SERVER_EMAIL = DEFAULT_FROM_EMAIL
MAIL_REPLY_TO = domains.mailbox("MAIL_REPLY_TO", "")
# The domain of Message-ID and List-Id: the sender's own.
MAIL_DOMAIN = parseaddr(DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
# The names of the keys that sign mails, for manage.py doctor to look up: those of most providers are known.
DKIM_SELECTORS = env.dns_labels("DKIM_SELECTORS")
# The law of several countries requires it in the footer of bulk mail.
POSTAL_ADDRESS = env.text("POSTAL_ADDRESS", "Example Lab, 1 Example Street, Example City" if DEBUG else "")

# --- The panel ------------------------------------------------------------------------------------

# Whether publishing needs two curators: one asks, another publishes.
SECOND_LOOK = env.flag("SECOND_LOOK", default=False)
# Whether people who work in the panel need a passkey or a code besides the password.
SECOND_FACTOR = env.flag("SECOND_FACTOR", default=not DEBUG)
# Failed attempts to sign in: with one name from one network, or from a known browser.
SIGN_IN_TRIES = env.rate("SIGN_IN_TRIES", "10 per 15 minutes")
OTP_TOTP_ISSUER = SITE_NAME
OTP_TOTP_THROTTLE_FACTOR = OTP_STATIC_THROTTLE_FACTOR = 0  # digest.panel.sign_in_limits counts.
UNFOLD = panel.unfold(SITE_NAME, SITE_BYLINE)

# --- The day --------------------------------------------------------------------------------------

# When an edition that no one has published publishes itself, on the edition's own day, in UTC.
EDITION_HOUR = env.integer("EDITION_HOUR", 6, most=23)
# How long a subscriber's digest waits for a late edition.
EDITION_GRACE = timedelta(hours=env.integer("EDITION_GRACE_HOURS", 4, most=23))

# --- Ranking --------------------------------------------------------------------------------------

# The model that turns papers into vectors: see digest.catalog.embedding.Embedder. After a change: manage.py tag_papers.
EMBEDDER = env.dotted_path("EMBEDDER", "digest.catalog.embedding.WordLlama256")
LANGUAGE_MODEL = llm.from_environment()
# The share of digests in which a second ranker picks half of the papers, and which ranker: see docs/ranking.md.
INTERLEAVE_SHARE = env.share("INTERLEAVE_SHARE", 0)
_challengers = {"plain", "more-taste", "more-votes", "more-novelty", "learned"}
INTERLEAVE_WITH = env.choice("INTERLEAVE_WITH", "plain", _challengers)
RANKING_WEIGHTS = env.choice("RANKING_WEIGHTS", "usual", {"usual", "learned"})

# --- Sources of papers ----------------------------------------------------------------------------

SOURCES = env.some_of("SOURCES", "", sources.KINDS)
SOURCE_SETUPS = sources.source_setups()
ARXIV_CATEGORIES = env.arxiv_categories("ARXIV_CATEGORIES")
if set(SOURCES).intersection(sources.ARXIV_KINDS) and not ARXIV_CATEGORIES:
    raise ImproperlyConfigured("ARXIV_CATEGORIES in the environment: expected categories for SOURCES, such as cs.LG")
# The sources whose papers go into the draft edition; from arXiv, those with one of these primary categories.
_usual = "huggingface" if "huggingface" in SOURCES else "arxiv"
EDITION_FROM = env.some_of("EDITION_FROM", _usual, {"arxiv", *sources.KINDS} - set(sources.ARXIV_KINDS))
EDITION_CATEGORIES = env.arxiv_categories("EDITION_CATEGORIES", ",".join(ARXIV_CATEGORIES))
SOURCE_CONTACT = env.one_line_text("SOURCE_CONTACT", SITE_URL)
# Papers that arrive late are found by asking for these days again.
SOURCE_OVERLAP_DAYS = env.integer("SOURCE_OVERLAP_DAYS", 2, least=1, most=30)
# Between two requests to arXiv, by its terms of use: operators cannot change it.
ARXIV_SPACING = timedelta(seconds=3)
ARXIV_HOLIDAYS = env.days("ARXIV_HOLIDAYS")
ARXIV_OAI_URL = env.endpoint("ARXIV_OAI_URL", "https://oaipmh.arxiv.org/oai")
ARXIV_API_URL = env.endpoint("ARXIV_API_URL", "https://export.arxiv.org/api/query")
ARXIV_RSS_URL = env.endpoint("ARXIV_RSS_URL", "https://rss.arxiv.org/rss")
HUGGINGFACE_URL = env.endpoint("HUGGINGFACE_URL", "https://huggingface.co/api/daily_papers")

# --- Sending --------------------------------------------------------------------------------------

# How many digests a worker plans, and claims, at a time.
PLAN_BATCH = env.integer("PLAN_BATCH", 2000, least=1, most=10_000)
SEND_BATCH = env.integer("SEND_BATCH", 500, least=1, most=10_000)
SEND_CONNECTIONS = env.integer("SEND_CONNECTIONS", 1, least=1, most=256)
SEND_PER_CALL = env.integer("SEND_PER_CALL", 1, least=1, most=2000)
providers.check_batch_size(SEND_PER_CALL, MAIL_PROVIDER)
# How long a worker may hold a claim before it counts as lost.
SEND_LEASE = timedelta(seconds=env.integer("SEND_LEASE_SECONDS", 300, least=5, most=86_400))
# How long a mail that was not accepted waits for its second attempt; each further wait is four times as long.
SEND_FIRST_WAIT = timedelta(seconds=env.integer("SEND_FIRST_WAIT_SECONDS", 60, least=1, most=3600))
SEND_ATTEMPTS = env.integer("SEND_ATTEMPTS", 6, least=1, most=50)
# How many digests all workers together may send; 0 sets no limit. Days are in UTC.
SEND_PER_SECOND, SEND_PER_DAY = env.integer("SEND_PER_SECOND", 0), env.integer("SEND_PER_DAY", 0)
# The first day of a new sending domain, and how many digests it may send on that day and on each following day.
WARM_UP_SINCE = env.iso_date("WARM_UP_SINCE")
WARM_UP = env.numbers("WARM_UP", "50,100,200,500,1000,2000,5000,10000,20000,50000,100000,200000,500000,1000000")
# The breaker: the shares of complaints and of bounces above which an edition's sending stops; 0 turns it off.
BREAKER_COMPLAINTS, BREAKER_BOUNCES = env.share("BREAKER_COMPLAINTS", 0.003), env.share("BREAKER_BOUNCES", 0.05)
BREAKER_LEAST = env.integer("BREAKER_LEAST", 500, least=1)

# --- Signing up -----------------------------------------------------------------------------------

REFUSE_DISPOSABLE = env.flag("REFUSE_DISPOSABLE", default=True)
# Sign-up and link mails: to one address, and requested from one network (/24, /56).
MAILS_PER_ADDRESS = env.rate("MAILS_PER_ADDRESS", "3 per hour")
MAILS_PER_NETWORK = env.rate("MAILS_PER_NETWORK", "30 per hour")
MAILS_PER_SITE = env.rate("MAILS_PER_SITE", "1000 per hour")
FORGET_UNCONFIRMED = timedelta(days=env.integer("FORGET_UNCONFIRMED_DAYS", 7, least=1, most=365))

# --- The community --------------------------------------------------------------------------------

VOTES_PER_MEMBER = env.rate("VOTES_PER_MEMBER", "200 per hour")
SUBMISSIONS_PER_MEMBER = env.rate("SUBMISSIONS_PER_MEMBER", "10 per day")
ORCID_DAILY, ZOTERO_IMPORT = env.integer("ORCID_DAILY", 0), env.flag("ZOTERO_IMPORT", default=False)

ADMINS = domains.admins("ADMINS")
LOGGING = log.config(mails_errors=bool(ADMINS))
sentry.start_sentry()
