"""A run of structure tests as JSON."""

import json

from prill.model.structure_tests import TestRun, TestStatus

__all__ = ["encode_structure_results"]


def encode_structure_results(run: TestRun) -> bytes:
    """Return ``run`` as a JSON document: the verdict, the counts, every result in order, and the gaps."""
    document = {
        "verdict": run.verdict.value,
        "backend": run.backend,
        "counts": {status.value: run.count(status) for status in TestStatus},
        "results": [
            {
                "name": result.name,
                "kind": result.kind.value,
                "status": result.status.value,
                "source": result.source,
                "errors": result.errors,
                "notes": result.notes,
                "stdout": result.stdout,
                "stderr": result.stderr,
                "seconds": round(result.seconds, 3),
            }
            for result in run.results
        ],
        "gaps": [{"subject": gap.subject, "reason": gap.reason} for gap in run.gaps],
    }
    return json.dumps(document, indent=2).encode() + b"\n"
