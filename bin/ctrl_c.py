"""Runs a command on a terminal of its own, presses Ctrl-C when it says something, and ends as it ends.

Usage: ctrl_c.py WORDS COMMAND [ARGUMENT...]
The exit code is the command's: 130 after a Ctrl-C that it heeded. What it said goes to standard output.
"""

import os
import pty
import sys
import threading


def main():
    words, command = sys.argv[1].encode(), sys.argv[2:]
    child, terminal = pty.fork()
    if child == 0:
        os.execvp(command[0], command)

    def read():
        said, pressed = b"", False
        while True:
            try:
                piece = os.read(terminal, 1 << 16)
            except OSError:  # EIO: nobody holds the terminal any more
                return
            sys.stdout.buffer.write(piece)
            sys.stdout.buffer.flush()
            said += piece
            if not pressed and words in said:
                pressed = True
                os.write(terminal, b"\x03")

    # A process that is left behind keeps the terminal open: the command's own end counts.
    threading.Thread(target=read, daemon=True).start()
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    sys.stdout.flush()
    os._exit(status if status >= 0 else 128 - status)


main()
