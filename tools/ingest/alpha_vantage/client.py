"""One call to the API: counted, retried, read to the end within a deadline, and free of the key afterwards.

The key travels in the URL, as the vendor requires. So URLs are never put into a message, httpx's log lines that
hold one are dropped, redirects are not followed, and errors of httpx, which carry the request, are not passed on.
"""

from __future__ import annotations

import logging
import random
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import urlencode

import httpx
from pydantic import SecretStr

from tools.ingest.alpha_vantage.answer import Answer, Fault, Refused, key_rejected, read_answer
from tools.ingest.alpha_vantage.limit import CallLimit
from tools.kernel.errors import SourceUnavailable
from tools.kernel.spec import Progress

BASE_URL = "https://www.alphavantage.co"
ATTEMPTS = 3
LARGEST_BYTES = 2**28
REDACTED = b"***"
LIMIT_WAIT_S = 60.0


@dataclass(frozen=True, slots=True)
class Timing:
    """Waits and deadlines in seconds; given, so that tests need not wait."""

    sleep: Callable[[float], None] = time.sleep
    connect_s: float = 10.0
    read_s: float = 30.0
    deadline_s: float = 60.0
    backoff_s: float = 1.0


@dataclass(frozen=True, slots=True)
class Page:
    """One answer: what was asked (without the key), its bytes (without the key) and its JSON."""

    request: str
    body: bytes
    answer: Answer


class _Again(Exception):
    """The call failed in a way that may pass; `wait_s` is what the vendor asked for, if it did."""

    def __init__(self, detail: str, wait_s: float | None = None) -> None:
        super().__init__(detail)
        self.wait_s = wait_s


class _NoKeyInLog(logging.Filter):
    """Drops log records that hold the key's parameter."""

    def filter(self, record: logging.LogRecord) -> bool:
        return "apikey=" not in record.getMessage()


@dataclass(frozen=True, slots=True)
class Client:
    """Calls the API at `base_url` with `key`, within `limit`."""

    key: SecretStr = field(repr=False)
    limit: CallLimit
    base_url: str = BASE_URL
    timing: Timing = field(default_factory=Timing)

    def get(self, parameters: Mapping[str, str], progress: Progress) -> Page:
        """Return the answer to one request.

        Raises:
            Refused: the vendor has no data for this request, or its answer stayed unreadable or a server error.
            SourceUnavailable: it cannot be reached, does not accept the key, or the day's calls are used up.
        """
        request = urlencode(parameters)
        failure: Refused | SourceUnavailable | None = None
        for attempt in range(ATTEMPTS):
            self.limit.take(progress)
            try:
                body = self._redacted(self._fetch(parameters))
                return Page(request, body, read_answer(body))
            except _Again as error:
                failure, wait_s = Refused(Fault.BROKEN, str(error)), error.wait_s
            except httpx.HTTPError as error:
                failure, wait_s = _unreachable(error), None
            except Refused as error:
                failure, wait_s = error, self._after(error)
            if attempt + 1 < ATTEMPTS:
                self._pause(attempt, wait_s, progress)
        raise failure if failure is not None else RuntimeError("no attempt was made")

    def _after(self, error: Refused) -> float | None:
        """Return how long to wait before asking again, None for the usual. Raises what asking again cannot mend."""
        if error.fault is Fault.DAY:
            self.limit.exhaust()
            raise self.limit.used_up() from None
        if error.fault is Fault.KEY:
            raise key_rejected() from None
        if error.fault is Fault.MINUTE:
            return LIMIT_WAIT_S
        if error.fault is Fault.BROKEN:
            return None
        raise error

    def _pause(self, attempt: int, wait_s: float | None, progress: Progress) -> None:
        """Wait as the vendor asks, or twice as long each time, with up to a quarter more so that clients spread."""
        jitter = 1 + random.random() / 4  # noqa: S311 - not for secrets
        progress("waiting for Alpha Vantage", attempt, ATTEMPTS)
        self.timing.sleep(wait_s if wait_s is not None else self.timing.backoff_s * 2**attempt * jitter)

    def _fetch(self, parameters: Mapping[str, str]) -> bytes:
        """Return the body of a 200. Raises httpx.HTTPError, _Again, SourceUnavailable."""
        _silence()
        query = {**parameters, "apikey": self.key.get_secret_value()}
        timeout = httpx.Timeout(self.timing.read_s, connect=self.timing.connect_s)
        deadline = time.monotonic() + self.timing.deadline_s
        body = bytearray()
        with (
            httpx.Client(base_url=self.base_url, timeout=timeout) as client,
            client.stream("GET", "/query", params=query) as response,
        ):
            _check_status(response)
            for chunk in response.iter_bytes():
                body += chunk
                if time.monotonic() > deadline:
                    raise httpx.ReadTimeout("the answer took too long")
                if len(body) > LARGEST_BYTES:
                    raise _Again("its answer is too large")
        return bytes(body)

    def _redacted(self, body: bytes) -> bytes:
        """Return the body without the key: refusals quote it."""
        return re.sub(re.escape(self.key.get_secret_value().encode()), REDACTED, body, flags=re.IGNORECASE)


def _check_status(response: httpx.Response) -> None:
    status = response.status_code
    if status == HTTPStatus.OK:
        return
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        raise _Again("it asks for fewer calls (status 429)", _retry_after_s(response))
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise _Again(f"its server failed (status {status})")
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        raise key_rejected()
    raise SourceUnavailable(f"Alpha Vantage answered with status {status}.", hint="Try again later.")


def _retry_after_s(response: httpx.Response) -> float:
    """Return the wait that a 429 asks for, between 0 and a minute; a minute where it names none."""
    text = response.headers.get("Retry-After", "")
    return min(float(text), LIMIT_WAIT_S) if text.isdigit() else LIMIT_WAIT_S


def _unreachable(error: httpx.HTTPError) -> Refused | SourceUnavailable:
    """Return what happened without the request, whose URL holds the key."""
    if isinstance(error, (httpx.RemoteProtocolError, httpx.DecodingError)):
        return Refused(Fault.BROKEN, "its answer was cut short")
    slow = isinstance(error, httpx.TimeoutException)
    what = "did not answer in time" if slow else "cannot be reached"
    return SourceUnavailable(
        f"Alpha Vantage {what} ({type(error).__name__}).",
        hint="Check the network; what the lake holds is unchanged.",
    )


def _silence() -> None:
    """Keep the key out of httpx's log: it writes the URL of each request."""
    logger = logging.getLogger("httpx")
    if not any(isinstance(each, _NoKeyInLog) for each in logger.filters):
        logger.addFilter(_NoKeyInLog())
