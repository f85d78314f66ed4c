"""Which commands are a server for development, and which only look like one."""

import pytest

from prill.dockerfile.document import read_dockerfile
from prill.dockerfile.engine import Selection, lint
from prill.dockerfile.rule import Context
from prill.dockerfile.rules import BUILTIN

RULES = frozenset({"development-server", "shell-wrapped-command"})


def found(text: str) -> list[str]:
    """Return the two rules' findings, each as rule and message."""
    report = lint(read_dockerfile(text.encode()), BUILTIN, Context(), Selection(only=RULES))
    assert report.gaps == ()
    return [f"{finding.rule}: {finding.message}" for finding in report.findings]


@pytest.mark.parametrize(
    ("command", "name"),
    [
        ("php -S 0.0.0.0:8000 -t public", "php -S"),
        ("php artisan serve --host=0.0.0.0", "artisan serve"),
        ("uvicorn app:app --host 0.0.0.0 --reload", "uvicorn --reload"),
        ("python -m uvicorn app:app --reload", "uvicorn --reload"),
        ("uv run uvicorn app:app --reload", "uvicorn --reload"),
        ("uv run --no-sync fastapi dev app.py", "fastapi dev"),
        ("gunicorn --reload app:app", "gunicorn --reload"),
        ("python3.13 -m flask run --host 0.0.0.0", "flask run"),
        ("flask --app a run", "flask run"),
        ("flask --app run shell", ""),
        ("python manage.py migrate && python manage.py runserver 0.0.0.0:8000", "manage.py runserver"),
        ("poetry run python ./manage.py runserver", "manage.py runserver"),
        ("python -m http.server 8000", "http.server"),
        ("ng serve --host 0.0.0.0", "ng serve"),
        ("vite", "vite"),
        ("npx vite --host", "vite"),
        ("npx --no-install next dev", "next dev"),
        ("node_modules/.bin/next dev", "next dev"),
        ("nodemon server.js", "nodemon"),
        ("npm run dev", "npm run dev"),
        ("npm run start:dev", "npm run start:dev"),
        ("pnpm dev", "pnpm dev"),
        ("bun --hot index.ts", "bun --hot"),
        ("deno task dev", "deno task dev"),
        ("dotnet watch run", "dotnet watch"),
        ("node --watch server.js", "node --watch"),
        ("tini -- nodemon server.js", "nodemon"),
        ("hugo server --bind 0.0.0.0", "hugo server"),
        ("php-fpm", ""),
        ("php artisan octane:start", ""),
        ("uvicorn app:app --workers 4", ""),
        ("fastapi run app.py", ""),
        ("next start", ""),
        ("vite build", ""),
        ("node server.js", ""),
        ("node dev.js", ""),
        ("node server.js --watch", ""),
        ("php serve.php -S", ""),
        ("npm --prefix dev start", ""),
        ("npm --prefix dev run dev", "npm --prefix dev run dev"),
        ("pnpm -C dev start", ""),
        ("hugo", ""),
        ("python -m app", ""),
        ("python manage.py migrate", ""),
        ("dotnet app.dll", ""),
        ("bun run index.ts", ""),
    ],
)
def test_the_command_is_a_server_for_development(command: str, name: str):
    assert found(f"FROM debian:13\nCMD {command}\n") == [f"development-server: {name} is for development"] * bool(name)


@pytest.mark.parametrize(
    "command",
    ["npm start", "npm run start", "uv run uvicorn app:app", "go run .", "cargo run", "dotnet run", "npx serve"],
)
def test_what_only_starts_the_program_is_said_by_the_other_rule(command: str):
    words = " ".join(command.split()[:2])
    assert found(f"FROM debian:13\nCMD {command}\n") == [
        f"shell-wrapped-command: {words} starts the program, and stays"
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("FROM ruby:3.4\nCMD bin/rails server\n", True),
        ('FROM ruby:3.4\nCMD ["bundle", "exec", "rails", "s", "-b", "0.0.0.0"]\n', True),
        ("FROM ruby:3.4\nENV RAILS_ENV=development\nCMD rails server\n", True),
        (
            'FROM ruby:3.4 AS base\nENV RAILS_ENV="production"\nFROM base\nCMD ["./bin/thrust", "./bin/rails", "server"]\n',
            False,
        ),
        ("FROM ruby:3.4\nCMD rails server -e production\n", False),
        ("FROM ruby:3.4\nCMD RAILS_ENV=production rails server\n", False),
        ("FROM ruby:3.4\nARG e\nENV RAILS_ENV=$e\nCMD rails server\n", False),
        ("FROM registry.example/team/rails\nCMD rails server\n", False),
        ("FROM ruby:3.4\nCMD rails db:migrate\n", False),
        ("FROM ruby:3.4\nCMD env RAILS_ENV=production rails server\n", False),
        ('FROM ruby:3.4\nCMD ["sh", "-c", "export RAILS_ENV=production && rails s"]\n', False),
        ("FROM ruby:3.4\nCMD export RAILS_ENV=development; rails server\n", True),
    ],
)
def test_rails_is_in_development_unless_something_says_otherwise(text: str, said: bool):  # noqa: FBT001
    assert [one.split(":")[0] for one in found(text)] == ["development-server"] * said


def test_a_stage_that_is_not_the_last_one_may_be_for_development():
    assert found("FROM node:24 AS dev\nCMD npm run dev\nFROM node:24-slim\nCMD node server.js\n") == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ('ENTRYPOINT ["npx", "next"]\nCMD ["start"]', ""),
        ('ENTRYPOINT ["vite"]\nCMD ["build"]', ""),
        ('ENTRYPOINT ["vite"]', "vite"),
        ('ENTRYPOINT ["vite", "dev"]\nCMD ["--host"]', "vite dev"),
        ('ENTRYPOINT ["nodemon"]\nCMD ["server.js"]', "nodemon"),
        ('ENTRYPOINT vite\nCMD ["build"]', "vite"),
    ],
)
def test_a_command_may_say_what_the_entrypoint_does(text: str, name: str):
    said = [f"development-server: {name} is for development"] if name else []
    assert found(f"FROM node:24-slim\n{text}\n") == said
