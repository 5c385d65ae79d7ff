import { Domain } from "@web/core/domain";
import { _t } from "@web/core/l10n/translation";

/** Losses beyond it are drawn at the left edge: one of them would squeeze all others together. */
export const LOWEST = -100;
/** With more clients, arrows would hide them: the way is drawn of the one that is pointed at. */
export const MOST_ARROWS = 200;
export const MOST_NAMES = 40;
const SMALLEST = 4;
/** [more clients than, largest radius]: bubbles have to leave room for each other. */
const LARGEST = [
    [2000, 9],
    [500, 12],
    [100, 18],
    [0, 26],
];
/** Of the same area as a circle of the same radius, as Chart.js draws them. */
const SHAPES = { circle: 1, triangle: 1.555, rectRot: 1.253, rect: 1.253, rectRounded: 1.2 };
const PHASES = {
    healthy: { shape: "circle", color: "--client-map-healthy" },
    at_risk: { shape: "triangle", color: "--client-map-at-risk" },
    reboot: { shape: "rectRot", color: "--client-map-reboot" },
    offboard: { shape: "rect", color: "--client-map-offboard" },
    ended: { shape: "rectRounded", color: "--client-map-ended" },
};
/** Of a second stage of the same phase. */
const MORE_COLORS = ["--client-map-more-1", "--client-map-more-2", "--client-map-more-3"];

const isKnown = (figure) => figure !== null && figure !== undefined;

/** Who stands on the map, and who can't, because one of the figures is not known. */
export function split(clients) {
    return {
        placed: clients.filter(({ margin, score }) => isKnown(margin) && isKnown(score)),
        noMargin: clients.filter(({ margin }) => !isKnown(margin)),
        noScore: clients.filter(({ score }) => !isKnown(score)),
    };
}

/** The four quadrants, in the order in which one reads the map. */
export const QUADRANTS = [
    { key: "unprofitable", isHealthy: true, isProfitable: false },
    { key: "keep", isHealthy: true, isProfitable: true },
    { key: "both", isHealthy: false, isProfitable: false },
    { key: "care", isHealthy: false, isProfitable: true },
];

export function getQuadrantNames() {
    return {
        keep: _t("Healthy and profitable"),
        unprofitable: _t("Healthy, earns too little"),
        care: _t("Profitable, needs care"),
        both: _t("Needs care, earns too little"),
    };
}

export function getQuadrant({ margin, score }, limits) {
    const [isProfitable, isHealthy] = [margin >= limits.margin, score >= limits.score];
    return QUADRANTS.find((one) => one.isProfitable === isProfitable && one.isHealthy === isHealthy)
        .key;
}

/** The clients of a quadrant, for Odoo's list: the same ones as on the map. */
export function getQuadrantDomain(key, limits) {
    const { isHealthy, isProfitable } = QUADRANTS.find((one) => one.key === key);
    return [
        ["client_margin_state", "=", "known"],
        ["health_known", "=", true],
        ["client_margin_rate", isProfitable ? ">=" : "<", limits.margin],
        ["health_score", isHealthy ? ">=" : "<", limits.score],
    ];
}

export const UNKNOWN_DOMAINS = {
    noMargin: [["client_margin_state", "!=", "known"]],
    noScore: [["health_known", "=", false]],
};

export const addDomain = (domain, more) => Domain.and([domain, more]).toList({});

/** {stage id: {name, shape, color}}; the shape says the phase to who doesn't see the colour. */
export function getMarks(stages) {
    const seen = {};
    const marks = {};
    let more = 0;
    for (const { id, name, phase } of stages) {
        const { shape, color } = PHASES[phase] || PHASES.ended;
        const isFirst = !seen[phase];
        seen[phase] = true;
        marks[id] = {
            id,
            name,
            shape,
            color: isFirst ? color : MORE_COLORS[more++ % MORE_COLORS.length],
        };
    }
    return marks;
}

export const getPlace = (margin) => Math.max(margin, LOWEST);

/** The ends of the axis of margins, in tens, with some room beside the outermost clients. */
export function getBounds(clients, limits) {
    let [min, max] = [0, limits.margin];
    for (const { margin, way } of clients) {
        for (const value of way ? [margin, way[0]] : [margin]) {
            min = Math.min(min, getPlace(value));
            max = Math.max(max, value);
        }
    }
    return {
        min: Math.floor(min / 10) * 10 - (min < 0 ? 5 : 0),
        max: Math.min(Math.ceil(max / 10) * 10 + 5, 105),
    };
}

/** Revenue in one currency: clients of several companies are compared with each other. */
export const getRevenue = ({ revenue, company }, currencies) =>
    Math.max(revenue || 0, 0) * (currencies[company]?.rate ?? 1);

/** The area is the revenue. Nothing invoiced is a small bubble, but one. */
export function getRadius(revenue, most, largest) {
    return most ? Math.max(SMALLEST, largest * Math.sqrt(revenue / most)) : SMALLEST;
}

export function getLargest(count, isSmall) {
    const [, largest] = LARGEST.find(([more]) => count > more) || LARGEST.at(-1);
    return isSmall ? Math.max(8, Math.round(largest * 0.7)) : largest;
}

/** What Chart.js draws, and the clients in the same order: the largest first, below the others. */
export function getDataset(portfolio, placed, marks, { isSmall = false, hidden = {} } = {}) {
    const { currencies } = portfolio;
    const revenues = new Map(placed.map((one) => [one.id, getRevenue(one, currencies)]));
    const clients = placed
        .filter(({ stage }) => !hidden[stage])
        .sort((one, other) => revenues.get(other.id) - revenues.get(one.id) || one.id - other.id);
    const most = Math.max(0, ...revenues.values());
    const largest = getLargest(placed.length, isSmall);
    const getMark = ({ stage }) => marks[stage] || { shape: "circle", color: "--client-map-ended" };
    return {
        clients,
        data: clients.map(({ margin, score }) => ({ x: getPlace(margin), y: score })),
        shapes: clients.map((one) => getMark(one).shape),
        colors: clients.map((one) => getMark(one).color),
        radii: clients.map(
            (one) => getRadius(revenues.get(one.id), most, largest) * SHAPES[getMark(one).shape]
        ),
    };
}

/**
 * The index of the client that a key leads to: left and right by margin, up and down by score, Home
 * and End to the largest and the smallest. Every client is on both ways.
 */
export function getNext(clients, current, key) {
    if (!clients.length) {
        return null;
    }
    if (key === "Home" || current === null) {
        return 0;
    }
    if (key === "End") {
        return clients.length - 1;
    }
    const axis = ["ArrowLeft", "ArrowRight"].includes(key) ? "margin" : "score";
    const step = ["ArrowRight", "ArrowUp"].includes(key) ? 1 : -1;
    const order = clients
        .map((client, index) => [client[axis], index])
        .sort((one, other) => one[0] - other[0] || one[1] - other[1]);
    const place = order.findIndex(([, index]) => index === current) + step;
    return order[Math.min(Math.max(place, 0), order.length - 1)][1];
}

/** The index of the topmost bubble at a point of the screen; null: none. Small ones are above. */
export function findAt(points, x, y) {
    for (let index = points.length - 1; index >= 0; index--) {
        const point = points[index];
        const reach = Math.max(point.r, 6);
        const [far, high] = [point.x - x, point.y - y];
        if (far * far + high * high <= reach * reach) {
            return index;
        }
    }
    return null;
}
