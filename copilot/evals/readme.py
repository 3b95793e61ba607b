"""Put the table of an evaluation into the README: `python -m copilot.evals.readme build/eval.json README.md`.

The JSON is what `slq eval --all --json` prints. What stands between the two markers is replaced, and nothing else.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from copilot.evals.scorecard import Scorecard
from copilot.evals.view import readme_table
from tools.kernel.atomic import write_atomic
from tools.kernel.errors import BadRequest, SLQError

START, END = "<!-- scorecard -->", "<!-- /scorecard -->"


def with_table(text: str, table: str) -> str:
    """Return `text` with `table` between its markers. Raises BadRequest where it does not have both once."""
    before, start, rest = text.partition(START)
    _, end, after = rest.partition(END)
    if not start or not end or START in rest or END in after:
        raise BadRequest(f"The text needs {START} and {END} once each, in this order.", hint="Put them in.")
    return f"{before}{START}\n{table}\n{END}{after}"


def cards_of(text: str) -> list[Scorecard]:
    """Return the scorecards in what `slq eval --json` printed."""
    fields = set(Scorecard.model_fields)
    return [
        Scorecard.model_validate({name: value for name, value in each.items() if name in fields})
        for each in json.loads(text)
    ]


def main() -> None:
    """Replace the table of the README that is named second by the figures that are named first."""
    figures, readme = (Path(name) for name in sys.argv[1:3])
    try:
        table = readme_table(cards_of(figures.read_text(encoding="utf-8")))
        write_atomic(readme, with_table(readme.read_text(encoding="utf-8"), table).encode())
    except SLQError as error:
        sys.exit(f"{error.message} {error.hint}")


if __name__ == "__main__":
    main()
