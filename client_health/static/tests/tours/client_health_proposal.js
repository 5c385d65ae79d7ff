import { registry } from "@web/core/registry";

const NAME = "Blue Harbour Hotels";
const CARD = `.o_kanban_record:contains('${NAME}')`;
const WORST = ".o_kanban_record:contains('Client 0')";
const PROPOSAL = ".o_client_health_proposal:contains('Move to At risk?')";
const COLUMN = ".o_kanban_group:contains('Healthy')";

const click = (trigger, content) => ({ trigger, content, run: "click" });
const answer = (button) => click(`.o_form_view [role='alert'] button:contains('${button}')`);

/* Two clients are low, one is well, of one nothing is known. */
registry.category("web_tour.tours").add("client_health_proposal", {
    steps: () => [
        {
            content: "Clients that need attention come first",
            trigger: `${COLUMN} .o_kanban_record:first:contains('Client 0')`,
        },
        {
            content: "Clients without a score come last, behind the healthy ones",
            trigger: `${COLUMN} .o_kanban_record:last:contains('Client 2')`,
        },
        { trigger: `${WORST} ${PROPOSAL}` },
        { trigger: ".o_kanban_record:contains('Client 1'):not(:contains('Move to'))" },
        click(`${CARD} ${PROPOSAL}`),
        answer("Dismiss"),
        { trigger: ".o_form_view:not(:has([role='alert'] button:contains('Dismiss')))" },
        { trigger: ".o_arrow_button_current:contains('Healthy')" },
        click(".o_back_button, .breadcrumb-item a"),
        { trigger: `${CARD}:not(:contains('Move to'))` },
        click(WORST),
        answer("Move"),
        { trigger: ".o_arrow_button_current:contains('At risk')" },
        { trigger: ".o_form_view:not(:has([role='alert'] button:contains('Dismiss')))" },
    ],
});
