"""What .NET applications were built with."""

import base64
import json

import pytest

from scanned import purls, reasons, related, scan

SHA512 = "sha512-" + base64.b64encode(b"\x11" * 64).decode()
DEPS = {
    "runtimeTarget": {"name": ".NETCoreApp,Version=v8.0/linux-x64", "signature": ""},
    "compilationOptions": {},
    "targets": {
        ".NETCoreApp,Version=v8.0": {},
        ".NETCoreApp,Version=v8.0/linux-x64": {
            "App/1.0.0": {"dependencies": {"Serilog.AspNetCore": "8.0.1"}, "runtime": {"App.dll": {}}},
            "runtimepack.Microsoft.NETCore.App.Runtime.linux-x64/8.0.4": {"runtime": {"System.dll": {}}},
            "Serilog.AspNetCore/8.0.1": {"dependencies": {"Serilog": "3.1.1", "Not.There": "1.0"}},
            "Serilog/3.1.1": {"runtime": {"lib/net7.0/Serilog.dll": {"assemblyVersion": "2.0.0.0"}}},
        },
    },
    "libraries": {
        "App/1.0.0": {"type": "project", "serviceable": False, "sha512": ""},
        "runtimepack.Microsoft.NETCore.App.Runtime.linux-x64/8.0.4": {"type": "runtimepack", "sha512": ""},
        "Serilog/3.1.1": {"type": "package", "serviceable": True, "sha512": SHA512, "path": "serilog/3.1.1"},
        "Serilog.AspNetCore/8.0.1": {"type": "package", "serviceable": True, "sha512": "sha512-?"},
    },
}


def test_packages_and_the_runtime_of_a_self_contained_application():
    sbom = scan({"app/App.deps.json": "\ufeff" + json.dumps(DEPS)})
    assert purls(sbom) == [
        "pkg:nuget/Microsoft.NETCore.App.Runtime.linux-x64@8.0.4",
        "pkg:nuget/Serilog.AspNetCore@8.0.1",
        "pkg:nuget/Serilog@3.1.1",
    ]
    assert related(sbom) == [("pkg:nuget/Serilog.AspNetCore@8.0.1", "pkg:nuget/Serilog@3.1.1")]
    assert [str(one.details.digest) for one in sbom.packages] == ["None", "None", f"sha512:{'11' * 64}"]


@pytest.mark.parametrize(
    "data", [b"{}", b"[]", b'{"libraries": 1}', b"\xff\xfe", b'{"libraries": {"a/1": {"type": 1}}}']
)
def test_what_cannot_be_read_is_a_gap(data: bytes):
    sbom = scan({"app/App.deps.json": data})
    assert not sbom.packages
    assert "/app/App.deps.json: dotnet: not a .deps.json" in reasons(sbom)
