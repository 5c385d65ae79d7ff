import { expect, test } from "@odoo/hoot";
import { animationFrame } from "@odoo/hoot-mock";
import {
    contains,
    getService,
    mountWithCleanup,
    onRpc,
    patchWithCleanup,
} from "@web/../tests/web_test_helpers";
import { defineClientHealthModels } from "../client_health_test_helpers";
import { ClientFindings } from "@client_health/overview/client_finding";

defineClientHealthModels();

const makeLine = (code, values) => ({
    code,
    name: code,
    rule: `Rule of ${code}`,
    count: 0,
    ids: [],
    sentence: `Nothing about ${code}`,
    locked: false,
    open: false,
    label: false,
    action: false,
    calls: false,
    ...values,
});
const LOSING = makeLine("losing", {
    count: 2,
    ids: [4, 5],
    sentence: "Fern and Moss cost you 17,055 in 12 months.",
    open: { type: "ir.actions.act_window", res_model: "client.relationship" },
    label: "Plan calls",
    calls: "losing",
});
const PAGE = {
    state: "ready",
    company: false,
    is_dismissed: false,
    can_dismiss: true,
    lines: [LOSING, makeLine("gone"), makeLine("silent", { locked: true })],
    top: ["losing"],
    unfed: [{ code: "goals", name: "Goals", step: "Agree on a goal.", action: "goal" }],
};

const mountFindings = async (page, props = {}) => {
    onRpc("client.finding", "get_page", ({ args }) => {
        expect.step(`page ${args[0]}`);
        return page;
    });
    await mountWithCleanup(ClientFindings, { props });
    await animationFrame();
};

test("what is found, what is fine, and what is not shown stand apart", async () => {
    await mountFindings(PAGE);
    expect.verifySteps(["page false"]);
    expect(".o_client_findings_top li").toHaveText(LOSING.sentence);
    expect(".o_client_finding").toHaveCount(1);
    expect(".o_client_findings_fine").toHaveText("Nothing about gone");
    expect(".o_client_findings_locked").toHaveText(/silent:/);
    expect(".o_client_findings_unfed button").toHaveText("Agree on a goal.");
    expect(".o_client_findings_dismiss").toHaveCount(0);
});

test("the number opens the list under the name of the line", async () => {
    await mountFindings(PAGE);
    patchWithCleanup(getService("action"), {
        doAction: (action) => expect.step(`${action.res_model} ${action.name}`),
    });
    await contains(".o_client_finding_count").click();
    expect.verifySteps(["page false", "client.relationship losing"]);
});

test("calls are planned for all of a line, once it is confirmed", async () => {
    onRpc("client.finding", "plan_calls", ({ args }) => {
        expect.step(`calls ${args[0]} ${args[1]}`);
        return "2 calls are planned";
    });
    await mountFindings(PAGE);
    await contains(".o_client_finding_action").click();
    await contains(".modal .btn-primary").click();
    expect.verifySteps(["page false", "calls losing 4,5"]);
});

test("a section is there until it is dismissed", async () => {
    const page = { ...PAGE };
    onRpc("client.finding", "set_dismissed", ({ args }) => {
        page.is_dismissed = args[0];
        return true;
    });
    await mountFindings(page, { isSection: true });
    expect(".o_client_findings_unfed").toHaveCount(0);
    await contains(".o_client_findings_dismiss").click();
    await animationFrame();
    expect(".o_client_findings").toHaveCount(0);
    expect.verifySteps(["page true", "page true"]);
});

test("without clients the page says what comes first", async () => {
    const first = { text: "There are no clients yet.", label: "Find our clients", action: "setup" };
    await mountFindings({ ...PAGE, state: "empty", first, lines: [], top: [], unfed: [] });
    patchWithCleanup(getService("action"), { doAction: (action) => expect.step(action) });
    await contains(".o_client_findings_first button").click();
    expect.verifySteps(["page false", "setup"]);
});
