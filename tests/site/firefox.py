"""What Firefox sees of the built site: a page of ours looks into it, and reports."""

import json
import os
import shutil
import subprocess
import threading
from functools import partial
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

from figures_src.paper import Quiet


class ReportHandler(Quiet):
    """Serves the site, a page that looks into it, and takes down what that page reports."""

    def __init__(self, *args: Any, probe: str, reports: list[Any], came: threading.Event, **options: Any) -> None:
        self.probe, self.reports, self.came = probe, reports, came
        super().__init__(*args, **options)

    def do_GET(self) -> None:
        if self.path != "/probe":
            super().do_GET()
            return
        self.send_response(200)
        self.send_header("content-type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(self.probe.encode())

    def do_POST(self) -> None:
        self.reports.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
        self.came.set()
        self.send_response(204)
        self.end_headers()


def in_firefox(site: Path, probe: str, profile: Path) -> Any:
    """What the page ``probe`` posts to ``/report``, beside the site in Firefox."""
    firefox = shutil.which("firefox-esr") or shutil.which("firefox")
    assert firefox, "Firefox is missing: run `make test-all`, or `apt-get install firefox-esr`"
    reports: list[Any] = []
    came = threading.Event()
    options: dict[str, Any] = {"probe": probe, "reports": reports, "came": came}
    handler = partial(ReportHandler, directory=str(site), **options)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}/probe"
        command = [firefox, "--headless", "--no-remote", "--profile", str(profile), address]
        # As root in the home of another, as that of a runner of GitHub, Firefox would not start.
        home = {**os.environ, "HOME": str(profile)}
        browser = subprocess.Popen(command, env=home, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            assert came.wait(240), "Firefox never reported: does it start here? Try `firefox-esr --headless`"
        finally:
            browser.terminate()
            browser.wait(30)
            server.shutdown()
    return reports[0]
