"""The `pd` of generated code."""

from __future__ import annotations

import pandas as pd

from sandbox import allow_pandas as allowed
from sandbox.facade import Facade
from sandbox.rules import Callback, Dated, limited

_FRAME_RULE = limited(5, "data index columns dtype copy", dtype_at=3)
_SERIES_RULE = limited(4, "data index dtype name copy", dtype_at=2)
_INDEX_RULE = limited(2, "data dtype copy name tupleize_cols", dtype_at=1)
_MULTI_RULE = limited(1, "arrays tuples iterables names")


def _types() -> dict[str, object]:
    frame_names = {
        "from_dict": limited(2, "data orient dtype columns").bind(pd.DataFrame.from_dict, "from_dict"),
        "from_records": limited(1, "data columns index").bind(pd.DataFrame.from_records, "from_records"),
    }
    multi_names = {
        name: _MULTI_RULE.bind(getattr(pd.MultiIndex, name), name)
        for name in ("from_arrays", "from_tuples", "from_product")
    }
    return {
        "DataFrame": Facade("pd.DataFrame", frame_names, _FRAME_RULE.bind(pd.DataFrame, "DataFrame"), pd.DataFrame),
        "Series": Facade("pd.Series", call=_SERIES_RULE.bind(pd.Series, "Series"), kind=pd.Series),
        "Index": Facade("pd.Index", call=_INDEX_RULE.bind(pd.Index, "Index"), kind=pd.Index),
        "MultiIndex": Facade("pd.MultiIndex", multi_names, kind=pd.MultiIndex),
    }


def pandas_facade() -> Facade:
    """Return what `import pandas as pd` gives."""
    names: dict[str, object] = {name: getattr(pd, name) for name in allowed.FUNCTIONS}
    names |= {name: Dated().bind(getattr(pd, name), name) for name in allowed.DATED_FUNCTIONS}
    for name in allowed.DATED_TYPES:
        kind = getattr(pd, name)
        names[name] = Facade(f"pd.{name}", call=Dated().bind(kind, name), kind=kind)
    offsets = {name: limited(1, "n weekday").bind(getattr(pd.offsets, name), name) for name in allowed.OFFSETS}
    names |= _types()
    names["offsets"] = Facade("pd.offsets", offsets)
    names["pivot_table"] = Callback(positional=4, parameters=("aggfunc",), place=4).bind(
        pd.pivot_table, "pivot_table"
    )
    names |= {"NaT": pd.NaT, "NA": pd.NA}
    return Facade("pd", names)
