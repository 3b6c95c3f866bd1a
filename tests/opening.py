"""What a browser does that may tell what is opened in it."""

from digest.models import Feedback
from subscriptions import links
from subscriptions.tokens import Purpose


def path(reader, more=""):
    return f"/preferences/{links.token(Purpose.PREFERENCES, reader)}{more}"


def allow(client, reader):
    return client.post(path(reader, "/opens"), follow=True).content.decode()


def look_at(client, paper):
    return client.post(f"/opened/{paper.pk}")


def noted():
    return list(Feedback.objects.values_list("subscriber", "paper", "kind"))


def has_forgotten(answer):
    """Whether the browser is told to forget both cookies, where they are."""
    paths = {"opens": "/opened/", "opens_count": "/papers/"}
    told = {name: answer.cookies[name] for name in paths if name in answer.cookies}
    return {name: cookie["path"] for name, cookie in told.items() if not cookie.value} == paths
