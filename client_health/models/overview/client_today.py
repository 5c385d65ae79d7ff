from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ...const import MANAGER_GROUP, MONEY_GROUP
from ...engine.clock import get_today
from ...engine.health.scoring import get_shown
from ...engine.overview import today
from ...engine.overview.today import Button
from ...tools import format_day


class ClientToday(models.AbstractModel):
    """The page *Today*: which clients need a person, why, and what to do next.

    What the sections find is put together in ``engine/overview/today.py``. All is read as the user:
    whoever may not see money reads that it got worse, as everywhere, and whoever may only read a
    client is offered to open it. The sections are in ``client_today_section.py``; a feature or an
    addon adds its own in ``_get_today_sections``.
    """

    _name = "client.today"
    _description = "What Needs a Person Today"

    @api.model
    def _get_today_sections(self):
        """Return the sections in their order: a client stands in the first that names it."""
        return []

    # The page

    @api.model
    def _get_page(self, scope):
        """Return what the page shows of the user's own clients, or of all that they may read.

        Without a scope the own ones; of managers, and of who has none, all.
        """
        clients = self._get_clients()
        own = self._get_own(clients)
        is_manager = self.env.user.has_group(MANAGER_GROUP)
        if not scope:
            scope = "team" if clients and (is_manager or not own) else "mine"
        read = clients if scope == "team" else own
        sections = self._get_today_sections()
        found = {section.key: section.read(read) for section in sections}
        if scope != "team":
            owners = {client.id: client.user_id.id for client in read}
            found = {
                key: [one for one in lines if self._is_own(one, owners)]
                for key, lines in found.items()
            }
        entries = today.gather(found)
        return {
            "scope": scope,
            "is_manager": is_manager,
            "has_team": any(client.user_id != self.env.user for client in clients),
            "client_ids": [entry.client_id for entry in entries],
            "sections": self._prepare_sections(sections, entries),
        }

    @api.model
    def _get_clients(self):
        """Return the current clients of the chosen companies that the user may read."""
        return self.env["client.relationship"].search_fetch(
            Domain("company_id", "in", self.env.companies.ids) & Domain("phase", "!=", "ended"),
            ["company_id", "user_id", "phase", "stage_id", "partner_id"],
        )

    @api.model
    def _get_own(self, clients):
        """Return the user's own clients, and those of colleagues with something for the user."""
        given = self._get_given_ids(Domain("user_id", "=", self.env.uid))
        return clients.filtered(lambda one: one.user_id == self.env.user or one.id in given)

    @api.model
    def _get_given_ids(self, mine):
        """Return the ids of clients of which something was given to the user by name.

        Whoever adds a section whose lines have a ``user_id`` adds those clients here.
        """
        Activity = self.env["mail.activity"]
        updates = self.env["client.update"].search(mine & self._get_draft_domain())
        reboots = self.env["client.reboot"].search(mine & self._get_reboot_domain())
        talks = Activity.search(mine & self._get_talk_domain())
        follow_ups = Activity.search(mine & self._get_follow_up_domain())
        return {
            *updates.relationship_id.ids,
            *reboots.relationship_id.ids,
            *talks.client_relationship_id.ids,
            *follow_ups.mapped("res_id"),
        }

    @api.model
    def _is_own(self, line, owners):
        """Return whether it is for the user: on an own client, or given to them by name."""
        return self.env.uid in (line.user_id, owners[line.client_id])

    # What is shown, as plain JSON

    @api.model
    def _prepare_sections(self, sections, entries):
        shown = today.pick(entries)
        told = self._tell(sections, shown)
        rows = self._prepare_clients(shown)
        reasons = self._prepare_reasons(sections, shown, told, rows)
        page = []
        for section in sections:
            ids = [entry.client_id for entry in entries if entry.key == section.key]
            if ids:
                page.append(
                    {
                        "key": section.key,
                        "title": section.title,
                        "icon": section.icon,
                        "client_ids": ids,
                        "clients": [
                            {**rows[entry.client_id], "reasons": reasons[entry.client_id]}
                            for entry in shown
                            if entry.key == section.key
                        ],
                    }
                )
        return page

    @api.model
    def _tell(self, sections, entries):
        """Return {(client id, section): its line with its text}: a section tells all of its own."""
        told = {}
        for section in sections:
            lines = [
                reason.line
                for entry in entries
                for reason in entry.reasons
                if reason.key == section.key
            ]
            if section.tell and lines:
                lines = section.tell(lines)
            told |= {(line.client_id, section.key): line for line in lines}
        return told

    @api.model
    def _prepare_clients(self, entries):
        """Return {client id: what the page says of the client itself}."""
        clients = self.env["client.relationship"].browse([entry.client_id for entry in entries])
        writable = clients._filtered_access("write")
        suffix = self._get_suffix()
        bands = dict(clients._fields["health_band_shared"]._description_selection(self.env))
        rows = {}
        for client in clients:
            band = client[f"health_band{suffix}"]
            score = client[f"health_score{suffix}"]
            rows[client.id] = {
                "id": client.id,
                "name": client.display_name,
                "stage": client.stage_id.name,
                "company_id": client.company_id.id,
                "company": len(self.env.companies) > 1 and client.company_id.name,
                "owner_id": client.user_id.id,
                "owner": client.user_id.name,
                "is_mine": client.user_id == self.env.user,
                "can_write": client in writable,
                "band": band,
                "band_name": bands.get(band, False),
                "score": get_shown(score) if client.health_known else False,
                "is_provisional": client.health_provisional,
            }
        return rows

    @api.model
    def _prepare_reasons(self, sections, entries, told, rows):
        """Return {client id: [its reasons]}."""
        by_key = {section.key: section for section in sections}
        users = self.env["res.users"].browse({line.user_id for line in told.values()} - {None})
        names = {user.id: user.name for user in users}
        days = self._get_days()
        found = {}
        for entry in entries:
            row = rows[entry.client_id]
            found[entry.client_id] = [
                {
                    **self._prepare_reason(told[entry.client_id, key], row, days, names),
                    "key": key,
                    "title": by_key[key].title,
                    "icon": by_key[key].icon,
                    "more": more,
                }
                for key, _line, more in entry.reasons
            ]
        return found

    @api.model
    def _prepare_reason(self, line, row, days, names):
        day = days[row["company_id"]]
        is_others = line.user_id not in (None, row["owner_id"])
        return {
            "text": line.text,
            "when": " · ".join(filter(None, (self._get_when(line, day), line.note))),
            "is_late": bool(line.due and line.day and line.day < day),
            "user": is_others and names[line.user_id],
            "button": self._prepare_button(line.button, row),
        }

    @api.model
    def _prepare_button(self, button, row):
        if not row["can_write"]:
            # who follows a client reads it, and writes nothing
            button = self._get_open_button(row["id"])
        return {
            **button._asdict(),
            "choices": [{"label": label, "method": method} for label, method in button.choices],
        }

    @api.model
    def _get_open_button(self, client_id):
        return Button(self.env._("Open"), "client.relationship", client_id)

    @api.model
    def _get_when(self, line, day):
        """Return since when it is so, or when it is due, in words."""
        if not line.day:
            return ""
        words = format_day(self.env, line.day)
        if not line.due:
            return self.env._("since %s", words)
        late = (day - line.day).days
        if late > 1:
            return self.env._("%s days late", late)
        if late == 1:
            return self.env._("1 day late")
        return self.env._("due on %s", words) if late else self.env._("due today")

    # What sections need

    @api.model
    def _get_suffix(self):
        """Return what follows the names of the figures of health that the user may read."""
        return "" if self.env.user.has_group(MONEY_GROUP) else "_shared"

    @api.model
    def _get_days(self):
        """Return {company id: the day that it is there}, of the chosen companies."""
        return {company.id: get_today(company) for company in self.env.companies}

    @api.model
    def _get_last_day(self, ahead=timedelta(0)):
        """Return the latest of these days: for a search, before each client's own is looked at."""
        return max(self._get_days().values()) + ahead

    @api.model
    def _get_day(self, moment):
        """Return the user's day of a moment in UTC."""
        return fields.Datetime.context_timestamp(self, moment).date()


class ClientRelationship(models.Model):
    """Adds to the client the page *Today*."""

    _name = "client.relationship"
    _inherit = ["client.relationship"]

    @api.model
    @api.readonly
    def get_today(self, scope=None):
        """Return which clients need a person today and why, as plain JSON; see ``client.today``.

        ``scope``: "mine" for the user's own clients, "team" for all that they may read; by default
        "mine", of users without a client of their own "team". Only of the chosen companies. Users
        who may read no client at all are refused.
        """
        self.check_access("read")
        return self.env["client.today"]._get_page(scope if scope in ("mine", "team") else None)

    def action_answer_waiting(self):
        """Open the composer for whoever of the client waits longest for our answer.

        Where the user may not read that discussion, the window that hands it over.
        """
        self.ensure_one()
        self.check_access("read")  # they are found in SQL
        row = self.env["client.waiting"]._make_rows(self)[:1]
        if not row:
            raise UserError(
                self.env._(
                    "%s no longer waits: it was answered meanwhile. Please reload the page.",
                    self.display_name,
                )
            )
        return row.action_answer() if row.message_id else row.action_hand_over()
