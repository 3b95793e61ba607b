"""Sources by name: those of SLQ and those of plugins, which may add but never replace."""

from __future__ import annotations

from importlib.metadata import EntryPoint

import pytest
from ingest_sources import Scripted

from tools.ingest import registry
from tools.ingest.registry import SOURCES, find_source, source_names
from tools.kernel.errors import BadRequest, SourceUnavailable


def open_source(ctx):
    return Scripted("mine")


@pytest.fixture
def plugins(monkeypatch):
    def install(*names, value=f"{__name__}:open_source"):
        found = [EntryPoint(name, value, registry.GROUP) for name in names]
        monkeypatch.setattr(registry, "entry_points", lambda group: found)

    return install


def test_every_source_of_slq_has_the_name_it_goes_by(context):
    assert SOURCES.keys() >= {"sample", "yahoo", "alpha_vantage", "files"}
    for name in SOURCES.keys() - {"alpha_vantage"}:
        assert find_source(name, context).name == name
    with pytest.raises(SourceUnavailable, match="needs a key"):
        find_source("alpha_vantage", context)


def test_a_plugin_adds_a_source(context, plugins, monkeypatch):
    plugins("mine")
    monkeypatch.setattr(EntryPoint, "load", lambda entry: open_source)
    assert find_source("mine", context).name == "mine"
    assert source_names()[-1] == "mine"
    with pytest.raises(BadRequest) as unknown:
        find_source("yours", context)
    assert unknown.value.hint.endswith("files, mine.")


@pytest.mark.parametrize("names", [("yahoo",), ("auto",), ("mine", "mine")])
def test_a_name_that_is_taken_is_refused(context, plugins, names):
    plugins(*names)
    with pytest.raises(BadRequest, match="exists already") as clash:
        find_source("sample", context)
    assert "Uninstall" in clash.value.hint


def test_a_plugin_that_does_not_load_or_lies_about_its_name(context, plugins, monkeypatch):
    plugins("mine", value="no_such_package_of_ours:open_source")
    with pytest.raises(SourceUnavailable, match="does not load"):
        find_source("mine", context)
    plugins("other")
    monkeypatch.setattr(EntryPoint, "load", lambda entry: open_source)
    with pytest.raises(SourceUnavailable, match="calls itself 'mine'"):
        find_source("other", context)
