from odoo import models


class ClientActivityMixin(models.AbstractModel):
    """Plans activities on many records at once, without one mail per record.

    Beside ``mail.activity.mixin``, not on top of it: opportunities have that one already.
    """

    _name = "client.activity.mixin"
    _description = "Activities in Batch"

    def _schedule_activities(self, users, type_xmlid="", once=False, get_summary=None, **values):
        """Plan an activity on each record for its user; return the activities.

        Assignees find them among their activities, and read them in their language.

        :param users: {record: user}
        :param once: leave out records on which an activity of this type is open
        :param get_summary: a function of the records, in the language of their assignee
        :param values: as in ``activity_schedule``
        """
        todo = self
        if once:
            todo -= self.browse(self.activity_search([type_xmlid]).mapped("res_id"))
        # an activity takes the name of its record one by one: have them all read at once
        todo.mapped("display_name")
        activities = self.env["mail.activity"]
        for user, records in todo.grouped(lambda record: users[record]).items():
            group = records.with_context(mail_activity_quick_update=True, lang=user.lang)
            if get_summary:
                values["summary"] = get_summary(group)
            activities |= (
                group.activity_schedule(type_xmlid, user_id=user.id, **values) or activities
            )
        return activities
