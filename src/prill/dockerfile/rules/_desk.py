"""Servers that are made for the desk of those who write a program, and not for those who use it."""

from itertools import pairwise, takewhile

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
_INTERPRETERS, _ENDINGS = (
    frozenset({"bun", "deno", "node", "php"}),
    (".cjs", ".js", ".jsx", ".mjs", ".php", ".ts", ".tsx"),
)
"""Programs whose flags stand before the file that they run; behind it they are that file's."""
_PLACES = frozenset({"-C", "-F", "--cwd", "--dir", "--filter", "--prefix", "--workspace"})
"""Flags that take a folder or a package, whatever that is called."""
_KNOWN = frozenset({"php", *_SCRIPTS, *_WRAPPERS, *_VERBS, *_FLAGS})


def desk_server(command: ShellCommand, *, goes_on: bool = False) -> str:
    """Return what makes a command such a server, as ``php -S``; "" for every other command.

    With ``goes_on``, words follow that stand elsewhere: only what is such a server with whatever word counts.
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
        place = _place_of_script(words)
        if _SCRIPT.fullmatch(words[place]):
            return " ".join(words[: place + 1])
    flags = _FLAGS.get(program, ())
    own = takewhile(lambda word: not word.endswith(_ENDINGS), words[1:]) if program in _INTERPRETERS else words[1:]
    flag = next((word for word in own if word.partition("=")[0] in flags), "")
    if flag:
        return f"{program} {flag}"
    told = [word for before, word in pairwise(words) if not word.startswith("-") and before not in {"--app", "-A"}]
    verb = told[0] if told else ""
    if program in _ANYHOW or (program in _VERBS and verb in _VERBS[program] and (verb or not goes_on)):
        return f"{program} {verb if verb in _VERBS[program] else ''}".strip()
    return ""


def _place_of_script(words: list[str]) -> int:
    """Return where the name of a script of package.json stands behind ``npm`` and its like; 0 where there is none."""
    skip = False
    for place, word in enumerate(words[1:], 1):
        if skip or word.startswith("-"):
            skip = not skip and word in _PLACES
        elif word not in _RUN:
            return place
    return 0


def _behind_wrappers(words: list[str]) -> list[str]:
    """Return the words from the program on that wrappers, as ``npx`` and ``uv run``, run."""
    place = 0
    while place + 1 < len(words):
        name = words[place].rpartition("/")[2]
        verbs = _WRAPPERS.get("python" if _PYTHON.fullmatch(name) else name)
        if verbs is None or (verbs and words[place + 1] not in verbs):
            break
        rest = place + (2 if verbs else 1)
        while rest < len(words) and words[rest].startswith("-"):
            rest += 1
        if rest == len(words):
            break
        place = rest
    return words[place:]
