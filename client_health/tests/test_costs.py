import linecache
import sys
from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

from odoo.sql_db import Cursor
from odoo.tests import tagged

from odoo.addons.crm.tests import test_performances

from .common import ClientHealthCommon

OURS = str(Path(__file__).parent.parent / "models")


def _find_cause():
    """Return where in our models the query was asked for, or None where another addon did it."""
    frame = sys._getframe(2)
    while frame:
        path = frame.f_code.co_filename
        if path.startswith(OURS) and "super()" in linecache.getline(path, frame.f_lineno):
            return None  # what the method asks for that ours extends
        if path.startswith(OURS):
            return f"{Path(path).relative_to(OURS)}:{frame.f_lineno} {frame.f_code.co_name}"
        if "/addons/" in path and "/addons/base/" not in path:
            return None
        if path.endswith("/res_partner.py"):
            return None  # of base, beneath our override
        frame = frame.f_back
    return None


@contextmanager
def count_own_queries():
    """Yield a Counter of the queries that this addon adds, by the line that asks for them.

    What Odoo's own methods ask beneath our ``super()`` is theirs.
    """
    causes = Counter()
    execute = Cursor.execute

    def count(cursor, query, params=None, log_exceptions=True):
        if cause := _find_cause():
            causes[cause] += 1
        return execute(cursor, query, params, log_exceptions)

    with patch.object(Cursor, "execute", count):
        yield causes


@tagged("post_install", "-at_install", "slow")
class TestLeadAssignCosts(test_performances.TestLeadAssignPerf):
    """Odoo's own measures of assigning leads, with this addon installed: not one query more.

    How many there are in all depends on what else is installed; ours are told by their stack.
    """

    @contextmanager
    def assertQueryCount(self, default=0, flush=True, **counters):
        self.env.flush_all()
        with count_own_queries() as causes:
            yield
            self.env.flush_all()
        self.assertFalse(dict(causes))


@tagged("post_install", "-at_install")
class TestCosts(ClientHealthCommon):
    """What has nothing to do with clients costs no query of ours.

    A project that gets a customer costs one: whether it had others, whose money stays theirs.
    """

    def _assert_free(self, model, create, write, label):
        with self.subTest(label):
            self.env.flush_all()
            self.env.invalidate_all()
            with count_own_queries() as causes:
                records = self.env[model].create([dict(create) for _number in range(5)])
                self.env.flush_all()
                records.write(write)
                self.env.flush_all()
            allowed = 1 if "partner_id" in write and model == "project.project" else 0
            self.assertLessEqual(sum(causes.values()), allowed, dict(causes))

    def test_create_and_write(self):
        partner = self.env["res.partner"].create({"name": "No Client", "is_company": True})
        project = self.env["project.project"].create({"name": "Internal"})
        model_id = self.env["ir.model"]._get_id("res.partner")
        call = self.env.ref("mail.mail_activity_data_call")
        day = "2030-01-01"
        for model, create, write in (
            ("res.partner", {"name": "Someone"}, {"name": "Someone else", "email": "a@b.example"}),
            ("crm.lead", {"name": "Deal", "partner_id": partner.id}, {"priority": "2"}),
            ("crm.lead", {"name": "Deal", "type": "opportunity"}, {"user_id": self.owner.id}),
            ("project.project", {"name": "Site"}, {"partner_id": partner.id}),
            ("project.task", {"name": "Do", "project_id": project.id}, {"state": "1_done"}),
            (
                "mail.activity",
                {"res_model_id": model_id, "res_id": partner.id, "activity_type_id": call.id},
                {"date_deadline": day},
            ),
            ("mail.message", {"body": "Hello"}, {"body": "Hi"}),
            ("calendar.event", {"name": "Meet", "start": day, "stop": day}, {"name": "Met"}),
        ):
            self._assert_free(model, create, write, f"{model} {write}")

    def test_lost_leads(self):
        leads = self.env["crm.lead"].create(
            [{"name": f"Deal {number}", "type": "opportunity"} for number in range(5)]
        )
        self.env.flush_all()
        with count_own_queries() as causes:
            leads.action_set_lost()
            self.env.flush_all()
        self.assertFalse(dict(causes))
