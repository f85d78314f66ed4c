"""Print a completion script.

examples:
  source <(prill completion bash)
  prill completion zsh > ~/.zfunc/_prill
  prill completion fish > ~/.config/fish/completions/prill.fish
"""

import argparse

from prill.cli.exit import Exit
from prill.cli.output import say

__all__ = ["run", "setup_parser"]


def setup_parser(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("shell", choices=("bash", "zsh", "fish"))


def run(arguments: argparse.Namespace) -> Exit:
    """Print the script."""
    from prill.cli.main import COMMANDS, VERBS, command_parser  # noqa: PLC0415 - a circle otherwise

    options = {name: _options(command_parser(name)) for name, _ in COMMANDS}
    for name, verbs in VERBS.items():
        for verb in verbs:
            options[name] = {**_options(command_parser(f"{name} {verb}")), **options[name], verb: ""}
    say({"bash": _bash, "zsh": _zsh, "fish": _fish}[arguments.shell](options, dict(COMMANDS)))
    return Exit.GOOD


def _options(parser: argparse.ArgumentParser) -> dict[str, str]:
    """Return the long options of a command and its verbs with their help; a verb's name stands among them."""
    found: dict[str, str] = {}
    for action in parser._actions:  # noqa: SLF001 - argparse has no public way to list what it was given
        for word in action.option_strings:
            if word.startswith("--"):
                found[word] = action.help or ""
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001
            for name, verb in action.choices.items():
                found[name] = ""
                found |= _options(verb)
    return found


def _bash(options: dict[str, dict[str, str]], commands: dict[str, str]) -> str:
    cases = "\n".join(f'        {name}) words="{" ".join(sorted(found))}" ;;' for name, found in options.items())
    return f"""\
_prill() {{
    local current=${{COMP_WORDS[COMP_CWORD]}} words
    if [ "$COMP_CWORD" -eq 1 ]; then
        words="{" ".join(commands)} --help --version"
    else
        case ${{COMP_WORDS[1]}} in
{cases}
        esac
    fi
    COMPREPLY=($(compgen -W "$words" -- "$current"))
}}
complete -o default -F _prill prill"""


def _quoted(text: str) -> str:
    return text.replace("'", "'\\''").replace("[", "(").replace("]", ")").replace(":", " -")


def _zsh(options: dict[str, dict[str, str]], commands: dict[str, str]) -> str:
    names = " ".join(f"'{name}:{_quoted(summary)}'" for name, summary in commands.items())
    cases = "\n".join(
        f"        {name}) _arguments "
        + " ".join(f"'{word}[{_quoted(text)}]'" for word, text in sorted(found.items()) if word.startswith("--"))
        + " '*:file:_files' ;;"
        for name, found in options.items()
    )
    return f"""\
#compdef prill
_prill() {{
    local -a commands=({names})
    if (( CURRENT == 2 )); then
        _describe command commands
        return
    fi
    local command=$words[2]
    shift words
    (( CURRENT-- ))
    case $command in
{cases}
    esac
}}
# Autoloaded from $fpath this file is the function's body; sourced, it has to register the function.
if [[ $funcstack[1] == _prill ]]; then
    _prill "$@"
else
    compdef _prill prill
fi"""


def _fish(options: dict[str, dict[str, str]], commands: dict[str, str]) -> str:
    lines = [
        f"complete -c prill -n __fish_use_subcommand -a {name} -d '{_quoted(text)}'" for name, text in commands.items()
    ]
    for name, found in options.items():
        lines += [
            f"complete -c prill -n '__fish_seen_subcommand_from {name}' -l {word[2:]} -d '{_quoted(text)}'"
            for word, text in sorted(found.items())
            if word.startswith("--")
        ]
    return "\n".join(lines)
