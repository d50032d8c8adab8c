"""`python -m deployments.laboratory --port 8095 --data laboratory.sqlite`: the demonstration laboratory on its own."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from deployments.laboratory.book import Book
from deployments.laboratory.serving import listen, serve, system_clock


def main() -> None:
    """Serve until Ctrl-C. The first line on standard output says where."""
    parser = argparse.ArgumentParser(
        prog="python -m deployments.laboratory", description="The demonstration laboratory"
    )
    parser.add_argument("--port", type=int, default=8095, help="loopback port; 0 takes a free one (default 8095)")
    parser.add_argument("--data", type=Path, default=None, help="SQLite file that survives a restart (default: memory)")
    parser.add_argument("--seed", default=None, help="the seed that scores are drawn by")
    wanted = parser.parse_args()
    try:
        listener = listen(wanted.port)
    except OSError as problem:
        parser.error(f"--port {wanted.port}: {problem.strerror}; choose another, or 0 for a free one")
    book = Book(wanted.data)
    if wanted.seed is not None:
        book.tell("seed", wanted.seed)
    sys.stdout.write(f"demonstration laboratory at http://127.0.0.1:{listener.getsockname()[1]}\n")
    sys.stdout.flush()
    try:
        serve(book, None, system_clock, listener)
    except KeyboardInterrupt:
        pass
    finally:
        listener.close()
        book.close()


if __name__ == "__main__":
    main()
