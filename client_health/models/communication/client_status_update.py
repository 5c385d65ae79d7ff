import hashlib
from datetime import date, timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import html2plaintext

from ...const import ACTIVITY_STATUS_UPDATE
from ...engine.clock import get_today
from ...engine.communication import cadence, status
from ...tools import format_day
from ..common.client_job_failure import JobRun

BATCH = 100
# So far back the first update of a client looks, and any other at most.
FIRST = timedelta(days=31)
LONGEST = timedelta(days=100)
# A draft that could not go out on its day still does, for so many days: a server that was down.
STILL_SENT = 2
# How the client heard of it, by its channel
IN_PERSON = {"call": "call", "video": "meeting", "visit": "meeting"}
BY_ITSELF = ("mail", "portal")


class ClientUpdate(models.Model):
    """Status updates: drafted from real work before the promised day, sent by a person.

    The draft is made of ``engine/communication/status.py``, the white list of what clients may
    know. A company may let drafts that nobody changed go by themselves. Each is a promise of one
    day (`promised_date`), kept or late; unique by client and day, so that none is made twice.
    """

    _name = "client.update"
    _inherit = ["client.update"]

    user_id = fields.Many2one(
        "res.users",
        string="Responsible",
        index="btree_not_null",
        check_company=True,
        ondelete="set null",
        domain="[('share', '=', False), ('company_ids', '=', company_id)]",
        help="Sends it: the salesperson, or the deputy when the salesperson is absent.",
    )
    promised_date = fields.Date(
        string="Promised For", readonly=True, copy=False, index=True, protected=True
    )
    sent_day = fields.Date(
        readonly=True,
        copy=False,
        protected=True,
        help="The day, in the client's time zone, on which it was sent.",
    )
    promise = fields.Selection(
        [("open", "To send"), ("kept", "Kept"), ("late", "Late")],
        compute="_compute_promise",
        store=True,
        index=True,
        help="Kept: sent on the promised day or before.",
    )
    is_overdue = fields.Boolean(
        string="Overdue", compute="_compute_is_overdue", search="_search_is_overdue"
    )
    sent_by_way = fields.Selection(
        [
            ("mail", "By e-mail"),
            ("auto", "By itself"),
            ("call", "On the phone"),
            ("meeting", "In a meeting"),
        ],
        string="Way",
        readonly=True,
        copy=False,
        protected=True,
    )
    client_channel = fields.Selection(related="relationship_id.channel", string="Channel")
    draft_digest = fields.Char(readonly=True, copy=False, protected=True)
    is_untouched = fields.Boolean(
        string="Unchanged Draft",
        compute="_compute_is_untouched",
        help="Nobody has changed the draft. It is made anew every night until it is sent.",
    )

    _promise_uniq = models.Constraint(
        "UNIQUE(relationship_id, promised_date)",
        "There is an update for this client and day already.",
    )

    # Promises

    @api.depends("state", "promised_date", "sent_day")
    def _compute_promise(self):
        for update in self:
            promise = False
            if update.promised_date:
                promise = "open"
                if update.state == "sent":
                    kept = update.sent_day and update.sent_day <= update.promised_date
                    promise = "kept" if kept else "late"
            update.promise = promise

    @api.depends("promise", "promised_date")
    def _compute_is_overdue(self):
        for update in self:
            today = get_today(update.company_id or self.env.company)
            update.is_overdue = update.promise == "open" and update.promised_date < today

    @api.model
    def _search_is_overdue(self, operator, value):
        if operator != "in":
            return NotImplemented
        overdue = Domain("promise", "=", "open") & Domain(
            self._get_due_domain("promised_date", "<")
        )
        return Domain.OR([overdue] * (True in value) + [~overdue] * (False in value))

    # What it is made of

    @api.depends("draft_digest", "name", "body", "recipient_ids")
    def _compute_is_untouched(self):
        for update in self:
            update.is_untouched = bool(update.draft_digest) and (
                update.draft_digest == update._get_digest()
            )

    def _get_digest(self):
        """Return a hash of what a user can change in the draft."""
        self.ensure_one()
        text = html2plaintext(self.body or "")
        content = repr((self.name, text, sorted(self.recipient_ids.ids)))
        return hashlib.sha256(content.encode()).hexdigest()

    def _write_status(self):
        """Write the draft from the work since the last update, and note that it is ours."""
        self.action_use_template()
        for update in self:
            digest = update._get_digest()
            if update.draft_digest != digest:
                # sudo: protected; only says that the text is as it was made
                update.sudo().draft_digest = digest

    @api.model
    def _prepare_unsaved(self, relationship):
        """Return the defaults of a status update that is not saved.

        Templates are rendered for stored records alone: one is made, read and taken back.
        """
        silent = {"tracking_disable": True, "mail_auto_subscribe_no_notify": True}
        with self.env.cr.savepoint() as savepoint:
            draft = relationship.with_context(**silent)._draft_status()
            values = {
                "relationship_id": relationship.id,
                "kind": draft.kind,
                "name": draft.name,
                "body": draft.body,
                "recipient_ids": draft.recipient_ids.ids,
                "user_id": draft.user_id.id,
            }
            savepoint.rollback()
        return {f"default_{fname}": value for fname, value in values.items()}

    def action_write_anew(self):
        """Make the draft anew from what is known now; what was written in it is lost."""
        self.check_access("write")
        if any(update.state == "sent" for update in self):
            raise UserError(self.env._("A sent update cannot be changed. Please write a new one."))
        self.filtered(lambda update: update.kind == "status")._write_status()

    def _fill_in(self, template):
        """Read what all updates of a language need at once: a template asks for one by one."""
        own = self.filtered(lambda update: update.kind == "status")
        words = own.with_context(lang=template.env.context.get("lang"))
        return super()._fill_in(
            template.with_context(
                client_status=words._read_sections(), client_next_dates=own._get_next_dates()
            )
        )

    def _get_status_sections(self):
        """Return [(title, lines)] for the template."""
        self.ensure_one()
        known = self.env.context.get("client_status") or {}
        return known[self.id] if self.id in known else self._read_sections()[self.id]

    def _read_sections(self):
        """Return {update id: [(title, lines)]} of what the client may know, in few queries."""
        # sudo: the white list of what clients may know, whoever writes to them
        updates = self.sudo()
        since = updates._get_since()
        facts, waiting = {}, {}
        for company, clients in updates.relationship_id.grouped("company_id").items():
            own = {client.id: since[client] for client in clients}
            facts |= status.read_status(self.env, own, get_today(company))
            waiting |= status.read_waiting(self.env, clients)
        words = self.env["client.status.words"]
        return {
            update.id: words._get_sections(
                facts[update.relationship_id.id], waiting[update.relationship_id.id]
            )
            for update in updates
        }

    def _get_since(self):
        """Return {client: moment of its last update}; of the first one, a month back."""
        clients = self.relationship_id
        sent = dict(
            self.env["client.update"]._read_group(
                Domain("relationship_id", "in", clients.ids)
                & Domain("kind", "=", "status")
                & Domain("state", "=", "sent")
                & Domain("active", "in", [True, False]),
                ["relationship_id"],
                ["sent_date:max"],
            )
        )
        now = fields.Datetime.now()
        return {client: max(sent.get(client) or now - FIRST, now - LONGEST) for client in clients}

    def _get_next_date(self):
        """Return the day of the update after this one, for the template; False: not promised."""
        self.ensure_one()
        known = self.env.context.get("client_next_dates") or {}
        return known[self.id] if self.id in known else self._get_next_dates()[self.id]

    def _get_next_dates(self):
        """Return {update id: day of the update after it, or False}."""
        # sudo: calendars, of which only days are read
        updates = self.sudo()
        calendars = updates.relationship_id._read_calendars()
        found = dict.fromkeys(updates.ids, False)
        for update in updates:
            client = update.relationship_id
            if client._is_promised():
                today = get_today(client.company_id)
                kept = max(update.promised_date or today, today)
                workdays = calendars[client][-1]
                found[update.id] = cadence.get_next(client._get_cadence(), today, workdays, kept)
        return found

    # Sending

    def _send(self):
        result = super()._send()
        self._note_sent("mail")
        return result

    def _note_sent(self, way):
        status_updates = self.filtered(lambda update: update.kind == "status")
        for update in status_updates:
            zone = update.relationship_id._get_time_zone()
            # sudo: evidence fields; it was sent just now by a user who may write it
            update.sudo().write(
                {
                    "sent_day": cadence.get_local_day(update.sent_date, zone),
                    "sent_by_way": self.env.context.get("client_sent_way") or way,
                }
            )
        clients = status_updates.relationship_id
        # sudo: what the system planned is done
        clients.sudo().activity_unlink([ACTIVITY_STATUS_UPDATE])
        clients._refresh_next_update()

    def action_told(self):
        """The client heard it on the phone or in a meeting: frozen as it is, without a mail."""
        self.check_access("write")
        for update in self:
            way = IN_PERSON.get(update.client_channel)
            if update.kind != "status" or not way:
                raise UserError(
                    self.env._("This client hears from us by e-mail. Please send the update.")
                )
            update._check_ready()
            # sudo: evidence fields; the user may write the update and says that it was told
            update.sudo().write(
                {
                    "state": "sent",
                    "sent_date": fields.Datetime.now(),
                    "sent_by_id": self.env.user.id,
                }
            )
            update._message_log(body=self.env._("Told in person; no mail was sent."))
            update._note_sent(way)

    # The night

    @api.model
    def _cron_draft_status(self, batch_size=BATCH):
        """Make the drafts that are due, and make those anew that nobody has changed."""
        Relationship = self.env["client.relationship"]
        JobRun(self.env, "ir_cron_client_status_draft").do_all(
            Relationship.search(Relationship._get_promised_domain(), order="id"),
            lambda clients: self._draft_due(clients),
            batch_size,
        )

    @api.model
    def _draft_due(self, clients):
        clients._refresh_next_update()
        today = {company: get_today(company) for company in clients.company_id}
        due = clients.filtered(
            lambda rel: rel.update_draft_date and rel.update_draft_date <= today[rel.company_id]
        )
        open_drafts = self.search(
            Domain("relationship_id", "in", clients.ids)
            & Domain("kind", "=", "status")
            & Domain("state", "=", "draft")
            & Domain("promised_date", "!=", False)
        )
        drafts = due._draft_status()
        current = {rel.id: rel.next_update_date for rel in clients}
        untouched = open_drafts.filtered("is_untouched")
        # of a day that has passed; a new draft tells what was in it
        old = untouched.filtered(
            lambda draft: (
                draft.relationship_id in drafts.relationship_id
                and draft.promised_date != current[draft.relationship_id.id]
            )
        )
        old.active = False
        (untouched - old)._write_status()
        drafts._ask_to_send()

    def _ask_to_send(self):
        """Plan an activity on each client for who is to send its update, due on its day."""
        for day, drafts in self.grouped("promised_date").items():
            drafts.relationship_id._schedule_activities(
                {draft.relationship_id: draft._get_sender() for draft in drafts},
                ACTIVITY_STATUS_UPDATE,
                once=True,
                date_deadline=day,
            )

    def _get_sender(self):
        self.ensure_one()
        return self._get_responsible()[self]

    @api.model
    def _cron_send_status(self, batch_size=BATCH):
        """Send what goes by itself: drafts of today that nobody changed, from their hour on."""
        due = self.search(self._get_by_itself_domain(), order="id")
        JobRun(self.env, "ir_cron_client_status_send").do_all(
            due.filtered(lambda update: update._is_its_hour() and update.is_untouched),
            lambda updates: updates._send_by_itself(),
            batch_size,
        )

    @api.model
    def _get_by_itself_domain(self):
        # sudo: a setting of companies
        companies = self.env["res.company"].sudo().search([("client_update_auto", "=", True)])
        return (
            Domain("company_id", "in", companies.ids)
            & Domain("kind", "=", "status")
            & Domain("state", "=", "draft")
            & Domain("promised_date", ">=", f"today -{STILL_SENT}d")
            & Domain("promised_date", "<=", "today +1d")
            & Domain("relationship_id.channel", "in", BY_ITSELF)
            & Domain("relationship_id.active", "=", True)
            & Domain("relationship_id.phase", "!=", "ended")
        )

    def _is_its_hour(self):
        client = self.relationship_id
        zone = client._get_time_zone()
        moment = cadence.get_moment(self.promised_date, client.cadence_hour, zone)
        return moment <= fields.Datetime.now()

    def _send_by_itself(self):
        """Send the drafts as those who are responsible; the mails wait in Odoo's queue.

        State and mail are saved together: a job that is killed sends none twice and loses none.
        """
        self._write_status()
        for update in self:
            update._check_ready()
            # sudo: our own job sends in the name of who would have sent it
            sender = update.with_user(update._get_sender()).sudo()
            sender.with_context(
                client_sent_way="auto",
                mail_notify_force_send=False,
                allowed_company_ids=update.company_id.ids,
            )._send()

    # Clients that are merged

    @api.model
    def _merge_promises(self, kept, others):
        """Keep one promise per day: of the others only the text stays."""
        # sudo: protected; whoever merges was checked
        updates = (
            self.sudo()
            .with_context(active_test=False)
            .search(
                Domain("relationship_id", "in", (kept | others).ids)
                & Domain("promised_date", "!=", False)
            )
        )
        own = updates.sorted(lambda one: (one.state != "sent", one.relationship_id != kept, one.id))
        taken = set()
        for update in own:
            if update.promised_date in taken:
                update.promised_date = False
            taken.add(update.promised_date)


class ClientStatusWords(models.AbstractModel):
    """Says in words what the engine has read, in the language of the context."""

    _name = "client.status.words"
    _description = "Words of Status Updates"

    @api.model
    def _get_sections(self, facts, waiting):
        """Return [(title, lines)] without empty sections, in the order of the mail.

        :param facts: {kind: rows} of one client, see ``status.read_status``
        :param waiting: moments of its messages that we have not answered
        """
        sections = [
            (self.env._("Our goals"), map(self._get_goal_text, facts.get("goals", ()))),
            (
                self.env._("Reached since our last update"),
                [
                    row["name"]
                    for kind in ("accomplishments", "reached")
                    for row in facts.get(kind, ())
                ],
            ),
            (self.env._("Done"), [row["name"] for row in facts.get("done", ())]),
            (self.env._("What you are waiting for from us"), self._get_waiting_texts(waiting)),
            (self.env._("What we need from you"), self._get_needed_texts(facts)),
            (self.env._("What comes next"), self._get_next_texts(facts)),
        ]
        shortened = [(title, self._shorten([*dict.fromkeys(lines)])) for title, lines in sections]
        return [(title, lines) for title, lines in shortened if lines]

    @api.model
    def _shorten(self, lines):
        more = len(lines) - status.MOST
        if more <= 1:
            return lines
        return [*lines[: status.MOST], self.env._("and %s more", more)]

    @api.model
    def _get_goal_text(self, goal):
        if goal["state"] == "reached":
            return self.env._("%s: reached", goal["name"])
        if goal["state"] == "missed":
            return self.env._("%s: not reached", goal["name"])
        if goal["progress"] is None:
            return self._get_due_text(goal["name"], goal["date_end"])
        measured = self.env._(
            "%(goal)s: %(actual)s of %(target)s %(unit)s",
            goal=goal["name"],
            actual=f"{goal['actual']:g}",
            target=f"{goal['target']:g}",
            unit=goal["unit"] or "",
        )
        return self._get_due_text(measured, goal["date_end"])

    @api.model
    def _get_waiting_texts(self, waiting):
        return [
            self.env._("Our answer to your message of %s", format_day(self.env, moment))
            for moment in waiting
        ]

    @api.model
    def _get_due_text(self, what, day):
        """Nobody is asked for something until a day that is over."""
        if not day:
            return what
        words = {"what": what, "day": format_day(self.env, day)}
        if day < get_today(self.env.company):
            return self.env._("%(what)s (was due on %(day)s)", **words)
        return self.env._("%(what)s, until %(day)s", **words)

    @api.model
    def _get_needed_texts(self, facts):
        signatures = [
            self._get_due_text(self.env._("Your signature: %s", row["name"]), row["proposal_end"])
            for row in facts.get("agreements", ())
        ]
        duties = [
            self._get_due_text(row["name"], row["date_deadline"]) for row in facts.get("duties", ())
        ]
        goals = [
            self.env._("A talk about new goals: %s to agree on", row["goals"])
            for row in facts.get("to_agree", ())
        ]
        questions = [
            self.env._("Your answer: %s", row["name"]) for row in facts.get("questions", ())
        ]
        return [*signatures, *duties, *goals, *questions]

    @api.model
    def _get_next_texts(self, facts):
        rows = [(row["deadline"], row["name"]) for row in facts.get("milestones", ())]
        rows += [(row["date_deadline"], row["name"]) for row in facts.get("tasks", ())]
        rows.sort(key=lambda row: row[0] or date.max)
        return [self._get_next_text(day, name) for day, name in rows]

    @api.model
    def _get_next_text(self, day, name):
        """A day that is over is no promise: it says that it was the plan."""
        if not day:
            return name
        words = {"name": name, "day": format_day(self.env, day)}
        if day < get_today(self.env.company):
            return self.env._("%(name)s (was planned for %(day)s)", **words)
        return self.env._("%(name)s, %(day)s", **words)
