"""Start nginx as the image would, ask it for its page, and stop it as an engine would."""

import pathlib
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request

nginx = subprocess.Popen(sys.argv[1:])
for _ in range(200):
    try:
        answer = urllib.request.urlopen("http://127.0.0.1:8080/", timeout=5)
        break
    except urllib.error.URLError:
        time.sleep(0.05)
else:
    sys.exit("nginx does not answer")
print(answer.status, answer.headers["content-type"], answer.headers["server"], flush=True)
owners = set()
for status in pathlib.Path("/proc").glob("[0-9]*/status"):
    lines = dict(line.split(":", 1) for line in status.read_text().splitlines())
    if lines["Name"].strip() == "nginx":
        owners |= set(map(int, lines["Uid"].split()))
print("workers run as", owners, flush=True)
nginx.send_signal(signal.SIGQUIT)
print("ended with", nginx.wait(20), flush=True)
