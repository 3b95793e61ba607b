"""The HTTP session under the yfinance client: it retries, keeps to the pace and keeps the vendor's bytes.

The client asks through `get` and `post` of a curl_cffi session. Requests for data are repeated here after a
connection error, 429, 5xx or a body that is not JSON; an outcome that repeating cannot change is raised as
`Undelivered` at once, so that the client neither guesses nor tries it again with other cookies. Requests for
cookies and crumbs are made once: the client does without them. 401 and 403 are left to the client, which renews
its cookies.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http import HTTPStatus
from typing import Any

from curl_cffi.requests import Response, Session
from curl_cffi.requests.exceptions import (
    CertificateVerifyError,
    ConnectionError,  # noqa: A004 - the library's name; the built-in is not used here
    DNSError,
    IncompleteRead,
    RequestException,
    Timeout,
)
from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt, wait_exponential_jitter

from tools.ingest.source import Missing, Raw
from tools.ingest.yahoo.answer import description, is_data, parse, without_secrets
from tools.ingest.yahoo.pace import Pacer, Policy, Run, Undelivered, retry_after_s

STALE = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
EMPTY = (HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY)
"""How Yahoo answers for a range it has nothing in."""

REASONS: tuple[tuple[type[RequestException], str], ...] = (
    (CertificateVerifyError, "Yahoo cannot be reached: its certificate is not trusted"),
    (DNSError, "Yahoo cannot be reached: its name cannot be resolved"),
    (Timeout, "Yahoo cannot be reached: no complete answer in time"),
    (IncompleteRead, "Yahoo's answer was cut off"),
    (ConnectionError, "Yahoo cannot be reached: the connection was refused or dropped"),
)
"""From the special to the general: the first that fits is said."""


class Temporary(Exception):
    """An outcome that may be different next time; `wait_s` where Yahoo said how long to wait."""

    def __init__(self, detail: str, *, wait_s: float | None = None, final: bool = False) -> None:
        super().__init__(detail)
        self.wait_s = wait_s
        self.final = final


@dataclass(slots=True)
class Transcript:
    """What one symbol's requests brought: the bodies accepted, and the failure that ended them, if one did."""

    symbol: str
    run: Run
    raw: list[Raw] = field(default_factory=list)
    failure: Undelivered | None = None
    refused: bool = False


class YahooSession(Session[Response]):
    """A curl_cffi session that looks like a browser (Yahoo turns others away), as the client's own does.

    Its `pool` of threads lives as long as it does: each thread keeps a connection to Yahoo and to the client's
    caches open, which new threads for every download would pile up.

    `options` are those of `curl_cffi.requests.Session`, as `verify` and `curl_options`.
    """

    def __init__(self, policy: Policy | None = None, **options: Any) -> None:
        self.policy = policy or Policy()
        super().__init__(impersonate="chrome", **options)
        self._pacer = Pacer(self.policy.interval_s)
        self.pool = ThreadPoolExecutor(self.policy.threads, thread_name_prefix="yahoo")
        self._here = threading.local()
        self._cookies_off_until = 0.0

    @contextmanager
    def recording(self, symbol: str, run: Run) -> Iterator[Transcript]:
        """Take what this thread asks for inside the block as asked for `symbol`."""
        self._here.transcript = Transcript(symbol, run)
        try:
            yield self._here.transcript
        finally:
            del self._here.transcript

    def close(self) -> None:
        """End the threads once they are idle, and close the connections."""
        self.pool.shutdown(wait=False, cancel_futures=True)
        super().close()

    def get(self, url: str, **kwargs: Any) -> Response:
        """Send a GET. Raises Undelivered for data that will not come, RequestException for cookies."""
        return self._ask("GET", url, **kwargs)

    def post(self, url: str, **kwargs: Any) -> Response:
        """Send a POST; otherwise as `get`."""
        return self._ask("POST", url, **kwargs)

    def _ask(self, method: Any, url: str, **kwargs: Any) -> Response:
        transcript: Transcript = self._here.transcript
        transcript.run.check()
        if not is_data(url):
            return self._ask_cookie(transcript, method, url, **kwargs)
        if transcript.failure is not None:
            raise transcript.failure
        kwargs["timeout"] = (self.policy.connect_s, self.policy.timeout_s)
        retrying = Retrying(
            stop=stop_after_attempt(self.policy.attempts),
            wait=self._wait_s,
            retry=retry_if_exception(self._worth_repeating),
            sleep=transcript.run.sleep,
            reraise=True,
        )
        try:
            response: Response = retrying(self._once, transcript, method, url, **kwargs)
        except Temporary as error:
            transcript.run.failed(str(error))
            unreachable = isinstance(error.__cause__, RequestException)
            transcript.failure = Undelivered(Missing("failure", str(error)), unreachable=unreachable)
            raise transcript.failure from error
        transcript.run.answered()
        return response

    def _ask_cookie(self, transcript: Transcript, method: Any, url: str, **kwargs: Any) -> Response:
        """Ask once for a cookie, a crumb or consent; after a failure, not again for a while."""
        if time.monotonic() < self._cookies_off_until:
            raise ConnectionError("Yahoo's cookie service did not answer a moment ago")
        kwargs["timeout"] = self.policy.cookie_timeout_s
        try:
            response = self.request(method, url, **kwargs)
        except RequestException:
            self._cookies_off_until = time.monotonic() + self.policy.cookie_pause_s
            raise
        transcript.run.reached = True
        if (
            is_data(response.url) and response.status_code == HTTPStatus.OK
        ):  # consent was given, and leads back to the data
            keep(transcript, method, response, None)
        return response

    def _once(self, transcript: Transcript, method: Any, url: str, **kwargs: Any) -> Response:
        run = transcript.run
        self._pacer.wait(run)
        run.check()
        try:
            response = self.request(method, url, **kwargs)
        except RequestException as error:
            other = f"the download from Yahoo failed (curl error {error.code})"
            detail = next((text for kind, text in REASONS if isinstance(error, kind)), other)
            raise Temporary(detail, final=isinstance(error, CertificateVerifyError)) from error
        run.reached = True
        if not is_data(response.url):
            return response  # a consent page: the client knows what to do
        if response.status_code in STALE and not transcript.refused:
            transcript.refused = True
            return response  # the client renews its cookies and asks once more
        transcript.refused = False
        self._judge(response)
        keep(transcript, method, response, kwargs.get("json"))
        return response

    def _judge(self, response: Response) -> None:
        """Raise Temporary or Undelivered unless the answer is JSON with status 200."""
        status = response.status_code
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            wait_s = retry_after_s(response.headers.get("Retry-After"))
            told = "" if wait_s is None else f" and asks to wait {wait_s:.0f} s"
            if wait_s is not None and wait_s <= self.policy.longest_wait_s:
                self._pacer.pause(wait_s)
            raise Temporary(f"Yahoo refuses more requests for now (429){told}", wait_s=wait_s)
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise Temporary(f"Yahoo answers with an error of its own ({status})")
        body = parse(response.content)
        if status == HTTPStatus.OK:
            if not isinstance(body, dict):
                raise Temporary(f"Yahoo's answer is damaged: {len(response.content)} bytes that are not JSON")
            return
        reason = description(body) or f"Yahoo refuses the request ({status})"
        if status == HTTPStatus.NOT_FOUND:
            raise Undelivered(Missing("symbol", reason))
        raise Undelivered(Missing("range" if status in EMPTY else "failure", reason))

    def _worth_repeating(self, error: BaseException) -> bool:
        return (
            isinstance(error, Temporary) and not error.final and (error.wait_s or 0) <= self.policy.longest_wait_s
        )

    def _wait_s(self, state: RetryCallState) -> float:
        """Return what Yahoo asks for, else an exponential back-off with jitter."""
        error = state.outcome.exception() if state.outcome else None
        if isinstance(error, Temporary) and error.wait_s is not None:
            return error.wait_s
        policy = self.policy
        return wait_exponential_jitter(
            multiplier=policy.first_wait_s, max=policy.longest_wait_s, jitter=policy.jitter_s
        )(state)


@cache
def shared_session() -> YahooSession:
    """Return the session of this process: the client keeps its cookies and crumb for the whole process, too."""
    return YahooSession()


def keep(transcript: Transcript, method: str, response: Response, payload: object) -> None:
    """Add the body of `response` to the transcript, with the request but for its crumb."""
    line = f"{method} {without_secrets(response.url)}"
    if payload is not None:
        line = f"{line} {json.dumps(payload)}"
    transcript.raw.append(Raw(transcript.symbol, line, "json", response.content))
