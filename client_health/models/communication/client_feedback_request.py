from datetime import timedelta

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL, email_split

from ...const import ACTIVITY_LOW_ANSWER
from ...engine.communication import answers
from ...tools import format_day, get_data_record
from ..common.client_job_failure import JobRun
from ..common.client_personal_link import VALID_DAYS

FAILED = ("exception", "bounce")


class ClientFeedbackRequest(models.Model):
    """One question to one contact of a client, and the answer: how is our work going?

    No user writes it: it is made by ``_ask``, answered by the contact through a personal link, and
    closed as silent by ``_cron_close_silent``. Silence is no grade: it counts in the response rate
    alone, and an answer that comes later takes its place. The answer becomes one line of the
    feedback log, which follows when the contact changes its mind.

    ``nps``, ``satisfaction`` and ``response`` are NULL where they are unknown, so that reports
    average what is known.
    """

    _name = "client.feedback.request"
    _description = "Feedback Request"
    _inherit = ["client.record.mixin", "client.protected.mixin", "client.link.holder.mixin"]
    _order = "sent_date desc, id desc"
    _rec_name = "contact_id"

    relationship_id = fields.Many2one(protected=True)
    contact_id = fields.Many2one(
        "res.partner",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
        protected=True,
        help="Contact of the client who got the question.",
    )
    user_id = fields.Many2one(
        "res.users",
        string="Salesperson",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        protected=True,
        help="In whose name the question was asked.",
    )
    scale = fields.Selection(
        [(answers.NUMBERS, "0 to 10"), (answers.FACES, "Five faces")],
        required=True,
        readonly=True,
        protected=True,
    )
    state = fields.Selection(
        [
            (answers.WAITING, "Waiting"),
            (answers.ANSWERED, "Answered"),
            (answers.SILENT, "No answer"),
            (answers.UNDELIVERED, "Not delivered"),
        ],
        required=True,
        readonly=True,
        index=True,
        default=answers.WAITING,
        protected=True,
        help="No answer: the days that the company waits are over. The contact can still answer "
        "until the link ends. Not delivered: the mail failed or came back.",
    )
    sent_date = fields.Datetime(
        string="Asked On", required=True, readonly=True, index=True, protected=True
    )
    date_end = fields.Datetime(
        string="Answer Until",
        compute="_compute_date_end",
        help="Until then the contact can answer, and change the answer.",
    )
    message_id = fields.Many2one(
        "mail.message",
        string="Mail",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        protected=True,
        help="Note on the client that shows how the mail fared.",
    )
    answered_date = fields.Datetime(string="Answered On", readonly=True, protected=True)
    changed_date = fields.Datetime(string="Changed On", readonly=True, protected=True)
    grade = fields.Integer(readonly=True, aggregator=None, protected=True)
    grade_text = fields.Char(string="Answer", compute="_compute_grade_text")
    comment = fields.Text(readonly=True, protected=True)
    improvement = fields.Text(string="What We Could Do Better", readonly=True, protected=True)
    is_low = fields.Boolean(
        string="Low",
        readonly=True,
        index=True,
        protected=True,
        help="Up to the limit of the company when it was given.",
    )
    feedback_id = fields.Many2one(
        "client.feedback",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        protected=True,
        help="The line of the feedback log that the answer became.",
    )
    feedback_state = fields.Selection(related="feedback_id.state", string="Our Answer")
    nps = fields.Float(
        string="NPS",
        digits=(5, 1),
        readonly=True,
        aggregator="avg",
        protected=True,
        help="Share of promoters (9 and 10) less share of detractors (0 to 6), from -100 to 100. "
        "Of questions from 0 to 10.",
    )
    satisfaction = fields.Float(
        string="Happy (%)",
        digits=(5, 1),
        readonly=True,
        aggregator="avg",
        protected=True,
        help="Share of the answers that are happy: 7 to 10, or one of the two happy faces.",
    )
    response = fields.Float(
        string="Response (%)",
        digits=(5, 1),
        readonly=True,
        aggregator="avg",
        protected=True,
        help="Share of the questions that were answered, of those that are answered or silent.",
    )

    @api.model
    def _get_client_links(self):
        return {"contact_id": ("commercial_partner_id",)}

    @api.depends("contact_id", "sent_date")
    def _compute_display_name(self):
        for request in self:
            # sudo: the name of a contact of a client that the user may read
            name = request.contact_id.sudo().name or self.env._("Unnamed")
            day = format_day(self.env, request.sent_date)
            request.display_name = f"{name}, {day}" if day else name

    @api.depends("sent_date")
    def _compute_date_end(self):
        for request in self:
            sent = request.sent_date
            request.date_end = sent and sent + timedelta(days=VALID_DAYS)

    @api.depends("state", "grade", "scale")
    def _compute_grade_text(self):
        for request in self:
            request.grade_text = (
                self._get_label(request.scale, request.grade)
                if request.state == answers.ANSWERED
                else False
            )

    @api.model
    def _get_label(self, scale, grade):
        if scale == answers.NUMBERS:
            return self.env._("%s of 10", grade)
        return self._get_faces()[grade]

    @api.model
    def _get_faces(self):
        return {
            1: self.env._("Very unhappy"),
            2: self.env._("Unhappy"),
            3: self.env._("So-so"),
            4: self.env._("Happy"),
            5: self.env._("Delighted"),
        }

    # Asking

    @api.model
    def _get_hindrances(self, contacts, company):
        """Return {contact: why it is not asked, "" for none}, in a fixed number of queries."""
        # sudo: addresses of contacts of clients, and whether they are colleagues; not shown
        contacts = contacts.sudo()
        asked = self._get_asked(contacts, company)
        links = self.env["client.personal.link"]
        ours = links._find_ours(contacts.mapped("email_normalized"))
        staff = contacts.filtered(lambda one: any(u._is_internal() for u in one.user_ids))
        # sudo: a setting
        pause = timedelta(days=company.sudo().client_feedback_pause)
        now, found = fields.Datetime.now(), {}
        for contact in contacts:
            last = asked.get(contact.id)
            if contact.client_feedback_opt_out:
                found[contact] = self.env._("does not want to be asked")
            elif not contact.email_normalized:
                found[contact] = self.env._("has no valid e-mail address")
            elif len(email_split(contact.email)) > 1:
                found[contact] = self.env._("has several e-mail addresses")
            elif contact.email_normalized in ours or contact in staff:
                found[contact] = self.env._("is one of us")
            elif last and last + pause > now:
                found[contact] = self._get_pause_text(last, last + pause)
        return {contact.sudo(False): found.get(contact, "") for contact in contacts}

    @api.model
    def _get_pause_text(self, last, again):
        return self.env._(
            "was asked on %(last)s, and can be asked again from %(again)s",
            last=format_day(self.env, last),
            again=format_day(self.env, again),
        )

    @api.model
    def _get_asked(self, contacts, company):
        """Return {contact id: when it was last asked by the company, and the mail arrived}."""
        # sudo: only when; a contact is not asked more often because a colleague asked
        rows = self.sudo()._read_group(
            [
                ("contact_id", "in", contacts.ids),
                ("company_id", "=", company.id),
                ("state", "!=", answers.UNDELIVERED),
            ],
            ["contact_id"],
            ["sent_date:max"],
        )
        return {contact.id: moment for contact, moment in rows}

    @api.model
    def _ask(self, contacts):
        """Ask the contacts, {client: contacts}; return (requests, {contact: why it was left out}).

        Those who may not be asked are left out, whoever asks: the limit is the contact's.
        """
        clients = self.env["client.relationship"].union(*contacts)
        clients.check_access("write")
        self._lock(self.env["res.partner"].union(*contacts.values()))
        requests, left_out = self.browse(), {}
        for company, group in clients.grouped("company_id").items():
            everybody = self.env["res.partner"].union(*(contacts[client] for client in group))
            hindrances = self._get_hindrances(everybody, company)
            left_out |= {contact: why for contact, why in hindrances.items() if why}
            free = everybody.filtered(lambda one, why=hindrances: not why[one])
            requests |= self._create_for(
                group, {client: contacts[client] & free for client in group}
            )
        requests._send()
        return requests, left_out

    @api.model
    def _lock(self, contacts):
        """Let of two who ask a contact at the same moment the later one begin anew, and see it."""
        if contacts:
            table = SQL.identifier(contacts._table)
            self.env.cr.execute(
                SQL("UPDATE %s SET id = id WHERE id IN %s", table, tuple(sorted(contacts.ids)))
            )

    @api.model
    def _create_for(self, clients, contacts):
        responsible = clients._get_responsible()
        # sudo: no user writes this model; _ask has checked the clients
        return (
            self.sudo()
            .create(
                [
                    {
                        "relationship_id": client.id,
                        "contact_id": contact.id,
                        "user_id": responsible[client].id,
                        "scale": client.company_id.sudo().client_feedback_scale,
                        "sent_date": fields.Datetime.now(),
                    }
                    for client in clients
                    for contact in contacts[client]
                ]
            )
            .sudo(False)
        )

    def _send(self):
        """Mail each contact its link. None of us may read it, or we could answer in its place."""
        template = get_data_record(self.env, "client_health.mail_template_feedback_request")
        for request in self:
            request._send_one(template)

    def _send_one(self, template):
        # sudo: only the name, address and language of a contact of the user's own client
        contact = self.contact_id.sudo()
        # sudo: settings and the address of the company
        company = self.company_id.sudo()
        sender = self.user_id or self.relationship_id._get_responsible()[self.relationship_id]
        link = self.env["client.personal.link"]._get_for(self, self.contact_id)
        lang = contact.lang or company.partner_id.lang or self.env.lang
        # Made by the system, not by the user: the author of a mail may read it, and its link.
        template = template.with_user(SUPERUSER_ID).with_context(
            answer_url=f"{self.get_base_url()}/client/feedback/{link.key}",
            answer_name=contact.name,
            answer_lang=lang,
            answer_sender=sender.name or company.name,
            answer_company=company.name,
            answer_pause=company.client_feedback_pause,
            answer_scale=self.scale,
            answer_choices=self.with_context(lang=lang)._get_choices(),
        )
        address = sender.email_formatted or company.email_formatted
        note = self.relationship_id._send_apart(
            template,
            contact,
            self.env._("Mail to %s: how is our work going for you?", contact.display_name),
            "client_health.client_feedback_mail_layout",
            recipient_ids=[(4, contact.id)],
            email_from=address,
            reply_to=address,
            author_id=self.env.ref("base.partner_root").id,
        )
        # sudo: protected; _ask has checked that the user may write the client
        self.sudo().message_id = note.id

    def _get_choices(self):
        """Return what can be chosen, as plain values for mail and page, in the reader's words."""
        self.ensure_one()
        if self.scale == answers.NUMBERS:
            return [
                {"grade": grade, "label": str(grade), "image": False, "sign": False}
                for grade in answers.GRADES[answers.NUMBERS]
            ]
        signs = "😞🙁😐🙂😀"
        return [
            {
                "grade": grade,
                "label": label,
                "image": f"/client_health/static/img/face_{grade}.png",
                "sign": signs[grade - 1],
            }
            for grade, label in self._get_faces().items()
        ]

    def action_send_again(self):
        """Send the question again: the mail failed, or the address was wrong."""
        self.relationship_id.check_access("write")
        hindrances = {
            company: self._get_hindrances(group.contact_id, company)
            for company, group in self.grouped("company_id").items()
        }
        for request in self:
            if request.state != answers.UNDELIVERED:
                raise UserError(self.env._("Please wait: it has reached %s.", request._get_name()))
            if reason := hindrances[request.company_id][request.contact_id]:
                contact = request._get_name()
                raise UserError(
                    self.env._("%(contact)s %(reason)s.", contact=contact, reason=reason)
                )
        # sudo: protected; the user may write the clients, checked above
        self.sudo().write({"state": answers.WAITING, "sent_date": fields.Datetime.now()})
        self._refresh_figures()
        self.relationship_id._cancel_to_send_again()
        self._send()

    def _get_name(self):
        # sudo: the name of a contact of a client that the user may read
        return self.contact_id.sudo().name

    @api.model
    def _follow_mails(self, notifications):
        """Let what happened to a mail be seen on its question: it failed, came back, or went out.

        A question that never arrived is no silence.
        """
        # sudo: only how mails fared; Odoo's queue and gateway call this
        requests = self.sudo().search(
            [("message_id", "in", notifications.mail_message_id.ids), ("state", "!=", "answered")]
        )
        failed = notifications.filtered(lambda one: one.notification_status in FAILED)
        lost = requests.filtered(lambda one: one.message_id in failed.mail_message_id)
        lost.state = answers.UNDELIVERED
        back = (requests - lost).filtered(lambda one: one.state == answers.UNDELIVERED)
        back.state = answers.WAITING
        (lost | back)._refresh_figures()

    # The contact's answer

    def _may_follow_link(self, contact):
        internal = contact.user_ids.filtered(lambda user: user._is_internal())
        return (
            contact == self.contact_id
            and not internal
            and contact.commercial_partner_id == self.partner_id
        )

    def _answer(self, grade, comment, improvement):
        """Keep the answer of the contact; the caller has made sure that it is the contact."""
        self.ensure_one()
        if not answers.is_grade(self.scale, grade):
            raise UserError(self.env._("Please choose one of the answers."))
        if self.env["client.personal.link"]._is_ours(self.contact_id.email):
            raise UserError(self.env._("Please log it: only clients answer here."))
        now = fields.Datetime.now()
        given = {"grade": grade, "comment": comment, "improvement": improvement}
        if self.state == answers.ANSWERED and all(
            (self[name] or "") == (value or "") for name, value in given.items()
        ):
            return
        moment = "changed_date" if self.state == answers.ANSWERED else "answered_date"
        self.write(
            {
                **given,
                moment: now,
                "state": answers.ANSWERED,
                "is_low": grade <= self._get_low_limit(),
            }
        )
        self._refresh_figures()
        self._keep_feedback()
        self._follow_up()

    def _get_low_limit(self):
        company = self.company_id
        faces = self.scale == answers.FACES
        return company.client_feedback_low_face if faces else company.client_feedback_low_number

    def _keep_feedback(self):
        """Make the answer a line of the feedback log, or bring its line up to date."""
        values = self._prepare_feedback()
        line = self.feedback_id
        if not line:
            self.feedback_id = line.create(
                {
                    **values,
                    "relationship_id": self.relationship_id.id,
                    "contact_id": self.contact_id.id,
                    "channel": "request",
                    "date": self.answered_date,
                    "given_by_client": True,
                    "user_id": False,
                }
            )
        else:
            line._message_log(
                body=self.env._(
                    "%(name)s changed the answer. Before: %(text)s",
                    name=self.contact_id.name,
                    text=line.text,
                )
            )
            line.write(values)

    def _prepare_feedback(self):
        """Return the line as the responsible reads it: the grade, then the contact's own words."""
        reader = self.user_id or self.relationship_id._get_responsible()[self.relationship_id]
        words = self.with_context(lang=reader.lang or self.env.lang)
        text = f"{words._get_label(self.scale, self.grade)}. {self.comment or ''}".strip()
        if self.improvement:
            better = words.env._("What we could do better: %s", self.improvement)
            text = f"{text}\n{better}"
        return {
            "text": text,
            "rating": str(answers.get_rating(self.scale, self.grade)),
            "kind": answers.get_kind(self.scale, self.grade, self._get_low_limit()),
        }

    def _follow_up(self):
        """Plan the follow-up of a low answer at once; nothing is left of one that got better."""
        client = self.relationship_id
        if self.is_low and self.feedback_id.state == "open":
            client._schedule_activities(
                client._get_responsible(),
                ACTIVITY_LOW_ANSWER,
                once=True,
                get_summary=lambda clients: clients.env._(
                    "%(name)s answered: %(grade)s. Please call today",
                    name=self.contact_id.name,
                    grade=self.with_env(clients.env)._get_label(self.scale, self.grade),
                ),
            )
        else:
            client._close_low_answers()

    def _opt_out(self):
        """The contact does not want to be asked again; the caller has made sure who it is."""
        contact = self.contact_id
        if not contact.client_feedback_opt_out:
            contact.client_feedback_opt_out = True
            contact._message_log(
                body=self.env._("Does not want to be asked for feedback, as said by the link.")
            )

    # Silence

    @api.model
    def _cron_close_silent(self):
        """Record what was not answered within the days that its company waits."""
        JobRun(self.env, "ir_cron_client_feedback_silence").do_all(
            self._get_silent(), lambda requests: requests._close_as_silent()
        )

    @api.model
    def _get_silent(self):
        companies = self.env["res.company"].search([])  # pylint: disable=no-search-all
        now = fields.Datetime.now()
        over = Domain.OR(
            Domain("company_id", "in", group.ids) & Domain("sent_date", "<", now - timedelta(days))
            for days, group in companies.grouped("client_feedback_wait").items()
        )
        return self.search(Domain("state", "=", answers.WAITING) & over, order="id")

    def _close_as_silent(self):
        # sudo: protected; only our own job comes here
        self.sudo().state = answers.SILENT
        self._refresh_figures()

    def _refresh_figures(self):
        """Write the figures of the reports; in SQL, because unknown is NULL, not zero."""
        self.flush_recordset()
        parts = self.sudo().grouped(  # sudo: protected; the callers changed what they follow from
            lambda one: (
                answers.get_nps_part(one.scale, one.state, one.grade),
                answers.get_satisfaction_part(one.scale, one.state, one.grade),
                answers.get_response_part(one.state),
            )
        )
        for (nps, satisfaction, response), requests in parts.items():
            self.env.cr.execute(
                SQL(
                    "UPDATE client_feedback_request SET nps = %s, satisfaction = %s, response = %s"
                    " WHERE id IN %s",
                    nps,
                    satisfaction,
                    response,
                    tuple(requests.ids),
                )
            )
        self.invalidate_recordset(["nps", "satisfaction", "response"])

    def action_view_feedback(self):
        """Open the line of the feedback log, where it is answered."""
        self.ensure_one()
        self.check_access("read")
        return self.feedback_id._get_records_action(context={})

    def action_answer(self):
        """Answer a low answer: the window of the feedback log."""
        self.ensure_one()
        self.check_access("read")
        return self.feedback_id.action_answer()
