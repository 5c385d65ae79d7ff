from datetime import timedelta

from lxml import html

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ...client_input import read_text
from ...engine.clock import get_today
from ...tools import format_day

# What the client was shown when it said that it is done
LOCKED_FIELDS = frozenset(("name", "note", "kind", "contact_id", "date_deadline"))
SAID_STATES = ("accepted", "outdated")
# So long a contact can take back what was a click by mistake.
UNDO = timedelta(hours=24)


class ClientDuty(models.Model):
    """What a client owes us by when: content, an access, an approval.

    The client sees it on its portal once it is shared, and says there that it is done; all contacts
    of the client share the list. Who did it and when is evidence: the portal writes it, or
    ``action_done`` for a user who was told, with the name of the contact who said so.
    """

    _name = "client.duty"
    _description = "Client's Duty"
    _inherit = ["client.record.mixin"]
    _order = "state desc, date_deadline, id"

    name = fields.Char(
        string="What We Need",
        required=True,
        help="In words for the client, who reads them on the portal.",
    )
    note = fields.Text(
        string="Details",
        help="The client reads them below, on the portal: where, how, in what form.",
    )
    kind = fields.Selection(
        [
            ("content", "Content"),
            ("access", "Access"),
            ("approval", "Approval"),
            ("other", "Other"),
        ],
        required=True,
        default="content",
    )
    contact_id = fields.Many2one(
        "res.partner",
        string="Responsible at the Client",
        index="btree_not_null",
        ondelete="restrict",
        domain="[('id', 'child_of', partner_id)]",
        help="All contacts of the client see it on the portal, and each of them can do it.",
    )
    date_deadline = fields.Date(string="Due Date")
    is_shared = fields.Boolean(
        string="On the Portal",
        default=True,
        help="The client sees it on its portal. Only then does it count as the client's input.",
    )
    state = fields.Selection(
        [("open", "Open"), ("dropped", "Dropped"), ("done", "Done")],
        required=True,
        default="open",
        readonly=True,
        copy=False,
        index=True,
        protected=True,
    )
    is_late = fields.Boolean(
        string="Overdue",
        compute="_compute_is_late",
        search="_search_is_late",
        help="It is open, and its due date is over.",
    )

    # Where it comes from
    agreement_id = fields.Many2one(
        "client.agreement", index="btree_not_null", ondelete="set null", check_company=True
    )
    hypothesis_id = fields.Many2one(
        "client.hypothesis", index="btree_not_null", ondelete="set null", check_company=True
    )
    event_id = fields.Many2one(
        "calendar.event", string="Meeting", index="btree_not_null", ondelete="set null"
    )
    update_id = fields.Many2one(
        "client.update", index="btree_not_null", ondelete="set null", check_company=True
    )
    source = fields.Selection(
        [
            ("agreement", "Agreement"),
            ("hypothesis", "Hypothesis"),
            ("meeting", "Meeting"),
            ("update", "Update"),
        ],
        compute="_compute_source",
        help="Where it was said that the client does this.",
    )

    # Done: evidence
    said_by_id = fields.Many2one(
        "res.partner",
        index="btree_not_null",
        ondelete="restrict",
        domain="[('id', 'child_of', partner_id)]",
        copy=False,
        help="Who of the client told us that it is done. By default the responsible contact.",
    )
    done_date = fields.Datetime(string="Done On", readonly=True, copy=False, protected=True)
    done_by_id = fields.Many2one(
        "res.partner",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="The contact who did it, or who told us.",
        protected=True,
    )
    done_user_id = fields.Many2one(
        "res.users",
        string="Recorded By",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="The user who was told. Empty when the client said it on the portal.",
        protected=True,
    )
    done_words = fields.Text(
        string="In the Client's Words", readonly=True, copy=False, protected=True
    )
    dropped_date = fields.Datetime(string="Dropped On", readonly=True, copy=False, protected=True)

    @api.depends("state", "date_deadline", "company_id")
    def _compute_is_late(self):
        for duty in self:
            due = duty.state == "open" and duty.date_deadline
            duty.is_late = bool(due and due < get_today(duty.company_id or self.env.company))

    @api.model
    def _search_is_late(self, operator, value):
        if operator != "in":
            return NotImplemented
        late = Domain("state", "=", "open") & self._get_due_domain("date_deadline", "<")
        return Domain.OR([late if wanted else ~late for wanted in value])

    @api.depends("agreement_id", "hypothesis_id", "event_id", "update_id")
    def _compute_source(self):
        for duty in self:
            sources = {
                "agreement": duty.agreement_id,
                "hypothesis": duty.hypothesis_id,
                "meeting": duty.event_id,
                "update": duty.update_id,
            }
            duty.source = next((name for name, record in sources.items() if record), False)

    @api.model
    def _get_client_links(self):
        return {
            "contact_id": ("commercial_partner_id",),
            "said_by_id": ("commercial_partner_id",),
            "agreement_id": ("partner_id",),
            "hypothesis_id": ("relationship_id.partner_id",),
            "update_id": ("relationship_id.partner_id",),
        }

    # From what was agreed, guessed, said or written

    @api.model
    def default_get(self, fields):
        """Take over what the record says from which the window was opened."""
        values = super().default_get(fields)
        proposed = {}
        # what the window was opened from may be read: super has checked it
        for fname, prepare in (
            ("hypothesis_id", self._prepare_from_hypothesis),
            ("event_id", self._prepare_from_event),
            ("update_id", self._prepare_from_update),
        ):
            if values.get(fname):
                proposed = prepare(self.env[self._fields[fname].comodel_name].browse(values[fname]))
        given = {name.removeprefix("default_") for name in self.env.context}
        return {
            **values,
            **{
                name: value
                for name, value in proposed.items()
                if name in fields and name not in given
            },
        }

    @api.model
    def _prepare_from_hypothesis(self, hypothesis):
        """Its words are internal: they are shared when somebody has put them for the client."""
        return {
            "relationship_id": hypothesis.relationship_id.id,
            "name": hypothesis.name,
            "contact_id": hypothesis.contact_id.id,
            "date_deadline": hypothesis.date_deadline,
            "is_shared": False,
        }

    @api.model
    def _prepare_from_event(self, event):
        clients = event.partner_ids.commercial_partner_id
        found = self.env["client.relationship"]._get_by_client(clients, self.env.company)
        if len(found) != 1:
            return {}
        [((client, _company), relationship)] = found.items()
        people = event.partner_ids.filtered(lambda one: one.commercial_partner_id == client)
        return {"relationship_id": relationship.id, "contact_id": people[:1].id}

    @api.model
    def _prepare_from_update(self, update):
        return {
            "relationship_id": update.relationship_id.id,
            "contact_id": update.recipient_ids[:1].id,
        }

    # Locked once it is done

    def write(self, vals):
        if not self.env.su and not LOCKED_FIELDS.isdisjoint(vals):
            self._check_not_done()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_done(self):
        self._check_not_done()

    def _check_not_done(self):
        done = self.filtered(lambda duty: duty.state == "done")
        if done:
            raise UserError(
                self.env._(
                    "“%s” is done and cannot be changed. Please add what is still missing as "
                    "a new one.",
                    done[0].name,
                )
            )

    # Done, by the client or as we were told

    def action_done(self):
        """Mark it as done because a contact said so: who said it, and who recorded it, is kept."""
        self.check_access("write")
        for duty in self.filtered(lambda duty: duty.state == "open"):
            told_by = duty.said_by_id or duty.contact_id
            if not told_by:
                raise UserError(
                    self.env._("Who said that “%s” is done? Please choose the contact.", duty.name)
                )
            duty._set_done(told_by, user=self.env.user)

    def _do(self, contact, words):
        """Let a contact of the client do it; return whether it was open.

        Called as superuser by the portal, which has made sure who it is.
        """
        self.ensure_one()
        self.lock_for_update()
        self.invalidate_recordset(["state"])
        if self.state != "open":
            return False
        self._set_done(contact, words=read_text(self.env, words))
        self.relationship_id._message_log(body=self._get_done_text())
        self.relationship_id._schedule_activities(
            self.relationship_id._get_responsible(),
            "mail.mail_activity_data_todo",
            get_summary=lambda some: self.with_context(lang=some.env.lang)._get_done_text(),
        )
        return True

    def _get_done_text(self):
        return self.env._(
            "%(name)s did their part: %(duty)s", name=self.done_by_id.name, duty=self.name
        )

    def _may_undo(self, contact):
        """Return whether it was this contact who said on the portal, just now, that it is done."""
        self.ensure_one()
        said = self.state == "done" and not self.done_user_id and self.done_by_id == contact
        return bool(said and self.done_date and self.done_date > fields.Datetime.now() - UNDO)

    def _undo(self, contact):
        """Let the contact who clicked by mistake take it back; return whether it was in time.

        Called as superuser by the portal, which has made sure who it is. What was said, and that
        it was taken back, stays in the discussion of the client.
        """
        self.ensure_one()
        self.lock_for_update()
        self.invalidate_recordset()
        if not self._may_undo(contact):
            return False
        told = self.relationship_id.activity_ids.filtered(
            lambda one: one.summary == self.with_context(lang=one.user_id.lang)._get_done_text()
        )
        told.unlink()
        self.write({**self._get_open_values(), "done_words": False})
        self.relationship_id._message_log(
            body=self.env._(
                "%(name)s took it back, it is not done yet: %(duty)s",
                name=contact.name,
                duty=self.name,
            )
        )
        return True

    @api.model
    def _get_open_values(self):
        done = ("dropped_date", "done_date", "done_by_id", "done_user_id")
        return {"state": "open", **dict.fromkeys(done, False)}

    def _set_done(self, contact, user=None, words=""):
        # sudo: evidence; the callers have checked who marks it
        self.sudo().write(
            {
                "state": "done",
                "done_date": fields.Datetime.now(),
                "done_by_id": contact.id,
                "done_user_id": user and user.id,
                "done_words": words or False,
            }
        )

    def action_drop(self):
        """It is not needed any more: it leaves the portal, and counts for nothing."""
        self.check_access("write")
        # sudo: protected; the user may write the duty
        self.filtered(lambda duty: duty.state == "open").sudo().write(
            {"state": "dropped", "dropped_date": fields.Datetime.now()}
        )

    def action_reopen(self):
        """Open what was dropped, or what a user marked; what the client said stays as it is."""
        self.check_access("write")
        if self.filtered(lambda duty: duty.state == "done" and not duty.done_user_id):
            self._check_not_done()
        # sudo: protected; the user may write the duty
        self.sudo().write(self._get_open_values())

    # What clients and updates are told

    @api.model
    def _get_shared_domain(self):
        """Return the domain of what clients see: what is open, and what they did."""
        return Domain("is_shared", "=", True) & Domain("state", "in", ("open", "done"))

    @api.model
    def _get_open_duties(self, relationships):
        """Return {relationship id: [plain values of what the client still owes, the next first]}.

        Only what the client may read: see ``_get_portal_values``. An entry for every relationship;
        one query, whatever their number.
        """
        found = {relationship_id: [] for relationship_id in relationships.ids}
        duties = self.search(
            self._get_shared_domain()
            & Domain("state", "=", "open")
            & Domain("relationship_id", "in", relationships.ids)
        )
        for duty in duties.sorted(lambda one: (not one.date_deadline, one.date_deadline, one.id)):
            found[duty.relationship_id.id].append(duty._get_portal_values())
        return found

    def _get_portal_values(self, user=None):
        """Return the white list: what a client reads of a duty, and nothing else.

        ``user``: the contact's, who may take back what was a mistake.
        """
        self.ensure_one()
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        done = self.done_date and fields.Datetime.context_timestamp(self, self.done_date)
        return {
            "id": self.id,
            "name": self.name,
            "note": self.note,
            "kind": kinds[self.kind],
            "who": self.contact_id.name,
            "contact_id": self.contact_id.id,
            "date": self.date_deadline and format_day(self.env, self.date_deadline),
            "is_late": self.is_late,
            "is_done": self.state == "done",
            "done_by": self.done_by_id.name,
            "done_date": done and format_day(self.env, done.date()),
            "done_words": self.done_words,
            "can_undo": bool(user) and self._may_undo(user.partner_id),
        }


class ClientAgreement(models.Model):
    """Adds to an agreement the duties of the client that it names."""

    _name = "client.agreement"
    _inherit = ["client.agreement"]

    def action_create_duties(self):
        """Make a duty of each line of the client's duties, once, and list them.

        What the client has accepted it may read as well on its list; what it has not, it may not.
        """
        self.ensure_one()
        self.check_access("write")
        if not self.relationship_id:
            raise UserError(self.env._("There is no client yet: please win the opportunity first."))
        duties = self.env["client.duty"]
        known = duties.search([("agreement_id", "=", self.id)]).mapped("name")
        lines = [line for line in _get_lines(self.client_duties) if line not in known]
        if not lines and not known:
            raise UserError(
                self.env._(
                    "The agreement names no duties of the client. Please add them to the client, "
                    "under Work."
                )
            )
        duties.create(
            [
                {
                    "relationship_id": self.relationship_id.id,
                    "agreement_id": self.id,
                    "contact_id": self.signatory_id.id,
                    "name": line,
                    "kind": "other",
                    "is_shared": self.state in SAID_STATES,
                }
                for line in lines
            ]
        )
        return self.relationship_id._get_duties_action(Domain("agreement_id", "=", self.id))


class ClientRelationship(models.Model):
    """Adds to the client what it owes us."""

    _name = "client.relationship"
    _inherit = ["client.relationship"]

    duty_ids = fields.One2many("client.duty", "relationship_id", string="Client's Part")
    duty_open_count = fields.Integer(
        string="Open Duties",
        compute="_compute_duty_open_count",
        help="What we need from the client, and is not done.",
    )

    @api.depends("duty_ids.state")
    def _compute_duty_open_count(self):
        counts = dict(
            self.env["client.duty"]._read_group(
                [("relationship_id", "in", self._origin.ids), ("state", "=", "open")],
                ["relationship_id"],
                ["__count"],
            )
        )
        for relationship in self:
            relationship.duty_open_count = counts.get(relationship._origin, 0)

    def _get_duties_action(self, domain):
        action = self.env["ir.actions.act_window"]._for_xml_id("client_health.client_duty_action")
        return dict(
            action,
            domain=[*(Domain("relationship_id", "=", self.id) & domain)],
            context={"default_relationship_id": self.id},
        )


def _get_lines(text):
    """Return the lines of an HTML text: its items, else its paragraphs."""
    if not text:
        return []
    root = html.fromstring(f"<div>{text}</div>")
    nodes = root.xpath(".//li[not(.//li)]") or root.xpath(".//p") or [root]
    lines = (" ".join(node.text_content().split()) for node in nodes)
    return [line for line in lines if line]
