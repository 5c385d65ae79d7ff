import { registry } from "@web/core/registry";

const CARD = ".o_kanban_record:contains('Three Clicks')";
const MOST_CLICKS = 3;

const click = (trigger) => ({ trigger, run: "click" });
const menu = (xmlid) => click(`[data-menu-xmlid='client_health.${xmlid}']`);
const see = (trigger) => ({ trigger });

const openCard = {
    trigger: CARD,
    run: `hover && click ${CARD} .o_dropdown_kanban .dropdown-toggle`,
};
const choose = (name) => click(`.o-dropdown--menu [role='menuitem']:contains('${name}')`);
const DISCARD = [click(".modal .btn-close"), see("body:not(:has(.modal))")];
const BOARD = [menu("menu_client_health_clients"), see(CARD)];

/** [job, its clicks from the board, what is to be seen then, the way back]: a window is one more. */
const JOBS = [
    ["log feedback", [openCard, choose("Log feedback")], ".modal div[name='text']", DISCARD],
    ["ask for feedback", [openCard, choose("Ask for feedback")], ".modal", DISCARD],
    [
        "see why",
        [click(`${CARD} .o_client_health_score`)],
        ".o_client_health_explanation",
        [click(".o_client_health_explanation .btn-close")],
    ],
    ["move", [openCard, choose("Move")], ".modal div[name='reason']", DISCARD],
    [
        "plan a conversation",
        [openCard, choose("Plan conversation")],
        ".modal div[name='concern']",
        DISCARD,
    ],
    ["plan a meeting", [openCard, choose("Plan meeting")], ".modal div[name='agenda']", DISCARD],
    [
        "add a goal",
        [openCard, choose("Add goal")],
        ".modal div[name='name']",
        [
            click(".modal .o_form_button_save"),
            {
                content: "What is missing is named, and marked",
                trigger: ".o_notification:contains('Please fill in: Goal')",
            },
            see(".modal div[name='name'].o_field_invalid"),
            ...DISCARD,
        ],
    ],
    [
        "see who earns",
        [menu("menu_client_health_reporting"), menu("menu_client_health_earners")],
        ".o_list_view:contains('Three Clicks')",
        BOARD,
    ],
    [
        "see who waits",
        [menu("menu_client_health_waiting")],
        ".o_breadcrumb:contains('Waiting')",
        BOARD,
    ],
    [
        "export the review",
        [
            menu("menu_client_health_reporting"),
            menu("menu_client_health_review"),
            click(".modal button[name='action_export']"),
        ],
        "body:not(:has(.modal))",
        [],
    ],
];

/* What is done every day takes three clicks from the board, or fewer. */
registry.category("web_tour.tours").add("client_health_clicks", {
    steps: () =>
        JOBS.flatMap(([job, clicks, found, back]) => {
            const isWindow = back.includes(DISCARD[0]);
            const count = clicks.length + isWindow;
            if (count > MOST_CLICKS) {
                throw new Error(`${job}: ${count} clicks`);
            }
            return [
                { ...clicks[0], content: job },
                ...clicks.slice(1),
                { trigger: found, content: `${job}: there` },
                ...(isWindow ? [see(".modal footer .btn-primary")] : []),
                ...back,
            ];
        }),
});
