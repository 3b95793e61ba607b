"""One SELECT, nothing else: the fences of `query_data`."""

from __future__ import annotations

import pytest
from lake_frames import NO_ACTIONS, make_bars

from tools.kernel.errors import BadRequest, NoData
from tools.kernel.paths import Workspace
from tools.lake.engine import CATALOG
from tools.lake.store import open_lake
from tools.lake.tool import QUERY_DATA, QueryArgs


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    workspace = Workspace(tmp_path_factory.mktemp("query"))
    with open_lake(workspace) as lake:
        lake.write_bars(make_bars("AAPL", 30), NO_ACTIONS, message="x")
        lake.write_bars(make_bars("AAPL", 40), NO_ACTIONS, message="y")
    return workspace


def ask(workspace, sql, **limits):
    with open_lake(workspace) as lake:
        return lake.query(sql, **limits)


@pytest.mark.parametrize(
    ("sql", "rows"),
    [
        ("select count(*) from bars", ((40,),)),
        ("SELECT symbol, rows FROM symbols; -- the end", (("AAPL", 40),)),
        ("with t as (select close from bars) select count(*) from t", ((40,),)),
        ("from bars select min(ts)", (("2020-01-01T00:00:00",),)),
        ("select count(*) from actions", ((0,),)),
        ("select range from range(2)", ((0,), (1,))),
        ("values (1, 'a', true, null)", ((1, "a", True, None),)),
        (
            "select 1.5::decimal(9, 2), 'nan'::double, date '2020-02-03', 2::hugeint ** 1",
            ((1.5, None, "2020-02-03", 2.0),),
        ),
        ("select 'inf'::double, 9007199254740993, [1, 2]", (("inf", "9007199254740993", "[1, 2]"),)),
    ],
)
def test_selects(filled, sql, rows):
    assert ask(filled, sql)[1] == rows


@pytest.mark.parametrize(
    "sql",
    [
        "",
        "  ;  ",
        "selec 1",
        "select nothing from bars",
        "select 1; select 2",
        "insert into lake.bars values ('A', '1d', now(), 1, 1, 1, 1, 1, 'x')",
        "update lake.bars set close = 1",
        "delete from lake.bars",
        "select * from lake.bars",
        "select * from lake.main.bars",
        "select count(*) from bars at (version => 2)",
        "drop table lake.bars",
        "create table t (i int)",
        "create or replace view bars as select 1",
        "copy bars to '/tmp/out.csv'",
        "copy (select 1) to 'out.parquet'",
        "attach '/tmp/other.db'",
        "detach lake",
        "use lake",
        "pragma version",
        "set threads = 1",
        "reset threads",
        "load httpfs",
        "install httpfs",
        "call ducklake_expire_snapshots('lake', older_than => now())",
        "explain analyze select 1",
        "checkpoint",
        "export database '/tmp/x'",
        "select * from read_csv('/etc/passwd')",
        "select * from read_text('/etc/passwd')",
        "select * from '/etc/passwd'",
        "select * from glob('/*')",
        "select (select content from read_text('/etc/passwd'))",
        "with bars as (from read_blob('/etc/passwd')) from bars",
        "select * from query('select 1')",
        "select * from query_table('bars')",
        "select * from ducklake_delete_orphaned_files('lake', cleanup_all => true)",
        "from lake.snapshots()",
        "from duckdb_settings()",
        "select * from duckdb_secrets()",
        "select * from __ducklake_metadata_lake.ducklake_table",
        "select * from information_schema.tables",
        "select * from filled",
        "select " + "(" * 50_000 + "1" + ")" * 50_000,
        "select " + "+".join(["1"] * 3000),
    ],
)
def test_everything_else_is_a_bad_request_in_one_line(filled, sql):
    with pytest.raises(BadRequest) as refused:
        ask(filled, sql)
    assert refused.value.message
    assert "\n" not in refused.value.message
    assert refused.value.hint


def test_files_stay_out_of_reach_without_the_first_fence(filled, monkeypatch):
    """The configuration alone holds: the check of the syntax tree is switched off."""
    monkeypatch.setattr("tools.lake.query.check", lambda conn, sql: None)
    outside = filled.root / "secret.csv"
    outside.write_text("a\n1\n")
    for sql in (
        f"select * from read_csv('{outside}')",
        f"select * from '{outside}'",
        f"select * from glob('{filled.root}/*')",
        f"select * from read_text('{filled.lake}/../../secret.csv')",
        "select * from outside",
        "select * from ducklake_expire_snapshots('lake', older_than => now())",
        "select * from ducklake_delete_orphaned_files('lake', cleanup_all => true)",
    ):
        with pytest.raises(BadRequest):
            ask(filled, sql)
    assert ask(filled, "select count(*) from bars")[1] == ((40,),)


def test_rows_are_limited(filled):
    columns, rows, truncated = ask(filled, "select ts from bars order by ts desc", row_limit=3)
    assert (columns, len(rows), truncated) == (("ts",), 3, True)
    assert rows[0] == ("2020-02-09T00:00:00",)
    assert ask(filled, "select 1", row_limit=1)[2] is False


def test_time_is_limited(filled):
    with pytest.raises(BadRequest, match=r"stopped after 0\.3 seconds"):
        ask(
            filled,
            "select count(*) from range(10000000000) a, range(1000) b where a.range * b.range % 7 = 3",
            timeout_seconds=0.3,
        )
    assert ask(filled, "select 1")[1] == ((1,),)


def test_tool(filled, context, workspace):
    with pytest.raises(NoData, match="lake is empty"):
        QUERY_DATA.run(context, QueryArgs(sql="select 1"))
    assert not (workspace.lake / CATALOG).exists()
    with open_lake(workspace) as lake:
        lake.write_bars(make_bars("AAPL", 1500), NO_ACTIONS, message="x")
    result = QUERY_DATA.run(context, QueryArgs(sql="select * from bars"))
    assert (result.row_count, result.truncated, result.data_snapshot) == (1000, True, 2)
