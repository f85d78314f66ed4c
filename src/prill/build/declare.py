"""The order in which Prill makes what maintainer scripts would have made; each maker is a module of its own."""

import re
from collections.abc import Iterator, Mapping

from prill.build.account_files import packaged_accounts
from prill.build.accounts import Accounts, Group, User, join_accounts
from prill.build.alternatives import alternative_links, interpreter_links
from prill.build.generated import GeneratedEntry
from prill.build.listing import PackageListing
from prill.build.loader_cache import DEBIAN_13_GLIBC, loader_entries
from prill.build.memo import Memo
from prill.build.package_sources import package_sources
from prill.build.spec import Spec
from prill.build.system_files import system_files
from prill.build.tree import RootfsTree
from prill.distro.debian import release_named
from prill.model import Distro, FileTree
from prill.model.regex import regex

__all__ = ["declare", "image_accounts", "image_distro"]

_VERSION = regex(rb"^Version: (?:\d+:)?(\d+)\.(\d+)", re.MULTILINE)
_CERTIFICATES = (
    "usr/share/ca-certificates/**",
    "usr/local/share/ca-certificates/**",
    "etc/ca-certificates.conf",
    "etc/ssl/**",
    "usr/lib/ssl/**",
    "usr/lib/*/libssl.so.*",
    "usr/lib/jvm/*/lib/security/cacerts",
    "usr/lib/jvm/**/bin/java",
)
"""Everything that bundle and keystore are made from, and what may stand where they go."""


def image_accounts(spec: Spec, tree: FileTree) -> Accounts:
    """Join the accounts of base-passwd, where it is in the image, the usual ones and the spec's."""
    users = (
        User(
            name=user.username,
            uid=user.uid,
            gid=user.uid if user.gid is None else user.gid,
            home=user.homedir or "",
            shell=user.shell,
        )
        for user in spec.accounts.users
    )
    groups = (Group(name=group.groupname, gid=group.gid, members=group.members) for group in spec.accounts.groups)
    return join_accounts(packaged_accounts(tree), tuple(users), tuple(groups))


def image_distro(spec: Spec) -> Distro:
    """Return the distribution that a spec names."""
    release = release_named(spec.contents.distribution)
    return Distro(
        id="debian",
        version=release.version,
        codename=release.codename,
        name=f"Debian GNU/Linux {release.version} ({release.codename})",
    )


def declare(
    spec: Spec,
    tree: RootfsTree,
    listings: Mapping[str, PackageListing],
    *,
    architecture: str,
    memo: Memo,
    released: int,
) -> Iterator[tuple[GeneratedEntry, ...]]:
    """Yield what is to be made, step by step; each step sees in ``tree`` what those before it made.

    1. Folders, links and small files that every system has.
    2. Alternatives and interpreter links.
    3. Where apt gets packages from, in an image that has it.
    4. Certificates, for OpenSSL and for Java.
    5. The loader's links and cache, last, since it lists what is there.
    """
    yield system_files(tree, image_distro(spec))
    yield alternative_links(tree, (one for name in sorted(listings) for one in listings[name].alternatives))
    yield interpreter_links(tree)
    yield package_sources(tree, spec, released=released)
    yield memo.recall("certificates", tree, _CERTIFICATES, lambda: _certificates(tree))
    objects = {path: found for name in sorted(listings) for path, found in listings[name].objects}
    yield loader_entries(tree, objects, architecture=architecture, glibc=_glibc(listings))


def _glibc(listings: Mapping[str, PackageListing]) -> tuple[int, int]:
    """Return the version of the C library that the image has."""
    libc = listings.get("libc6")
    found = _VERSION.search(libc.control) if libc else None
    return (int(found[1]), int(found[2])) if found else DEBIAN_13_GLIBC


def _certificates(tree: RootfsTree) -> tuple[GeneratedEntry, ...]:
    from prill.build.certificates import ca_bundle, certificate_files, certificates_in  # noqa: PLC0415 - see Memo
    from prill.build.keystore import keystore_entries  # noqa: PLC0415

    files = certificate_files(tree)
    return (*ca_bundle(tree, files), *keystore_entries(tree, certificates_in(files)))
