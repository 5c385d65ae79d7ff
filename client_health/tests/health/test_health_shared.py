import json

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.exceptions import AccessError
from odoo.tests import BaseCase, tagged

from ...engine.health import scoring
from ...engine.health.scoring import Measure, Scorer
from .common_health import HealthCommon

LIMITS = (75.0, 50.0)
MONEY = ("margin_rate", "rate_trend", "overdue_habit")
EXACT = ("health_score", "health_band", "health_trend", "health_direction")
SHARED = tuple(f"{name}_shared" for name in EXACT)


@tagged("at_install", "-post_install")
class TestSharedScore(BaseCase):
    def test_middle_of_the_band(self):
        for points, middle in ((0, 25), (49.9, 25), (50, 62), (74.9, 62), (75, 87), (100, 87)):
            self.assertEqual(scoring.get_middle(points, LIMITS), middle)
        self.assertEqual(scoring.get_middle(85, (90.0, 60.0)), 75)

    def test_by_hand(self):
        scorer = Scorer([Measure("m", "money", 1, 0, 100), Measure("c", "contact", 1, 0, 100)])
        result = scorer.get_score_of_values({"m": 55, "c": 80})
        self.assertEqual(result.score, 67.5)
        score, points = scorer.get_shared(result, LIMITS)
        self.assertEqual((score, points), (71, {"money": 62, "contact": 80}))

    @settings(deadline=None)
    @given(
        st.lists(st.floats(0, 100), min_size=3, max_size=3),
        st.sampled_from([(0.0, 49.99), (50.0, 74.99), (75.0, 100.0)]),
        st.data(),
    )
    def test_nothing_narrower_than_the_band_follows(self, others, band, data):
        """Whatever else is known or made known: two margins of a band give the same."""
        measures = [
            Measure("margin", "money", 2, 0, 100),
            Measure("habit", "money", 1, 0, 100),
            *(Measure(code, code, 1, 0, 100) for code in ("contact", "voice", "results")),
        ]
        scorer = Scorer(measures)
        found = set()
        for _try in range(2):
            money = data.draw(st.floats(*band))
            values = dict(zip(("contact", "voice", "results"), others, strict=True))
            values |= {"margin": money, "habit": money}
            score, points = scorer.get_shared(scorer.get_score_of_values(values), LIMITS)
            found.add((score, *sorted(points.items())))
        self.assertEqual(len(found), 1)


@tagged("post_install", "-at_install")
class TestHealthShared(HealthCommon):
    """Two clients that differ in their margin alone, as users read them who may not see money."""

    # the slow tests try more of both
    others = range(40, 101, 12)
    nights = 15

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.client_health_move = "propose"
        cls.twins = cls._create_clients(2, cls.owner)
        cls.twins.partner_id.name = "Twin"
        cls._settle(cls.twins)

    def _run(self, margins, days_ago=0, others=80):
        """Run a night of the twins, each with points of its own in the measures of money."""
        self._set_points(others)
        for twin, points in zip(self.twins, margins, strict=True):
            for measure in self.measures.filtered(lambda m: m.code in MONEY):
                value = measure.floor + points / 100 * (measure.target - measure.floor)
                self.values[measure.code] = self.values[measure.code] if isinstance(
                    self.values[measure.code], dict) else {}  # fmt: skip
                self.values[measure.code][twin.id] = value
        self._night(days_ago, self.twins)

    def _read_all(self, twin, user):
        """Return all that a user reads of a client's health, without what names it."""
        twin = twin.with_user(user)
        snapshots = self.Snapshot.with_user(user)
        fields = [
            name
            for name, field in snapshots.fields_get().items()
            if field["store"] and name not in ("id", "relationship_id", "display_name")
        ]
        found = {
            "client": twin.read([*SHARED, "health_known", "health_coverage", "health_reasons",
                                 "health_coverage_lost", "health_provisional",
                                 "health_band_reason"])[0] | {"id": 0},
            "explained": twin.get_health_explanation(),
            "history": twin.get_health_history(),
            "snapshots": [
                row | {"id": 0}
                for row in snapshots.search_read([("relationship_id", "=", twin.id)], fields)
            ],
            "review": [
                twin[column.field]
                for column in self.env["client.review"].with_user(user)._get_allowed_columns()
                if column.field.startswith("health")
            ],
            "notes": twin.message_ids.mapped("body"),
        }  # fmt: skip
        return json.loads(json.dumps(found, default=str))

    def test_the_exact_figures_are_not_read(self):
        self._run((55, 70))
        twin = self.twins[0]
        for user in (self.owner, self.seller):
            user.group_ids |= self.env.ref("base.group_allow_export")
            client, snapshots = twin.with_user(user), self.Snapshot.with_user(user)
            self.assertTrue(client.read(SHARED)[0]["health_score_shared"])
            for name in EXACT:
                self.assertNotIn(name, client.fields_get())
                for attempt in (
                    lambda client=client, name=name: client.read([name]),
                    lambda client=client, name=name: client.search([(name, "!=", False)]),
                    lambda client=client, name=name: client.search([], order=name),
                    lambda client=client, name=name: client._read_group([], [name], ["__count"]),
                    lambda client=client, name=name: client.export_data([name]),
                ):
                    with self.assertRaises(AccessError):
                        attempt()
            for name in ("score", "band", "points", "money_readings", "margin_rate"):
                with self.assertRaises(AccessError):
                    snapshots.search([]).read([name])
                with self.assertRaises(AccessError):
                    snapshots.search([(name, "!=", False)])
            measures = self.env["client.health.measure"].with_user(user)
            self.assertFalse(measures.search([]).filtered(lambda m: m.code in MONEY))
            with self.assertRaises(AccessError):
                self.measures.filtered(lambda m: m.code in MONEY).with_user(user).read(["weight"])
        self.assertEqual(
            twin.with_user(self.manager).read(["health_score"])[0]["health_score"],
            twin.health_score,
        )
        self.assertNotEqual(twin.health_score, twin.health_score_shared)

    def test_bisection_finds_no_margin(self):
        """By trying what the user may change, such as a pulse, until a band tips over."""
        found = []
        for margins in ((51, 74), (5, 45), (76, 99)):
            for others in self.others:
                self._run(margins, others=others)
                bands = [self._read_all(twin, self.owner)["client"] for twin in self.twins]
                found.append(bands[0] == bands[1])
        self.assertTrue(all(found))

    def test_many_nights_tell_no_margin_apart(self):
        """Margins that move within their bands, and cross them together: all else is the same."""
        exact = set()
        for night in range(self.nights):
            low = (5, 52, 77)[night * 3 // self.nights]
            margins = (low + night % 7, low + 20 - night % 5)
            self._run(margins, self.nights - 1 - night, others=60 + night % 30)
            exact.add(self.twins[0].health_score == self.twins[1].health_score)
        self.assertEqual(exact, {False}, "The exact scores tell them apart")
        one, other = (self._read_all(twin, self.owner) for twin in self.twins)
        self.assertEqual(len(one["snapshots"]), self.nights)
        for name in one:
            self.assertEqual(one[name], other[name], name)
        seen = [self._read_all(twin, self.manager)["explained"] for twin in self.twins]
        self.assertNotEqual(*seen)


@tagged("post_install", "-at_install", "slow")
class TestHealthSharedAtLength(TestHealthShared):
    others = range(40, 101, 4)
    nights = 60
