from time import perf_counter

from odoo.tests import tagged

from .test_goal import GoalCommon

COLUMNS = [
    "name",
    "relationship_id",
    "benefit_client",
    "benefit_us",
    "baseline",
    "target",
    "actual",
    "unit",
    "date_start",
    "date_end",
    "state",
    "client_owner_id/.id",
]


@tagged("post_install", "-at_install")
class TestGoalImport(GoalCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clients = cls._create_clients(20)
        cls.owner.group_ids += cls.env.ref("base.group_allow_export")

    def _row(self, number, **vals):
        row = {
            "name": f"Goal {number}",
            "relationship_id": f"Client {number % 20}",
            "benefit_client": "More guests",
            "benefit_us": "A case",
            "baseline": "10",
            "target": "20",
            "actual": "12.5",
            "unit": "bookings",
            "date_start": "2025-01-01",
            "date_end": "2025-12-31",
            "state": "agreed",
            "client_owner_id/.id": "",
        }
        return [{**row, **vals}[column] for column in COLUMNS]

    def test_a_thousand_goals_in_and_out(self):
        goals = self.env["client.goal"].with_user(self.owner).with_context(tracking_disable=False)
        start = perf_counter()
        loaded = goals.load(COLUMNS, [self._row(number) for number in range(1000)])
        spent = perf_counter() - start
        self.assertFalse(loaded["messages"])
        self.assertEqual(len(loaded["ids"]), 1000)
        self.assertLess(spent, 60)
        imported = goals.browse(loaded["ids"])
        self.assertEqual(imported.relationship_id, self.clients)
        self.assertEqual(set(imported.mapped("progress")), {25})
        start = perf_counter()
        exported = imported.export_data([*COLUMNS[:-1], "progress", "standing"])["datas"]
        self.assertLess(perf_counter() - start, 30)
        self.assertEqual(len(exported), 1000)
        self.assertEqual(exported[7][:2], ["Goal 7", "Client 7"])

    def test_bad_rows_say_what_is_wrong(self):
        foreign = self.clients[1].partner_id
        rows = [
            self._row(0),
            self._row(1, target="10"),
            self._row(2, relationship_id="Nobody Knows Ltd"),
            self._row(3, date_end="2024-01-01"),
            self._row(4, state="finished"),
            self._row(5, target="a lot"),
            self._row(6, **{"client_owner_id/.id": str(foreign.id)}),
            self._row(7, name=""),
        ]
        for number, message in (
            (1, "baseline and target are the same"),
            (2, "Nobody Knows Ltd"),
            (3, "ends before it starts"),
            (4, "finished"),
            (5, "a lot"),
            (6, "belongs to Client 1"),
            (7, "Goal"),
        ):
            with self.subTest(number=number):
                loaded = self.env["client.goal"].with_user(self.owner).load(COLUMNS, [rows[number]])
                self.assertFalse(loaded["ids"])
                self.assertIn(message, loaded["messages"][0]["message"])
        together = self.env["client.goal"].with_user(self.owner).load(COLUMNS, rows)
        self.assertFalse(together["ids"], "All or nothing, as Odoo does it")
        wrong = {line["record"] for line in together["messages"]}
        self.assertNotIn(0, wrong)
        self.assertTrue({2, 4, 5} <= wrong)

    def test_nobody_imports_for_a_client_that_is_not_his(self):
        loaded = self.env["client.goal"].with_user(self.colleague).load(COLUMNS, [self._row(1)])
        self.assertFalse(loaded["ids"])
        self.assertTrue(loaded["messages"])
