"""What can be told from an address and a body of Yahoo, without asking. Pure functions."""

from __future__ import annotations

import json
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

DATA_PATHS = ("/v8/finance/", "/v10/finance/", "/v7/finance/", "/ws/fundamentals-timeseries/", "/xhr/ncp")
SECRET_PARAMS = frozenset({"crumb"})


def is_data(url: str) -> bool:
    """Tell a request for data from one for cookies, a crumb or consent."""
    return urlsplit(url).path.startswith(DATA_PATHS)


def without_secrets(url: str) -> str:
    """Return `url` without the crumb, which belongs to the user's session."""
    parts = urlsplit(url)
    query = [pair for pair in parse_qsl(parts.query) if pair[0] not in SECRET_PARAMS]
    return urlunsplit(parts._replace(query=urlencode(query, safe=",")))


def parse(body: bytes) -> object:
    """Return the JSON value of `body`, None where it is none."""
    try:
        return json.loads(body)
    except ValueError:
        return None


def description(body: object) -> str:
    """Return what Yahoo says in an error body: {"chart": {"error": {"description": ...}}} and its siblings."""
    if not isinstance(body, dict):
        return ""
    for part in body.values():
        error = part.get("error") if isinstance(part, dict) else None
        if isinstance(error, dict) and error.get("description"):
            return " ".join(str(error["description"]).split())[:300]
    return ""
