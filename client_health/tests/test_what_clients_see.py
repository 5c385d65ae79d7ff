# pylint: disable=translation-required
import re
from collections import defaultdict
from html import unescape
from io import BytesIO
from types import SimpleNamespace
from zipfile import ZipFile

from lxml import etree

from odoo import Command
from odoo.tests import HttpCase, tagged
from odoo.tools import SQL, mute_logger

from .common_mail import GatewayCommon
from .common_roles import ADDON, RolesCommon

# What stands in every field that no client sees: words, and a number, with the number of the field
WORD = "Unseen%dUnseen"
NUMBER = 918273000
FOUND = re.compile(r"Unseen(\d+)Unseen|918273(\d{3})")
# Thousands, decimals and the spaces between them
IN_NUMBERS = re.compile(r"(?<=\d)[.,\s\u202f\xa0]+(?=\d)")
TEXTS = ("char", "text", "html")
NUMBERS = ("integer", "float", "monetary")
# What a client may see of each model: their own words, and what we wrote for them
SHOWN = {
    "client.accomplishment": {
        "name", "description", "link", "value_words", "confirmed_amount", "confirmed_words",
    },
    "client.agreement": {
        "name", "outcome", "process", "scope_in", "scope_out", "our_duties", "client_duties",
        "hours_month", "version", "accepted_by",
    },
    "client.duty": {"name", "note", "done_words"},
    "client.feedback.request": {"comment", "improvement"},
    "client.goal": {
        "name", "benefit_client", "baseline", "target", "actual", "unit", "progress",
    },
    "client.relationship": {"value_words"},
    "client.update": {"name", "body", "acknowledgement"},
    "client.value": {"words"},
}  # fmt: skip
# What is no content: keys, names of models, hashes that are compared
TECHNICAL = re.compile(
    r"(^|_)(res_)?(key|model|hash|token|id|ids|code|ref|sequence|color|number|lang|ip|uid)$"
    r"|^(id|create_uid|write_uid|parent_path|message_.*|access_.*|email_.*)$"
)
# Models that only say who may come in, or that a page needs to find its records
DOORS = {"client.personal.link", "client.personal.link.visit", "client.health.measure"}


@tagged("post_install", "-at_install")
class TestWhatClientsSee(RolesCommon, GatewayCommon, HttpCase):
    """Every page, file and mail for a client, with a mark in all that no client may see.

    Cost, margin, rates, scores, stages, issues, internal notes: whatever a field holds that is not
    in ``SHOWN``. Pages are found in Odoo's routes, mails in its templates, and fields in its
    registry, so that those of tomorrow are walked as well, or the test says what it does not know.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.portal_user = cls.roles["portal"]
        cls.portal_user.partner_id.write(
            {"parent_id": cls.client_partner.id, "email": "portal@blueharbour.example.com"}
        )
        cls.contact = cls.portal_user.partner_id
        cls._show_something()
        cls.samples = cls._get_samples()
        cls.marks, cls.unmarked = {}, []
        cls._mark_our_models()
        cls._mark_odoo()
        cls.env.invalidate_all()

    # The client

    @classmethod
    def _show_something(cls):
        """Make what the pages are about: the sample client has the rest."""
        own = {"relationship_id": cls.relationship.id}
        file = cls.env["ir.attachment"].create({"name": "plan.txt", "raw": b"Plan"})
        cls.agreement = cls.relationship.agreement_ids.sorted("id")[-1]
        cls.proposal = cls._create_agreement(user=cls.owner, signatory_id=cls.contact.id)
        cls.proposal.sudo().action_propose()
        cls.accomplishment = cls.env["client.accomplishment"].create(
            {**own, "name": "Live", "is_shared": True, "attachment_ids": [Command.set(file.ids)]}
        )
        cls.told = cls.env["client.accomplishment"].create(
            {**own, "name": "Told", "is_shared": True}
        )
        cls.goal = cls.env["client.goal"].create(
            {**own, "name": "Bookings", "state": "reached", "client_owner_id": cls.contact.id}
        )
        issue = cls._open_issue()
        cls.update = cls.env["client.update"].create(
            {
                **own,
                "issue_id": issue.id,
                "kind": "repair",
                "name": "In order again?",
                "body": "<p>We changed the files.</p>",
                "recipient_ids": [Command.set(cls.contact.ids)],
            }
        )
        cls.update.action_send()
        cls.update.message_post(
            body="For you", message_type="comment", subtype_xmlid="mail.mt_comment",
            attachments=[("list.txt", b"List")],
        )  # fmt: skip
        project = cls.env["project.project"].search(
            [("partner_id", "=", cls.client_partner.id)], limit=1
        )
        project.privacy_visibility = "portal"
        cls.env["project.task"].create(
            {
                "name": "Shared task",
                "project_id": project.id,
                "partner_id": cls.contact.id,
                "requested_by": "client",
            }
        )

    # Marks

    @classmethod
    def _mark_our_models(cls):
        """Mark every record of ours, the client's or not, in each field that is not shown.

        In SQL, for most of these fields are written by the system alone.
        """
        for name in cls._get_our_models():
            if name in DOORS:
                continue
            for field in cls.env[name]._fields.values():
                if field.name not in SHOWN.get(name, ()):
                    cls._mark(name, field)

    @classmethod
    def _mark_odoo(cls):
        """Mark our fields in Odoo's models, what work costs, and internal notes."""
        for name, model in cls.env.registry.items():
            if model._original_module == ADDON or model._abstract or model._transient:
                continue
            for field in model._fields.values():
                if field._modules and set(field._modules) == {ADDON}:
                    cls._mark(name, field)
        employees = cls.env["hr.employee"]._fields["hourly_cost"]
        cls._mark(employees.model_name, employees)
        note = cls.env.ref("mail.mt_note").id
        number = cls._add_mark("mail.message", "body of notes")
        cls.env.cr.execute(
            "UPDATE mail_message SET body = %s WHERE is_internal OR subtype_id = %s",
            (WORD % number, note),
        )

    @classmethod
    def _add_mark(cls, model, name):
        number = len(cls.marks)
        cls.marks[number] = f"{model}.{name}"
        return number

    @classmethod
    def _mark(cls, model, field):
        kinds = (*TEXTS, *NUMBERS)
        if not (field.store and field.column_type and field.type in kinds):
            return
        if TECHNICAL.search(field.name) or cls.env[model]._table == "ir_attachment":
            return
        number = len(cls.marks)
        value = WORD % number if field.type in TEXTS else NUMBER + number
        table, column = SQL.identifier(cls.env[model]._table), SQL.identifier(field.name)
        if field.translate:
            update = SQL("jsonb_build_object('en_US', %s::text)", value)
        elif field.company_dependent:
            update = SQL("jsonb_build_object(%s, %s)", str(cls.company.id), value)
        else:
            update = SQL("%s", value)
        cls.env.flush_all()
        try:
            with mute_logger("odoo.sql_db"), cls.env.cr.savepoint():
                cls.env.cr.execute(SQL("UPDATE %s SET %s = %s", table, column, update))
        except Exception:
            cls.unmarked.append(f"{model}.{field.name}")
            return
        cls._add_mark(model, field.name)

    def _assert_unmarked(self, where, text):
        """Look for marks in what a client gets."""
        text = IN_NUMBERS.sub("", unescape(text))
        found = {int(word or number) for word, number in FOUND.findall(text)}
        names = sorted(self.marks.get(number, "?") for number in found)
        self.assertFalse(names, f"{where} shows what no client may see")

    def test_marks(self):
        """The marks are there, and would be found however a page writes them."""
        self.assertGreater(len(self.marks), 120)
        for name, shown in SHOWN.items():
            self.assertLessEqual(shown, self.env[name]._fields.keys(), name)
        for name in (
            "client.relationship.health_score",
            "client.relationship.note",
            "client.relationship.stage_reason",
            "client.relationship.client_margin",
            "client.relationship.stage.name",
            "client.issue.name",
            "client.feedback.text",
            "client.profitability.labour_cost",
            "client.overhead.rate",
            "client.accomplishment.value_amount",
            "client.goal.benefit_us",
            "hr.employee.hourly_cost",
            "mail.message.body of notes",
        ):
            self.assertIn(name, self.marks.values())
        self.assertLess(len(self.unmarked), 40, self.unmarked)
        for text in ("918,273,004.00", "918\u202f273\xa0004,50 €", "&lt;Unseen4Unseen&gt;"):
            with self.assertRaisesRegex(AssertionError, "may see"):
                self._assert_unmarked("a page", text)
        self._assert_unmarked("a page", "12,000.00 € and 918 others")

    def test_a_leak_would_be_found(self):
        """A page, a mail, a workbook, and a route of which nobody has thought yet."""
        self._login(self.portal_user.login)
        path = f"/my/updates/{self.update.id}"
        self._visit(path)
        view = self.env.ref("client_health.portal_client_update")
        view.arch_db = view.arch_db.replace(
            't-out="update.body"', 't-out="update.body" t-att-title="update.issue_id.name"'
        )
        self.env.registry.clear_cache("templates")
        with self.assertRaisesRegex(AssertionError, "client.issue.name"):
            self._visit(path)
        template = self.env.ref("client_health.mail_template_value_ask")
        template.body_html = '<p t-out="object.client_margin" />'
        with self.assertRaisesRegex(AssertionError, "client_relationship|client.relationship"):
            self.test_templates()
        rule = SimpleNamespace(arguments={"survey_id"}, rule="/my/survey/<int:survey_id>")
        with self.assertRaisesRegex(AssertionError, "Not covered: /my/survey"):
            self._get_paths(rule)

    # Pages

    def _get_arguments(self):
        """Return {argument of a route: its values to try}; the client's, and one that is none."""
        files = self.update._get_portal_messages()
        return {
            "page": [1],
            "update_id": self.samples["client.update"].ids,
            "agreement_id": self.relationship.agreement_ids.ids,
            "record_id": self.relationship.accomplishment_ids.ids,
            "client_id": self.relationship.ids,
            "export_id": [1],
            "duty_id": self.samples["client.duty"].ids,
            "request_id": self.samples["client.feedback.request"].ids,
            "file_id": [
                *self.accomplishment.attachment_ids.ids,
                *[file["id"] for message in files for file in message["files"]],
            ],
            "key": ["nonsense"],
            "res_model": ["client.accomplishment", "client.relationship", "client.update"],
            "res_id": [self.accomplishment.id, self.relationship.id, self.update.id],
        }

    def _get_routes(self):
        """Return [(path with arguments, method)] of this addon's routes."""
        routes = []
        for rule in self.env["ir.http"].routing_map().iter_rules():
            original = getattr(rule.endpoint, "original_endpoint", rule.endpoint)
            if original.__module__.startswith(f"odoo.addons.{ADDON}."):
                methods = {"GET", "POST"} & (rule.methods or {"GET"})
                routes += [(rule, method) for method in methods]
        return routes

    def _get_paths(self, rule):
        """Return the paths of a route with each of its arguments, one at a time."""
        known = self._get_arguments()
        unknown = rule.arguments - known.keys()
        self.assertFalse(
            unknown, f"Not covered: {rule.rule}. Please say in _get_arguments what it may get."
        )
        first = {name: known[name][0] for name in rule.arguments}
        choices = [{**first, name: value} for name in rule.arguments for value in known[name]] or [
            {}
        ]
        if {"res_model", "res_id"} <= rule.arguments:
            pairs = zip(known["res_model"], known["res_id"], strict=True)
            choices += [{**first, "res_model": name, "res_id": id_} for name, id_ in pairs]
        return sorted({rule.build(values)[1] for values in choices})

    def _visit(self, path, method="GET"):
        data = {"csrf_token": self.csrf} if method == "POST" else None
        response = self.url_open(path, data=data, allow_redirects=True)
        self.assertNotEqual(response.status_code, 500, path)
        text = response.text
        if "spreadsheet" in response.headers.get("Content-Type", ""):
            text = self._read_book(response.content)
        self._assert_unmarked(f"{method} {path}", text)
        return text

    @staticmethod
    def _read_book(content):
        with ZipFile(BytesIO(content)) as book:
            return "\n".join(book.read(name).decode("utf-8", "replace") for name in book.namelist())

    def _login(self, login):
        self.authenticate(login, login)
        page = self.url_open("/my" if login else "/web/login").text
        self.csrf = re.search(r"csrf_token: \"([^\"]+)\"", page)[1]

    def _walk(self):
        """Visit every page of ours as whoever is logged in; return {path: text}."""
        pages = {}
        for rule, method in self._get_routes():
            for path in self._get_paths(rule):
                if rule.endpoint.routing["type"] != "http":
                    response = self.url_open(path, data='{"params": {}}', headers={
                        "Content-Type": "application/json"})  # fmt: skip
                    self._assert_unmarked(path, response.text)
                elif method == "GET":
                    pages[path] = self._visit(path)
        return pages

    @mute_logger("odoo.http", "odoo.addons.base.models.ir_rule")
    def test_pages_of_a_user_of_the_client(self):
        self._login(self.portal_user.login)
        pages = self._walk()
        for path, shown in (
            (f"/my/updates/{self.update.id}", "We changed the files."),
            (f"/my/agreements/{self.proposal.id}", "Guests book on their phones."),
            ("/my/results", "Bookings"),
            ("/my/work", "Bookings"),
        ):
            self.assertIn(shown, pages[path], "the page is there, so that it was looked at")
        self.assertGreater(len(pages), 20)

    @mute_logger("odoo.http", "odoo.addons.base.models.ir_rule")
    def test_pages_behind_a_personal_link(self):
        """The visitor has no user: the cookie of the link opens one record."""
        links = self.env["client.personal.link"]
        shown = {
            self.update: "We changed the files.",
            self.proposal: "Guests book on their phones.",
            self.accomplishment: "Live",
            self.relationship: "value",
            self.samples["client.feedback.request"][:1]: "for you",
        }
        # every kind of record that a link leads to
        doors = {link.res_model for link in links.sudo().search([])}
        self.assertLessEqual(doors, {record._name for record in shown})
        for record, word in shown.items():
            self._login(None)
            is_request = record._name == "client.feedback.request"
            contact = record.contact_id if is_request else self.contact
            key = links._get_for(record, contact).key
            path = f"/client/feedback/{key}" if is_request else f"/client/value/{key}"
            if record._name in ("client.update", "client.agreement"):
                path = f"{record.access_url}?access_token={key}"
            self.assertIn(word, self._visit(path), record._name)
            self._walk()

    @mute_logger("odoo.http", "odoo.addons.base.models.ir_rule")
    def test_what_comes_back_when_something_is_sent(self):
        """An empty form is refused, or thanked for; each as a page."""
        for login in (self.portal_user.login, None):
            self._login(login)
            for rule, method in self._get_routes():
                if method == "POST" and rule.endpoint.routing["type"] == "http":
                    for path in self._get_paths(rule):
                        self._visit(path, "POST")

    @mute_logger("odoo.http", "odoo.addons.base.models.ir_rule")
    def test_pages_of_odoo(self):
        """Our fields on projects, tasks, orders and contacts reach no page of the portal."""
        self._login(self.portal_user.login)
        paths = {
            rule.rule
            for rule in self.env["ir.http"].routing_map().iter_rules()
            if rule.rule.startswith("/my") and not rule.arguments
            if "GET" in (rule.methods or {"GET"}) and rule.endpoint.routing["type"] == "http"
        }
        self.assertGreater(len(paths), 8)
        tasks = self.env["project.task"].search([("partner_id", "=", self.contact.id)])
        self.assertTrue(tasks)
        paths |= {f"/my/tasks/{task.id}" for task in tasks}
        paths |= {f"/my/projects/{project.id}" for project in tasks.project_id}
        for path in sorted(paths):
            self._visit(path)
        home = etree.HTML(self.url_open("/my").text)
        nodes = home.iterfind(".//*[@data-placeholder_count]")
        counters = {node.get("data-placeholder_count") for node in nodes}
        found = self.make_jsonrpc_request("/my/counters", {"counters": sorted(counters)})
        self._assert_unmarked("/my/counters", str(found))

    def test_the_review_for_the_client(self):
        """The workbook of one client that is made to be handed over."""
        for user in (self.owner, self.manager):
            content = (
                self.env["client.review"]
                .with_user(user)
                ._get_client_workbook(self.relationship.with_user(user), True)
            )
            self._assert_unmarked(f"review for {user.login}", self._read_book(content))

    # Mails

    def _get_templates(self):
        data = self.env["ir.model.data"].search(
            [("module", "=", ADDON), ("model", "=", "mail.template")]
        )
        return self.env["mail.template"].browse(data.mapped("res_id"))

    def test_templates(self):
        """Each with every record of its model that the client has."""
        templates = self._get_templates()
        self.assertGreater(len(templates), 6)
        for template in templates:
            name = template.model_id.model
            records = self.samples.get(name)
            self.assertTrue(records, f"Not covered: {template.name}. There is no {name}.")
            for record in records:
                fields_ = ("subject", "body_html", "email_from", "reply_to", "partner_to")
                generated = template._generate_template([record.id], fields_)[record.id]
                generated.pop("attachments", None)
                self._assert_unmarked(f"{template.name} of {record}", str(generated))

    def test_mails(self):
        """What leaves the house, with its frame and its files."""
        contact = self.contact
        issue = self._open_issue()
        with self.mock_mail_gateway(mail_unlink_sent=False):
            for kind in self.env["client.update"]._fields["kind"].get_values(self.env):
                update = self.env["client.update"].create(
                    {
                        "relationship_id": self.relationship.id,
                        "issue_id": issue.id if kind in ("apology", "repair") else False,
                        "kind": kind,
                        "name": "Hello",
                        "body": "<p>Dear client</p>",
                        "recipient_ids": [Command.set(contact.ids)],
                    }
                )
                update.action_send()
                update.message_post(
                    body="One more", message_type="comment", subtype_xmlid="mail.mt_comment"
                )
            self._create_accepted(signatory_id=contact.id).action_send_copy()
            self.told.with_user(self.manager)._ask(contact)
            self.relationship.with_user(self.manager)._ask(contact)
            self.env.flush_all()
            self.env["mail.mail"].sudo().search([("state", "=", "outgoing")]).send()
        by_address = defaultdict(list)
        for mail in self._mails:
            for address in mail["email_to"]:
                by_address[address].append(mail)
        theirs = [
            mail for to, mails in by_address.items() if "@blueharbour" in to for mail in mails
        ]
        for words in ("agree on", "Your copy", "worth to you", "Hello"):
            self.assertTrue([mail for mail in theirs if words in mail["subject"]], words)
        for mail in theirs:
            words = f"{mail['subject']} {mail['body']} {mail['attachments']} {mail['headers']}"
            self._assert_unmarked(f"mail {mail['subject']}", words)
