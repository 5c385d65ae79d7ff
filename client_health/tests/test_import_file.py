import csv
import json
from io import BytesIO, StringIO

from openpyxl import load_workbook

from odoo.http import Request
from odoo.tests import HttpCase, tagged

from .health.common_voice import VoiceCommon


@tagged("post_install", "-at_install")
class TestImportFile(VoiceCommon, HttpCase):
    """A file of many rows goes in by Odoo's import screen, and out by its export."""

    count = 100  # the slow tests take a thousand

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clients = cls._create_clients(10)
        cls.owner.group_ids += cls.env.ref("base.group_allow_export")

    def _write_file(self, header, rows):
        text = StringIO()
        writer = csv.writer(text)
        writer.writerows([header, *rows])
        return text.getvalue().encode()

    def _import(self, model, header, rows):
        """Do what the screen does: upload, look at the guesses, test, import."""
        wizard = (
            self.env["base_import.import"]
            .with_user(self.owner)
            .create(
                {
                    "res_model": model,
                    "file": self._write_file(header, rows),
                    "file_name": "rows.csv",
                    "file_type": "text/csv",
                }
            )
        )
        options = {"quoting": '"', "separator": ",", "has_headers": True, "encoding": "utf-8"}
        options |= {"date_format": "%Y-%m-%d", "datetime_format": "%Y-%m-%d %H:%M:%S"}
        preview = wizard.parse_preview(options)
        self.assertNotIn("error", preview)
        # {column number: path of the field that its header means}
        columns = ["/".join(preview["matches"][number]) for number in range(len(header))]
        tried = wizard.execute_import(columns, header, options, dryrun=True)
        self.assertFalse(tried["messages"])
        done = wizard.execute_import(columns, header, options)
        self.assertFalse(done["messages"])
        return self.env[model].with_user(self.owner).browse(done["ids"])

    def _export(self, records, names):
        """Return the rows of the sheet that the export dialog makes."""
        self.authenticate("ch_owner", "ch_owner")
        columns = [
            {"name": name, "label": name, "type": records._fields[name.split("/")[0]].type}
            for name in names
        ]
        asked = {
            "model": records._name,
            "fields": columns,
            "ids": records.ids,
            "domain": [],
            "import_compat": False,
            "context": {},
            "groupby": [],
        }
        token = Request.csrf_token(self)
        answer = self.url_open(
            "/web/export/xlsx", data={"data": json.dumps(asked), "csrf_token": token}
        )
        self.assertEqual(answer.status_code, 200)
        sheet = load_workbook(BytesIO(answer.content), read_only=True).active
        return list(sheet.iter_rows(values_only=True))

    def test_goals(self):
        header = ["Goal", "Client", "Benefit for the Client", "Baseline", "Target", "Actual"]
        header += ["Start", "Until", "State"]
        rows = [
            [f"Goal {number}", f"Client {number % 10}", "More guests", 10, 20, 12.5]
            + ["2025-01-01", "2025-12-31", "Agreed"]
            for number in range(self.count)
        ]
        goals = self._import("client.goal", header, rows)
        self.assertEqual(len(goals), self.count)
        self.assertEqual(goals.relationship_id, self.clients)
        self.assertEqual(set(goals.mapped("progress")), {25})
        self.assertEqual(set(goals.mapped("benefit_side")), {"client"}, "Flagged, not lost")
        out = self._export(goals, ["name", "relationship_id", "actual", "state"])
        self.assertEqual(len(out), self.count + 1)
        self.assertIn(("Goal 7", "Client 7", 12.5, "Agreed"), out)

    def test_feedback(self):
        header = ["Client", "Kind", "Text", "Rating", "Date"]
        kinds = ["Complaint", "Praise", "Price pressure", "Concern"]
        rows = [
            [f"Client {number % 10}", kinds[number % 4], f'=1+1, "ü" {number}\nline']
            + [number % 5 + 1, "2025-03-01 10:00:00"]
            for number in range(self.count)
        ]
        lines = self._import("client.feedback", header, rows)
        self.assertEqual(len(lines), self.count)
        self.assertEqual(lines.relationship_id, self.clients)
        self.assertEqual(len(lines.filtered(lambda line: line.state == "open")), self.count / 2)
        out = self._export(lines, ["text", "kind", "rating"])
        self.assertEqual(len(out), self.count + 1)
        self.assertEqual({row[1] for row in out[1:]}, set(kinds))


@tagged("post_install", "-at_install", "slow")
class TestImportLargeFile(TestImportFile):
    count = 1000
