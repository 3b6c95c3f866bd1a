"""The webhook that receives the mail provider's reports.

Anymail knows the formats of the reports; this file decides who is believed. Only the address of MAIL_PROVIDER is open,
and only if something proves that a report is the provider's own. Everything else is refused: 404 for another provider,
405 for another method, 403 while no proof is configured, 401 if Amazon's password is missing, 400 if a report can't be
verified or read. 503, after which Amazon tries again, means that Amazon could not be reached to verify one.
"""

import logging

from anymail.exceptions import AnymailError
from anymail.signals import AnymailTrackingEvent, tracking
from anymail.webhooks.base import AnymailBaseWebhookView
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.request import RawPostDataException
from django.utils.module_loading import import_string
from django.views.decorators.csrf import csrf_exempt

from config import providers
from digest.sending.amazon_errors import is_amazon
from digest.sending.webhooks import UnreachableError
from digest.sending.webhooks.batches import Batch

logger = logging.getLogger(__name__)

# By name: only one of them is ever used, and Amazon's brings its whole SDK.
VIEWS = {
    "amazon_ses": "digest.sending.webhooks.ses.SesWebhook",
    "brevo": "anymail.webhooks.brevo.BrevoTrackingWebhookView",
    "mailersend": "anymail.webhooks.mailersend.MailerSendTrackingWebhookView",
    "mailgun": "digest.sending.webhooks.mailgun.MailgunWebhook",
    "mailjet": "digest.sending.webhooks.batches.MailjetWebhook",
    "mandrill": "digest.sending.webhooks.batches.MandrillWebhook",
    "postmark": "anymail.webhooks.postmark.PostmarkTrackingWebhookView",
    "resend": "digest.sending.webhooks.resend.ResendWebhook",
    "sparkpost": "digest.sending.webhooks.batches.SparkPostWebhook",
}
# What Anymail raises for a body that it cannot make sense of: it expects only those of its providers.
NONSENSE = (
    *(AnymailError, ImproperlyConfigured, LookupError, TypeError, ValueError, AttributeError, ArithmeticError),
    *(RecursionError, AssertionError, NotImplementedError),
    # A multipart form, which no provider sends: it was read as a form and has no body any more.
    RawPostDataException,
)
# Amazon sends the password only when asked for it.
CHALLENGE = {"WWW-Authenticate": 'Basic realm="reports"'}


@csrf_exempt
def tracking_webhook(request: HttpRequest, provider: str) -> HttpResponse:
    """Accept the reports that the provider posts; the module says what else is answered."""
    if provider != settings.MAIL_PROVIDER or provider not in VIEWS:
        raise Http404
    if request.method == "HEAD":
        # Mandrill checks whether anyone is there before it gives out the key it will sign with.
        return HttpResponse()
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST", "HEAD"])
    if missing := providers.missing_proof(provider, settings.ANYMAIL):
        logger.error("a report from %s was refused: %s is not set", provider, missing)
        return HttpResponse(status=403)
    if provider == "amazon_ses" and "Authorization" not in request.headers:
        return HttpResponse(status=401, headers=CHALLENGE)
    return _post(request, provider)


def _post(request: HttpRequest, provider: str) -> HttpResponse:
    try:
        view: AnymailBaseWebhookView = import_string(VIEWS[provider])()
        view.setup(request)
        events = _events(view, request)
    except NONSENSE as error:
        logger.warning("something posted as a report from %s was refused: %s", provider, type(error).__name__)
        return HttpResponse(status=400)
    except Exception as error:
        if not isinstance(error, UnreachableError) and not is_amazon(error, "BotoCoreError", "ClientError"):
            raise
        # Amazon tries again.
        logger.exception("a report from %s could not be verified: %s", provider, type(error).__name__)
        return HttpResponse(status=503)
    for event in events:
        tracking.send(sender=type(view), event=event, esp_name=view.esp_name)
    return HttpResponse()


def _events(view: AnymailBaseWebhookView, request: HttpRequest) -> list[AnymailTrackingEvent]:
    """Return the reports in a request. Raises the first error if none of them can be read."""
    view.run_validators(request)
    if not isinstance(view, Batch):
        events: list[AnymailTrackingEvent] = view.parse_events(request)
        return events
    events, errors = [], []
    for raw in view.split(request):
        try:
            events += view.read(raw)
        except NONSENSE as error:
            errors.append(error)
    if errors:
        if not events:
            raise errors[0]
        logger.warning("%d reports in a batch could not be read", len(errors))
    return events
