"""The way in: a job as one run of bytes, pieces and a JSON directory, that the child maps without copying.

Layout: pieces, each starting at a multiple of 64; then the directory; then its length in 8 bytes. A frame of floats
travels as its values, symbol after symbol, which is how pandas lays out a block: the child's frame is a view of the
mapping. Its labels travel once, however many frames share them. Any other frame travels as an Arrow IPC stream,
which costs a copy and some milliseconds. The parent writes this and the child trusts it; nothing here reads what
a child wrote.
"""

from __future__ import annotations

import io
import json
import mmap
import struct
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, BinaryIO, Literal, TypeAlias

import numpy as np
import pandas as pd
import pyarrow as pa

from sandbox.limits import Limits

ALIGNMENT = 64
LENGTH = struct.Struct("<Q")
Kind = Literal["feature", "script"]
Data: TypeAlias = "pd.DataFrame | pd.Series"
Inputs: TypeAlias = "Mapping[str, Data | Mapping[str, Data]]"


@dataclass(frozen=True)
class Job:
    """What the child is asked: the source, the names it may read, and its limits."""

    kind: Kind
    source: str
    inputs: Inputs
    limits: Limits


@dataclass
class _Writer:
    """Writes streams one after the other and remembers where they lie."""

    file: BinaryIO | io.RawIOBase
    position: int = 0
    places: list[tuple[int, int]] = field(default_factory=list)
    labels: list[tuple[pd.Index, dict[str, Any]]] = field(default_factory=list)

    def piece(self, data: bytes | memoryview) -> int:
        """Write bytes at the next aligned place; return the piece's number."""
        self.file.write(b"\0" * (-self.position % ALIGNMENT))
        self.position += -self.position % ALIGNMENT
        rest = memoryview(data)
        while rest:
            rest = rest[self.file.write(rest) :]
        self.places.append((self.position, len(data)))
        self.position += len(data)
        return len(self.places) - 1

    def arrow(self, frame: pd.DataFrame) -> int:
        """Write a frame as an Arrow stream; return its number."""
        table = pa.Table.from_pandas(frame, nthreads=1)
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, table.schema) as stream:
            stream.write(table)
        return self.piece(memoryview(sink.getvalue()))

    def label(self, index: pd.Index) -> dict[str, Any]:
        """Return the line of an index in the directory; it is written unless an equal one is there."""
        for known, line in self.labels:
            if known is index or known.identical(index):
                return line
        line = self._label(index)
        self.labels.append((index, line))
        return line

    def _label(self, index: pd.Index) -> dict[str, Any]:
        name = index.name
        if isinstance(index, pd.DatetimeIndex) and index.tz is None and isinstance(name, (str, type(None))):
            values = index.to_numpy()
            return {"form": "times", "name": name, "dtype": values.dtype.str, "piece": self.piece(_bytes(values))}
        if (
            index.dtype == "str"
            and index.nlevels == 1
            and not index.hasnans
            and isinstance(name, (str, type(None)))
        ):
            return {"form": "texts", "name": name, "texts": index.tolist()}
        return {"form": "arrow", "piece": self.arrow(pd.DataFrame(index=index))}

    def entry(self, data: Data) -> dict[str, Any]:
        """Write a frame or series; return its line in the directory."""
        if isinstance(data, pd.Series):
            name = data.name if isinstance(data.name, str) else None
            return {"form": "series", "name": name, "of": self.entry(data.to_frame("value"))}
        if not data.shape[1] or any(dtype != np.float64 for dtype in data.dtypes):
            return {"form": "arrow", "piece": self.arrow(data)}
        return {
            "form": "matrix",
            "piece": self.piece(_bytes(data.to_numpy(dtype="<f8").T)),
            "rows": self.label(data.index),
            "columns": self.label(data.columns),
        }


def _bytes(values: np.ndarray[Any, Any]) -> memoryview:
    return np.ascontiguousarray(values).reshape(-1).view(np.uint8).data


def write(job: Job, file: BinaryIO | io.RawIOBase) -> None:
    """Write a job to a file that can tell its position, from position 0.

    Raises pyarrow.ArrowException for a frame that Arrow cannot hold, such as a column of mixed objects.
    """
    writer = _Writer(file)
    entries = {
        name: {"form": "group", "of": {key: writer.entry(value) for key, value in data.items()}}
        if isinstance(data, Mapping)
        else writer.entry(data)
        for name, data in job.inputs.items()
    }
    directory = {
        "kind": job.kind,
        "source": job.source,
        "limits": asdict(job.limits),
        "inputs": entries,
        "places": writer.places,
    }
    text = json.dumps(directory).encode()
    file.write(text + LENGTH.pack(len(text)))


@dataclass(frozen=True)
class _Reader:
    """Views into a mapped job."""

    memory: mmap.mmap | bytearray
    places: list[list[int]]
    known: dict[str, pd.Index] = field(default_factory=dict)

    def _values(self, number: int, dtype: str) -> np.ndarray[Any, Any]:
        """Return a writable view; what is written stays in this process, since the mapping is private."""
        start, length = self.places[number]
        return np.frombuffer(self.memory, dtype=dtype, count=length // np.dtype(dtype).itemsize, offset=start)

    def _arrow(self, number: int) -> pd.DataFrame:
        start, length = self.places[number]
        options = pa.ipc.IpcReadOptions(use_threads=False)
        piece = pa.py_buffer(self.memory)[start : start + length]
        return pa.ipc.open_stream(piece, options=options).read_all().to_pandas(use_threads=False)

    def _label(self, line: Mapping[str, Any]) -> pd.Index:
        if line["form"] == "times":
            return pd.DatetimeIndex(self._values(line["piece"], line["dtype"]), name=line["name"], copy=False)
        if line["form"] == "texts":
            return pd.Index(line["texts"], dtype="str", name=line["name"])
        return self._arrow(line["piece"]).index

    def label(self, line: Mapping[str, Any]) -> pd.Index:
        """Return an index, the same object for the same line."""
        key = json.dumps(line)
        if key not in self.known:
            self.known[key] = self._label(line)
        return self.known[key]

    def data(self, entry: Mapping[str, Any]) -> Any:
        """Return what one line of the directory stands for."""
        form = entry["form"]
        if form == "group":
            return {key: self.data(value) for key, value in entry["of"].items()}
        if form == "series":
            return self.data(entry["of"])["value"].rename(entry["name"])
        if form == "arrow":
            return self._arrow(entry["piece"])
        rows, columns = self.label(entry["rows"]), self.label(entry["columns"])
        values = self._values(entry["piece"], "<f8").reshape(len(columns), len(rows))
        return pd.DataFrame(values.T, index=rows, columns=columns, copy=False)


def read(memory: mmap.mmap | bytearray) -> Job:
    """Return the job that lies in a writable private mapping, or in a byte array."""
    (length,) = LENGTH.unpack(memory[-LENGTH.size :])
    directory = json.loads(memory[-LENGTH.size - length : -LENGTH.size])
    reader = _Reader(memory, directory["places"])
    inputs = {name: reader.data(entry) for name, entry in directory["inputs"].items()}
    return Job(directory["kind"], directory["source"], inputs, Limits(**directory["limits"]))
