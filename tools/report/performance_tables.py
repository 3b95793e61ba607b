"""Tables of how the strategy did: worst losses, states of the market, benchmarks, certainty, habits."""

from __future__ import annotations

from collections.abc import Iterator

from tools.backtest.record import Experiment
from tools.backtest.statistics.activity import Activity
from tools.backtest.statistics.drawdowns import Drawdown
from tools.backtest.statistics.relative import Relative
from tools.report.number import TIMES, UNDEFINED, format_number
from tools.report.performance import Performance
from tools.report.tables import Cell, Row, number_cell


def drawdown_rows(drawdowns: tuple[Drawdown, ...]) -> list[Row]:
    """Return a row a drawdown, the deepest first: depth, first day, lowest day, end, days in all and to the low."""
    return [
        Row(
            str(rank),
            (
                number_cell(each.depth, "fraction"),
                Cell(str(each.start)),
                Cell(str(each.trough)),
                Cell(str(each.end) if each.end else "not yet"),
                Cell(format_number(each.days)),
                Cell(format_number(each.days_to_trough)),
            ),
        )
        for rank, each in enumerate(drawdowns, start=1)
    ]


def regime_rows(performance: Performance, roles: list[str]) -> list[Row]:
    """Return a row a state of the market: days, return and deepest loss of the strategy, Sharpe ratio of each."""
    states = {role: {each.label: each for each in slices} for role, slices in performance.regimes.items()}
    return [
        Row(
            own.label.capitalize(),
            (
                Cell(format_number(own.days)),
                number_cell(own.total_return, "fraction"),
                number_cell(own.max_drawdown, "fraction"),
                *(number_cell(states[role][own.label].sharpe, "ratio") for role in ("strategy", *roles)),
            ),
        )
        for own in performance.regimes.get("strategy", ())
    ]


def relative_rows(performance: Performance, roles: list[str]) -> list[Row]:
    """Return a row a figure against benchmarks, a column each of `roles`."""
    found = [performance.relative.get(role) for role in roles]
    if not any(found):
        return []
    lines = [list(_against(each)) for each in found]
    return [Row(parts[0][0], tuple(cell for _, cell in parts)) for parts in zip(*lines, strict=True)]


def _against(found: Relative | None) -> Iterator[tuple[str, Cell]]:
    def of(name: str, unit: str) -> Cell:
        return Cell(UNDEFINED) if found is None else number_cell(getattr(found, name), unit)

    yield "Alpha, a year", of("alpha", "fraction")
    yield "Its t-statistic", of("alpha_t", "ratio")
    yield "Beta", of("beta", "ratio")
    yield "Correlation", of("correlation", "ratio")
    yield "Tracking error", of("tracking_error", "fraction")
    yield "Information ratio", of("information_ratio", "ratio")
    yield "Its standard error", of("information_stderr", "ratio")


def certainty_rows(record: Experiment, performance: Performance) -> list[Row]:
    """Return what was measured and the interval that resampled days allow, for Sharpe ratio and drawdown."""
    found = performance.intervals
    if found is None:
        return []
    rows = []
    for label, value, interval, unit in (
        ("Sharpe ratio", record.oos.sharpe, found.sharpe, "ratio"),
        ("Maximum drawdown", record.oos.max_drawdown, found.max_drawdown, "fraction"),
    ):
        rows.append(
            Row(
                label,
                (number_cell(value, unit), number_cell(interval.low, unit), number_cell(interval.high, unit)),
            )
        )
    lo = performance.adjusted
    if lo is not None and lo.adjusted is not None and lo.adjusted_stderr is not None:
        reach = 1.96 * lo.adjusted_stderr
        bounds = (lo.adjusted, lo.adjusted - reach, lo.adjusted + reach)
        rows.append(Row("Sharpe ratio, adjusted (Lo)", tuple(number_cell(value, "ratio") for value in bounds)))
    return rows


def habit_rows(habits: Activity | None) -> list[Row]:
    """Return how the strategy trades; no row where its trades are not known."""
    if habits is None:
        return []
    figures = {
        "Winning days": (habits.hit_rate, "fraction"),
        "Mean gain / mean loss": (habits.payoff, "ratio"),
        "Days invested": (habits.time_invested, "fraction"),
        "Gross exposure": (habits.gross_exposure, "fraction"),
        "Net exposure": (habits.net_exposure, "fraction"),
        "Symbols held": (habits.positions, "ratio"),
        "Days a position is held": (habits.holding_days, "ratio"),
    }
    return [Row(label, (number_cell(value, unit),)) for label, (value, unit) in figures.items()]


def skill_rows(record: Experiment) -> list[Row]:
    """Return what the scores knew: information coefficients with their t-statistics; nothing for rules."""
    if record.skill is None:
        return []
    found = record.skill
    figures = {
        "Information coefficient": (found.ic, "correlation"),
        "Its t-statistic": (found.ic_t, "ratio"),
        "Rank information coefficient": (found.rank_ic, "correlation"),
        "Its t-statistic ": (found.rank_ic_t, "ratio"),
        "Days with a positive one": (found.positive, "fraction"),
    }
    return [Row(label, (number_cell(value, unit),)) for label, (value, unit) in figures.items()]


def room_rows(record: Experiment) -> list[Row]:
    """Return how much capital the trades could have carried; nothing where volumes are not known."""
    if record.room is None:
        return []
    return [
        Row("Capital at 5 % of volume", (number_cell(record.room.participation_usd, "usd"),)),
        Row("Capital at which impact takes all", (number_cell(record.room.breakeven_usd, "usd"),)),
    ]


def order_rows(record: Experiment) -> list[Row]:
    """Return what became of the orders, and how often each limit bound; nothing for older records."""
    if record.fills is None or record.rejects is None:
        return []
    rows = [Row("Orders", (Cell(format_number(record.orders)),))]
    rows += [Row("Orders refused", (Cell(format_number(record.rejects)),))]
    return rows + [
        Row(f"Limit {each.rule.replace('_', ' ')}", (Cell(f"{format_number(each.count)}{TIMES}"),))
        for each in record.clamps
    ]
