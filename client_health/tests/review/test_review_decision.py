import base64
import io
from datetime import timedelta

from openpyxl import load_workbook

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from ..health.common_health import HealthCommon
from .common_review import find_head, open_book, read_table


@tagged("post_install", "-at_install")
class TestReviewDecision(HealthCommon):
    """What was decided in a review becomes an activity, and comes back in the next one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Decision = cls.env["client.review.decision"].with_user(cls.manager)

    def _decide(self, client=None, days_ago=0, **vals):
        return self.Decision.create(
            {
                "relationship_id": (client or self.relationship).id,
                "name": "Call the director",
                "user_id": self.seller.id,
                "date": self.today - timedelta(days=days_ago),
                **vals,
            }
        )

    def test_it_becomes_an_activity_of_its_owner(self):
        decision = self._decide(date_deadline=self.today + timedelta(days=5))
        activity = decision.activity_id
        self.assertEqual(activity.res_model, "client.relationship")
        self.assertEqual(activity.res_id, self.relationship.id)
        self.assertEqual(activity.summary, "Call the director")
        self.assertEqual(activity.user_id, self.seller)
        self.assertEqual(activity.date_deadline, decision.date_deadline)
        self.assertEqual(decision.state, "open")

    def test_done_is_what_the_activity_says(self):
        decision = self._decide()
        decision.activity_id.with_user(self.seller).action_feedback(feedback="Called")
        self.assertEqual((decision.state, decision.date_done), ("done", self.today))

    def test_a_cancelled_activity_drops_it(self):
        decision = self._decide()
        decision.activity_id.with_user(self.seller).unlink()
        self.assertEqual(decision.state, "dropped")
        self.assertFalse(decision.date_done)

    def test_its_activity_follows(self):
        decision = self._decide()
        decision.write({"user_id": self.manager.id, "name": "Visit the director"})
        self.assertEqual(decision.activity_id.user_id, self.manager)
        self.assertEqual(decision.activity_id.summary, "Visit the director")
        decision.with_user(self.manager).unlink()
        self.assertFalse(
            self.relationship.activity_ids.filtered(lambda one: one.summary == "Visit the director")
        )

    def test_nobody_says_done_here(self):
        decision = self._decide()
        for values in ({"state": "done"}, {"activity_id": False}, {"date_done": self.today}):
            with self.assertRaises(AccessError):
                decision.with_user(self.manager).write(values)

    def test_not_in_the_future(self):
        with self.assertRaises(ValidationError):
            self._decide(days_ago=-3)

    def test_only_on_ones_clients(self):
        with self.assertRaises(AccessError):
            self.Decision.with_user(self.colleague).create(
                {"relationship_id": self.relationship.id, "name": "x", "user_id": self.colleague.id}
            )

    def test_what_the_score_did_since(self):
        decision = self._decide(days_ago=20)
        self.assertFalse(decision.scores_known)
        self._nights([(30, 40), (20, 45.9), (0, 70.2)])
        self.env.invalidate_all()
        self.assertTrue(decision.scores_known)
        # each as it is shown: 45.9 is 45, 70.2 is 70
        self.assertEqual((decision.score_then, decision.score_change), (45, 25))

    def test_queries_do_not_grow(self):
        counts = []
        for number in (5, 50):
            clients = self._create_clients(number, self.manager)
            self._set_points(60)
            self._night(0, clients)
            vals = [
                {"relationship_id": one.id, "name": "Call", "user_id": self.manager.id}
                for one in clients
            ]
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            decisions = self.Decision.create(vals)
            decisions.mapped("score_change")
            decisions._get_review_rows()
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 5, counts)

    # In the workbook, and back from it

    def _get_content(self, clients=None, user=None):
        clients = self.relationship if clients is None else clients
        user = user or self.manager
        return self.env["client.review"].with_user(user)._get_workbook(clients.with_user(user))

    def _fill_in(self, content, rows):
        """Return the workbook after a meeting: ``rows`` are {number in the table: cells}."""
        book = load_workbook(io.BytesIO(content))
        sheet = book["Decisions"]
        head = find_head(sheet)
        for number, cells in rows.items():
            for column, value in cells.items():
                sheet.cell(head + number, column).value = value
        output = io.BytesIO()
        book.save(output)
        return output.getvalue()

    def _import(self, content, user=None):
        wizard = self.env["client.review.import"].with_user(user or self.manager)
        return wizard.create({"file": base64.b64encode(content)}).action_import()

    def test_the_next_review_shows_it(self):
        done, late, old = (self._decide(days_ago=9, name=name) for name in ("A", "B", "C"))
        old.date = self.today - timedelta(days=60)
        done.activity_id.action_feedback()
        old.activity_id.action_feedback()
        late.date_deadline = self.today - timedelta(days=1)
        rows = read_table(open_book(self._get_content())["Decisions"])
        found = {row["Decision"]: row["Done?"] for row in rows if row["Decision"]}
        self.assertEqual(found, {"A": "Done", "B": "Overdue"})

    def test_filled_in_rows_come_back(self):
        other = self._create_clients(1, self.manager)
        self._move(self.relationship, "at_risk")
        content = self._get_content(self.relationship | other)
        filled = self._fill_in(
            content,
            {
                # prepared for the client at risk; the others are empty
                1: {2: "Call the director", 3: self.seller.name, 4: "2031-01-31"},
                2: {1: other.display_name, 2: "=SUM(1)", 3: self.manager.login},
            },
        )
        self._import(filled)
        first = self.Decision.search([("relationship_id", "=", self.relationship.id)])
        self.assertEqual(first.user_id, self.seller)
        self.assertEqual(str(first.date_deadline), "2031-01-31")
        self.assertEqual(first.activity_id.user_id, self.seller)
        with self.assertRaisesRegex(UserError, "imported before"):
            self._import(filled)

    def test_all_or_nothing_with_the_rows_named(self):
        content = self._fill_in(
            self._get_content(),
            {
                1: {1: self.relationship.display_name, 2: "Good"},
                2: {1: "Nobody Knows", 2: "Bad client"},
                3: {1: self.relationship.display_name, 2: "Bad owner", 3: "nobody@nowhere"},
                4: {1: self.relationship.display_name, 2: "Bad day", 4: "soon"},
            },
        )
        with self.assertRaises(UserError) as caught:
            self._import(content)
        message = str(caught.exception)
        for word in ("Nobody Knows", "nobody@nowhere", "soon"):
            self.assertIn(word, message)
        self.assertFalse(self.Decision.search([("relationship_id", "=", self.relationship.id)]))

    def test_import_under_the_users_rights(self):
        content = self._fill_in(
            self._get_content(),
            {1: {1: "Blue Harbour Hotels", 2: "Call", 10: self.relationship.id}},
        )
        with self.assertRaisesRegex(UserError, "there is no client"):
            self._import(content, self.colleague)

    def test_an_empty_or_a_wrong_file(self):
        with self.assertRaisesRegex(UserError, "are empty"):
            self._import(self._get_content())
        for content in (b"", b"PK\x03\x04 no", b"name,decision\n"):
            with self.assertRaisesRegex(UserError, "no workbook"):
                self._import(content or b"x")
