"""A variant applied to its spec: what ``dev`` or ``debug`` adds to an image, as a spec of its own."""

from prill.build.spec import Accounts, Entrypoint, Exclusion, Spec, Variant
from prill.build.spec_terms import package_of
from prill.errors import PrillError
from prill.model.value import replace

__all__ = ["UnknownVariant", "apply_variant"]


class UnknownVariant(PrillError):
    """A spec has no variant of that name."""


def apply_variant(spec: Spec, name: str) -> Spec:
    """Return ``spec`` with its variant ``name`` merged in and no variants left; ``""`` is the image itself.

    Raise `UnknownVariant` where there is no such variant.
    """
    if not name:
        return replace(spec, variants=())
    variant = _variant(spec, name)
    entrypoint, cmd = _command(spec, variant)
    return replace(
        spec,
        contents=replace(
            spec.contents,
            packages=_joined(spec.contents.packages, variant.contents.packages),
            exclude=(*_still_excluded(spec, variant), *variant.contents.exclude),
        ),
        trim=replace(spec.trim, sets=tuple(one for one in spec.trim.sets if one not in variant.untrim)),
        keep_setuid=_joined(spec.keep_setuid, variant.keep_setuid),
        files=(*spec.files, *variant.files),
        paths=(*spec.paths, *variant.paths),
        accounts=_accounts(spec, variant),
        entrypoint=entrypoint,
        cmd=cmd,
        environment=_overlaid(spec.environment, variant.environment),
        work_dir=variant.work_dir or spec.work_dir,
        stop_signal=spec.stop_signal if variant.stop_signal is None else variant.stop_signal,
        ports=_joined(spec.ports, variant.ports),
        volumes=_joined(spec.volumes, variant.volumes),
        annotations=_overlaid(spec.annotations, variant.annotations),
        variants=(),
    )


def _variant(spec: Spec, name: str) -> Variant:
    known = dict(spec.variants)
    if name not in known:
        import difflib  # noqa: PLC0415 - a name is rarely wrong

        near = difflib.get_close_matches(name, known, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"it has {', '.join(known) or 'none'}"
        raise UnknownVariant(f"{spec.name or 'the spec'} has no variant {name!r}", hint=hint)
    return known[name]


def _command(spec: Spec, variant: Variant) -> tuple[Entrypoint, tuple[str, ...]]:
    """Return entrypoint and cmd: arguments of one program are none of another's, as in a Dockerfile."""
    if variant.entrypoint is not None:
        return variant.entrypoint, variant.cmd or ()
    return spec.entrypoint, spec.cmd if variant.cmd is None else variant.cmd


def _accounts(spec: Spec, variant: Variant) -> Accounts:
    return Accounts(
        run_as=variant.accounts.run_as or spec.accounts.run_as,
        users=(*spec.accounts.users, *variant.accounts.users),
        groups=(*spec.accounts.groups, *variant.accounts.groups),
    )


def _still_excluded(spec: Spec, variant: Variant) -> tuple[Exclusion, ...]:
    wanted = {package_of(one) for one in variant.contents.packages}
    return tuple(one for one in spec.contents.exclude if one.name not in wanted)


def _joined(base: tuple[str, ...], more: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*base, *more)))


def _overlaid(base: tuple[tuple[str, str], ...], over: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted({**dict(base), **dict(over)}.items()))
