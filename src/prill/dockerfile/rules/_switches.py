"""The switches, variables and settings that turn checks of certificates and signatures off, program by program."""

import re

from prill.model.regex import regex

__all__ = [
    "ANY",
    "FLAGS",
    "HINTS",
    "PROGRAMS",
    "SAYS_SO",
    "SETTINGS",
    "UNSIGNED",
    "UNSWITCHED",
    "VARIABLES",
    "set_off",
    "told_off",
]

FLAGS: dict[str, tuple[str, ...]] = {
    "ansible-galaxy": ("--ignore-certs",),
    "apk": ("--allow-untrusted",),
    "apt": ("--allow-unauthenticated", "--force-yes", "--allow-insecure-repositories"),
    "apt-get": ("--allow-unauthenticated", "--force-yes", "--allow-insecure-repositories"),
    "aws": ("--no-verify-ssl",),
    "bun": ("--no-verify",),
    "conda": ("--insecure",),
    "cosign": ("--allow-insecure-registry",),
    "crane": ("--insecure",),
    "curl": ("-k", "--insecure", "--proxy-insecure", "--doh-insecure"),
    "deno": ("--unsafely-ignore-certificate-errors",),
    "dnf": ("--nogpgcheck", "--no-gpgchecks"),
    "docker": ("--disable-content-trust",),
    "dpkg": ("--force-bad-verify",),
    "flatpak": ("--no-gpg-verify",),
    "gem": ("--no-verify-peer",),
    "go": ("-insecure",),
    "helm": ("--insecure-skip-tls-verify", "--plain-http"),
    "hg": ("--insecure",),
    "kubectl": ("--insecure-skip-tls-verify",),
    "microdnf": ("--nogpgcheck",),
    "nix": ("--no-require-sigs",),
    "npm": ("--no-strict-ssl",),
    "oc": ("--insecure-skip-tls-verify",),
    "opkg": ("--no-check-certificate",),
    "oras": ("--insecure", "--plain-http"),
    "pip": ("--trusted-host",),
    "pnpm": ("--no-strict-ssl",),
    "rpm": ("--nodigest", "--nosignature", "--noverify", "--nogpg"),
    "svn": ("--trust-server-cert", "--trust-server-cert-failures"),
    "swupd": ("--nosigcheck",),
    "tdnf": ("--nogpgcheck",),
    "uv": ("--allow-insecure-host", "--trusted-host"),
    "vault": ("-tls-skip-verify",),
    "wget": ("--no-check-certificate",),
    "yum": ("--nogpgcheck",),
    "zypper": ("--no-gpg-checks", "--no-gpgcheck", "-G", "--gpgcheck-allow-unsigned"),
}
"""Flags that switch a check off, unless their value is false."""
UNSWITCHED: dict[str, tuple[str, ...]] = {
    "aria2c": ("--check-certificate",),
    "buildah": ("--tls-verify",),
    "helm": ("--verify",),
    "http": ("--verify",),
    "https": ("--verify",),
    "mamba": ("--ssl-verify",),
    "micromamba": ("--ssl-verify",),
    "npm": ("--strict-ssl",),
    "pnpm": ("--strict-ssl",),
    "podman": ("--tls-verify",),
    "skopeo": ("--tls-verify", "--src-tls-verify", "--dest-tls-verify"),
    "xh": ("--verify",),
    "yarn": ("--strict-ssl",),
}
"""Flags of a check that is on: with the value false, it is off."""
# sources.list(5), "Trusted" and "Allow-Insecure"; the same in the form of deb822.
UNSIGNED = regex(
    r"\bdeb(?:-src)?\s+\[[^\]]{0,512}\b(?:trusted|allow-insecure)=yes\b|^(?:Trusted|Allow-Insecure):\s*yes\b",
    re.MULTILINE,
)
# ssh_config(5), apt.conf(5), Maven's Wagon, pacman.conf(5), dnf.conf(5), .npmrc, .yarnrc.yml, .condarc, .gemrc,
# .wgetrc, pip.conf: as arguments, and as lines of a file that is written.
SETTINGS = regex(
    r"\bstricthostkeychecking(?:\s*=\s*|\s+)(?:no|off)\b|(?:\b|-D)maven\.wagon\.http\.ssl\.(?:insecure|allowall)=true\b"
    r"|\bverify-(?:peer|host)[\s=\"']{1,8}(?:false|0|no)\b"
    r"|::allow(?:insecurerepositories|unauthenticated)[\s=\"']{1,8}(?:true|1|yes)\b"
    r"|\bsiglevel\s{0,8}=[\w ]{0,64}\b(?:never|trustall)\b"
    r"|(?:\\n|\b)(?:gpgcheck|sslverify)\s{0,8}=\s{0,8}(?:0|no|false|off)\b"
    r"|(?:\\n|\b)(?:strict-ssl\s{0,8}=|enablestrictssl:|ssl_verify:)\s{0,8}false\b|\bssl_verify_mode:\s{0,8}0"
    r"|\bcheck[_-]certificate\s{0,8}=\s{0,8}(?:off|no|false|0)\b|(?:\\n|\b(?<!-))trusted-host\s{0,8}=\s{0,8}[\w.]",
    re.IGNORECASE,
)
PROGRAMS = frozenset({"ansible-galaxy", "bundle", "deno", "gcloud", "nix", "poetry", "rpm", "swupd", "zypper"})
"""Programs whose switches have no hint in them: where one is called, every command is looked at."""
HINTS = (
    "able-tls", "check-cert", "check_cert", "content-trust", "force-yes", "goflags", "gpgcheck", "http.ssl",
    "plain-http", "secure", "server-cert", "siglevel", "strict", "sumdb", "trustall", "trusted", "unauth", "verif",
)  # fmt: skip
"""Of these a command has one that switches a check off, but for ``curl -k``; most files have none."""
_NEVER = frozenset({"0", "false", "no", "off", "never", "none"})
_ALWAYS = frozenset({"1", "true", "yes", "on"})
SAYS_SO: dict[str, tuple[tuple[str, frozenset[str]], ...]] = {
    "bundle": (("ssl_verify_mode", _NEVER),),
    "composer": (("disable-tls", _ALWAYS), ("secure-http", _NEVER)),
    "conda": (("ssl_verify", _NEVER),),
    "gcloud": (("auth/disable_ssl_validation", _ALWAYS),),
    "mamba": (("ssl_verify", _NEVER),),
    "npm": (("strict-ssl", _NEVER),),
    "pnpm": (("strict-ssl", _NEVER),),
    "yarn": (("strict-ssl", _NEVER), ("enablestrictssl", _NEVER)),
}
"""Settings that a program is given as two words, or with an equals sign, and the values with which a check is off."""
ANY = frozenset({"AZURE_CLI_DISABLE_CONNECTION_VERIFICATION", "GIT_SSL_NO_VERIFY", "GOINSECURE"}) | {
    "PIP_TRUSTED_HOST",
    "UV_INSECURE_HOST",
}
"""Variables that switch a check off with whatever value: a host's name, or one that nobody looks at."""
VARIABLES: dict[str, frozenset[str]] = {
    "ANSIBLE_GALAXY_IGNORE": _ALWAYS,
    "BUNDLE_SSL_VERIFY_MODE": frozenset({"0"}),
    "CLOUDSDK_AUTH_DISABLE_SSL_VALIDATION": _ALWAYS,
    "CONDA_SSL_VERIFY": _NEVER,
    "CURL_INSECURE": _ALWAYS,
    "GONOSUMDB": frozenset({"*"}),
    "GOSUMDB": frozenset({"off"}),
    "MAMBA_SSL_VERIFY": _NEVER,
    "NODE_TLS_REJECT_UNAUTHORIZED": _NEVER,
    "NPM_CONFIG_STRICT_SSL": _NEVER,
    "PERL_LWP_SSL_VERIFY_HOSTNAME": _NEVER,
    "PYTHONHTTPSVERIFY": _NEVER,
    "VAULT_SKIP_VERIFY": _ALWAYS,
    "YARN_ENABLE_STRICT_SSL": _NEVER,
    "YARN_STRICT_SSL": _NEVER,
}
_GIT = regex(r"http\.(?:\S{1,256}\.)?sslverify")
_POETRY = regex(r"certificates\.[\w-]{1,64}\.cert")


def told_off(name: str, value: str) -> bool:
    """Whether a variable with this value switches a check off."""
    upper = name.upper()
    if upper == "GOFLAGS":
        return "-insecure" in value.split()
    return bool(value) if upper in ANY else value.lower() in VARIABLES.get(upper, ())


def set_off(program: str, text: str, texts: tuple[str, ...], following: str) -> bool:
    """Whether an argument, in lower case, names a setting that is given a value which switches a check off.

    The value stands behind an equals sign, or in ``following``, the word behind it.
    """
    name, equals, value = text.removeprefix("--setopt=").partition("=")
    value = value if equals else following
    if program == "git":
        return value in _NEVER and _GIT.fullmatch(name) is not None
    if program == "poetry":
        return value == "false" and _POETRY.fullmatch(name) is not None
    if program == "pip" and text.endswith(".trusted-host"):
        return "set" in texts
    if name in UNSWITCHED.get(program, ()):
        return value in _NEVER
    told = any(name == setting and value in values for setting, values in SAYS_SO.get(program, ()))
    return told or (name.rpartition(".")[2] in {"sslverify", "gpgcheck"} and value in _NEVER)
