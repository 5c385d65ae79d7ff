import { registry } from "@web/core/registry";

/* The draft was made in the night: read it, add a sentence, send it in one click. */
registry.category("web_tour.tours").add("client_health_update", {
    steps: () => [
        {
            trigger: ".o_data_row:contains('Blue Harbour Hotels') td[name='name']",
            run: "click",
        },
        {
            trigger: "div[name='body'] .odoo-editor-editable p:contains('Dear Elena Marsh')",
        },
        {
            content: "With nothing to tell, it says so",
            trigger: "div[name='body'] .odoo-editor-editable p:contains('there is nothing new')",
        },
        {
            trigger: "div[name='body'] .odoo-editor-editable",
            run: "editor Dear Elena, all is on time, and on Thursday you see the first pages.",
        },
        {
            trigger: "button[name='action_send']",
            run: "click",
        },
        {
            trigger: ".modal footer button.btn-primary",
            run: "click",
        },
        {
            trigger: ".o_form_view .o_arrow_button_current:contains('Sent')",
        },
        {
            trigger: "div[name='promise'] .badge:contains('Kept')",
        },
        {
            trigger: ".o-mail-Message:contains('on Thursday you see the first pages')",
        },
        {
            trigger: ".breadcrumb-item:contains('Updates to Send')",
            run: "click",
        },
        {
            content: "Nothing is left to send",
            trigger: ".o_view_nocontent_smiling_face:contains('All promised updates are sent')",
        },
    ],
});

/* The client reads it from the link in the mail, and answers. */
registry.category("web_tour.tours").add("client_health_update_client", {
    steps: () => [
        {
            trigger: ".card:contains('on Thursday you see the first pages')",
        },
        {
            trigger: "textarea[name='words']",
            run: "edit Wonderful, thank you",
        },
        {
            trigger: ".o_client_update_write button[type='submit']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            trigger: ".o_client_update_message:contains('Wonderful, thank you')",
        },
    ],
});
