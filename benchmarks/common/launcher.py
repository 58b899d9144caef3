"""Start a program, wait for it, and write down what it took: a process so small that it does not show.

    python -I -S benchmarks/common/launcher.py ACCOUNT PROGRAM [ARGUMENT...]

The kernel hands a parent's highest memory on to what it starts, so that a program started by one that holds
NumPy and photos would seem to hold as much. Writes wall and processor seconds, the MiB of the largest process
and the exit status, of the program and all that it waited for.
"""

import os
import sys
import time


def main() -> None:
    """Run the program."""
    account, *command = sys.argv[1:]
    began = time.perf_counter()
    child = os.posix_spawnp(command[0], command, os.environ)
    _, status, used = os.wait4(child, 0)
    wall = time.perf_counter() - began
    code = os.waitstatus_to_exitcode(status)
    with open(account, "w", encoding="ascii") as file:  # noqa: PTH123 - pathlib is as large as all the rest
        file.write(f"{wall} {used.ru_utime + used.ru_stime} {used.ru_maxrss / 1024} {code}")


if __name__ == "__main__":
    main()
