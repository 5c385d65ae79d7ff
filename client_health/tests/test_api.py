import json
import re
from datetime import datetime, timedelta

from odoo.tests import HttpCase, tagged
from odoo.tools import file_open

from .common import ClientHealthCommon

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

    def _post(self, user, path, body):
        keys = self.env["res.users.apikeys"].with_user(user)
        key = keys._generate("rpc", "test", datetime.now() + timedelta(days=1))
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {key}"}
        return self.url_open(f"/json/2/{path}", data=json.dumps(body), headers=headers)

    def _post_example(self, user, path):
        """Send the page's request to ``path``: the response."""
        [text] = [text for target, text in self.requests if target == path]
        text = text.replace("CLIENT", str(self.relationship.id)).replace(
            "STAGE", str(self.stage.id)
        )
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

    def test_portal_is_refused(self):
        for path, _text in self.requests:
            with self.subTest(path=path):
                self.assertEqual(self._post_example(self.portal, path).status_code, 403)
