import shlex
import subprocess
import sys

from hypothesis import given
from hypothesis import strategies as st

from prill.sbom.os_release import parse_os_release

VALUES = st.text(st.sampled_from("ab1.é#$=/-;&\"'\\ \t"), max_size=8)


@given(st.one_of(VALUES, VALUES.map('"{}"'.format), VALUES.map("'{}'".format)))
def test_a_value_is_unquoted_as_by_a_shell(value: str):
    try:
        expected = {"NAME": " ".join(shlex.split(value.strip()))}
    except ValueError:
        expected = {}
    assert parse_os_release(f"NAME={value}\n".encode()) == expected


def test_values_as_they_are_usual_need_no_reader_of_shell_words():
    script = (
        "import sys; from prill.sbom.os_release import parse_os_release as read\n"
        'found = read(b\'NAME="Debian GNU/Linux"\\nID=debian\\nVERSION_ID="13"\\nBUILD_ID=\\n\')\n'
        "assert found == {'NAME': 'Debian GNU/Linux', 'ID': 'debian', 'VERSION_ID': '13', 'BUILD_ID': ''}, found\n"
        "sys.exit('shlex' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
