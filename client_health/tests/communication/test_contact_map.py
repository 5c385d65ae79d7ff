import doctest
from datetime import timedelta
from unittest.mock import patch

from odoo import Command, fields
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, HttpCase, new_test_user, tagged

from ...engine.clock import get_today
from ...engine.correspondence import messages, people
from ...engine.health.signals import Reader
from ..health.common_signal_cases import SignalCases
from ..health.common_signals import set_created


@tagged("post_install", "-at_install")
class TestContactMap(SignalCases):
    """Who decides, uses, pays, supports, doubts; who is in touch; and what is wrong with it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.otis = cls._create_contact("Otis Fair", cls.client_partner)
        cls.Person = cls.env["client.contact"]

    def _put(self, contact, relationship=None, **roles):
        return self.Person.create(
            {
                "relationship_id": (relationship or self.relationship).id,
                "contact_id": contact.id,
                **roles,
            }
        )

    def _hear_from(self, contact, *days):
        for ago in days:
            self._say(contact, created=self._ago(days=ago))

    def _get_flags(self, relationship=None):
        relationship = relationship or self.relationship
        self.env.invalidate_all()
        return [*relationship._get_people_flags()[relationship.id]]

    def _get_people(self, relationship=None, since=people.RECENT):
        relationship = relationship or self.relationship
        found = people.read_people(self.env, relationship, self.today, since)
        with patch.object(messages, "FEW", 0):  # as of many clients
            again = people.read_people(self.env, relationship, self.today, since)
        self.assertEqual(again, found)
        return {person.partner_id or person.address: person for person in found[relationship.id]}

    def test_doctests(self):
        outcome = doctest.testmod(people)
        self.assertGreaterEqual(outcome.attempted, 4)
        self.assertEqual(outcome.failed, 0)

    # Who is in touch

    def test_who_wrote_met_or_was_called(self):
        self._hear_from(self.elena, 100, 20, 5)
        self._meet(self.relationship, self._ago(days=9))
        pia = self._create_contact("Pia Noon", self.client_partner)
        activity = pia.activity_schedule("mail.mail_activity_data_call", user_id=self.owner.id)
        activity.with_user(self.owner)._action_done(feedback="Yes")
        found = self._get_people()
        met = self._get_contact(self.relationship)
        self.assertEqual(set(found), {self.elena.id, met.id, pia.id})
        self.assertEqual(found[self.elena.id].days, 2 + (met == self.elena))
        self.assertEqual(found[pia.id].model, "res.partner")
        self.assertIn(self.elena.id, self._get_people(since=timedelta(days=120)))

    def test_declined_and_colleagues_are_not_in_touch(self):
        event = self._meet(self.relationship, self._ago(days=9))
        event.partner_ids = [Command.link(self.otis.id)]
        event.attendee_ids.filtered(lambda one: one.partner_id == self.otis).state = "declined"
        self.owner.partner_id.parent_id = self.client_partner
        self.assertEqual(set(self._get_people()), {self._get_contact(self.relationship).id})

    def test_an_address_may_be_a_contact_by_now(self):
        nobody = self.env["res.partner"]
        self._say(nobody, email_from=f"Elena <{self.elena.email}>", author_id=False)
        self._say(nobody, email_from="new@elsewhere.example.com", author_id=False)
        self.assertEqual(set(self._get_people()), {self.elena.id, "new@elsewhere.example.com"})

    def test_people_of_subsidiaries_count_unless_it_is_a_client_itself(self):
        branch = self.env["res.partner"].create(
            {"name": "Harbour Spa", "is_company": True, "parent_id": self.client_partner.id}
        )
        spa = self.env["res.partner"].create({"name": "Sue Spa", "parent_id": branch.id})
        self._hear_from(spa, 3)
        self.assertEqual(set(self._get_people()), {spa.id})
        self.assertTrue(self._put(spa))
        self._create_relationship(branch)
        self.assertFalse(self._get_people())

    def test_each_company_of_a_client_has_its_own_map(self):
        self._hear_from(self.elena, 3)
        self._say(self.otis, self.project_abroad.task_ids, self._ago(days=4))
        self.assertEqual(set(self._get_people()), {self.elena.id})
        self.assertEqual(set(self._get_people(self.relationship_abroad)), {self.otis.id})
        self._put(self.elena, decides=True)
        self._put(self.elena, self.relationship_abroad, doubts=True)
        self.assertEqual(self.relationship.people_ids._get_roles(), {"decides"})
        both = self.relationship | self.relationship_abroad
        found = self.Person.with_user(self.manager).search([("relationship_id", "in", both.ids)])
        self.assertEqual(found.relationship_id, self.relationship, "of no other company")

    # What is wrong

    def test_only_one(self):
        self._hear_from(self.elena, 30, 20)
        self.assertEqual(self._get_flags(), [], "two days are an anecdote")
        self._hear_from(self.elena, 10)
        self.assertEqual(self._get_flags(), ["only_one"])
        self.assertEqual(self._value("contact_breadth"), 1)
        reading = self._read("contact_breadth")
        self.assertEqual(reading.detail["records"]["res.partner"], self.elena.ids)
        clients = self.relationship | self.other
        clients._refresh_people_flag()
        found = self.env["client.relationship"].search([("people_flag", "=", "only_one")])
        self.assertIn(self.relationship, found)
        self.assertNotIn(self.other, found)
        self._hear_from(self.otis, 9)
        self.assertEqual(self._get_flags(), [])
        self.assertEqual(self._value("contact_breadth"), 2)

    def test_a_client_who_is_one_person_has_one_contact(self):
        self.client_partner.is_company = False
        self._hear_from(self.client_partner, 30, 20, 10)
        self.assertEqual(self._get_flags(), [])
        self.assertIsNone(self._value("contact_breadth"))

    def test_silent_decision_maker(self):
        boss = self._put(self.otis, decides=True, pays=True)
        self.assertEqual(self._get_flags(), [], "the client is silent as a whole")
        self._hear_from(self.elena, 30, 20, 10)
        self.assertEqual(self._get_flags(), ["decider_silent", "only_one"])
        self.assertFalse(self.relationship.people_note, "who was in touch is as of last night")
        self.relationship._refresh_people_flag()
        self.assertEqual(self.relationship.people_flag, "decider_silent")
        self.assertIn("Otis Fair", self.relationship.people_note)
        self._hear_from(self.otis, 8)
        self.assertEqual(self._get_flags(), [])
        self.env.invalidate_all()
        self.assertTrue(boss.in_touch)
        self.assertEqual(boss.last_contact, self.today - timedelta(days=8))

    def test_archived_or_bouncing(self):
        person = self._put(self.otis, uses=True)
        self.otis.message_bounce = 1
        self.assertEqual((person.status, self._get_flags()), ("bouncing", ["unreachable"]))
        self.otis.write({"message_bounce": 0, "active": False})
        self.assertEqual((person.status, self._get_flags()), ("archived", ["unreachable"]))
        person.uses = False
        self.assertEqual(self._get_flags(), [], "nobody says that we need them")

    def test_a_supporter_who_moved_to_another_firm_left(self):
        person = self._put(self.otis, supports=True)
        self.otis.parent_id = self.other.partner_id
        self.assertEqual((person.status, self._get_flags()), ("moved", ["supporter_left"]))
        person.doubts = True  # still ours to note
        self._put(self.elena, supports=True)
        self.assertEqual(self._get_flags(), ["unreachable"], "another one is there")

    def test_ended_and_archived_clients_have_no_flag(self):
        self._put(self.otis, supports=True)
        self.otis.active = False
        self.relationship.active = False
        self.env.invalidate_all()
        self.assertFalse(self.relationship.people_flag)
        self.relationship.active = True
        self.assertEqual(self.relationship.people_flag, "supporter_left")
        self._move(self.relationship, "at_risk", "reboot", "offboard", "ended")
        self.assertFalse(self.relationship.people_flag)

    # What is stored

    def test_the_stored_flag_follows_what_changes_it(self):
        """But for messages and the time that passes: these are for the night."""
        client = self.relationship
        person = self._put(self.otis, supports=True)
        boss = self._put(self.elena, decides=True)
        changes = (
            lambda: self.otis.write({"active": False}),
            lambda: person.write({"supports": False}),
            lambda: person.write({"uses": True}),
            lambda: self.otis.write({"active": True, "message_bounce": 3}),
            lambda: self.otis.write({"message_bounce": 0, "parent_id": self.other.partner_id.id}),
            lambda: person.unlink(),
            lambda: boss.write({"decides": False}),
            lambda: self.client_partner.write({"is_company": False}),
        )
        seen = set()
        for change in changes:
            change()
            self.env.flush_all()
            self.env.invalidate_all()
            live = next(iter(client._get_people_flags().get(client.id, ())), False)
            self.assertEqual(client.people_flag, live)
            seen.add(live)
        self.assertEqual(seen, {"supporter_left", "unreachable", False})

    def test_the_night_says_who_is_in_touch(self):
        self._hear_from(self.elena, 30, 20, 10)
        self.assertFalse(self.relationship.people_flag)
        self.env["client.health.run"]._run_night(
            {self.relationship.company_id: self.relationship.ids}, self.today
        )
        self.assertEqual(self.relationship.people_flag, "only_one")
        self.env.invalidate_all()
        before = self.relationship.write_date
        self.relationship._refresh_people_flag()
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(self.relationship.write_date, before)

    def test_nobody_writes_the_flag(self):
        with self.assertRaises(AccessError):
            self.relationship.with_user(self.manager).people_flag = "only_one"

    # The warning

    def _read_warning(self, as_of=None):
        as_of = as_of or self.today
        rule = self.env["client.health.warning.rule"]._get_rules()["supporter"]
        signal = rule._get_warnings()["supporter"]
        with Reader(self.env, self.relationship, as_of, []) as reader:
            found, error = reader.read_apart(
                "supporter", signal, self.relationship, rule._to_engine()
            )
        self.assertFalse(error)
        return found.get(self.relationship.id)

    def test_warning_reads_the_roles(self):
        person = self._put(self.otis, supports=True)
        person.date_roles = self.today - timedelta(days=40)
        self.assertFalse(self._read_warning())
        self.otis.active = False
        self.otis.flush_recordset()
        self.cr.execute(
            "UPDATE res_partner SET write_date = %s WHERE id = %s",
            (self._ago(days=10), self.otis.id),
        )
        reading = self._read_warning()
        self.assertEqual(reading.detail["records"]["res.partner"], self.otis.ids)
        rule = self.env["client.health.warning.rule"]._get_rules()["supporter"]
        self.assertEqual(reading.value, rule.severe)
        self.assertEqual(
            rule._get_text(reading.value, reading.detail), "A supporter of ours has left"
        )
        past = self.today - timedelta(days=20)
        self.assertFalse(self._read_warning(past), "was there then")
        self._put(self.elena, supports=True)
        self.assertFalse(self._read_warning(), "another one is there")

    def test_roles_are_not_known_before_they_were_set(self):
        self._put(self.otis, supports=True)
        self.otis.active = False
        self.otis.flush_recordset()
        self.cr.execute(
            "UPDATE res_partner SET write_date = %s WHERE id = %s",
            (self._ago(days=100), self.otis.id),
        )
        self.assertFalse(self._read_warning(self.today - timedelta(days=50)))

    def test_warning_of_a_silent_supporter_who_writes_little(self):
        self._put(self.otis, supports=True).date_roles = self.today - timedelta(days=300)
        self._hear_from(self.otis, *range(120, 330, 12))
        self._hear_from(self.elena, *range(2, 330, 3))
        for ago in range(2, 60, 4):
            self._work(self.relationship, self.today - timedelta(days=ago))
        reading = self._read_warning()
        self.assertTrue(reading.detail["supports"])
        self.relationship.people_ids.supports = False
        self.assertFalse(self._read_warning(), "Elena writes as much instead")

    # Who is put on it

    def test_add_people(self):
        self._hear_from(self.otis, 3)
        relationship = self.relationship.with_user(self.owner)
        self.assertEqual(relationship.people_missing, 3, "with the portal user")
        relationship.action_add_people()
        self.assertEqual(relationship.people_ids[0].contact_id, self.otis)
        self.assertFalse(relationship.people_ids.filtered(lambda one: one._get_roles()))
        self.env.invalidate_all()
        self.assertFalse(relationship.people_missing)
        relationship.action_add_people()
        self.assertEqual(len(relationship.people_ids), 3)

    def test_form(self):
        relationship = self.relationship.with_user(self.owner)
        with Form(relationship) as form, form.people_ids.new() as line:
            line.contact_id = self.elena
            line.decides = True
        self.assertRecordValues(
            self.relationship.people_ids,
            [{"contact_id": self.elena.id, "decides": True, "date_roles": self.today}],
        )

    def test_only_contacts_of_the_client(self):
        stranger = self._create_contact("Sam Else", self.other.partner_id)
        with self.assertRaises(ValidationError):
            self._put(stranger)

    def test_access(self):
        self._put(self.elena, doubts=True)
        with self.assertRaises(AccessError):
            self.Person.with_user(self.portal).search([])
        self.assertFalse(self.Person.with_user(self.colleague).search([]))
        with self.assertRaises(AccessError):
            self.relationship.with_user(self.portal).read(["people_flag"])
        with self.assertRaises(AccessError):
            self.relationship.people_ids.with_user(self.owner).date_roles = "2020-01-01"

    def test_hostile_names(self):
        self.otis.name = "<img src=x onerror=alert(1)> %s %(x)s"
        self._put(self.otis, decides=True)
        self._hear_from(self.elena, 30, 20, 10)
        self.env.invalidate_all()
        self.assertIn(self.otis.name, self.relationship.people_note)

    # Merges

    def test_merged_clients_join_their_maps(self):
        twin = self._create_clients(1)
        ann = self._create_contact("Ann Twin", twin.partner_id)
        self._put(ann, twin, pays=True)
        self._put(self.elena, decides=True)
        self.env["base.partner.merge.automatic.wizard"]._merge(
            (self.client_partner | twin.partner_id).ids, self.client_partner
        )
        self.env.invalidate_all()
        self.assertEqual(self.relationship.people_ids.contact_id, self.elena | ann)

    def test_merged_contacts_join_their_roles(self):
        self._put(self.elena, decides=True)
        self._put(self.otis, supports=True)
        self._put(self.otis, self.relationship_abroad, pays=True)
        self.env["base.partner.merge.automatic.wizard"]._merge(
            (self.elena | self.otis).ids, self.elena
        )
        self.env.invalidate_all()
        self.assertEqual(self.relationship.people_ids._get_roles(), {"decides", "supports"})
        self.assertEqual(self.relationship_abroad.people_ids._get_roles(), {"pays"})

    # Costs

    def test_query_counts(self):
        def count(relationships):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            relationships.mapped("people_flag")
            relationships.people_ids.mapped("last_contact")
            relationships.mapped("people_missing")
            return self.cr.sql_log_count - before

        clients = self._create_clients(50)
        for client in clients:
            contact = self._create_contact(f"A{client.id} B", client.partner_id)
            self._put(contact, client, decides=True)
            set_created(contact, fields.Datetime.now())
        count(clients[:1])
        self.assertEqual(count(clients[:5]), count(clients))


@tagged("post_install", "-at_install")
class TestContactMapTour(HttpCase):
    """From an empty map to who decides, as a salesperson does it."""

    def test_draw_the_map(self):
        partner = self.env["res.partner"].create({"name": "Seagull Line", "is_company": True})
        contact = self.env["res.partner"].create(
            {"name": "Gulliver Swift", "parent_id": partner.id, "email": "gulliver@example.com"}
        )
        owner = new_test_user(
            self.env, "ch_map_owner", groups="base.group_user,client_health.group_client_user"
        )
        relationship = self.env["client.relationship"].create(
            {"partner_id": partner.id, "user_id": owner.id}
        )
        address = f"/odoo/clients/{relationship.id}"
        self.start_tour(address, "client_health_people", login=owner.login)
        today = get_today(relationship.company_id)
        self.assertRecordValues(
            relationship.people_ids,
            [{"contact_id": contact.id, "decides": True, "date_roles": today}],
        )
