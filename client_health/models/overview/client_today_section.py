from datetime import timedelta

from odoo import api, models
from odoo.fields import Domain

from ...engine.clock import get_now
from ...engine.correspondence import waiting
from ...engine.health.snapshots import RANK
from ...engine.overview.today import Button, Line, Section
from ...tools import format_day

# A warning counts, and nobody has decided about it: wherever the score is within its 100 points.
UNDECIDED = 2 * RANK - 100
# A score that fell by so many points within 30 days is looked at, whatever its band.
FALL = 10
# So long before their day, conversations, reboots and agreements are on the page.
AHEAD = timedelta(days=7)
# Of what a client wrote, so much stands on a line.
SHORT = 90
# What is being parted with has its checklist: its score is no news, and nothing is renewed.
PARTING = ("offboard", "ended")


def _shorten(text):
    text = " ".join((text or "").split())
    return f"{text[: SHORT - 1]}…" if len(text) > SHORT else text


class ClientToday(models.AbstractModel):
    """The sections of the page *Today*: what is read, what a line says, and its next step."""

    _name = "client.today"
    _inherit = ["client.today"]

    @api.model
    def _get_today_sections(self):
        return [
            *super()._get_today_sections(),
            Section(
                "health",
                self.env._("Red or falling"),
                self._read_health,
                self._tell_health,
                icon="fa-heartbeat",
            ),
            Section(
                "proposals", self.env._("Moves to decide"), self._read_proposals, icon="fa-random"
            ),
            Section(
                "waiting",
                self.env._("Waiting for an answer"),
                self._read_waiting,
                self._tell_waiting,
                icon="fa-hourglass-half",
            ),
            Section(
                "complaints",
                self.env._("Complaints to answer"),
                self._read_complaints,
                icon="fa-frown-o",
            ),
            Section(
                "promises",
                self.env._("Promises due"),
                self._read_promises,
                icon="fa-calendar-check-o",
            ),
            Section(
                "conversations",
                self.env._("Conversations to have"),
                self._read_conversations,
                icon="fa-comments-o",
            ),
            Section(
                "reboots",
                self.env._("Reboots near their end"),
                self._read_reboots,
                self._tell_reboots,
                icon="fa-refresh",
            ),
            Section(
                "agreements",
                self.env._("Agreements near their end"),
                self._read_agreements,
                icon="fa-file-text-o",
            ),
        ]

    # Red, falling or warned

    @api.model
    def _read_health(self, clients):
        """What nobody has decided about always; red or fallen until the client is to be met.

        Where a move is proposed, that is the line, unless the client is red.
        """
        suffix = self._get_suffix()
        attention, band, trend = (
            f"health_{name}{suffix}" for name in ("attention", "band", "trend")
        )
        found = clients.search(
            Domain("id", "in", clients.ids)
            & Domain("phase", "not in", PARTING)
            & (Domain("health_proposed_stage_id", "=", False) | Domain(band, "=", "risk"))
            & (
                Domain(attention, ">=", UNDECIDED)
                | Domain(band, "=", "risk")
                | Domain(trend, "<=", -FALL)
            )
        )
        undecided = found.filtered_domain([(attention, ">=", UNDECIDED)])
        calm = (found - undecided).filtered(lambda client: not client.meeting_next_id)
        button = self._get_open_button(0)
        return [
            Line(
                client.id,
                button,
                # red first, as the board does within a column
                urgency=client[attention] + (RANK if client[band] == "risk" else 0),
            )
            for client in undecided | calm
        ]

    @api.model
    def _tell_health(self, lines):
        """Say what warns and what pulls the score down; the next step is to meet the client."""
        clients = self.env["client.relationship"].browse([line.client_id for line in lines])
        told = self.env["client.health.warning"]._get_told(clients)
        reasons = clients._get_health_reasons(
            {key: [one["text"] for one in warnings] for key, warnings in told.items()}
        )
        complete = []
        for line, client in zip(lines, clients, strict=True):
            since = [one["since"] for one in told.get(client.id, ()) if one["since"]]
            complete.append(
                line._replace(
                    text=" · ".join(self._get_health_words(client, reasons.get(client.id))),
                    day=min(since, default=None),
                    note=self._get_meeting_words(client),
                    button=self._get_open_button(client.id)
                    if client.meeting_next_id
                    else Button(
                        self.env._("Plan a meeting"),
                        client._name,
                        client.id,
                        "action_plan_meeting",
                    ),
                )
            )
        return complete

    @api.model
    def _get_health_words(self, client, reasons):
        trend = client[f"health_trend{self._get_suffix()}"]
        words = [reasons or self.env._("The score is red")]
        if trend <= -FALL:
            words.insert(0, self.env._("Fell by %.0f points within 30 days", -trend))
        return words

    @api.model
    def _get_meeting_words(self, client):
        if not client.meeting_next_date:
            return ""
        day = self._get_day(client.meeting_next_date)
        return self.env._("meeting on %s", format_day(self.env, day))

    # Proposed moves

    @api.model
    def _read_proposals(self, clients):
        attention = f"health_attention{self._get_suffix()}"
        found = clients.search(
            Domain("id", "in", clients.ids) & Domain("health_proposed_stage_id", "!=", False)
        )
        return [
            Line(
                client.id,
                Button(
                    self.env._("Decide"),
                    "client.relationship",
                    client.id,
                    choices=(
                        (
                            self.env._("Move to %s", client.health_proposed_stage_id.name),
                            "action_accept_proposal",
                        ),
                        (
                            self.env._("Leave in %s", client.stage_id.name),
                            "action_dismiss_proposal",
                        ),
                    ),
                ),
                self.env._(
                    "Move to %(stage)s? %(reason)s",
                    stage=client.health_proposed_stage_id.name,
                    reason=client.health_proposal_reason or "",
                ),
                urgency=client[attention],
            )
            for client in found
            if client.health_proposed_stage_id != client.stage_id
        ]

    # Who waits

    @api.model
    def _read_waiting(self, clients):
        found = waiting.read_waiting(self.env, clients, get_now())
        label = self.env._("Answer")
        return [
            Line(
                client_id,
                Button(label, "client.relationship", client_id, "action_answer_waiting"),
                day=self._get_day(one.received),
                about=(one.model, one.res_id),
                source=one,
            )
            for client_id, discussions in found.items()
            for one in discussions
        ]

    @api.model
    def _tell_waiting(self, lines):
        """Say who waits; what about, only where the user may read the document."""
        Waiting = self.env["client.waiting"]
        names = Waiting._get_document_names([line.source for line in lines])
        # sudo: who wrote may be shown; all else only of documents that the user may read
        messages = (
            self.env["mail.message"].sudo().browse([line.source.message_id for line in lines])
        )
        complete = []
        for line, message in zip(lines, messages, strict=True):
            words = Waiting._prepare_words(message, line.source, names)
            text = self.env._("%s waits for an answer", words["author"])
            if words.get("subject"):
                text = self.env._(
                    "%(author)s waits for an answer: %(subject)s",
                    author=words["author"],
                    subject=_shorten(words["subject"]),
                )
            complete.append(line._replace(text=text))
        return complete

    # Complaints and concerns

    @api.model
    def _read_complaints(self, clients):
        found = self.env["client.feedback"].search(
            Domain("relationship_id", "in", clients.ids) & Domain("state", "=", "open")
        )
        kinds = dict(found._fields["kind"]._description_selection(self.env))
        # sudo: only in which discussion it was said, not what
        messages = {one.id: one.sudo().message_id for one in found}
        return [
            Line(
                one.relationship_id.id,
                Button(self.env._("Answer"), "client.feedback", one.id, "action_answer"),
                self.env._(
                    "%(kind)s of %(name)s: “%(text)s”",
                    kind=kinds[one.kind],
                    name=one.contact_id.name or one.partner_id.name,
                    text=_shorten(one.text),
                ),
                day=self._get_day(one.date),
                about=(messages[one.id].model, messages[one.id].res_id)
                if messages[one.id]
                else None,
            )
            for one in found
        ]

    # Promises: updates, and what was agreed in a meeting

    @api.model
    def _read_promises(self, clients):
        drafts = self.env["client.update"].search(
            self._get_draft_domain() & Domain("relationship_id", "in", clients.ids)
        )
        lines = [
            Line(
                draft.relationship_id.id,
                Button(self.env._("Open the draft"), "client.update", draft.id),
                self.env._("The status update is drafted, and to be sent"),
                draft.promised_date,
                due=True,
                user_id=draft.user_id.id or None,
            )
            for draft in drafts
        ]
        written = {(draft.relationship_id.id, draft.promised_date) for draft in drafts}
        return lines + self._read_unwritten(clients, written) + self._read_follow_ups(clients)

    @api.model
    def _get_draft_domain(self):
        return (
            Domain("kind", "=", "status")
            & Domain("state", "=", "draft")
            & Domain("promised_date", "!=", False)
        )

    @api.model
    def _read_unwritten(self, clients, written):
        """Return the updates that are due soon, and of which there is no draft."""
        days = self._get_days()
        found = clients.search(
            Domain("id", "in", clients.ids)
            & Domain("update_draft_date", "<=", self._get_last_day())
        )
        return [
            Line(
                client.id,
                Button(
                    self.env._("Write"), "client.relationship", client.id, "action_write_status"
                ),
                self.env._("A status update is promised"),
                client.next_update_date,
                due=True,
            )
            for client in found
            if (client.id, client.next_update_date) not in written
            and client.update_draft_date <= days[client.company_id.id]
        ]

    @api.model
    def _read_follow_ups(self, clients):
        companies = {client.id: client.company_id.id for client in clients}
        days = self._get_days()
        dialog = self.env.ref("mail.mail_activity_view_form_popup").id
        found = self.env["mail.activity"].search(
            self._get_follow_up_domain()
            & Domain("res_id", "in", clients.ids)
            & Domain("date_deadline", "<=", self._get_last_day())
        )
        return [
            Line(
                one.res_id,
                Button(self.env._("Do it"), "mail.activity", one.id, dialog=dialog),
                self.env._("Agreed in a meeting: %s", one.summary or one.activity_type_id.name),
                one.date_deadline,
                due=True,
                user_id=one.user_id.id or None,
            )
            for one in found
            if one.date_deadline <= days[companies[one.res_id]]
        ]

    @api.model
    def _get_follow_up_domain(self):
        return Domain("res_model", "=", "client.relationship") & Domain(
            "client_meeting_id", "!=", False
        )

    # Tough conversations that were not had

    @api.model
    def _read_conversations(self, clients):
        days = self._get_days()
        found = self.env["mail.activity"].search(
            self._get_talk_domain()
            & Domain("client_relationship_id", "in", clients.ids)
            & Domain("date_deadline", "<=", self._get_last_day(AHEAD))
        )
        had = self.env._("Record outcome"), "action_log_conversation"
        ahead = self.env._("Prepare"), "action_prepare_conversation"
        lines = []
        for one in found:
            client = one.client_relationship_id
            label, method = had if one.date_deadline <= days[client.company_id.id] else ahead
            lines.append(
                Line(
                    client.id,
                    Button(label, "mail.activity", one.id, method),
                    one.summary or one.activity_type_id.name,
                    one.date_deadline,
                    due=True,
                    user_id=one.user_id.id or None,
                )
            )
        return lines

    @api.model
    def _get_talk_domain(self):
        return Domain("client_relationship_id", "!=", False) & Domain(
            "activity_type_id.category", "=", "client_conversation"
        )

    # Reboots

    @api.model
    def _read_reboots(self, clients):
        found = self.env["client.reboot"].search(
            self._get_reboot_domain()
            & Domain("relationship_id", "in", clients.ids)
            & (
                Domain("state", "=", "awaiting")
                | Domain("date_deadline", "<=", self._get_last_day(AHEAD))
            )
        )
        return [
            Line(
                reboot.relationship_id.id,
                Button(self.env._("Decide"), "client.reboot", reboot.id)
                if reboot.state == "awaiting"
                else Button(self.env._("Open the reboot"), "client.reboot", reboot.id),
                day=reboot.date_deadline,
                due=True,
                user_id=reboot.user_id.id or None,
                source=reboot,
            )
            for reboot in found
        ]

    @api.model
    def _get_reboot_domain(self):
        return Domain("state", "in", self.env["client.reboot"]._open_states)

    @api.model
    def _tell_reboots(self, lines):
        reboots = self.env["client.reboot"].union(*(line.source for line in lines))
        done = {reboot.id: reboot.done_count for reboot in reboots}
        return [
            line._replace(
                text=self.env._(
                    "The reboot waits for its decision: %s of five points are done",
                    done[line.source.id],
                )
                if line.source.state == "awaiting"
                else self.env._(
                    "The reboot ends soon: %s of five points are done", done[line.source.id]
                )
            )
            for line in lines
        ]

    # Agreements

    @api.model
    def _read_agreements(self, clients):
        """A review that is due, and a proposal that the client has not answered."""
        until = self._get_last_day(AHEAD)
        review = Domain("state", "=", "accepted") & Domain("date_review", "<=", until)
        answer = Domain("state", "=", "proposed") & Domain("proposal_end", "<=", until)
        found = self.env["client.agreement"].search(
            (review | answer)
            & Domain("relationship_id", "in", clients.ids)
            & Domain("client_phase", "not in", PARTING)
        )
        texts = {
            "accepted": self.env._("The working agreement is due for its review"),
            "proposed": self.env._("The client has not answered the proposed agreement"),
        }
        return [
            Line(
                agreement.relationship_id.id,
                Button(self.env._("Open the agreement"), "client.agreement", agreement.id),
                texts[agreement.state],
                agreement.date_review if agreement.state == "accepted" else agreement.proposal_end,
                due=True,
            )
            for agreement in found
        ]
