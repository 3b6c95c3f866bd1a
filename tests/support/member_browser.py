"""A member's browser. A plugin for the tests that name it."""

import pytest
from django.http import HttpResponse

from digest.community import accounts
from digest.site import members
from tests.support.factories import NOON, make_member


@pytest.fixture
def sign_in(client):
    """Give the client the cookie of a member, who gets a reader's side, as after any sign-in."""

    def sign_in(member=None):
        member = member or make_member()
        accounts.join_reader(member, NOON)
        response = HttpResponse()
        members.remember_member(response, member)
        client.cookies[members.MEMBER_COOKIE] = response.cookies[members.MEMBER_COOKIE].value
        return member

    return sign_in
