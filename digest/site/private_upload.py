"""Uploads that never touch the disk: readers' files are read in memory, or not at all if they are too big."""

from typing import Any

from django.core.files.uploadhandler import MemoryFileUploadHandler, SkipFile
from django.http import HttpRequest

# How the addresses that accept these uploads end.
PRIVATE_UPLOAD_PATH = "/reading-list"
# A file of the maximum size, plus the rest of the form.
MAX_PRIVATE_BYTES = 6 * 2**20


class InMemoryUploadHandler(MemoryFileUploadHandler):
    """Keeps files in memory, whatever their size, and skips them if the request is too big."""

    is_too_big = False

    def handle_raw_input(self, input_data: Any, META: Any, content_length: int, *rest: Any, **more: Any) -> None:  # noqa: ARG002, N803 - Django's
        """Check the size of the request before any of it is read."""
        self.activated = True
        self.is_too_big = content_length > MAX_PRIVATE_BYTES

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Start a file; raise SkipFile if it must not be kept."""
        if self.is_too_big:
            raise SkipFile
        super().new_file(*args, **kwargs)


def keep_upload_in_memory(request: HttpRequest) -> None:
    """Keep the files of a request to one of these addresses in memory. Call this before the form is read."""
    if request.method == "POST" and request.path_info.endswith(PRIVATE_UPLOAD_PATH):
        request.upload_handlers = [InMemoryUploadHandler(request)]


def is_too_big(request: HttpRequest) -> bool:
    """Return whether the files of a request were skipped because of its size."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    return length.isdecimal() and int(length) > MAX_PRIVATE_BYTES
