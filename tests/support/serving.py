# SPDX-License-Identifier: Apache-2.0
"""A small HTTP server of Python's library, for what the services themselves would never answer."""

import contextlib
import http.server
import threading


@contextlib.contextmanager
def serving(handler):
    """The server while it runs, on a free port of the loopback; nothing answers there afterwards."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
