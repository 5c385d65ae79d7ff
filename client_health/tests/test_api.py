import base64
import io
import json
import re
from datetime import datetime, timedelta
from unittest.mock import patch
from urllib.parse import urlsplit
from urllib.request import build_opener

import odoorpc
from openpyxl import load_workbook

from odoo.tests import HttpCase, tagged
from odoo.tests.common import TEST_CURSOR_COOKIE_NAME
from odoo.tools import file_open

from ..models.review.client_review_run import ClientReviewRun
from .common import ClientHealthCommon
from .review.test_review_run import JOB, open_env

REQUEST = re.compile(r"^POST /json/2/(\S+)\n(.+?)\n```", re.DOTALL | re.MULTILINE)


@tagged("post_install", "-at_install")
class TestApi(ClientHealthCommon, HttpCase):
    """The requests of readme/API.md, as they stand there."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with file_open("client_health/readme/API.md", filter_ext=(".md",)) as page:
            cls.requests = REQUEST.findall(page.read())
        cls.stage = cls.env["client.relationship.stage"].search(
            [("phase", "=", "at_risk")], limit=1
        )

        run_id = cls.relationship.with_user(cls.env.ref("base.user_admin")).queue_review()
        cls.queued = cls.env["client.review.run"].browse(run_id)

    def _get_key(self, user):
        keys = self.env["res.users.apikeys"].with_user(user)
        return keys._generate("rpc", "test", datetime.now() + timedelta(days=1))

    def _post(self, user, path, body):
        key = self._get_key(user)
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {key}"}
        return self.url_open(f"/json/2/{path}", data=json.dumps(body), headers=headers)

    def _post_example(self, user, path):
        """Send the page's request to ``path``: the response."""
        [text] = [text for target, text in self.requests if target == path]
        Run = self.env["client.review.run"]
        run = Run.search([("user_id", "=", user.id)], limit=1) or self.queued
        for name, record in (
            ("CLIENT", self.relationship),
            ("STAGE", self.stage),
            ("RUN", run),
        ):
            text = text.replace(name, str(record.id))
        return self._post(user, path, json.loads(text))

    def test_every_request_is_answered(self):
        self.assertGreaterEqual(len(self.requests), 6)
        for path, _text in self.requests:
            with self.subTest(path=path):
                response = self._post_example(self.manager, path)
                self.assertEqual(response.status_code, 200, response.text[:500])

    def test_health_has_the_flag_beside_the_figure(self):
        [client] = self._post_example(self.owner, "client.relationship/search_read").json()
        self.assertEqual(client["partner_id"], [self.client_partner.id, "Blue Harbour Hotels"])
        self.assertFalse(client["health_known"])

    def test_feedback_is_recorded(self):
        [feedback_id] = self._post_example(self.owner, "client.feedback/create").json()
        feedback = self.env["client.feedback"].browse(feedback_id)
        self.assertEqual(feedback.relationship_id, self.relationship)
        self.assertEqual(feedback.create_uid, self.owner)

    def test_client_moves_and_a_move_without_reason_does_not(self):
        values = {"ids": self.relationship.ids, "vals": {"stage_id": self.stage.id}}
        refused = self._post(self.owner, "client.relationship/write", values)
        self.assertEqual(refused.status_code, 422)
        self.assertTrue(refused.json()["message"])
        moved = self._post_example(self.owner, "client.relationship/write")
        self.assertEqual(moved.status_code, 200, moved.text[:500])
        self.relationship.invalidate_recordset()
        self.assertEqual(self.relationship.phase, "at_risk")

    def test_money_needs_its_right(self):
        path = "client.profitability/search_read"
        self.assertEqual(self._post_example(self.owner, path).status_code, 403)
        self.assertEqual(self._post_example(self.controller, path).status_code, 200)

    def test_facts_say_what_is_known(self):
        [client] = self._post_example(self.owner, "client.relationship/get_client_facts").json()
        facts = {fact["name"]: fact for fact in client["facts"]}
        self.assertEqual(client["partner_id"], self.client_partner.id)
        self.assertEqual(facts["phase"]["value"], self.relationship.phase)
        self.assertEqual(facts["user_id"]["value"], self.owner.id)
        self.assertIs(facts["health_score_shared"]["known"], False)
        self.assertIsNone(facts["health_score_shared"]["value"])
        self.assertNotIn("client_margin_rate", facts)
        for fact in client["facts"]:
            source = fact["source"]
            self.env[source["model"]].with_user(self.owner).search(source["domain"])

    def test_facts_of_money_need_its_right(self):
        path = "client.relationship/get_client_facts"
        [client] = self._post_example(self.manager, path).json()
        facts = {fact["name"]: fact for fact in client["facts"]}
        self.assertEqual(facts["client_revenue"]["value"], 0.0)
        self.assertEqual(facts["client_revenue"]["unit"], "amount")
        self.assertIsNone(facts["client_margin_rate"]["value"])
        self.assertIs(facts["client_margin_rate"]["known"], False)
        source = facts["client_revenue"]["source"]
        self.assertEqual(source["model"], "client.profitability")
        self.env[source["model"]].with_user(self.manager).search(source["domain"])

    def test_facts_count_what_stands_behind_them(self):
        self._post_example(self.owner, "client.feedback/create")
        feedback = self.env["client.feedback"].create(
            {"relationship_id": self.relationship.id, "kind": "complaint", "text": "Too slow"}
        )
        [client] = self._post_example(self.owner, "client.relationship/get_client_facts").json()
        [fact] = [f for f in client["facts"] if f["name"] == "client_feedback_open_count"]
        found = self.env[fact["source"]["model"]].search(fact["source"]["domain"])
        self.assertEqual(len(found), fact["value"])
        self.assertIn(feedback, found)

    def test_facts_of_many_clients_cost_no_more_queries(self):
        counts = []
        for number in (5, 50):
            clients = self._create_clients(number).with_user(self.manager)
            clients.get_client_facts()
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            clients.get_client_facts()
            counts.append(self.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 2, counts)

    def test_review_is_queued_and_downloaded(self):
        run_id = self._post_example(self.owner, "client.relationship/queue_review").json()
        [run] = self._post_example(self.owner, "client.review.run/read").json()
        self.assertEqual((run["id"], run["state"], run["file"]), (run_id, "waiting", False))
        with patch.object(ClientReviewRun, "_open_env", open_env):
            self._run_job(JOB)
        [run] = self._post_example(self.owner, "client.review.run/read").json()
        self.assertEqual(run["state"], "done")
        book = load_workbook(io.BytesIO(base64.b64decode(run["file"])))
        self.assertIn("Clients", book.sheetnames)
        self.assertNotIn("Money", book.sheetnames)

    def test_odoorpc(self):
        """The page's lines for Python, with its own library and a key as password."""
        key, server = self._get_key(self.owner), urlsplit(self.base_url())
        with self.allow_requests():
            opener = build_opener()
            opener.addheaders = [("Cookie", f"{TEST_CURSOR_COOKIE_NAME}={self.http_request_key}")]
            client = odoorpc.ODOO(server.hostname, port=server.port, opener=opener)
            client.login(self.env.cr.dbname, self.owner.login, key)
            clients = client.env["client.relationship"]
            found = clients.search([("id", "=", self.relationship.id)], limit=1)
            [facts] = clients.get_client_facts(found)
        self.assertEqual(facts["client_id"], self.relationship.id)

    def test_portal_is_refused(self):
        for path, _text in self.requests:
            with self.subTest(path=path):
                self.assertEqual(self._post_example(self.portal, path).status_code, 403)
