/* global Chart */
import { beforeEach, expect, test } from "@odoo/hoot";
import { queryAllTexts, queryFirst, queryText } from "@odoo/hoot-dom";
import { animationFrame } from "@odoo/hoot-mock";
import {
    allowTranslations,
    contains,
    getService,
    mountWithCleanup,
    onRpc,
    preloadBundle,
} from "@web/../tests/web_test_helpers";
import { WebClient } from "@web/webclient/webclient";
import { defineClientHealthModels } from "../client_health_test_helpers";
import {
    getMarginConfig,
    getWeeksConfig,
} from "@client_health/overview/dashboard/client_dashboard_charts";

const THEME = { text: "black", get: (name) => name };
const WEEKS = [
    { date: "2026-11-22", healthy: 4, watch: 1, risk: 0, unknown: 0 },
    { date: "2026-11-29", healthy: 3, watch: 1, risk: 1, unknown: 0 },
];
const HERE = [["company_id", "=", 1]];
const DATA = {
    company: "Agency",
    currency_id: 1,
    months: 3,
    periods: [3, 6, 12],
    start: "2026-08-29",
    sees_money: true,
    domains: { clients: HERE, snapshots: HERE, ledger: HERE, promises: HERE, feedback: HERE },
    teams: [{ id: 4, name: "North" }],
    users: [{ id: 7, name: "Ana" }],
    bands: { healthy: 3, watch: 1, risk: 1, unknown: 0 },
    weeks: WEEKS,
    margin: {
        months: [
            { date: "2026-09-01", revenue: 100, margin: 40, rate: 40 },
            { date: "2026-10-01", revenue: 80, margin: null, rate: null },
        ],
        revenue: 180,
        margin: null,
        rate: null,
    },
    promises: { kept: 3, late: 1, overdue: 0, share: 75 },
    feedback: {
        asked: 0,
        answered: 0,
        silent: 0,
        waiting: 0,
        undelivered: 0,
        response: null,
        satisfaction: null,
        nps: null,
    },
    waiting: { ids: [5], clients: [{ id: 5, name: "Coral", hours: null, since: "2026-11-20" }] },
    movers: {
        since: "2026-08-29",
        up: [],
        down: [{ id: 3, name: "Azur", before: 80, now: 40 }],
    },
};
const tile = (name) => `.o_client_dashboard [data-tile=${name}]`;

test("weeks: a band that no week has is not drawn", () => {
    allowTranslations();
    const { data } = getWeeksConfig({ weeks: WEEKS, theme: THEME, onOpen() {} });
    expect(data.datasets.map(({ label }) => `${label}`)).toEqual(["Green", "Yellow", "Red"]);
    expect(data.datasets[2].data).toEqual([0, 1]);
});

test("months: a margin that is not known is no bar, not one of 0", () => {
    allowTranslations();
    const { months } = DATA.margin;
    const { data } = getMarginConfig({ months, currencyId: 1, theme: THEME, onOpen() {} });
    expect(data.datasets[1].data).toEqual([40, null]);
});

defineClientHealthModels();
preloadBundle("web.chartjs_lib");

let data;

beforeEach(() => {
    data = DATA;
    onRpc("client.relationship", "get_dashboard", ({ kwargs }) => {
        const { months, team_id, user_id } = kwargs;
        expect.step(`${months} ${team_id} ${user_id}`);
        return data;
    });
});

const mountDashboard = async () => {
    await mountWithCleanup(WebClient);
    await getService("action").doAction({
        type: "ir.actions.client",
        tag: "client_health.dashboard",
    });
    await animationFrame();
};

test("what is not known is said, never 0", async () => {
    await mountDashboard();
    expect.verifySteps(["3 false false"]);
    expect(`${tile("margin")} button`).toHaveText("Unknown");
    expect(`${tile("promises")} button:first`).toHaveText("75 %");
    expect(`${tile("feedback")} button`).toHaveText("–");
    expect(queryText(tile("feedback"))).toMatch(/No contact was asked/);
    expect(queryText(tile("longest"))).not.toMatch(/0:00|00:00/);
    expect(Chart.getChart(queryFirst(`${tile("weeks")} canvas`)).data.labels).toHaveLength(2);
});

test("who may not see money gets no tile of it", async () => {
    data = { ...DATA, sees_money: false, margin: null };
    await mountDashboard();
    expect.verifySteps(["3 false false"]);
    expect(tile("margin")).toHaveCount(0);
    expect(tile("months")).toHaveCount(0);
    expect(queryAllTexts(`${tile("bands")} button`)).toEqual(["3 Green", "1 Yellow", "1 Red"]);
});

test("period, team and salesperson are asked for together", async () => {
    await mountDashboard();
    await contains(".o_client_dashboard select[name=months]").select("12");
    await contains(".o_client_dashboard select[name=team]").select("4");
    await contains(".o_client_dashboard select[name=user]").select("7");
    await contains(".o_client_dashboard select[name=team]").select("");
    expect.verifySteps(["3 false false", "12 false false", "12 4 false", "12 4 7", "12 false 7"]);
});

test("without any client it says what will be there", async () => {
    data = { ...DATA, weeks: [], bands: { healthy: 0, watch: 0, risk: 0, unknown: 0 } };
    await mountDashboard();
    expect.verifySteps(["3 false false"]);
    expect(".o_client_dashboard .o_view_nocontent").toHaveCount(1);
    expect(tile("bands")).toHaveCount(0);
});
