"""The running desk as these tests meet it: its API, the simulator's bench, and pages in a browser.

`tests/tests/pages.rs` starts simulator and daemon and says in the file that UKETSUKE_DESK names where they are.
"""

import json
import os
import pathlib
import signal
import subprocess
import urllib.error
import urllib.request

# Any one state is reached within this, or the test fails and Playwright says what the page shows instead.
PATIENCE = 20_000
PAGES = ["kiosk", "board", "bench"]


class Refused(Exception):
    """A request that was refused, with its status and what was said."""

    def __init__(self, status, said):
        super().__init__(f"{status}: {said}")
        self.status, self.said = status, said


class Service:
    """An HTTP service of this machine, with a bearer token."""

    def __init__(self, url, token_file):
        self.url = url
        self.token = pathlib.Path(token_file).read_text().strip()

    def ask(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        request = urllib.request.Request(self.url + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE / 1000) as answer:
                said = answer.read()
        except urllib.error.HTTPError as refused:
            raise Refused(refused.code, refused.read().decode()) from None
        return json.loads(said) if said else None

    def get(self, path):
        return self.ask("GET", path)

    def post(self, path, body=None):
        return self.ask("POST", path, {} if body is None else body)


class Desk:
    """Daemon, simulator and the site's passcode."""

    def __init__(self):
        said = json.loads(pathlib.Path(os.environ["UKETSUKE_DESK"]).read_text())
        self.api = Service(said["api"], said["token_file"])
        self.bench = Service(said["bench"], said["bench_token_file"])
        self.passcode = said["passcode"]
        self.readers = said["readers"]
        # Every code of the failure catalogue.
        self.codes = said["codes"]
        self.daemon, self.site = said["daemon"], pathlib.Path(said["site"])
        self.personas = {persona["id"]: persona for persona in self.bench.get("/v1/personas")}

    def page(self, name):
        """The address of one of the three pages."""
        return {"kiosk": f"{self.api.url}/kiosk/front-1", "board": f"{self.api.url}/", "bench": f"{self.bench.url}/"}[name]

    def act(self, reader, deed, **body):
        """What a patient or technician does at a reader."""
        return self.bench.post(f"/v1/readers/{reader}/{deed}", body)

    def wait(self, reader, what, value):
        self.act(reader, "wait", **{"for": what, "value": value, "within_ms": PATIENCE})

    def code(self, page):
        """A one-time code for a page: `{"kiosk": reader}` or `{"board": True}`."""
        return self.api.post("/v1/pairing-codes", page)

    def results(self):
        """Ids of all results, oldest first."""
        return [result["id"] for result in self.api.get("/v1/results?since=0&limit=100")["results"]]

    def leave(self, reader):
        """Whoever is at the reader goes: card, face and camera."""
        self.act(reader, "face", scene="none")
        if self.bench.get(f"/v1/readers/{reader}")["tray"]:
            self.act(reader, "pull")
        self.wait(reader, "screen", "place_card")

    def kill(self):
        """Ends the daemon as a power cut would. What is given back starts it again, at the address that it had."""
        process = pathlib.Path(f"/proc/{self.daemon}")
        command, environment = ((process / file).read_bytes().split(b"\0")[:-1] for file in ("cmdline", "environ"))
        os.kill(self.daemon, signal.SIGKILL)
        port = self.api.url.rsplit(":")[-1]
        self.site.write_text(self.site.read_text().replace("127.0.0.1:0", f"127.0.0.1:{port}"))
        # Whoever waited for the ready file has gone, with the file's place.
        at = command.index(b"--ready-file")
        del command[at : at + 2]
        # It ends with us.
        command = ["setpriv", "--pdeathsig", "KILL", "--", *command]
        return lambda: subprocess.Popen(command, env=dict(one.split(b"=", 1) for one in environment))
