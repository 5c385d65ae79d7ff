/* global Chart */
import { beforeEach, describe, expect, test } from "@odoo/hoot";
import { click, hover, press, queryAllTexts, queryFirst, queryText } from "@odoo/hoot-dom";
import { animationFrame } from "@odoo/hoot-mock";
import { markup } from "@odoo/owl";
import {
    contains,
    fields,
    mockService,
    models,
    mountView,
    onRpc,
    preloadBundle,
    toggleMenuItem,
    toggleSearchBarMenu,
} from "@web/../tests/web_test_helpers";
import { defineClientHealthModels } from "../client_health_test_helpers";
import {
    addDomain,
    findAt,
    getBounds,
    getDataset,
    getLargest,
    getMarks,
    getNext,
    getQuadrant,
    getQuadrantDomain,
    getRadius,
    LOWEST,
    split,
} from "@client_health/overview/portfolio_map/portfolio_map_data";

const LIMITS = { margin: 60, score: 75 };
const STAGES = [
    { id: 1, name: "Healthy", phase: "healthy" },
    { id: 6, name: "To watch", phase: "healthy" },
    { id: 2, name: "At risk", phase: "at_risk" },
];
const client = (id, name, values) => ({
    id,
    name,
    stage: 1,
    company: 1,
    score: null,
    margin: null,
    revenue: null,
    way: null,
    ...values,
});
const CLIENTS = [
    client(1, "Azur", { margin: 70, score: 90, revenue: 400, way: [50, 80] }),
    client(2, "Boreal", { margin: 20, score: 80, revenue: 100 }),
    client(3, "Coral", { margin: -30, score: 40, revenue: 900, stage: 2 }),
    client(4, "Dune", { score: 60, revenue: 50 }),
    client(5, "Ember", { margin: 10, revenue: 10 }),
    client(6, "Fjord", {}),
];
const PORTFOLIO = {
    clients: CLIENTS,
    since: "2026-08-31",
    limits: LIMITS,
    stages: STAGES,
    currencies: { 1: { id: 1, rate: 1 } },
};

const getNames = (clients) => clients.map(({ name }) => name);
const placed = split(CLIENTS).placed;
const marks = getMarks(STAGES);

describe("data", () => {
    test("a client with an unknown figure is not placed, and never at 0", () => {
        const { noMargin, noScore } = split(CLIENTS);
        expect(getNames(placed)).toEqual(["Azur", "Boreal", "Coral"]);
        expect(getNames(noMargin)).toEqual(["Dune", "Fjord"]);
        expect(getNames(noScore)).toEqual(["Ember", "Fjord"]);
        // 0 is a figure like any other
        expect(split([client(7, "Zero", { margin: 0, score: 0 })]).placed).toHaveLength(1);
    });

    test("the largest is drawn first, below the others; its area is the revenue", () => {
        const dataset = getDataset(PORTFOLIO, placed, marks);
        expect(getNames(dataset.clients)).toEqual(["Coral", "Azur", "Boreal"]);
        expect(dataset.data).toEqual([
            { x: -30, y: 40 },
            { x: 70, y: 90 },
            { x: 20, y: 80 },
        ]);
        expect(dataset.shapes).toEqual(["triangle", "circle", "circle"]);
        const [, azur, boreal] = dataset.radii;
        expect(Math.round((azur / boreal) ** 2)).toBe(4);
        expect(getRadius(0, 900, 26)).toBe(4);
        expect(getRadius(0, 0, 26)).toBe(4);
    });

    test("revenues of two currencies are compared in one", () => {
        const currencies = { 1: { id: 1, rate: 1 }, 2: { id: 2, rate: 10 } };
        const two = [
            client(1, "Here", { margin: 1, score: 1, revenue: 400 }),
            client(2, "There", { margin: 1, score: 1, revenue: 100, company: 2 }),
        ];
        const dataset = getDataset({ ...PORTFOLIO, currencies }, two, marks);
        expect(getNames(dataset.clients)).toEqual(["There", "Here"]);
    });

    test("a hidden stage leaves the map, and the others keep their size", () => {
        const all = getDataset(PORTFOLIO, placed, marks);
        const some = getDataset(PORTFOLIO, placed, marks, { hidden: { 2: true } });
        expect(getNames(some.clients)).toEqual(["Azur", "Boreal"]);
        expect(some.radii).toEqual(all.radii.slice(1));
    });

    test("many clients get small bubbles, and a phone smaller ones", () => {
        expect(getLargest(5000)).toBeLessThan(getLargest(300));
        expect(getLargest(300)).toBeLessThan(getLargest(10));
        expect(getLargest(10, true)).toBeLessThan(getLargest(10));
    });

    test("each stage has a colour of its own, each phase a shape", () => {
        expect(marks[1].shape).toBe("circle");
        expect(marks[6].shape).toBe("circle");
        expect(marks[6].color).not.toBe(marks[1].color);
        expect(marks[2].shape).toBe("triangle");
    });

    test("quadrants: who is on a line has reached it", () => {
        const at = (margin, score) => getQuadrant({ margin, score }, LIMITS);
        expect(at(60, 75)).toBe("keep");
        expect(at(59.9, 75)).toBe("unprofitable");
        expect(at(60, 74.9)).toBe("care");
        expect(at(-200, 0)).toBe("both");
        expect(getQuadrantDomain("care", LIMITS)).toEqual([
            ["client_margin_state", "=", "known"],
            ["health_known", "=", true],
            ["client_margin_rate", ">=", 60],
            ["health_score", "<", 75],
        ]);
        expect(addDomain([["user_id", "=", 7]], [["health_known", "=", false]])).toEqual([
            "&",
            ["user_id", "=", 7],
            ["health_known", "=", false],
        ]);
    });

    test("a great loss stands at the edge, and so does where an arrow begins", () => {
        expect(getBounds(placed, LIMITS)).toEqual({ min: -35, max: 75 });
        const lost = [client(9, "Lost", { margin: -900, score: 10, way: [-950, 20] })];
        expect(getBounds(lost, LIMITS)).toEqual({ min: LOWEST - 5, max: 65 });
        expect(getDataset(PORTFOLIO, lost, marks).data).toEqual([{ x: LOWEST, y: 10 }]);
    });

    test("the arrow keys reach every client", () => {
        const { clients } = getDataset(PORTFOLIO, placed, marks);
        const walk = (key, start) => {
            const names = [clients[start].name];
            for (let index = start, next; ; index = next) {
                next = getNext(clients, index, key);
                if (next === index) {
                    return names;
                }
                names.push(clients[next].name);
            }
        };
        expect(walk("ArrowRight", 0)).toEqual(["Coral", "Boreal", "Azur"]);
        expect(walk("ArrowLeft", 1)).toEqual(["Azur", "Boreal", "Coral"]);
        expect(walk("ArrowUp", 0)).toEqual(["Coral", "Boreal", "Azur"]);
        expect(walk("ArrowDown", 1)).toEqual(["Azur", "Boreal", "Coral"]);
        expect(getNext(clients, 1, "Home")).toBe(0);
        expect(getNext(clients, 1, "End")).toBe(2);
        expect(getNext(clients, null, "ArrowDown")).toBe(0);
        expect(getNext([], null, "ArrowDown")).toBe(null);
    });

    test("clients at the same place are all reached", () => {
        const same = [1, 2, 3].map((id) => client(id, `${id}`, { margin: 5, score: 5 }));
        expect([null, 0, 1, 2].map((index) => getNext(same, index, "ArrowUp"))).toEqual([
            0, 1, 2, 2,
        ]);
    });

    test("of bubbles that cover each other, the one above is meant", () => {
        const points = [
            { x: 50, y: 50, r: 30 },
            { x: 60, y: 50, r: 2 },
        ];
        expect(findAt(points, 60, 50)).toBe(1);
        expect(findAt(points, 64, 50)).toBe(1, { message: "a small one is easy to hit" });
        expect(findAt(points, 30, 50)).toBe(0);
        expect(findAt(points, 120, 50)).toBe(null);
    });
});

class ClientRelationship extends models.Model {
    _name = "client.relationship";

    name = fields.Char();
    stage_id = fields.Many2one({ relation: "client.relationship.stage" });

    _views = {
        graph: `<graph js_class="client_portfolio_map" />`,
        search: `
            <search>
                <filter name="mine" string="My Clients" domain="[('name', '=', 'Azur')]" />
                <filter name="stage" string="By Stage" context="{'group_by': 'stage_id'}" />
            </search>`,
    };
}

class ClientRelationshipStage extends models.Model {
    _name = "client.relationship.stage";
}

describe("view", () => {
    defineClientHealthModels(ClientRelationship, ClientRelationshipStage);
    preloadBundle("web.chartjs_lib");

    let portfolio;

    beforeEach(() => {
        portfolio = PORTFOLIO;
        onRpc("client.relationship", "get_portfolio", ({ kwargs }) => {
            expect.step(JSON.stringify(kwargs.domain));
            return portfolio;
        });
        mockService("action", {
            doAction({ res_id, name, domain }) {
                expect.step(res_id ? `open ${res_id}` : `list ${name} ${JSON.stringify(domain)}`);
            },
        });
    });

    const mountMap = async () => {
        await mountView({
            resModel: "client.relationship",
            type: "graph",
            noContentHelp: markup`<p class="o_no_client">No client on the map yet</p>`,
        });
        await animationFrame();
        expect.verifySteps(["[]"]);
    };
    const getChart = () => Chart.getChart(queryFirst(".o_client_map_chart canvas"));
    const getPosition = (name) => {
        const [{ data }] = getChart().data.datasets;
        const { margin, score } = CLIENTS.find((one) => one.name === name);
        const index = data.findIndex(({ x, y }) => x === margin && y === score);
        const { x, y } = getChart().getDatasetMeta(0).data[index];
        return { position: { x, y }, relative: true };
    };

    test("the clients that are known are drawn, the others are named", async () => {
        await mountMap();
        expect(getChart().data.datasets[0].data).toHaveLength(3);
        expect(queryAllTexts("[data-quadrant]")).toEqual([
            "Healthy, earns too little 1",
            "Healthy and profitable 1",
            "Needs care, earns too little 1",
            "Profitable, needs care 0",
        ]);
        expect("[data-quadrant=care]").toHaveAttribute("disabled");
        expect(queryText("[data-unknown=noMargin]")).toMatch(/margin: 2\s*Dune,\s*Fjord/);
        expect(queryText("[data-unknown=noScore]")).toMatch(/score: 2\s*Ember,\s*Fjord/);
        expect(queryAllTexts("[data-stage]")).toEqual(["Healthy 2", "At risk 1"]);
    });

    test("figures open their clients", async () => {
        await mountMap();
        await contains("[data-quadrant=keep]").click();
        expect.verifySteps([
            `list Healthy and profitable ${JSON.stringify(
                addDomain([], getQuadrantDomain("keep", LIMITS))
            )}`,
        ]);
        await contains("[data-unknown=noMargin] button").click();
        expect.verifySteps([
            'list Clients without a known margin: 2 [["client_margin_state","!=","known"]]',
        ]);
        await contains("[data-unknown=noScore] a:contains(Ember)").click();
        expect.verifySteps(["open 5"]);
    });

    test("the search decides who is on the map, and nothing is grouped", async () => {
        await mountMap();
        await toggleSearchBarMenu();
        expect(".o_group_by_menu").toHaveCount(0);
        await toggleMenuItem("My Clients");
        expect.verifySteps(['[["name","=","Azur"]]']);
        await contains("[data-quadrant=keep]").click();
        const domain = addDomain([["name", "=", "Azur"]], getQuadrantDomain("keep", LIMITS));
        expect.verifySteps([`list Healthy and profitable ${JSON.stringify(domain)}`]);
    });

    test("hover tells, click opens", async () => {
        await mountMap();
        await hover(".o_client_map_chart canvas", getPosition("Azur"));
        await animationFrame();
        expect(".o_client_map_card").toHaveText(/Azur[^]*Margin: 70 %[^]*Score: 90 of 100/);
        expect(".o_client_map_card").toHaveText(/90 days ago: margin 50 %, score 80/);
        expect(".o_client_map_card").toHaveText(/Healthy and profitable/);
        await click(".o_client_map_chart canvas", getPosition("Azur"));
        expect.verifySteps(["open 1"]);
        await hover(".o_client_map_chart canvas", { position: { x: 1, y: 1 }, relative: true });
        await animationFrame();
        expect(".o_client_map_card").toHaveCount(0);
    });

    test("by keyboard: arrows move, Enter opens, and it is said who is meant", async () => {
        await mountMap();
        queryFirst(".o_client_map_chart").focus();
        await animationFrame();
        expect("[role=option]").toHaveText(/^Coral, At risk, Margin: -30 %/);
        expect(".o_client_map_chart").toHaveAttribute(
            "aria-activedescendant",
            queryFirst("[role=option]").id
        );
        await press("ArrowRight");
        await animationFrame();
        expect("[role=option]").toHaveText(/^Boreal/);
        await press("ArrowUp");
        await animationFrame();
        expect("[role=option]").toHaveText(/^Azur/);
        await press("Enter");
        expect.verifySteps(["open 1"]);
        await press("Escape");
        await animationFrame();
        expect("[role=option]").toHaveCount(0);
    });

    test("a stage is hidden and shown", async () => {
        await mountMap();
        await contains("[data-stage='2']").click();
        expect(getChart().data.datasets[0].data).toHaveLength(2);
        expect("[data-stage='2']").toHaveAttribute("aria-pressed", "false");
        await contains("[data-stage='2']").click();
        expect(getChart().data.datasets[0].data).toHaveLength(3);
    });

    test("without any client it says what will be there", async () => {
        portfolio = { ...PORTFOLIO, clients: [] };
        await mountMap();
        expect(".o_no_client").toHaveCount(1);
        expect(".o_client_map").toHaveCount(0);
    });

    test("when nothing is known, all are named and no chart is drawn", async () => {
        portfolio = { ...PORTFOLIO, clients: CLIENTS.slice(3) };
        await mountMap();
        expect(".o_client_map_nobody").toHaveCount(1);
        expect(".o_client_map_chart").toHaveCount(0);
        expect("[data-unknown]").toHaveCount(2);
    });
});
