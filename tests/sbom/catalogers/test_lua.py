"""Lua modules that LuaRocks installed."""

from time import process_time

import pytest

from prill.model import LanguageDetails
from scanned import only, purls, reasons, related, scan

ROCKS = "usr/local/lib/luarocks/rocks-5.1"
SOCKET = """\
package = "LuaSocket" -- a comment
version = '3.1.0-1'
source = { url = "git+https://git.example.test/luasocket.git", version = "1.0-0" }
description = {
   summary = "Network support for Lua",
   homepage = "https://socket.example.test",
   license = "MIT/X11"
}
dependencies = {
   "lua >= 5.1", -- "not this"
   "lua-Cjson ~> 2.1",
}
build = { type = "builtin", modules = {} }
"""


def test_modules_and_what_they_need():
    sbom = scan(
        {
            f"{ROCKS}/luasocket/3.1.0-1/luasocket-3.1.0-1.rockspec": SOCKET,
            f"{ROCKS}/lua-cjson/2.1.0.10-1/lua-cjson-2.1.0.10-1.rockspec": 'package="lua-cjson"\nversion="2.1.0.10-1"',
            "opt/rocks-5.4/lua-cjson/1.0-1/lua-cjson-1.0-1.rockspec": 'package="lua-cjson"\nversion="1.0-1"',
            "app/own-1.0-1.rockspec": 'package = "own"\nversion = "1.0-1"',
        }
    )
    assert purls(sbom) == [
        "pkg:luarocks/lua-cjson@1.0-1",
        "pkg:luarocks/lua-cjson@2.1.0.10-1",
        "pkg:luarocks/luasocket@3.1.0-1",
    ]
    socket = sbom.packages[2]
    assert socket.licenses == "MIT"
    assert socket.details == LanguageDetails(summary="Network support for Lua", homepage="https://socket.example.test")
    assert related(sbom) == [("pkg:luarocks/luasocket@3.1.0-1", "pkg:luarocks/lua-cjson@2.1.0.10-1")]


def test_what_a_comment_says_is_not_said():
    old = '--[[\npackage = "old"\nversion = "0-1"\n]]\n--don\'t\n'
    more = 'description = { summary = "x -- y", license = "MIT" } -- "z"\n--[[ license = "GPL'
    rock = only(scan({f"{ROCKS}/a/1-1/a-1-1.rockspec": f'{old}package = "a"\nversion = "1-1"\n{more}'}))
    assert (rock.purl, rock.licenses) == ("pkg:luarocks/a@1-1", "MIT")
    assert rock.details == LanguageDetails(summary="x -- y")


def test_a_text_without_an_end_is_read_once():
    begun = process_time()
    path = f"{ROCKS}/a/1-1/a-1-1.rockspec"
    assert purls(scan({path: "package = 'a'\nversion = '1-1'\ndependencies = {'" + "a" * 500_000 + "}"}))
    assert process_time() - begun < 15  # it took minutes


@pytest.mark.parametrize("text", ["x", 'package = "a"\nversion = "1"', 'package = "../a"\nversion = "1-1"', "\xff\xfe"])
def test_what_names_no_package_is_a_gap(text: str):
    path = f"{ROCKS}/a/1-1/a-1-1.rockspec"
    sbom = scan({path: text.encode("latin-1")})
    assert not purls(sbom)
    assert f"/{path}: lua: " in reasons(sbom)


@pytest.mark.parametrize("filling", ["\n", " ", "package = ", "--", "dependencies = {"])
def test_a_long_file_does_not_take_long(filling: str):
    start = process_time()
    sbom = scan({f"{ROCKS}/a/1-1/a-1-1.rockspec": f'package = "a"\nversion = "1-1"\n{filling * 60_000}'})
    assert purls(sbom) == ["pkg:luarocks/a@1-1"]
    assert process_time() - start < 3
