import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

// The text of a mail is in a shadow root: its author tells it apart.
const MESSAGE = ".o-mail-Message:contains('Elena Marsh')";
const LINE = ".o_data_row:contains('The form does not send')";

/* A client complains on a task: the message becomes a line of the log, answered from there. */
registry.category("web_tour.tours").add("client_health_feedback", {
    steps: () => [
        {
            trigger: MESSAGE,
            run: `hover && click ${MESSAGE} [title='Log feedback']`,
        },
        {
            content: "Who said what is filled in",
            trigger: ".modal div[name='contact_id'] input:value('Elena Marsh')",
        },
        {
            trigger: ".modal div[name='text'] textarea:value('The form does not send')",
        },
        {
            trigger: ".modal div[name='kind'] .o_selection_badge:contains('Complaint')",
            run: "click",
        },
        {
            trigger: ".modal .o_form_button_save",
            run: "click",
        },
        {
            trigger: "body:not(:has(.modal))",
        },
        stepUtils.goToUrl("/odoo/client-feedback"),
        {
            trigger: `${LINE} td[name='state']:contains('To answer')`,
        },
        {
            trigger: `${LINE} td[name='text']`,
            run: "click",
        },
        {
            content: "It leads back to where it was said",
            trigger: "button[name='action_open_source']",
        },
        {
            trigger: "button[name='action_answer']",
            run: "click",
        },
        {
            trigger: ".modal div[name='answer'] textarea",
            run: "edit Called Elena: it sends again",
        },
        {
            trigger: ".modal button[name='action_save']",
            run: "click",
        },
        {
            trigger: ".o_form_view .o_arrow_button_current:contains('Answered')",
        },
    ],
});
