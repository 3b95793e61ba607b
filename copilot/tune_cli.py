"""`slq model tune`: train an adapter for the embedded model on this machine, for SLQ's tools or for more."""

from __future__ import annotations

import importlib.util
import json
import signal
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from copilot.options import Options
from tools.kernel.errors import BadRequest
from tools.kernel.format import format_seconds

if TYPE_CHECKING:
    from copilot.terminal import TerminalShell
    from copilot.tuning.card import Card
    from copilot.tuning.log import Progressed
    from copilot.tuning.pair import Pair
    from copilot.tuning.recipe import Recipe
    from tools.kernel.spec import Tool

LIBRARIES = ("torch", "peft", "transformers", "gguf", "safetensors")
ADAPTER = "adapter.gguf"

Out = Annotated[
    Path | None, typer.Option(help="Folder for checkpoint, log, adapter and card. Default: in the cache.")
]
Epochs = Annotated[float, typer.Option(min=0.01, max=100, help="How often each pair is seen.")]
Rank = Annotated[int, typer.Option(min=1, max=256, help="Of the adapter; its file grows with it.")]
Seed = Annotated[int, typer.Option(min=0, help="Of pairs, weights and order.")]
Fills = Annotated[int, typer.Option(min=1, max=50, help="Pairs made of each wording.")]
Threads = Annotated[int | None, typer.Option(min=1, max=256, help="Default: SLQ_THREADS, else every core.")]
Plugins = Annotated[bool, typer.Option("--plugins", help="Add the tools of installed packages.")]
PairsOnly = Annotated[Path | None, typer.Option(help="Write the pairs there as JSON lines, and train nothing.")]
WordsOnly = Annotated[
    bool, typer.Option("--words-only", help="Fit what is told by words alone, and train no adapter (a minute).")
]
Books = Annotated[Path | None, typer.Option(help="Folder of phrase books instead of SLQ's own.")]


def tune(
    *,
    out: Out = None,
    epochs: Epochs = 2.0,
    rank: Rank = 16,
    seed: Seed = 7,
    fills: Fills = 2,
    threads: Threads = None,
    plugins: Plugins = False,
    pairs_only: PairsOnly = None,
    words_only: WordsOnly = False,
    books: Books = None,
) -> None:
    """Train an adapter for the embedded model; goes on after a break, in the same folder with the same options."""
    from copilot.model.threads import available_cores
    from copilot.terminal import TerminalShell, make_console
    from copilot.tuning.dataset import make_pairs
    from copilot.tuning.recipe import Recipe
    from tools.catalog import BUILT_IN, plugin_tools
    from tools.kernel.paths import user_cache

    if pairs_only is None and not words_only:
        _need_libraries()
    added = plugin_tools() if plugins else ()
    if plugins and not added:
        raise BadRequest("No installed package adds a tool.", hint="`slq doctor` names those that were left out.")
    shell = TerminalShell(make_console())
    try:
        pairs = make_pairs(books, seed=seed, fills=fills, plugins=added, progress=shell.progress)
        shell.stop_progress()
        if pairs_only is not None:
            _write_pairs(pairs, pairs_only)
            return
        settings = Options.settings
        folder = (out or user_cache(settings.cache) / "tuned").expanduser()
        if words_only:
            _fit_words(pairs, folder, books)
            return
        used = threads or settings.threads or available_cores()
        recipe = Recipe(rank=rank, alpha=2 * rank, epochs=epochs, seed=seed, threads=used)
        _train(pairs, folder, recipe, (*BUILT_IN, *added), shell)
        _fit_words(pairs, folder, books)
        typer.echo(f"To use it: slq model use {folder / ADAPTER}")
    finally:
        shell.stop_progress()


def _need_libraries() -> None:
    missing = [name for name in LIBRARIES if importlib.util.find_spec(name) is None]
    if missing:
        raise BadRequest(f"Training needs {', '.join(missing)}.", hint="pip install 'slq[tune]'")


def _write_pairs(pairs: Sequence[Pair], path: Path) -> None:
    from copilot.tuning.pair import version_of
    from tools.kernel.atomic import write_atomic

    lines = (json.dumps(asdict(pair), ensure_ascii=False) for pair in pairs)
    write_atomic(path, "".join(f"{line}\n" for line in lines).encode())
    typer.echo(f"{path}: {len(pairs):,} pairs of version {version_of(pairs)}.")


def _fit_words(pairs: Sequence[Pair], folder: Path, books: Path | None) -> None:
    from copilot.model.locate import locate_embedded
    from copilot.planner.senses import SENSES
    from copilot.tuning.senses import make_senses
    from copilot.tuning.words import books_version, fit_words

    if not SENSES.is_file():
        make_senses(locate_embedded())
    scores = fit_words(pairs, folder, books_version(books))
    said = ", ".join(f"{name} {score:.1%}" for name, score in scores.items())
    typer.echo(f"{folder}: fitted to the words; held out, told right: {said}.")


def _train(
    pairs: Sequence[Pair], folder: Path, recipe: Recipe, tools: Sequence[Tool[Any, Any]], shell: TerminalShell
) -> None:
    from copilot.model.locate import locate_embedded
    from copilot.tuning.card import CARD
    from copilot.tuning.checkpoint import CHECKPOINT
    from copilot.tuning.export import export
    from copilot.tuning.train import Stopped, train
    from tools.kernel.atomic import write_atomic

    base, adapter = locate_embedded(), folder / ADAPTER
    counts = Counter(pair.split for pair in pairs)
    typer.echo(f"{counts['train']:,} pairs to train on, {counts['held']:,} held out; rank {recipe.rank}; {folder}")

    def watch(now: Progressed) -> None:
        shell.console.print(
            f"step {now.step:,} of {now.steps:,}  loss {now.loss:.4f}  {now.tokens_per_s:,.0f} tokens/s  "
            f"{format_seconds(now.left_s)} left"
        )
        shell.progress("training (steps)", now.step, now.steps)

    def checked(scores: dict[str, float]) -> None:
        shell.console.print(
            f"held out: {scores['exact']:.1%} of {scores['pairs']:,.0f} exact, loss {scores['loss']:.4f}"
        )

    try:
        with _stop_at_ctrl_c() as cancel:
            scores = train(base, pairs, folder, recipe, watch=watch, checked=checked, cancel=cancel)
    except Stopped:
        shell.stop_progress()
        typer.echo("Stopped. The same command goes on from here.")
        raise typer.Exit(130) from None
    export(folder / CHECKPOINT, adapter, alpha=recipe.alpha)
    shell.stop_progress()
    card = _card(pairs, recipe=recipe, tools=tools, scores=scores, adapter=adapter, base=base)
    write_atomic(folder / CARD, (card.model_dump_json(indent=1) + "\n").encode())
    typer.echo(
        f"{adapter}\n{adapter.stat().st_size / 1e6:.1f} MB; {card.held_out['exact']:.1%} of held-out calls exact."
    )


def _card(
    pairs: Sequence[Pair],
    *,
    recipe: Recipe,
    tools: Sequence[Tool[Any, Any]],
    scores: dict[str, float],
    adapter: Path,
    base: Path,
) -> Card:
    from copilot.model.pins import sha256_of
    from copilot.tuning.card import Card, tool_hashes
    from copilot.tuning.model import device_name
    from copilot.tuning.pair import version_of
    from tools.kernel.fingerprint import of_json

    hashes = tool_hashes(tools)
    return Card(
        recipe=asdict(recipe),
        data_sha256=version_of(pairs),
        intents=Counter(pair.intent for pair in pairs if pair.split == "train"),
        held_intents=Counter(pair.intent for pair in pairs if pair.split == "held"),
        tools=hashes,
        catalogue_sha256=of_json(hashes),
        libraries={name: version(name) for name in LIBRARIES},
        held_out={name: round(value, 6) for name, value in scores.items() if name != "seconds"},
        seconds=round(scores["seconds"], 1),
        device=device_name(),
        adapter_sha256=sha256_of(adapter),
        base_sha256=sha256_of(base),
    )


@contextmanager
def _stop_at_ctrl_c() -> Iterator[threading.Event]:
    """Yield an event that the first Ctrl-C sets: the step under way is finished and kept; the next ends it."""
    cancel = threading.Event()
    before = signal.getsignal(signal.SIGINT)

    def stop(_signal: int, _frame: object) -> None:
        cancel.set()
        signal.signal(signal.SIGINT, before)

    signal.signal(signal.SIGINT, stop)
    try:
        yield cancel
    finally:
        signal.signal(signal.SIGINT, before)
