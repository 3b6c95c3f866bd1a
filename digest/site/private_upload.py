"""Uploads that never touch the disk: what readers bring is read in memory, and not at all where it is too big."""

from typing import Any

from django.core.files.uploadhandler import MemoryFileUploadHandler, SkipFile
from django.http import HttpRequest

# The addresses that take such uploads end so.
PRIVATE_UPLOAD_PATH = "/reading-list"
# A file of the greatest size, and the rest of the form.
MAX_PRIVATE_BYTES = 6 * 2**20


class InMemoryUploadHandler(MemoryFileUploadHandler):
    """Keeps files in memory, whatever their size; leaves out those of a request that is too big."""

    is_too_big = False

    def handle_raw_input(self, input_data: Any, META: Any, content_length: int, *rest: Any, **more: Any) -> None:  # noqa: ARG002, N803 - Django's
        """See how big the request is before any of it is read."""
        self.activated = True
        self.is_too_big = content_length > MAX_PRIVATE_BYTES

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Begin a file; SkipFile where it is not to be kept."""
        if self.is_too_big:
            raise SkipFile
        super().new_file(*args, **kwargs)


def keep_upload_in_memory(request: HttpRequest) -> None:
    """Have the files of a request to one of these addresses stay in memory. Call it before its form is read."""
    if request.method == "POST" and request.path_info.endswith(PRIVATE_UPLOAD_PATH):
        request.upload_handlers = [InMemoryUploadHandler(request)]


def is_too_big(request: HttpRequest) -> bool:
    """Return whether the files of a request were left out for its size."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    return length.isdecimal() and int(length) > MAX_PRIVATE_BYTES
