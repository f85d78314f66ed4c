"""The Dockerfiles of a guide to hardened images as many teams have it: what is wrong in them is found."""

import re
from datetime import date
from pathlib import Path

import pytest

from prill.api.lint import LintOptions, lint_data

FAULTS = {
    "FROM ubuntu:22.04": {"runs-as-root", "base-not-pinned", "full-base-in-final"},
    "# SECURE - Distroless base": {"runs-as-root", "end-of-life-base", "unpinned-base"},
    "FROM cgr.dev/chainguard/python:latest": {"doubled-entrypoint", "latest-tag", "base-not-pinned"},
    "FROM minimus.io/python:3.11": {"retired-base", "doubled-entrypoint"},
    "FROM minimus.io/node:20": {"retired-base", "doubled-entrypoint"},
    "FROM golang:1.21-alpine AS builder": {"end-of-life-base", "base-not-pinned"},
    "FROM node:20-alpine AS builder": {
        "runtime-mismatch",
        "runs-as-root",
        "end-of-life-base",
        "command-not-copied",
        "npm-production-flag",
    },
    "FROM python:3.12-slim AS builder": {"runtime-mismatch", "runs-as-root", "end-of-life-base"},
    "FROM maven:3.9-eclipse-temurin-21 AS builder": {"runs-as-root", "end-of-life-base"},
}
ENDED = {"static-debian12", "nodejs20-debian12", "python3-debian12", "java21-debian12"}


def test_distroless_of_debian_12_is_past_its_support(shared_data: Path):
    """By what the guide's corrections say: Java and Node in January 2026, Python in April, the others in September."""
    text = "".join(f"FROM gcr.io/distroless/{name}:nonroot\n" for name in sorted(ENDED))
    for day, count in ((date(2026, 1, 31), 0), (date(2026, 2, 1), 2), (date(2026, 5, 1), 3), (date(2026, 10, 1), 4)):
        report = lint_data(text.encode(), "Dockerfile", LintOptions(today=day))
        ended = {one.location.line for one in report.findings if "was looked after until" in one.message}
        assert len(ended) == count, day
    assert all(name in (shared_data / "guide" / "hardened-base-images.md").read_text("utf-8") for name in ENDED)


def test_the_image_to_look_around_in_is_told():
    report = lint_data(b"FROM gcr.io/distroless/python3-debian12:debug\n", "Dockerfile", LintOptions())
    assert "debug-base-in-final" in {finding.rule for finding in report.findings}


@pytest.mark.parametrize("first", FAULTS)
def test_the_faults_of_the_guide_are_found(shared_data: Path, first: str):
    text = (shared_data / "guide" / "hardened-base-images.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```dockerfile\n(.*?)```", text, re.DOTALL)
    files = [part for block in blocks for part in _files(block) if first in part.splitlines()]
    assert files
    report = lint_data(files[0].encode(), "Dockerfile", LintOptions(today=date(2026, 11, 26)))
    assert FAULTS[first] <= {finding.rule for finding in report.findings}


def _files(block: str) -> list[str]:
    """Take a block apart where it shows several files, each after a comment of its own."""
    if " AS " in block:
        return [block]
    return re.split(r"\n\n(?=# )", block)
