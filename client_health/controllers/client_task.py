from odoo.http import request

from odoo.addons.hr_timesheet.controllers.portal import TimesheetProjectCustomerPortal
from odoo.addons.hr_timesheet.controllers.project import ProjectCustomerPortal


# in this order: that of hr_timesheet's own page comes before project's, which calls no super
class ClientTaskPortal(ProjectCustomerPortal, TimesheetProjectCustomerPortal):
    """Odoo's pages of tasks, without hours where a company hides them from its clients."""

    def _task_get_page_view_values(self, task, access_token, **kwargs):
        values = super()._task_get_page_view_values(task, access_token, **kwargs)
        values["client_hours_hidden"] = task._hides_client_hours()
        if values["client_hours_hidden"]:
            values["allow_timesheets"] = False
            values["timesheets"] = request.env["account.analytic.line"]
        return values

    def _show_task_report(self, task_sudo, report_type, download):
        """The report of a task is one of its hours: without them, show its page."""
        if task_sudo._hides_client_hours():
            return request.redirect(task_sudo.get_portal_url())
        return super()._show_task_report(task_sudo, report_type, download)
