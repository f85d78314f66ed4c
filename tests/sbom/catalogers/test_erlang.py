"""Applications of Erlang and Elixir."""

from time import process_time

import pytest

from prill.model import LanguageDetails
from scanned import purls, reasons, related, scan

CRYPTO = """\
%% %CopyrightBegin%
%%
%% {application, not_this, [{vsn, "0"}]}
{application, crypto,
   [{description, "CRYPTO
     and more"},
    {vsn, "5.1.2"},
    {modules, [crypto,
\t       crypto_ec_curves]},
    {registered, []},
    {applications, [kernel, stdlib]},
    {env, [{fips_mode, false}]},
    {runtime_dependencies, ["erts-9.0","stdlib-3.9","kernel-5.3"]}]}.
"""
PHOENIX = "{application,'phoenix_html',\n    [{vsn,\"3.3.3\"},\n     {applications,[kernel,'crypto',eex]}]}.\n"


def test_applications_of_one_folder():
    sbom = scan(
        {
            "app/lib/crypto-5.1.2/ebin/crypto.app": CRYPTO,
            "app/lib/phoenix_html-3.3.3/ebin/phoenix_html.app": PHOENIX,
            "usr/lib/erlang/lib/kernel-8.5.3/ebin/kernel.app": '{application, kernel, [{vsn, "8.5.3"}]}.',
            "app/src/own.app": "no application",
        }
    )
    assert purls(sbom) == ["pkg:otp/crypto@5.1.2", "pkg:otp/kernel@8.5.3", "pkg:otp/phoenix_html@3.3.3"]
    assert sbom.packages[0].details == LanguageDetails(summary="CRYPTO and more")
    assert related(sbom) == [("pkg:otp/phoenix_html@3.3.3", "pkg:otp/crypto@5.1.2")]


@pytest.mark.parametrize(
    "text", ["x", "{application, a, []}.", '{application, a, [{vsn, "../"}]}.', '[{vsn, "1"}]', "\xff\xfe"]
)
def test_what_names_no_application_is_a_gap(text: str):
    sbom = scan({"lib/a/ebin/a.app": text.encode("latin-1")})
    assert not purls(sbom)
    assert "/lib/a/ebin/a.app: erlang: " in reasons(sbom)


def test_a_long_file_does_not_take_long():
    for filling in ("{applications, [", "\n"):
        start = process_time()
        text = '{application, a, [{vsn, "1"}, {description, "' + filling * 60_000
        assert purls(scan({"lib/a/ebin/a.app": text})) == ["pkg:otp/a@1"]
        assert process_time() - start < 3


@pytest.mark.parametrize(("owner", "own"), [("erlang-base", True), ("rabbitmq-server", False)])
def test_the_applications_of_the_language_are_the_distributions(owner: str, *, own: bool):
    """Advisories about Erlang's package speak of them; they do not speak of what another program brings."""
    path = "usr/lib/x/lib/kernel-8.5.3/ebin/kernel.app"
    status = f"Package: {owner}\nVersion: 1\nArchitecture: all\nStatus: install ok installed\n"
    sbom = scan(
        {
            path: '{application, kernel, [{vsn, "8.5.3"}]}.',
            "var/lib/dpkg/status": status,
            f"var/lib/dpkg/info/{owner}.list": f"/{path}\n",
        }
    )
    assert bool([one for one in sbom.packages if one.owner]) is own
