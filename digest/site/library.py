"""Saved papers: the list with its search, notes and labels, files for other programs, and a feed."""

import csv
import io
import json
from collections.abc import Callable, Sequence

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import escape
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.views.decorators.http import require_POST, require_safe

from digest.catalog import citations
from digest.catalog.formatting import on_one_line
from digest.community import feedback, library
from digest.community.library import LibrarySearch, SavedPaper
from digest.models import Feedback, Paper, ZoteroConnection
from digest.models.library_entry import MAX_LABEL_LENGTH, MAX_LABELS, MAX_NOTE_LENGTH, fits_whole
from digest.site.exports import EDITION_FORMATS, file_response, plain_markdown
from digest.site.private_feed import FEED_CACHE_SECONDS
from subscriptions import spreadsheets
from subscriptions.link_lifetimes import Purpose
from subscriptions.links import absolute
from subscriptions.models import Subscriber
from subscriptions.tokens import BadToken, read_token, sign_token
from subscriptions.views.noindex import unlisted_feed
from subscriptions.views.signed_links import signed

Kind = Feedback.Kind

SAVED_PER_PAGE = 50
PAPERS_IN_SAVED_FEED = 100
MAX_SEARCH_LENGTH = 200
CUT = (
    f"Saved, but cut to fit: a paper has room for {MAX_LABELS} labels of {MAX_LABEL_LENGTH} characters and "
    f"a note of {MAX_NOTE_LENGTH:,}."
)
LIBRARY_COLUMNS = (
    *("key", "title", "authors", "published", "arxiv_id", "doi", "url", "labels", "note", "saved_at", "read_at"),
    "abstract",
)


def search_of(request: HttpRequest) -> LibrarySearch:
    """Return the search given in the query string."""
    words, label, read = (request.GET.get(name, "")[:MAX_SEARCH_LENGTH] for name in ("q", "label", "read"))
    return LibrarySearch(words.strip(), label, read if read in {"read", "unread"} else "")


@require_safe
@signed(Purpose.PREFERENCES)
def saved_papers(request: HttpRequest, subscriber: Subscriber, token: str) -> HttpResponse:
    """Show the subscriber's saved papers."""
    everything = library.library_of(subscriber)
    search = search_of(request)
    matching = [saved for saved in everything if search.fits(saved)]
    asked_for = {"q": search.words, "label": search.label, "read": search.read}
    query = urlencode({name: value for name, value in asked_for.items() if value})
    context = {
        "subscriber": subscriber,
        "token": token,
        "page": Paginator(matching, SAVED_PER_PAGE).get_page(request.GET.get("page")),
        "total": len(everything),
        "labels": library.labels_in(everything),
        "search": search,
        "query": query,
        "files": [(name, reverse(f"saved_{ending}", args=[token])) for ending, (name, *_) in LIBRARY_FORMATS.items()],
        "feed": _feed_address(subscriber),
        "zotero": ZoteroConnection.objects.filter(subscriber=subscriber).first(),
    }
    return render(request, "site/saved.html", context)


@require_POST
@signed(Purpose.PREFERENCES)
def change_entry(request: HttpRequest, subscriber: Subscriber, token: str, pk: int) -> HttpResponse:
    """Save a note and labels, mark a paper read or unread, remove it or restore it."""
    paper, now, action = get_object_or_404(Paper, pk=pk), timezone.now(), request.POST.get("action", "")
    if action == "restore":
        # The feedback was deleted, so give it again. The note and labels are still there.
        feedback.give_feedback(subscriber, get_object_or_404(Paper.objects.with_page(), pk=pk).pk, Kind.SAVED, now)
        messages.success(request, "Saved again.")
        return _back_to_list(request, token)
    if not Feedback.objects.filter(subscriber=subscriber, paper=paper, kind=Kind.SAVED).exists():
        raise Http404("not saved")
    match action:
        case "write":
            _annotate(request, subscriber, paper)
        case "read" | "unread":
            library.mark_read(subscriber, paper, now if action == "read" else None)
        case "remove":
            feedback.withdraw_feedback(subscriber, pk, Kind.SAVED, now)
            messages.success(request, "Removed from your saved papers.", extra_tags=str(pk))
        case _:
            raise Http404("no such action")
    return _back_to_list(request, token, f"#paper-{pk}")


def _annotate(request: HttpRequest, subscriber: Subscriber, paper: Paper) -> None:
    """Save the note and labels, and say so if they had to be cut."""
    note, labels = request.POST.get("note", ""), request.POST.get("labels", "")
    if fits_whole(note, labels, library.annotate(subscriber, paper, note, labels)):
        messages.success(request, "Your note and labels are saved.")
    else:
        messages.warning(request, CUT)


def _back_to_list(request: HttpRequest, token: str, anchor: str = "") -> HttpResponse:
    """Redirect to the list with the same search."""
    query = request.POST.get("query", "")
    address = f"{reverse('own_saved', args=[token])}{f'?{query}' if query else ''}{anchor}"
    safe = url_has_allowed_host_and_scheme(address, None) and "\n" not in query and "\r" not in query
    return redirect(address if safe else reverse("own_saved", args=[token]))


def library_bibtex(papers: Sequence[SavedPaper]) -> str:
    """Return saved papers as BibTeX, each with its labels as keywords and its note."""
    return "\n".join(
        citations.bibtex(
            saved.paper, saved.cite_key, {"keywords": ", ".join(saved.entry.labels), "annote": saved.entry.note}
        )
        for saved in papers
    )


def library_ris(papers: Sequence[SavedPaper]) -> str:
    """Return saved papers as RIS, each with its citation key as its ID."""
    return "".join(
        citations.ris(
            saved.paper,
            [("ID", saved.cite_key), *(("KW", label) for label in saved.entry.labels), ("N1", saved.entry.note)],
        )
        for saved in papers
    )


def library_csl(papers: Sequence[SavedPaper]) -> str:
    """Return saved papers as CSL-JSON."""
    items = [
        citations.csl(saved.paper, saved.cite_key)
        | ({"keyword": ", ".join(saved.entry.labels)} if saved.entry.labels else {})
        | ({"note": saved.entry.note} if saved.entry.note else {})
        for saved in papers
    ]
    return json.dumps(items, indent=2, ensure_ascii=False)


def library_csv(papers: Sequence[SavedPaper]) -> str:
    """Return saved papers as CSV (RFC 4180), with a header line."""
    lines = io.StringIO()
    writer = csv.writer(lines)
    writer.writerow(LIBRARY_COLUMNS)
    for saved in papers:
        paper, entry = saved.paper, saved.entry
        row = (
            *(saved.cite_key, paper.title, "; ".join(paper.authors), paper.published_at and paper.published_at.date()),
            *(paper.arxiv_id, citations.doi_of(paper), citations.address_of(paper), ", ".join(entry.labels)),
            *(entry.note, saved.saved_at.date(), entry.read_at and entry.read_at.date(), paper.abstract),
        )
        writer.writerow([spreadsheets.cell(on_one_line(str(value or ""))) for value in row])
    return lines.getvalue()


def library_markdown(papers: Sequence[SavedPaper]) -> str:
    """Return saved papers as a Markdown list, each with its note."""
    lines = ["# Saved papers", ""]
    for saved in papers:
        paper, entry = saved.paper, saved.entry
        facts = [", ".join(paper.authors), str(paper.published_at.year) if paper.published_at else ""]
        facts += [f"#{label.replace(' ', '-')}" for label in entry.labels]
        details = " · ".join(plain_markdown(fact) for fact in facts if fact)
        lines.append(f"- [{plain_markdown(paper.title)}]({citations.address_of(paper)})  ")
        lines += [f"  {details}  "] if details else []
        lines.append(f"  `{saved.cite_key}`")
        lines += [f"  > {plain_markdown(line)}" for line in entry.note.splitlines() if line.strip()]
    return "\n".join([*lines, ""])


# File extension → (name, writer, content type).
LIBRARY_FORMATS: dict[str, tuple[str, Callable[[Sequence[SavedPaper]], str], str]] = {
    "bib": ("BibTeX", library_bibtex, EDITION_FORMATS["bib"][1]),
    "ris": ("RIS", library_ris, EDITION_FORMATS["ris"][1]),
    "json": ("CSL-JSON", library_csl, "application/vnd.citationstyles.csl+json; charset=utf-8"),
    "csv": ("CSV", library_csv, EDITION_FORMATS["csv"][1]),
    "md": ("Markdown", library_markdown, EDITION_FORMATS["md"][1]),
}


@require_safe
@signed(Purpose.PREFERENCES)
def library_file(request: HttpRequest, subscriber: Subscriber, token: str, ending: str) -> HttpResponse:  # noqa: ARG001
    """Return the saved papers, or those that match the search, as a file."""
    _, write, kind = LIBRARY_FORMATS[ending]
    return file_response(write(library.library_of(subscriber, search_of(request))), kind, f"saved-papers.{ending}")


def _feed_address(subscriber: Subscriber) -> str:
    key = subscriber.feed_key
    return absolute(reverse("saved_feed", args=[sign_token(Purpose.FEED, key.hex)])) if key else ""


@require_safe
def saved_feed(request: HttpRequest, token: str) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Return a subscriber's saved papers as Atom. The address stops working together with that of their own feed."""
    try:
        subscriber = Subscriber.objects.filter(feed_key=read_token(Purpose.FEED, token)).first()
    except BadToken:
        return _no_feed("There’s no feed at this address.", 404)
    if subscriber is None:
        return _no_feed("This feed was turned off or has a new address.", 410)
    document = Atom1Feed(
        title=f"{settings.SITE_NAME}: saved papers",
        link=f"{settings.SITE_URL}/",
        description="",
        language="en",
        feed_guid=f"urn:uuid:{subscriber.feed_key}:saved",
        feed_url=_feed_address(subscriber),
    )
    for saved in library.library_of(subscriber)[:PAPERS_IN_SAVED_FEED]:
        document.add_item(
            title=on_one_line(saved.paper.title),
            link=absolute(saved.paper.get_absolute_url()),
            # The abstract is plain text, but Django writes the summary as HTML.
            description=escape(on_one_line(saved.paper.abstract)),
            unique_id=f"tag:{settings.MAIL_DOMAIN},{saved.saved_at:%Y-%m-%d}:saved.{saved.paper.pk}",
            pubdate=saved.saved_at,
            updateddate=saved.saved_at,
            categories=[on_one_line(label) for label in saved.entry.labels],
        )
    response = HttpResponse(document.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8")
    return unlisted_feed(response, FEED_CACHE_SECONDS)


def _no_feed(words: str, status: int) -> HttpResponse:
    response = HttpResponse(f"{words}\n", status=status, content_type="text/plain; charset=utf-8")
    return unlisted_feed(response, FEED_CACHE_SECONDS)
