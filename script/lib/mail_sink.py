"""A mail server that delivers nothing, with a page to read what it got.

    mail_sink.py SMTP_PORT PAGE_PORT FOLDER NAME

Both listen on this machine only. Each mail is a file of FOLDER; NAME is there for
script/demo, to know its own process again.
"""

import email
import html
import re
import sys
import time
from email import policy
from email.utils import getaddresses
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from aiosmtpd.controller import Controller

PAGE = """<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title>
<style>body{{font:16px sans-serif;max-width:60rem;margin:1rem auto;padding:0 1rem}}
li{{margin:.6rem 0}}summary{{cursor:pointer}}iframe{{width:100%;height:75vh;border:1px solid #bbb}}
*{{overflow-wrap:anywhere}}</style><h1>{title}</h1>{body}</html>"""
# Where the users of the demo have their addresses; its clients have domains of their own.
OURS = "example.com"
NAMES = re.compile(r"/(\d+\.eml)(/body)?")
# A mail is a stranger's page: it runs no script and loads nothing.
MAIL_POLICY = "sandbox allow-popups; default-src 'none'; style-src 'unsafe-inline'; img-src data:"


class Keep:
    def __init__(self, folder):
        self.folder = folder

    async def handle_DATA(self, server, session, envelope):
        path = self.folder / f"{time.time_ns()}.eml"
        # Renamed when it is whole: the page never shows half a mail.
        part = path.with_suffix(".part")
        part.write_bytes(envelope.content)
        part.rename(path)
        return "250 Kept"


def parse(path):
    return email.message_from_bytes(path.read_bytes(), policy=policy.default)


def headers(message, *names):
    return [html.escape(str(message[name] or "")) for name in names]


def is_inside(message):
    """Say whether a mail goes to colleagues alone, as those of Odoo's own jobs."""
    found = getaddresses([str(message[name]) for name in ("To", "Cc") if message[name]])
    return {address.rpartition("@")[2].lower() for _name, address in found} == {OURS}


def render_line(path, message):
    subject, recipient, date = headers(message, "Subject", "To", "Date")
    return f'<li><a href="/{path.name}">{subject or "(no subject)"}</a><br>{recipient}, {date}</li>'


def render_list(folder):
    """The mails to clients, the newest first; those to colleagues are folded below them."""
    outside, inside = [], []
    for path in sorted(folder.glob("*.eml"), reverse=True):
        message = parse(path)
        (inside if is_inside(message) else outside).append(render_line(path, message))
    body = f"<ul>{''.join(outside)}</ul>" if outside else "<p>No mail to a client yet.</p>"
    if inside:
        body += (
            f"<details><summary>To colleagues, also from Odoo's own jobs: {len(inside)}</summary>"
            f"<ul>{''.join(inside)}</ul></details>"
        )
    return PAGE.format(title="Mails of the demo", body=body)


def render_mail(path):
    subject, sender, recipient, date = headers(parse(path), "Subject", "From", "To", "Date")
    return PAGE.format(
        title=subject or "(no subject)",
        body=f'<p><a href="/">All mails</a></p><p>From {sender}<br>To {recipient}<br>{date}</p>'
        f'<iframe title="The mail" sandbox="allow-popups" src="/{path.name}/body"></iframe>',
    )


def render_body(path):
    part = parse(path).get_body(("html", "plain"))
    if part is None:
        return ""
    if part.get_content_subtype() == "html":
        return f'<base target="_blank">{part.get_content()}'
    return f"<pre>{html.escape(part.get_content())}</pre>"


def make_handler(folder):
    class Page(BaseHTTPRequestHandler):
        def do_GET(self):
            found = NAMES.fullmatch(self.path)
            path = found and folder / found[1]
            # Another name for this machine could be a foreign page's (DNS rebinding).
            host = self.headers.get("Host", "").rpartition(":")[0]
            if host not in ("localhost", "127.0.0.1"):
                self.send_error(403)
            elif self.path == "/":
                self.answer(render_list(folder))
            elif not path or not path.exists():
                self.send_error(404)
            elif found[2]:
                self.answer(render_body(path), MAIL_POLICY)
            else:
                self.answer(render_mail(path))

        def answer(self, text, content_policy=None):
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            if content_policy:
                self.send_header("Content-Security-Policy", content_policy)
            self.end_headers()
            self.wfile.write(text.encode("utf-8", "replace"))

        def log_message(self, *args):
            """Say nothing: the demo's output is for its reader."""

    return Page


def main():
    smtp_port, page_port, folder = int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
    folder.mkdir(parents=True, exist_ok=True)
    page = ThreadingHTTPServer(("127.0.0.1", page_port), make_handler(folder))
    Controller(Keep(folder), hostname="127.0.0.1", port=smtp_port).start()
    page.serve_forever()


if __name__ == "__main__":
    main()
