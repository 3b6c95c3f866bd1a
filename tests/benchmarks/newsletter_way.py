"""django-newsletter's own sending loop.

Takes an SMTP port, a number of readers, and on stdin the articles as a JSON list of HTML; prints the mails per second.
It runs as a separate program with its own settings, because it is not part of the project.
"""

import json
import logging
import sys
import time
from datetime import timedelta
from types import ModuleType

import django
from django.conf import settings


def configure(port: int) -> None:
    """Set up Django for the newsletter only."""
    urls = ModuleType("newsletter_urls")
    sys.modules["newsletter_urls"] = urls
    settings.configure(
        INSTALLED_APPS=[
            *("django.contrib.contenttypes", "django.contrib.auth", "django.contrib.sessions"),
            *("django.contrib.sites", "sorl.thumbnail", "newsletter"),
        ],
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}],
        EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend",
        EMAIL_HOST="127.0.0.1",
        EMAIL_PORT=port,
        ROOT_URLCONF="newsletter_urls",
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        NEWSLETTER_USE_HTTPS=True,
        NEWSLETTER_THUMBNAIL="sorl-thumbnail",
        SITE_ID=1,
        USE_TZ=True,
    )
    django.setup()
    from django.urls import include, path  # noqa: PLC0415 - Django is ready only now

    urls.urlpatterns = [path("", include("newsletter.urls"))]


def main() -> None:
    """Send one message to this many subscribers and print the rate."""
    port, readers = int(sys.argv[1]), int(sys.argv[2])
    configure(port)
    from django.core.management import call_command  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415
    from newsletter.models import Article, Message, Newsletter, Submission, Subscription  # noqa: PLC0415

    logging.disable(logging.CRITICAL)
    call_command("migrate", verbosity=0)
    newsletter = Newsletter.objects.create(title="Daily", slug="daily", email="papers@example.org", sender="Daily")
    message = Message.objects.create(title="The papers of today", slug="today", newsletter=newsletter)
    for order, html in enumerate(json.load(sys.stdin), start=1):
        Article.objects.create(title=f"Paper {order}", text=html, post=message, sortorder=order * 10)
    for number in range(readers):
        address = f"reader{number}@example.org"
        Subscription.objects.create(newsletter=newsletter, email_field=address, subscribed=True)
    submission = Submission.from_message(message)
    submission.publish_date = timezone.now() - timedelta(minutes=1)
    submission.save()
    start = time.perf_counter()
    submission.submit()
    sys.stdout.write(f"{readers / (time.perf_counter() - start):.1f}\n")


if __name__ == "__main__":
    main()
