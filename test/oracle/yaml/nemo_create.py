"""Runs `nemo models create NAME --input-file FILE` for many files in one process, through the entry point of `nemo`.

Reads one JSON array a line, [path, name], and writes one: [exit code, what the command said].
"""

import contextlib
import io
import json
import sys

from nemo_platform.cli.app import cli


def run(name, path):
    sys.argv = ["nemo", "models", "create", name, "--input-file", path]
    said = io.StringIO()
    code = 0
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        try:
            cli()
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 0 if end.code is None else 1
        except Exception as error:  # What the command does not catch ends the process with a traceback.
            code = 1
            print(repr(error))
    return code, said.getvalue()


for line in sys.stdin:
    path, name = json.loads(line)
    code, said = run(name, path)
    print(json.dumps([code, said[-20000:]]), flush=True)
