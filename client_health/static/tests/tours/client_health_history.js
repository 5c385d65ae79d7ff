/* global Chart */
import { registry } from "@web/core/registry";

const NAME = "Blue Harbour Hotels";
const CARD = `.o_kanban_record:contains('${NAME}')`;
const FORM = ".o_form_view .o_client_health_chart canvas";
const LARGE = ".modal .o_client_health_chart canvas";

const click = (trigger, content) => ({ trigger, content, run: "click" });

/** The chart draws these lines, and nothing else; unknown days are gaps. */
const draws = (trigger, lines) => ({
    content: `Lines: ${lines}`,
    trigger,
    run() {
        const { datasets } = Chart.getChart(this.anchor).data;
        const drawn = datasets.map((line) => line.yAxisID);
        const points = datasets.map((line) => line.data.map(({ y }) => y));
        const gaps = points[0].filter((y) => y === null).length;
        const known = points.every((ys) => ys.filter((y) => y !== null).length === 2);
        if (`${drawn}` !== `${lines}` || gaps !== 1 || !known) {
            throw new Error(`Drawn: ${drawn}, ${JSON.stringify(points)}`);
        }
    },
});

const fits = (trigger) => ({
    content: "Nothing sticks out of the screen",
    trigger,
    run() {
        const { left, right } = this.anchor.getBoundingClientRect();
        if (left < 0 || right > window.innerWidth || right - left < 250) {
            throw new Error(`From ${left} to ${right} of ${window.innerWidth}`);
        }
    },
});

const lookAt = (lines, told) => [
    click(`${CARD} [name='partner_id']`),
    { trigger: `${FORM}[aria-label*='${NAME}']${told}` },
    draws(FORM, lines),
    fits(FORM),
    click("button[aria-label='Enlarge the chart']"),
    { trigger: `${LARGE}${told}` },
    draws(LARGE, lines),
    fits(LARGE),
];

const tour = (name, steps) => registry.category("web_tour.tours").add(name, { steps: () => steps });

tour("client_health_history_money", [
    ...lookAt(["score", "margin"], "[aria-label*='score']:not([aria-label*='unknown'])"),
    click(".modal-footer button:contains('All figures')"),
    { trigger: `.o_list_view .o_data_row:nth-child(2):contains('${NAME}')` },
]);

tour("client_health_history_no_money", [
    ...lookAt(["score"], "[aria-label*='score']:not([aria-label*='argin'])"),
    click(".modal-footer button:contains('Close')"),
    { trigger: "body:not(:has(.modal))" },
]);

/* From the board in two taps: the score, then its line. */
tour("client_health_history_phone", [
    click(`${CARD} .o_client_health_score`),
    click(".o_client_health_explanation button:contains('Over time')"),
    { trigger: `${LARGE}[aria-label*='score']:not([aria-label*='argin'])` },
    draws(LARGE, ["score"]),
    fits(LARGE),
    click(".modal .oi-arrow-left, .modal-header button"),
    { trigger: "body:not(:has(.modal))" },
    ...lookAt(["score"], "[aria-label*='score']"),
]);

tour("client_health_history_empty", [
    click(`${CARD} [name='partner_id']`),
    { trigger: ".o_client_health_no_history:contains('No score yet')" },
    { trigger: `body:not(:has(${FORM}))` },
]);
