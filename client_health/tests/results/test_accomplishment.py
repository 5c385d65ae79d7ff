import base64

from lxml import etree

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools.safe_eval import safe_eval

from .test_goal import GoalCommon

PROOF = base64.b64encode(b"Dear Leo, yes, it is worth that.")


class AccomplishmentCommon(GoalCommon):
    @classmethod
    def _create_accomplishment(cls, relationship=None, **vals):
        return cls.env["client.accomplishment"].create(
            {
                "name": "Groups book online",
                "relationship_id": (relationship or cls.relationship).id,
                **vals,
            }
        )


@tagged("post_install", "-at_install")
class TestAccomplishment(AccomplishmentCommon):
    def test_from_a_goal(self):
        goal = self._create_mutual_goal(baseline=10, target=20, actual=24, unit="bookings")
        goal = goal.with_user(self.owner)
        with self.assertRaisesRegex(UserError, "not done yet"):
            goal.action_log_accomplishment()
        goal.action_reach()
        action = goal.action_log_accomplishment()
        told = self.env["client.accomplishment"].browse(action["res_id"])
        self.assertEqual(told.goal_id, goal)
        self.assertEqual(told.relationship_id, self.relationship)
        self.assertEqual(told.value_words, "Fewer calls")
        self.assertEqual(told.description, "From 10 to 24 bookings; the target was 20 bookings.")
        self.assertEqual(told.state, "claimed")
        self.assertFalse(told.is_shared)
        again = goal.action_log_accomplishment()
        self.assertEqual(again["res_id"], told.id, "One goal, one accomplishment")

    def test_from_a_milestone(self):
        milestone = self.env["project.milestone"].create(
            {"name": "Live", "project_id": self.project.id}
        )
        with self.assertRaisesRegex(UserError, "not done yet"):
            milestone.action_log_accomplishment()
        milestone.is_reached = True
        self.owner.group_ids += self.env.ref("project.group_project_user")
        told = self._open(milestone.with_user(self.owner))
        self.assertEqual(told.milestone_id, milestone)
        self.assertEqual(told.date, milestone.reached_date)
        self.assertEqual(told.project_id, self.project)

    def _open(self, source):
        action = source.action_log_accomplishment()
        return self.env["client.accomplishment"].browse(action["res_id"])

    def test_from_a_task(self):
        self.owner.group_ids += self.env.ref("project.group_project_user")
        task = self.env["project.task"].create({"name": "Form", "project_id": self.project.id})
        mine = task.with_user(self.owner)
        with self.assertRaisesRegex(UserError, "not done yet"):
            mine.action_log_accomplishment()
        mine.state = "1_done"
        told = self._open(mine)
        self.assertEqual((told.task_id, told.name), (task, "Form"))
        self.assertEqual(told.date, self.today)
        self.assertEqual(mine.client_accomplishment_id, told)

    def test_work_of_nobody(self):
        project = self.env["project.project"].create({"name": "Internal"})
        task = self.env["project.task"].create(
            {"name": "Coffee", "project_id": project.id, "state": "1_done"}
        )
        with self.assertRaisesRegex(UserError, "does not belong to a client"):
            task.action_log_accomplishment()

    def test_portal_user_can_not_log_one(self):
        task = self.env["project.task"].create(
            {"name": "Form", "project_id": self.project.id, "state": "1_done"}
        )
        self.project.privacy_visibility = "portal"
        self.project.message_subscribe(self.portal.partner_id.ids)
        with self.assertRaises(AccessError):
            task.with_user(self.portal).action_log_accomplishment()

    def test_bad_input(self):
        stranger = self._create_clients(1)
        project = self.env["project.project"].create(
            {"name": "Theirs", "partner_id": stranger.partner_id.id}
        )
        task = self.env["project.task"].create({"name": "Theirs", "project_id": project.id})
        for message, vals in (
            ("in the future", {"date": self._days(2)}),
            ("cannot be negative", {"value_amount": -1}),
            ("begins with https", {"link": "javascript:alert(1)"}),
            ("belongs to Client 0", {"project_id": project.id}),
            ("belongs to Client 0", {"task_id": task.id}),
            ("belongs to Client 0", {"goal_id": self._create_goal(stranger).id}),
        ):
            with self.subTest(vals=vals), self.assertRaisesRegex(ValidationError, message):
                self._create_accomplishment(**vals)

    def test_nobody_hands_out_files_he_may_not_read(self):
        secret = self.env["ir.attachment"].create(
            {
                "name": "Salaries",
                "res_model": "client.relationship",
                "res_id": self._create_clients(1, self.seller).id,
                "raw": b"secret",
            }
        )
        with self.assertRaises(AccessError):
            self._create_accomplishment().with_user(self.owner).write(
                {"attachment_ids": [Command.link(secret.id)]}
            )

    def test_uploaded_files_belong_to_the_accomplishment(self):
        upload = (
            self.env["ir.attachment"]
            .with_user(self.owner)
            .create({"name": "Chart", "res_model": "client.accomplishment", "raw": b"chart"})
        )
        told = (
            self.env["client.accomplishment"]
            .with_user(self.owner)
            .create(
                {
                    "name": "Live",
                    "relationship_id": self.relationship.id,
                    "attachment_ids": [Command.set(upload.ids)],
                }
            )
        )
        self.assertEqual(upload.res_id, told.id)
        self.assertEqual(told.with_user(self.seller).attachment_ids.raw, b"chart")

    def test_chatter_holds_no_figure(self):
        told = self._create_accomplishment(value_amount=54321).with_context(tracking_disable=False)
        told.with_user(self.owner).write({"value_amount": 98765, "is_shared": True})
        told._answer(self.contact, "link", "yes", amount=98700)
        self.cr.precommit.run()
        messages = told.message_ids.sudo()
        text = " ".join(messages.mapped("body"))
        self.assertIn("Elena Marsh confirmed", text)
        self.assertNotRegex(text, "98[ ,.]?7")
        self.assertNotIn("value_amount", messages.tracking_value_ids.field_id.mapped("name"))


@tagged("post_install", "-at_install")
class TestOfferedWithClient(AccomplishmentCommon):
    """What needs a client stands on Odoo's own records only where there is one."""

    def _is_offered(self, record, xmlid, name):
        """Return whether the user finds this button on the form of a record."""
        model = self.env[record._name].with_user(self.owner)
        view = model.get_view(self.env.ref(xmlid).id, "form")
        [button] = etree.fromstring(view["arch"]).xpath(f"//button[@name='{name}']")
        values = {field: record[field] for field in view["models"][record._name]}
        values["is_template"] = False
        return not safe_eval(button.get("invisible"), values)

    def _create_work(self, **vals):
        project = self.env["project.project"].create({"name": "Work", **vals})
        milestone = self.env["project.milestone"].create(
            {"name": "Launch", "project_id": project.id, "is_reached": True}
        )
        task = self.env["project.task"].create(
            {"name": "Work", "project_id": project.id, "state": "1_done"}
        )
        return milestone, task

    def test_work_of_a_client_alone(self):
        nobody = self.env["res.partner"].create({"name": "No client", "is_company": True})
        log = "action_log_accomplishment"
        feedback = str(self.env.ref("client_health.client_feedback_action_log").id)
        for partner, offered in ((self.client_partner, True), (nobody, False), (None, False)):
            milestone, task = self._create_work(partner_id=partner and partner.id)
            for record, xmlid, name in (
                (milestone, "project.project_milestone_view_form", log),
                (task, "project.view_task_form2", log),
                (task, "project.view_task_form2", feedback),
            ):
                with self.subTest(partner=partner and partner.name, button=name, record=record):
                    self.assertEqual(self._is_offered(record, xmlid, name), offered)

    def test_what_was_logged_stays_in_reach(self):
        milestone, _task = self._create_work(partner_id=self.client_partner.id)
        milestone.with_user(self.owner).action_log_accomplishment()
        milestone.project_id.partner_id = False
        xmlid = "project.project_milestone_view_form"
        self.assertTrue(self._is_offered(milestone, xmlid, "action_log_accomplishment"))

    def test_queries_do_not_grow(self):
        work = [self._create_work(partner_id=one.partner_id.id) for one in self._create_clients(9)]
        for index in (0, 1):
            records = self.env[work[0][index]._name].concat(*(pair[index] for pair in work))
            counts = []
            for group in (records[:2], records):
                self.env.invalidate_all()
                before = self.env.cr.sql_log_count
                group.with_user(self.owner).mapped("accomplishment_client_id")
                counts.append(self.env.cr.sql_log_count - before)
            self.assertLessEqual(counts[1], counts[0], counts)


@tagged("post_install", "-at_install")
class TestConfirmation(AccomplishmentCommon):
    def test_yes(self):
        told = self._create_accomplishment(value_amount=12000, is_shared=True)
        told._answer(self.contact, "link", "yes", words="Worth every cent", amount=12500)
        self.assertRecordValues(
            told,
            [
                {
                    "state": "confirmed",
                    "confirmed_by_id": self.contact.id,
                    "confirmed_date": self.today,
                    "confirmed_words": "Worth every cent",
                    "confirmed_amount": 12500.0,
                    "value_difference": 500.0,
                }
            ],
        )
        self.assertEqual(self.relationship.value_confirmed_date, self.today)
        self.assertEqual(self.relationship.value_confirmed_amount, 12500)

    def test_difference(self):
        told = self._create_accomplishment(value_amount=12000)
        self.assertFalse(told.value_difference, "Unknown until they name a figure")
        told._answer(self.contact, "portal", "yes", amount=9000)
        self.assertEqual((told.value_amount, told.confirmed_amount), (12000, 9000))
        self.assertEqual(told.value_difference, -3000)

    def test_words_only(self):
        told = self._create_accomplishment(value_amount=12000)
        told._answer(self.contact, "portal", "yes", words="It saves my evenings")
        self.assertEqual(told.state, "confirmed")
        self.assertFalse(told.confirmed_amount, "Our figure is never put into its mouth")
        self.assertFalse(told.value_difference)

    def test_no_then_yes(self):
        told = self._create_accomplishment(value_amount=12000)
        told._answer(self.contact, "link", "no", words="We did that ourselves")
        self.assertEqual(told.state, "disputed")
        self.assertFalse(told.confirmed_date)
        self.assertFalse(self.relationship.value_confirmed_date)
        self.assertEqual(told.activity_ids.user_id, self.owner, "Somebody has to call")
        told.with_user(self.owner).value_amount = 6000
        told._answer(self.contact, "link", "yes", amount=5000)
        self.assertEqual((told.state, told.confirmed_amount), ("confirmed", 5000))
        self.assertEqual(len(told.answer_ids), 2, "What was said before stays")

    def test_the_no_of_a_client_whose_salesperson_left(self):
        team = self.env["crm.team"].create({"name": "Harbour", "user_id": self.seller.id})
        self.relationship.team_id = team
        self.owner.active = False
        told = self._create_accomplishment(value_amount=12000)
        told._answer(self.contact, "link", "no", words="We did that ourselves")
        self.assertEqual(told.activity_ids.user_id, self.seller)

    def test_first_yes_stands(self):
        told = self._create_accomplishment(value_amount=12000)
        told._answer(self.contact, "link", "yes", amount=12000)
        told._answer(self.contact, "link", "no")
        told._answer(self.contact, "link", "yes", amount=99999)
        self.assertEqual((told.confirmed_amount, len(told.answer_ids)), (12000, 1))

    def test_confirmed_is_locked(self):
        told = self._create_accomplishment(value_amount=12000)
        told._answer(self.contact, "link", "yes")
        told = told.with_user(self.manager)
        for vals in ({"name": "More"}, {"value_amount": 50000}, {"value_words": "More"}):
            with self.assertRaisesRegex(UserError, "confirmed"):
                told.write(vals)
        told.is_shared = False
        with self.assertRaisesRegex(UserError, "cannot be deleted"):
            told.unlink()

    def test_unanswered_may_be_deleted_by_a_manager(self):
        told = self._create_accomplishment()
        told.with_user(self.manager).unlink()
        self.assertFalse(told.exists())

    def test_nobody_forges(self):
        told = self._create_accomplishment(value_amount=10).with_user(self.manager)
        forged = {
            "state": "confirmed",
            "confirmed_date": "2025-01-01",
            "confirmed_by_id": self.contact.id,
            "confirmed_words": "Great",
            "confirmed_amount": 10,
            "answer_ids": [Command.create({"verdict": "yes"})],
        }
        values = {"name": "X", "relationship_id": self.relationship.id}
        for fname, value in forged.items():
            with self.subTest(field=fname):
                with self.assertRaises(AccessError):
                    told.write({fname: value})
                with self.assertRaises(AccessError):
                    told.create({**values, fname: value})
                with self.assertRaises(AccessError):
                    told.with_context(**{f"default_{fname}": value}).create(values)
        for column, value in (("state", "confirmed"), ("confirmed_words", "Great")):
            loaded = told.load(
                ["name", "relationship_id/.id", column], [["X", str(self.relationship.id), value]]
            )
            self.assertFalse(loaded["ids"])
            self.assertTrue(loaded["messages"])

    def test_answers_are_written_by_nobody(self):
        said = self._create_accomplishment()._answer(self.contact, "link", "yes")
        values = {
            "relationship_id": self.relationship.id,
            "contact_id": self.contact.id,
            "date": self.today,
            "source": "portal",
            "words": "Great",
        }
        for user in (self.owner, self.seller, self.manager):
            as_user = said.with_user(user)
            self.assertTrue(as_user.has_access("read"))
            with self.assertRaises(AccessError):
                as_user.write({"words": "Great"})
            with self.assertRaises(AccessError):
                as_user.create(values)
            with self.assertRaises(AccessError):
                as_user.unlink()
            with self.assertRaises(AccessError):
                self.relationship.with_user(user).write({"value_ids": [Command.create(values)]})
        for user in (self.colleague, self.portal):
            self.assertFalse(said.with_user(user).has_access("read"))

    def test_proof(self):
        told = self._create_accomplishment(value_amount=500).with_user(self.owner)
        wizard = self._note(told, proof=False)
        with self.assertRaisesRegex(UserError, "attach"):
            wizard.action_note()
        wizard = self._note(told, proof=PROOF, proof_name="mail.eml", words="Yes")
        self.assertFalse(wizard.amount, "Their figure is not filled in with ours")
        wizard.amount = 450
        wizard.action_note()
        self.assertEqual((told.state, told.confirmed_amount), ("confirmed", 450))
        answer = told.answer_ids
        self.assertEqual((answer.source, answer.proof), ("mail", PROOF))
        self.assertTrue(answer.is_own)
        attachment = self.env["ir.attachment"].search(
            [("res_model", "=", "client.value"), ("res_id", "=", answer.id), ("res_field", "!=", 0)]
        )
        self.assertEqual(len(attachment), 1)
        for operation in ("write", "unlink"):
            self.assertFalse(attachment.with_user(self.manager).has_access(operation))

    def _note(self, told, **vals):
        action = told.action_note_answer()
        return (
            self.env["client.value.note"]
            .with_user(self.owner)
            .with_context(**action["context"])
            .create({"contact_id": self.contact.id, "source": "mail", **vals})
        )

    def test_proof_only_for_own_clients(self):
        told = self._create_accomplishment()
        values = {
            "relationship_id": self.relationship.id,
            "accomplishment_id": told.id,
            "contact_id": self.contact.id,
            "source": "mail",
            "proof": PROOF,
        }
        with self.assertRaises(AccessError):
            self.env["client.value.note"].with_user(self.colleague).create(values)
        self.relationship.message_subscribe(self.colleague.partner_id.ids)
        wizard = self.env["client.value.note"].with_user(self.colleague).create(values)
        with self.assertRaises(AccessError):
            wizard.action_note()

    def test_who_speaks_for_the_client(self):
        told = self._create_accomplishment()
        stranger = self.env["res.partner"].create({"name": "Somebody"})
        with self.assertRaisesRegex(ValidationError, "Somebody"):
            told._answer(stranger, "mail", "yes", proof=PROOF)

    def test_nobody_of_us_speaks_for_the_client(self):
        told = self._create_accomplishment()
        self.seller.partner_id.parent_id = self.client_partner
        with self.assertRaisesRegex(UserError, "internal user"):
            told._answer(self.seller.partner_id, "mail", "yes", proof=PROOF)
