"""What a browser does when it may report what is opened in it."""

from digest.models import Feedback
from subscriptions import links
from subscriptions.link_lifetimes import Purpose


def opens_path(reader, more=""):
    return f"/preferences/{links.token(Purpose.PREFERENCES, reader)}{more}"


def allow_open_tracking(client, reader):
    return client.post(opens_path(reader, "/opens"), follow=True).content.decode()


def open_paper_page(client, paper):
    return client.post(f"/opened/{paper.pk}")


def recorded_feedback():
    return list(Feedback.objects.values_list("subscriber", "paper", "kind"))


def has_forgotten(answer):
    """Return whether the browser is told to forget both cookies, at the right paths."""
    paths = {"opens": "/opened/", "opens_count": "/papers/"}
    deleted_cookies = {name: answer.cookies[name] for name in paths if name in answer.cookies}
    return {name: cookie["path"] for name, cookie in deleted_cookies.items() if not cookie.value} == paths
