import { describe, expect, test } from "@odoo/hoot";
import { queryAllTexts, queryFirst } from "@odoo/hoot-dom";
import { animationFrame, mockDate } from "@odoo/hoot-mock";
import { contains, mockService, mountWithCleanup, onRpc } from "@web/../tests/web_test_helpers";
import { defineClientHealthModels } from "../client_health_test_helpers";
import { browser } from "@web/core/browser/browser";
import { getDefaultConfig } from "@web/views/view";
import { ClientToday } from "@client_health/overview/client_today";

describe.current.tags("desktop");
defineClientHealthModels();

const ANSWER = { label: "Answer", model: "client.relationship", res_id: 1, choices: [], dialog: 0 };
const reason = (key, text, button, vals) => ({
    key,
    title: `Title of ${key}`,
    icon: "fa-circle-o",
    text,
    when: "",
    is_late: false,
    user: false,
    more: 0,
    button: { ...ANSWER, method: "", ...button },
    ...vals,
});
const client = (id, name, reasons, vals) => ({
    id,
    name,
    stage: "Healthy",
    company: false,
    owner_id: 7,
    owner: "Ana",
    is_mine: true,
    band: "risk",
    band_name: "Red",
    score: 41,
    is_provisional: false,
    reasons,
    ...vals,
});
const section = (key, clients, ids) => ({
    key,
    title: `Title of ${key}`,
    icon: "fa-circle-o",
    clients,
    client_ids: ids || clients.map(({ id }) => id),
});
const page = (sections, vals) => ({
    scope: "mine",
    has_team: false,
    sections,
    client_ids: sections.flatMap(({ client_ids }) => client_ids),
    ...vals,
});

/** Mount the page; ``pages`` are what the server says, one call after the other. */
async function mountToday(pages, services = {}) {
    const left = [...pages];
    onRpc("client.relationship", "get_today", ({ args }) => {
        expect.step(`read ${args[0] || "first"}`);
        return left.length > 1 ? left.shift() : left[0];
    });
    const actions = {
        doAction: (action) => expect.step(action),
        doActionButton: async ({ name, resModel, resId, onClose }) => {
            expect.step(`${resModel}.${name}(${resId})`);
            await onClose();
        },
        ...services,
    };
    mockService("action", actions);
    await mountWithCleanup(ClientToday, {
        componentEnv: { config: getDefaultConfig() },
        props: { action: {} },
    });
    await animationFrame();
}

const waits = () =>
    client(1, "Blue Harbour", [
        reason("waiting", "Elena waits", { method: "action_answer_waiting" }),
    ]);
const falls = () => client(2, "Fernhill", [reason("health", "Fell by 16 points", {})]);

test("clients in their sections, each with its reasons and one button each", async () => {
    mockDate("2026-03-05 09:00:00");
    const late = reason("talk", "Name the problem", {}, { when: "2 days late", is_late: true });
    const two = client(1, "Blue Harbour", [
        reason("health", "The score is red", {}, { more: 2 }),
        reason("waiting", "Elena waits", { method: "action_answer_waiting" }),
        late,
    ]);
    await mountToday([page([section("health", [two]), section("promises", [falls()])])]);
    expect.verifySteps(["read first"]);
    expect("h1").toHaveCount(1);
    expect(".o_client_today_summary").toHaveText("2 clients need you today.");
    expect(queryAllTexts("h2")).toEqual(["Title of health 1", "Title of promises 1"]);
    expect(queryAllTexts("h3")).toEqual(["Blue Harbour", "Fernhill"]);
    expect(".o_client_today_client:first .o_client_today_reason").toHaveCount(3);
    expect(".o_client_today_client:first .o_client_today_next").toHaveCount(3);
    expect(".o_client_today_reason:first").toHaveText(/The score is red\s*and 2 more/);
    expect(".o_client_today_when").toHaveClass("text-danger");
    // what is done at once comes first to the eye
    expect(".o_client_today_client:first .btn-primary").toHaveAttribute(
        "aria-label",
        "Answer: Blue Harbour"
    );
    expect(".o_client_today_scope").toHaveCount(0);
});

test("a step opens what the method returns, and what is done leaves the page", async () => {
    await mountToday([page([section("waiting", [waits()])]), page([])]);
    await contains(".o_client_today_next").click();
    await animationFrame();
    expect.verifySteps(["read first", "client.relationship.action_answer_waiting(1)", "read mine"]);
    expect(".o_client_today_client").toHaveCount(0);
    expect(".o_client_today_empty").toHaveCount(1);
    expect(".o_client_today_summary").toHaveText("Nothing waits for you today.");
});

test("the focus goes on with what stands in the place of what is done", async () => {
    const both = page([section("waiting", [waits(), falls()])]);
    await mountToday([both, page([section("waiting", [falls()])])]);
    queryFirst(".o_client_today_next").focus();
    await contains(".o_client_today_next:first").press("Enter");
    await animationFrame();
    expect.verifySteps(["read first", "client.relationship.action_answer_waiting(1)", "read mine"]);
    expect(".o_client_today_next").toHaveCount(1);
    expect(".o_client_today_next").toBeFocused();
});

test("a proposal is decided in a window; whoever closes it decides nothing", async () => {
    const choices = [
        { label: "Move to At risk", method: "action_accept_proposal" },
        { label: "Leave in Healthy", method: "action_dismiss_proposal" },
    ];
    const text = "Move to At risk? No contact";
    const proposed = client(1, "Blue Harbour", [reason("proposals", text, { choices })]);
    await mountToday([page([section("proposals", [proposed])])]);
    await contains(".o_client_today_next").click();
    expect(".modal-title").toHaveText("Blue Harbour");
    expect(".modal-body").toHaveText(text);
    await contains(".modal .btn-close").click();
    expect(".modal").toHaveCount(0);
    expect.verifySteps(["read first"]);
    await contains(".o_client_today_next").click();
    await contains(".modal button:contains(Leave in Healthy)").click();
    expect.verifySteps(["client.relationship.action_dismiss_proposal(1)", "read mine"]);
    await contains(".o_client_today_next").click();
    await contains(".modal button:contains(Move to At risk)").click();
    expect.verifySteps(["client.relationship.action_accept_proposal(1)", "read mine"]);
});

test("a record opens as a page, or over it", async () => {
    const open = reason("agreements", "Review", { model: "client.agreement", res_id: 5 });
    const over = reason("promises", "Drawings", { model: "mail.activity", res_id: 6, dialog: 9 });
    await mountToday([page([section("agreements", [client(1, "Blue Harbour", [open, over])])])]);
    await contains(".o_client_today_next:eq(0)").click();
    await contains(".o_client_today_next:eq(1)").click();
    await contains(".o_client_today_name").click();
    const form = { type: "ir.actions.act_window" };
    expect.verifySteps([
        "read first",
        {
            ...form,
            res_model: "client.agreement",
            res_id: 5,
            views: [[false, "form"]],
            target: "current",
        },
        { ...form, res_model: "mail.activity", res_id: 6, views: [[9, "form"]], target: "new" },
        { ...form, res_model: "client.relationship", res_id: 1, views: [[false, "form"]] },
    ]);
});

test("mine, or my team: remembered", async () => {
    const mine = page([], { has_team: true });
    const other = client(3, "Kestrel", [reason("health", "Red", {})], {
        is_mine: false,
        owner: "Leo",
    });
    const team = page([section("health", [other])], { has_team: true, scope: "team" });
    await mountToday([mine, team]);
    expect(".o_client_today_scope button:first").toHaveAttribute("aria-pressed", "true");
    expect(".o_client_today_empty button").toHaveText("Look at the clients of my team");
    await contains(".o_client_today_scope button:contains(My team)").click();
    await animationFrame();
    expect.verifySteps(["read first", "read team"]);
    expect(".o_client_today_summary").toHaveText("1 client needs your team today.");
    expect(".o_client_today_owner").toHaveText("Leo");
    expect(Object.values(browser.localStorage)).toInclude("team");
});

test("what does not fit is one click away", async () => {
    const some = section("health", [waits()], [1, 2, 3]);
    await mountToday([page([some])]);
    const list = (name) => ({
        type: "ir.actions.act_window",
        name,
        res_model: "client.relationship",
        domain: [["id", "in", [1, 2, 3]]],
        views: [
            [false, "list"],
            [false, "kanban"],
            [false, "form"],
        ],
    });
    await contains(".o_client_today_section button:contains(Show all 3)").click();
    await contains(".o_client_today_all").click();
    expect.verifySteps(["read first", list("Title of health"), list("3 clients need you today.")]);
});

test("a score is named in words, and words of strangers stay words", async () => {
    const unknown = client(2, "New", [reason("waiting", "<b>Hi</b> waits", {})], { score: false });
    await mountToday([page([section("waiting", [waits(), unknown])])]);
    expect(".o_client_today_health:first").toHaveAttribute(
        "aria-label",
        "Blue Harbour: health 41 of 100, Red. Click to see why."
    );
    expect(".o_client_today_health:last").toHaveText("?");
    expect(".o_client_today_reason:last").toHaveText(/<b>Hi<\/b> waits/);
    expect(".o_client_today_reason b").toHaveCount(0);
    expect.verifySteps(["read first"]);
});
