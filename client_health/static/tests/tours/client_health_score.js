import { registry } from "@web/core/registry";

const NAME = "Blue Harbour Hotels";
const CARD = `.o_kanban_record:contains('${NAME}')`;
const ROW = `.o_data_row:contains('${NAME}')`;
const SCORE = ".o_client_health_score";
const BOX = ".o_client_health_explanation";

const click = (trigger, content) => ({ trigger, content, run: "click" });
const open = (place) => [click(`${place} ${SCORE}`), { trigger: `${BOX}:contains('${NAME}')` }];
const close = () => [click(`${BOX} .btn-close`), { trigger: `body:not(:has(${BOX}))` }];

const seesMoney = [
    { trigger: `${BOX} tr[data-code='margin_rate']:contains('%')` },
    click(`${BOX} button:contains('Within 30 days')`),
    {
        content: "Which measure of money, and how far",
        trigger: `${BOX} .o_client_health_sentence:contains('Margin rate: from')`,
    },
];
const seesNoMoney = [
    { trigger: `${BOX}:not(:has(tr[data-code='margin_rate']))` },
    click(`${BOX} button:contains('Within 30 days')`),
    {
        content: "Money and its points, nothing else",
        trigger: `${BOX} .o_client_health_sentence:contains('Money'):contains('−')`,
    },
    { trigger: `${BOX} .o_client_health_period:not(:contains('Margin'))` },
];
const everybodySees = [
    {
        content: "80 points are no green where green begins at 90",
        trigger: `${BOX} tr:contains('Results') .text-bg-warning:contains('80')`,
    },
    {
        content: "The value, the date, and how much it counts",
        trigger: `${BOX} tr[data-code='goals_on_track']:contains('80'):contains('%')`,
    },
    { trigger: `${BOX} .o_client_health_origin[data-code='goals_on_track']:contains(', 20')` },
];

const walk = (sees) => [
    {
        content: "The two strongest reasons on the card",
        trigger: `${CARD} .o_client_health_reasons:contains('known'):contains('·')`,
    },
    ...open(CARD),
    ...everybodySees,
    ...sees,
    ...close(),
    click(".o_switch_view.o_list"),
    { trigger: `${ROW} td[name='health_reasons']:contains('·')` },
    ...open(ROW),
    ...everybodySees,
    ...sees,
    ...close(),
    click(`${ROW} td[name='partner_id']`),
    { trigger: ".o_form_view [name='health_reasons']:contains('·')" },
    ...open(".o_form_view"),
    ...sees,
    click(
        `${BOX} tr[data-code='contact_gap'] button:contains('Contact')`,
        "The records behind it are one click away"
    ),
    { trigger: ".o_form_view .o_field_widget[name='name']" },
];

registry.category("web_tour.tours").add("client_health_score_money", {
    steps: () => walk(seesMoney),
});

registry.category("web_tour.tours").add("client_health_score_no_money", {
    steps: () => walk(seesNoMoney),
});

/* On a phone the explanation is a sheet from below, as wide as the screen. */
registry.category("web_tour.tours").add("client_health_score_phone", {
    steps: () => [
        ...open(CARD),
        { trigger: `.o_bottom_sheet ${BOX}` },
        ...everybodySees,
        ...seesNoMoney,
        {
            content: "Nothing sticks out of the screen",
            trigger: BOX,
            run() {
                const { left, right } = this.anchor.getBoundingClientRect();
                if (left < 0 || right > window.innerWidth || this.anchor.scrollWidth > right) {
                    throw new Error(`From ${left} to ${right} of ${window.innerWidth}`);
                }
            },
        },
        ...close(),
    ],
});

/* A manager sees what an edit would do before it is saved: in the form and in the list. */
registry.category("web_tour.tours").add("client_health_preview", {
    steps: () => [
        { trigger: ".o_client_health_preview [data-band='watch'] .badge:contains('1')" },
        {
            trigger: "div[name='target'] input",
            run: "edit 100000",
        },
        {
            trigger: "div[name='dimension_weight'] input",
            run: "edit 1000",
        },
        {
            trigger: "div[name='weight'] input",
            run: "edit 1000",
        },
        click("div[name='floor'] input"),
        { trigger: ".o_client_health_preview [data-band='risk'] .badge:contains('0 → 1')" },
        { trigger: ".o_client_health_preview:contains('No client is moved')" },
        click(".o_form_button_cancel"),
        { trigger: ".o_client_health_preview:contains('The saved settings')" },
        click(".o_back_button, .breadcrumb-item a"),
        click(".o_data_row:contains('Goals on track') td[name='target']"),
        {
            trigger: ".o_selected_row div[name='target'] input",
            run: "edit 100000",
        },
        {
            trigger: ".o_selected_row div[name='dimension_weight'] input",
            run: "edit 1000",
        },
        {
            trigger: ".o_selected_row div[name='weight'] input",
            run: "edit 1000",
        },
        click(".o_selected_row div[name='floor'] input"),
        {
            trigger:
                ".o_selected_row .o_client_health_preview [data-band='risk'] .badge:contains('0 → 1')",
        },
        click(".o_list_button_discard"),
        { trigger: "body:not(:has(.o_selected_row))" },
    ],
});
