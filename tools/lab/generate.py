"""Make features: resolve, prove, write, register; nothing is kept unless every one of them holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from tools.features.evidence import Evidence
from tools.features.examine import admit, examine
from tools.features.feature import Signal
from tools.features.generated import GeneratedCode
from tools.features.registry import PREFIX, Registered, find, register, registered
from tools.features.resolve import Resolved, require_index, resolve, resolve_all
from tools.kernel import confined
from tools.kernel.atomic import write_atomic
from tools.kernel.errors import BadRequest, WorkspaceError
from tools.kernel.fingerprint import code_version, of_bytes
from tools.kernel.spec import Context
from tools.lab.codegen import Spec, spec_of, text_of
from tools.lab.count import count_looks
from tools.lab.examine import Ground, describe, ground
from tools.lab.naming import automatic, chosen
from tools.lab.record import CheckArgs, Checked, GenerateArgs, Generated, GeneratedFeature
from tools.report.feature_page import feature_page


def generate(ctx: Context, args: GenerateArgs) -> Generated:
    """Make the features that `args` asks for.

    Raises:
        BadRequest: the request names nothing, something that is no feature, or a name that is taken.
        GateFailed: one looks ahead; none is kept then.
        SandboxError: Python source was refused or failed.
        NoData: there are no bars to prove it on.
        WorkspaceError: the files cannot be written.
    """
    specs = _specs(ctx, args)
    _require_free(ctx, specs)
    on = ground(ctx, args.symbols)
    signals = [spec.signal for spec in specs.values()]
    require_index(signals, on.panel)
    evidence = admit(signals, on.panel, progress=ctx.progress)
    count_looks(ctx, on, evidence)
    made, snapshot = [], on.bars.snapshot
    for (name, spec), proof in zip(specs.items(), evidence, strict=True):
        feature, snapshot = _keep(ctx, name, spec, proof, on)
        made.append(feature)
    return Generated(
        features=tuple(made),
        symbols=on.panel.symbols,
        data_snapshot=snapshot,
        code_version=code_version(),
        layers=_layers(ctx, signals),
        warnings=on.warnings,
    )


def check_features(ctx: Context, args: CheckArgs) -> Checked:
    """Examine features without keeping anything; a leak is an answer here, not an error.

    Raises BadRequest, NoData, SandboxError, WorkspaceError: as `generate`.
    """
    signals, refused = _to_check(ctx, args.features)
    if not signals and not refused:
        raise BadRequest("No feature was named, and none was made yet.", hint="Name one: /check_features rsi_14")
    on = ground(ctx, args.symbols)
    require_index(tuple(signals.values()), on.panel)
    found = []
    for done, (text, signal) in enumerate(signals.items(), start=1):
        proof = examine(signal, on.panel)
        name = text if text.startswith(PREFIX) else signal.id
        found.append(describe(name, spec_of(signal), proof, signal.compute(on.panel)))
        ctx.progress("leak checks", done, len(signals))
    count_looks(ctx, on, [feature.evidence for feature in found])
    return Checked(
        features=tuple(found),
        leaking=tuple(feature.name for feature in found if not feature.holds),
        refused=tuple(refused),
        symbols=on.panel.symbols,
        data_snapshot=on.bars.snapshot,
        layers=_layers(ctx, tuple(signals.values())),
        warnings=(*on.warnings, *refused.values()),
    )


def _to_check(ctx: Context, texts: Sequence[str]) -> tuple[dict[str, Resolved], dict[str, str]]:
    """Return the signals to examine and name -> why one cannot be; all generated ones where none is named.

    Raises:
        WorkspaceError: the file of a feature that was named is missing or was edited.
        BadRequest: a name means nothing.
    """
    if texts:
        return {text: resolve(ctx, text) for text in texts}, {}
    signals: dict[str, Resolved] = {}
    refused: dict[str, str] = {}
    for name in registered(ctx.workspace):
        try:
            signals[name] = resolve(ctx, name)
        except WorkspaceError as error:
            refused[name] = f"{name} was not examined. {error.message} {error.hint}".strip()
    return signals, refused


def _specs(ctx: Context, args: GenerateArgs) -> dict[str, Spec]:
    """Return name -> specification of what is asked for. Raises BadRequest."""
    if args.code is not None:
        if args.features:
            raise BadRequest("Give either features or code, not both.", hint="Make them one after the other.")
        digest = of_bytes(args.code.encode())
        name = chosen(args.name) if args.name else f"{PREFIX}python_{digest[:6]}"
        return {name: spec_of(GeneratedCode(name, args.code, ctx.settings))}
    made = [text for text in args.features if text.startswith(PREFIX)]
    for name in made:
        find(ctx.workspace, name)
    if made and len(made) == len(args.features):
        raise BadRequest(f"{', '.join(made)} was made before.", hint=f"Examine it again: /check_features {made[0]}")
    signals = resolve_all(ctx, [text for text in args.features if text not in made])
    specs = [spec_of(signal) for signal in signals]
    if args.name and len(specs) > 1:
        raise BadRequest(f"One name cannot serve {len(specs)} features.", hint="Leave the name out, or make one.")
    if args.name:
        return {chosen(args.name): specs[0]}
    return {automatic(spec.text, spec.sha256): spec for spec in specs}


def _require_free(ctx: Context, specs: Mapping[str, Spec]) -> None:
    """Raise BadRequest where a name means another feature already: experiments were run with it under that name."""
    held = registered(ctx.workspace)
    for name, spec in specs.items():
        if name in held and (held[name].kind, held[name].spec) != (spec.kind, spec.text):
            says = held[name].spec if held[name].kind != "python" else "other Python source"
            raise BadRequest(
                f"{name} is already the name of another feature: {says}.",
                hint=f"Choose another name, or remove that feature first: slq data purge {name}",
            )


def _keep(ctx: Context, name: str, spec: Spec, proof: Evidence, on: Ground) -> tuple[GeneratedFeature, int]:
    """Write the file and the page of a feature and register it; return its record and the lake's snapshot."""
    signal = spec.signal
    if isinstance(signal, GeneratedCode):
        signal = replace(signal, warmup=proof.warmup_bars)  # as it will be used: without its warm-up
    values = signal.compute(on.panel)
    shown = describe(name, spec, proof, values)
    page = ctx.workspace.features / f"{name}.html"
    write_atomic(page, feature_page(name, spec.description, spec.unit, proof, values).encode())
    text = text_of(name, spec)
    feature = Registered(name, spec.kind, spec.text, spec.sha256, of_bytes(text.encode()), proof)
    snapshot = register(ctx.workspace, feature, text)
    root = ctx.workspace.root
    record = GeneratedFeature(
        **dict(shown),
        file=(ctx.workspace.features / f"{name}.py").relative_to(root).as_posix(),
        page=page.relative_to(root).as_posix(),
        spec_sha256=spec.sha256,
    )
    return record, snapshot


def _layers(ctx: Context, signals: Sequence[Signal]) -> dict[str, str]:
    """Return the layers that code ran under; none where no code ran."""
    ran = any(isinstance(signal, GeneratedCode) for signal in signals)
    return confined.layers(ctx.settings) if ran else {}
