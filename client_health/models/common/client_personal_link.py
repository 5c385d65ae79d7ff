import secrets
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import NO_ACCESS, Domain
from odoo.tools import email_domain_extract, email_normalize, email_split

from odoo.addons.iap.tools import iap_tools


class ClientLinkHolderMixin(models.AbstractModel):
    """What contacts of a client read or answer by a personal link."""

    _name = "client.link.holder.mixin"
    _description = "Record with Personal Links"

    client_link_count = fields.Integer(
        string="Links",
        compute="_compute_client_link_count",
        help="Personal links by which contacts of the client open it without a login.",
    )

    def _compute_client_link_count(self):
        # sudo: how many there are on records that the user may read
        rows = (
            self.env["client.personal.link"]
            .sudo()
            ._read_group(
                [("res_model", "=", self._name), ("res_id", "in", self._origin.ids)],
                ["res_id"],
                ["__count"],
            )
        )
        counts = dict(rows)
        for record in self:
            record.client_link_count = counts.get(record._origin.id, 0)

    def action_view_client_links(self):
        """List the links of the record, where one can be revoked."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "client_health.client_personal_link_action"
        )
        return dict(action, domain=[("res_model", "=", self._name), ("res_id", "=", self.id)])

    def _may_follow_link(self, contact):
        """Return whether the contact may (still) open this record by a link."""
        raise NotImplementedError


VALID_DAYS = 90
# Where the addresses of colleagues stand
OWN_USERS = (("partner_id.email", "ilike"), ("login", "=ilike"))
OWN_EMPLOYEES = (("work_email", "ilike"), ("private_email", "ilike"))


class ClientPersonalLink(models.Model):
    """A link by which one contact of a client reads and answers one record without a login.

    Whoever has it acts as the contact, so none of us may read it: it is mailed by the system
    alone. It ends when it is revoked, when the contact's address changes, when the record was
    accepted, and 90 days after it was last sent.
    """

    _name = "client.personal.link"
    _description = "Personal Link of a Client"
    _inherit = ["client.protected.mixin"]
    _order = "sent_on desc, id desc"
    _rec_name = "email"

    key = fields.Char(
        required=True, readonly=True, protected=True, copy=False, index=True, groups=NO_ACCESS
    )
    res_model = fields.Char(string="Model", required=True, readonly=True, protected=True)
    res_id = fields.Many2oneReference(
        string="Record", model_field="res_model", required=True, readonly=True, protected=True
    )
    res_name = fields.Char(string="Leads To", compute="_compute_res_name")
    relationship_id = fields.Many2one(
        "client.relationship",
        string="Client",
        readonly=True,
        protected=True,
        index="btree_not_null",
        ondelete="cascade",
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, protected=True)
    partner_id = fields.Many2one(
        "res.partner",
        string="Contact",
        required=True,
        readonly=True,
        protected=True,
        index=True,
        ondelete="cascade",
    )
    email = fields.Char(string="Sent To", required=True, readonly=True, protected=True)
    sent_on = fields.Datetime(
        required=True, readonly=True, protected=True, default=fields.Datetime.now
    )
    sent_by_id = fields.Many2one(
        "res.users", readonly=True, protected=True, default=lambda self: self.env.user
    )
    ended_on = fields.Datetime(readonly=True, protected=True)
    ended_by_id = fields.Many2one("res.users", readonly=True, protected=True)
    end_reason = fields.Selection(
        [
            ("revoked", "Revoked"),
            ("address", "Address changed"),
            ("accepted", "Accepted"),
            ("replaced", "Withdrawn"),
        ],
        readonly=True,
        protected=True,
    )

    _record_idx = models.Index("(res_model, res_id)")

    def _compute_res_name(self):
        for link in self:
            record = link._get_record().sudo(False)
            link.res_name = record.display_name if record and record.has_access("read") else False

    def _get_record(self):
        self.ensure_one()
        return self.env[self.res_model].browse(self.res_id).exists()

    # Sending

    @api.model
    def _get_for(self, record, contact):
        """Return, as superuser, the link of a contact to a record: its own, or a new one."""
        self._check_contact(contact)
        # sudo: no user makes or reads a link; the callers have checked who may send it
        links = self.sudo()
        # sudo: the address of a contact of the client
        values = self._prepare(record, contact.sudo())
        known = links.search(
            [
                ("res_model", "=", record._name),
                ("res_id", "=", record.id),
                ("partner_id", "=", contact.id),
                ("email", "=", values["email"]),
                ("ended_on", "=", False),
            ],
            limit=1,
        )
        if known:
            known.write({"sent_on": fields.Datetime.now(), "sent_by_id": self.env.uid})
            return known
        # sudo: a mark at the contact, so that others cost nothing when their address changes
        contact.sudo().client_has_link = True
        return links.create({**values, "key": secrets.token_urlsafe(32)})

    @api.model
    def _prepare(self, record, contact):
        is_client = record._name == "client.relationship"
        relationship = record if is_client else record.relationship_id
        return {
            "res_model": record._name,
            "res_id": record.id,
            "relationship_id": relationship.id,
            "company_id": record.company_id.id,
            "partner_id": contact.id,
            "email": contact.email_normalized,
        }

    @api.model
    def _check_contact(self, contact):
        """Refuse addresses at which one of us would get the link."""
        # sudo: the address of a contact of the client
        contact = contact.sudo()
        if not contact.email_normalized:
            raise UserError(
                self.env._(
                    "%s has no valid e-mail address. Please enter it on the contact.",
                    contact.display_name,
                )
            )
        if len(email_split(contact.email)) > 1:
            raise UserError(
                self.env._(
                    "%s has several e-mail addresses. A link is personal: please leave one.",
                    contact.display_name,
                )
            )
        if self._is_ours(contact.email_normalized):
            raise UserError(
                self.env._(
                    "%(email)s is an address of a colleague or of your own company. %(name)s "
                    "cannot answer for the client from there. Please choose another contact, or "
                    "enter its own address.",
                    email=contact.email_normalized,
                    name=contact.display_name,
                )
            )

    @api.model
    def _is_ours(self, email):
        """Return whether an address belongs to a colleague, a former one, or to our domains."""
        return bool(self._find_ours([email]))

    @api.model
    def _find_ours(self, emails):
        """Return those of the addresses, as a set, that are ours, in a fixed number of queries."""
        asked = {email: email_normalize(email) for email in emails if email_normalize(email)}
        if not asked:
            return set()
        domains = self._get_own_domains()
        own = self._get_own_addresses(asked.values())
        return {
            email
            for email, address in asked.items()
            if email_domain_extract(address) in domains or _drop_tag(address) in own
        }

    @api.model
    def _get_own_domains(self):
        # sudo: domains are compared, never shown
        companies = self.env["res.company"].sudo().search([])  # pylint: disable=no-search-all
        domains = {email_domain_extract(email) for email in companies.mapped("email") if email}
        domains |= set(self.env["mail.alias.domain"].sudo().search([]).mapped("name"))  # pylint: disable=no-search-all
        # half the world has its mail there
        return domains - iap_tools._MAIL_PROVIDERS - {False, ""}

    @api.model
    def _get_own_addresses(self, emails):
        """Return those of our addresses that may be the same: "leo+x@…" reaches Leo."""
        likes = {_get_like(email) for email in emails}
        users, employees = (
            Domain.OR(
                Domain(fname, operator, like) for like in likes for fname, operator in columns
            )
            for columns in (OWN_USERS, OWN_EMPLOYEES)
        )
        # sudo: addresses are compared, never shown
        env = self.with_context(active_test=False).sudo().env
        users = env["res.users"].search(Domain("share", "=", False) & users)
        employees = env["hr.employee"].search(employees)
        found = [*users.partner_id.mapped("email"), *users.mapped("login")]
        found += [*employees.mapped("work_email"), *employees.mapped("private_email")]
        return {
            _drop_tag(address) for address in map(email_normalize, filter(None, found)) if address
        }

    # Following

    @api.model
    def _open(self, key, res_model, res_id=None):
        """Return the link with this key, as superuser, if it is good; else an empty one."""
        # sudo: the key is the permission
        links = self.sudo()
        if not key or "\0" in key:
            return links.browse()
        link = links.search([("key", "=", key), ("res_model", "in", res_model)], limit=1)
        if res_id and link.res_id != res_id:
            return links.browse()
        return link._filter_live()

    def _filter_live(self):
        since = fields.Datetime.now() - timedelta(days=VALID_DAYS)
        return self.filtered(
            lambda link: (
                not link.ended_on
                and link.sent_on > since
                and link.partner_id.active
                and link.email == link.partner_id.email_normalized
                and not self._is_ours(link.email)
                and link._get_record()
                and link._get_record()._may_follow_link(link.partner_id)
            )
        )

    # Ending

    def _end(self, reason):
        # sudo: no user writes a link; the callers have checked why it ends
        self.sudo().filtered(lambda link: not link.ended_on).write(
            {
                "ended_on": fields.Datetime.now(),
                "ended_by_id": self.env.uid,
                "end_reason": reason,
            }
        )

    @api.model
    def _end_of(self, records, reason):
        # sudo: no user searches the links of records; see _end
        links = self.sudo().search(
            [("res_model", "=", records._name), ("res_id", "in", records.ids)]
        )
        links._end(reason)

    @api.model
    def _merge(self, kept, others):
        """Let links to merged clients lead to the one that stays."""
        # sudo: no user writes a link; whoever merges was checked
        links = self.sudo().search([("res_model", "=", kept._name), ("res_id", "in", others.ids)])
        links.res_id = kept.id

    def action_revoke(self):
        """End the link: it was sent to the wrong person, or went astray."""
        self.check_access("read")
        for link in self:
            link._get_record().check_access("write")
        self._end("revoked")


def _get_like(email):
    """Return the pattern of an address and of those that reach the same person."""
    local, domain = _drop_tag(email).split("@")
    return f"{local.replace('_', chr(92) + '_').replace('%', chr(92) + '%')}%@{domain}"


def _drop_tag(email):
    local, _at, domain = email.partition("@")
    return f"{local.partition('+')[0]}@{domain}"


# Within an hour
MAX_GUESSES = 20
MAX_GUESSES_OF_RECORD = 100
MAX_POSTS = 30
MAX_POSTS_OF_ADDRESS = 100
KEEP_GUESSES_DAYS = 90
KEEP_DAYS = 730


class ClientPersonalLinkVisit(models.Model):
    """Who opened a personal link, answered by it, or tried keys: address and browser.

    In the database, as the workers share no memory: from here the limits are counted. IP address
    and browser are kept for two years, failed tries for 90 days.
    """

    _name = "client.personal.link.visit"
    _description = "Visit by a Personal Link"
    _inherit = ["client.protected.mixin"]
    _order = "id desc"
    _rec_name = "kind"

    kind = fields.Selection(
        [("open", "Opened"), ("post", "Answered"), ("guess", "Wrong Key")],
        required=True,
        readonly=True,
        protected=True,
    )
    link_id = fields.Many2one(
        "client.personal.link",
        readonly=True,
        protected=True,
        index="btree_not_null",
        ondelete="cascade",
    )
    res_model = fields.Char(string="Model", readonly=True, protected=True)
    res_id = fields.Many2oneReference(
        string="Record", model_field="res_model", readonly=True, protected=True
    )
    ip = fields.Char(string="IP Address", readonly=True, protected=True)
    browser = fields.Char(readonly=True, protected=True)

    _ip_idx = models.Index("(ip, create_date)")
    _record_idx = models.Index("(res_model, res_id, create_date)")

    @api.model
    def _record(self, kind, visitor, res_model, res_id, link=None):
        """Keep a visit; ``visitor``: a dictionary with the ip and the browser."""
        # sudo: visitors have no rights
        self.sudo().create(
            {
                "kind": kind,
                "link_id": link.id if link else False,
                "res_model": res_model,
                "res_id": res_id,
                **visitor,
            }
        )

    @api.model
    def _may_guess(self, ip, res_model, res_id):
        """Return whether keys from this address are looked at.

        A record that is under attack stays open to those who have made no wrong guess.
        """
        own = self._count("guess", ip=ip)
        if own >= MAX_GUESSES:
            return False
        record = {"res_model": res_model, "res_id": res_id}
        return not own or self._count("guess", **record) < MAX_GUESSES_OF_RECORD

    @api.model
    def _may_post(self, ip, link=None):
        if self._count("post", ip=ip) >= MAX_POSTS_OF_ADDRESS:
            return False
        return not link or self._count("post", link_id=link.id) < MAX_POSTS

    @api.model
    def _count(self, kind, **values):
        since = fields.Datetime.now() - timedelta(hours=1)
        domain = [(name, "=", value) for name, value in values.items()]
        # sudo: counts only
        return self.sudo().search_count([("kind", "=", kind), ("create_date", ">", since), *domain])

    @api.autovacuum
    def _gc_visits(self):
        for kinds, days in ((("guess",), KEEP_GUESSES_DAYS), (("open", "post"), KEEP_DAYS)):
            limit = fields.Datetime.now() - timedelta(days=days)
            self.search([("kind", "in", kinds), ("create_date", "<", limit)]).unlink()
