from collections import defaultdict
from datetime import timedelta

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...const import MANAGER_GROUP
from ...engine.clock import get_today
from ...engine.workload import spread

# So many of our activities on one day are enough for a person; with the greeting of the set-up
# that makes five.
MOST_PER_DAY = 4
MONDAY_TO_FRIDAY = frozenset(range(5))


def _list_days(company, first, weeks=520):
    """Return the working days of a company from a day on, for ten years: enough for all."""
    calendar = company.resource_calendar_id
    worked = {int(one.dayofweek) for one in calendar.attendance_ids} or MONDAY_TO_FRIDAY
    days = (first + timedelta(days=number) for number in range(7 * weeks))
    return [day for day in days if day.weekday() in worked]


# Managers who are looked at when a colleague for a task is sought
MOST_COLLEAGUES = 20


class ClientActivityMixin(models.AbstractModel):
    """Plans activities on many records at once, without one mail per record.

    Beside ``mail.activity.mixin``, not on top of it: opportunities have that one already.
    """

    _name = "client.activity.mixin"
    _description = "Activities in Batch"

    def _schedule_activities(
        self, users, type_xmlid="", once=False, get_summary=None, dates=None, **values
    ):
        """Plan an activity on each record for its user; return the activities.

        Assignees find them among their activities, and read them in their language. Without a due
        date they are due today, where the company of the record is. The number of queries depends
        neither on the records nor on the users. A firm that deleted the type wants none.

        :param users: {record: user}
        :param once: leave out records on which an activity of this type is open
        :param get_summary: a function of the records, in the language of their assignee
        :param dates: {record: due date}
        :param values: as in ``activity_schedule``
        """
        activities = self.env["mail.activity"]
        deleted = type_xmlid and not self.env.ref(type_xmlid, raise_if_not_found=False)
        if deleted or self.env.context.get("mail_activity_automation_skip"):
            return activities
        todo = self
        if once:
            todo -= self.browse(self.activity_search([type_xmlid]).mapped("res_id"))
        if not todo:
            return activities
        # an activity takes the name of its record, and its user's language, one by one: have them
        # all read at once
        todo.mapped("display_name")
        self.env["res.users"].union(*(users[record] for record in todo)).mapped("lang")
        todo._add_followers({record: users[record] for record in todo})
        for lang, records in todo.grouped(lambda record: users[record].lang).items():
            group = records.with_context(
                mail_activity_quick_update=True, client_followers_known=True, lang=lang
            )
            activities |= group._create_activities(
                users, group._prepare_activity(type_xmlid, get_summary, values), dates or {}
            )
        return activities.with_env(self.env)

    def _spread_days(self, users, days=1):
        """Return {record: due date}, the first ones first: not too many a day for one person.

        Evenly over so many working days from tomorrow on, for one day from today on. What a person
        has to do on these days already, of what was planned here, counts.

        :param users: {record: user}, of one company
        """
        company = self.company_id[:1] or self.env.company
        today = get_today(company)
        calendar = _list_days(company, today if days == 1 else today + timedelta(days=1))
        taken = self._count_planned(self.env["res.users"].union(*users.values()), today)
        places, found = {day: place for place, day in enumerate(calendar)}, {}
        for user, records in self.grouped(users.get).items():
            load = {places[day]: count for day, count in taken[user.id].items() if day in places}
            order = spread(len(records), days, MOST_PER_DAY, load)
            found.update(
                (record, calendar[place]) for record, place in zip(records, order, strict=True)
            )
        return found

    def _count_planned(self, users, today):
        """Return {user id: {day: number of our activities}} from today on, in one query."""
        rows = self.env["mail.activity"]._read_group(
            [
                ("res_model", "=", self._name),
                ("user_id", "in", users.ids),
                ("automated", "=", True),
                ("date_deadline", ">=", today),
            ],
            ["user_id", "date_deadline:day"],
            ["__count"],
        )
        planned = defaultdict(dict)
        for user, day, count in rows:
            planned[user.id][day] = count
        return planned

    def _create_activities(self, users, common, dates):
        return self.env["mail.activity"].create(
            [
                {
                    "date_deadline": get_today(record.company_id or self.env.company),
                    **common,
                    **({"date_deadline": dates[record]} if record in dates else {}),
                    "res_id": record.id,
                    "user_id": users[record].id,
                }
                for record in self
            ]
        )

    def _prepare_activity(self, type_xmlid, get_summary, values):
        """Return what the activities have in common, as ``activity_schedule`` would fill it in."""
        kind = self.env["mail.activity.type"].browse(values.get("activity_type_id"))
        if type_xmlid:
            kind = self.env.ref(type_xmlid, raise_if_not_found=False)
        kind = kind or self._default_activity_type()
        summary = get_summary(self) if get_summary else values.get("summary")
        given = {key: value for key, value in values.items() if value or key == "automated"}
        return {
            "automated": True,
            "note": kind.default_note,
            **given,
            "activity_type_id": kind.id,
            "summary": summary or kind.summary,
            "res_model_id": self.env["ir.model"]._get(self._name).id,
        }

    def _ask_for_task(self, relationship, project, summary):
        """Ask a colleague who may work on projects to do ``summary``, and say whom.

        For users without access to projects: an activity on this record, which the colleague may
        change. The project manager is asked first, then who is responsible for the client. What
        was asked already is not asked twice.
        """
        self.ensure_one()
        colleague = self._find_task_colleague(relationship, project)
        if not colleague:
            raise UserError(
                self.env._(
                    "No colleague may work on both the projects and this client. Please ask an "
                    "administrator for access to projects."
                )
            )
        kind = self.env.ref("mail.mail_activity_data_todo", raise_if_not_found=False)
        if summary not in self.activity_ids.mapped("summary"):
            self._schedule_activities(
                {self: colleague}, summary=summary, activity_type_id=kind and kind.id
            )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "You have no access to projects: %s is asked to do it.", colleague.name
                ),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _find_task_colleague(self, relationship, project):
        # sudo: only who it is; users may not read the groups and projects of their colleagues
        candidates = project.sudo().user_id | relationship._get_responsible()[relationship]
        candidates |= (
            self.env["res.users"]
            .sudo()
            .search(
                [
                    ("all_group_ids", "in", self.env.ref(MANAGER_GROUP).ids),
                    ("company_ids", "in", relationship.company_id.ids),
                ],
                order="id",
                limit=MOST_COLLEAGUES,
            )
        )
        able = relationship._filter_responsible(candidates.sudo(False), relationship.company_id)
        return (able - self.env.user).filtered(
            lambda user: (
                user.sudo().has_group("project.group_project_user")
                and self.with_user(user).has_access("write")
            )
        )[:1]

    def _add_followers(self, users):
        """Make each user a follower of their record, {record: user}, in one statement."""
        rows = [(record.id, user.partner_id.id) for record, user in users.items() if user]
        default, _internal, _external = self.env["mail.message.subtype"].default_subtypes(
            self._name
        )
        self.env["mail.followers"].flush_model()
        self.env.cr.execute(
            SQL(
                """
                WITH added AS (
                    INSERT INTO mail_followers (res_model, res_id, partner_id)
                    SELECT %s, UNNEST(%s::int[]), UNNEST(%s::int[])
                        ON CONFLICT DO NOTHING
                 RETURNING id
                )
                INSERT INTO mail_followers_mail_message_subtype_rel
                SELECT added.id, UNNEST(%s::int[]) FROM added
                """,
                self._name,
                [record_id for record_id, _partner_id in rows],
                [partner_id for _record_id, partner_id in rows],
                default.ids,
            )
        )
        self.env["mail.followers"].invalidate_model()
        self.invalidate_recordset(
            ["message_follower_ids", "message_partner_ids", "message_is_follower"]
        )


class ClientResponsibleMixin(models.AbstractModel):
    """Finds the user who acts on a client, or on the opportunity that is to become one.

    The model has ``user_id``, ``team_id`` and ``company_id``.
    """

    _name = "client.responsible.mixin"
    _description = "Responsible for a Client"
    _inherit = ["client.activity.mixin"]

    def _get_responsible(self):
        """Return {record: user}: the salesperson, else the team leader, else a manager.

        In a fixed number of queries. Empty only where the company has no manager.
        """
        # sudo: only who it is; users who act on a record may be unable to read its team
        records = self.sudo()
        companies = {record: record.company_id or self.env.company for record in records}
        found = {
            record: self._filter_responsible(record.user_id, companies[record])
            or self._filter_responsible(record.team_id.user_id, companies[record])
            for record in records
        }
        missing = [companies[record] for record in records if not found[record]]
        managers = self._get_managers(self.env["res.company"].union(*missing))
        return {
            record: (found[record] or managers[companies[record]]).with_env(self.env)
            for record in self
        }

    @api.model
    def _filter_responsible(self, users, company):
        """Return the users who can act for the company.

        A colleague who left, a portal user or OdooBot would never see what is asked of them.
        ``client_leaving`` in the context: ids of users about to be archived.
        """
        leaving = self.env.context.get("client_leaving", ())
        # sudo: users may not read where their colleagues work
        able = users.sudo().filtered(
            lambda user: (
                user.active
                and not user.share
                and not user._is_superuser()
                and user.id not in leaving
                and company in user.company_ids
            )
        )
        return able.with_env(users.env)

    @api.model
    def _get_managers(self, companies):
        """Return {company: one of its managers, the current user first}, in one query."""
        if not companies:
            return {}
        # sudo: only who it is; users may not read the groups of their colleagues
        managers = (
            self.env["res.users"]
            .sudo()
            .search(
                [
                    ("all_group_ids", "in", self.env.ref(MANAGER_GROUP).ids),
                    ("company_ids", "in", companies.ids),
                ],
                order="id",
            )
        )
        own = self.env.user
        return {
            company: self._filter_responsible(managers, company).sorted(
                lambda user, company=company: (user != own, user.company_id != company)
            )[:1]
            for company in companies
        }
