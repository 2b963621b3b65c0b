# SPDX-License-Identifier: Apache-2.0
"""The portal, running beside participation, and a visitor who has no JavaScript: links are followed
and forms are sent with urllib alone."""

import html.parser
import http.cookiejar
import os
import secrets
import urllib.error
import urllib.parse
import urllib.request

from support.client import Key, b64url
from support.participation import Running
from support.ports import free_port

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat


def write_private_key(path, key):
    """The key as `hyeopchi key new` writes it."""
    secret = key.private.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
    with open(path, "w", encoding="ascii") as file:
        file.write(f"# hyeopchi private key: keep it secret\nid {key.id}\n")
        file.write(f"algorithm ed25519\nsecret {b64url(secret)}\n")
    os.chmod(path, 0o600)
    return path


class Served(Running):
    """Participation, the ledger and the portal. Receipts promise another time than by default."""

    def settings(self, service):
        settings = super().settings(service)
        if service == "participation":
            settings["HYEOPCHI_MAX_MERGE_DELAY_S"] = "90"
        return settings

    def begin(self, **settings):
        self.portal_key = Key("front-end", "page")
        self.keys.append(self.portal_key)
        self.write_keys()
        super().begin()
        self.portal_port = free_port()
        self.join_key_file = os.path.join(self.folder, "join.key")
        with open(self.join_key_file, "w", encoding="ascii") as file:
            file.write(b64url(secrets.token_bytes(32)) + "\n")
        self.page = self.start_portal(**settings)
        return self

    def portal_settings(self, **changes):
        settings = {
            "HYEOPCHI_HTTP_LISTEN": f"127.0.0.1:{self.portal_port}",
            "HYEOPCHI_PARTICIPATION_URL": f"http://127.0.0.1:{self.ports['participation']}",
            "HYEOPCHI_SIGNING_KEY_FILE": write_private_key(
                os.path.join(self.folder, "portal.key"), self.portal_key
            ),
            "HYEOPCHI_JOIN_KEY_FILE": self.join_key_file,
            "HYEOPCHI_DEMONSTRATION_CLOCK_FILE": self.clock.path,
            "HYEOPCHI_LOG_FORMAT": "json",
            "HYEOPCHI_CONTACT": "시연용 <문의처> & 담당자",
        }
        settings.update({f"HYEOPCHI_{name.upper()}": value for name, value in changes.items()})
        return settings

    def start_portal(self, **changes):
        service = self.start_service(
            "portal", self.portal_settings(**changes), address=("127.0.0.1", self.portal_port)
        )
        return service.wait_ready()

    def url(self, path="/"):
        return f"http://127.0.0.1:{self.portal_port}{path}"

    def visitor(self):
        return Visitor(self.url(""))


class Form:
    """A form as a browser without JavaScript sees it: where it goes, and what it would send."""

    def __init__(self, action, method):
        self.action = action
        self.method = method
        self.fields = []  # (name, value), in order
        self.names = set()

    def set(self, name, *values):
        """Fills in a field that must be there."""
        assert name in self.names, f"the form has no {name}: {sorted(self.names)}"
        self.fields = [field for field in self.fields if field[0] != name]
        self.fields += [(name, str(value)) for value in values]
        return self


class Page(html.parser.HTMLParser):
    """What a test asks of a page."""

    def __init__(self, status, url, headers, text):
        super().__init__()
        self.status = status
        self.url = url
        self.headers = headers
        self.text = text
        self.forms = []
        self.links = []
        self.labels = {}
        self.ids = {}
        self._select = None
        self._label = None
        self._title = False
        self.title = ""
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        if "id" in values:
            assert values["id"] not in self.ids, f"id {values['id']} is there twice"
            self.ids[values["id"]] = values
        form = self.forms[-1] if self.forms else None
        if tag == "form":
            self.forms.append(Form(values["action"], values.get("method", "get")))
        elif tag == "a":
            self.links.append(values["href"])
        elif tag == "title":
            self._title = True
        elif tag == "label":
            self._label = values["for"]
            self.labels[self._label] = ""
        elif tag == "input" and form is not None:
            form.names.add(values["name"])
            if values.get("type") not in ("checkbox", "radio") or "checked" in values:
                form.fields.append((values["name"], values.get("value", "")))
        elif tag == "select" and form is not None:
            form.names.add(values["name"])
            self._select = values["name"]
            form.fields.append((self._select, ""))
        elif tag == "option" and "selected" in values:
            form.set(self._select, values["value"])

    def handle_endtag(self, tag):
        if tag == "label":
            self._label = None
        elif tag == "title":
            self._title = False

    def handle_data(self, data):
        if self._label is not None:
            self.labels[self._label] += data
        if self._title:
            self.title += data

    def form(self, action):
        return next(form for form in self.forms if form.action.endswith(action))

    def option(self, name):
        """The number of the option whose label begins with the name."""
        for field, label in self.labels.items():
            if field.startswith("option-") and label.startswith(name):
                return field.removeprefix("option-")
        raise AssertionError(f"no option {name}: {self.labels}")

    def order(self):
        return [label for field, label in self.labels.items() if field.startswith("option-")]


class Visitor:
    """One browser: it keeps cookies, follows redirects, and runs nothing."""

    def __init__(self, base):
        self.base = base
        self.jar = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar))

    def _open(self, request):
        try:
            with self.opener.open(request, timeout=60) as answer:
                return answer.status, answer.url, answer.headers, answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.url, error.headers, error.read()

    def raw(self, path, data=None, headers=None):
        request = urllib.request.Request(self.base + path, data=data, headers=headers or {})
        return self._open(request)

    def get(self, path, headers=None):
        status, url, answer_headers, body = self.raw(path, headers=headers)
        return Page(status, url, answer_headers, body.decode())

    def send(self, form, **more):
        data = urllib.parse.urlencode([*form.fields, *more.items()]).encode()
        if form.method == "get":
            return self.get(f"{form.action}?{data.decode()}")
        status, url, headers, body = self.raw(form.action, data)
        return Page(status, url, headers, body.decode())

    def identify(self, ballot_id, resident, area="성수1가1동", sex="F", age_band="30-39"):
        page = self.get(f"/ballots/{ballot_id}/identity")
        form = page.form("/identity").set("resident", resident)
        form.set("sex", sex).set("age_band", age_band)
        if "area" in form.names:
            form.set("area", area)
        return self.send(form)

    def confirm(self, form):
        """Sends the filled-in ballot, and then the confirmation."""
        page = self.send(form, action="review")
        assert page.url.endswith("/confirm"), page.text
        return self.send(page.form("/confirm"))
