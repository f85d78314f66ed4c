"""Servers that are made for the desk of those who write a program, and not for those who use it."""

from itertools import pairwise

from prill.dockerfile.shell import ShellCommand
from prill.model.regex import regex

__all__ = ["desk_server"]

_PYTHON = regex(r"python[0-9.]*")
_SCRIPT = regex(r"(?:[\w-]+:)*(?:dev|develop|watch|debug|hot)(?::[\w-]+)*")
"""How people call the scripts of package.json that start such a server."""
_SCRIPTS = frozenset({"bun", "deno", "npm", "pnpm", "yarn"})
_RUN = frozenset({"run", "run-script", "task"})
_WRAPPERS: dict[str, frozenset[str]] = {
    "bundle": frozenset({"exec"}),
    "bunx": frozenset(),
    "dumb-init": frozenset(),
    "npm": frozenset({"exec", "x"}),
    "npx": frozenset(),
    "pdm": frozenset({"run"}),
    "pipenv": frozenset({"run"}),
    "pnpm": frozenset({"exec", "dlx"}),
    "poetry": frozenset({"run"}),
    "python": frozenset({"-m"}),
    "thrust": frozenset(),
    "tini": frozenset(),
    "uv": frozenset({"run"}),
    "uvx": frozenset(),
    "yarn": frozenset({"exec", "dlx"}),
}
"""Programs that run the one behind them, and behind which words they do; without any, always."""
_VERBS: dict[str, frozenset[str]] = {
    "air": frozenset({""}),
    "artisan": frozenset({"serve"}),
    "astro": frozenset({"dev", "preview"}),
    "cargo": frozenset({"watch"}),
    "dotnet": frozenset({"watch"}),
    "fastapi": frozenset({"dev"}),
    "flask": frozenset({"run"}),
    "gatsby": frozenset({"develop"}),
    "http.server": frozenset({""}),
    "hugo": frozenset({"server", "serve"}),
    "jekyll": frozenset({"serve", "server"}),
    "manage.py": frozenset({"runserver", "runserver_plus"}),
    "mkdocs": frozenset({"serve"}),
    "next": frozenset({"", "dev"}),
    "ng": frozenset({"serve", "s"}),
    "nodemon": frozenset({""}),
    "nuxi": frozenset({"dev", "preview"}),
    "nuxt": frozenset({"dev", "preview"}),
    "react-scripts": frozenset({"start"}),
    "symfony": frozenset({"serve", "server:start"}),
    "ts-node-dev": frozenset({""}),
    "tsx": frozenset({"watch"}),
    "vite": frozenset({"", "dev", "serve", "preview"}),
    "vue-cli-service": frozenset({"serve"}),
    "webpack": frozenset({"serve"}),
    "webpack-dev-server": frozenset({""}),
    "wrangler": frozenset({"dev"}),
}
"""Programs, and the words behind which they are such a server; "" is none."""
_ANYHOW = frozenset({"air", "http.server", "nodemon", "ts-node-dev", "webpack-dev-server"})
"""Those of which the words behind them make no other thing."""
_FLAGS: dict[str, frozenset[str]] = {
    "bun": frozenset({"--hot", "--watch"}),
    "deno": frozenset({"--watch", "--watch-hmr"}),
    "gunicorn": frozenset({"--reload"}),
    "hypercorn": frozenset({"--reload"}),
    "nest": frozenset({"--watch", "-w", "--debug"}),
    "node": frozenset({"--watch"}),
    "php": frozenset({"-S"}),
    "uvicorn": frozenset({"--reload"}),
}
_KNOWN = frozenset({"php", *_SCRIPTS, *_WRAPPERS, *_VERBS, *_FLAGS})


def desk_server(command: ShellCommand) -> str:
    """Return what makes a command such a server, as ``php -S``; "" for every other command.

    Those who make these servers say so in their manuals: they reload, serve one request at a time, show their insides.
    """
    if command.program not in _KNOWN and not command.program.startswith("python"):
        return ""
    words = _behind_wrappers([command.program, *command.texts])
    program = words[0].rpartition("/")[2]
    if program == "php" and words[1:2] and words[1].rpartition("/")[2] == "artisan":
        words, program = words[1:], "artisan"
    elif _PYTHON.fullmatch(program) and words[1:2] and words[1].rpartition("/")[2] == "manage.py":
        words, program = words[1:], "manage.py"
    if program in _SCRIPTS:
        script = next((word for word in words[1:] if not word.startswith("-") and word not in _RUN), "")
        if _SCRIPT.fullmatch(script):
            return " ".join((*words[: words.index(script)], script))
    flag = next((word for word in words[1:] if word.partition("=")[0] in _FLAGS.get(program, ())), "")
    if flag:
        return f"{program} {flag}"
    told = [word for before, word in pairwise(words) if not word.startswith("-") and before not in {"--app", "-A"}]
    verb = told[0] if told else ""
    if program in _VERBS and (program in _ANYHOW or verb in _VERBS[program]):
        return f"{program} {verb if verb in _VERBS[program] else ''}".strip()
    return ""


def _behind_wrappers(words: list[str]) -> list[str]:
    """Return the words from the program on that wrappers, as ``npx`` and ``uv run``, run."""
    while len(words) > 1:
        name = words[0].rpartition("/")[2]
        verbs = _WRAPPERS.get("python" if _PYTHON.fullmatch(name) else name)
        if verbs is None or (verbs and words[1] not in verbs):
            break
        rest = words[2:] if verbs else words[1:]
        while rest and rest[0].startswith("-"):
            rest = rest[1:]
        if not rest:
            break
        words = rest
    return words
