import hashlib
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from debian_archive import DAY, NOW, SmallDebian, clearsign, fingerprint, release_text, utc
from loopback import Handler, Loopback
from prill._io.cache import ContentCache
from prill._io.clock import FixedClock
from prill._io.fetch_errors import TimedOut
from prill._io.http import Fetcher, Patience
from prill._io.urls import RedirectRefused
from prill._io.verified import DigestMismatch, SizeMismatch
from prill.distro.deb.apt_sources import AptMirror, AptSources
from prill.distro.deb.archive import Archive, InvalidPoolPath, NotCached, NoUsableMirror, Wanted
from prill.distro.deb.downloads import Gone, Progress
from prill.distro.deb.mirrors import Mirror, choose_mirrors
from prill.distro.deb.openpgp import BadSignature, UnknownSigner
from prill.distro.deb.release import InvalidRelease, NoSuchIndex, ReleaseExpired, WrongRelease
from prill.distro.deb.suite_state import ReleaseWentBack
from prill.errors import PrillError

QUICK = Patience(connect=2, read=0.3, window=0.2, attempts=2, pause=0.0)
HELLO = "pool/main/h/hello/hello_2.10-3_amd64.deb"
BASE = "pool/main/b/base/base_1+b2_amd64.deb"
OPENSSL = "pool/updates/main/o/openssl/openssl_3.5~1_amd64.deb"
NAMES = ["trixie", "trixie-updates", "trixie-security"]

Open = Callable[..., Archive]


@pytest.fixture
def fetcher() -> Iterator[Fetcher]:
    with Fetcher(patience=QUICK, sleep=lambda _: None) as running:
        yield running


@pytest.fixture
def cache(tmp_path: Path) -> ContentCache:
    return ContentCache(tmp_path / "cache", clock=FixedClock(NOW))


@pytest.fixture
def open_archive(server: Loopback, debian: SmallDebian, fetcher: Fetcher, cache: ContentCache) -> Open:
    """Serve the small archive, and return how to open it."""
    server.files = debian.files()

    def open_it(
        mirrors: tuple[Mirror, ...] | None = None, *, now: int = NOW, offline: bool = False, snapshot: str | None = None
    ) -> Archive:
        mirrors = mirrors or choose_mirrors(option=[f"{server.url}/debian"])
        clock = FixedClock(now)
        return Archive(debian.release, mirrors, fetcher, cache, clock=clock, offline=offline, snapshot=snapshot)

    return open_it


def apt(*urls: str) -> AptSources:
    return AptSources(mirrors=tuple(AptMirror(url=url, suites=("trixie",), where=url) for url in urls), ignored=())


def wanted(debian: SmallDebian, path: str, *, released: int | None = None) -> Wanted:
    suite = next(suite for suite in debian.suites.values() if path in suite.packages)
    data = suite.packages[path]
    sha256 = hashlib.sha256(data).hexdigest()
    return Wanted(filename=path, size=len(data), sha256=sha256, pocket=suite.pocket.name, released=released)


def everything(debian: SmallDebian) -> list[Wanted]:
    return [wanted(debian, path) for suite in debian.suites.values() for path in suite.packages]


class TestReleases:
    def test_each_pocket_is_verified(self, open_archive: Open, server: Loopback):
        releases = open_archive().releases()
        assert [release.pocket for release in releases] == NAMES
        assert releases[0].signers == tuple(sorted((fingerprint("automatic"), fingerprint("stable"))))
        assert releases[2].url == f"{server.url}/debian-security/dists/trixie-security/InRelease"

    def test_they_are_fetched_once(self, open_archive: Open, server: Loopback):
        archive = open_archive()
        assert archive.releases() == archive.releases()
        assert len(server.requests) == 3

    def test_a_mirror_with_all_under_one_root(self, open_archive: Open, server: Loopback, debian: SmallDebian):
        server.files = debian.files(security="/debian")
        assert open_archive().releases()[2].url == f"{server.url}/debian/dists/trixie-security/InRelease"

    def test_a_local_folder(self, open_archive: Open, debian: SmallDebian, tmp_path: Path):
        for path, data in debian.files().items():
            target = tmp_path / "mirror" / path.lstrip("/")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        archive = open_archive(choose_mirrors(option=[f"file://{tmp_path}/mirror/debian"]))
        assert [release.pocket for release in archive.releases()] == NAMES
        assert len(archive.packages("amd64")) == 3
        assert len(archive.fetch_all(everything(debian))) == 4

    def test_a_changed_inrelease(self, open_archive: Open, server: Loopback):
        path = "/debian/dists/trixie/InRelease"
        server.files[path] = server.files[path].replace(b"13.8", b"13.9")
        with pytest.raises(BadSignature):
            open_archive().releases()

    def test_an_inrelease_by_an_unknown_key(self, open_archive: Open, server: Loopback):
        server.files["/debian/dists/trixie/InRelease"] = clearsign("Origin: Debian\n", "stranger")
        with pytest.raises(UnknownSigner):
            open_archive().releases()

    def test_the_archives_keys_do_not_vouch_for_security(
        self, open_archive: Open, server: Loopback, debian: SmallDebian
    ):
        debian.suites["trixie-security"].signers = ("automatic",)
        server.files = debian.files()
        with pytest.raises(UnknownSigner):
            open_archive().releases()

    def test_a_stale_release(self, open_archive: Open):
        with pytest.raises(ReleaseExpired):
            open_archive(now=NOW + 7 * DAY).releases()

    def test_a_release_of_another_suite(self, open_archive: Open, server: Loopback):
        server.files["/debian/dists/trixie/InRelease"] = server.files["/debian/dists/trixie-updates/InRelease"]
        with pytest.raises(WrongRelease):
            open_archive().releases()

    def test_a_suite_that_goes_back(self, open_archive: Open, server: Loopback, debian: SmallDebian):
        open_archive().releases()
        debian.change("trixie", Date=utc(NOW - 2 * DAY))
        server.files = debian.files()
        with pytest.raises(ReleaseWentBack):
            open_archive().releases()

    @pytest.mark.parametrize("length", [0, 1, 100, 900])
    def test_a_cut_inrelease(self, open_archive: Open, server: Loopback, length: int):
        path = "/debian/dists/trixie/InRelease"
        server.files[path] = server.files[path][:length]
        with pytest.raises(BadSignature):
            open_archive().releases()

    def test_an_inrelease_without_end(self, open_archive: Open, server: Loopback):
        server.behaviour["/debian/dists/trixie/InRelease"] = lambda handler: handler.send_file(b"", length=1 << 40)
        with pytest.raises(NoUsableMirror, match="announced with"):
            open_archive().releases()

    @pytest.mark.parametrize(
        ("behave", "reason"),
        [
            (lambda handler: handler.send_file(b"", status=500), "answers 500"),
            (lambda handler: handler.server.waiting.wait(20), "stopped answering"),
            (lambda handler: handler.redirect("http://elsewhere.invalid/"), "another host"),
            (lambda handler: handler.send_file(None), "there is no such file"),
        ],
        ids=["500", "hangs", "redirects", "404"],
    )
    def test_the_next_mirror_is_asked_and_the_reason_kept(
        self, open_archive: Open, server: Loopback, debian: SmallDebian, behave: Callable[[Handler], None], reason: str
    ):
        with Loopback(debian.files()) as other:
            for name in NAMES[:2]:
                server.behaviour[f"/debian/dists/{name}/InRelease"] = behave
            archive = open_archive(choose_mirrors(option=[f"{server.url}/debian", f"{other.url}/debian"]))
            assert archive.releases()[0].url.startswith(other.url)
        assert [gap.subject for gap in archive.notes] == [f"{server.url}/debian ({name})" for name in sorted(NAMES[:2])]
        assert all(reason in gap.reason for gap in archive.notes)

    def test_no_mirror_at_all(self, open_archive: Open, server: Loopback):
        server.files = {}
        with pytest.raises(NoUsableMirror, match=r"no mirror serves trixie.* of debian:13") as caught:
            open_archive().releases()
        assert f"{server.url}/debian (trixie" in str(caught.value)
        assert "--mirror" in str(caught.value.hint)

    def test_apts_sources_that_are_not_debians_are_ignored_and_named(self, open_archive: Open, server: Loopback):
        with Loopback() as other:
            text = "Origin: Other\nCodename: trixie\n"
            other.files["/linux/dists/trixie/InRelease"] = clearsign(text, "stranger")
            urls = (f"{other.url}/linux", f"{server.url}/debian", f"{server.url}/debian-security")
            archive = open_archive(choose_mirrors(apt=apt(*urls)))
            assert [release.pocket for release in archive.releases()] == NAMES
        reasons = {gap.subject: gap.reason for gap in archive.notes}
        assert "none of which is trusted" in reasons[f"{other.url}/linux (trixie)"]

    def test_apts_sources_that_nothing_is_asked_of_are_named(self, open_archive: Open, server: Loopback):
        with Loopback() as other:
            urls = (f"{server.url}/debian", f"{server.url}/debian-security", f"{other.url}/linux")
            archive = open_archive(choose_mirrors(apt=apt(*urls)))
            archive.releases()
            assert other.requests == []
        named = {gap.subject: gap.reason for gap in archive.notes if gap.subject.startswith(other.url)}
        assert named == {f"{other.url}/linux": "not asked: other sources of apt's have all of debian:13"}

    def test_a_source_of_apts_is_asked_for_packages_only_once_its_release_is_debians(
        self, open_archive: Open, server: Loopback, debian: SmallDebian
    ):
        path = next(iter(debian.suites["trixie"].packages))
        package = server.files.pop(f"/debian/{path}")
        with Loopback() as other:
            own = (f"{server.url}/debian", f"{server.url}/debian-security")
            mirrors = choose_mirrors(apt=apt(*own, f"{other.url}/linux", f"{other.url}/debian"))
            archive = open_archive(mirrors)
            archive.releases()
            with pytest.raises(Gone):
                archive.fetch_all([wanted(debian, path)])
            assert set(other.paths) == {
                "/linux/dists/trixie/InRelease",
                "/debian/dists/trixie/InRelease",
            }
            other.files = debian.files() | {f"/debian/{path}": package}
            assert len(open_archive(mirrors).fetch_all([wanted(debian, path)])) == 1
            assert f"/linux/{path}" not in other.paths

    def test_where_apt_has_no_debian_the_snapshot_is_asked(
        self, open_archive: Open, server: Loopback, debian: SmallDebian
    ):
        stamp = "20270110T000000Z"
        then = NOW - 5 * DAY
        for name in NAMES:
            debian.change(name, Date=utc(then - 2 * DAY), Valid_Until=utc(then + 5 * DAY))
        with Loopback() as snapshot:
            snapshot.files = debian.files(f"/archive/debian/{stamp}", f"/archive/debian-security/{stamp}")
            mirrors = choose_mirrors(apt=apt(f"{server.url}/nothing"), timestamp=1_799_539_200, snapshot=snapshot.url)
            archive = open_archive(mirrors, now=NOW + 30 * DAY)
            assert (
                archive.releases()[2].url
                == f"{snapshot.url}/archive/debian-security/{stamp}/dists/trixie-security/InRelease"
            )
            assert len(archive.fetch_all(everything(debian))) == 4

    def test_a_snapshot_is_judged_at_its_own_time(self, open_archive: Open, server: Loopback, debian: SmallDebian):
        stamp = "20261224T000000Z"
        server.files = debian.files(f"/archive/debian/{stamp}", f"/archive/debian-security/{stamp}")
        mirrors = choose_mirrors(option=[f"{server.url}/archive/debian/{stamp}"])
        with pytest.raises(PrillError, match="ahead"):
            open_archive(mirrors).releases()


class TestPackages:
    def test_each_pocket_has_its_index(self, open_archive: Open, debian: SmallDebian):
        packages = open_archive().packages("amd64")
        assert [(release.pocket, data) for release, data in packages] == [
            (name, debian.suites[name].index("amd64")) for name in NAMES
        ]

    def test_they_come_by_hash_and_compressed_best(self, open_archive: Open, server: Loopback):
        archive = open_archive()
        archive.packages("arm64")
        file = archive.releases()[0].file("main/binary-arm64/Packages.xz")
        assert f"/debian/dists/trixie/main/binary-arm64/by-hash/SHA256/{file.sha256}" in server.paths

    def test_without_by_hash_they_come_by_name(self, open_archive: Open, server: Loopback, debian: SmallDebian):
        for name in NAMES:
            debian.change(name, Acquire_By_Hash=None)
        server.files = debian.files()
        assert len(open_archive().packages("amd64")) == 3
        assert not any("by-hash" in path for path in server.paths)

    def test_a_mirror_that_lost_the_hashed_name_is_asked_by_name(self, open_archive: Open, server: Loopback):
        server.files = {path: data for path, data in server.files.items() if "by-hash" not in path}
        assert len(open_archive().packages("amd64")) == 3

    def test_the_second_time_nothing_is_fetched(self, open_archive: Open, server: Loopback):
        first = open_archive().packages("amd64")
        server.requests.clear()
        assert open_archive().packages("amd64") == first
        assert server.paths == [path for path in server.paths if path.endswith("InRelease")]

    def test_a_damaged_index_in_the_cache_is_fetched_again(self, open_archive: Open, cache: ContentCache):
        first = open_archive().packages("amd64")
        for path in (cache.root / "derived/indexes").rglob("*/*"):
            path.write_bytes(path.read_bytes()[:-1] + b"X")
        assert open_archive().packages("amd64") == first

    def test_an_architecture_the_release_does_not_have(self, open_archive: Open):
        with pytest.raises(NoSuchIndex, match="binary-vax"):
            open_archive().packages("vax")

    def test_packages_for_all_architectures_may_be_kept_apart(
        self, open_archive: Open, server: Loopback, debian: SmallDebian
    ):
        for name in NAMES:
            debian.change(name, No_Support_for_Architecture_all=None)
        server.files = debian.files()
        packages = open_archive().packages("amd64")
        assert [release.pocket for release, _ in packages] == [name for name in NAMES for _ in range(2)]
        assert packages[1][1] == debian.suites["trixie"].index("all")

    @pytest.mark.parametrize(
        ("change", "error"),
        [
            (lambda data: data[:-1] + b"X", DigestMismatch),
            (lambda data: data[:-1], SizeMismatch),
            (lambda data: data + b"X", SizeMismatch),
            (lambda data: data[:0], SizeMismatch),
        ],
        ids=["changed", "cut", "longer", "empty"],
    )
    def test_a_changed_index(
        self, open_archive: Open, server: Loopback, change: Callable[[bytes], bytes], error: type[PrillError]
    ):
        for path in server.files:
            if "/binary-amd64/" in path:
                server.files[path] = change(server.files[path])
        with pytest.raises(error):
            open_archive().packages("amd64")

    def test_an_index_that_unpacks_to_something_else_than_was_signed(
        self, open_archive: Open, server: Loopback, debian: SmallDebian
    ):
        whole = debian.suites["trixie"].index("amd64")
        packed = server.files["/debian/dists/trixie/main/binary-amd64/Packages.xz"]
        listed = "".join(
            f" {hashlib.sha256(data).hexdigest()} {size} main/binary-amd64/Packages{suffix}\n"
            for data, size, suffix in ((whole, len(whole) - 1, ""), (packed, len(packed), ".xz"))
        )
        text = release_text(Date=utc(NOW)) + listed
        server.files["/debian/dists/trixie/InRelease"] = clearsign(text, "automatic")
        with pytest.raises(InvalidRelease, match="not what the Release says"):
            open_archive().packages("amd64")


class TestFetching:
    def test_all_are_fetched_verified_and_kept(self, open_archive: Open, debian: SmallDebian, cache: ContentCache):
        archive = open_archive()
        items = everything(debian)
        paths = archive.fetch_all(items)
        assert {item.sha256 for item in items} == set(paths)
        assert all(hashlib.sha256(path.read_bytes()).hexdigest() == sha256 for sha256, path in paths.items())
        assert cache.info().kinds[0].entries == len(items)

    def test_what_is_there_is_not_fetched(self, open_archive: Open, debian: SmallDebian, server: Loopback):
        first = open_archive().fetch_all(everything(debian))
        server.requests.clear()
        assert open_archive().fetch_all(everything(debian)) == first
        assert server.requests == []

    def test_progress_adds_up(self, open_archive: Open, debian: SmallDebian):
        steps: list[Progress] = []
        items = everything(debian)
        open_archive().fetch_all([*items, items[0]], progress=steps.append)
        last = steps[-1]
        total = sum(item.size for item in items)
        assert (last.files, last.total_files, last.bytes, last.total_bytes) == (4, 4, total, total)

    def test_names_are_quoted(self, open_archive: Open, debian: SmallDebian, server: Loopback):
        open_archive().fetch_all([wanted(debian, BASE), wanted(debian, OPENSSL)])
        assert sorted(server.paths) == [f"/debian-security/{OPENSSL}", f"/debian/{BASE}"]

    @pytest.mark.parametrize(
        "path",
        [
            "../x.deb",
            "/x.deb",
            "pool/../../x.deb",
            "pool//x.deb",
            "",
            "pool/x deb",
            "pool/",
            "pool/x?y",
            "pool/x#y",
            "pool/\u202ex",
        ],
    )
    def test_names_that_leave_the_archive(self, path: str):
        with pytest.raises(InvalidPoolPath):
            Wanted(filename=path, size=1, sha256="0" * 64, pocket="trixie")

    @pytest.mark.parametrize(
        ("behave", "error"),
        [
            (lambda handler: handler.send_file(b"jello" * 1000), DigestMismatch),
            (lambda handler: handler.send_file(b"hello"), SizeMismatch),
            (lambda handler: handler.send_file(b"hello" * 1001), SizeMismatch),
            (lambda handler: handler.redirect("http://elsewhere.invalid/x.deb"), RedirectRefused),
            (lambda handler: handler.send_file(None), Gone),
            (lambda handler: handler.send_file(b"", status=500), Gone),
            (lambda handler: handler.server.waiting.wait(20), Gone),
            (lambda handler: (handler.send_file(b"hello", length=5000), handler.cut())[0], Gone),
        ],
        ids=["changed", "short", "long", "redirects", "404", "500", "hangs", "cut"],
    )
    def test_what_one_mirror_cannot_another_can(
        self,
        open_archive: Open,
        server: Loopback,
        debian: SmallDebian,
        cache: ContentCache,
        behave: Callable[[Handler], None],
        error: type[PrillError],
    ):
        server.behaviour[f"/debian/{HELLO}"] = behave
        item = wanted(debian, HELLO)
        with pytest.raises(error) as caught:
            open_archive().fetch_all([item])
        assert "hello_2.10-3_amd64.deb" in str(caught.value)
        assert cache.info().kinds == ()
        with Loopback(debian.files()) as other:
            archive = open_archive(choose_mirrors(option=[f"{server.url}/debian", f"{other.url}/debian"]))
            assert archive.fetch_all([item])[item.sha256].read_bytes() == b"hello" * 1000
        assert archive.notes

    def test_a_mirror_that_hangs_is_not_asked_again(self, open_archive: Open, server: Loopback, debian: SmallDebian):
        server.behaviour["*"] = lambda handler: handler.server.waiting.wait(20)
        with Loopback(debian.files()) as other:
            archive = open_archive(choose_mirrors(option=[f"{server.url}/debian", f"{other.url}/debian"]))
            archive.fetch_all([wanted(debian, HELLO)])
            asked = len(server.requests)
            archive.fetch_all([wanted(debian, BASE)])
        assert len(server.requests) == asked
        assert [gap.subject for gap in archive.notes] == [f"{server.url}/debian"]

    def test_what_the_mirrors_lost_is_in_the_snapshot_of_its_time(
        self, open_archive: Open, server: Loopback, debian: SmallDebian
    ):
        server.files = {}
        with Loopback() as snapshot:
            # The Release was made on 2027-01-14; the snapshot half a day later has the package.
            snapshot.files["/archive/debian/20270114T200000Z/" + HELLO] = b"hello" * 1000
            snapshot.files["/archive/debian-security/20270114T080000Z/" + OPENSSL] = b"ssl"
            released = NOW - DAY
            items = [wanted(debian, path, released=released) for path in (HELLO, OPENSSL)]
            paths = open_archive(snapshot=snapshot.url).fetch_all(items)
        assert [path.read_bytes() for path in paths.values()] == [b"hello" * 1000, b"ssl"]

    def test_a_package_that_is_nowhere(self, open_archive: Open, server: Loopback, debian: SmallDebian):
        server.files = {}
        item = wanted(debian, HELLO, released=NOW - DAY)
        with Loopback() as snapshot, pytest.raises(Gone, match=r"hello_.*_amd64.deb' is nowhere to be had") as caught:
            open_archive(snapshot=snapshot.url).fetch_all([item])
        assert f"{server.url}/debian, {snapshot.url}/archive/debian/20270114T200000Z" in str(caught.value)
        assert "lock again" in str(caught.value.hint)

    def test_the_first_failure_ends_the_others(self, open_archive: Open, server: Loopback, debian: SmallDebian):
        server.files.pop(f"/debian/{HELLO}")

        def drip(handler: Handler) -> None:
            handler.send_response(200)
            handler.send_header("Content-Length", "3")
            handler.end_headers()
            handler.wfile.write(b"s")
            handler.server.waiting.wait(0.1)
            handler.wfile.write(b"sl")

        server.behaviour[f"/debian-security/{OPENSSL}"] = drip
        with pytest.raises(Gone):
            open_archive().fetch_all([wanted(debian, OPENSSL), wanted(debian, HELLO)])


class TestOffline:
    def test_a_second_run_needs_no_network(self, open_archive: Open, server: Loopback, debian: SmallDebian):
        online = open_archive()
        packages, paths = online.packages("amd64"), online.fetch_all(everything(debian))
        server.requests.clear()
        offline = open_archive(offline=True, now=NOW + 30 * DAY + 7200)
        assert offline.releases() == online.releases()
        assert offline.packages("amd64") == packages
        assert offline.fetch_all(everything(debian)) == paths
        assert server.requests == []
        assert {gap.reason for gap in offline.notes} == {"offline: as it was 30 days 2 hours ago"}

    def test_without_a_first_run_there_is_nothing(self, open_archive: Open):
        with pytest.raises(NotCached, match="was never fetched") as caught:
            open_archive(offline=True).releases()
        assert "--offline" in str(caught.value.hint)

    def test_an_index_that_is_not_there(self, open_archive: Open, server: Loopback):
        open_archive().releases()
        server.requests.clear()
        with pytest.raises(NotCached, match="Packages is not in the cache"):
            open_archive(offline=True).packages("amd64")
        assert server.requests == []

    def test_all_missing_packages_are_named_at_once(self, open_archive: Open, server: Loopback, debian: SmallDebian):
        open_archive().fetch_all([wanted(debian, HELLO)])
        server.requests.clear()
        with pytest.raises(NotCached, match="3 packages are not in the cache") as caught:
            open_archive(offline=True).fetch_all(everything(debian))
        assert BASE in str(caught.value)
        assert OPENSSL in str(caught.value)
        assert HELLO not in str(caught.value)
        assert server.requests == []

    def test_one_missing_package_is_one(self, open_archive: Open, debian: SmallDebian):
        with pytest.raises(NotCached, match=f"^one package is not in the cache:\n  {re.escape(HELLO)}$"):
            open_archive(offline=True).fetch_all([wanted(debian, HELLO)])

    def test_a_changed_state_is_verified_like_any_other(self, open_archive: Open, cache: ContentCache):
        open_archive().releases()
        (path,) = (cache.state / "suites").glob("trixie-[0-9a-f]*")
        head, _, data = path.read_bytes().partition(b"\n")
        changed = data.replace(b"13.8", b"13.9")
        digests = (hashlib.sha256(data).hexdigest().encode(), hashlib.sha256(changed).hexdigest().encode())
        path.write_bytes(head.replace(*digests) + b"\n" + changed)
        with pytest.raises(BadSignature):
            open_archive(offline=True).releases()


def test_hanging_is_an_error_of_its_own(fetcher: Fetcher, server: Loopback):
    server.behaviour["*"] = lambda handler: handler.server.waiting.wait(20)
    with pytest.raises(TimedOut):
        fetcher.fetch_bytes(f"{server.url}/x", max_size=1)
