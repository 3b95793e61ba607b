"""The yfinance client, set up for unattended use, and its failures as `Undelivered`.

yfinance keeps one connection state, caches and options for the whole process, so it is set up once: failures are
raised instead of logged, its logger is silent, and its caches are in the workspace of the first source opened. Its
cookies are pickled; an old cookie file is removed unread, since unpickling a file runs what it says.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TypeVar

import peewee
import yfinance
from curl_cffi.requests.exceptions import RequestException
from yfinance.cache import get_cookie_cache, get_tz_cache
from yfinance.data import YfData
from yfinance.exceptions import YFException, YFPricesMissingError, YFTzMissingError

from tools.ingest.source import Missing
from tools.ingest.yahoo.pace import Undelivered
from tools.ingest.yahoo.session import YahooSession
from tools.kernel.paths import unwritable

T = TypeVar("T")

UNREADABLE = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""What parsing an answer of another shape than expected ends in: yfinance looks fields up without checks."""


@cache
def set_up(folder: Path) -> None:
    """Point yfinance at `folder` and make it quiet and strict. Raises WorkspaceError if it cannot be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for pickled in folder.glob("cookies.db*"):
            pickled.unlink(missing_ok=True)
    except OSError as error:
        raise unwritable(folder, error) from error
    yfinance.set_tz_cache_location(str(folder))
    yfinance.config.debug.hide_exceptions = False
    logging.getLogger("yfinance").setLevel(logging.CRITICAL + 1)
    warnings.filterwarnings("ignore", module="yfinance")  # about pandas, for its authors; it turns them on itself
    get_tz_cache().lookup("")  # opens the files here, before threads could race to
    get_cookie_cache().lookup("")


def forget_answers() -> None:
    """Drop the answers yfinance remembers: a second download must see what Yahoo says now."""
    YfData.cache_get.cache_clear()


def ticker(symbol: str, session: YahooSession) -> yfinance.Ticker:
    """Return the client's view of `symbol`."""
    return yfinance.Ticker(symbol, session=session)


def ask(call: Callable[[], T]) -> T:
    """Return what `call` of the client returns. Raises Undelivered for every way it is known to fail."""
    try:
        return call()
    except YFTzMissingError as error:
        raise Undelivered(Missing("symbol", "Yahoo does not know this symbol")) from error
    except YFPricesMissingError as error:
        raise Undelivered(Missing("range", error.yahoo_reason or "Yahoo has no prices there")) from error
    except (YFException, RequestException) as error:
        raise Undelivered(Missing("failure", one_line(error))) from error
    except peewee.PeeweeException as error:
        detail = f"the cache of the Yahoo client cannot be used: {one_line(error)}"
        raise Undelivered(Missing("failure", detail)) from error
    except UNREADABLE as error:
        detail = f"Yahoo's answer has an unexpected shape: {type(error).__name__} {one_line(error)}"
        raise Undelivered(Missing("failure", detail)) from error


def one_line(error: Exception) -> str:
    """Return the message of `error` on one line of bounded length."""
    return " ".join(str(error).split())[:200]
