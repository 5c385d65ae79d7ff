from datetime import timedelta

from odoo import Command, fields, http
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from ...controllers.client_work_values import prepare_work
from ...engine.clock import get_start, get_today
from ...engine.communication.status import read_status
from ..common_mail import GatewayCommon
from .common_feedback_request import FeedbackRequestCommon

SECRETS = "<script>alert(1)</script> %s %(x)s {{7*7}} ${7*7}"


class WorkCommon(GatewayCommon, FeedbackRequestCommon):
    """Blue Harbour with two users, and a rival with one; each with one of everything."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.portal.partner_id.email = "portal@blueharbour.example.com"
        cls.mate = cls._create_portal("work_mate", cls.client_partner)
        cls.rival_partner = cls.env["res.partner"].create({"name": "Rival", "is_company": True})
        cls.rival = cls._create_portal("work_rival", cls.rival_partner)
        cls.rival_client = cls._create_relationship(cls.rival_partner)
        cls._fill(cls.relationship, "Ours")
        cls._fill(cls.rival_client, "Theirs")

    @classmethod
    def _create_portal(cls, login, partner):
        user = new_test_user(cls.env, login, groups="base.group_portal", name=login.title())
        user.partner_id.write({"parent_id": partner.id, "email": f"{login}@example.com"})
        return user

    @classmethod
    def _fill(cls, relationship, mark, count=1):
        """Make so many of everything that the page shows."""
        today, now = fields.Date.today(), fields.Datetime.now()
        own = {"relationship_id": relationship.id}
        project = cls.env["project.project"].create(
            {
                "name": f"Project {mark}",
                "partner_id": relationship.partner_id.id,
                "privacy_visibility": "portal",
                "allow_milestones": True,
            }
        )
        project.message_subscribe(relationship.partner_id.ids)
        for number in range(count):
            name = f"{mark} {number}"
            cls.env["project.milestone"].create(
                {"name": f"Milestone {name}", "project_id": project.id, "deadline": today}
            )
            cls.env["project.task"].create(
                {
                    "name": f"Task {name}",
                    "project_id": project.id,
                    "date_deadline": now + timedelta(days=5),
                    "requested_by": "client",
                }
            )
            cls.env["client.goal"].create(
                {
                    **own,
                    "name": f"Goal {name}",
                    "state": "agreed",
                    "benefit_client": "Fewer calls",
                    "benefit_us": "Money",
                    "date_end": today + timedelta(days=50),
                }
            )
            file = cls.env["ir.attachment"].create({"name": "plan.txt", "raw": b"Plan"})
            cls.env["client.accomplishment"].create(
                {
                    **own,
                    "name": f"Result {name}",
                    "is_shared": True,
                    "value_amount": 777,
                    "attachment_ids": [Command.set(file.ids)],
                }
            )
            cls.env["client.duty"].create(
                {**own, "name": f"Duty {name}", "date_deadline": today + timedelta(days=3)}
            )
            cls._create_agreement_to_sign(relationship, f"Agreement {name}")

    @classmethod
    def _create_agreement_to_sign(cls, relationship, name):
        agreement = cls.env["client.agreement"].create(
            {"relationship_id": relationship.id, "name": name, "outcome": "<p>Well</p>"}
        )
        # sudo: what its own method does, without the mail
        agreement.sudo().write({"state": "proposed", "proposed_on": fields.Datetime.now()})
        return agreement

    @classmethod
    def _send_update(cls, contact, relationship=None, name="News"):
        update = cls.env["client.update"].create(
            {
                "relationship_id": (relationship or cls.relationship).id,
                "kind": "answer",
                "name": name,
                "body": "<p>All is well.</p>",
                "recipient_ids": [Command.set(contact.ids)],
            }
        )
        update.action_send()
        return update


@tagged("post_install", "-at_install")
class TestWorkValues(WorkCommon):
    """What the page gets: plain values, in as many queries for much as for little."""

    def _prepare(self, user=None, clients=None):
        user, clients = user or self.portal, clients or self.relationship
        agreements = self.env["client.agreement"].search([("relationship_id", "in", clients.ids)])
        updates = self.env["client.update"].search([("recipient_ids", "in", user.partner_id.ids)])
        return prepare_work(user, clients, agreements, updates)

    def test_each_part(self):
        [page] = self._prepare()
        for name, word in (
            ("goals", "Goal Ours 0"),
            ("milestones", "Milestone Ours 0"),
            ("steps", "Task Ours 0"),
            ("requests", "Task Ours 0"),
            ("open_duties", "Duty Ours 0"),
            ("to_sign", "Agreement Ours 0"),
            ("to_confirm", "Result Ours 0"),
        ):
            with self.subTest(name):
                self.assertEqual([line["name"] for line in page[name]], [word])
        self.assertEqual(page["waiting"], 3)
        self.assertEqual(page["contact"]["us"], self.owner.name)
        self.assertFalse(page["is_empty"])

    def test_values_are_plain(self):
        self._send_update(self.portal.partner_id)

        def check(value):
            if isinstance(value, dict):
                [check(item) for item in value.values()]
            elif isinstance(value, list | tuple):
                [check(item) for item in value]
            else:
                self.assertNotIsInstance(value, self.env.registry["base"], "a record")

        check(self._prepare())

    def test_query_counts(self):
        few, many = self._create_clients(2)
        self._fill(few, "Few", 5)
        self._fill(many, "Many", 50)
        users = [
            self._create_portal(f"work_{client.id}", client.partner_id) for client in (few, many)
        ]

        def count(user, client):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            [page] = self._prepare(user, client)
            self.assertTrue(page["steps"] and page["milestones"] and page["requests"])
            return self.cr.sql_log_count - before

        pairs = [*zip(users, (few, many), strict=True)]
        for pair in pairs:
            count(*pair)  # what Odoo remembers of a user's rights
        at_few, at_many = (count(*pair) for pair in pairs)
        self.assertEqual(at_many, at_few)
        self.assertLess(at_many, 60)

    def test_decisions_on_requests(self):
        project = self.env["project.project"].search([("name", "=", "Project Ours")])
        task = project.task_ids
        task.write({"date_deadline": False, "user_ids": False})
        expected = {
            "01_in_progress": "To be decided",
            "03_approved": "Approved",
            "1_done": "Done",
            "1_canceled": "Not taken on",
        }
        for state, words in expected.items():
            task.state = state
            [page] = self._prepare()
            self.assertEqual([line["decision"] for line in page["requests"]], [words], state)
        task.state = "01_in_progress"
        task.user_ids = self.owner
        self.assertEqual(self._prepare()[0]["requests"][0]["decision"], "Taken on")
        task.date_deadline = fields.Datetime.now() + timedelta(days=5)
        self.assertIn("Planned for", self._prepare()[0]["requests"][0]["decision"])
        task.requested_by = "us"
        self.assertFalse(self._prepare()[0]["requests"], "our own idea is none of theirs")

    def test_what_is_ordered_is_no_request(self):
        product = self.env["product.product"].create(
            {
                "name": "Site",
                "type": "service",
                "service_tracking": "task_global_project",
                "project_id": self.env["project.project"]
                .search([("name", "=", "Project Ours")])
                .id,
            }
        )
        order = self.env["sale.order"].create(
            {
                "partner_id": self.client_partner.id,
                "order_line": [Command.create({"product_id": product.id})],
            }
        )
        order.action_confirm()
        self.assertTrue(order.order_line.task_id)
        [page] = self._prepare()
        self.assertEqual([line["name"] for line in page["requests"]], ["Task Ours 0"])

    def test_what_we_guess_is_internal(self):
        """The task of a hypothesis has its words: neither the page nor an update names it."""
        project = self.env["project.project"].search([("name", "=", "Project Ours")])
        guess = self.env["client.hypothesis"].create(
            {
                "issue_id": self._open_issue().id,
                "name": "their buyer stops blocking",
                "effect": "we are faster",
                "user_id": self.owner.id,
                "project_id": project.id,
                "date_deadline": fields.Date.today() + timedelta(days=5),
            }
        )
        guess.action_create_task()
        self.assertEqual(guess.task_id.project_id, project)
        guess.task_id.requested_by = "client"
        [page] = self._prepare()
        for name in ("steps", "requests"):
            self.assertEqual([line["name"] for line in page[name]], ["Task Ours 0"])
        since = {self.relationship.id: fields.Datetime.now() - timedelta(days=9)}
        facts = read_status(self.env, since, fields.Date.today())[self.relationship.id]
        self.assertEqual([row["name"] for row in facts["tasks"]], ["Task Ours 0"])

    def test_a_deadline_falls_on_the_day_of_the_company(self):
        self.company.resource_calendar_id.tz = "Pacific/Auckland"
        task = self.env["project.task"].search([("name", "=", "Task Ours 0")])
        day = get_today(self.company) + timedelta(days=5)
        task.date_deadline = get_start(self.relationship, day) + timedelta(hours=1)
        self.assertLess(task.date_deadline.date(), day)
        since = {self.relationship.id: fields.Datetime.now() - timedelta(days=9)}
        facts = read_status(self.env, since, get_today(self.company))[self.relationship.id]
        self.assertEqual([row["date_deadline"] for row in facts["tasks"]], [day])

    def test_only_shared_projects(self):
        project = self.env["project.project"].search([("name", "=", "Project Ours")])
        project.privacy_visibility = "employees"
        [page] = self._prepare()
        self.assertFalse(page["milestones"] or page["steps"] or page["requests"])
        project.privacy_visibility = "portal"
        project.message_unsubscribe(project.message_partner_ids.ids)
        [page] = self._prepare()
        self.assertFalse(page["milestones"], "nobody of the client follows it")

    # Bad input

    def test_milestone_deleted_and_project_archived(self):
        project = self.env["project.project"].search([("name", "=", "Project Ours")])
        project.milestone_ids.unlink()
        [page] = self._prepare()
        self.assertFalse(page["milestones"])
        self.assertTrue(page["steps"])
        project.active = False
        [page] = self._prepare()
        self.assertFalse(page["steps"] or page["requests"])

    def test_without_dates_and_people(self):
        self.relationship.user_id = False
        self.env["project.milestone"].search([("name", "=", "Milestone Ours 0")]).deadline = False
        self.relationship.duty_ids.date_deadline = False
        [page] = self._prepare()
        self.assertFalse(page["milestones"][0]["date"])
        self.assertFalse(page["open_duties"][0]["date"])
        self.assertFalse(page["contact"]["us"])
        self.assertFalse(page["contact"]["next"])

    def test_a_promise_that_was_not_kept(self):
        self.relationship.sudo().next_update_date = fields.Date.today() - timedelta(days=2)
        self.assertTrue(self._prepare()[0]["contact"]["next_is_over"])

    def test_a_contact_who_left(self):
        """What it was to do and did stays; at its next employer it sees nothing of it."""
        left = self.mate.partner_id
        duty = self.relationship.duty_ids
        duty.contact_id = left
        duty._do(left, "")
        self.mate.active = False
        left.active = False
        [page] = self._prepare()
        self.assertEqual(page["done_duties"][0]["done_by"], left.name)
        self.assertFalse(page["done_duties"][0]["can_undo"], "another contact's click")


@tagged("post_install", "-at_install")
class TestWorkPage(WorkCommon, HttpCase):
    """By real requests, as each of the people that log in."""

    def _open(self, user, path="/my/work"):
        self.authenticate(user.login, user.login)
        return self.url_open(path)

    def _post(self, path, **data):
        token = http.Request.csrf_token(self)
        response = self.url_open(path, data={"csrf_token": token, **data})
        self.env.invalidate_all()
        return response

    def test_contacts_of_a_client_share_it(self):
        for user in (self.portal, self.mate):
            page = self._open(user).text
            for kind in ("Goal", "Milestone", "Task", "Duty", "Agreement", "Result"):
                self.assertIn(f"{kind} Ours 0", page)
            for hidden in ("Theirs", "Rival", "777", "Money"):
                self.assertNotIn(hidden, page)

    def test_others_see_nothing(self):
        page = self._open(self.rival).text
        self.assertIn("Goal Theirs 0", page)
        self.assertNotIn("Ours", page)
        stranger = new_test_user(self.env, "work_stranger", groups="base.group_portal")
        self.assertIn("There is nothing to show yet", self._open(stranger).text)
        self.assertNotIn("Goal", self._open(self.owner).text, "a colleague is no client")
        self.authenticate(None, None)
        self.assertIn("/web/login", self.url_open("/my/work").url)

    def test_a_contact_who_changed_sides(self):
        self.mate.partner_id.parent_id = self.rival_partner
        page = self._open(self.mate).text
        self.assertIn("Goal Theirs 0", page)
        self.assertNotIn("Ours", page)

    def test_a_client_of_two_companies_sees_both_apart(self):
        other = self.env["res.company"].create({"name": "Second Studio"})
        second = self.env["client.relationship"].create(
            {"partner_id": self.client_partner.id, "company_id": other.id}
        )
        self.env["client.goal"].create(
            {"relationship_id": second.id, "name": "Goal of the second", "state": "agreed",
             "benefit_client": "A", "benefit_us": "B",
             "date_end": fields.Date.today() + timedelta(days=9)}
        )  # fmt: skip
        project = self.env["project.project"].search([("name", "=", "Project Ours")])
        project.company_id = self.company
        page = self._open(self.portal).text
        first, _sep, last = page.partition('aria-label="Second Studio"')
        self.assertIn("Goal Ours 0", first)
        self.assertIn("Milestone Ours 0", first)
        self.assertNotIn("Goal of the second", first)
        self.assertIn("Goal of the second", last)
        self.assertNotIn("Ours 0", last)

    def test_home_has_one_door(self):
        home = self._open(self.portal, "/my").text
        self.assertIn('href="/my/work"', home)
        for path in ("/my/results", "/my/updates", "/my/duties", "/my/agreements"):
            self.assertNotIn(f'href="{path}"', home)
            self.assertEqual(self.url_open(path).status_code, 200)
            self.assertIn('href="/my/work"', self.url_open(path).text)
        counters = ["client_work_count", "client_work_waiting_count"]
        found = self.make_jsonrpc_request("/my/counters", {"counters": counters})
        self.assertEqual(found, {"client_work_count": 1, "client_work_waiting_count": 3})

    def test_agreement_before_there_is_a_client(self):
        partner = self.env["res.partner"].create({"name": "Soon", "is_company": True})
        user = self._create_portal("work_soon", partner)
        lead = self.env["crm.lead"].create(
            {"name": "Site", "type": "opportunity", "partner_id": partner.id}
        )
        agreement = self.env["client.agreement"].create(
            {"lead_id": lead.id, "signatory_id": user.partner_id.id, "name": "First of all"}
        )
        # sudo: what its own method does, without the mail
        agreement.sudo().write({"state": "proposed", "proposed_on": fields.Datetime.now()})
        self.assertIn("First of all", self._open(user).text)

    def test_hostile_words_are_words(self):
        self.relationship.duty_ids.name = f"Duty {SECRETS}"
        page = self._open(self.portal).text
        self.assertIn("&lt;script&gt;alert(1)", page)
        self.assertNotIn("<script>alert(1)", page)
        self.assertIn("{{7*7}} ${7*7}", page)

    # Done, and not done after all

    def test_done_and_back(self):
        duty = self.relationship.duty_ids
        self._open(self.portal)
        answer = self._post(f"/my/duties/{duty.id}/done", back="work")
        self.assertTrue(answer.url.endswith("/my/work?said=done"))
        self.assertIn(f"/my/duties/{duty.id}/undo", answer.text)
        told = self.relationship.activity_ids.filtered(
            lambda one: "did their part" in (one.summary or "")
        )
        self.assertEqual(told.user_id, self.owner)
        answer = self._post(f"/my/duties/{duty.id}/undo", back="work")
        self.assertIn("It is open again", answer.text)
        self.assertRecordValues(
            duty, [{"state": "open", "done_by_id": False, "done_date": False, "done_words": False}]
        )
        self.assertFalse(told.exists())
        notes = str(self.relationship.message_ids.mapped("body"))
        self.assertIn("did their part", notes)
        self.assertIn("took it back", notes)

    @mute_logger("odoo.http")
    def test_what_cannot_be_taken_back(self):
        duty = self.relationship.duty_ids
        duty._do(self.portal.partner_id, "")
        self.assertNotIn("/undo", self._open(self.mate).text)
        answer = self._post(f"/my/duties/{duty.id}/undo")
        self.assertIn("can no longer be taken back", answer.text)
        self._open(self.rival)
        self.assertEqual(self._post(f"/my/duties/{duty.id}/undo").status_code, 404)
        # sudo: evidence; as if it was said two days ago
        duty.sudo().done_date = fields.Datetime.now() - timedelta(hours=25)
        self.assertNotIn("/undo", self._open(self.portal).text)
        self._post(f"/my/duties/{duty.id}/undo")
        self.assertEqual(duty.state, "done")
        foreign = self.rival_client.duty_ids
        foreign.contact_id = self.rival.partner_id
        foreign.with_user(self.owner).action_done()
        self._open(self.rival)
        self._post(f"/my/duties/{foreign.id}/undo")
        self.assertEqual(foreign.state, "done", "a user was told")

    # Feedback, and how it wants to hear from us

    @mute_logger("odoo.http")
    def test_feedback_question_of_the_user_alone(self):
        asked = self._ask(self.portal.partner_id)
        path = f"/my/work/feedback/{asked.id}"
        self.assertIn(path, self._open(self.portal).text)
        page = self.url_open(path)
        self.assertIn(f"/client/feedback/answer/{asked.id}", page.url)
        self.assertIn("How likely is it", page.text)
        self.assertNotIn(path, self._open(self.mate).text)
        for user in (self.mate, self.rival, self.owner):
            self.assertEqual(self._open(user, path).status_code, 404)
        self._answer(asked, 9)
        self.assertNotIn(path, self._open(self.portal).text)

    def test_rhythm_is_a_wish(self):
        self.relationship.write({"cadence": "weekly", "channel": "mail"})
        self._open(self.portal)
        path = f"/my/work/{self.relationship.id}/rhythm"
        answer = self._post(path, rhythm="monthly", channel="call", words=SECRETS)
        self.assertIn("We will see how we can do that", answer.text)
        self.assertEqual(self.relationship.cadence, "weekly", "who decides is we")
        activity = self.relationship.activity_ids.filtered(
            lambda one: "in another way" in (one.summary or "")
        )
        self.assertEqual(activity.user_id, self.owner)
        labels = dict(self.relationship._fields["cadence"]._description_selection(self.env))
        self.assertIn(labels["monthly"], activity.summary)
        self.assertNotIn("<script>", activity.note)
        before = len(self.relationship.activity_ids)
        self._post(path, rhythm="hourly", channel="drop table")
        self.assertEqual(len(self.relationship.activity_ids), before, "no such choice")

    @mute_logger("odoo.http")
    def test_rhythm_of_others(self):
        path = f"/my/work/{self.relationship.id}/rhythm"
        for user in (self.rival, self.owner):
            self._open(user)
            self.assertEqual(self._post(path, rhythm="monthly").status_code, 404)
        self.assertEqual(self.url_open(path).status_code, 405)
        self.assertNotIn("in another way", str(self.relationship.activity_ids.mapped("summary")))

    def test_updates_are_the_readers_own(self):
        self._send_update(self.portal.partner_id, name="For the buyer")
        self.assertIn("For the buyer", self._open(self.portal).text)
        self.assertNotIn("For the buyer", self._open(self.mate).text)

    def test_confirm_comes_back(self):
        result = self.relationship.accomplishment_ids
        page = self._open(self.portal).text
        seen = page.partition('name="seen" value="')[2].partition('"')[0]
        answer = self._post(
            f"/my/results/{result.id}/answer",
            verdict="yes",
            words="An hour a day",
            seen=seen,
            back="work",
        )
        self.assertTrue(answer.url.endswith("/my/work?said=yes"))
        self.assertEqual(result.state, "confirmed")


@tagged("post_install", "-at_install")
class TestWorkTour(WorkCommon, HttpCase):
    """On a phone: a duty, its undo, a value and a wish."""

    browser_size = "375x667"
    touch_enabled = True

    def test_tour_on_a_phone(self):
        self.start_tour("/my", "client_health_work_portal", login=self.portal.login)
        self.env.invalidate_all()
        self.assertEqual(self.relationship.duty_ids.state, "done")
        self.assertEqual(self.relationship.accomplishment_ids.confirmed_amount, 9500)
        self.assertIn("in another way", str(self.relationship.activity_ids.mapped("summary")))
