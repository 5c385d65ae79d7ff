from odoo import api, models


class ClientHandoverListMixin(models.AbstractModel):
    """What goes on the list of a handover: read from the projects, logins and files there are."""

    _name = "client.handover.list.mixin"
    _description = "List of a Handover"

    @api.model
    def _prepare_lines(self, offboardings):
        """Return the values of the lines that are missing, in a fixed number of queries."""
        known = {
            (line.offboarding_id.id, line.kind, line.project_id.id, line.login_id.id)
            for line in offboardings.line_ids
        }
        wanted = [
            *self._prepare_project_lines(offboardings),
            *self._prepare_login_lines(offboardings),
            *self._prepare_access_lines(offboardings),
        ]
        return [
            values
            for values in wanted
            if (
                values["offboarding_id"],
                values["kind"],
                values.get("project_id", False),
                values.get("login_id", False),
            )
            not in known
        ]

    @api.model
    def _prepare_project_lines(self, offboardings):
        projects = self.env["project.project"].search(
            [
                ("partner_id.commercial_partner_id", "in", offboardings.partner_id.ids),
                ("company_id", "in", [*offboardings.company_id.ids, False]),
                ("is_template", "=", False),
            ],
            order="id",
        )
        by_client = projects.grouped(lambda project: project.partner_id.commercial_partner_id)
        files = self._count_files(projects)
        lines = []
        for offboarding in offboardings:
            for project in by_client.get(offboarding.partner_id, projects.browse()):
                if project.company_id in (offboarding.company_id, self.env["res.company"]):
                    lines += self._prepare_lines_of(offboarding, project, files)
        return lines

    @api.model
    def _prepare_lines_of(self, offboarding, project, files):
        common = {
            "offboarding_id": offboarding.id,
            "project_id": project.id,
            "user_id": project.user_id.id,
        }
        lines = [
            {
                **common,
                "sequence": 10,
                "kind": "task",
                "name": self.env._("Finish or cancel what is open in %s", project.name),
            },
            {
                **common,
                "sequence": 20,
                "kind": "project",
                "name": self.env._("Close the project %s", project.name),
            },
        ]
        if files.get(project.id):
            lines.append(
                {
                    **common,
                    "sequence": 30,
                    "kind": "document",
                    "name": self.env._(
                        "Hand over the files of %(project)s (%(count)s)",
                        project=project.name,
                        count=files[project.id],
                    ),
                }
            )
        return lines

    @api.model
    def _count_files(self, projects):
        """Return {project id: files on it and on its tasks}, in two queries."""
        tasks = self.env["project.task"].search_fetch(
            [("project_id", "in", projects.ids)], ["project_id"]
        )
        places = {("project.project", project.id): project.id for project in projects}
        places.update({("project.task", task.id): task.project_id.id for task in tasks})
        counts = {}
        for model, res_id, count in self.env["ir.attachment"]._read_group(
            [
                "|",
                "&", ("res_model", "=", "project.project"), ("res_id", "in", projects.ids),
                "&", ("res_model", "=", "project.task"), ("res_id", "in", tasks.ids),
            ],
            ["res_model", "res_id"],
            ["__count"],
        ):  # fmt: skip
            project_id = places[model, res_id]
            counts[project_id] = counts.get(project_id, 0) + count
        return counts

    @api.model
    def _prepare_login_lines(self, offboardings):
        users = self.env["res.users"].search(
            [
                ("share", "=", True),
                ("partner_id.commercial_partner_id", "in", offboardings.partner_id.ids),
            ],
            order="id",
        )
        by_client = users.grouped(lambda user: user.partner_id.commercial_partner_id)
        return [
            {
                "offboarding_id": offboarding.id,
                "sequence": 40,
                "kind": "login",
                "login_id": user.id,
                "contact_id": user.partner_id.id,
                "user_id": offboarding.user_id.id,
                "name": self.env._("Close the portal login of %s", user.name),
            }
            for offboarding in offboardings
            for user in by_client.get(offboarding.partner_id, users.browse())
        ]

    @api.model
    def _prepare_access_lines(self, offboardings):
        return [
            {
                "offboarding_id": offboarding.id,
                "sequence": 45,
                "kind": "access",
                "user_id": offboarding.user_id.id,
                "name": self.env._("Give back our accesses: hosting, shops, accounts, passwords"),
            }
            for offboarding in offboardings
        ]
