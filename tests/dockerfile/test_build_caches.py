"""Which caches of package managers stay in the image, wherever they are said to be, and what empties them."""

from time import process_time

import pytest

from prill.dockerfile.document import read_dockerfile
from prill.dockerfile.engine import Selection, lint
from prill.dockerfile.fixes import apply_fixes
from prill.dockerfile.rule import Context
from prill.dockerfile.rules import BUILTIN
from prill.model.finding import Finding


def found(text: str, rule: str = "build-cache-left") -> tuple[Finding, ...]:
    report = lint(read_dockerfile(text.encode()), BUILTIN, Context(), Selection(only=frozenset({rule})))
    assert report.gaps == ()
    return report.findings


@pytest.mark.parametrize(
    ("run", "folder"),
    [
        ("poetry install --no-root", "/root/.cache/pypoetry"),
        ("uv sync --locked", "/root/.cache/uv"),
        ("uv pip install --system -r requirements.txt", "/root/.cache/uv"),
        ("pnpm install --frozen-lockfile", "/root/.local/share/pnpm/store"),
        ("pnpm fetch", "/root/.local/share/pnpm/store"),
        ("bun install", "/root/.bun/install/cache"),
        ("conda install -y gdal", "/opt/conda/pkgs"),
        ("mamba env create -f environment.yml", "/opt/conda/pkgs"),
        ("dotnet publish -c Release -o /app", "/root/.nuget/packages"),
        ("npm ci --cache /tmp/npm", "/tmp/npm"),
        ("UV_CACHE_DIR=/u uv sync", "/u"),
        ("export UV_CACHE_DIR=/u && uv sync", "/u"),
        ("pnpm add -g serve --store-dir=/s", "/s"),
        ("mvn -Dmaven.repo.local=/m package", "/m"),
    ],
)
def test_the_cache_stays(run: str, folder: str):
    assert [one.message.split(";")[0].split(" keeps ")[1] for one in found(f"FROM debian:13\nRUN {run}\n")] == [
        f"{folder} in the image"
    ]


@pytest.mark.parametrize(
    "text",
    [
        "RUN poetry install --no-cache",
        "RUN poetry install && poetry cache clear --all pypi",
        "ENV POETRY_CACHE_DIR=/tmp/p\nRUN poetry install && rm -rf $POETRY_CACHE_DIR",
        "ENV POETRY_CACHE_DIR=/tmp/p\nRUN --mount=type=cache,target=$POETRY_CACHE_DIR poetry install",
        "ENV POETRY_CACHE_DIR=/tmp/p\nRUN poetry install && rm -rf /tmp/p",
        "ARG D\nENV POETRY_CACHE_DIR=$D\nRUN poetry install",
        "ENV UV_NO_CACHE=1\nRUN uv sync",
        "RUN uv sync --no-cache",
        "RUN uv python install 3.13",
        "RUN uv sync && uv cache clean",
        "RUN --mount=type=cache,target=/root/.cache/uv uv sync",
        "RUN --mount=type=cache,target=/root/.cache uv sync",
        "ENV PNPM_HOME=/pnpm\nRUN --mount=type=cache,id=pnpm,target=/pnpm/store pnpm install --frozen-lockfile",
        "RUN pnpm run build",
        "RUN bun install --no-cache",
        "RUN bun run build",
        "RUN conda install -y gdal && conda clean -afy",
        "RUN mamba install -y gdal && conda clean --all --yes",
        "RUN conda install -y gdal && rm -rf /opt/conda/pkgs/*",
        "RUN dotnet publish --no-restore -c Release",
        "RUN dotnet restore && dotnet nuget locals all --clear",
        "RUN dotnet app.dll",
        "RUN npm ci && rm -rf ~/.npm",
        "RUN npm ci && rm -rf $HOME/.npm",
        "RUN npm ci --cache /tmp/npm && rm -rf /tmp/npm",
        "RUN npm ci --cache $D",
        "ENV COMPOSER_CACHE_DIR=/dev/null\nRUN composer install",
        "RUN --mount=type=cache,target=/tmp/cache composer install",
        'RUN bundle install && rm -rf ~/.bundle/ "${BUNDLE_PATH}"/ruby/*/cache',
    ],
)
def test_nothing_stays(text: str):
    assert found(f"FROM debian:13\n{text}\n") == ()


def test_a_stage_that_is_not_in_the_image_may_keep_its_cache():
    assert found("FROM debian:13 AS b\nRUN uv sync\nFROM debian:13\nCOPY --from=b /app /app\n") == ()


def test_whoever_is_not_root_has_a_home_of_his_own():
    (one,) = found("FROM node:24\nUSER node\nRUN npm ci\n")
    assert one.message == "npm keeps ~/.npm in the image; mount a cache there"
    assert not one.fixes


def test_the_fix_mounts_a_cache_where_the_variable_says():
    text = "FROM debian:13\nENV UV_CACHE_DIR=/u\nRUN uv sync\n"
    mended = apply_fixes(text, found(text), unsafe=True).text
    assert mended == "FROM debian:13\nENV UV_CACHE_DIR=/u\nRUN --mount=type=cache,target=/u uv sync\n"
    assert found(mended) == ()


@pytest.mark.parametrize("run", ["conda install -y gdal", "dotnet publish"])
def test_where_what_runs_may_need_the_cache_there_is_no_fix(run: str):
    (one,) = found(f"FROM debian:13\nRUN {run}\n")
    assert not one.fixes
    assert one.message.endswith("empty it in the same RUN")


@pytest.mark.parametrize(
    ("run", "aliases"),
    [
        ("yarn install", ("DL3060",)),
        ("yarn", ()),
        ("yarn --frozen-lockfile", ()),
        ("yarn add express@5.1.0", ()),
        ("yarn global add serve@14", ()),
    ],
)
def test_yarn_keeps_its_cache_whichever_word_installs(run: str, aliases: tuple[str, ...]):
    assert [one.aliases for one in found(f"FROM node:24\nRUN {run}\n", "yarn-cache-left")] == [aliases]


@pytest.mark.parametrize(
    "text",
    [
        "RUN yarn && yarn cache clean",
        "RUN yarn build",
        "RUN yarn --version",
        "RUN corepack enable && yarn",
        "COPY .yarnrc.yml ./\nRUN yarn",
        "RUN --mount=type=cache,target=/y yarn --cache-folder /y",
        "ENV YARN_CACHE_FOLDER=/y\nRUN yarn",
        "RUN yarn && rm -rf /usr/local/share/.cache",
    ],
)
def test_yarn_keeps_nothing(text: str):
    assert found(f"FROM node:24\n{text}\n", "yarn-cache-left") == ()


@pytest.mark.parametrize("cache", ["/my cache", "/a,type=bind", "relative", "~/x"])
def test_no_fix_mounts_a_folder_that_its_options_cannot_name(cache: str):
    (finding,) = found(f'FROM debian:13\nENV UV_CACHE_DIR="{cache}"\nRUN uv sync\n')
    assert cache in finding.message
    assert finding.fixes == ()


def test_an_argument_that_is_called_as_a_verb_keeps_no_cache_away():
    assert len(found("FROM debian:13\nARG python=3.13\nRUN uv sync\n")) == 1


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("yarn-cache-left", f"RUN {'yarn add a && ' * 20_000}true\n"),
        ("build-cache-left", f"RUN {'uv sync && ' * 20_000}rm -rf ~/.cache/uv\n"),
        ("development-server", f"CMD {'npx ' * 200_000}\n"),
        ("development-server", f"CMD npx {'- ' * 200_000}\n"),
        ("undefined-variable", f"RUN echo {'$TARGETOS ' * 50_000}\n"),
        ("unknown-user", "RUN true\n" * 5_000 + "COPY --chown=1:b a b\n" * 5_000),
        ("verification-off", f"COPY <<E /etc/apt/sources.list\n{'deb [' * 40_000} trusted=yes\nE\n"),
    ],
)
def test_a_hundred_times_as_much_takes_a_hundred_times_as_long(rule: str, text: str):
    before = process_time()
    found(f"FROM debian:13\n{text}", rule)
    assert process_time() - before < 10
