"""Lock files of every kind, as their tools write them, and what each names."""

import json

SHA256 = "a" * 64
SHA512 = "sha512-" + "A" * 86 + "=="

NPM_2_AND_3 = {
    "lockfileVersion": 3,
    "packages": {
        "": {"name": "app", "version": "1.0.0", "devDependencies": {"d": "1"}},
        "node_modules/a": {"version": "1.0.0", "integrity": SHA512, "dependencies": {"@s/b": "^2"}},
        "node_modules/a/node_modules/@s/b": {"version": "2.0.0"},
        "node_modules/d": {"version": "3.0.0", "dev": True},
        "node_modules/linked": {"link": True, "resolved": "packages/linked"},
        "packages/linked": {"version": "4.0.0", "dependencies": {"a": "1"}},
    },
}
NPM_1 = {
    "lockfileVersion": 1,
    "dependencies": {
        "a": {"version": "1.0.0", "requires": {"@s/b": "^2"}, "dependencies": {"@s/b": {"version": "2.0.0"}}},
        "d": {"version": "3.0.0", "dev": True},
    },
}
YARN_1 = """\
# yarn lockfile v1


"@s/b@^2.0.0":
  version "2.0.0"
  resolved "https://registry.example.test/@s/b/-/b-2.0.0.tgz#0"
  integrity sha512-x

a@^1.0.0, a@~1.0.0:
  version "1.0.0"
  dependencies:
    "@s/b" "^2.0.0"
"""
YARN_BERRY = """\
__metadata:
  version: 8
  cacheKey: 10c0

"@s/b@npm:^2.0.0":
  version: 2.0.0
  resolution: "@s/b@npm:2.0.0"
  checksum: 10c0/aa
  languageName: node
  linkType: hard

"alias@npm:a@^1.0.0":
  version: 1.0.0
  resolution: "a@npm:1.0.0"
  dependencies:
    "@s/b": "npm:^2.0.0"
  languageName: node
  linkType: hard

"ours@portal:../ours::locator=app%40workspace%3A.":
  version: 0.0.0-use.local
  resolution: "ours@portal:../ours::locator=app%40workspace%3A."
  languageName: node
  linkType: soft

"app@workspace:.":
  version: 0.0.0-use.local
  resolution: "app@workspace:."
  languageName: unknown
  linkType: soft
"""
PNPM_9 = f"""\
lockfileVersion: '9.0'

importers:

  .:
    dependencies:
      a:
        specifier: ^1
        version: 1.0.0(peer@1.0.0)
      ours:
        specifier: workspace:*
        version: link:packages/ours
    devDependencies:
      d:
        specifier: ^3
        version: 3.0.0

packages:

  '@s/b@2.0.0':
    resolution: {{integrity: {SHA512}}}

  a@1.0.0:
    resolution: {{integrity: sha512-x}}
    engines: {{node: '>=8'}}

  d@3.0.0:
    resolution: {{integrity: sha512-x}}

  e@4.0.0:
    resolution: {{integrity: sha512-x}}

snapshots:

  '@s/b@2.0.0':
    optional: true

  ? a@1.0.0(peer@1.0.0)
  : optionalDependencies:
      '@s/b': 2.0.0

  d@3.0.0:
    dependencies:
      alias: e@4.0.0
      b-of-another-name: '@s/b@2.0.0'

  e@4.0.0: {{}}
"""
PNPM_5 = """\
lockfileVersion: 5.4

packages:

  /@s/b/2.0.0:
    resolution: {integrity: sha512-y}
    dev: false

  /a/1.0.0_peer@1.0.0:
    resolution: {integrity: sha512-x}
    dependencies:
      '@s/b': 2.0.0
    dev: false

  /d/3.0.0:
    resolution: {integrity: sha512-x}
    dev: true
"""
PNPM_6_ELSEWHERE = """\
lockfileVersion: '6.0'

packages:

  github.com/o/is-even/0c1fd1a:
    resolution: {tarball: https://codeload.example.test/o/is-even/tar.gz/0c1fd1a}
    name: is-even
    version: 1.0.0
    dev: false

  /a@1.0.0(peer@1.0.0):
    resolution: {integrity: sha512-x}
    dependencies:
      is-even: github.com/o/is-even/0c1fd1a
    dev: false
"""
PNPM_9_ELSEWHERE = """\
lockfileVersion: '9.0'

packages:

  '@s/is-even@https://codeload.example.test/o/is-even/tar.gz/0c1fd1a':
    resolution: {tarball: https://codeload.example.test/o/is-even/tar.gz/0c1fd1a}
    version: 1.0.0

  '@s/odd@file:../odd':
    resolution: {directory: ../odd, type: directory}
"""
REQUIREMENTS = f"""\
# made by pip-compile
--index-url https://pypi.example.test/simple
-r other.txt
-e .
Flask[async]==3.0.2 \\
    --hash=sha256:{SHA256}
werkzeug == 3.0.1 ; python_version >= "3.8"  # via flask
requests>=2
tool @ https://example.test/tool-1.0-py3-none-any.whl
"""
POETRY = """\
[[package]]
name = "Flask"
version = "3.0.2"
optional = false
groups = ["main"]

[package.dependencies]
Werkzeug = ">=3.0.0"

[[package]]
name = "werkzeug"
version = "3.0.1"
optional = false
files = [{file = "werkzeug.whl", hash = "sha256:aa"}]

[[package]]
name = "pytest"
version = "8.0.0"
groups = ["dev"]

[[package]]
name = "mypy"
version = "1.0.0"
category = "dev"

[[package]]
name = "ours"
version = "0.1.0"
groups = ["main"]

[package.source]
type = "directory"
url = "../ours"

[metadata]
lock-version = "2.1"
"""
PIPFILE = {
    "_meta": {"hash": {"sha256": "0"}, "pipfile-spec": 6},
    "default": {
        "flask": {"version": "==3.0.2", "hashes": []},
        "werkzeug": {"version": "==3.0.1"},
        "x": {"git": "g"},
        "ours": {"editable": True, "path": "../ours"},
    },
    "develop": {"pytest": {"version": "==8.0.0"}},
}
UV = """\
version = 1
requires-python = ">=3.11"

[[package]]
name = "app"
version = "0.1.0"
source = { virtual = "." }
dependencies = [{ name = "flask" }]

[[package]]
name = "flask"
version = "3.0.2"
source = { registry = "https://pypi.example.test/simple" }
dependencies = [
    { name = "werkzeug", marker = "python_version > '3'" },
]

[[package]]
name = "werkzeug"
version = "3.0.1"
source = { registry = "https://pypi.example.test/simple" }

[[package]]
name = "ours"
version = "0.1.0"
source = { directory = "../ours" }
"""
PDM = """\
[metadata]
groups = ["default", "dev"]
lock_version = "4.5.0"

[[package]]
name = "flask"
version = "3.0.2"
groups = ["default"]
dependencies = ["Werkzeug>=3.0.0", "importlib-metadata>=3.6; python_version < \\"3.10\\""]

[[package]]
name = "werkzeug"
version = "3.0.1"
groups = ["default", "dev"]

[[package]]
name = "ours"
version = "0.1.0"
groups = ["default"]
path = "../ours"

[[package]]
name = "pytest"
version = "8.0.0"
groups = ["dev"]
"""
PYLOCK = """\
lock-version = "1.0"
created-by = "pip"

[[packages]]
name = "flask"
version = "3.0.2"
dependencies = [{ name = "werkzeug" }]

[[packages]]
name = "werkzeug"
version = "3.0.1"

[[packages]]
name = "here"
directory = { path = "." }
"""
GO_MOD = """\
module example.test/app // ours

go 1.22.1

toolchain go1.22.5

require github.com/Spf13/cobra v1.8.0

require (
\tgolang.org/x/sys v0.5.0 // indirect
\texample.test/here v1.0.0
\texample.test/old v1.0.0
)

exclude golang.org/x/sys v0.4.0

replace example.test/here => ../here

replace (
\texample.test/old v1.0.0 => example.test/new v1.2.0
\tgolang.org/x/sys v0.1.0 => golang.org/x/sys v0.2.0
)
"""
GO_SUM = """\
github.com/spf13/cobra v1.8.0 h1:x=
github.com/spf13/cobra v1.8.0/go.mod h1:y=
golang.org/x/sys v0.5.0 h1:x=
golang.org/x/old v0.1.0/go.mod h1:x=
"""
CARGO = f"""\
# This file is automatically @generated by Cargo.
version = 3

[[package]]
name = "app"
version = "0.1.0"
dependencies = ["serde"]

[[package]]
name = "itoa"
version = "1.0.10"
source = "registry+https://crates.example.test/index"
checksum = "{SHA256}"

[[package]]
name = "serde"
version = "1.0.196"
source = "registry+https://crates.example.test/index"
checksum = "{SHA256}"
dependencies = ["itoa 1.0.10 (registry+https://crates.example.test/index)"]
"""
GEMFILE = f"""\
GIT
  remote: https://git.example.test/x.git
  revision: 0
  specs:
    x (0.1.0)

PATH
  remote: .
  specs:
    app (1.0.0)
      rack

GEM
  remote: https://gems.example.test/
  specs:
    nokogiri (1.15.0-x86_64-linux)
      racc (~> 1.4)
    racc (1.7.1)
    rack (2.2.3)

PLATFORMS
  x86_64-linux

DEPENDENCIES
  app!
  nokogiri

CHECKSUMS
  rack (2.2.3) sha256={SHA256}

BUNDLED WITH
   2.5.0
"""
COMPOSER = {
    "packages": [
        {"name": "monolog/monolog", "version": "3.5.0", "require": {"psr/log": "^3", "php": "*"}, "license": ["MIT"]},
        {"name": "psr/log", "version": "3.0.0"},
    ],
    "packages-dev": [{"name": "phpunit/phpunit", "version": "10.0.0"}],
}
GRADLE = "# a comment\norg.a:b:1=compileClasspath,runtimeClasspath\norg.t:t:2=testRuntimeClasspath\nempty=\n"
POM = """\
<project xmlns="http://maven.apache.org/POM/4.0.0"><groupId>g</groupId><artifactId>app</artifactId><version>1</version>
<properties><b.version>1</b.version></properties>
<dependencyManagement><dependencies>
<dependency><groupId>org.m</groupId><artifactId>m</artifactId><version>3</version></dependency>
</dependencies></dependencyManagement>
<dependencies>
<dependency><groupId>org.a</groupId><artifactId>b</artifactId><version>${b.version}</version></dependency>
<dependency><groupId>org.m</groupId><artifactId>m</artifactId></dependency>
<dependency><groupId>org.t</groupId><artifactId>t</artifactId><version>2</version><scope>test</scope></dependency>
<dependency><groupId>org.u</groupId><artifactId>u</artifactId></dependency>
</dependencies></project>
"""
NUGET = {
    "version": 1,
    "dependencies": {
        "net8.0": {
            "Serilog.AspNetCore": {
                "type": "Direct",
                "requested": "[8.0.1, )",
                "resolved": "8.0.1",
                "contentHash": SHA512.removeprefix("sha512-"),
                "dependencies": {"Serilog": "3.1.1"},
            },
            "Serilog": {"type": "Transitive", "resolved": "3.1.1", "contentHash": "?"},
            "Ours": {"type": "Project"},
        }
    },
}
MIX = f"""\
%{{
  "decimal": {{:hex, :decimal, "2.1.1", "{SHA256}", [:mix], [], "hexpm", "{SHA256}"}},
  "ecto": {{:hex, :ecto, "3.11.1", "{SHA256}", [:mix], [{{:decimal, "~> 2.0", [hex: :decimal]}}], "hexpm", "{SHA256}"}},
  "ours": {{:git, "https://git.example.test/ours.git", "0123", []}},
}}
"""
PUBSPEC = f"""\
# Generated by pub
packages:
  async:
    dependency: transitive
    description:
      name: async
      sha256: "{SHA256}"
      url: "https://pub.example.test"
    source: hosted
    version: "2.11.0"
  flutter:
    dependency: "direct main"
    description: flutter
    source: sdk
    version: "0.0.0"
  lints:
    dependency: "direct dev"
    description:
      name: lints
    source: hosted
    version: "3.0.0"
  ours:
    dependency: "direct main"
    description:
      path: "."
      ref: HEAD
    source: git
    version: "1.0.0"
  beside:
    dependency: "direct main"
    description:
      path: "../beside"
      relative: true
    source: path
    version: "1.0.0"
  odd:
    dependency: transitive
    description:
      name: odd
    source: hosted
sdks:
  dart: ">=3.0.0 <4.0.0"
"""

BUN = f"""\
{{
  "lockfileVersion": 1,
  "workspaces": {{
    "": {{
      "name": "app",
      "dependencies": {{ "a": "^1", "ours": "workspace:ours", "other": "https://npm.example.test/r/@s/b/-/b-2.0.0.tgz", }},
      "devDependencies": {{ "d": "^3", }},
    }},
    "ours": {{ "name": "ours", "dependencies": {{ "a": "^1", }}, }},
  }},
  "packages": {{
    "a": ["a@1.0.0", "", {{ "dependencies": {{ "x": "^1" }} }}, "{SHA512}"],

    "a/x": ["@s/b@2.0.0", "", {{}}, "sha512-x"],

    "d": ["d@3.0.0", "", {{ "dependencies": {{ "x": "^3", "a": "*" }} }}, "sha512-x"],

    "other": ["@s/b@https://npm.example.test/r/@s/b/-/b-2.0.0.tgz", {{}}, "sha512-x"],

    "ours": ["ours@workspace:ours"],

    "x": ["x@3.0.0", "", {{}}, "sha512-x"],
  }}
}}
"""
NPM_1_ELSEWHERE = {
    "lockfileVersion": 1,
    "dependencies": {
        "alias": {"version": "npm:@s/b@2.0.0"},
        "ours": {"version": "file:packages/ours"},
        "archive": {"version": "https://npm.example.test/r/a/-/a-1.0.0.tgz"},
        "commit": {"version": "git+ssh://git@git.example.test/o/commit.git#0c1fd1a"},
        "hub": {"version": "github:o/hub#0c1fd1a"},
        "packed": {"version": "file:packed-1.0.0.tgz"},
    },
}
YARN_ELSEWHERE = """\
"other@https://npm.example.test/r/@s/b/-/b-2.0.0.tgz#0c1fd1a":
  version "2.0.0"
  resolved "https://npm.example.test/r/@s/b/-/b-2.0.0.tgz#0c1fd1a"

"ours@file:../ours":
  version "0.1.0"

"packed@file:./packed-1.0.0.tgz":
  version "1.0.0"

"of-berry@https://npm.example.test/a/-/a-1.0.0.tgz":
  version: 1.0.0
  resolution: "of-berry@https://npm.example.test/a/-/a-1.0.0.tgz"
"""
UV_GROUPS = """\
version = 1

[[package]]
name = "app"
version = "0.1.0"
source = { editable = "." }
dependencies = [{ name = "flask", extra = ["async"] }]

[package.optional-dependencies]
x = [{ name = "asgiref" }]

[package.dev-dependencies]
dev = [{ name = "pytest" }, { name = "flask" }, { name = "click", version = "8.1.0" }]

[[package]]
name = "asgiref"
version = "3.0.0"
source = { registry = "https://pypi.example.test/simple" }

[[package]]
name = "click"
version = "8.1.0"
source = { registry = "https://pypi.example.test/simple" }

[[package]]
name = "click"
version = "8.2.0"
source = { registry = "https://pypi.example.test/simple" }

[[package]]
name = "flask"
version = "3.0.2"
source = { registry = "https://pypi.example.test/simple" }
dependencies = [{ name = "click", version = "8.2.0" }]

[package.optional-dependencies]
async = [{ name = "greenlet" }]

[[package]]
name = "greenlet"
version = "3.1.0"
source = { registry = "https://pypi.example.test/simple" }

[[package]]
name = "pluggy"
version = "1.5.0"
source = { registry = "https://pypi.example.test/simple" }

[[package]]
name = "pytest"
version = "8.0.0"
source = { registry = "https://pypi.example.test/simple" }
dependencies = [{ name = "pluggy" }]
"""
PODFILE = """\
PODS:
  - Alamofire (5.6.4)
  - "GoogleUtilities/Network (7.11.0)":
    - "GoogleUtilities/NSData+zlib"
    - Alamofire (~> 5)
  - "GoogleUtilities/NSData+zlib (7.11.0)"
  - Ours (1.0.0)

DEPENDENCIES:
  - Ours (from `../ours`)

SPEC REPOS:
  trunk:
    - Alamofire

EXTERNAL SOURCES:
  Ours:
    :path: "../ours"

PODFILE CHECKSUM: 0

COCOAPODS: 1.14.0
"""
SWIFT_1 = {
    "object": {
        "pins": [
            {
                "package": "Alamofire",
                "repositoryURL": "git@git.example.test:Alamofire/Alamofire.git",
                "state": {"branch": None, "revision": "0", "version": "5.6.4"},
            }
        ]
    },
    "version": 1,
}
SWIFT_2 = {
    "pins": [
        {
            "identity": "alamofire",
            "kind": "remoteSourceControl",
            "location": "https://git.example.test/Alamofire/Alamofire.git",
            "state": {"revision": "0", "version": "5.6.4"},
        },
        {
            "identity": "main",
            "kind": "remoteSourceControl",
            "location": "https://git.example.test/x/main",
            "state": {"branch": "main", "revision": "0"},
        },
    ],
    "version": 2,
}
CONAN_1 = {
    "graph_lock": {
        "nodes": {
            "0": {"ref": "app/1.0", "path": "conanfile.py", "context": "host", "requires": ["1"]},
            "1": {"ref": "zlib/1.2.13#0c1fd1a", "context": "host"},
            "2": {"ref": "cmake/3.27.0", "context": "build"},
        }
    },
    "version": "0.4",
}
CONAN_2 = {
    "version": "0.5",
    "requires": ["zlib/1.2.13#0c1fd1a%1690000000.0", "fmt/10.1.1@user/channel"],
    "build_requires": ["cmake/3.27.0"],
    "python_requires": [],
}
PACKAGES_CONFIG = """\
<?xml version="1.0" encoding="utf-8"?>
<packages>
  <package id="Serilog" version="3.1.1" targetFramework="net48" />
  <package id="StyleCop" version="6.0.0" developmentDependency="true" />
</packages>
"""

PACKAGES_PROPS = """\
<Project>
  <PropertyGroup>
    <Serilog>3.1.1</Serilog>
    <Indirect> $(Serilog) </Indirect>
  </PropertyGroup>
  <ItemGroup>
    <PackageVersion Include="Serilog" Version="$(Indirect)" />
    <PackageVersion Include="Other" Version="$(FromElsewhere)" />
    <GlobalPackageReference Include="Exact" Version="[1.2.0]" />
    <ProjectReference Include="../ours/ours.csproj" Version="1" />
  </ItemGroup>
</Project>
"""
REBAR = f"""\
{{"1.2.0",
[{{<<"certifi">>,{{pkg,<<"certifi">>,<<"2.9.0">>}},1}},
 {{<<"renamed">>,{{pkg,<<"hackney">>,<<"1.18.1">>}},0}},
 {{<<"ours">>,
  {{git,"https://git.example.test/ours.git",
       {{ref,"0c1fd1a"}}}},
  0}}]}}.
[
{{pkg_hash,[
 {{<<"certifi">>, <<"{"B" * 64}">>}}]}},
{{pkg_hash_ext,[
 {{<<"certifi">>, <<"{"A" * 64}">>}}]}}
].
"""
STACK = """\
# This file was autogenerated by Stack.
packages:
- completed:
    hackage: ShellCheck-0.9.0@sha256:aa,3297
    pantry-tree:
      sha256: bb
      size: 1
  original:
    hackage: ShellCheck-0.8.0
- completed:
    commit: 0c1fd1a
    git: https://git.example.test/x/ours
    name: ours
    version: 0.1
  original:
    commit: 0c1fd1a
    git: https://git.example.test/x/ours
snapshots: []
"""
CABAL = """\
active-repositories: hackage.example.test:merge
constraints: any.Cabal ==3.8.1.0,
             any.HTTP ==4000.4.1,
             HTTP -conduit10 +network-uri
"""
RENV = {
    "R": {"Version": "4.3.1", "Repositories": [{"Name": "CRAN", "URL": "https://cran.example.test"}]},
    "Packages": {
        "R6": {"Package": "R6", "Version": "2.5.1", "Source": "Repository", "Requirements": ["R", "glue"]},
        "glue": {"Package": "glue", "Version": "1.6.2", "Source": "Repository", "Repository": "CRAN"},
        "ours": {"Package": "ours", "Version": "0.1", "Source": "GitHub"},
    },
}
_DENO_NPM = {
    "@s/b@2.0.0": {"integrity": SHA512},
    "a@1.0.0_@s+b@2.0.0": {"integrity": "sha512-x", "dependencies": ["@s/b"]},
}
DENO = {"version": "5", "specifiers": {"npm:a@1": "1.0.0"}, "npm": _DENO_NPM, "jsr": {"@std/path@1.0.0": {}}}
DENO_3 = {
    "version": "3",
    "packages": {"specifiers": {"npm:a@1": "npm:a@1.0.0"}, "npm": _DENO_NPM},
    "remote": {"https://deno.example.test/std@0.200.0/path/mod.ts": "0"},
}
DENO_2 = {
    "version": "2",
    "npm": {"specifiers": {"a@1": "a@1.0.0"}, "packages": {**_DENO_NPM, "@s/b@2.0.0": {"dependencies": {}}}},
}
CONANFILE = """\
[requires]
zlib/1.2.13  # compression
fmt/10.1.1@user/channel
poco/[>1.0,<1.9]

[tool_requires]
cmake/3.27.0
"""
SBT = {
    "lockVersion": 1,
    "dependencies": [
        {"org": "org.a", "name": "b", "version": "1", "configurations": ["compile", "test"]},
        {"org": "org.t", "name": "t", "version": "2", "configurations": ["test"]},
    ],
}
JULIA = """\
julia_version = "1.9.0"
manifest_format = "2.0"

[[deps.Adler32]]
deps = ["Dates", "SHA"]
uuid = "00000000-0000-0000-0000-00000000000a"
version = "0.1.0"

[[deps.Dates]]
uuid = "00000000-0000-0000-0000-00000000000d"

[[deps.Ours]]
path = "ours"
uuid = "00000000-0000-0000-0000-00000000000c"
version = "0.2.0"
"""
JULIA_1 = """\
[[Adler32]]
deps = ["Dates"]
uuid = "00000000-0000-0000-0000-00000000000a"
version = "0.1.0"

[[Dates]]
uuid = "00000000-0000-0000-0000-00000000000d"
"""

NPM_PURLS = ("pkg:npm/%40s/b@2.0.0", "pkg:npm/a@1.0.0")
PYPI_PURLS = ("pkg:pypi/flask@3.0.2", "pkg:pypi/werkzeug@3.0.1")

LOCK_FILES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    # The file's name, what stands in it, and the purls of what it locks.
    ("package-lock.json", json.dumps(NPM_2_AND_3), NPM_PURLS),
    ("npm-shrinkwrap.json", json.dumps(NPM_1), NPM_PURLS),
    ("yarn.lock", YARN_1, NPM_PURLS),
    ("yarn.lock", YARN_BERRY, NPM_PURLS),
    ("pnpm-lock.yaml", PNPM_9, NPM_PURLS),
    ("pnpm-lock.yaml", PNPM_5, NPM_PURLS),
    ("requirements-prod.txt", REQUIREMENTS, PYPI_PURLS),
    ("poetry.lock", POETRY, PYPI_PURLS),
    ("Pipfile.lock", json.dumps(PIPFILE), PYPI_PURLS),
    ("uv.lock", UV, PYPI_PURLS),
    ("pdm.lock", PDM, PYPI_PURLS),
    ("pylock.toml", PYLOCK, PYPI_PURLS),
    (
        "go.mod",
        GO_MOD,
        (
            "pkg:golang/example.test/new@v1.2.0",
            "pkg:golang/github.com/spf13/cobra@v1.8.0",
            "pkg:golang/golang.org/x/sys@v0.5.0",
        ),
    ),
    ("go.sum", GO_SUM, ("pkg:golang/github.com/spf13/cobra@v1.8.0", "pkg:golang/golang.org/x/sys@v0.5.0")),
    ("Cargo.lock", CARGO, ("pkg:cargo/itoa@1.0.10", "pkg:cargo/serde@1.0.196")),
    (
        "Gemfile.lock",
        GEMFILE,
        ("pkg:gem/nokogiri@1.15.0", "pkg:gem/racc@1.7.1", "pkg:gem/rack@2.2.3", "pkg:gem/x@0.1.0"),
    ),
    ("composer.lock", json.dumps(COMPOSER), ("pkg:composer/monolog/monolog@3.5.0", "pkg:composer/psr/log@3.0.0")),
    ("gradle.lockfile", GRADLE, ("pkg:maven/org.a/b@1",)),
    ("pom.xml", POM, ("pkg:maven/org.a/b@1", "pkg:maven/org.m/m@3")),
    ("packages.lock.json", json.dumps(NUGET), ("pkg:nuget/Serilog.AspNetCore@8.0.1", "pkg:nuget/Serilog@3.1.1")),
    ("mix.lock", MIX, ("pkg:hex/decimal@2.1.1", "pkg:hex/ecto@3.11.1")),
    ("pubspec.lock", PUBSPEC, ("pkg:pub/async@2.11.0", "pkg:pub/ours@1.0.0")),
    ("bun.lock", BUN, NPM_PURLS),
    ("package-lock.json", json.dumps(NPM_1_ELSEWHERE), NPM_PURLS),
    ("yarn.lock", YARN_ELSEWHERE, (*NPM_PURLS, "pkg:npm/packed@1.0.0")),
    (
        "uv.lock",
        UV_GROUPS,
        (
            "pkg:pypi/asgiref@3.0.0",
            "pkg:pypi/click@8.2.0",
            "pkg:pypi/flask@3.0.2",
            "pkg:pypi/greenlet@3.1.0",
        ),
    ),
    ("gems.locked", "GEM\n  specs:\n    rack (2.2.3)\n", ("pkg:gem/rack@2.2.3",)),
    ("buildscript-gradle.lockfile", "org.a:b:1=classpath\n", ("pkg:maven/org.a/b@1",)),
    ("gradle.lockfile", "org.a:b:1=latestRelease\norg.t:t:2=integrationTestClasspath\n", ("pkg:maven/org.a/b@1",)),
    ("mix.lock", '%{\n  "old": {:hex, :old, "0.1.0"},\n}\n', ("pkg:hex/old@0.1.0",)),
    ("Podfile.lock", PODFILE, ("pkg:cocoapods/Alamofire@5.6.4", "pkg:cocoapods/GoogleUtilities@7.11.0")),
    ("Package.resolved", json.dumps(SWIFT_1), ("pkg:swift/git.example.test/Alamofire/Alamofire@5.6.4",)),
    ("Package.resolved", json.dumps(SWIFT_2), ("pkg:swift/git.example.test/Alamofire/Alamofire@5.6.4",)),
    ("conan.lock", json.dumps(CONAN_1), ("pkg:conan/zlib@1.2.13",)),
    ("conan.lock", json.dumps(CONAN_2), ("pkg:conan/user/fmt@10.1.1?channel=channel", "pkg:conan/zlib@1.2.13")),
    ("packages.config", PACKAGES_CONFIG, ("pkg:nuget/Serilog@3.1.1",)),
    ("Directory.Packages.props", PACKAGES_PROPS, ("pkg:nuget/Exact@1.2.0", "pkg:nuget/Serilog@3.1.1")),
    ("rebar.lock", REBAR, ("pkg:hex/certifi@2.9.0", "pkg:hex/hackney@1.18.1")),
    ("stack.yaml.lock", STACK, ("pkg:hackage/ShellCheck@0.9.0",)),
    ("cabal.project.freeze", CABAL, ("pkg:hackage/Cabal@3.8.1.0", "pkg:hackage/HTTP@4000.4.1")),
    ("renv.lock", json.dumps(RENV), ("pkg:cran/R6@2.5.1", "pkg:cran/glue@1.6.2")),
    ("deno.lock", json.dumps(DENO), NPM_PURLS),
    ("deno.lock", json.dumps(DENO_3), NPM_PURLS),
    ("deno.lock", json.dumps(DENO_2), NPM_PURLS),
    ("conanfile.txt", CONANFILE, ("pkg:conan/user/fmt@10.1.1?channel=channel", "pkg:conan/zlib@1.2.13")),
    ("build.sbt.lock", json.dumps(SBT), ("pkg:maven/org.a/b@1",)),
    (
        "Manifest.toml",
        JULIA,
        (
            "pkg:julia/Adler32@0.1.0?uuid=00000000-0000-0000-0000-00000000000a",
            "pkg:julia/Dates@1.9.0?uuid=00000000-0000-0000-0000-00000000000d",
        ),
    ),
    ("Manifest.toml", JULIA_1, ("pkg:julia/Adler32@0.1.0?uuid=00000000-0000-0000-0000-00000000000a",)),
)
