from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ...engine.clock import get_now
from ...engine.correspondence import contacts
from ...engine.query import fetch
from ..health.common_voice import VoiceCommon

LEA = "Lea Sommer <lea@nowhere.example.com>"


@tagged("post_install", "-at_install")
class TestWhoWrote(VoiceCommon):
    """Mails come through the gateway; whose they are is looked up when it is asked."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.owner.group_ids |= cls.env.ref("project.group_project_user")
        cls.owner.group_ids |= cls.env.ref("base.group_partner_manager")
        cls.inbox = cls.env["project.project"].create(
            {"name": "Inbox", "company_id": cls.company.id, "alias_name": "ch-inbox"}
        )

    def _waits(self, relationship=None):
        self.env.flush_all()
        client = relationship or self.relationship
        found = self._read_waiting(client)
        return self.env["mail.message"].browse([line.message_id for line in found[client.id]])

    def _get_contacts(self):
        """Return the moments at which the client was in contact with us."""
        query = contacts.select_contacts(get_now(), self._ago(99), self.relationship)
        return [row["moment"] for row in fetch(self.env, query)]

    def _get_replies(self):
        model = self.env["client.reply.time"].with_user(self.owner)
        return model.search(model.action_open()["domain"])

    def _get_unknown(self):
        action = self.env["client.relationship"].with_user(self.owner).action_view_unknown_senders()
        return self.env["mail.message"].with_user(self.owner).search(action["domain"])

    def _get_wizard(self, message, user=None, **values):
        model = self.env["client.sender.assign"].with_user(user or self.owner)
        with Form(model.with_context(default_message_id=message.id)) as form:
            for name, value in values.items():
                form[name] = value
        return form.record

    # Whose a mail is

    def test_a_mail_to_an_alias(self):
        """A task that a mail made: of the project's client, whoever wrote it.

        Odoo makes a contact of the sender then, who is no freelancer of ours for that.
        """
        alias = self._get_alias(self.project)
        message = self._receive(record=False, sender=LEA, to=alias)
        self.assertTrue(message.author_id)
        self.assertEqual(message.model, "project.task")
        self.assertEqual(self.env["project.task"].browse(message.res_id).project_id, self.project)
        self.assertIn(message, self._waits())
        ours = self._receive(record=False, to=alias)
        self.assertEqual(self._waits(), message | ours)
        self.assertNotIn(message, self._get_unknown())
        more = self._receive(record=self.other_project, sender=LEA)
        self.assertNotIn(more, self._waits(), "of another's document, one knows no more of whom")

    def test_a_mail_to_the_alias_of_nobodys_project(self):
        """In the list, though Odoo made a contact of the sender; assigned, it is the client's."""
        message = self._receive(record=False, sender=LEA, to=self._get_alias(self.inbox))
        stranger = message.author_id
        self.assertEqual(stranger.create_date, message.create_date)
        self.assertFalse(self._waits())
        self.assertIn(message, self._get_unknown())
        wizard = self._get_wizard(message, relationship_id=self.relationship)
        wizard.action_assign()
        self.assertEqual(stranger.commercial_partner_id, self.client_partner)
        self.assertEqual(self._waits(), message)
        self.assertNotIn(message, self._get_unknown())

    def test_a_contact_whom_somebody_made_is_no_unknown_sender(self):
        freelancer = self.env["res.partner"].create(
            {"name": "Photographer", "email": "photo@nowhere.example.com"}
        )
        self.env.cr.execute(
            "UPDATE res_partner SET create_date = %s WHERE id = %s",
            (self._ago(30), freelancer.id),
        )
        message = self._receive(record=self.inbox, sender=freelancer)
        self.assertNotIn(message, self._get_unknown())
        self.assertFalse(self._waits())

    def _get_alias(self, project):
        domain = self.env["mail.alias.domain"].search([], limit=1)
        if not domain:
            domain = self.env["mail.alias.domain"].create({"name": "agency.example.com"})
        project.alias_name = f"ch-{project.id}"
        project.alias_id.alias_domain_id = domain
        return project.alias_id.display_name

    def test_a_contact_of_a_subsidiary(self):
        """Of the client above it, unless the subsidiary is a client itself."""
        branch = self.env["res.partner"].create(
            {"name": "Harbour Spa", "is_company": True, "parent_id": self.client_partner.id}
        )
        deep = self.env["res.partner"].create(
            {"name": "Spa Shop", "is_company": True, "parent_id": branch.id}
        )
        mia, tim = self.env["res.partner"].create(
            [
                {"name": "Mia", "parent_id": branch.id, "email": "mia@spa.example.com"},
                {"name": "Tim", "parent_id": deep.id, "email": "tim@spa.example.com"},
            ]
        )
        self.assertEqual(mia.commercial_partner_id, branch)
        hers = self._receive(record=self.inbox, sender=mia, days=4)
        self.assertEqual(hers.author_id, mia)
        self.assertEqual(self._waits(), hers)
        deeper = self._receive(record=self.task, sender=tim, days=3)
        unknown = self._receive(record=self.other_project, sender="New <new@spa.example.com>")
        self.assertEqual(self._waits(), hers | deeper | unknown, "and people of its mail domain")
        task = self.env["project.task"].create({"name": "Of the branch", "partner_id": mia.id})
        there = self._receive(record=task, sender=LEA)
        self.assertEqual(self._waits(), hers | deeper | unknown | there)
        own = self._create_relationship(branch)
        self.assertFalse(self._waits())
        self.assertEqual(self._waits(own), hers | deeper | unknown | there)

    def test_a_meeting_with_a_subsidiary_is_a_contact(self):
        branch = self.env["res.partner"].create(
            {"name": "Harbour Spa", "is_company": True, "parent_id": self.client_partner.id}
        )
        self.env["calendar.event"].create(
            {
                "name": "Spa",
                "start": self._ago(3),
                "stop": self._ago(3),
                "user_id": self.owner.id,
                "partner_ids": [(6, 0, (branch | self.owner.partner_id).ids)],
            }
        )
        self.env.flush_all()
        self.env.cr.execute("UPDATE calendar_event SET create_date = %s", (self._ago(5),))
        self.assertEqual(self._get_contacts(), [self._ago(3)])

    # Assigning

    def test_assigning_mends_the_past(self):
        """What waits, reply times and contacts, of all that the address wrote before."""
        first = self._receive(record=self.inbox, sender=LEA, days=9)
        self.assertFalse(first.author_id)
        self._say(self.owner.partner_id, self.inbox, days=8)
        last = self._receive(record=self.inbox, sender=LEA.upper(), days=2)
        self.assertFalse(self._waits() or self._get_replies() or self._get_contacts())
        self.assertIn(last, self._get_unknown())
        wizard = self._get_wizard(last, relationship_id=self.relationship)
        self.assertEqual(wizard.email, "lea@nowhere.example.com")
        action = wizard.action_assign()
        contact = self.client_partner.child_ids.filtered(lambda p: p.email == wizard.email)
        self.assertEqual((len(contact), contact.create_uid), (1, self.owner))
        self.assertEqual(self._waits(), last)
        replies = self._get_replies()
        self.assertEqual(replies.filtered("answered").message_number, first.id)
        self.assertEqual(replies.filtered("waiting_count").message_number, last.id)
        self.assertEqual(len(self._get_contacts()), 2)
        self.assertNotIn(last, self._get_unknown())
        next_domain = action["params"]["next"]["domain"]
        self.assertNotIn(last, self.env["mail.message"].search(next_domain))
        wizard.action_assign()
        again = self.client_partner.child_ids.filtered(lambda p: p.email == wizard.email)
        self.assertEqual(again, contact, "once")
        later = self._receive(record=self.inbox, sender=LEA)
        self.assertEqual(later.author_id, contact, "and Odoo knows who writes from now on")

    def test_to_a_contact_without_address(self):
        self.otis.email = False
        message = self._receive(record=self.inbox, sender=LEA)
        wizard = self._get_wizard(message, relationship_id=self.relationship, contact_id=self.otis)
        wizard.action_assign()
        self.assertEqual(self.otis.email, "lea@nowhere.example.com")
        self.assertEqual(self._waits(), message)

    def test_to_a_contact_with_another_address(self):
        """It keeps its own, and gets a second one below."""
        before = self.elena.email
        message = self._receive(record=self.inbox, sender='"Elena Marsh" <elena@gmail.com>')
        wizard = self._get_wizard(message)
        self.assertEqual(
            (wizard.contact_id, wizard.relationship_id),
            (self.elena, self.relationship),
            "who has her name is proposed: one click",
        )
        wizard.action_assign()
        self.assertEqual(self.elena.email, before)
        self.assertEqual(self.elena.child_ids.mapped("email"), ["elena@gmail.com"])
        self.assertEqual(self._waits(), message)
        later = self._receive(record=self.inbox, sender="elena@gmail.com")
        self.assertEqual(later.author_id, self.elena.child_ids)

    def test_two_of_the_name_are_not_proposed(self):
        self._create_contact("Elena Marsh")
        message = self._receive(record=self.inbox, sender='"Elena Marsh" <elena@gmail.com>')
        wizard = self._get_wizard(message, relationship_id=self.relationship)
        self.assertFalse(wizard.contact_id)

    def test_hostile_names(self):
        message = self._receive(record=self.inbox, sender='"<b>%_x" <x@nowhere.example.com>')
        wizard = self._get_wizard(message, relationship_id=self.relationship)
        self.assertFalse(wizard.contact_id)
        wizard.action_assign()
        self.assertEqual(self._waits(), message)

    def test_who_may_not(self):
        message = self._receive(record=self.inbox, sender=LEA)
        other = self._create_relationship(self.stranger, self.colleague)
        with self.assertRaises(AccessError), mute_logger("odoo.addons.base.models.ir_rule"):
            self._get_wizard(message, relationship_id=other)
        wizard = self._get_wizard(message, relationship_id=self.relationship)
        with self.assertRaisesRegex(UserError, "another client"):
            wizard.contact_id = self.stranger
            wizard.action_assign()
        wizard.contact_id = False
        self.owner.group_ids -= self.env.ref("base.group_partner_manager")
        with self.assertRaises(AccessError), mute_logger("odoo.addons.base.models.ir_model"):
            wizard.action_assign()
        with self.assertRaises(AccessError), mute_logger("odoo.addons.base.models.ir_rule"):
            wizard.with_user(self.seller).action_assign()
        self.inbox.privacy_visibility = "followers"
        with self.assertRaises(AccessError), mute_logger("odoo.addons.base.models.ir_rule"):
            self._get_wizard(message, user=self.seller)

    def test_followers_assign_nothing(self):
        message = self._receive(record=self.inbox, sender=LEA)
        self.colleague.group_ids |= self.owner.group_ids
        self.relationship.message_subscribe(self.colleague.partner_id.ids)
        wizard = self._get_wizard(message, self.colleague, relationship_id=self.relationship)
        with self.assertRaises(AccessError), mute_logger("odoo.addons.base.models.ir_rule"):
            wizard.action_assign()

    def test_an_address_that_is_known_by_now(self):
        message = self._receive(record=self.inbox, sender=LEA)
        wizard = self._get_wizard(message, relationship_id=self.relationship)
        self.stranger.email = "lea@nowhere.example.com"
        with self.assertRaisesRegex(UserError, "already"):
            wizard.action_assign()

    def test_queries_of_the_list(self):
        counts = []
        for count in (5, 50):
            for number in range(count):
                sender = f"u{count}-{number}@nowhere.example.com"
                self._say(self.env["res.partner"], self.inbox, email_from=sender)
            self._get_unknown()
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.env["client.relationship"].with_user(self.owner).action_view_unknown_senders()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(*counts)
