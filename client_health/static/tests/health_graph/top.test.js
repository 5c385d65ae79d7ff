/* global Chart */
import { beforeEach, describe, expect, test } from "@odoo/hoot";
import { queryAllTexts, queryFirst, queryText } from "@odoo/hoot-dom";
import { animationFrame } from "@odoo/hoot-mock";
import {
    contains,
    fields,
    models,
    mountView,
    onRpc,
    patchWithCleanup,
    preloadBundle,
} from "@web/../tests/web_test_helpers";
import { download } from "@web/core/network/download";
import { defineClientHealthModels } from "../client_health_test_helpers";

const NOTICE = ".o_client_top_notice";

class Client extends models.Model {
    _name = "top.client";
    name = fields.Char();
    phase = fields.Char();
    _records = Array.from({ length: 12 }, (_value, index) => ({
        id: index + 1,
        name: `Client ${index + 1}`,
        phase: index ? "healthy" : "ended",
    }));
}

/** A row a client and month: client 12 brings in the most, client 1 nothing. */
class Figure extends models.Model {
    _name = "top.figure";
    partner_id = fields.Many2one({ relation: "top.client", string: "Client" });
    date = fields.Date();
    amount = fields.Float({ aggregator: "sum" });
    strain = fields.Selection({
        selection: [
            ["1", "Not at all"],
            ["2", "Somewhat"],
            ["3", "Very"],
        ],
    });
    _records = Array.from({ length: 24 }, (_value, index) => ({
        id: index + 1,
        partner_id: (index % 12) + 1,
        date: index < 12 ? "2026-01-05" : "2026-02-05",
        amount: index % 12,
        strain: `${3 - (index % 3)}`,
    }));
}

const getRows = () => queryAllTexts(".o_pivot tbody tr th");
const getChart = () => Chart.getChart(queryFirst(".o_graph_canvas_container canvas")).data;

const mountGraph = (attributes, groups) =>
    mountView({
        type: "graph",
        resModel: "top.figure",
        arch: `<graph ${attributes}>${groups}<field name="amount" type="measure"/></graph>`,
    });
const mountPivot = () =>
    mountView({
        type: "pivot",
        resModel: "top.figure",
        arch: `<pivot js_class="client_top_pivot">
                 <field name="partner_id" type="row"/><field name="amount" type="measure"/>
               </pivot>`,
    });

describe("@client_health ten of many", () => {
    preloadBundle("web.assets_backend_lazy");
    preloadBundle("web.chartjs_lib");
    beforeEach(() => defineClientHealthModels(Client, Figure));

    test("a chart of clients opens on the largest", async () => {
        await mountGraph('js_class="client_top_graph" order="DESC"', '<field name="partner_id"/>');
        expect(getChart().labels).toHaveLength(10);
        expect(getChart().labels[0]).toBe("Client 12");
        expect(getChart().labels).not.toInclude("Client 2");
        expect(queryText(NOTICE)).toInclude("The 10 largest of 12");
        await contains(`${NOTICE} button`).click();
        await animationFrame();
        expect(getChart().labels).toHaveLength(12);
        expect(NOTICE).toHaveCount(0);
    });

    test("over time, ten lines", async () => {
        const groups = '<field name="date" interval="month"/><field name="partner_id"/>';
        await mountGraph('js_class="client_top_graph" type="line"', groups);
        expect(getChart().labels).toEqual(["January 2026", "February 2026"]);
        expect(getChart().datasets.map(({ label }) => label)).toEqual(
            Array.from({ length: 10 }, (_value, index) => `Client ${index + 3}`)
        );
    });

    test("of health, the lowest", async () => {
        const groups = '<field name="date" interval="month"/><field name="partner_id"/>';
        await mountGraph('js_class="client_health_graph" type="line"', groups);
        const labels = getChart().datasets.map(({ label }) => label);
        expect(labels).toInclude("Client 1");
        expect(labels).not.toInclude("Client 12");
        expect(queryText(NOTICE)).toInclude("The 10 lowest of 12");
    });

    test("of health, the lowest by the last reading", async () => {
        // client 12 was the highest and fell below all; client 1 was the lowest, and mended
        Figure._records[23].amount = -1;
        Figure._records[12].amount = 99;
        const groups = '<field name="date" interval="month"/><field name="partner_id"/>';
        await mountGraph('js_class="client_health_graph" type="line"', groups);
        const labels = getChart().datasets.map(({ label }) => label);
        expect(labels).toInclude("Client 12");
        expect(labels).not.toInclude("Client 1");
        expect(labels).not.toInclude("Client 11");
    });

    test("by what is not many, all", async () => {
        await mountGraph('js_class="client_top_graph"', '<field name="date" interval="day"/>');
        expect(getChart().labels).toHaveLength(2);
        expect(NOTICE).toHaveCount(0);
    });

    /** Let the server say no figure where ``isUnknown``: a margin of hours without cost. */
    const hideFigures = (isUnknown) =>
        onRpc("formatted_read_group", ({ parent }) => {
            const groups = parent();
            for (const group of groups.filter(isUnknown)) {
                group["amount:sum"] = false;
            }
            return groups;
        });

    test("what is not known is no bar", async () => {
        hideFigures(({ partner_id }) => partner_id[0] === 12);
        await mountGraph('js_class="client_top_graph" order="DESC"', '<field name="partner_id"/>');
        expect(getChart().labels).toHaveLength(10);
        expect(getChart().labels).not.toInclude("Client 12");
    });

    test("what is not known is a gap in a line, and a month without rows is 0", async () => {
        Figure._records = Figure._records.filter(({ id }) => id !== 23);
        hideFigures(
            (group) => group.partner_id[0] === 12 && group["date:month"][1] === "February 2026"
        );
        const groups = '<field name="date" interval="month"/><field name="partner_id"/>';
        await mountGraph('js_class="client_top_graph" type="line"', groups);
        const lines = Object.fromEntries(
            getChart().datasets.map(({ data, label }) => [label, data])
        );
        expect(lines["Client 12"]).toEqual([11, null]);
        expect(lines["Client 11"]).toEqual([10, 0]);
    });

    test("who is never known is in no legend", async () => {
        hideFigures(({ partner_id }) => partner_id[0] === 12);
        const groups = '<field name="date" interval="month"/><field name="partner_id"/>';
        await mountGraph('js_class="client_top_graph" type="line"', groups);
        const labels = getChart().datasets.map(({ label }) => label);
        expect(labels).toInclude("Client 11");
        expect(labels).not.toInclude("Client 12");
    });

    test("a legend in the order of the choices", async () => {
        const groups = '<field name="date" interval="month"/><field name="strain"/>';
        await mountGraph('js_class="client_top_graph" stacked="0"', groups);
        expect(getChart().datasets.map(({ label }) => label)).toEqual([
            "Not at all",
            "Somewhat",
            "Very",
        ]);
    });

    const mountCurrent = (type, context = {}) =>
        mountView({
            type,
            resModel: "top.client",
            arch: `<${type} js_class="client_current_${type}"><field name="phase"/></${type}>`,
            searchViewArch: `<search>
                <filter name="current" string="Current" domain="[('phase', '!=', 'ended')]"/>
                <separator/>
                <filter name="ended" string="Ended" domain="[('phase', '=', 'ended')]"/>
            </search>`,
            context,
        });

    for (const type of ["graph", "pivot"]) {
        test(`a ${type} of clients leaves out those that ended`, async () => {
            await mountCurrent(type);
            expect(queryAllTexts(".o_facet_value")).toEqual(["Current"]);
            expect(".o_view_controller").not.toHaveText(/ended/);
            await contains(".o_facet_remove").click();
            await animationFrame();
            expect(".o_facet_value").toHaveCount(0);
        });
    }

    test("who looks for stages is let alone", async () => {
        await mountCurrent("pivot", { search_default_ended: 1 });
        expect(queryAllTexts(".o_facet_value")).toEqual(["Ended"]);
    });

    test("a table opens on the largest, its total is that of all", async () => {
        patchWithCleanup(download, {
            _download: async ({ data }) => {
                const { rows } = JSON.parse(await data.data.text());
                expect.step(`${rows.length} rows`);
            },
        });
        await mountPivot();
        expect(getRows()).toHaveLength(11);
        expect(getRows().slice(0, 2)).toEqual(["Total", "Client 12"]);
        expect(queryFirst(".o_pivot_cell_value")).toHaveText("132.00");
        expect(queryText(NOTICE)).toInclude("The 10 largest of 12");
        // the smallest first
        await contains(".o_pivot_measure_row").click();
        await animationFrame();
        expect(getRows()[1]).toBe("Client 1");
        expect(queryText(NOTICE)).toInclude("The 10 lowest of 12");
        await contains(".o_pivot_download").click();
        await expect.waitForSteps(["13 rows"]);
        expect(getRows()).toHaveLength(11);
        await contains(`${NOTICE} button`).click();
        await animationFrame();
        expect(getRows()).toHaveLength(13);
    });
});
