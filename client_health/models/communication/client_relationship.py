from collections import defaultdict
from datetime import timedelta

import pytz

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import clean_context, format_list

from odoo.addons.base.models.res_partner import _lang_get

from ...engine import period
from ...engine.clock import get_timezone, get_today
from ...engine.communication import cadence
from ...engine.communication.workdays import Workdays

# What the next promised day follows from, at the client
CADENCE_FIELDS = {"cadence", "cadence_weekday", "cadence_first", "user_id", "active", "company_id"}
# What a company and a tag have a default for: {field of the client: field there}
DEFAULTS = {
    "cadence": "client_cadence",
    "cadence_weekday": "client_cadence_weekday",
    "channel": "client_channel",
}


class ClientRelationship(models.Model):
    """Adds to the client when, how and from whom it hears from us, and whether that was kept.

    A rhythm with a weekday is a promise: the day of the next update is stored (`next_update_date`)
    and its draft is made in time (``client.update``). Without a weekday nothing is promised.
    """

    _name = "client.relationship"
    _inherit = ["client.relationship"]

    cadence = fields.Selection(
        compute="_compute_cadence_defaults", store=True, readonly=False, precompute=True
    )
    cadence_weekday = fields.Selection(
        compute="_compute_cadence_defaults", store=True, readonly=False, precompute=True
    )
    channel = fields.Selection(
        compute="_compute_cadence_defaults", store=True, readonly=False, precompute=True
    )
    cadence_hour = fields.Float(
        string="Hour",
        compute="_compute_cadence_defaults",
        store=True,
        readonly=False,
        precompute=True,
        aggregator=None,
        help="Hour in the client's time zone at which an update is sent that goes out by itself.",
    )
    cadence_first = fields.Date(
        string="Counted From",
        help="A day with an update. It says which week of two, which week of the month, or which "
        "month of the quarter. Empty: the first such weekday of the month or quarter.",
    )
    update_recipient_ids = fields.Many2many(
        "res.partner",
        "client_relationship_update_recipient_rel",
        string="Recipients",
        domain="[('id', 'child_of', partner_id), ('is_company', '=', False)]",
        help="Contacts of the client who get its status updates, by name.",
    )
    update_lang = fields.Selection(
        _lang_get,
        string="Language",
        help="Language of updates. Empty: that of the first recipient, else of the client.",
    )
    deputy_id = fields.Many2one(
        "res.users",
        index="btree_not_null",
        check_company=True,
        ondelete="set null",
        domain="[('share', '=', False), ('company_ids', '=', company_id)]",
        help="Sends the update when the salesperson is absent on its day. Empty: the team leader.",
    )
    next_update_date = fields.Date(
        string="Next Update",
        readonly=True,
        copy=False,
        index="btree_not_null",
        protected=True,
        help="The day on which the client expects to hear from us next.",
    )
    update_draft_date = fields.Date(
        string="Draft Due On", readonly=True, copy=False, index="btree_not_null", protected=True
    )
    update_ids = fields.One2many("client.update", "relationship_id", string="Updates")
    status_draft_id = fields.Many2one(
        "client.update", string="Draft of the Next Update", compute="_compute_status_draft_id"
    )
    update_late = fields.Boolean(
        string="Update Overdue",
        compute="_compute_status_draft_id",
        help="An update was promised for a day that has passed, and is not sent.",
    )
    update_warning = fields.Char(
        compute="_compute_update_warning", help="Why the next update would not arrive."
    )
    promise_count = fields.Integer(
        string="Promised Updates",
        compute="_compute_promise_count",
        help="Updates promised in the last 12 months.",
    )
    promise_kept_count = fields.Integer(
        string="Promises Kept",
        compute="_compute_promise_count",
        help="Of these, those that were sent on the promised day or before.",
    )

    # Defaults by tag and company

    @api.depends("partner_id", "company_id")
    def _compute_cadence_defaults(self):
        """Fill in what the tags of the client say, else the company, for new clients only."""
        new = self.filtered(lambda rel: not rel._origin)
        for fname in (*DEFAULTS, "cadence_hour"):
            for rel in self - new:
                rel[fname] = rel[fname]
        for rel in new:
            # sudo: settings of the company; users who add a client may not read them
            company = (rel.company_id or self.env.company).sudo()
            tags = rel.partner_id.sudo().category_id
            for fname, source in DEFAULTS.items():
                named = next((tag[source] for tag in tags if tag[source]), False)
                rel[fname] = rel[fname] or named or company[source]
            rel.cadence_hour = rel.cadence_hour or company.client_cadence_hour

    @api.constrains("cadence_hour")
    def _check_cadence_hour(self):
        if any(not 0 <= rel.cadence_hour < 24 for rel in self):
            raise ValidationError(self.env._("Please choose an hour from 0:00 to 23:59."))

    @api.constrains("update_recipient_ids", "partner_id")
    def _check_update_recipient_ids(self):
        for rel in self:
            foreign = rel.update_recipient_ids.filtered(
                lambda contact, rel=rel: contact.commercial_partner_id != rel.partner_id
            )
            if foreign:
                raise ValidationError(
                    self.env._(
                        "%(contact)s is no contact of %(client)s. Please choose one of its "
                        "contacts.",
                        contact=foreign[0].display_name,
                        client=rel.partner_id.display_name,
                    )
                )

    @api.constrains("deputy_id", "user_id", "team_id")
    def _check_deputy_id(self):
        """A deputy without access would never see what is to be sent."""
        for rel in self.filtered("deputy_id"):
            if not rel.active or rel._filter_readable(rel.deputy_id):
                continue
            raise ValidationError(
                self.env._(
                    "%s has no access to this client. Please choose a colleague of the team, or "
                    "one who sees all clients.",
                    rel.deputy_id.name,
                )
            )

    # The next promised day

    @api.model_create_multi
    def create(self, vals_list):
        relationships = super().create(vals_list)
        relationships.filtered("cadence_weekday")._refresh_next_update()
        return relationships

    def write(self, vals):
        result = super().write(vals)
        if not CADENCE_FIELDS.isdisjoint(vals) or "stage_id" in vals:
            self._refresh_next_update()
        return result

    @api.model
    def _get_promised_domain(self):
        """Return the domain of the clients who were promised a day."""
        return (
            Domain("cadence", "!=", False)
            & Domain("cadence_weekday", "!=", False)
            & Domain("phase", "!=", "ended")
        )

    def _is_promised(self):
        return bool(self.active and self.cadence and self.cadence_weekday and self.phase != "ended")

    def _refresh_next_update(self):
        """Store the next promised day, and when its draft is due; move an open draft to it.

        Days off are those of the salesperson's calendar: working days and public holidays.
        """
        # sudo: derived and protected fields, and calendars, of which only days are read
        clients = self.sudo()
        sent = clients._get_last_promises()
        calendars = clients._read_calendars()
        for rel in clients:
            promised = draft = False
            if rel._is_promised():
                calendar, _resource, workdays = calendars[rel]
                promised = cadence.get_next(
                    rel._get_cadence(), get_today(rel.company_id), workdays, sent.get(rel)
                )
                draft = promised and cadence.get_draft_day(promised, workdays)
            values = {"next_update_date": promised or False, "update_draft_date": draft or False}
            if any(rel[fname] != value for fname, value in values.items()):
                rel.write(values)
        clients._move_drafts()

    def _get_cadence(self):
        self.ensure_one()
        return cadence.Cadence(self.cadence, int(self.cadence_weekday), self.cadence_first or None)

    def _get_last_promises(self):
        """Return {client: the last promised day whose update was sent}, in one query."""
        return dict(
            self.env["client.update"]._read_group(
                Domain("relationship_id", "in", self.ids)
                & Domain("state", "=", "sent")
                & Domain("active", "in", [True, False])
                & Domain("promised_date", "!=", False),
                ["relationship_id"],
                ["promised_date:max"],
            )
        )

    def _move_drafts(self):
        """Let open drafts be for the day that is promised now: the rhythm was changed."""
        drafts = self.env["client.update"].search(
            Domain("relationship_id", "in", self.ids)
            & Domain("state", "=", "draft")
            & Domain("promised_date", ">", "today -1d")
        )
        for draft in drafts:
            rel, others = draft.relationship_id, drafts - draft
            promised = rel.next_update_date
            taken = others.filtered(
                lambda other, rel=rel, promised=promised: (
                    other.relationship_id == rel and other.promised_date == promised
                )
            )
            future = draft.promised_date >= get_today(rel.company_id)
            if future and promised and promised != draft.promised_date and not taken:
                draft.promised_date = promised

    def _read_calendars(self):
        """Return {client: (calendar, resource, function: is a day a working day)}.

        The calendar is the salesperson's, else the company's; each is read once.
        """
        today = min((get_today(company) for company in self.company_id), default=None)
        if today is None:
            return {}
        start = today - timedelta(days=2 * cadence.LOOK_BACK)
        days = Workdays(start, today + timedelta(days=2 * cadence.HORIZON))
        own = {rel: self._get_calendar(rel.user_id, rel.company_id) for rel in self}
        by_calendar = defaultdict(self.env["resource.resource"].browse)
        for calendar, resource in own.values():
            by_calendar[calendar] |= resource
        for calendar, resources in by_calendar.items():
            days.add_calendar(calendar, resources)
        return {
            rel: (
                calendar,
                resource,
                lambda day, calendar=calendar: days.is_workday(day, calendar),
            )
            for rel, (calendar, resource) in own.items()
        }

    @api.model
    def _get_calendar(self, user, company):
        """Return (calendar, resource) by which a user works for a company."""
        # sudo: only the days that a colleague works
        resource = user.sudo().resource_ids.filtered(lambda res: res.company_id == company)[:1]
        return resource.calendar_id or company.sudo().resource_calendar_id, resource

    def _get_time_zone(self):
        """Return the time zone of the client: of its recipients, its own, else the company's."""
        self.ensure_one()
        client = self.sudo()  # only its time zone
        name = next(filter(None, client.update_recipient_ids.mapped("tz")), client.partner_id.tz)
        return pytz.timezone(name) if name else get_timezone(client.company_id)

    # Who sends it, and who gets it

    def _get_senders(self, day_of):
        """Return {client: user who sends its update}: the deputy of who is absent on that day.

        :param day_of: {client: day}
        """
        found = self._get_responsible()
        # sudo: whether a colleague works on a day, and who leads the team
        clients = self.sudo()
        candidates = {
            rel: [found[rel], rel.deputy_id, rel.team_id.user_id, found[rel]] for rel in clients
        }
        absent = self._get_absent(
            {
                (user, rel.company_id, day_of[rel])
                for rel, users in candidates.items()
                for user in users
                if user
            }
        )
        senders = {}
        for rel, users in candidates.items():
            first, *others = users
            able = [
                user
                for user in others
                if user
                and self._filter_responsible(user, rel.company_id)
                and (user, rel.company_id, day_of[rel]) not in absent
            ]
            away = (first, rel.company_id, day_of[rel]) in absent
            senders[rel] = (able[0] if away and able else first).with_env(self.env)
        return {rel: senders[rel.sudo()] for rel in self}

    @api.model
    def _get_absent(self, wanted):
        """Return those of {(user, company, day)} on which their calendar has a day off for them."""
        days = [day for _user, _company, day in wanted]
        if not days:
            return set()
        own = {(user, company): self._get_calendar(user, company) for user, company, _day in wanted}
        workdays = Workdays(min(days), max(days) + timedelta(days=1))
        by_calendar = defaultdict(self.env["resource.resource"].sudo().browse)
        for calendar, resource in own.values():
            by_calendar[calendar] |= resource
        for calendar, resources in by_calendar.items():
            workdays.add_calendar(calendar, resources)
        return {
            (user, company, day)
            for user, company, day in wanted
            for calendar, resource in [own[user, company]]
            if resource and not workdays.is_workday(day, calendar, resource.id)
        }

    def _get_update_recipients(self):
        """Return {client: contacts}: those chosen, else the only person with an address."""
        # sudo: contacts of clients that the user may read
        alone = self.sudo().filtered(lambda rel: not rel.update_recipient_ids).partner_id
        people = defaultdict(self.env["res.partner"].browse)
        for person in self.env["res.partner"].search(
            Domain("commercial_partner_id", "in", alone.ids)
            & Domain("is_company", "=", False)
            & Domain("email_normalized", "!=", False)
        ):
            people[person.commercial_partner_id] |= person
        return {
            rel: rel.update_recipient_ids
            or (
                people[rel.partner_id]
                if len(people[rel.partner_id]) == 1
                else rel.browse().partner_id
            )
            for rel in self
        }

    # What is due, and what would not arrive

    @api.depends("update_ids.kind", "update_ids.state", "update_ids.promised_date")
    @api.depends_context("uid")
    def _compute_status_draft_id(self):
        drafts = self.env["client.update"].search(
            Domain("relationship_id", "in", self._origin.ids)
            & Domain("kind", "=", "status")
            & Domain("state", "=", "draft"),
            order="promised_date desc, id desc",
        )
        by_client = drafts.grouped("relationship_id")
        for rel in self:
            own = by_client.get(rel._origin, drafts.browse())
            rel.status_draft_id = own[:1]
            rel.update_late = bool(own) and rel._is_late(own)

    def _is_late(self, drafts):
        today = get_today(self.company_id or self.env.company)
        return any(draft.promised_date and draft.promised_date < today for draft in drafts)

    @api.depends("cadence", "cadence_weekday", "phase", "active", "update_recipient_ids.email")
    def _compute_update_warning(self):
        promised = self.filtered(lambda rel: rel._is_promised())
        recipients = promised._get_update_recipients()
        failed = promised._origin._get_failed_recipients()
        for rel in self:
            rel.update_warning = rel in recipients and rel._get_update_warning(
                recipients[rel], failed.get(rel._origin.id, ())
            )

    def _get_update_warning(self, recipients, failed):
        """Return why the next update would not arrive, in a sentence; else False."""
        if not recipients:
            return self.env._("Please choose who gets the status updates.")
        # sudo: addresses of the client's contacts, of whom only names are shown
        contacts = recipients.sudo()
        for unreachable, words in (
            (contacts.filtered(lambda one: not one.email_normalized), self._get_no_address_text),
            (
                contacts.filtered(lambda one: one.message_bounce or one.id in failed),
                self._get_returned_text,
            ),
        ):
            if unreachable:
                return words(format_list(self.env, unreachable.mapped("name")))
        return False

    def _get_no_address_text(self, names):
        return self.env._("No valid e-mail address: %s.", names)

    def _get_returned_text(self, names):
        return self.env._("The last update did not arrive: %s.", names)

    def _get_failed_recipients(self):
        """Return {client id: ids of contacts whom the last update did not reach}, in two queries.

        What a contact got later, or at a new address, counts: the warning goes with the next mail.
        """
        updates = self.env["client.update"].sudo()  # only whether they arrived
        last = updates.search(
            Domain("relationship_id", "in", self.ids)
            & Domain("state", "=", "sent")
            & Domain("sent_message_id", "!=", False),
            order="sent_date, id",
        )
        newest = {update.relationship_id.id: update.sent_message_id.id for update in last}
        notifications = (
            self.env["mail.notification"]
            .sudo()
            .search(
                [
                    ("mail_message_id", "in", [*newest.values()]),
                    ("notification_status", "in", ("bounce", "exception")),
                ]
            )
        )
        failed = defaultdict(set)
        for one in notifications:
            failed[one.mail_message_id.id].add(one.res_partner_id.id)
        return {client_id: failed[message_id] for client_id, message_id in newest.items()}

    # Promises kept

    @api.depends("update_ids.promise", "update_ids.active")
    def _compute_promise_count(self):
        counts = defaultdict(lambda: [0, 0])
        for company, clients in self._origin.grouped("company_id").items():
            today = get_today(company)
            own = (
                Domain("relationship_id", "in", clients.ids)
                & Domain("active", "in", [True, False])
                & Domain("promised_date", ">", today - period.YEAR_OF_DAYS)
                & (Domain("promised_date", "<", today) | Domain("state", "=", "sent"))
            )
            # sudo: only how many; whoever reads the client may know
            updates = self.env["client.update"].sudo()
            groups = updates._read_group(own, ["relationship_id", "promise"], ["__count"])
            for client, promise, count in groups:
                counts[client.id][0] += count
                counts[client.id][1] += count if promise == "kept" else 0
        for rel in self:
            rel.promise_count, rel.promise_kept_count = counts[rel._origin.id]

    # Buttons

    def action_write_status(self):
        """Open the draft of the next update, made now if it is not there yet.

        One that was promised for a day is the draft of that day, which the night would make; any
        other is saved by whoever writes it, and nothing is left of one that is closed.
        """
        self.ensure_one()
        self.check_access("write")
        draft = self.status_draft_id
        if not draft and self.next_update_date:
            draft = self._draft_status()
        if draft:
            return draft._get_records_action(context={})
        context = self.env["client.update"]._prepare_unsaved(self)
        return self.update_ids.browse()._get_records_action(context=context)

    def action_view_updates(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("client_health.client_update_action")
        return dict(
            action,
            domain=[("relationship_id", "=", self.id)],
            context={"default_relationship_id": self.id},
        )

    def _draft_status(self):
        """Make the draft of the next update of each client; return the new drafts.

        A client whose draft of that day is there, sent or archived, gets none.
        """
        if not self:
            return self.env["client.update"]
        # sudo: the promised day is protected; the callers have checked the right to write
        updates = self.env["client.update"].with_context(clean_context(self.env.context)).sudo()
        known = updates.with_context(active_test=False).search(
            Domain("relationship_id", "in", self.ids) & Domain("promised_date", "!=", False)
        )
        days = {(update.relationship_id, update.promised_date) for update in known}
        todo = self.filtered(lambda rel: (rel, rel.next_update_date) not in days)
        senders = todo._get_senders(
            {rel: rel.next_update_date or get_today(rel.company_id) for rel in todo}
        )
        recipients = todo._get_update_recipients()
        drafts = updates.create(
            [
                {
                    "relationship_id": rel.id,
                    "kind": "status",
                    "name": self.env._("Status update"),
                    "recipient_ids": recipients[rel].ids,
                    "promised_date": rel.next_update_date,
                    "user_id": senders[rel].id,
                }
                for rel in todo
            ]
        )
        drafts._write_status()
        return drafts.sudo(self.env.su)
