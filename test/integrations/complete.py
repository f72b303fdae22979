"""Types command lines into an interactive shell and prints what its key for completion makes of them.

    complete.py bash|zsh SCRIPT < lines.json      a list of lines; prints a list of the words that each becomes

All possible completions are inserted at once, which both shells can do, and the line is then printed word by word.
"""

import json
import os
import pty
import re
import select
import sys
import tempfile
import time

# The command of each shell, what it is told first, and the keys that insert all completions.
SHELLS = {
    "bash": (["bash", "--norc", "--noprofile", "-i"], ["source {script}"], "\x1b*"),
    "zsh": (
        ["zsh", "-f", "-i"],
        [
            "bindkey -e",  # not the keys of vi, whatever EDITOR says
            "autoload -Uz compinit; compinit -u -D",
            "source {script}",
            "zle -C all-matches complete-word _generic; bindkey '^X*' all-matches",
            "zstyle ':completion:all-matches::::' completer _all_matches _complete",
            "zstyle ':completion:all-matches:*' insert true",
        ],
        "\x18*",
    ),
}

shell, script = sys.argv[1:3]
command, setup, complete_all = SHELLS[shell]
child, terminal = pty.fork()
if child == 0:
    os.environ.update(TERM="dumb", PS1="", PROMPT="", HISTFILE="")
    os.execvp(command[0], command)
printed = os.path.join(tempfile.mkdtemp(), "printed")


def send(text):
    os.write(terminal, text.encode())


def wait_for(text, seconds=30):
    """Reads until the shell prints a text, which what is typed does not contain."""
    read, end = "", time.time() + seconds
    while text not in read:
        if time.time() > end:
            sys.exit(f"{shell} does not answer: {read[-2000:]!r}")
        if select.select([terminal], [], [], 0.2)[0]:
            read += os.read(terminal, 65536).decode(errors="replace")


def wait_for_silence(seconds=0.5):
    """Keys that are typed ahead would stop zsh from completing."""
    while select.select([terminal], [], [], seconds)[0]:
        os.read(terminal, 65536)


for number, line in enumerate(setup):
    send(line.format(script=script) + f"; echo ready-{number}-$((1+1))\r")
    wait_for(f"ready-{number}-2")
answers = []
for number, line in enumerate(json.load(sys.stdin)):
    send(line)
    wait_for_silence()
    send(complete_all)
    wait_for_silence()
    send(f"\x01printf '%s\\n' \x05 > {printed}; echo end-{number}-$((1+1))\r")
    wait_for(f"end-{number}-2")
    with open(printed) as file:
        answers.append(file.read().splitlines())
send("exit\r")
print(json.dumps(answers))
