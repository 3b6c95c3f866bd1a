"""A member's browser. A plugin of the tests that name it."""

import pytest
from django.http import HttpResponse

from digest.site import members
from tests.make import make_member


@pytest.fixture
def sign_in(client):
    """Give the client the cookie of a member."""

    def sign_in(member=None):
        member = member or make_member()
        response = HttpResponse()
        members.remember(response, member)
        client.cookies[members.COOKIE] = response.cookies[members.COOKIE].value
        return member

    return sign_in
