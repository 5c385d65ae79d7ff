import { registry } from "@web/core/registry";

const CARD = ".o_kanban_record:contains('Blue Harbour')";
const column = (name) => `.o_kanban_group:has(.o_column_title:contains('${name}'))`;
const point = (name, is = "Done") => `div[data-point='${name}'] .fa[aria-label='${is}']`;
const BACK = {
    content: "Back to the reboot",
    trigger: ".breadcrumb a:contains('Reboot of Blue Harbour')",
    run: "click",
};

/* The owner starts afresh: drags the card, and does four of the five points. */
registry.category("web_tour.tours").add("client_health_reboot", {
    steps: () => [
        {
            content: "Drag it to Reboot: the board asks why",
            trigger: `${column("At risk")} ${CARD}`,
            run: `drag_and_drop(${column("Reboot")})`,
        },
        {
            content: "With a deadline",
            trigger: ".modal div[name='date_deadline']",
        },
        {
            trigger: ".modal div[name='reason'] input",
            run: "edit Two launches missed: we start afresh",
        },
        {
            trigger: ".modal button[name='action_move']",
            run: "click",
        },
        {
            trigger: `${column("Reboot")} ${CARD}:contains('0 of 5 points')`,
            run: "click",
        },
        {
            content: "The first button is the next step",
            trigger: ".o_form_statusbar button.btn-primary:first:contains('Continue reboot')",
            run: "click",
        },
        {
            content: "The guided screen: why, and five open points",
            trigger: ".o_form_view:contains('Two launches missed: we start afresh')",
        },
        {
            trigger: point("value", "Open"),
        },
        {
            content: "1. A goal that both sides want",
            trigger: "button[name='action_goals']:visible",
            run: "click",
        },
        {
            trigger: ".modal div[name='name'] :is(input, textarea)",
            run: "edit One list and one date",
        },
        {
            trigger: ".modal .o_form_button_save",
            run: "click",
        },
        {
            trigger: "body:not(:has(.modal))",
        },
        {
            content: "It waits for a yes: the same button leads to it now",
            trigger: "div[name='goals_text']:contains('Waiting for agreement: 1')",
        },
        {
            trigger: "button[name='action_goals']:visible",
            run: "click",
        },
        {
            trigger: "button[name='action_agree']:visible",
            run: "click",
        },
        {
            content: "Who, when and how is filled in: the meeting of today shows it",
            trigger: ".modal p:visible:contains('shows it')",
        },
        {
            trigger: ".modal button[name='action_record']",
            run: "click",
        },
        {
            trigger: ".o_form_view .o_arrow_button_current:contains('Agreed')",
        },
        BACK,
        {
            trigger: point("goals"),
        },
        {
            content: "2. The big goals, talked about in the meeting of today",
            trigger: "button[name='action_view_future']:visible",
            run: "click",
        },
        {
            trigger:
                ".o_kanban_record:contains('Ten hotels'), .o_data_row:contains('Ten hotels') td[name='name']",
            run: "click",
        },
        {
            trigger: "button[name='action_plan_conversation']:visible",
            run: "click",
        },
        {
            trigger:
                "div[name='date_discussed']:not(:has(input[placeholder='never']:placeholder-shown))",
        },
        BACK,
        {
            trigger: point("future"),
        },
        {
            content: "3. What holds us up becomes a task with owner and date",
            trigger: "button[name='action_bottleneck']:visible",
            run: "click",
        },
        {
            trigger: ".o_notebook a[name='cause']",
            run: "click",
        },
        {
            trigger: "div[name='hypothesis_ids'] button[name='action_create_task']",
            run: "click",
        },
        {
            trigger: ".o_last_breadcrumb_item:contains('one person decides')",
        },
        BACK,
        {
            trigger: point("bottleneck"),
        },
        {
            content: "5. What it is worth to them",
            trigger: "button[name='action_value']:visible",
            run: "click",
        },
        {
            trigger: ".modal div[name='contact_id'] input",
            run: "edit Elena",
        },
        {
            trigger: ".o-autocomplete--dropdown-item:contains('Elena Marsh')",
            run: "click",
        },
        {
            trigger: ".modal div[name='words'] textarea",
            run: "edit We sleep well since you do it",
        },
        {
            trigger: ".modal button[name='action_note']",
            run: "click",
        },
        {
            trigger: point("value"),
        },
        {
            content: "Four of five: not renewed yet, and it says what is missing",
            trigger: "button[name='action_renew']:visible",
            run: "click",
        },
        {
            trigger: ".modal:contains('Scope confirmed by the client')",
        },
        {
            trigger: ".modal .modal-footer button",
            run: "click",
        },
        {
            trigger: "body:not(:has(.modal))",
        },
    ],
});

/* The client has accepted the new agreement: renewed. */
registry.category("web_tour.tours").add("client_health_reboot_renew", {
    steps: () => [
        {
            trigger: ".o_data_row:contains('Blue Harbour') td[name='relationship_id']",
            run: "click",
        },
        {
            trigger: point("scope"),
        },
        {
            trigger: "button.btn-primary[name='action_renew']:visible",
            run: "click",
        },
        {
            trigger: ".modal div[name='reason'] input",
            run: "edit One list, one date, and a new agreement",
        },
        {
            trigger: ".modal button[name='action_move']",
            run: "click",
        },
        {
            trigger: ".o_form_view .o_arrow_button_current:contains('Renewed')",
        },
        {
            content: "The agreement at the end can be read",
            trigger:
                ".alert:contains('One list, one date, and a new agreement'):contains('Agreement at the end')",
        },
    ],
});

/* Three moves that are refused: each says why, and opens where it can be done. */
registry.category("web_tour.tours").add("client_health_refused", {
    steps: () => [
        {
            content: "First: no reason. The question opens, and the card goes back.",
            trigger: `${column("Healthy")} .o_kanban_record:contains('Fresh Client')`,
            run: `drag_and_drop(${column("At risk")})`,
        },
        {
            trigger: ".modal div[name='reason'] input",
        },
        {
            trigger: ".modal button:contains('Discard')",
            run: "click",
        },
        {
            trigger: "body:not(:has(.modal))",
        },
        {
            trigger: `${column("Healthy")} .o_kanban_record:contains('Fresh Client')`,
        },
        {
            content: "Second: no such way. The ways that there are, are named.",
            trigger: `${column("Healthy")} .o_kanban_record:contains('Fresh Client')`,
            run: `drag_and_drop(${column("Reboot")})`,
        },
        {
            trigger: ".modal:contains('From Healthy it can go to: At risk')",
        },
        {
            trigger: ".modal .modal-footer button",
            run: "click",
        },
        {
            trigger: "body:not(:has(.modal))",
        },
        {
            trigger: `${column("Healthy")} .o_kanban_record:contains('Fresh Client')`,
        },
        {
            content: "Third: the reboot is not done. It opens, and shows what is missing.",
            trigger: `${column("Reboot")} ${CARD}`,
            run: `drag_and_drop(${column("Healthy")})`,
        },
        {
            trigger: ".o_notification:contains('Not yet possible to move to Healthy')",
        },
        {
            trigger: ".o_form_view " + point("goals", "Open"),
        },
        {
            content: "The card went back",
            trigger: ".breadcrumb a:contains('Clients')",
            run: "click",
        },
        {
            trigger: `${column("Reboot")} ${CARD}`,
        },
    ],
});

const STAGE = ".o_form_view .o_statusbar_status button.o_arrow_button_current:visible";

/** Type something on the tab Voice, and leave it there without saving. */
const typeWithoutSaving = () => [
    {
        trigger: `${STAGE}:contains('Reboot')`,
    },
    {
        trigger: ".o_notebook a[name='voice']",
        run: "click",
    },
    {
        content: "Something is typed, and not saved",
        trigger: "div[name='value_estimate'] textarea",
        run: "edit One booking a day",
    },
    {
        trigger: ".o_form_status_indicator_buttons:not(.invisible) .o_form_button_save",
    },
    {
        content: "The status bar moves the client to Offboard",
        trigger: ".o_statusbar_status button.o_arrow_button:visible:contains('Offboard')",
        run: "click",
    },
];

/** The stage is taken back, what was typed stays and can be saved. */
const stageIsTakenBack = () => [
    {
        trigger: "body:not(:has(.modal))",
    },
    {
        content: "The status bar shows where the client is",
        trigger: `${STAGE}:contains('Reboot')`,
    },
    {
        content: "What was typed is there, and not saved",
        trigger: "div[name='value_estimate'] textarea:value('One booking a day')",
    },
    {
        trigger: ".o_form_status_indicator_buttons:not(.invisible) .o_form_button_save",
        run: "click",
    },
    {
        trigger: ".o_form_status_indicator_buttons.invisible:not(:visible)",
    },
    {
        trigger: `${STAGE}:contains('Reboot')`,
    },
];

/* The decision sheet comes first: it opens, and the way back leads to the client as it was. */
registry.category("web_tour.tours").add("client_health_stage_sheet", {
    steps: () => [
        ...typeWithoutSaving(),
        {
            trigger:
                ".o_form_view:contains('what each side gave'), .o_notification:contains('what each side gave')",
        },
        {
            trigger: ".breadcrumb a:contains('Blue Harbour')",
            run: "click",
        },
        {
            trigger: `${STAGE}:contains('Reboot')`,
        },
        {
            trigger: ".o_notebook a[name='voice']",
            run: "click",
        },
        {
            trigger: "div[name='value_estimate'] textarea:value('One booking a day')",
        },
    ],
});

/* The status bar asks why; the manager thinks better of it. */
registry.category("web_tour.tours").add("client_health_stage_cancelled", {
    steps: () => [
        ...typeWithoutSaving(),
        {
            trigger: ".modal div[name='reason'] input",
        },
        {
            trigger: ".modal button:contains('Discard')",
            run: "click",
        },
        ...stageIsTakenBack(),
    ],
});

/* The owner may not offboard a client: it says who may. */
registry.category("web_tour.tours").add("client_health_stage_refused", {
    steps: () => [
        ...typeWithoutSaving(),
        {
            trigger: ".modal:contains('Only a manager can move a client from Reboot to Offboard')",
        },
        {
            trigger: ".modal .modal-footer button:last",
            run: "click",
        },
        ...stageIsTakenBack(),
    ],
});
