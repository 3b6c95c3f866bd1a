"""Limits on failed sign-ins with a password, a code or a passkey.

Strangers elsewhere cannot lock anyone out. Only failures count:

- for a known browser (digest.panel.devices), only its own failures;
- for any other browser, the failures of its network with this name, and those of its network with all names.

The more often a name failed within a day, from anywhere, the longer a network must wait between failures with it.
"""

from datetime import timedelta
from typing import NamedTuple

from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac
from limits import RateLimitItem, RateLimitItemPerDay, parse

from digest import tasks
from digest.models import PanelSignIn
from digest.models.panel_sign_in import SignInStep
from digest.panel.devices import device_of
from digest.panel.pages import delay_on_commit
from subscriptions import limits

TOO_MANY_ATTEMPTS = (
    "Too many attempts. Wait 15 minutes, or use a browser you’ve signed in with before. "
    "An owner can also unlock your account right away."
)

# From this many failures with a name within a day, a network may fail with it at most at this rate.
FAILURE_DELAYS = ((20, parse("1 per minute")), (50, parse("1 per 5 minutes")), (100, parse("1 per 15 minutes")))
# Failures are counted up to this number.
FAILURE_COUNTER = RateLimitItemPerDay(1000)
# The limits of a whole network and of a /48 of IPv6, as multiples of the limit of one name.
NETWORK_LIMIT_FACTOR, WIDER_NETWORK_LIMIT_FACTOR = 5, 20
# A code has six digits, so someone who knows the password gets at most this many times the limit of guesses within a
# day, from anywhere.
CODE_LIMIT_FACTOR = 5
# For this long after an owner unlocked someone, the failures of others in their network do not count against them.
LIMIT_LIFTED_FOR = timedelta(hours=1)


class FailureCounters:
    """The counters of failures. While their storage does not respond, each process counts in its own memory.

    So the limits still apply during an outage.
    """

    def has_room(self, limit: RateLimitItem, key: str) -> bool:
        """Return whether one more failure is within the limit."""
        return limits.ask_limiter(lambda limiter: limiter.test(limit, key))

    def count(self, limit: RateLimitItem, key: str) -> bool:
        """Count one failure; return whether it was within the limit."""
        return limits.ask_limiter(lambda limiter: limiter.hit(limit, key))

    def forget(self, limit: RateLimitItem, key: str) -> None:
        """Reset a counter."""
        limits.ask_limiter(lambda limiter: limiter.clear(limit, key))

    def counted(self, limit: RateLimitItem, key: str) -> int:
        """Return the number of counted failures."""
        return limit.amount - limits.ask_limiter(lambda limiter: limiter.get_window_stats(limit, key).remaining)


class SignInAttempt(NamedTuple):
    """One attempt to sign in. Call `is_free` first, then report the result with `failed` or `succeeded`."""

    step: SignInStep
    # 0: no one has this name, which must not be noticeable.
    person: int
    # The key of the failures that block this attempt: those of the device, or of the network with this name.
    own: str
    # The key of the failures that make the waits longer: all of the device, or all with this name from anywhere.
    whole: str
    networks: list[tuple[RateLimitItem, str]]
    counters: FailureCounters

    def is_free(self) -> bool:
        """Return whether the attempt may be made. It counts as failed until its result is reported."""
        failures = self.counters.counted(FAILURE_COUNTER, self.whole)
        if self.step == "factor" and failures >= CODE_LIMIT_FACTOR * _limit().amount:
            return False
        waits = [(wait, self.own) for least, wait in FAILURE_DELAYS if failures >= least]
        has_room = all(self.counters.has_room(*limit) for limit in (*self.networks, *waits[-1:]))
        return has_room and self.counters.count(_limit(), self.own)

    def succeeded(self) -> None:
        """Forget the earlier failures: they were typos."""
        for limit in (_limit(), *[wait for _, wait in FAILURE_DELAYS]):
            self.counters.forget(limit, self.own)

    def failed(self) -> None:
        """Count the failure, and have the person warned if there were many."""
        for limit in (*self.networks, *[(wait, self.own) for _, wait in FAILURE_DELAYS], (FAILURE_COUNTER, self.whole)):
            self.counters.count(*limit)
        if self.counters.counted(FAILURE_COUNTER, self.whole) % _warn_at(self.step) == 0:
            # Queued even if no one has this name, so that the response time does not reveal it.
            delay_on_commit(tasks.warn_of_failed_sign_ins, self.person, self.step)


def password_attempt(request: HttpRequest, name: str) -> SignInAttempt:
    """Return an attempt with a password, for a name that may not exist."""
    # Names that differ only in case are counted together.
    people = list(User.objects.filter(username__iexact=name).order_by("pk"))
    exact = [person for person in people if person.username == name]
    return _attempt(request, "password", name, next(iter(exact or people), None))


def factor_attempt(request: HttpRequest, person: User) -> SignInAttempt:
    """Return an attempt with a code or a passkey, by someone whose password was right."""
    return _attempt(request, "factor", person.username, person)


def _attempt(request: HttpRequest, step: SignInStep, name: str, person: User | None) -> SignInAttempt:
    row = PanelSignIn.objects.filter(user=person.pk if person else 0).first()
    # Unlocking changes the key, so counting starts from zero.
    counted = _key(step, name.casefold(), str(row.lifted_at) if row and row.lifted_at else "")
    if device := device_of(request, person, row):
        own = _key(counted, "device", device)
        return SignInAttempt(step, row.pk if row else 0, own, own, [], FailureCounters())
    address = limits.client_address(request)
    network, wider = limits.network_of(address), limits.wider_network_of(address)
    networks = []
    if step == "password" and not _was_lifted(row):
        networks = [(_limit(NETWORK_LIMIT_FACTOR), _key(step, network))]
        networks += [(_limit(WIDER_NETWORK_LIMIT_FACTOR), _key(step, wider))] if wider else []
    return SignInAttempt(step, person.pk if person else 0, _key(counted, network), counted, networks, FailureCounters())


def _was_lifted(row: PanelSignIn | None) -> bool:
    """Return whether someone was unlocked recently: then the failures of others in their network do not matter."""
    return bool(row and row.lifted_at and timezone.now() - row.lifted_at < LIMIT_LIFTED_FOR)


def _limit(times: int = 1) -> RateLimitItem:
    """Return SIGN_IN_TRIES with its amount multiplied."""
    limit = parse(settings.SIGN_IN_TRIES)
    return type(limit)(limit.amount * times, limit.multiples)


def _warn_at(step: SignInStep) -> int:
    """Return after how many failures someone is warned: sooner at a code, because the password was already right."""
    return max(1, _limit().amount // (1 if step == "password" else 2))


def _key(*parts: str) -> str:
    """Return a counter's key, hashed so that names and networks are not readable in the storage."""
    return salted_hmac("digest.panel.sign_in_limits", "\0".join(parts), algorithm="sha256").hexdigest()[:32]
