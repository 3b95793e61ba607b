"""The attack corpus against the API policy: what each case tries, and how it must end.

A case attempts an effect that a probe would see: it writes `PATH` (a file that must not appear), reads `SECRET_FILE`
or the environment variable `SLQ_SECRET` into `result` (a text that must not come back), or connects to `PORT`. The
words in capitals are replaced before a run. `ends` is how it ends with the policy on. Those in
`EFFECTIVE` also run without the policy, where the kernel's layers alone must hold.
"""

# ruff: noqa: E501  a case that is one line is one line

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Ends = Literal["refused", "crashed", "stopped", "harmless"]


@dataclass(frozen=True)
class Attack:
    """One case."""

    family: str
    name: str
    source: str
    ends: tuple[Ends, ...] = ("refused",)

    @property
    def effective(self) -> bool:
        """Whether it has its effect where nothing confines it."""
        return self.name in EFFECTIVE


def _family(family: str, cases: dict[str, str], *, ends: tuple[Ends, ...] = ("refused",)) -> list[Attack]:
    return [Attack(family, name, source.strip() + "\n", ends) for name, source in cases.items()]


HISTORY = {
    "gi_frame.f_back (CVE-2023-37271)": """
g = (g.gi_frame.f_back.f_back.f_globals for _ in [1])
result = [x for x in g][0]["__builtins__"]["open"]("PATH", "w")
""",
    "str.format walks attributes (CVE-2023-41039)": """
def f(): pass
result = "{0.__globals__}".format(f)
""",
    "str.format_map walks attributes (CVE-2023-41039)": """
def f(): pass
result = "{f.__globals__}".format_map({"f": f})
""",
    "str.format through the type": """
def f(): pass
result = str.format("{0.__globals__}", f)
""",
    "AttributeError.obj (CVE-2024-47532)": """
try:
    np.nothing_here
except AttributeError as error:
    result = error.obj.os.environ["SLQ_SECRET"]
""",
    "AttributeError.obj of a real object": """
try:
    bars["close"].iloc[0].tolist().nothing
except AttributeError as error:
    result = str(error.obj)
""",
    "except star (CVE-2025-22153)": """
try:
    raise ValueError("x")
except* ValueError as group:
    result = group.exceptions[0].__traceback__.tb_frame.f_globals["__builtins__"]["open"]("PATH", "w")
""",
    "positional-only guard name (CVE-2026-55830)": """
def f(_getattr_, /):
    return (1).real
result = f(lambda obj, name: 1)
""",
    "keyword-only guard name": """
def f(*, _getattr_):
    return (1).real
""",
    "guard name as star argument": """
def f(*_getattr_, **_write_):
    return (1).real
""",
    "guard name as function": "def _getattr_(a, b): return a",
    "guard name as import": "import math as _getattr_",
    "guard name from an import": "from math import sqrt as _getitem_",
    "guard name as error": """
try:
    1 / 0
except ZeroDivisionError as _getattr_:
    pass
""",
    "guard name by walrus": "(_getattr_ := 1)",
    "guard name as loop variable": "for _write_ in [1]: pass",
    "guard name in a comprehension": "[0 for _getiter_ in [1]]",
    "guard name in a lambda": "f = lambda _getattr_: 1",
    "string.Formatter (CVE-2026-76825)": """
import string
result = string.Formatter().format("{0.__class__}", 1)
""",
    "attribute name of a str subclass": """
name = np.array(["to_csv"])[0]
bars["close"].agg(name, 0, "PATH")
""",
    "operator.attrgetter": """
import operator
result = operator.attrgetter("__class__.__base__")(1)
""",
    "C iteration by sorted": "result = sorted(np)",
    "C iteration by zip": "result = list(zip(math, [1]))",
    "C iteration by tuple": "result = tuple(pd)",
    "C iteration by star": "result = [*np]",
    "C iteration by list target": "[a, b] = np",
    "C iteration by a function": """
def f(): pass
for x in f: pass
""",
}

OWN = {
    "subclasses to Popen": """
for c in ().__class__.__base__.__subclasses__():
    if c.__name__ == "Popen":
        c(["touch", "PATH"]).wait()
""",
    "catch_warnings._module": """
for c in ().__class__.__base__.__subclasses__():
    if c.__name__ == "catch_warnings":
        c()._module.sys.modules["os"].system("touch PATH")
""",
    "BuiltinImporter": """
for c in ().__class__.__base__.__subclasses__():
    if c.__name__ == "BuiltinImporter":
        c.load_module("posix").system("touch PATH")
""",
    "import os": "import os\nos.system('touch PATH')",
    "import os under another name": "from os import system as s\ns('touch PATH')",
    "import posix by name": "__import__('posix').system('touch PATH')",
    "import subprocess": "import subprocess\nsubprocess.run(['touch', 'PATH'])",
    "open": "open('PATH', 'w').write('x')",
    "open for reading": "result = open('SECRET_FILE').read()",
    "environment": "import os\nresult = os.environ['SLQ_SECRET']",
    "socket": "import socket\nsocket.create_connection(('127.0.0.1', PORT), 1)",
    "ctypes": "import ctypes\nctypes.CDLL(None).system(b'touch PATH')",
    "random._os": "import random\nrandom._os.system('touch PATH')",
    "queue.threading._sys": "import queue\nqueue.threading._sys.modules['os'].system('touch PATH')",
    "map of getattr": "result = list(map(getattr, [1], ['__class__']))[0].__base__.__subclasses__()",
    "traceback": """
try:
    1 / 0
except ZeroDivisionError as error:
    error.__traceback__.tb_frame.f_globals["__builtins__"]["open"]("PATH", "w")
""",
    "with_traceback and tb_frame": """
try:
    1 / 0
except ZeroDivisionError as error:
    result = error.with_traceback(None).args
""",
    "function.__getattribute__": """
def f(): pass
f.__getattribute__("__globals__")["__builtins__"]["open"]("PATH", "w")
""",
    "function globals": "f = lambda: 1\nf.__globals__['__builtins__']['open']('PATH', 'w')",
    "function code": "f = lambda: 1\nf.__code__ = compile('open(\"PATH\", \"w\")', '', 'exec')\nf()",
    "closure cells": "x = 1\nf = lambda: x\nresult = f.__closure__",
    "eval": 'eval(\'open("PATH", "w")\')',
    "exec": 'exec(\'open("PATH", "w")\')',
    "compile": "f = compile('1', '', 'eval')",
    "globals": "globals()['__builtins__']['open']('PATH', 'w')",
    "vars": "vars()['__builtins__']",
    "type": "type(1).__mro__[-1].__subclasses__()",
    "type makes a class": "c = type('C', (), {'__getattr__': lambda s, n: 1})",
    "object": "object.__subclasses__()",
    "builtins module": "import builtins\nbuiltins.open('PATH', 'w')",
    "__builtins__": "__builtins__['open']('PATH', 'w')",
    "numpy's builtins": "np.__builtins__['open']('PATH', 'w')",
    "class with a metaclass": "class C(metaclass=print): pass",
    "class": "class C:\n    def __getattr__(self, name): return open('PATH', 'w')\nC().x",
    "with": "with open('PATH', 'w') as f: f.write('x')",
    "yield and its frame": "def g():\n    yield 1\nresult = g().gi_frame",
    "lambda that yields": "f = lambda: (yield)\nresult = f().gi_frame.f_back",
    "generator frame of an expression": "g = (x for x in [1])\nresult = g.gi_frame.f_builtins",
    "coroutine": "async def f(): pass\nresult = f().cr_frame",
    "async comprehension": "async def f():\n    return [x async for x in y]",
    "await": "async def f():\n    await f()",
    "global": "def f():\n    global pd\n    pd = 1",
    "nonlocal": "def f():\n    x = 1\n    def g():\n        nonlocal x\n    g()",
    "bare except": "try:\n    1 / 0\nexcept:\n    result = 1.0",
    "except BaseException": "try:\n    1 / 0\nexcept BaseException:\n    result = 1.0",
    "except a tuple with BaseException": "try:\n    1 / 0\nexcept (ValueError, BaseException):\n    result = 1.0",
    "finally that swallows": "def f():\n    try:\n        bars['close'].to_csv('PATH')\n    finally:\n        return 1.0\nresult = f()",
    "loop that swallows": (
        "while True:\n    try:\n        bars['close'].to_csv('PATH')\n    finally:\n        break\nresult = 1.0"
    ),
    "except Exception that swallows": (
        "try:\n    bars['close'].to_csv('PATH')\nexcept Exception:\n    pass\nresult = 1.0"
    ),
    "refusal swallowed by pandas": (
        "bars['close'].groupby([1] * 120).apply(lambda g: g.to_csv('PATH'))\nresult = 1.0"
    ),
    "match on a class": "match [1]:\n    case list(__class__=x):\n        result = str(x)",
    "match that binds a guard": "match 1:\n    case _getattr_:\n        result = 1.0",
    "decorator": "@eval\ndef f(): pass",
    "lambda default": "f = lambda x=open('PATH', 'w'): x\nresult = f()",
    "annotation of a variable": "x: open('PATH', 'w') = 1\nresult = 1.0",
    "spread into a call": "result = max(*[1, 2])",
    "keywords spread into a call": "result = dict(**{'a': 1})",
    "print to a file": "import sys\nprint('x', file=sys.stdout)",
    "setattr": "setattr(np, 'log', 1)",
    "delattr": "delattr(np, 'log')",
    "input": "result = input()",
    "breakpoint": "breakpoint()",
    "memoryview": "result = memoryview(b'x')",
    "relative import": "from . import run",
    "our own package": "from sandbox.guard import namespace",
    "future of other modules": "from numpy import f2py",
    "typing is nothing": "from typing import sys\nresult = sys.modules['os'].environ['SLQ_SECRET']",
    "bound method of text": "result = ''.__class__",
    "unicode underscore": "result = ().__\uff43lass__",
    "unicode guard name": "_\uff47etattr_ = 1",
    "attribute of a number": "result = (1).__class__",
    "deletion of a guard": "del _getattr_",
    "augmented guard": "_getattr_ += 1",
    "augmented attribute": "np.x += 1",
    "generic alias": "result = list[int].__origin__",
    "union of types": "result = (int | float).__args__",
    "dunder by subscript": "result = np['__builtins__']",
    "dictionary as object": "result = {}.__class__",
    "facade's own names": "result = np._names",
    "facade's call": "result = pd.DataFrame._call",
    "facade by dunder name": "result = pd.Timestamp.__name__",
    "attribute of a builtin": "result = len.__self__",
    "attribute of a facade function": "result = np.where.__globals__",
    "attribute of a guarded method": "result = bars['close'].apply.__closure__",
    "attribute of a plain method": "result = bars['close'].head.__func__.__globals__",
    "function attribute": "def f(): pass\nf.x = 1",
    "next of what is no iterator": "result = next([1])",
    "isinstance with a value": "result = isinstance(1, np)",
    "generator send": "g = (x for x in [1])\ng.send(None)",
    "generator throw": "g = (x for x in [1])\ng.throw(ValueError)",
}

PANDAS = {
    "df.eval": "result = bars['close'].eval('@x.__class__')",
    "df.eval to_csv": "bars['close'].eval('AAA.to_csv(\"PATH\")')",
    "df.eval builtins": "bars['close'].eval('@__builtins__')",
    "df.query": "bars['close'].query('@pd.read_pickle(\"SECRET_FILE\")')",
    "pd.eval": "pd.eval('1')",
    "agg with a name": "bars['close']['AAA'].agg('to_csv', 0, 'PATH')",
    "agg with a list of names": "bars['close'].agg(['mean', 'to_csv'])",
    "agg with a dictionary": "bars['close'].agg({'AAA': 'to_clipboard'})",
    "agg with nested lists": "bars['close'].agg({'AAA': ['mean', 'to_csv']})",
    "agg with a Series of names": "bars['close'].agg(pd.Series(['to_csv']))",
    "agg with a set of names": "bars['close'].agg({'to_csv'})",
    "agg with an Index": "bars['close'].agg(pd.Index(['to_csv']))",
    "agg with a str subclass": "bars['close'].agg(np.array(['to_csv'])[0])",
    "agg with str subclasses": "bars['close'].agg(list(np.array(['to_csv', 'mean'])))",
    "agg with a tuple": "bars['close'].agg(('to_csv',))",
    "agg with a generator": "bars['close'].agg(x for x in ['to_csv'])",
    "agg with keys of a dictionary": "bars['close'].agg({'to_csv': 1}.keys())",
    "agg with a table": "bars['close'].agg(pd.DataFrame({'AAA': ['to_csv']}))",
    "codes beyond the levels": (
        "m = pd.MultiIndex.from_product([[1, 2], [3, 4]])\n"
        "result = float(m.set_levels([[1]], level=[0], verify_integrity=False).get_level_values(0)[-1])"
    ),
    "sort order that is not": "pd.MultiIndex.from_tuples([(2, 1), (1, 2)], sortorder=2)",
    "positions of groups": "bars['close'].groupby([1] * 120).indices[1][0] = 10**12",
    "agg by keyword": "bars['close'].agg(func='to_csv')",
    "named agg": "bars['close'].groupby(bars['close'].index.month).agg(x=('AAA', 'to_csv'))",
    "named agg of a column": "bars['close']['AAA'].groupby(bars['close'].index.month).agg(x='to_csv')",
    "agg dunder": "bars['close']['AAA'].agg('__getattribute__', 0, '__class__')",
    "apply with a name": "bars['close']['AAA'].apply('to_pickle', args=('PATH',))",
    "apply by keyword": "bars['close']['AAA'].apply(func='to_pickle', args=('PATH',))",
    "transform with a name": "bars['close'].transform('to_csv')",
    "aggregate alias": "bars['close'].aggregate('to_csv', 0, 'PATH')",
    "rolling.agg": "bars['close'].rolling(2).agg('__reduce__')",
    "rolling.apply with a name": "bars['close'].rolling(2).apply('to_csv')",
    "expanding.agg": "bars['close'].expanding().agg('to_csv')",
    "ewm.agg": "bars['close'].ewm(span=2).agg('__class__')",
    "resample.agg": "bars['close'].resample('W').agg('to_csv')",
    "resample.apply": "bars['close'].resample('W').apply('__reduce__')",
    "groupby.apply": "bars['close'].groupby(bars['close'].index.month).apply('to_csv', 'PATH')",
    "groupby.transform": "bars['close'].groupby(bars['close'].index.month).transform('to_csv')",
    "groupby.agg of a column": "bars['close'].groupby(bars['close'].index.month)['AAA'].agg('to_csv')",
    "groupby.pipe with a pair": "bars['close'].groupby([1] * 120).pipe(('to_csv', 'x'))",
    "pipe with a name": "bars['close'].pipe('to_csv')",
    "pivot_table": "bars['close'].pivot_table(index='AAA', aggfunc='to_csv')",
    "pd.pivot_table": "pd.pivot_table(bars['close'], index='AAA', aggfunc={'BBB': 'to_csv'})",
    "pivot_table by place": "bars['close'].pivot_table('BBB', 'AAA', None, 'to_csv')",
    "list changed between check and use": """
functions = []
def first(x):
    functions[1] = "to_pickle"
    return x.sum()
functions.append(first)
functions.append("mean")
frame = bars["close"].agg(functions)
result = float(functions[1] == "to_pickle" and list(frame.index)[1] == "mean")
if not result:
    bars["close"].to_csv("PATH")
bars["close"].to_csv("caught")
""",
    "raw agg as a callback": "f = bars['close'].agg\npd.Series(['to_csv']).map(lambda name: f(name))",
    "raw agg as a bound callback": "pd.Series(['to_csv']).map(bars['close'].agg)",
    "method as a callback": "pd.Series(['PATH']).map(bars['close'].head)",
    "ndarray.tofile": "bars['close'].values.tofile('PATH')",
    "map of tofile": "pd.Series(['PATH']).map(bars['close'].values.tofile)",
    "map of dump": "pd.Series(['PATH']).map(bars['close'].values.dump)",
    "ndarray.dump": "np.zeros(3).dump('PATH')",
    "scalar tofile": "np.float64(1).tofile('PATH')",
    "to_csv": "bars['close'].to_csv('PATH')",
    "to_pickle": "bars['close'].to_pickle('PATH')",
    "to_parquet": "bars['close'].to_parquet('PATH')",
    "to_json": "bars['close'].to_json('PATH')",
    "to_string to a file": "bars['close'].to_string('PATH')",
    "Series.to_csv": "bars['close']['AAA'].to_csv('PATH')",
    "Index to text": "bars['close'].index.to_series().to_csv('PATH')",
    "np.save": "np.save('PATH', np.zeros(1))",
    "np.savetxt": "np.savetxt('PATH', np.zeros(1))",
    "np.load": "np.load('SECRET_FILE', allow_pickle=True)",
    "np.loadtxt": "result = np.loadtxt('SECRET_FILE', dtype=str)",
    "np.genfromtxt": "result = np.genfromtxt('SECRET_FILE', dtype=str)",
    "np.memmap": "np.memmap('PATH', mode='w+', shape=(1,))",
    "np.fromfile": "result = np.fromfile('SECRET_FILE', dtype='u1')",
    "fromfile laundered through map": "result = pd.Series(['SECRET_FILE']).map(np.fromfile)",
    "np.DataSource": "np.DataSource().open('SECRET_FILE')",
    "read_csv": "result = pd.read_csv('SECRET_FILE')",
    "read_pickle": "pd.read_pickle('SECRET_FILE')",
    "read_csv of a URL": "pd.read_csv('http://127.0.0.1:PORT/x')",
    "read_html": "pd.read_html('http://127.0.0.1:PORT/x')",
    "read_sql": "pd.read_sql('select 1', 'sqlite:///PATH')",
    "pd.io.common.os": "result = pd.io.common.os.environ['SLQ_SECRET']",
    "pd.core": "result = pd.core.common.sys",
    "pd.compat": "pd.compat.os.system('touch PATH')",
    "np.f2py os": "np.f2py.os.system('touch PATH')",
    "np.ctypeslib": "np.ctypeslib.ctypes.CDLL(None).system(b'touch PATH')",
    "np.testing": "np.testing.runstring('open(\"PATH\", \"w\")', {})",
    "np.lib.npyio": "np.lib.npyio.os.system('touch PATH')",
    "np.show_config": "np.show_config()",
    "as_strided": "result = np.lib.stride_tricks.as_strided(np.zeros(1), (1000,), (8,)).sum()",
    "sliding window made writable": "np.lib.stride_tricks.sliding_window_view(np.zeros(3), 2, None, True, True)",
    "ctypes.data": "result = np.zeros(1).ctypes.data",
    "ndarray.data": "result = np.zeros(1).data",
    "__array_interface__": "result = np.zeros(1).__array_interface__",
    "frombuffer": "result = np.frombuffer(b'x', 'u1')",
    "ndarray made by hand": "np.ndarray((1000,), buffer=np.zeros(1), strides=(8,))",
    "setflags": "bars['close'].values.setflags(write=True)",
    "resize without a check": "np.zeros(1).resize(10, refcheck=False)",
    "view as objects": "np.zeros(1).view('O')",
    "flags of an array": "np.zeros(1).flags.writeable = True",
    "shape of an array": "x = np.zeros(4)\nx.shape = (400,)",
    "dtype of an array": "x = np.zeros(4)\nx.dtype = 'O'",
    "strides of an array": "x = np.zeros(4)\nx.strides = (800,)",
    "replace a function of numpy": "np.log = np.exp",
    "replace a class of pandas": "pd.DataFrame = 1",
    "replace a method": "pd.DataFrame.head = 1",
    "item of a module": "np['log'] = 1",
    "set_option": "pd.set_option('mode.string_storage', 'python')",
    "options": "pd.options.display.max_rows = 1",
    "seterrcall": "np.seterrcall(print)",
    "seterr": "np.seterr(all='raise')",
    "errstate": "np.errstate(all='ignore')",
    "mro": "result = pd.DataFrame.mro()",
    "plot": "bars['close'].plot()",
    "plot backend": "bars['close'].plot(backend='os')",
    "hist": "bars['close'].hist()",
    "style.format": "bars['close'].style.format('{0.__self__}')",
    "sample": "result = bars['close'].sample(3)",
    "ufunc out": "np.add(np.ones(2), np.ones(2), out=np.zeros(2))",
    "ufunc out by place": "np.add(np.ones(2), np.ones(2), np.zeros(2))",
    "ufunc where": "result = np.log(np.ones(100), where=np.zeros(100) > 1)",
    "reduction out": "np.sum(np.ones(2), out=np.zeros(()))",
    "reduction out by place": "np.ones((2, 2)).sum(0, None, np.zeros(2))",
    "reduction where": "np.mean(np.ones(2), where=np.ones(2) > 2)",
    "ufunc methods": "np.add.at(np.ones(2), [0], 1)",
    "ufunc reduceat": "np.add.reduceat(np.ones(2), [0, 1])",
    "like": "np.array([1], like=bars['close'])",
    "subok": "np.array([1], subok=True)",
    "structured type by place": "np.zeros(1, [('a', 'O')])",
    "void type by place": "np.ones_like(np.zeros(1), 'V8')",
    "times by place": "np.zeros(1, 'M8[s]')",
    "structured type": "np.zeros(1, dtype=[('a', 'O')])",
    "void type": "np.zeros(1, dtype='V8')",
    "dtype of objects by name": "np.zeros(1, dtype='O').astype('i8').astype('O')",
    "series of an odd dtype": "pd.Series([1], dtype='Sparse[int]')",
    "astype to an extension": "bars['close'].astype('arrow')",
    "engine of numba": "bars['close'].rolling(2).mean(engine='numba')",
    "engine by place": "bars['close'].rolling(2).mean(False, 'numba')",
    "engine of apply": "bars['close'].apply(lambda x: x, engine='numba')",
    "engine of map": "bars['close']['AAA'].map(lambda x: x, None, print)",
    "engine object of map": "bars['close']['AAA'].map(lambda x: x, engine=pd.Series([1], index=['__pandas_udf__']))",
    "engine of groupby": "bars['close'].groupby([1] * 120).sum(engine='numba')",
    "engine of groupby by place": "bars['close'].groupby([1] * 120).sum(False, 0, True, 'numba')",
    "window type": "bars['close'].rolling(2, win_type='triang').mean()",
    "window type by place": "bars['close'].rolling(2, 1, False, 'triang').mean()",
    "interpolation by scipy": "bars['close'].interpolate(method='spline', order=2)",
    "to_dict into": "bars['close'].to_dict(into=dict)",
    "to_dict into by place": "bars['close'].to_dict('dict', pd.Series)",
    "locale of a name": "bars['close'].index.day_name('de_DE')",
    "locale of an accessor": "bars['close'].index.to_series().dt.month_name(locale='C')",
    "accessor internals": "result = pd.Series(['a']).str.__class__",
    "accessor hidden parent": "result = pd.Series(['a']).str._data",
    "indexer's object": "result = bars['close'].loc.obj",
    "groupby's object": "result = bars['close'].groupby([1] * 120).obj",
    "groupby's grouper": "result = bars['close'].groupby([1] * 120).grouper",
    "rolling's object": "result = bars['close'].rolling(2).obj",
    "attrs": "bars['close'].attrs['x'] = 1",
    "flags": "bars['close'].flags.allows_duplicate_labels = False",
    "time zone object": "result = pd.Timestamp('2020', tz='UTC').tzinfo",
    "Timestamp strptime": "pd.Timestamp.strptime('2020', '%Y')",
    "extension array": "result = pd.Series(['a']).array",
    "values of text": "result = pd.Series(['a']).values.to_numpy",
    "dtype's type": "result = np.zeros(1).dtype.type",
    "dtype's fields": "result = np.zeros(1).dtype.newbyteorder()",
    "subclass by groupby": "result = bars['close'].groupby([1] * 120).__class__",
    "__array_function__": "result = bars['close'].values.__array_function__",
    "__dataframe__": "result = bars['close'].__dataframe__()",
    "__reduce__": "result = bars['close'].__reduce__()",
    "api": "result = pd.api.extensions.register_dataframe_accessor('x')",
    "testing": "pd.testing.assert_frame_equal(1, 1)",
    "show_versions": "pd.show_versions()",
    "ExcelWriter": "pd.ExcelWriter('PATH')",
    "HDFStore": "pd.HDFStore('PATH')",
    "replace with a match object": "pd.Series(['a']).str.replace('a', lambda m: m.re.pattern, regex=True)",
    "str.format of a column": "pd.Series(['{0.__class__}']).str.format(1)",
    "getattr by a column name": "f = bars['close'].copy()\nf['__class__'] = 1.0\nresult = f.__class__",
    "numpy matrix": "np.matrix('1 2; open')",
    "numpy bmat": "np.bmat('x')",
    "numpy vectorize": "np.vectorize(print)('PATH')",
    "numpy fromfunction": "np.fromfunction(print, (1,))",
    "numpy char": "np.char.mod('%s', 1)",
    "numpy rec": "np.rec.fromfile('SECRET_FILE')",
    "numpy record": "np.core.records.fromfile('SECRET_FILE')",
    "zone from a file": "pd.Timestamp('2020-01-01').tz_localize('dateutil/SECRET_FILE')",
    "zone from a file in a range": "pd.date_range('2020-01-01', periods=2, tz='dateutil/SECRET_FILE')",
    "formatting text by percent": "result = '%s' % bars",
    "formatting text by percent in place": "x = '%s'\nx %= 1\nresult = x",
    "text of a function": "result = str(lambda: 1)",
    "text of a list of functions": "result = str([lambda: 1])",
    "representation of a function": "result = repr(lambda: 1)",
    "f-string of a function": "result = f'{lambda_}' if (lambda_ := (lambda: 1)) else 0",
    "f-string of a table": "result = f'{bars}'",
    "f-string representation": "f = lambda: 1\nresult = f'{f!r}'",
    "f-string width": "result = f'{1:>{10**8}}'",
    "f-string precision": "result = f'{1:.100000000f}'",
    "f-string of a time": "result = f'{bars[\"close\"].index[0]:%999999999d}'",
    "format with a width": "result = format(1, '>100000000')",
    "f-string of text with a fill": "result = f'{\"a\":*^99999999}'",
}  # fmt: skip

HARDENED = {
    "an address as a label": """
address = pd.Series([{"data": (4096, False), "shape": (1000,), "typestr": "<f8", "version": 3}], index=["__array_interface__"])
result = float(np.array(address).sum())
""",
    "an address as a label, in a frame": """
fake = {"data": (4096, False), "shape": (9,), "typestr": "<f8", "version": 3}
frame = pd.DataFrame({"__array_interface__": [fake]})
result = float(len(np.asarray(frame.iloc[0])) == 1)
""",
    "an address as a renamed label": """
s = pd.Series([{"data": (4096, False), "shape": (9,), "typestr": "<f8", "version": 3}], index=["x"])
s.index = ["__array_" + "interface__"]
result = float(len(np.log1p(np.zeros(1)) + np.where([True], s, 0)) > 0)
""",
    "an address as a label, in a list": """
fake = {"data": (4096, False), "shape": (9,), "typestr": "<f8", "version": 3}
result = float(len(np.array([pd.Series([fake], index=["__array_interface__"])])))
""",
    "an address as a column of groups": """
fake = {"data": (4096, False), "shape": (9,), "typestr": "<f8", "version": 3}
frame = pd.DataFrame({"__array_interface__": [fake], "g": [1.0]})
result = float(np.array(frame.groupby("g")).ndim + np.array(frame.rolling(1)).ndim)
""",
    "a row as an address": """
fake = {"data": (4096, False), "shape": (9,), "typestr": "<f8", "version": 3}
frame = pd.DataFrame({"__array_interface__": [fake], "g": [1.0]})
result = frame.apply(lambda row: float(np.sum(np.array(row) == 0)), axis=1)
""",
    "a capsule as a label": """
s = pd.Series([1], index=["__array_struct__"])
result = float(np.asarray(s).sum())
""",
}

CLOCK = {
    "np.random": "result = float(np.random.rand())",
    "default_rng": "result = float(np.random.default_rng(1).normal())",
    "import random": "import random\nresult = random.random()",
    "Timestamp.now": "result = str(pd.Timestamp.now())",
    "Timestamp.today": "result = str(pd.Timestamp.today())",
    "now of a timestamp": "result = str(bars['close'].index[0].now())",
    "today of a date": "result = str(bars['close'].index[0].date().today())",
    "Timestamp of now": "result = str(pd.Timestamp('now'))",
    "Timestamp of today by name": "result = str(pd.Timestamp(ts_input=' Today '))",
    "Timestamp of a time of day": "result = str(pd.Timestamp('10:00'))",
    "to_datetime of now": "result = str(pd.to_datetime('now'))",
    "to_datetime of a list": "result = str(pd.to_datetime(['today'])[0])",
    "to_datetime of a Series": "result = str(pd.to_datetime(pd.Series(['today']))[0])",
    "Series of now": "result = str(pd.Series(['now']).astype('datetime64[ns]')[0])",
    "Series made as times": "result = str(pd.Series(['now'], dtype='datetime64[ns]')[0])",
    "date_range to now": "result = str(pd.date_range(end='now', periods=1)[0])",
    "DatetimeIndex of now": "result = str(pd.DatetimeIndex(['now'])[0])",
    "Period of now": "result = str(pd.Period('now', 'D'))",
    "np.datetime64 of now": "result = str(np.datetime64('now'))",
    "np.array of now": "result = str(np.array(['now'], dtype='M8[s]')[0])",
    "astype of an array": "result = str(np.array(['now']).astype('M8[s]')[0])",
    "to_numpy as times": "result = str(pd.Series(['now']).to_numpy(dtype='datetime64[s]')[0])",
    "item of an array of times": "x = bars['close'].index.to_numpy().copy()\nx[0] = 'now'\nresult = str(x[0])",
    "full_like of times": "result = str(np.full_like(bars['close'].index.to_numpy(), 'now')[0])",
    "comparison with now": "result = float((bars['close'].index < 'no' + 'w').sum())",
    "comparison of a column with now": "result = float((bars['close'].index.to_series() > 'to' + 'day').sum())",
    "now written into a column": "s = bars['close'].index.to_series()\ns.iloc[0] = 'no' + 'w'\nresult = str(s.iloc[0])",
    "now by where": "result = str(bars['close'].index.to_series().where([False] * 120, 'no' + 'w').iloc[0])",
    "now by fillna": "result = str(pd.to_datetime(pd.Series([None])).fillna('no' + 'w')[0])",
    "now by insert": "result = str(bars['close'].index.insert(0, 'no' + 'w')[0])",
    "now by searchsorted": "result = float(bars['close'].index.searchsorted('no' + 'w'))",
    "now by replace": "result = str(bars['close'].index.to_series().replace(bars['close'].index[0], 'now').iloc[0])",
    "now by shift": "result = str(bars['close'].index.to_series().shift(1, fill_value='no' + 'w').iloc[0])",
    "now by slice": "result = float(len(bars['close'].loc[:'no' + 'w']))",
    "now by truncate": "result = float(len(bars['close'].truncate(after='no' + 'w')))",
    "origin of a resampling": "result = str(bars['close'].resample('7D', origin='no' + 'w').last().index[0])",
    "origin of a grouping": "result = str(bars['close'].groupby(pd.Grouper(freq='7D', origin='now')).last().index[0])",
    "now in a zone": "result = str(pd.Series(['now']).astype(bars['close'].index.tz_localize('UTC').dtype)[0])",
    "now made in a zone": "result = str(pd.Series(['now'], dtype=bars['close'].index.tz_localize('UTC').dtype)[0])",
    "arange of dates to today": "result = float(len(np.arange(np.datetime64('2020-01-01'), 'to' + 'day')))",
    "arange of dates from now": "result = str(np.arange('no' + 'w', np.datetime64('2099-01-01'))[0])",
    "arange by names": "result = str(np.arange(start='no' + 'w', stop=np.datetime64('2099-01-01'))[0])",
    "arange of text in an array": "result = str(np.arange(np.array('now'), np.datetime64('2099-01-01'))[0])",
    "times of day in a column": "result = str(pd.to_datetime(pd.Series(['10:00']))[0])",
    "times of day by type": "result = str(pd.Series(['10:00 PM']).astype('datetime64[us]')[0])",
    "times of day in a zone": "result = str(pd.to_datetime(pd.Series(['1:00 5']), format='mixed', utc=True)[0])",
    "time of day by comparison": "result = float((bars['close'].index < '10:00').sum())",
    "import time": "import time\nresult = time.time()",
    "import datetime": "from datetime import datetime\nresult = str(datetime.now())",
    "id": "result = id(bars)",
    "hash": "result = hash('a')",
}

LIMITS = {
    "too long": "x = 1  # " + "x" * 20_000,
    "too many parts": "x = [" + "1," * 3_000 + "]",
    "too deep": "x = " + "(" * 60 + "1" + ",)" * 60 + "\ny = " + "-" * 150 + "1",
    "chain of additions": "x = " + "+".join(["1"] * 900),
    "brackets": "x = " + "[" * 5_000,
    "nested parentheses for the parser": "(" * 15_000,
    "null byte": "x = 1\0",
    "lone surrogate": "x = '\ud800'",
    "not Python": "def f(:",
    "return outside": "return 1",
    "number of many digits": "x = 1" + "0" * 5_000,
    "star import": "from numpy import *",
}

RESOURCES = {
    "endless loop": ("while True:\n    pass", ("stopped",)),
    "endless loop that swallows": (
        "while True:\n    try:\n        1 / 0\n    except Exception:\n        pass", ("stopped",)
    ),
    "long sum": ("result = sum(range(10**10))", ("stopped",)),
    "big power": ("result = float(10**10**7 % 7)", ("stopped", "crashed")),
    "power of powers": ("result = 9**9**9**9", ("stopped", "crashed")),
    "big list": ("result = float(len([0] * 10**10))", ("stopped",)),
    "big text": ("result = float(len('a' * 10**11))", ("stopped",)),
    "big array": ("result = float(np.zeros(10**11).sum())", ("stopped", "crashed")),
    "growing list": ("x = [0]\nwhile True:\n    x = x + x", ("stopped",)),
    "growing list that swallows": (
        "x = [0]\nwhile True:\n    try:\n        x = x + x\n    except MemoryError:\n        pass", ("stopped", "crashed")
    ),
    "zero padding": ("result = float(len('a'.zfill(10**11)))", ("stopped",)),
    "slow regular expression": (
        "result = float(pd.Series(['a' * 40 + 'b']).str.contains('(a+)+c', regex=True).sum())", ("stopped", "harmless")
    ),
    "recursion": ("def f(n):\n    return f(n + 1)\nresult = f(0)", ("crashed",)),
    "recursion in C": ("x = []\nfor i in range(100_000):\n    x = [x]\nresult = float(x == x[0])", ("crashed", "stopped", "harmless")),
    "huge error text": ("raise ValueError('\\x1b[31m' + 'x\\n' * 10**6)", ("crashed",)),
    "error text of a secret": ("raise ValueError('line\\nline\\x1b]0;title\\x07')", ("crashed",)),
    "wide range of dates": ("result = float(len(pd.date_range('1700-01-01', '2200-01-01', freq='s')))", ("stopped", "crashed")),
}  # fmt: skip

# The cases that have their effect where nothing confines them, with plain Python, pandas and numpy: a test shows it.
EFFECTIVE = frozenset((
    "BuiltinImporter",
    "Index to text",
    "Series.to_csv",
    "__builtins__",
    "agg with a name",
    "aggregate alias",
    "annotation of a variable",
    "apply by keyword",
    "apply with a name",
    "attribute name of a str subclass",
    "builtins module",
    "catch_warnings._module",
    "class",
    "ctypes",
    "df.eval to_csv",
    "environment",
    "eval",
    "except Exception that swallows",
    "except star (CVE-2025-22153)",
    "exec",
    "finally that swallows",
    "function code",
    "function globals",
    "function.__getattribute__",
    "gi_frame.f_back (CVE-2023-37271)",
    "globals",
    "import os",
    "import os under another name",
    "import posix by name",
    "import subprocess",
    "lambda default",
    "loop that swallows",
    "map of dump",
    "map of tofile",
    "ndarray.dump",
    "ndarray.tofile",
    "np.ctypeslib",
    "np.f2py os",
    "np.genfromtxt",
    "np.loadtxt",
    "np.memmap",
    "np.save",
    "np.savetxt",
    "np.testing",
    "numpy's builtins",
    "open",
    "open for reading",
    "pd.io.common.os",
    "queue.threading._sys",
    "random._os",
    "read_csv",
    "read_csv of a URL",
    "read_html",
    "refusal swallowed by pandas",
    "scalar tofile",
    "socket",
    "subclasses to Popen",
    "to_csv",
    "to_json",
    "to_parquet",
    "to_pickle",
    "to_string to a file",
    "traceback",
    "typing is nothing",
    "with",
))  # fmt: skip

ATTACKS: tuple[Attack, ...] = (
    *_family("history", HISTORY),
    *_family("own", OWN),
    *_family("pandas", PANDAS),
    *_family("hardened", HARDENED, ends=("refused", "crashed", "harmless")),
    *_family("clock", CLOCK, ends=("refused", "crashed")),
    *_family("limits", LIMITS),
)
BOMBS: tuple[Attack, ...] = tuple(
    Attack("resources", name, source + "\n", ends) for name, (source, ends) in RESOURCES.items()
)
