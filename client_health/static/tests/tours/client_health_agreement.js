import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

const field = (name) => `.o_field_widget[name='${name}']`;
const write = (name, text) => ({
    trigger: `${field(name)} .odoo-editor-editable`,
    run: `editor ${text}`,
});
const tab = (name) => ({ trigger: `a.nav-link[name='${name}']`, run: "click" });
const openClient = () => [
    stepUtils.showAppsMenuItem(),
    {
        trigger: ".o_app[data-menu-xmlid='client_health.menu_client_health_root']",
        run: "click",
    },
    {
        content: "The app opens with Today",
        trigger: ".o_menu_sections a[data-menu-xmlid='client_health.menu_client_health_clients']",
        run: "click",
    },
    {
        trigger: ".o_kanban_record:contains('Seagull Line')",
        run: "click",
    },
];
const state = (name) => ({
    trigger: `.o_statusbar_status .o_arrow_button_current:contains('${name}')`,
});

/* From the client: write what we agree on, and send it. */
registry.category("web_tour.tours").add("client_health_agreement_propose", {
    steps: () => [
        ...openClient(),
        {
            trigger: "button[name='action_create_agreement']",
            run: "click",
        },
        write("outcome", "Passengers find the next ferry in ten seconds."),
        write("process", "A call each Tuesday."),
        tab("scope"),
        write("scope_in", "Timetable and tickets."),
        {
            content: "A signatory is needed",
            trigger: "button[name='action_propose']",
            run: "click",
        },
        {
            trigger: ".modal:contains('please fill in: Signatory') button.btn-primary",
            run: "click",
        },
        {
            trigger: `${field("signatory_id")} input`,
            run: "edit Gulliver",
        },
        {
            trigger: ".o-autocomplete--dropdown-item a:contains('Gulliver')",
            run: "click",
        },
        {
            trigger: "button[name='action_propose']",
            run: "click",
        },
        state("Proposed"),
        {
            content: "The text is locked now",
            trigger: `${field("scope_in")}:not(:has(.odoo-editor-editable)):contains('Timetable')`,
        },
        {
            trigger: ".o-mail-Message:contains('Mail to Gulliver')",
        },
    ],
});

/* The client reads it and signs. */
registry.category("web_tour.tours").add("client_health_agreement_accept", {
    steps: () => [
        {
            trigger: ".o_portal_index_card a:contains('waiting for you')",
            run: "click",
            expectUnloadPage: true,
        },
        {
            trigger: ".o_client_work_to_sign:contains('Working agreement'):contains('To sign')",
            run: "click",
            expectUnloadPage: true,
        },
        {
            trigger: "#agreement_text:contains('Timetable')",
        },
        {
            trigger: "a:contains('Accept and sign')",
            run: "click",
        },
        {
            trigger: ".modal .o_web_sign_name_and_signature input[name='signer']",
            run: "edit Gulliver Swift",
        },
        {
            trigger: ".modal canvas.o_web_sign_signature",
            run: "canvasNotEmpty",
        },
        {
            trigger: ".modal .o_portal_sign_submit:enabled",
            run: "click",
            expectUnloadPage: true,
        },
        {
            trigger: ".alert-success:contains('You accepted this agreement')",
        },
        {
            trigger: ".o_client_agreement_acceptance:contains('Gulliver Swift') img",
        },
        {
            content: "It can't be accepted twice",
            trigger: "body:not(:has(a:contains('Accept and sign')))",
        },
    ],
});

/* Expectations change: out of date, a new version, compared with the one before. */
registry.category("web_tour.tours").add("client_health_agreement_renew", {
    steps: () => [
        ...openClient(),
        {
            trigger: `${field("agreement_state")}:contains('Accepted')`,
        },
        {
            trigger: "button[name='action_expectation_changed']",
            run: "click",
        },
        {
            trigger: `.modal ${field("partner_id")} input`,
            run: "edit Gulliver",
        },
        {
            trigger: ".o-autocomplete--dropdown-item a:contains('Gulliver')",
            run: "click",
        },
        {
            trigger: `.modal ${field("reason")} textarea`,
            run: "edit They want season cards as well",
        },
        {
            trigger: ".modal button[name='action_mark_outdated']",
            run: "click",
        },
        {
            trigger: `${field("agreement_state")}:contains('Out of Date')`,
        },
        {
            content: "The talk is planned",
            trigger: ".o-mail-Activity:contains('renew the agreement')",
        },
        {
            trigger: "button[name='action_renew_agreement']",
            run: "click",
        },
        state("Draft"),
        tab("scope"),
        write("scope_in", "Timetable, tickets and season cards."),
        {
            trigger: "button[name='action_propose']",
            run: "click",
        },
        state("Proposed"),
        {
            trigger: "button[name='action_compare']",
            run: "click",
        },
        {
            content: "The difference is marked",
            trigger: ".modal .o_client_agreement_comparison ins:contains('season cards')",
        },
        {
            trigger: ".modal .o_client_agreement_comparison del",
        },
    ],
});
