"""`generate_features` and `check_features`."""

from __future__ import annotations

from tools.kernel.spec import Context, Effect, Tool
from tools.lab.record import CheckArgs, Checked, GenerateArgs, Generated


def generate_features(ctx: Context, args: GenerateArgs) -> Generated:
    """Make new features from library ids or expressions, prove that they do not look ahead, and keep them."""
    from tools.lab.generate import generate

    return generate(ctx, args)


def check_features(ctx: Context, args: CheckArgs) -> Checked:
    """Examine features for leaks: does one look ahead, peek at later bars, or use adjusted price levels."""
    from tools.lab.generate import check_features as check

    return check(ctx, args)


GENERATE_FEATURES = Tool(
    name="generate_features",
    args=GenerateArgs,
    result=Generated,
    effect=Effect.WRITE,
    run=generate_features,
    positional="features",
    examples=(
        "make a feature from 14-day RSI times volume z-score",
        "add Bollinger %b and a 60-day skew",
        "create a feature close / sma(200)",
    ),
)

CHECK_FEATURES = Tool(
    name="check_features",
    args=CheckArgs,
    result=Checked,
    effect=Effect.EXECUTE,
    run=check_features,
    positional="features",
    examples=("is my feature leaking?", "does rsi_14 look ahead", "check momentum_20 for look-ahead bias"),
)
