"""Signing up from another site's server, with a key. Double opt-in still applies: a key alone subscribes no one."""

from hmac import compare_digest
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from ninja import Router, Schema, Status
from ninja.errors import HttpError
from pydantic import Field

from digest.site.api.schemas import Error
from subscriptions import limits, signing_up
from subscriptions.forms import SearchedForm, SignUpForm
from subscriptions.forms.schedule import DEFAULT_SCHEDULE
from subscriptions.views.mail_requests import consent_request_of, enqueue

router = Router(tags=["Subscriptions"])

MAX_TOPICS = 100


class SubscriptionRequest(Schema):
    """The address to ask for confirmation, and the choices for its subscription."""

    email: str = Field(max_length=254)
    topics: list[str] = Field([], max_length=MAX_TOPICS, description="Topic slugs; none for the top papers of each day")
    frequency: str = Field(DEFAULT_SCHEDULE.frequency, max_length=16, description="daily, weekdays, weekly or monthly")
    local_time: str = Field(
        f"{DEFAULT_SCHEDULE.local_time:%H:%M}", max_length=8, description="On the hour or the half hour"
    )
    time_zone: str = Field(DEFAULT_SCHEDULE.time_zone, max_length=64, description="A name such as Europe/Berlin")


class SubscriptionResponse(Schema):
    """The response is the same for every address, so that it does not reveal which ones are known."""

    status: str = Field("confirmation sent", description="No other email is sent until its link is followed")


@router.post(
    "/subscriptions",
    response={202: SubscriptionResponse, 400: Error, 401: Error, 404: Error, 429: Error},
    summary="Ask someone to confirm a subscription",
)
def subscribe(request: HttpRequest, wanted_subscription: SubscriptionRequest) -> Status[dict[str, Any]]:
    """Send the confirmation email. Requires SUBSCRIBE_KEY, as `Authorization: Bearer`."""
    _check_key(request)
    fields = wanted_subscription.dict()
    topics = SearchedForm({"topic": fields.pop("topics")}).initial_choices["topics"]
    form = SignUpForm(fields | {"topics": topics})
    if not form.is_valid():
        return Status(400, {"error": "; ".join(f"{name}: {errors[0]}" for name, errors in form.errors.items())})
    try:
        limits.check_site()
    except limits.TooManyFromNetworkError as error:
        return Status(429, {"error": f"too many sign-ups: {error}"})
    email = form.cleaned_data["email"]
    if limits.address_has_room(email, "sign-up"):
        enqueue("sign_up", signing_up.sign_up(email, form.choices, consent_request_of(request)))
    return Status(202, {})


def _check_key(request: HttpRequest) -> None:
    if not settings.SUBSCRIBE_KEY:
        raise HttpError(404, "SUBSCRIBE_KEY is not set")
    shown = request.headers.get("Authorization", "").encode(errors="replace")
    if not compare_digest(shown, f"Bearer {settings.SUBSCRIBE_KEY}".encode()):
        raise HttpError(401, "the key must be sent as Authorization: Bearer")
