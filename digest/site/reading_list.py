"""Reading lists: papers or own words to start from. The result is shown first, and stored only if the reader agrees."""

from dataclasses import replace
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from digest.catalog.bibliography import MAX_BYTES, MAX_READ_ENTRIES, Bibliography, read_file, read_text
from digest.catalog.interests import Interests, read_interests
from digest.community import feedback
from digest.community.library_lookup import LookupRefusedError, papers_of_zotero, works_of_orcid
from digest.community.reading_profile import ReadingProfile, reading_profile, weights_of
from digest.recommending.preview import RecommendationRequest, build_preview, request_of
from digest.site.private_upload import is_too_big
from digest.sources.record import SourceError
from subscriptions import limits, preferences
from subscriptions.author_matching import author_key
from subscriptions.forms import SignUpForm, TopicsForm
from subscriptions.link_lifetimes import Purpose
from subscriptions.models import Subscriber, Weight
from subscriptions.phrases import MAX_OWN_WORDS, MAX_PHRASES, phrase_key
from subscriptions.preferences import Preferences
from subscriptions.views.signed_links import signed

# Limit per network, because parsing a library takes a second or more.
READINGS = "30 per hour"
LIKED_FIELD, WRITTEN_FIELD = "liked", "written"
TOO_BIG = f"That’s too big. We can read {MAX_BYTES // 2**20} MB and {MAX_READ_ENTRIES:,} entries at most."


class ReadingListForm(forms.Form):
    """A file, a pasted list or own words, and whether the reader likes or wrote the papers."""

    file = forms.FileField(label="A file from your reference manager", required=False, allow_empty_file=True)
    pasted = forms.CharField(
        label="Or paste them",
        required=False,
        strip=False,
        max_length=MAX_BYTES,
        widget=forms.Textarea(attrs={"rows": 5, "spellcheck": "false"}),
        help_text="arXiv IDs, DOIs, links or titles, one per line; or BibTeX, RIS or CSL-JSON.",
    )
    whose = forms.ChoiceField(
        label="These are",
        choices=[(LIKED_FIELD, "papers I like"), (WRITTEN_FIELD, "papers I wrote")],
        initial=LIKED_FIELD,
        required=False,
    )
    interests = forms.CharField(
        label="What you’re interested in, in your own words",
        required=False,
        max_length=MAX_OWN_WORDS,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="“Graph learning and protein folding, but not drug design.”",
    )

    orcid = forms.CharField(
        label="Or your ORCID iD",
        required=False,
        max_length=60,
        help_text="We ask OpenAlex once for the papers you wrote, and keep neither the iD nor the list.",
    )
    zotero_user = forms.CharField(label="Or your Zotero user ID", required=False, max_length=12)
    zotero_key = forms.CharField(
        label="And a read-only key for it",
        required=False,
        max_length=64,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text="Both are at zotero.org/settings/keys. The key is used once and not kept.",
    )

    bibliography = Bibliography()
    suggestions = Interests()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not settings.ORCID_DAILY:
            del self.fields["orcid"]
        if not settings.ZOTERO_IMPORT:
            del self.fields["zotero_user"], self.fields["zotero_key"]

    def clean_file(self) -> "UploadedFile[Any] | None":
        """Parse the file. Its content is not kept anywhere else."""
        file: UploadedFile[Any] | None = self.cleaned_data["file"]
        if file:
            self._read(lambda: read_file(file.read()))
        return None

    def clean_pasted(self) -> str:
        """Parse the pasted text, if there was no file."""
        text = str(self.cleaned_data["pasted"])
        if text.strip() and not self.bibliography.records:
            self._read(lambda: read_text(text))
        return ""

    def clean_interests(self) -> str:
        """Parse the reader's own words."""
        text = str(self.cleaned_data["interests"])
        self.suggestions = read_interests(text) if text.strip() else Interests()
        return text

    def clean(self) -> dict[str, Any]:
        """Require some input, and look up external libraries."""
        cleaned = super().clean() or self.cleaned_data
        if not self.errors and not self.bibliography.records:
            self._look_up(cleaned)
        if not self.errors and not self.bibliography.records and not cleaned.get("interests", "").strip():
            raise forms.ValidationError("Choose a file, paste something, or write a few words.")
        return cleaned

    def _look_up(self, cleaned: dict[str, Any]) -> None:
        """Fetch the papers of the reader's ORCID iD or Zotero account. What they typed is used only for this."""
        orcid, user, key = (cleaned.pop(name, "").strip() for name in ("orcid", "zotero_user", "zotero_key"))
        try:
            if orcid:
                self.bibliography = works_of_orcid(orcid)
                cleaned["whose"] = WRITTEN_FIELD
            elif user or key:
                self.bibliography = papers_of_zotero(user, key)
        except LookupRefusedError as error:
            self.add_error("orcid" if orcid else "zotero_user", str(error))

    @property
    def own_words(self) -> str:
        """The reader's own words."""
        return str(self.cleaned_data["interests"])

    @property
    def is_written(self) -> bool:
        """Whether the reader wrote the papers."""
        return self.cleaned_data.get("whose") == WRITTEN_FIELD

    def _read(self, read: Any) -> None:
        try:
            self.bibliography = read()
        except SourceError as error:
            raise forms.ValidationError(f"We couldn’t read that: {error}.") from error


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def start_from_reading_list(request: HttpRequest) -> HttpResponse:
    """Turn a reading list into a filled-in sign-up form. Nothing is stored before the visitor signs up."""
    form = _form(request)
    if not form.is_valid():
        return render(request, "site/reading_list.html", {"form": form}, status=422 if form.is_bound else 200)
    profile = reading_profile(form.bibliography, by_reader=form.is_written)
    wishes = _wishes(profile, form.suggestions)
    field = WRITTEN_FIELD if form.is_written else LIKED_FIELD
    initial = {"topics": [str(topic) for topic in wishes.weights], field: profile.papers}
    initial |= {"follow": wishes.follow, "mute": wishes.mute, "authors": wishes.authors, "own_words": form.own_words}
    written = profile.papers if form.is_written else ()
    request_tried = RecommendationRequest(wishes, weights_of(profile.papers), written=written, own_words=form.own_words)
    context = {
        "form": SignUpForm(initial=initial),
        "profile": profile,
        "written": form.is_written,
        "preview": build_preview(request_tried, timezone.now()),
    }
    return render(request, "site/reading_list_preview.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@signed(Purpose.PREFERENCES)
def own_reading_list(request: HttpRequest, subscriber: Subscriber, token: str) -> HttpResponse:
    """Show a subscriber what their papers or words would change. Nothing is stored before they confirm."""
    form = _form(request)
    context: dict[str, Any] = {"form": form, "subscriber": subscriber, "token": token}
    if not form.is_valid():
        return render(request, "site/reading_list.html", context, status=422 if form.is_bound else 200)
    profile = reading_profile(form.bibliography, by_reader=form.is_written)
    now, wishes = timezone.now(), _wishes(profile, form.suggestions)
    current = request_of(subscriber, now)
    request_tried = replace(
        current,
        preferences=_together(current.preferences, wishes),
        opinions={**weights_of(profile.papers), **current.opinions},
        written=[*current.written, *(profile.papers if form.is_written else ())],
        own_words=form.own_words or current.own_words,
    )
    field = WRITTEN_FIELD if form.is_written else LIKED_FIELD
    initial = {"topics": [str(topic) for topic in wishes.weights], field: profile.papers}
    initial |= {"follow": wishes.follow, "mute": wishes.mute, "authors": wishes.authors, "own_words": form.own_words}
    context |= {
        "form": TopicsForm(initial=initial),
        "profile": profile,
        "written": form.is_written,
        "topics": profile_topics(profile, form.suggestions),
        "preview": build_preview(request_tried, now),
    }
    return render(request, "site/reading_list_own.html", context)


@require_POST
@signed(Purpose.PREFERENCES)
def keep_reading_list(request: HttpRequest, subscriber: Subscriber, token: str) -> HttpResponse:
    """Save the ticked parts of a reading list, in addition to the earlier preferences."""
    form = TopicsForm(request.POST)
    if not form.is_valid():
        return render(request, "site/reading_list.html", {"form": ReadingListForm(), "token": token}, status=422)
    given, now = form.cleaned_data, timezone.now()
    weights = {topic.pk: float(Weight.NORMAL) for topic in given["topics"]}
    wishes = Preferences(weights, given["follow"], given["mute"], given["authors"])
    preferences.keep(subscriber, _together(preferences.preferences_of(subscriber), wishes))
    if given["own_words"]:
        subscriber.rearrange({"own_words": given["own_words"]}, now)
    feedback.give_many(subscriber, form.answers, now)
    messages.success(request, "Done. Your next digest will take it into account.")
    return redirect("preferences", token)


def profile_topics(profile: ReadingProfile, words: Interests) -> list[Any]:
    """Return the topics that the papers and words suggest, each once."""
    return list({topic.pk: topic for topic in (*words.topics, *profile.topics)}.values())


def _form(request: HttpRequest) -> ReadingListForm:
    if request.method != "POST":
        return ReadingListForm()
    form = ReadingListForm(request.POST, request.FILES)
    if is_too_big(request):
        form.add_error("file", TOO_BIG)
    elif not limits.has_room(READINGS, "reading list", limits.network_of(limits.client_address(request))):
        form.add_error(None, "That’s a lot of lists from your network. Please try again in an hour.")
    return form


def _wishes(profile: ReadingProfile, words: Interests) -> Preferences:
    weights = {topic.pk: float(Weight.NORMAL) for topic in profile_topics(profile, words)}
    return Preferences(weights, tuple(words.follow), tuple(words.mute), tuple(profile.authors))


def _together(current: Preferences, new: Preferences) -> Preferences:
    """Return the saved preferences with the new ones added. If they conflict, the saved ones win."""

    def joined(old: tuple[str, ...], more: tuple[str, ...], key: Any) -> tuple[str, ...]:
        entries = {key(entry): entry for entry in reversed((*old, *more))}
        return tuple(list(reversed(entries.values()))[: max(MAX_PHRASES, len(old))])

    return Preferences(
        {**new.weights, **current.weights},
        joined(current.follow, new.follow, phrase_key),
        joined(current.mute, new.mute, phrase_key),
        joined(current.authors, new.authors, author_key),
    )
