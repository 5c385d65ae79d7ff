import { _t } from "@web/core/l10n/translation";
import { formatPercent } from "../../profitability/pareto_config";
import {
    getPlace,
    getQuadrantNames,
    MOST_ARROWS,
    MOST_NAMES,
    QUADRANTS,
} from "./portfolio_map_data";

const ALPHA = 0.75;
const HEAD = 7;
/** On a phone, names would hide the bubbles. */
const NARROW = 500;

const withAlpha = (ctx, alpha, draw) => {
    ctx.save();
    ctx.globalAlpha = alpha;
    draw();
    ctx.restore();
};

/**
 * The two lines that part the map, and the names of the quadrants where there is room.
 *
 * @returns the boxes that the names take
 */
function drawQuadrants(chart, limits, theme) {
    const { ctx, chartArea, scales } = chart;
    const [x, y] = [
        scales.x.getPixelForValue(limits.margin),
        scales.y.getPixelForValue(limits.score),
    ];
    const names = getQuadrantNames();
    const boxes = [];
    ctx.save();
    ctx.strokeStyle = theme.text;
    ctx.fillStyle = theme.text;
    ctx.globalAlpha = 0.55;
    ctx.setLineDash([6, 4]);
    ctx.beginPath();
    ctx.moveTo(x, chartArea.top);
    ctx.lineTo(x, chartArea.bottom);
    ctx.moveTo(chartArea.left, y);
    ctx.lineTo(chartArea.right, y);
    ctx.stroke();
    ctx.globalAlpha = 0.7;
    ctx.font = `600 12px ${window.getComputedStyle(document.body).fontFamily}`;
    for (const { key, isHealthy, isProfitable } of QUADRANTS) {
        const [left, right] = isProfitable ? [x, chartArea.right] : [chartArea.left, x];
        const width = ctx.measureText(names[key]).width;
        if (width + 16 > right - left) {
            continue;
        }
        const start = isProfitable ? right - 8 - width : left + 8;
        const top = isHealthy ? chartArea.top + 8 : chartArea.bottom - 22;
        boxes.push([start, top, start + width, top + 14]);
        ctx.textAlign = isProfitable ? "right" : "left";
        ctx.textBaseline = isHealthy ? "top" : "bottom";
        ctx.fillText(
            names[key],
            isProfitable ? right - 8 : left + 8,
            isHealthy ? chartArea.top + 8 : chartArea.bottom - 8
        );
    }
    ctx.restore();
    return boxes;
}

/** An arrow from where the client was to the edge of its bubble. */
function drawArrow(ctx, from, to) {
    const angle = Math.atan2(to.y - from.y, to.x - from.x);
    const length = Math.hypot(to.x - from.x, to.y - from.y);
    if (length < 2) {
        return;
    }
    const end = length > to.r + HEAD ? to.r : 0;
    const [x, y] = [to.x - end * Math.cos(angle), to.y - end * Math.sin(angle)];
    ctx.beginPath();
    ctx.moveTo(from.x, from.y);
    ctx.lineTo(x, y);
    for (const side of [-0.45, 0.45]) {
        ctx.moveTo(x, y);
        ctx.lineTo(x - HEAD * Math.cos(angle + side), y - HEAD * Math.sin(angle + side));
    }
    ctx.stroke();
}

/** The names of a few clients, the largest first, where they don't cover each other. */
function drawNames(chart, clients, points, boxes, theme) {
    const { ctx, chartArea } = chart;
    const taken = [...points.map(({ x, y, r }) => [x - r, y - r, x + r, y + r]), ...boxes];
    const isFree = (box, own) =>
        taken.every(
            (one, index) =>
                index === own ||
                box[0] > one[2] ||
                box[2] < one[0] ||
                box[1] > one[3] ||
                box[3] < one[1]
        );
    ctx.font = `12px ${window.getComputedStyle(document.body).fontFamily}`;
    ctx.fillStyle = theme.text;
    ctx.textAlign = "left";
    ctx.textBaseline = "middle";
    clients.forEach(({ name }, index) => {
        const { x, y, r } = points[index];
        const width = ctx.measureText(name).width;
        const places = [
            [x + r + 5, y],
            [x - r - 5 - width, y],
            [x - width / 2, y + r + 9],
            [x - width / 2, y - r - 9],
        ];
        for (const [left, middle] of places) {
            const box = [left, middle - 7, left + width, middle + 7];
            const isInside =
                left >= chartArea.left &&
                box[2] <= chartArea.right &&
                box[1] >= chartArea.top &&
                box[3] <= chartArea.bottom;
            if (isInside && isFree(box, index)) {
                taken.push(box);
                ctx.fillText(name, left, middle);
                return;
            }
        }
    });
}

const getStart = ({ scales }, [margin, score]) => ({
    x: scales.x.getPixelForValue(getPlace(margin)),
    y: scales.y.getPixelForValue(score),
});

/** Where the bubbles are on the screen. */
export function getPoints(chart) {
    return chart.getDatasetMeta(0).data.map(({ x, y, options }) => ({ x, y, r: options.radius }));
}

/** What is pointed at, on a canvas of its own: the bubbles are not drawn again for it. */
export function drawSelected(overlay, chart, point, client, theme) {
    const ratio = chart.currentDevicePixelRatio;
    if (overlay.width !== chart.canvas.width || overlay.height !== chart.canvas.height) {
        overlay.width = chart.canvas.width;
        overlay.height = chart.canvas.height;
        overlay.style.width = `${chart.width}px`;
        overlay.style.height = `${chart.height}px`;
    }
    const ctx = overlay.getContext("2d");
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    ctx.clearRect(0, 0, chart.width, chart.height);
    if (!point) {
        return;
    }
    ctx.strokeStyle = theme.text;
    ctx.lineWidth = 2.5;
    ctx.beginPath();
    ctx.arc(point.x, point.y, point.r + 4, 0, 2 * Math.PI);
    ctx.stroke();
    if (client.way) {
        const start = getStart(chart, client.way);
        drawArrow(ctx, start, { ...point, r: point.r + 4 });
        ctx.beginPath();
        ctx.arc(start.x, start.y, 4, 0, 2 * Math.PI);
        ctx.stroke();
    }
}

/** What Chart.js needs. Nothing moves, and it listens to nothing: 5,000 bubbles stay fluid. */
export function getChartConfig({ dataset, bounds, limits, theme, onDrawn }) {
    const { clients, data, colors, shapes, radii } = dataset;
    const isFew = clients.length <= MOST_ARROWS;
    let boxes = [];
    const filled = colors.map((name) => theme.get(name));
    const axis = (text) => ({
        title: { display: true, text, color: theme.text },
        ticks: { color: theme.text, maxTicksLimit: 8 },
        grid: { color: theme.get("--client-map-grid") },
        border: { color: theme.get("--client-map-grid") },
    });
    return {
        type: "scatter",
        data: {
            datasets: [
                {
                    data,
                    clip: false,
                    pointStyle: shapes,
                    pointRadius: radii,
                    pointBackgroundColor: filled,
                    pointBorderColor: theme.get("--client-map-ground"),
                    pointBorderWidth: isFew ? 1 : 0,
                },
            ],
        },
        options: {
            animation: false,
            events: [],
            normalized: true,
            parsing: false,
            maintainAspectRatio: false,
            layout: { padding: { top: 16, right: 16 } },
            plugins: { legend: { display: false }, tooltip: { enabled: false } },
            scales: {
                x: {
                    ...axis(_t("Margin of 12 months")),
                    type: "linear",
                    ...bounds,
                    afterBuildTicks: (scale) => {
                        scale.ticks = scale.ticks.filter(({ value }) => value % 10 === 0);
                    },
                    ticks: { color: theme.text, maxTicksLimit: 8, callback: formatPercent },
                },
                y: { ...axis(_t("Health score")), min: 0, max: 100 },
            },
        },
        plugins: [
            {
                id: "client_portfolio_map",
                beforeDatasetsDraw(chart) {
                    boxes = drawQuadrants(chart, limits, theme);
                    chart.ctx.save();
                    chart.ctx.globalAlpha = ALPHA;
                },
                afterDatasetsDraw(chart) {
                    chart.ctx.restore();
                    const points = getPoints(chart);
                    if (isFew) {
                        withAlpha(chart.ctx, 0.6, () => {
                            chart.ctx.strokeStyle = theme.text;
                            chart.ctx.lineWidth = 1.25;
                            clients.forEach(({ way }, index) => {
                                if (way) {
                                    drawArrow(chart.ctx, getStart(chart, way), points[index]);
                                }
                            });
                        });
                    }
                    if (clients.length <= MOST_NAMES && chart.width >= NARROW) {
                        withAlpha(chart.ctx, 0.85, () =>
                            drawNames(chart, clients, points, boxes, theme)
                        );
                    }
                    onDrawn(chart, points);
                },
            },
        ],
    };
}
