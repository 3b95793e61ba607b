"""From what an experiment would hold to a ticket: prices, sizes, and what a human should know before a yes."""

from __future__ import annotations

from datetime import date, timedelta

from tools.backtest.evidence import OLD_DATA, doubts, other_warnings
from tools.backtest.record import Experiment, Holdout
from tools.backtest.trial_log import read_ledger
from tools.backtest.trials import Opening
from tools.kernel.errors import NoData, Suggestion
from tools.kernel.spec import Context
from tools.lake.store import open_lake
from tools.trade.record import ProposeArgs
from tools.trade.size import size_positions
from tools.trade.ticket import Ticket, new_ticket
from tools.trade.today import Today
from tools.trade.warn import age_warnings, cash_warnings, holdout_warnings, sizing_warnings, verdict_warnings

PRICE_WINDOW_DAYS = 30


def propose(ctx: Context, record: Experiment, holdout: Holdout | None, today: Today, args: ProposeArgs) -> Ticket:
    """Return a new pending ticket, saved.

    Raises:
        BadRequest: shorts or leverage, which a ticket cannot hold.
        NoData: a target has no recent price.
        WorkspaceError: the ticket cannot be written.
    """
    prices, price_date = _last_prices(ctx, today)
    sizing = size_positions(
        today.targets,
        prices,
        capital_usd=args.capital_usd,
        cost_bps=ctx.settings.commission_bps + ctx.settings.slippage_bps,
        max_positions=args.max_positions,
    )
    now = ctx.now()
    age_days = (now.date() - price_date).days
    warnings = (
        *age_warnings(price_date, age_days),
        *verdict_warnings(record.verdict),
        *holdout_warnings(record, holdout, _spent(ctx, record)),
        *cash_warnings(today.targets),
        *sizing_warnings(sizing, prices, args.capital_usd),
        *doubts(record),
        *(warning for warning in other_warnings(record) if not warning.startswith(OLD_DATA)),
    )
    draft = Ticket(
        ticket="",
        state="pending",
        experiment=record.experiment,
        created_at=now,
        expires_at=now + timedelta(hours=ctx.settings.ticket_valid_hours),
        capital_usd=args.capital_usd,
        positions=sizing.positions,
        invested_usd=sizing.invested_usd,
        cash_usd=sizing.cash_usd,
        cost_usd=sizing.cost_usd,
        signal_date=today.signal_date,
        trained_to=today.trained_to,
        price_date=price_date,
        data_age_days=age_days,
        evidence=record.oos,
        benchmark=record.benchmarks.get("equal_weight"),
        verdict=record.verdict,
        holdout=holdout,
        warnings=tuple(dict.fromkeys(warnings)),
    )
    return new_ticket(ctx.workspace, draft)


def _spent(ctx: Context, record: Experiment) -> Opening | None:
    """Return how the holdout of its hypothesis was opened; None while it is sealed."""
    return None if record.trials is None else read_ledger(ctx.workspace).opening(record.trials.family)


def _last_prices(ctx: Context, today: Today) -> tuple[dict[str, float], date]:
    """Return the raw close of each target on or before the signal date, and the oldest date among them."""
    held = [target.symbol for target in today.targets]
    if not held:
        return {}, today.signal_date
    oldest = today.signal_date - timedelta(days=PRICE_WINDOW_DAYS)
    with open_lake(ctx.workspace) as lake:
        bars = lake.bars(held, start=oldest, end=today.signal_date, adjust="none", sealed=False)
    last = bars.sort_values("ts").groupby("symbol").tail(1)
    prices = {str(row.symbol): float(row.close_raw) for row in last.itertuples()}
    missing = tuple(symbol for symbol in held if symbol not in prices)
    if missing:
        raise NoData(
            f"There are no bars near {today.signal_date} for {', '.join(missing)}.",
            hint=f"Load them first: /ingest_data {', '.join(missing)}",
            suggestion=Suggestion("ingest_data", {"symbols": list(missing)}),
        )
    return prices, last["ts"].min().date()
