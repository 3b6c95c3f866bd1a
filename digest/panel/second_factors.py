"""What somebody can show beside the password: passkeys, codes of an app, spare codes."""

from django.contrib.auth.models import User
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from digest.models import Passkey

SPARE_CODES = 10


def has_factor(person: User) -> bool:
    """Say whether somebody has a second factor. Spare codes alone are none."""
    return has_app(person) or has_passkey(person)


def has_app(person: User) -> bool:
    """Say whether somebody has an app with codes."""
    return bool(TOTPDevice.objects.filter(user=person, confirmed=True).exists())


def has_passkey(person: User) -> bool:
    """Say whether somebody has a passkey."""
    return bool(Passkey.objects.filter(user=person).exists())


def forget_factors(person: User) -> None:
    """Take somebody's second factor away: they set up a new one at the next sign-in."""
    Passkey.objects.filter(user=person).delete()
    TOTPDevice.objects.filter(user=person).delete()
    StaticDevice.objects.filter(user=person).delete()


def give_spare_codes(person: User) -> list[str]:
    """Give somebody new spare codes for all they had; return them, for they are shown once."""
    StaticDevice.objects.filter(user=person).delete()
    spare = StaticDevice.objects.create(user=person, name="spare codes")
    codes = [StaticToken.random_token() for _ in range(SPARE_CODES)]
    StaticToken.objects.bulk_create([StaticToken(device=spare, token=code) for code in codes])
    return codes
