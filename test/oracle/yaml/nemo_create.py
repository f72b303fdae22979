"""Runs `nemo models create NAME --input-file FILE` for many files in one process.

Reads one JSON array a line, [path, name], and writes one: [exit code, what the command said].
"""

import json
import sys

from nemo_platform.cli.app import app
from typer.testing import CliRunner

runner = CliRunner()
for line in sys.stdin:
    path, name = json.loads(line)
    result = runner.invoke(app, ["models", "create", name, "--input-file", path])
    said = result.output or repr(result.exception)
    print(json.dumps([result.exit_code, said[-1500:]]), flush=True)
