"""The hub's protocol: what it states about a file, and the file from any byte on.

A file's address answers with a redirect to a store, and with what the hub knows of the file in headers of its own.
The address is asked again for every attempt, since the store's addresses expire. The token goes to the hub only:
httpx drops it where a redirect leads to another host. What comes is checked by `copilot.model.pull`, not here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING

from pydantic import SecretStr

from copilot.model.registry import KnownModel
from tools.kernel.errors import SLQError, SourceUnavailable

if TYPE_CHECKING:
    import httpx

_SHA256 = re.compile(r"[0-9a-f]{64}")
_RANGE = re.compile(r"bytes (\d+)-")
MOST_MOVES = 3  # a repository that was renamed answers with its new address on the hub


class Interrupted(Exception):
    """The hub or the way to it failed in a manner that may pass; the text says how."""


@dataclass(frozen=True, slots=True)
class Stated:
    """What the hub says of a file; None where it does not say."""

    size_bytes: int | None
    sha256: str | None


@dataclass(frozen=True, slots=True)
class Body:
    """A file's content from byte `start` on."""

    start: int
    chunks: Iterator[bytes]


@dataclass(frozen=True, slots=True)
class Hub:
    """The hub at `endpoint`; deadlines in seconds."""

    endpoint: str
    token: SecretStr | None = field(default=None, repr=False)
    connect_s: float = 10.0
    read_s: float = 30.0

    def page(self, known: KnownModel) -> str:
        """Return the address of a model's page, where its licence is."""
        return f"{self.endpoint.rstrip('/')}/{known.repo}"

    def stated(self, known: KnownModel) -> Stated:
        """Ask what a file is. Raises Interrupted, SourceUnavailable."""
        with self._client() as client, _passing():
            url = self._address(known)
            for _ in range(MOST_MOVES):
                answer = client.head(url, headers=self._headers(), follow_redirects=False)
                moved = answer.next_request
                if moved is None or "X-Linked-Size" in answer.headers or moved.url.host != answer.url.host:
                    break
                url = str(moved.url)
        if not answer.is_redirect:
            self._check(answer, known)
        return _read_stated(answer.headers, linked_only=answer.is_redirect)

    @contextmanager
    def content(self, known: KnownModel, offset: int) -> Iterator[Body]:
        """Open a file from byte `offset` on; from 0 where the server sends nothing but whole files.

        Raises Interrupted, also while the chunks are read, and SourceUnavailable.
        """
        headers = self._headers() | ({"Range": f"bytes={offset}-"} if offset else {})
        with (
            self._client() as client,
            _passing(),
            client.stream("GET", self._address(known), headers=headers, follow_redirects=True) as answer,
        ):
            self._check(answer, known)
            yield Body(_start(answer, offset), answer.iter_bytes())

    def _client(self) -> httpx.Client:
        import httpx

        return httpx.Client(timeout=httpx.Timeout(self.read_s, connect=self.connect_s))

    def _address(self, known: KnownModel) -> str:
        return f"{self.page(known)}/resolve/{known.revision}/{known.file}"

    def _headers(self) -> dict[str, str]:
        token = {"Authorization": f"Bearer {self.token.get_secret_value()}"} if self.token else {}
        return {"Accept-Encoding": "identity", "User-Agent": "slq", **token}

    def _check(self, answer: httpx.Response, known: KnownModel) -> None:
        status = answer.status_code
        if status in (HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT):
            return
        if status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.REQUEST_TIMEOUT) or status >= 500:  # noqa: PLR2004
            raise Interrupted(f"status {status}")
        if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
            raise SourceUnavailable(
                f"{self.page(known)} is not open to everyone (status {status}).",
                hint="Accept its terms there, then set HF_TOKEN to a token of yours that may read it.",
            )
        if status == HTTPStatus.NOT_FOUND:
            raise SourceUnavailable(
                f"The hub has no {known.file} at revision {known.revision[:12]} of {known.repo}.",
                hint="It may have been withdrawn; choose another model, or give a GGUF of yours with --model PATH.",
            )
        raise SourceUnavailable(f"The hub answered with status {status}.", hint="Check SLQ_HUB, or try later.")


def _read_stated(headers: Mapping[str, str], *, linked_only: bool) -> Stated:
    """Read the hub's headers; those of the answer itself count only where it is the file, not a redirect."""
    size = headers.get("X-Linked-Size") or ("" if linked_only else headers.get("Content-Length", ""))
    etag = headers.get("X-Linked-ETag") or ("" if linked_only else headers.get("ETag", ""))
    digest = etag.removeprefix("W/").strip('"').lower()
    return Stated(int(size) if size.isdigit() else None, digest if _SHA256.fullmatch(digest) else None)


def _start(answer: httpx.Response, offset: int) -> int:
    """Return the first byte that an answer holds. Raises Interrupted where it cannot be told."""
    if answer.status_code != HTTPStatus.PARTIAL_CONTENT:
        return 0
    found = _RANGE.match(answer.headers.get("Content-Range", ""))
    if found is None or int(found[1]) != offset:
        raise Interrupted("it sent another part than was asked for")
    return offset


@contextmanager
def _passing() -> Iterator[None]:
    """Turn failures of the network into Interrupted, and what cannot pass into SourceUnavailable."""
    import httpx

    try:
        yield
    except (httpx.InvalidURL, httpx.UnsupportedProtocol, httpx.TooManyRedirects) as error:
        raise SourceUnavailable(f"The hub's address does not work: {error}.", hint="Check SLQ_HUB.") from None
    except httpx.HTTPError as error:
        raise Interrupted(type(error).__name__) from error


def unreachable(error: Interrupted) -> SLQError:
    """Return what to say when attempts were of no use."""
    return SourceUnavailable(
        f"The hub cannot be reached or broke off ({error}).",
        hint="Check the network and pull again: it goes on where it stopped.",
    )
