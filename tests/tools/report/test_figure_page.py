"""The page of a figure that generated code drew: nothing in it escapes, and what is no figure is refused."""

from __future__ import annotations

import html
import json
import re
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.kernel.errors import SandboxError
from tools.report.figure_page import figure_page
from tools.report.figures import plotly_js

CODE = 'result = {"data": [{"type": "bar"}]}\n'
EVIL = (
    "</script><script>alert(1)</script>",
    "<!-- <script>",
    '<a href="javascript:alert(1)">x</a>',
    '<A HREF="https://evil.test/?q">x</A>',
    "<img src=x onerror=alert(1)>",
    "<b onclick=alert(1)>x</b>",
    "<b\tstyle=x>",
    "]]></script>",
    "\u2028\u2029\u202e\x1b[31m",
    "\ud800",
    "{{ 7 * 7 }}",
)


def bar(**layout: Any) -> dict[str, Any]:
    return {"data": [{"type": "bar", "x": ["Mon", "Tue"], "y": [0.1, -0.2]}], "layout": layout}


def own(page: str) -> str:
    return page.replace(plotly_js(), "")


class Tags(HTMLParser):
    """Every tag of a page with its attributes, as a browser sees them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def figure_of(page: str) -> dict[str, Any]:
    found = re.search(r'id="fig-figure-data">(.*?)</script>', own(page), re.DOTALL)
    assert found is not None
    made: dict[str, Any] = json.loads(found[1])
    return made


def shape(page: str) -> list[str]:
    return [tag for tag, _ in Tags(own(page)).found]


def everywhere(text: str) -> dict[str, Any]:
    """Return a figure that holds `text` wherever a figure may hold a text."""
    trace = {"type": "bar", "x": ["Mon", text], "y": [0.1, -0.2], "name": text, "text": [text, text]}
    trace |= {"hovertext": text, "hovertemplate": text, "texttemplate": text, "customdata": [text, {"a": text}]}
    layout = {"title": {"text": text}, "xaxis": {"title": {"text": text}, "ticksuffix": text}}
    layout |= {"annotations": [{"text": text, "hovertext": text}], "legend": {"title": {"text": text}}}
    return {"data": [trace, {"type": "pie", "labels": [text], "values": [1]}], "layout": layout}


PLAIN_SHAPE = shape(figure_page(everywhere("plain"), CODE))


@pytest.mark.parametrize("evil", EVIL)
def test_text_of_the_figure_or_the_code_never_leaves_its_place(evil: str) -> None:
    page = figure_page(everywhere(evil), f"x = {evil!r}\n{evil}\n")
    page.encode()
    assert shape(page) == PLAIN_SHAPE
    assert not any(name.startswith("on") for _, attributes in Tags(own(page)).found for name in attributes)
    figure_of(page)


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet=st.sampled_from(list("<>&;/!-\"'%{}$\\abscriptAhref=: \n\u202e")), max_size=60))
def test_no_text_changes_the_page(text: str) -> None:
    assert shape(figure_page(everywhere(text), text)) == PLAIN_SHAPE


@pytest.mark.parametrize("evil", EVIL)
def test_no_text_in_the_figure_is_a_link_or_has_an_attribute(evil: str) -> None:
    texts = json.dumps(figure_of(figure_page(everywhere(evil), CODE)), ensure_ascii=False)
    for tag in re.findall(r"<[^>]*>?", texts):
        assert re.fullmatch(r"</?(b|i|u|s|em|sub|sup|br) ?/?>", tag, re.IGNORECASE)


def test_bold_stays_bold_and_the_title_is_the_heading() -> None:
    page = figure_page(bar(title={"text": "<b>Gap</b> of AT&T < 1"}, xaxis={"title": {"text": "<b>Day</b>"}}), CODE)
    assert "<h1>Gap of AT&amp;T &lt; 1</h1>" in page
    assert figure_of(page)["layout"]["xaxis"]["title"]["text"] == "<b>Day</b>"


def test_the_policy_and_the_code_are_on_the_page() -> None:
    page = own(figure_page(bar(), CODE))
    assert "default-src 'none'; script-src 'sha256-" in page
    assert "unsafe-inline'; img-src" in page
    assert "script-src 'unsafe-inline'" not in page
    code = re.search(r'<pre class="source"><code>(.*?)</code>', page, re.DOTALL)
    assert code is not None
    assert html.unescape(code[1]) == CODE.strip()


def test_the_same_figure_gives_the_same_bytes() -> None:
    assert figure_page(bar(), CODE) == figure_page(bar(), CODE)


def test_what_would_fetch_or_fill_the_screen_is_taken_out() -> None:
    layout = figure_of(
        figure_page(
            bar(images=[{"source": "https://evil.test/x.png"}], width=1e6, height=10**400, paper_bgcolor="white"),
            CODE,
        )
    )["layout"]
    assert "images" not in layout
    assert "width" not in layout
    assert "paper_bgcolor" not in layout
    assert layout["height"] == 1600


@pytest.mark.parametrize(
    ("figure", "words"),
    [
        ({"data": []}, "draws nothing"),
        ({"x": 1}, "draws nothing"),
        ({"data": ["bar"]}, "draws nothing"),
        ({"data": [{"type": "bar"}], "layout": 3}, "layout is not a dict"),
        ({"data": [{"type": "bar", "foo": 2}]}, "bar has no field 'foo'"),
        ({"data": [{"type": "bar", "x": 5}]}, "x of bar cannot be 5"),
        (bar(title={"txt": "x"}), "layout.title has no field 'txt'"),
        (bar(height="tall"), "height of layout cannot be 'tall'"),
        ({"data": [{"type": "choropleth"}]}, "draws no choropleth"),
        ({"data": [{"type": "scattergl"}]}, "draws no scattergl"),
        ({"data": [{"type": {}}]}, "draws no"),
        ({"data": [{"type": "bar", "__proto__": {"x": 1}}]}, "a name that no figure has"),
        ({"data": [{"type": "bar", "customdata": [{"constructor": 1}]}]}, "a name that no figure has"),
        ({"data": [{"type": "bar", "x": [object()]}]}, "not a JSON value"),
    ],
)
def test_what_is_no_figure_is_refused_in_a_line(figure: dict[str, Any], words: str) -> None:
    with pytest.raises(SandboxError, match=re.escape(words)) as caught:
        figure_page(figure, CODE)
    assert "\n" not in caught.value.message
    assert len(caught.value.message) < 250
    assert caught.value.hint


def test_a_bottomless_figure_is_refused() -> None:
    deep: Any = 1
    for _ in range(200):
        deep = [deep]
    with pytest.raises(SandboxError, match="nested too deeply"):
        figure_page({"data": [{"type": "bar", "customdata": deep}]}, CODE)


def test_a_figure_too_big_for_a_page_is_refused() -> None:
    with pytest.raises(SandboxError, match="too big"):
        figure_page({"data": [{"type": "scatter", "text": "x" * 17_000_000}]}, CODE)
