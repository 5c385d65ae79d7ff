import { registry } from "@web/core/registry";

// What is said without scrolling, on the smallest laptop that is still sold.
const SEEN = {
    stage: ".o_statusbar_status .o_arrow_button_current",
    "next step of the phase": ".o_form_statusbar button.btn-primary",
    client: ".o_client_head h1",
    score: ".o_client_head .o_client_health_score",
    reasons: ".o_client_head [name='health_reasons']",
    warnings: ".o_client_head [name='health_warning_count']",
    owner: ".o_group [name='user_id']",
    "next step": ".o_group [name='activity_date_deadline']",
    "promised update": ".o_group [name='next_update_date']",
    "who waits": ".o_group button[name='action_view_waiting']",
    revenue: ".o_group [name='client_revenue']",
    margin: ".o_group [name='client_margin']",
    rate: ".o_group [name='client_effective_rate']",
    hours: ".o_group [name='client_hours']",
};
const TABS = 6;

registry.category("web_tour.tours").add("client_health_first_screen", {
    steps: () => [
        { trigger: ".o_client_head canvas" },
        { trigger: ".alert button[name='action_accept_proposal']" },
        { trigger: ".alert button[name='action_record_meeting']" },
        {
            trigger: ".o_form_view .o_notebook",
            run() {
                const hidden = Object.entries(SEEN).flatMap(([what, selector]) => {
                    const element = document.querySelector(`.o_form_view ${selector}`);
                    const box = element?.getBoundingClientRect();
                    if (!box?.height) {
                        return [`${what}: not there`];
                    }
                    const isSeen =
                        box.bottom <= window.innerHeight && box.right <= window.innerWidth;
                    return isSeen ? [] : [`${what}: at ${Math.round(box.bottom)}`];
                });
                if (hidden.length) {
                    throw new Error(`${window.innerWidth}×${window.innerHeight}: ${hidden}`);
                }
                const tabs = this.anchor.querySelectorAll(".o_notebook_headers .nav-link");
                if (tabs.length !== TABS) {
                    throw new Error(`${tabs.length} tabs`);
                }
            },
        },
        { trigger: ".o_notebook .nav-link[name='voice']:contains('Voice (1)')" },
    ],
});
