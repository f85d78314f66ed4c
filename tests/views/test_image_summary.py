from dataclasses import replace

from prill.views.image_summary import ImageSummary, LayerLine, PackageLine, image_summary

SUMMARY = ImageSummary(
    name="python3",
    place="out/python3",
    digest="sha256:" + "9e830ee4" * 8,
    platform="linux/amd64",
    packages=(
        PackageLine(name="libc6", version="2.41-12+deb13u5", size=4_700_000),
        PackageLine(name="libssl3t64", version="3.5.9-1~deb13u1", size=7_654_321),
        PackageLine(name="netbase", version="6.5", size=812),
    ),
    layers=(
        LayerLine(name="openssl", digest="sha256:" + "ab" * 32, size=2_800_000, unpacked=7_900_000),
        LayerLine(name="rest", digest="sha256:" + "cd" * 32, size=946_600, unpacked=2_600_000),
    ),
    files=1463,
    shells=(),
    setuid_dropped=0,
    setuid_kept=(),
    scripts=27,
    user="65532:65532",
    command=("/usr/bin/python3.13",),
    created="2026-11-08T20:20:00Z",
)


def test_one_screen():
    assert (
        image_summary(replace(SUMMARY, seconds=0.4321))
        == """\
python3  linux/amd64  out/python3
  digest    sha256:9e830ee49e830ee49e830ee49e830ee49e830ee49e830ee49e830ee49e830ee4
  packages  3 (1,463 files, 27 maintainer scripts not run)
  size      3.7 MB compressed, 10.5 MB unpacked, 2 layers
  shell     none
  setuid    none
  user      65532:65532
  runs      /usr/bin/python3.13
  created   2026-11-08T20:20:00Z
  built in  0.43 s"""
    )


def test_an_image_of_an_index_names_both_digests():
    text = image_summary(replace(SUMMARY, index="sha256:" + "cd" * 32))
    assert text.splitlines()[1:4] == [
        f"  digest    {SUMMARY.digest}",
        f"  index     sha256:{'cd' * 32}",
        "  packages  3 (1,463 files, 27 maintainer scripts not run)",
    ]


def test_line_by_line():
    _, packages, layers = image_summary(SUMMARY, packages=True, layers=True).split("\n\n")
    assert (
        packages
        == """\
  PACKAGE     VERSION            SIZE
  libc6       2.41-12+deb13u5  4.7 MB
  libssl3t64  3.5.9-1~deb13u1  7.7 MB
  netbase     6.5               812 B"""
    )
    assert (
        layers
        == """\
  LAYER    DIGEST               COMPRESSED  UNPACKED
  openssl  sha256:abababababab      2.8 MB    7.9 MB
  rest     sha256:cdcdcdcdcdcd    946.6 kB    2.6 MB"""
    )


def test_what_is_worth_a_second_look():
    summary = replace(
        SUMMARY,
        shells=("usr/bin/dash", "usr/bin/busybox"),
        setuid_dropped=3,
        setuid_kept=("usr/bin/su",),
        command=(),
        notes=("one", "two", "three", "four", "five", "six", "seven"),
    )
    lines = image_summary(summary).splitlines()
    assert lines[4:8] == [
        "  shell     /usr/bin/dash, /usr/bin/busybox",
        "  setuid    /usr/bin/su",
        "  user      65532:65532",
        "  runs      nothing by itself",
    ]
    assert lines[-6:] == [
        "  note      one",
        "  note      two",
        "  note      three",
        "  note      four",
        "  note      five",
        "            and 2 more notes in the build record",
    ]
    assert "  setuid    none (3 bits dropped)" in image_summary(replace(summary, setuid_kept=())).splitlines()


def test_a_long_note_goes_on_below_itself_for_four_lines():
    note = "add the packages " + ", ".join(f"package-{number}" for number in range(12))
    lines = image_summary(replace(SUMMARY, notes=(note, "note " * 200))).splitlines()[-6:]
    assert lines == [
        "  note      add the packages package-0, package-1, package-2, package-3, package-4, package-5,",
        "            package-6, package-7, package-8, package-9, package-10, package-11",
        "  note      " + " ".join(["note"] * 17),
        "            " + " ".join(["note"] * 17),
        "            " + " ".join(["note"] * 17),
        "            " + " ".join(["note"] * 17) + " no…",
    ]
    assert max(map(len, lines)) <= 100


def test_wide_content_stays_within_100_columns_and_numbers_stay_whole():
    wide = replace(
        SUMMARY,
        place="registry.example/" + "a" * 200,
        command=("/usr/bin/java", *["-Dproperty=value"] * 20),
        packages=(
            PackageLine(name="a" * 90, version="1.0", size=123_400_000),
            PackageLine(name="b", version="2" * 90, size=1),
        ),
        layers=(LayerLine(name="c" * 300, digest="sha256:" + "ab" * 32, size=5, unpacked=6),),
    )
    text = image_summary(wide, packages=True, layers=True)
    assert max(map(len, text.splitlines())) == 100
    assert "  aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…  1.0" in text
    assert text.count("123.4 MB") == 1
    assert "sha256:abababababab         5 B       6 B" in text


def test_nothing_in_an_image_commands_the_terminal():
    text = image_summary(replace(SUMMARY, user="\x1b[2Jroot", notes=("a\nb",)))
    assert "\x1b" not in text
    assert "  user      \\x1b[2Jroot" in text
    assert text.endswith("  note      a\\nb")


def test_one_of_a_thing_is_singular():
    one = replace(SUMMARY, layers=SUMMARY.layers[:1], files=1, scripts=1, setuid_dropped=1, notes=("a note",) * 6)
    text = image_summary(one)
    assert "packages  3 (1 file, 1 maintainer script not run)" in text
    assert "2.8 MB compressed, 7.9 MB unpacked, 1 layer\n" in text
    assert "setuid    none (1 bit dropped)" in text
    assert "and 1 more note in the build record" in text


def test_an_image_of_nothing():
    empty = replace(SUMMARY, packages=(), layers=())
    assert "\n\n" not in image_summary(empty, packages=True, layers=True)
    assert "  size      0 B compressed, 0 B unpacked, 0 layers" in image_summary(empty)
