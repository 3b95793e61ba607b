"""One planner over all cases, in a process of its own: `python -m copilot.evals.trial` is that process.

Of its own, so that the peak of memory is this planner's and not that of one loaded before it. Outcomes come back a
JSON line each as they are made; the last line is the memory. The first case is planned once beforehand and not
counted: what a process does once is in the start-up time, not in that of a plan.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from copilot.evals.cases import Case, read_cases, stratified
from copilot.evals.contenders import Contender
from copilot.evals.score import Outcome
from tools.kernel.errors import ModelError, SLQError
from tools.kernel.settings import Settings
from tools.kernel.types import Record


class Job(Record):
    """What to run: a planner, the cases, and what of the settings the planner depends on."""

    planner: Contender
    files: tuple[Path, ...]
    state: Path
    limit: int | None = None
    adapter: Path | None = None
    model: Path | None = None
    threads: int | None = None
    context_tokens: int
    cache: Path | None = None


class Memory(Record):
    """In 10^6 bytes; None where the system does not say.

    Attributes:
        before_mb: the most that the process had held before it loaded the planner.
        peak_mb: the most that it held in all.
        model_mb: what loading the model and its first token added, the inference libraries left out.
    """

    before_mb: float | None
    peak_mb: float | None
    model_mb: float | None

    @property
    def own_mb(self) -> float | None:
        """The peak less what the process had before the planner was loaded."""
        return None if self.peak_mb is None or self.before_mb is None else self.peak_mb - self.before_mb


class Trial(Record):
    """What one planner made of the cases."""

    planner: Contender
    outcomes: tuple[Outcome, ...]
    memory: Memory


def cases_of(job: Job) -> list[Case]:
    """Return the cases of a job. Raises BadRequest."""
    cases = [case for path in job.files for case in read_cases(path)]
    return cases if job.limit is None else stratified(cases, job.limit)


def run_in_child(job: Job, tell: Callable[[int, int], None]) -> Trial:
    """Run a job in a process of its own; `tell` hears how many cases of how many are done.

    Raises:
        BadRequest: a file of cases cannot be read.
        ModelError: the process failed, with what it said.
    """
    total = len(cases_of(job))
    command = [sys.executable, "-m", "copilot.evals.trial", job.model_dump_json()]
    with (
        tempfile.TemporaryFile() as errors,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True) as child,  # noqa: S603  our own
    ):
        try:
            outcomes, memory = _heard(child.stdout or (), lambda done: tell(done, total))
        except BaseException:
            child.kill()
            raise
        code = child.wait()
        if memory is None:
            errors.seek(0)
            last = (errors.read().decode(errors="replace").strip().splitlines() or ["no word"])[-1]
            raise ModelError(
                f"The process of the {job.planner} planner ended with code {code}: {last}.",
                hint="It may have run out of memory.",
            )
    return Trial(planner=job.planner, outcomes=tuple(outcomes), memory=memory)


def _heard(lines: Iterable[str], tell: Callable[[int], None]) -> tuple[list[Outcome], Memory | None]:
    """Return what the process prints; no memory where it broke off. Raises ModelError where it says it failed."""
    outcomes: list[Outcome] = []
    for line in lines:
        said: dict[str, Any] = json.loads(line)
        if "error" in said:
            raise ModelError(said["error"], hint=said["hint"])
        if "memory" in said:
            return outcomes, Memory.model_validate(said["memory"])
        outcomes.append(Outcome.model_validate(said))
        tell(len(outcomes))
    return outcomes, None


def run_here(job: Job, done: Callable[[Outcome], None]) -> Memory:
    """Run a job in this process; `done` hears every outcome. Raises SLQError."""
    from copilot.batch import read_state
    from copilot.evals.contenders import load_engine, planner_of
    from copilot.evals.score import outcomes_of
    from copilot.model.memory import import_libraries, peak_mb, resident_mb

    cases, state = cases_of(job), read_state(job.state)
    given = job.model_dump(include={"model", "threads", "context_tokens", "cache"})
    settings = Settings(_env_file=None).model_copy(update=given)
    before_mb = peak_mb()
    if job.planner != "bm25":
        import_libraries()
    libraries_mb = resident_mb()
    engine = load_engine(job.planner, settings, job.adapter)
    model_mb = None
    if engine is not None:
        engine.generate("a", max_tokens=1)
        loaded_mb = resident_mb()
        model_mb = None if loaded_mb is None or libraries_mb is None else loaded_mb - libraries_mb
    planner = planner_of(job.planner, engine, settings)
    planner.plan(cases[0].turns, state)
    for outcome in outcomes_of(cases, state, planner):
        done(outcome)
    return Memory(before_mb=before_mb, peak_mb=peak_mb(), model_mb=model_mb)


def main() -> None:
    """Run the job that the argument names and print what comes of it, a JSON line each; a failure is one too."""
    try:
        memory = run_here(
            Job.model_validate_json(sys.argv[1]), lambda outcome: print(outcome.model_dump_json(), flush=True)
        )
        print(json.dumps({"memory": memory.model_dump(mode="json")}))
    except SLQError as error:
        print(json.dumps({"error": error.message, "hint": error.hint}))
        sys.exit(1)


if __name__ == "__main__":
    main()
