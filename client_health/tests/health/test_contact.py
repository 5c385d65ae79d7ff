from odoo import fields
from odoo.tests import new_test_user, tagged
from odoo.tools import SQL

from ...engine.clock import get_now
from ...engine.correspondence import waiting
from .common_voice import VoiceCommon


@tagged("post_install", "-at_install")
class TestContact(VoiceCommon):
    """Who waits for our answer: what counts, what does not, and who is behind an address."""

    def _waiting(self, relationships=None, as_of=None):
        relationships = self.relationship if relationships is None else relationships
        return self._read_waiting(relationships, as_of or fields.Datetime.now())

    def _assert_waits(self, *messages, relationship=None):
        relationship = relationship or self.relationship
        found = self._waiting(relationship)[relationship.id]
        self.assertEqual([row.message_id for row in found], [message.id for message in messages])

    def test_nobody_wrote(self):
        self.assertEqual(self._waiting(), {self.relationship.id: []})
        self.assertEqual(self._waiting(self.env["client.relationship"]), {})

    def test_waits_until_answered(self):
        asked = self._say(self.elena, days=3)
        (row,) = self._waiting()[self.relationship.id]
        self.assertEqual(
            row,
            (
                self.relationship.id,
                asked.id,
                "project.task",
                self.task.id,
                self._ago(3),
                1,
                asked.id,
            ),
        )
        self._say(self.owner.partner_id, days=2)
        self._assert_waits()

    def test_a_burst_is_one_discussion_and_waits_since_its_first_message(self):
        self._say(self.elena, days=9, text="Old")
        self._say(self.owner.partner_id, days=8)
        first = self._say(self.elena, days=5)
        last = self._say(self.otis, days=4)
        elsewhere = self._say(self.otis, self.project, days=2)
        self._assert_waits(first, elsewhere)
        burst, single = self._waiting()[self.relationship.id]
        self.assertEqual((burst.messages, single.messages), (2, 1))
        self.assertEqual(burst.last_message_id, last.id)
        self.assertEqual(single.last_message_id, elsewhere.id)

    def test_an_answer_given_before_does_not_count(self):
        self._say(self.owner.partner_id, days=4)
        asked = self._say(self.elena, days=3)
        self._say(self.owner.partner_id, self.project, days=1, text="Another discussion")
        self._assert_waits(asked)

    def test_what_is_no_answer(self):
        asked = self._say(self.elena, days=6)
        us = self.owner.partner_id
        for vals in (
            {"subtype": "mail.mt_note"},
            {"is_internal": True},
            {"message_type": "notification"},
            {"message_type": "auto_comment"},
            {"message_type": "out_of_office"},
            {"message_type": "user_notification"},
        ):
            self._say(us, days=2, **vals)
        robot = self.env.ref("base.partner_root")
        self._say(robot, days=2, message_type="comment")
        freelancer = self.env["res.partner"].create({"name": "Freelancer"})
        self._say(freelancer, days=2)
        self._assert_waits(asked)

    def test_what_is_an_answer(self):
        former = new_test_user(self.env, "ch_former", groups="base.group_user")
        without_user = self.env["hr.employee"].create({"name": "Jon Freelance"})
        call = self.env.ref("mail.mail_activity_data_call")
        for author, vals in (
            (self.owner.partner_id, {"message_type": "email"}),
            (self.owner.partner_id, {"message_type": "email_outgoing"}),
            (former.partner_id, {}),
            (without_user.work_contact_id, {"message_type": "comment"}),
            (
                self.owner.partner_id,
                {
                    "message_type": "notification",
                    "subtype": "mail.mt_activities",
                    "mail_activity_type_id": call.id,
                },
            ),
        ):
            task = self.task.copy()
            asked = self._say(self.elena, task, days=3)
            self._assert_waits(asked)
            self._say(author, task, days=2, **vals)
            former.active = False
            self._assert_waits()

    def test_a_done_todo_is_no_answer(self):
        asked = self._say(self.elena, days=3)
        todo = self.env.ref("mail.mail_activity_data_todo")
        self._say(
            self.owner.partner_id,
            days=2,
            message_type="notification",
            subtype="mail.mt_activities",
            mail_activity_type_id=todo.id,
        )
        self._assert_waits(asked)

    def test_a_thumb_up_says_seen(self):
        self._say(self.elena, days=4)
        thanks = self._say(self.elena, days=3, text="Thank you!")
        reaction = self.env["mail.message.reaction"].create(
            {"message_id": thanks.id, "content": "👍", "partner_id": self.elena.id}
        )
        self.assertEqual(len(self._waiting()[self.relationship.id]), 1, "By the client herself")
        reaction.copy({"partner_id": self.owner.partner_id.id})
        self._assert_waits()
        again = self._say(self.elena, days=2)
        self._assert_waits(again)

    def test_answered_feedback_of_the_message(self):
        asked = self._say(self.elena, days=3)
        feedback = self._log(message_id=asked.id, date=self._ago(3))
        self._assert_waits(asked)
        feedback._set_answered("Called Elena")
        self._assert_waits()

    def test_no_messages_of_theirs(self):
        for vals in (
            {"subtype": "mail.mt_note"},
            {"is_internal": True},
            {"message_type": "notification"},
            {"message_type": "auto_comment"},
            {"message_type": "out_of_office"},
            {"message_type": "user_notification"},
            {"model": False, "res_id": False},
            {"model": "discuss.channel"},
        ):
            self._say(self.elena, days=2, **vals)
        self._assert_waits()

    def test_dates_of_the_sender_are_not_believed(self):
        future = self._say(self.elena, days=2, date=self._ago(-400))
        self._assert_waits(future)
        (row,) = self._waiting()[self.relationship.id]
        self.assertEqual(row.received, self._ago(2))
        self._say(self.owner.partner_id, days=1, date=self._ago(3000))
        self._assert_waits()
        ancient = self._say(self.elena, self.project, days=1, date=self._ago(20000))
        self._assert_waits(ancient)
        (row,) = self._waiting()[self.relationship.id]
        self.assertEqual(row.received, self._ago(1))

    def test_as_of_a_day(self):
        self._say(self.elena, days=10)
        self._say(self.owner.partner_id, days=4)
        waiting = self._waiting(as_of=self._ago(5))[self.relationship.id]
        self.assertEqual(len(waiting), 1)
        self.assertFalse(self._waiting(as_of=self._ago(3))[self.relationship.id])
        self.assertFalse(self._waiting(as_of=self._ago(11))[self.relationship.id])

    def test_nobody_waits_for_years(self):
        self._say(self.elena, days=366)
        self._assert_waits()

    def test_unknown_senders(self):
        nobody = self.env["res.partner"]
        by_address = self._say(
            nobody, days=3, email_from='"E. Marsh" <ELENA@blueharbour.example.com>'
        )
        self._assert_waits(by_address)
        self._say(self.owner.partner_id, days=2)
        on_document = self._say(nobody, self.project, days=2, email_from="new@private.example.com")
        self._assert_waits(on_document)
        self._say(self.owner.partner_id, self.project, days=1)
        self._assert_waits()
        self._say(nobody, self.other_project, days=1, email_from="new@private.example.com")
        self._say(nobody, self.project, days=0.5, email_from=self.owner.email_formatted)
        self._assert_waits()
        nonsense = self._say(nobody, self.project, days=0.2, email_from="no address <><@>")
        self._assert_waits(nonsense)

    def test_a_person_without_a_contact_writes_from_the_mail_domain_of_the_client(self):
        nobody = self.env["res.partner"]
        asked = self._say(
            nobody, self.other_project, days=3, email_from="New <new@blueharbour.example.com>"
        )
        self._assert_waits(asked)
        loner = self.env["res.partner"].create(
            {"name": "Ida Lone", "email": "Ida@BlueHarbour.example.com"}
        )
        hers = self._say(loner, self.env["crm.lead"].create({"name": "Idea"}), days=2)
        self._assert_waits(asked, hers)
        freelancer = self.env["res.partner"].create(
            {"name": "Freelance", "email": "f@elsewhere.example.com"}
        )
        self._say(freelancer, self.task, days=1)
        self._assert_waits(asked, hers)

    def test_whose_a_mail_domain_is(self):
        """Not that of two clients, of colleagues, or of everybody."""
        nobody = self.env["res.partner"]
        self.elena.email = "elena.marsh@gmail.com"
        self._say(nobody, self.other_project, days=3, email_from="someone@gmail.com")
        self._assert_waits()
        self._say(nobody, self.other_project, days=2, email_from="new@blueharbour.example.com")
        ours = self._create_user("ours", "base.group_user")
        ours.partner_id.email = "ours@blueharbour.example.com"
        self._assert_waits()
        ours.partner_id.email = "ours@agency.example.com"
        self.assertEqual(len(self._waiting()[self.relationship.id]), 1)
        self.stranger.email = "info@blueharbour.example.com"
        self.assertEqual(len(self._waiting()[self.relationship.id]), 1)
        self._create_relationship(self.stranger)
        self._assert_waits()

    def test_unknown_senders_are_a_list(self):
        nobody = self.env["res.partner"]
        inbox = self.env["project.project"].create({"name": "Inbox", "company_id": self.company.id})
        self._say(nobody, inbox, days=9, email_from="Lea <lea@nowhere.example.com>")
        last = self._say(nobody, inbox, days=3, email_from="lea@nowhere.example.com")
        self._say(nobody, self.project, days=3, email_from="on@document.example.com")
        self._say(nobody, inbox, days=3, email_from="new@blueharbour.example.com")
        self._say(nobody, inbox, days=3, email_from=self.stranger.email)
        self._say(nobody, inbox, days=300, email_from="old@nowhere.example.com")
        self._say(nobody, inbox, days=1, email_from="bot@nowhere.example.com",
                  client_no_answer="bulk")  # fmt: skip
        self.owner.group_ids |= self.env.ref("project.group_project_user")
        action = self.env["client.relationship"].with_user(self.owner).action_view_unknown_senders()
        found = self.env["mail.message"].search(action["domain"])
        self.assertEqual(found & self.env["mail.message"].search([("res_id", "=", inbox.id)]), last)
        self.assertNotIn("on@document.example.com", found.mapped("email_from"))
        inbox.privacy_visibility = "followers"
        self.assertFalse(
            last & self.env["mail.message"].with_user(self.owner).search(action["domain"])
        )

    def test_address_in_the_name_fools_nobody(self):
        self._say(
            self.env["res.partner"],
            self.other_project,
            email_from='"elena@blueharbour.example.com" <spam@example.com>',
        )
        self._assert_waits()

    def test_an_address_of_several(self):
        self.env["res.partner"].create(
            [
                {"name": "Private", "email": self.elena.email},
                {"name": "Old", "email": self.elena.email, "active": False},
            ]
        )
        asked = self._say(self.env["res.partner"], self.other_project, email_from=self.elena.email)
        self._assert_waits(asked)

    def test_people_of_others_on_our_document(self):
        vendor = self.env["res.partner"].create(
            {"name": "Photographer", "email": "p@x.example.com"}
        )
        self._say(vendor, days=3)
        other = self._create_relationship(self.stranger)
        elsewhere = self._say(self.stranger, days=2)
        self._assert_waits()
        self._assert_waits(elsewhere, relationship=other)

    def test_archived_contact_and_former_colleague(self):
        asked = self._say(self.elena, days=3)
        self.elena.active = False
        self._assert_waits(asked)
        former = new_test_user(self.env, "ch_former", groups="base.group_user")
        former.partner_id.parent_id = self.client_partner
        self._say(former.partner_id, self.project, days=2, message_type="comment")
        former.active = False
        self.assertTrue(former.partner_id.partner_share, "Odoo takes him for a client")
        self._assert_waits(asked)

    def test_portal_user_waits(self):
        asked = self._say(self.portal.partner_id, days=1, message_type="comment")
        self._assert_waits(asked)
        self.portal.active = False
        self._assert_waits(asked)

    def test_on_every_kind_of_document(self):
        partner = {"partner_id": self.client_partner.id}
        update = self.env["client.update"].create(
            {"relationship_id": self.relationship.id, "kind": "apology", "name": "Sorry"}
        )
        records = [
            self.client_partner,
            self.project,
            self.task,
            self.env["crm.lead"].create({"name": "More", **partner}),
            self.env["sale.order"].create(partner),
            self.env["account.move"].create({"move_type": "out_invoice", **partner}),
            update,
        ]
        nobody = self.env["res.partner"]
        for record in records:
            with self.subTest(model=record._name):
                asked = self._say(nobody, record, email_from="x@unknown.example.com", days=2)
                self._assert_waits(asked)
                self._say(self.owner.partner_id, record, days=1)
                self._assert_waits()

    def test_companies(self):
        sister = self.env["res.company"].create({"name": "Sister Agency"})
        far = self._create_relationship(
            self.client_partner, self.env["res.users"], company_id=sister.id
        )
        here = self._say(self.elena, days=3)
        there_project = self.env["project.project"].create(
            {"name": "There", "company_id": sister.id, "partner_id": self.client_partner.id}
        )
        there = self._say(self.elena, there_project, days=2)
        both = self._say(self.elena, self.client_partner, days=1)
        self._assert_waits(here, both)
        self._assert_waits(there, both, relationship=far)

    def test_merged_contact(self):
        double = self._create_contact("Elena Double")
        asked = self._say(double, days=2)
        wizard = self.env["base.partner.merge.automatic.wizard"]
        wizard._merge((self.elena | double).ids, self.elena)
        self.env.invalidate_all()
        self.assertEqual(asked.author_id, self.elena)
        self._assert_waits(asked)

    def test_merged_clients(self):
        twin = self.env["res.partner"].create({"name": "Blue Harbor", "is_company": True})
        self._create_relationship(twin)
        asked = self._say(self._create_contact("Ida Twin", twin), self.client_partner, days=2)
        wizard = self.env["base.partner.merge.automatic.wizard"]
        wizard._merge((self.client_partner | twin).ids, self.client_partner)
        self.env.invalidate_all()
        self._assert_waits(asked)

    def test_all_in_use_without_ids(self):
        asked = self._say(self.elena, days=2)
        query = waiting.select_waiting(fields.Datetime.now(), SQL("active"))
        self.assertIn(asked.id, [row[1] for row in self.env.execute_query(query)])
        self.relationship.active = False
        self.env.flush_all()
        query = waiting.select_waiting(fields.Datetime.now(), SQL("active"))
        self.assertNotIn(asked.id, [row[1] for row in self.env.execute_query(query)])

    def test_first_answer(self):
        asked = self._say(self.elena, days=4)
        self.assertFalse(waiting.read_answers(self.env, asked.ids, fields.Datetime.now()))
        self._say(self.owner.partner_id, days=3, subtype="mail.mt_note")
        answer = self._say(self.seller.partner_id, days=2)
        self._say(self.owner.partner_id, days=1)
        self.assertEqual(
            waiting.read_answers(self.env, asked.ids, fields.Datetime.now()),
            {asked.id: [self._ago(2), self.seller.partner_id.id, answer.id]},
        )
        self.assertFalse(waiting.read_answers(self.env, asked.ids, self._ago(3)))

    def test_one_statement_for_five_and_fifty(self):
        few, many = self._create_clients(5), self._create_clients(50)
        for relationship in few | many:
            self._say(relationship.partner_id, relationship.partner_id, days=1)
        self._waiting(few)
        counts = []
        for relationships in (few, many):
            self.env.flush_all()
            start = self.cr.sql_log_count
            found = waiting.read_waiting(self.env, relationships, get_now())
            counts.append(self.cr.sql_log_count - start)
            self.assertEqual({len(rows) for rows in found.values()}, {1})
        self.assertEqual(counts, [1, 1])

    def test_counter_and_list(self):
        asked = self._say(self.elena, days=2)
        relationship = self.relationship.with_user(self.owner)
        self.assertEqual(relationship.client_waiting_count, 1)
        action = relationship.action_view_waiting()
        found = self.env["mail.message"].with_user(self.owner).search(action["domain"])
        self.assertIn(asked.id, action["domain"][0][2])
        self.assertLessEqual(set(found.ids), {asked.id})
