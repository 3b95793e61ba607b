"""What generated code may not write, and the sentence that says what to write instead. Data only."""

from __future__ import annotations

import ast

_FILES = (
    "files cannot be read or written here; the data is in the inputs, and the result is the value you give back"
)
_CLOCK = "the clock cannot be read, because results must repeat; use the dates in the data"
_RANDOM = "random numbers are not available, because results must repeat"
_INSPECT = "looking inside Python is not possible here; use the values directly"
_CODE = "text cannot be run as code here; write the expression itself"
_DRAW = "drawing is not possible here; give back the numbers, or a Plotly figure as a dictionary"
_SYSTEM = "only pandas, numpy and math can be imported; nothing of the system or the network is here"
_UNSAFE = "raw memory cannot be reached here; use ordinary array operations"

NODES: dict[type[ast.AST], str] = {
    ast.ClassDef: "classes cannot be defined here; write a function",
    ast.Global: "`global` is not available; return the value from the function instead",
    ast.Nonlocal: "`nonlocal` is not available; return the value from the function instead",
    ast.With: "`with` is not available; there is nothing to open or close here",
    ast.AsyncWith: "`async` is not available; write an ordinary function",
    ast.AsyncFor: "`async` is not available; write an ordinary loop",
    ast.AsyncFunctionDef: "`async` is not available; write an ordinary function",
    ast.Await: "`await` is not available; call the function directly",
    ast.Yield: "`yield` is not available; build a list and return it",
    ast.YieldFrom: "`yield` is not available; build a list and return it",
    ast.Match: "`match` is not available; write `if` and `elif`",
    ast.TryStar: "`except*` is not available; write `except ValueError:`",
}

NAMES: dict[str, str] = {
    **dict.fromkeys(("open", "file"), _FILES),
    **dict.fromkeys(("exec", "eval", "compile"), _CODE),
    **dict.fromkeys(
        ("getattr", "setattr", "delattr", "hasattr", "globals", "locals", "vars", "dir", "type", "object", "super"),
        _INSPECT,
    ),
    **dict.fromkeys(
        ("id", "hash"), "the address of a value changes from run to run; compare the values themselves"
    ),
    **dict.fromkeys(("input", "breakpoint", "help"), "nobody is there to answer; take the values from the inputs"),
    **dict.fromkeys(("exit", "quit"), "the code cannot end the process; use `return`"),
    **dict.fromkeys(
        (
            "BaseException",
            "KeyboardInterrupt",
            "SystemExit",
            "GeneratorExit",
            "ExceptionGroup",
            "BaseExceptionGroup",
        ),
        "such errors cannot be caught or raised here; name the error you expect, for example `ValueError`",
    ),
    **dict.fromkeys(("memoryview", "bytearray", "bytes"), _UNSAFE),
    **dict.fromkeys(
        ("classmethod", "staticmethod", "property"), "classes cannot be defined here; write a function"
    ),
    **dict.fromkeys(("os", "sys", "subprocess", "socket", "shutil", "pathlib", "requests", "builtins"), _SYSTEM),
}

# Attributes for which a plain "there is no such thing" would leave the writer guessing; a final _ marks a prefix.
ATTRIBUTES: dict[str, str] = {
    **dict.fromkeys(
        ("read_", "to_", "load", "loads", "loadtxt", "genfromtxt", "fromfile", "memmap", "tofile", "dump", "dumps"),
        _FILES,
    ),
    **dict.fromkeys(("save", "savez", "savetxt", "savez_compressed", "io", "DataSource", "ExcelWriter"), _FILES),
    **dict.fromkeys(
        ("eval", "query"), "text cannot be run as code here; write the condition itself: df[df['x'] > 0]"
    ),
    **dict.fromkeys(("now", "today", "utcnow", "fromtimestamp", "utcfromtimestamp"), _CLOCK),
    **dict.fromkeys(("random", "sample", "default_rng", "RandomState", "shuffle"), _RANDOM),
    **dict.fromkeys(("plot", "hist", "boxplot", "style", "plotting"), _DRAW),
    **dict.fromkeys(("format", "format_map"), "write an f-string instead, for example f'{x:.2f}'"),
    **dict.fromkeys(
        ("ctypes", "ctypeslib", "as_strided", "setflags", "view", "data", "base", "frombuffer"), _UNSAFE
    ),
    **dict.fromkeys(("tobytes", "resize", "byteswap", "getbuffer", "f2py"), _UNSAFE),
    **dict.fromkeys(
        ("set_option", "options", "seterr", "seterrcall", "errstate", "set_printoptions"), "settings are fixed"
    ),
    **dict.fromkeys(("codes", "set_codes", "set_levels", "from_codes", "indices"), _UNSAFE),
    **dict.fromkeys(("mro", "obj", "with_traceback", "args", "gi_frame", "f_back"), _INSPECT),
}
