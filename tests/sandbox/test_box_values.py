"""What goes in arrives, what comes out is what was computed, and a mistake is told in words with its line."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.answer import pack, script_answer
from sandbox.check import script_value, unpack
from sandbox.errors import Crashed, Rejected, SandboxFailure
from sandbox.limits import Limits
from sandbox.run import Sandbox
from sandbox.wire import Job, read, write


@pytest.fixture(scope="module")
def box() -> Iterator[Sandbox]:
    with Sandbox(policy=False) as made:
        yield made


def bars(rows: int = 60, symbols: int = 3) -> dict[str, pd.DataFrame]:
    rng = np.random.default_rng(7)
    index = pd.date_range("2020-01-01", periods=rows, freq="h", name="ts").tz_localize(None)
    columns = pd.Index([f"S{i}" for i in range(symbols)], name="symbol")
    close = pd.DataFrame(100 * np.exp(rng.normal(0, 0.01, (rows, symbols)).cumsum(axis=0)), index, columns)
    close.iloc[3, 0] = np.nan
    return {"open": close.shift(), "high": close * 1.01, "low": close * 0.99, "close": close, "volume": close * 1e4}


def there(frame: pd.DataFrame | pd.Series) -> pd.DataFrame | pd.Series:
    file = io.BytesIO()
    write(Job("script", "", {"x": frame}, Limits()), file)
    return read(bytearray(file.getvalue())).inputs["x"]


def back(value: object) -> object:
    return script_value(unpack(b"".join(pack(script_answer(value)))))


def test_a_feature_is_what_pandas_computes(box: Sandbox) -> None:
    data = bars()
    source = (
        "def feature(bars):\n    r = bars['close'].pct_change()\n    return r.rolling(5).mean() / bars['open']\n"
    )
    names: dict[str, object] = {}
    exec(source, names)
    outcome = box.feature(source, data)
    pd.testing.assert_frame_equal(outcome.value, names["feature"](data))
    assert outcome.value.columns.name == "symbol"
    assert outcome.peak_bytes > 1 << 20
    assert 0 < outcome.cpu_seconds < outcome.wall_seconds + 1
    assert [layer.name for layer in outcome.layers] == ["policy", "process", "limits", "files", "system calls"]


def test_the_index_comes_with_the_bars(box: Sandbox) -> None:
    data = bars()
    market = data["close"].mean(axis=1).rename("market")
    source = "def feature(bars):\n    return bars['close'].rsub(bars['market'], axis=0)\n"
    value = box.feature(source, {**data, "market": market}).value
    pd.testing.assert_frame_equal(value, data["close"].rsub(market, axis=0))


def test_a_child_cannot_change_its_callers_bars(box: Sandbox) -> None:
    data = bars()
    kept = data["close"].copy()
    source = "def feature(bars):\n    bars['close'].iloc[:] = 0.0\n    return bars['close']"
    assert (box.feature(source, data).value == 0).all(axis=None)
    pd.testing.assert_frame_equal(data["close"], kept)


def test_truth_values_are_numbers(box: Sandbox) -> None:
    value = box.feature("def feature(bars):\n    return bars['close'] > bars['open']", bars()).value
    assert set(np.unique(value)) == {0.0, 1.0}
    assert value.dtypes.eq("float64").all()


def test_one_symbol_may_be_a_series(box: Sandbox) -> None:
    data = bars(symbols=1)
    value = box.feature("def feature(bars):\n    return bars['close']['S0'] * 2", data).value
    pd.testing.assert_frame_equal(value, data["close"] * 2)


MISTAKES = {
    "no function": ("feature = 1", "did not define", 0),
    "nothing": ("def feature(bars):\n    pass", "not NoneType", 0),
    "an array": ("def feature(bars):\n    return bars['close'].to_numpy()", "not ndarray", 0),
    "fewer rows": ("def feature(bars):\n    return bars['close'].dropna()", "59 rows x 3 columns; close has 60", 0),
    "other labels": ("def feature(bars):\n    return bars['close'].reset_index(drop=True)", "other labels", 0),
    "other columns": ("def feature(bars):\n    return bars['close'].iloc[:, ::-1]", "other labels", 0),
    "text": ("def feature(bars):\n    return bars['close'].astype(str)", "must be numbers", 0),
    "objects": ("def feature(bars):\n    return bars['close'].astype(object)", "object in column S0", 0),
    "infinity": ("def feature(bars):\n    return bars['close'] / 0", "first for S0 at 2020-01-01 00:00:00", 0),
    "a missing field": ("def feature(bars):\n    x = 1\n    return bars['vwap']", "KeyError: no 'vwap' here", 3),
    "an exception": ("\n\ndef feature(bars):\n    return 1 / 0", "ZeroDivisionError: division by zero", 4),
    "an exception at the top": ("\nimport math\nmath.sqrt(-1)", "ValueError: math domain error", 3),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_told_with_its_line(box: Sandbox, name: str) -> None:
    source, words, line = MISTAKES[name]
    with pytest.raises(Crashed) as crashed:
        box.feature(source, bars())
    assert words in crashed.value.message
    assert crashed.value.line == line


def test_a_syntax_error_has_a_place(box: Sandbox) -> None:
    with pytest.raises(Rejected) as rejected:
        box.script("x = 1\nx = = 2", {})
    assert (rejected.value.line, rejected.value.column) == (2, 5)


@pytest.mark.parametrize("value", ["True", "3", "-2**63", "2.5", "np.float32(0.5)", "np.int8(3)", "float('nan')"])
def test_numbers_come_back(box: Sandbox, value: str) -> None:
    wanted = eval(value, {"np": np})
    found = box.script(f"result = {value}", {}).value
    assert found == pytest.approx(wanted, nan_ok=True)
    assert isinstance(found, (bool, int, float))


@pytest.mark.parametrize("source", ["x = 1", "result = 'text'", "result = 2**63", "result = None", "result = [1]"])
def test_what_is_no_result_is_refused(box: Sandbox, source: str) -> None:
    with pytest.raises(Crashed, match="`result`"):
        box.script(source, {})


def test_a_table_comes_back(box: Sandbox) -> None:
    frame = pd.DataFrame(
        {
            "name": ["Ä", None, ""],
            "group": pd.Categorical(["a", "b", "a"]),
            "price": [1.5, np.nan, np.inf],
            "whole": np.array([1, 2, -3], dtype="int32"),
            "yes": [True, False, True],
            "when": pd.to_datetime(["2020-01-01 00:00", None, "2021-06-01 12:30"]),
            "aware": pd.date_range("2020-01-01", periods=3, tz="America/New_York"),
        },
        index=pd.Index([10, 20, 30], name="id"),
    )
    value = box.script("result = t", {"t": frame}).value
    assert isinstance(value, pd.DataFrame)
    assert value.index.tolist() == [10, 20, 30]
    assert value.index.name == "id"
    assert value["name"].isna().tolist() == [False, True, False]
    assert value["name"].tolist()[::2] == ["Ä", ""]
    assert value["group"].tolist() == ["a", "b", "a"]
    assert value["price"].tolist()[::2] == [1.5, np.inf]
    assert value["whole"].dtype == "int64"
    assert value["yes"].dtype == "bool"
    pd.testing.assert_series_equal(value["when"], frame["when"], check_index=False)
    assert (value["aware"].to_numpy() == frame["aware"].dt.tz_convert("UTC").to_numpy()).all()
    assert str(value["aware"].dt.tz) == "UTC"


def test_groups_of_frames_and_levels_of_labels(box: Sandbox) -> None:
    data = bars(rows=48)
    source = (
        "stacked = bars['close'].stack()\n"
        "result = stacked.groupby([pd.Grouper(level=0, freq='D'), 'symbol']).mean().rename('mean')"
    )
    value = box.script(source, {"bars": data}).value
    assert isinstance(value, pd.DataFrame)
    assert value.index.names == ["ts", "symbol"]
    assert value.loc[(pd.Timestamp("2020-01-01"), "S1"), "mean"] == pytest.approx(data["close"]["S1"][:24].mean())


def test_a_figure_comes_back(box: Sandbox) -> None:
    source = (
        "c = bars['close']\n"
        "result = {'data': [{'type': 'scatter', 'x': c.index, 'y': c['S0']}], 'layout': {'title': {'text': 'S0'}}}"
    )
    figure = box.script(source, {"bars": bars()}).value
    assert isinstance(figure, dict)
    trace = figure["data"][0]
    assert trace["x"][0] == "2020-01-01T00:00:00"
    assert trace["y"][3] is None
    assert figure["layout"] == {"title": {"text": "S0"}}


@pytest.mark.parametrize(
    "figure",
    [
        "{}",
        "{'data': 1}",
        "{'data': [], 'layout': []}",
        "{'data': [], 'config': {}}",
        "{'data': [{'x': object()}]}",
    ],
)
def test_what_is_no_figure_is_refused(box: Sandbox, figure: str) -> None:
    with pytest.raises(Crashed, match="figure"):
        box.script(f"result = {figure}", {})


@pytest.mark.parametrize("source", ["result = pd.DataFrame()", "result = pd.DataFrame({'a': [object()]})",
                                    "result = pd.DataFrame(np.zeros((1, 1001)))",
                                    "result = pd.DataFrame({('a', 'b'): [1]})",
                                    "result = pd.DataFrame({'a': pd.to_timedelta([1])})"])  # fmt: skip
def test_what_is_no_table_is_refused(box: Sandbox, source: str) -> None:
    with pytest.raises(Crashed, match="result"):
        box.script(source, {})


def test_a_frame_that_cannot_travel_is_the_callers_error(box: Sandbox) -> None:
    with pytest.raises(ValueError, match="convert"):
        box.script("result = 1", {"x": pd.DataFrame({"a": [1, "b", object()]})})


FRAMES = {
    "empty": pd.DataFrame(),
    "no rows": pd.DataFrame({"a": np.zeros(0)}),
    "no columns": pd.DataFrame(index=pd.date_range("2020", periods=3)),
    "numbers": pd.DataFrame(np.arange(6.0).reshape(3, 2)),
    "whole numbers": pd.DataFrame({"a": [1, 2]}),
    "zones": pd.DataFrame({"a": [1.0]}, index=pd.date_range("2020", periods=1, tz="Europe/Paris", name="t")),
    "nanoseconds": pd.DataFrame({"a": [1.0]}, index=pd.DatetimeIndex(["2020-01-01"]).as_unit("ns")),
    "levels": pd.DataFrame({"a": [1.0]}, index=pd.MultiIndex.from_tuples([("x", 1)], names=["l", None])),
    "a level of columns": pd.DataFrame([[1.0]], columns=pd.Index([3], name="n")),
    "missing labels": pd.DataFrame({"a": [1.0, 2.0]}, index=pd.Index(["x", None])),
    "dates": pd.DataFrame({"d": [dt.date(2020, 1, 1)]}),
    "text": pd.DataFrame({"s": ["a", None]}, index=pd.Index(["k", "l"], name="key")),
}


@pytest.mark.parametrize("name", FRAMES)
def test_a_frame_arrives_as_it_was(name: str) -> None:
    pd.testing.assert_frame_equal(there(FRAMES[name]), FRAMES[name], check_freq=False)


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 5),
    st.integers(1, 4),
    st.sampled_from(["C", "F", "strided"]),
    st.lists(st.floats(allow_nan=True), min_size=40, max_size=40),
)
def test_a_matrix_arrives_however_it_lies(rows: int, columns: int, order: str, numbers: list[float]) -> None:
    flat = np.array(numbers)
    values = flat[: rows * columns].reshape(rows, columns)
    if order == "F":
        values = np.asfortranarray(values)
    if order == "strided":
        values = flat[: 2 * rows * columns].reshape(2 * rows, columns)[::2]
    frame = pd.DataFrame(values, columns=[f"c{i}" for i in range(columns)], copy=False)
    pd.testing.assert_frame_equal(there(frame), frame)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.one_of(st.none(), st.text(st.characters(exclude_categories=["Cs"]))), min_size=1, max_size=8),
    st.data(),
)
def test_text_and_numbers_come_back(texts: list[str | None], data: st.DataObject) -> None:
    floats = data.draw(st.lists(st.floats(), min_size=len(texts), max_size=len(texts)))
    frame = pd.DataFrame({"t": pd.Series(texts, dtype="str"), "f": floats})
    found = back(frame)
    pd.testing.assert_frame_equal(found, frame)


def test_every_failure_has_one_base(box: Sandbox) -> None:
    with pytest.raises(SandboxFailure):
        box.script("raise KeyboardInterrupt", {})
