"""The sources there are: those of SLQ, by an explicit table, and those that installed packages add.

A package adds a source with an entry point in the group `slq.sources`: its name, and a function that takes a
`Context` and returns a `Source` of that name. It runs with all the rights of SLQ: install what you trust. Nothing
is imported before it is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib.metadata import EntryPoint, entry_points
from types import MappingProxyType

from tools.ingest.source import Source
from tools.kernel.errors import BadRequest, SourceUnavailable
from tools.kernel.spec import Context

GROUP = "slq.sources"
AUTO = "auto"


def _sample(ctx: Context) -> Source:  # noqa: ARG001  every factory takes a context
    from tools.ingest.sample import SampleSource

    return SampleSource()


def _closes(ctx: Context) -> Source:
    from tools.ingest.sample.closes import open_source

    return open_source(ctx)


def _yahoo(ctx: Context) -> Source:
    from tools.ingest.yahoo import open_source

    return open_source(ctx)


def _alpha_vantage(ctx: Context) -> Source:
    from tools.ingest.alpha_vantage import open_source

    return open_source(ctx)


def _files(ctx: Context) -> Source:
    from tools.ingest.files import open_source

    return open_source(ctx)


SOURCES: Mapping[str, Callable[[Context], Source]] = MappingProxyType(
    {
        "sample": _sample,
        "sample_skfolio": _closes,
        "yahoo": _yahoo,
        "alpha_vantage": _alpha_vantage,
        "files": _files,
    }
)

LOCAL = frozenset({"sample", "sample_skfolio", "files"})
"""The sources that read this machine only. Where a plugin reads from is not known, so none is among them."""


def find_source(name: str, ctx: Context) -> Source:
    """Return the source called `name`.

    Raises:
        BadRequest: there is none, or the installed plugins clash.
        SourceUnavailable: it cannot be used here: its package does not load, it needs a key.
    """
    plugins = _plugins()
    if name in SOURCES:
        return SOURCES[name](ctx)
    if name not in plugins:
        raise BadRequest(
            f"There is no source called {name!r}.", hint=f"Choose from {', '.join((AUTO, *SOURCES, *plugins))}."
        )
    return _load(plugins[name], ctx)


def source_names() -> tuple[str, ...]:
    """Return the names of all sources, those of plugins last. Raises BadRequest where plugins clash."""
    return (*SOURCES, *_plugins())


def _plugins() -> dict[str, EntryPoint]:
    """Return the sources of installed packages by name. Raises BadRequest where one takes a name that is taken."""
    found: dict[str, EntryPoint] = {}
    for entry in entry_points(group=GROUP):
        if entry.name in SOURCES or entry.name == AUTO or entry.name in found:
            raise BadRequest(
                f"The package {_package(entry)} adds a source called {entry.name!r}, which exists already.",
                hint=f"Uninstall {_package(entry)}, or have it use another name.",
            )
        found[entry.name] = entry
    return found


def _load(entry: EntryPoint, ctx: Context) -> Source:
    try:
        factory = entry.load()
    except (ImportError, AttributeError) as error:
        raise SourceUnavailable(
            f"The source {entry.name!r} of the package {_package(entry)} does not load: {error}.",
            hint=f"Install {_package(entry)} again, or name another source.",
        ) from error
    source: Source = factory(ctx)
    if source.name != entry.name:
        raise SourceUnavailable(
            f"The source {entry.name!r} of the package {_package(entry)} calls itself {source.name!r}.",
            hint="Its name has to be that of its entry point: it is stored with every row.",
        )
    return source


def _package(entry: EntryPoint) -> str:
    return entry.dist.name if entry.dist is not None else entry.value
