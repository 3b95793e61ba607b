"""`propose_trades`: a decision ticket from what an experiment would hold today."""

from __future__ import annotations

from tools.kernel.spec import Context, Effect, Tool
from tools.trade.record import ProposeArgs
from tools.trade.ticket import Ticket


def propose_trades(ctx: Context, args: ProposeArgs) -> Ticket:
    """Propose what to buy with an amount of money; ends in a ticket a human must confirm."""
    from tools.backtest.folder import find_experiment, load_experiment, load_holdout
    from tools.trade.propose import propose
    from tools.trade.today import todays_targets

    folder = find_experiment(ctx.workspace, args.experiment)
    record = load_experiment(folder)
    return propose(ctx, record, load_holdout(folder), todays_targets(ctx, record), args)


PROPOSE_TRADES = Tool(
    name="propose_trades",
    args=ProposeArgs,
    result=Ticket,
    effect=Effect.TRADE,
    run=propose_trades,
    positional="capital_usd",
    examples=("what would you trade with 50k", "suggest positions for $10,000"),
)
