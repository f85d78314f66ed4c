"""Print a completion script.

examples:
  source <(prill completion bash)
  prill completion zsh > ~/.zfunc/_prill
  prill completion fish > ~/.config/fish/completions/prill.fish
"""

import argparse
from typing import NamedTuple

from prill.cli.exit import Exit
from prill.cli.output import say

__all__ = ["run", "setup_parser"]


def setup_parser(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("shell", choices=("bash", "zsh", "fish"))


def run(arguments: argparse.Namespace) -> Exit:
    """Print the script."""
    from prill.cli.argument_parser import first_words, long_options  # noqa: PLC0415 - one shell's script needs them
    from prill.cli.main import COMMANDS, VERBS, command_parser  # noqa: PLC0415 - a circle otherwise

    commands = []
    for name, summary in COMMANDS:
        parser = command_parser(name)
        options, inner = long_options(parser), first_words(parser)
        for verb in VERBS.get(name, ()):
            options = {**long_options(command_parser(f"{name} {verb}")), **options}
        commands.append(_Command(name, summary, options, (*inner, *VERBS.get(name, ())), files=not inner))
    say({"bash": _bash, "zsh": _zsh, "fish": _fish}[arguments.shell](commands))
    return Exit.GOOD


class _Command(NamedTuple):
    """What may follow a command: its long options, its verbs, and unless it must be one of these, ``files``."""

    name: str
    summary: str
    options: dict[str, argparse.Action]
    verbs: tuple[str, ...]
    files: bool


def _choices(action: argparse.Action) -> str:
    """Return what an option may be followed by, with blanks between; nothing where that can be anything."""
    return " ".join(map(str, action.choices or ()))


def _bash(commands: list[_Command]) -> str:
    names = " ".join(one.name for one in commands)
    values = "\n".join(
        f'        {one.name}:{word}) COMPREPLY=($(compgen -W "{_choices(action)}" -- "$current")); return ;;'
        for one in commands
        for word, action in sorted(one.options.items())
        if action.choices
    )
    words = "\n".join(
        f'        {one.name}) options="{" ".join(sorted(one.options))}" verbs="{" ".join(one.verbs)}"'
        f"{'' if one.files else ' files='} ;;"
        for one in commands
    )
    return f"""\
_prill() {{
    local current=${{COMP_WORDS[COMP_CWORD]}} options= verbs= files=yes
    if [ "$COMP_CWORD" -eq 1 ]; then
        COMPREPLY=($(compgen -W "{names} --help --version" -- "$current"))
        return
    fi
    case ${{COMP_WORDS[1]}}:${{COMP_WORDS[COMP_CWORD-1]}} in
{values}
    esac
    case ${{COMP_WORDS[1]}} in
{words}
    esac
    case $current in
        -*) COMPREPLY=($(compgen -W "$options" -- "$current")) ;;
        *)  COMPREPLY=()
            [ "$COMP_CWORD" -gt 2 ] || COMPREPLY=($(compgen -W "$verbs" -- "$current"))
            [ -z "$COMPREPLY" ] || [ -z "$files" ] || COMPREPLY+=($(compgen -f -- "$current")) ;;
    esac
}}
complete -o default -F _prill prill"""


def _quoted(text: str) -> str:
    return text.replace("'", "'\\''").replace("[", "(").replace("]", ")").replace(":", " -")


def _zsh(commands: list[_Command]) -> str:
    names = " ".join(f"'{one.name}:{_quoted(one.summary)}'" for one in commands)
    cases = "\n".join(f"        {one.name}) _arguments {_zsh_options(one)} {_zsh_words(one)} ;;" for one in commands)
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


def _zsh_options(command: _Command) -> str:
    words = []
    for word, action in sorted(command.options.items()):
        values = f":value:({_choices(action)})" if action.choices else "" if action.nargs == 0 else ":value:_files"
        words.append(f"'{word}[{_quoted(action.help or '')}]{values}'")
    return " ".join(words)


def _zsh_words(command: _Command) -> str:
    verbs = f"'1:verb:({' '.join(command.verbs)})' " if command.verbs and not command.files else ""
    return f"{verbs}'*:file:_files'"


def _fish(commands: list[_Command]) -> str:
    lines = [
        f"complete -c prill -n __fish_use_subcommand -a {one.name} -d '{_quoted(one.summary)}'" for one in commands
    ]
    for one in commands:
        seen = f"complete -c prill -n '__fish_seen_subcommand_from {one.name}'"
        lines += [f"{seen} -a '{' '.join(one.verbs)}'"] if one.verbs else []
        for word, action in sorted(one.options.items()):
            values = f" -x -a '{_choices(action)}'" if action.choices else "" if action.nargs == 0 else " -r"
            lines.append(f"{seen} -l {word[2:]}{values} -d '{_quoted(action.help or '')}'")
    return "\n".join(lines)
