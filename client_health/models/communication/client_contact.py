from itertools import chain

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...engine import period
from ...engine.clock import get_day, get_now, get_today
from ...engine.correspondence import people
from ..common.client_job_failure import JobRun

ROLES = ("decides", "uses", "pays", "supports", "doubts")
# As far back as a last contact is looked up
HISTORY = 2 * period.YEAR_OF_DAYS
# So many are put on the map at once: of a large client, those who are in touch first
MOST = 40


def _get_tops(partner, tops):
    """Yield those of ``tops`` that a partner stands below, or is."""
    while partner:
        if partner in tops:
            yield partner
        partner = partner.parent_id


class ClientContact(models.Model):
    """A person on the map of a client: who decides, uses, pays, supports or doubts.

    The roles are what we think of a person, so they hang on the relationship with its rules: each
    company has its own map of the same client, and no contact can read it. Who wrote or met is
    read from Odoo's records, see ``engine/correspondence/people.py``. A person who moved to
    another firm stays on the map as one who left.
    """

    _name = "client.contact"
    _description = "Person on the Map of a Client"
    _inherit = ["client.record.mixin"]
    _order = "relationship_id, id"
    _rec_name = "contact_id"

    # Says nothing without the client, nor without the person.
    relationship_id = fields.Many2one(ondelete="cascade")
    contact_id = fields.Many2one(
        "res.partner",
        required=True,
        index=True,
        ondelete="cascade",
        domain="[('id', 'child_of', partner_id)]",
        help="A contact of the client, or of a company that belongs to it.",
    )
    function = fields.Char(related="contact_id.function", string="Position")
    decides = fields.Boolean(help="Decides whether we go on, or signs.")
    uses = fields.Boolean(help="Works with what we make.")
    pays = fields.Boolean(help="Approves or pays the invoices.")
    supports = fields.Boolean(help="Wants us. When such a person leaves, it is a warning.")
    doubts = fields.Boolean(help="Would rather work with somebody else, or alone.")
    date_roles = fields.Date(
        string="Roles Set On",
        readonly=True,
        copy=False,
        help="The day on which the roles were changed last: before it they are not known.",
        protected=True,
    )
    status = fields.Selection(
        [
            (people.HERE, "Reachable"),
            (people.BOUNCING, "Mails come back"),
            (people.ARCHIVED, "Archived"),
            (people.MOVED, "At another firm"),
        ],
        compute="_compute_status",
        help="An archived contact, and one who belongs to another firm by now, has left.",
    )
    last_contact = fields.Date(
        compute="_compute_contact",
        help="The last day within two years on which this person wrote, met us, or was called.",
    )
    in_touch = fields.Boolean(
        compute="_compute_contact", help="Wrote, met us, or was called within 90 days."
    )

    _contact_uniq = models.Constraint(
        "UNIQUE(relationship_id, contact_id)", "This person is on the map of this client already."
    )

    @api.constrains("contact_id", "relationship_id")
    def _check_contact_id(self):
        for person in self:
            if not person._belongs():
                raise ValidationError(
                    self.env._(
                        "%(contact)s is no contact of %(client)s. Please choose one of its "
                        "contacts, or of the companies that belong to it.",
                        contact=person.contact_id.display_name,
                        client=person.partner_id.display_name,
                    )
                )

    def _belongs(self):
        """Return whether the contact stands below the client, at whatever depth."""
        self.ensure_one()
        return any(_get_tops(self.contact_id, self.partner_id))

    @api.depends(
        "contact_id.active",
        "contact_id.parent_id.parent_id",
        "contact_id.message_bounce",
        "relationship_id.partner_id",
    )
    def _compute_status(self):
        # sudo: only whether a contact of the user's own client is still there
        for person, own in zip(self, self.sudo(), strict=True):
            contact = own.contact_id
            if not contact.active:
                person.status = people.ARCHIVED
            elif not own._belongs():
                person.status = people.MOVED
            elif contact.message_bounce:
                person.status = people.BOUNCING
            else:
                person.status = people.HERE

    @api.depends("contact_id")
    def _compute_contact(self):
        relationships = self.relationship_id._origin
        now = get_now()
        found = people.read_people(self.env, relationships, None, HISTORY, end=now)
        moments = {
            (relationship_id, one.partner_id): one.last
            for relationship_id, some in found.items()
            for one in some
        }
        for person in self:
            key = person.relationship_id._origin.id, person.contact_id._origin.id
            last = moments.get(key)
            person.last_contact = last and get_day(person.company_id, last)
            person.in_touch = bool(last and last > now - people.RECENT)

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        records.filtered(lambda one: one._get_roles() and not one.date_roles)._date_roles()
        return records

    def write(self, vals):
        result = super().write(vals)
        if not vals.keys().isdisjoint(ROLES) and "date_roles" not in vals:
            self._date_roles()
        return result

    def _date_roles(self):
        for company, persons in self.grouped("company_id").items():
            # sudo: protected; who may set the roles has them dated
            persons.sudo().date_roles = get_today(company)

    def _get_roles(self):
        self.ensure_one()
        return frozenset(role for role in ROLES if self[role])

    def _to_engine(self):
        self.ensure_one()
        return people.Contact(self.contact_id.id, self._get_roles(), self.status)

    # Two that turn out to be one

    @api.model
    def _merge(self, kept, others):
        """Join the maps of clients that are merged; ``kept`` stays. Called as superuser."""
        found = self.search([("relationship_id", "in", (kept | others).ids)])
        for same in found.grouped("contact_id").values():
            self._join(same.sorted(lambda person: (person.relationship_id != kept, person.id)))

    @api.model
    def _merge_contacts(self, partners, kept):
        """Join what is said of contacts that are merged into ``kept``. Called as superuser."""
        found = self.search([("contact_id", "in", (partners | kept).ids)])
        for same in found.grouped("relationship_id").values():
            self._join(same.sorted(lambda person: (person.contact_id != kept, person.id)))

    @api.model
    def _join(self, persons):
        """Keep the first of them, with the roles of all."""
        kept, others = persons[:1], persons[1:]
        if others:
            roles = frozenset().union(*(person._get_roles() for person in persons))
            dates = [day for day in persons.mapped("date_roles") if day]
            kept.write({**dict.fromkeys(roles, True), "date_roles": max(dates, default=False)})
            others.unlink()


class ClientRelationship(models.Model):
    """Adds to the client the map of its people, and what is wrong with it."""

    _name = "client.relationship"
    _inherit = ["client.relationship"]

    people_ids = fields.One2many("client.contact", "relationship_id")
    people_flag = fields.Selection(
        [
            (people.SUPPORTER_LEFT, "Supporter left"),
            (people.UNREACHABLE, "Contact cannot be reached"),
            (people.DECIDER_SILENT, "Silent decision maker"),
            (people.ONLY_ONE, "Only one contact"),
        ],
        string="Contacts at Risk",
        compute="_compute_people_flag",
        store=True,
        index="btree_not_null",
        help="The worst of: a supporter left and no other is there; a person with a role is "
        "archived, at another firm, or their mails come back; nobody who decides was in touch "
        "within 90 days while others were; only one person was. Who was in touch is as of last "
        "night, all else as it is now.",
    )
    people_note = fields.Text(
        compute="_compute_people_note",
        help="What is wrong with our contacts, by name, where “Contacts at Risk” says something.",
    )
    people_missing = fields.Integer(
        compute="_compute_people_missing",
        help="Contacts of the client, and people in touch, who are not on its map yet.",
    )

    # What is wrong

    @api.depends(
        "active",
        "phase",
        "partner_id.is_company",
        "people_ids.status",
        *(f"people_ids.{role}" for role in ROLES),
    )
    def _compute_people_flag(self):
        """Stored, for boards and filters: who is in touch is too much to read for each card."""
        found = self._get_people_flags()
        for relationship in self:
            relationship.people_flag = next(iter(found.get(relationship._origin.id, ())), False)

    def _refresh_people_flag(self):
        """Say anew what the messages and the time that passed have changed; see the night."""
        self.fetch(["people_flag"])  # what does not change is not written
        self.env.add_to_compute(self._fields["people_flag"], self)
        self.flush_recordset(["people_flag"])
        self.invalidate_recordset(["people_note"])

    def _read_people(self):
        """Return {relationship id: who was in touch within 90 days}."""
        now = get_now()
        return people.read_people(self.env, self, None, people.RECENT, end=now)

    def _get_people_flags(self):
        """Return {relationship id: {flag: partner ids}, the worst first}, of clients in work."""
        clients = self._origin.filtered(lambda rel: rel.active and rel.phase != "ended")
        recent = clients._read_people()
        return {
            client.id: people.get_flags(
                [person._to_engine() for person in client.people_ids],
                recent[client.id],
                client.partner_id.is_company,
            )
            for client in clients
        }

    @api.depends("people_flag")
    @api.depends_context("lang")
    def _compute_people_note(self):
        """Of clients with a flag alone: most have none, and a form should not read a quarter."""
        found = self.filtered("people_flag")._get_people_flags()
        for relationship in self:
            notes = [
                self._get_flag_text(flag, partner_ids)
                for flag, partner_ids in found.get(relationship._origin.id, {}).items()
            ]
            relationship.people_note = "\n".join(notes)

    @api.depends("people_ids.contact_id")
    @api.depends_context("uid")
    def _compute_people_missing(self):
        missing = self._origin._get_missing_people()
        for relationship in self:
            relationship.people_missing = len(missing.get(relationship._origin.id, ()))

    @api.model
    def _get_flag_text(self, flag, partner_ids):
        # sudo: names of people of the user's own client
        contacts = self.env["res.partner"].sudo().browse([id_ for id_ in partner_ids if id_])
        names = ", ".join(contact.name or contact.email or "" for contact in contacts)
        if not names:
            names = self.env._("a sender who is no contact")
        return {
            people.SUPPORTER_LEFT: self.env._(
                "%s supported us and has left. Who wants us now?", names
            ),
            people.UNREACHABLE: self.env._("Left, or mails come back: %s.", names),
            people.DECIDER_SILENT: self.env._(
                "%s decides, and was not in touch within 90 days.", names
            ),
            people.ONLY_ONE: self.env._(
                "Only %s was in touch within 90 days. Who else should know us?", names
            ),
        }[flag]

    # Who is not on the map yet

    def _get_missing_people(self, recent=None):
        """Return {relationship id: contacts to put on the map}, those in touch first.

        People of the client and of the companies below it, by a fixed number of queries.

        :param recent: what ``_read_people`` returns, where their order matters
        """
        recent = recent or {}
        tops = self.partner_id
        members = self.env["res.partner"].search(
            [("id", "child_of", tops.ids), ("is_company", "=", False), ("type", "=", "contact")],
            order="id",
        )
        by_top = {}
        for member in members:
            for top in _get_tops(member, tops):
                by_top.setdefault(top, []).append(member)
        missing = {}
        for client in self:
            touched = {person.partner_id for person in recent.get(client.id, ())}
            known = client.people_ids.contact_id
            own = [member for member in by_top.get(client.partner_id, ()) if member not in known]
            own.sort(key=lambda member: member.id not in touched)
            missing[client.id] = own
        return missing

    def _get_main_contact(self):
        """Return whom to name first: who decides on the map, else its first contact."""
        self.ensure_one()
        known = self.people_ids.filtered(lambda person: person.status == people.HERE)
        decider = known.filtered("decides") or known
        # sudo: the name of a contact of the user's own client
        contacts = self.partner_id.sudo().child_ids.filtered(
            lambda contact: contact.type == "contact" and not contact.is_company
        )
        return decider[:1].contact_id or contacts.sorted("id")[:1].sudo(False)

    def action_add_people(self):
        """Put the contacts of the client on its map: those in touch first, forty at once."""
        self.check_access("write")
        missing = self._get_missing_people(self._read_people())
        self.env["client.contact"].create(
            [
                {"relationship_id": relationship.id, "contact_id": contact.id}
                for relationship in self
                for contact in missing[relationship.id][:MOST]
            ]
        )


class ClientHealthRun(models.AbstractModel):
    """Adds to the night what is stored of who is in touch."""

    _inherit = "client.health.run"

    def _run_night(self, batch, today, job=None):
        errors = super()._run_night(batch, today, job)
        job = job or JobRun(self.env, "ir_cron_client_health")
        clients = self.env["client.relationship"].browse(chain(*batch.values()))
        job.do(clients, lambda few: few._refresh_people_flag())
        return errors
