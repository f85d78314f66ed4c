"""Installed gems."""

import pytest

from prill.model import RelationshipKind
from scanned import only, purls, reasons, related, scan

HOME = "usr/local/bundle/specifications"
RACK = """\
# -*- encoding: utf-8 -*-
# stub: rack-protection 4.1.1 ruby lib

Gem::Specification.new do |s|
  s.name = "rack-protection".freeze
  s.version = "4.1.1"

  s.required_rubygems_version = Gem::Requirement.new(">= 0".freeze) if s.respond_to? :required_rubygems_version=
  s.metadata = { "homepage_uri" => "https://elsewhere.example.test" } if s.respond_to? :metadata=
  s.require_paths = ["lib".freeze]
  s.authors = ["https://github.com/sinatra/sinatra/graphs/contributors".freeze, "A \\"B\\" C".freeze]
  s.description = "Protect against typical web attacks.".freeze
  s.homepage = "https://sinatrarb.example.test/".freeze
  s.licenses = ["MIT".freeze, "Ruby".freeze]
  s.summary = "Protect against typical web attacks.".freeze

  s.specification_version = 4

  s.add_runtime_dependency(%q<rack>.freeze, [">= 3.0.0".freeze, "< 4".freeze])
  s.add_development_dependency(%q<rspec>.freeze, ["~> 3.0".freeze])
  s.add_dependency(%q<base64>.freeze, [">= 0.1.0".freeze])
end
"""


def gem(name: str, version: str, platform: str = "ruby") -> str:
    return f'# stub: {name} {version} {platform} lib\nGem::Specification.new do |s|\n  s.name = "{name}".freeze\nend\n'


def test_gems_that_bundler_took_from_git():
    git = "usr/local/bundle/bundler/gems/rails-0c1fd1a"
    sbom = scan(
        {
            f"{HOME}/rack-protection-4.1.1.gemspec": RACK,
            f"{HOME}/base64-0.2.0.gemspec": gem("base64", "0.2.0"),
            f"{git}/rack.gemspec": gem("rack", "3.1.0"),
            f"{git}/part/part.gemspec": "Gem::Specification.new do |s|\n  s.version = VERSION\nend\n",
            f"{git}/spec/data/gems/x.gemspec": gem("x", "1"),
        }
    )
    base64, protection, rack = purls(sbom)
    assert rack == "pkg:gem/rack@3.1.0"
    assert related(sbom) == [(protection, base64), (protection, rack)]
    assert f"/{git}/part/part.gemspec: ruby: a gemspec with the name ''" in reasons(sbom)


def test_characters_that_ruby_wrote_as_escapes():
    text = gem("x", "1").replace("end\n", '  s.authors = ["Andr\\u00E9 \\u{1F600}\\uD800\\n".freeze]\nend\n')
    assert only(scan({f"{HOME}/x-1.gemspec": text})).details.author == "Andr\u00e9 \U0001f600?"


def test_gems_and_what_they_need():
    sbom = scan(
        {
            f"{HOME}/rack-protection-4.1.1.gemspec": RACK,
            f"{HOME}/rack-3.1.8.gemspec": gem("rack", "3.1.8"),
            f"{HOME}/nokogiri-1.18.1-x86_64-linux-gnu.gemspec": gem("nokogiri", "1.18.1", "x86_64-linux-gnu"),
            f"{HOME}/default/base64-0.2.0.gemspec": gem("base64", "0.2.0"),
            "elsewhere/specifications/rack-2.0.0.gemspec": gem("rack", "2.0.0"),
            "usr/local/bundle/gems/rack-3.1.8/rack.gemspec": "Gem::Specification.new { |s| s.version = Rack::VERSION }",
        }
    )
    assert purls(sbom) == [
        "pkg:gem/base64@0.2.0",
        "pkg:gem/nokogiri@1.18.1?platform=x86_64-linux-gnu",
        "pkg:gem/rack-protection@4.1.1",
        "pkg:gem/rack@2.0.0",
        "pkg:gem/rack@3.1.8",
    ]
    protection = sbom.packages[2]
    assert protection.licenses == "MIT AND Ruby"
    assert protection.details.summary == "Protect against typical web attacks."
    assert protection.details.homepage == "https://sinatrarb.example.test/"
    assert protection.details.author.endswith(', A "B" C')
    assert related(sbom) == [
        ("pkg:gem/rack-protection@4.1.1", "pkg:gem/base64@0.2.0"),
        ("pkg:gem/rack-protection@4.1.1", "pkg:gem/rack@3.1.8"),
    ]


def test_a_gemspec_that_computes_its_version_is_named_by_its_file():
    text = 'Gem::Specification.new do |s|\n  s.name = "x"\n  s.version = X::VERSION\n  s.license = "MIT"\nend\n'
    package = only(scan({f"{HOME}/x-y-1.2.3.pre-java.gemspec": text}))
    assert (package.purl, package.licenses) == ("pkg:gem/x-y@1.2.3.pre?platform=java", "MIT")


def test_a_gem_of_debians():
    place = "usr/share/rubygems-integration/all/specifications/rack-3.1.8.gemspec"
    sbom = scan(
        {
            "var/lib/dpkg/status": "Package: ruby-rack\nVersion: 3.1.8-1\nArchitecture: all\n",
            "var/lib/dpkg/info/ruby-rack.list": f"/{place}\n",
            place: gem("rack", "3.1.8"),
        }
    )
    assert related(sbom, RelationshipKind.OWNED_BY) == [("pkg:gem/rack@3.1.8", sbom.packages[0].purl)]


@pytest.mark.parametrize(
    "text", ["Gem::Specification.new\n", "# stub: ../x 1 ruby lib\n", "# stub: a b ruby lib\n", "\0"]
)
def test_what_names_no_gem_is_a_gap(text: str):
    sbom = scan({f"{HOME}/x.gemspec": text})
    assert not sbom.packages
    assert f"/{HOME}/x.gemspec: ruby: a gemspec with the name" in reasons(sbom)
