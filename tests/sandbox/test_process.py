import os
import sys

from prill.sandbox.process import Ended, supervise


def watch(script: str, *, seconds: float = 20, output: int = 1000, stdin: bytes | None = None) -> Ended:
    reading, writing = os.pipe()
    try:
        return supervise(
            [sys.executable, "-I", "-S", "-c", script, str(writing)],
            status=reading,
            pass_fds=(writing,),
            stdin=stdin,
            seconds=seconds,
            output=output,
        )
    finally:
        os.close(reading)


def test_exactly_the_limit_is_not_cut():
    ended = watch("print('x' * 999)")
    assert (len(ended.stdout), ended.stdout_cut) == (1000, False)
    ended = watch("print('x' * 1000)")
    assert (len(ended.stdout), ended.stdout_cut) == (1000, True)


def test_both_streams_are_read_at_once():
    script = "import sys\nfor _ in range(200): sys.stderr.write('e' * 9999); sys.stdout.write('o' * 9999)"
    ended = watch(script, output=200 * 9999)
    assert (len(ended.stdout), len(ended.stderr), ended.exit_code) == (200 * 9999, 200 * 9999, 0)


def test_a_closed_output_does_not_end_the_watch():
    ended = watch("import os, time\nos.close(1); os.close(2); time.sleep(0.5); os._exit(3)")
    assert (ended.exit_code, ended.timed_out) == (3, False)
    assert ended.seconds >= 0.5


def test_what_is_written_to_the_status_pipe_comes_back():
    assert watch("import os, sys; os.write(int(sys.argv[1]), b'told')").status == b"told"


def test_a_deadline_ends_it():
    ended = watch("import time\nprint('before', flush=True)\ntime.sleep(60)", seconds=0.7)
    assert (ended.timed_out, ended.exit_code, ended.stdout) == (True, 137, b"before\n")
    assert ended.seconds < 5


def test_a_child_that_keeps_the_pipes_does_not_hold_it_up():
    script = "import os, time\nif os.fork() == 0:\n    time.sleep(60)\nprint('done')"
    ended = watch(script)
    assert (ended.exit_code, ended.timed_out, ended.stdout) == (0, False, b"done\n")
    assert ended.seconds < 15


def test_input_that_is_not_wanted_is_no_failure():
    assert watch("import os; os.close(0); print('ok')", stdin=b"x" * 1_000_000).stdout == b"ok\n"


def test_the_machines_environment_is_not_passed_on():
    assert watch("import os; print(sorted(set(os.environ) - {'LC_CTYPE'}))").stdout == b"[]\n"
