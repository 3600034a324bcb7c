// Log-log line charts as plain SVG, without any library.

const COLOURS = ["#0b6e99", "#c2410c", "#4d7c0f", "#7e22ce", "#a16207"];
const [WIDTH, HEIGHT, LEFT, TOP, PLOT_W, PLOT_H] = [560, 380, 64, 36, 460, 270];
const escape = (text) => String(text).replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);

function decades(values) {
  const logs = values.map(Math.log10);
  return [Math.floor(Math.min(...logs)), Math.ceil(Math.max(...logs))];
}

function power(exponent) {
  return `10<tspan dy="-5" font-size="9">${exponent}</tspan>`;
}

/** One chart: `series` of `{ name, points: [[x, y], ...] }`; without `logX` every x gets a tick of its own. */
function chart({ title, x, y, series, logX = true }) {
  const all = series.flatMap(({ points }) => points);
  const [low, high] = decades(all.map(([, v]) => v));
  const xs = [...new Set(all.map(([v]) => v))].sort((a, b) => a - b);
  const of = logX ? Math.log2 : (v) => v;
  const [first, last] = [of(xs[0]), of(xs.at(-1))];
  const px = (v) => LEFT + (PLOT_W * (of(v) - first)) / (last - first || 1);
  const py = (v) => TOP + PLOT_H * (1 - (Math.log10(v) - low) / (high - low || 1));
  const parts = [`<text x="${LEFT}" y="20" font-weight="bold">${escape(title)}</text>`];
  for (let e = low; e <= high; e++) {
    parts.push(`<path d="M${LEFT} ${py(10 ** e)}h${PLOT_W}" stroke="#ddd"/>`);
    parts.push(`<text x="${LEFT - 8}" y="${py(10 ** e) + 4}" text-anchor="end">${power(e)}</text>`);
  }
  for (const v of xs) {
    parts.push(`<path d="M${px(v)} ${TOP + PLOT_H}v5" stroke="#555"/>`);
    parts.push(`<text x="${px(v)}" y="${TOP + PLOT_H + 18}" text-anchor="middle">${v.toLocaleString("en")}</text>`);
  }
  parts.push(`<text x="${LEFT + PLOT_W / 2}" y="${TOP + PLOT_H + 36}" text-anchor="middle">${escape(x)}</text>`);
  parts.push(`<text transform="translate(14 ${TOP + PLOT_H / 2}) rotate(-90)" text-anchor="middle">${escape(y)}</text>`);
  series.forEach(({ name, points }, i) => {
    const colour = COLOURS[i % COLOURS.length];
    const path = points.map(([a, b]) => `${px(a).toFixed(1)} ${py(b).toFixed(1)}`).join("L");
    parts.push(`<path d="M${path}" fill="none" stroke="${colour}" stroke-width="2"/>`);
    for (const [a, b] of points) parts.push(`<circle cx="${px(a).toFixed(1)}" cy="${py(b).toFixed(1)}" r="3" fill="${colour}"/>`);
    const [lx, ly] = [LEFT + (i % 2) * 230, TOP + PLOT_H + 54 + 16 * (i >> 1)];
    parts.push(`<path d="M${lx} ${ly - 4}h18" stroke="${colour}" stroke-width="2"/><text x="${lx + 24}" y="${ly}">${escape(name)}</text>`);
  });
  return parts.join("\n");
}

/** Charts side by side. */
export function svg(charts) {
  const height = HEIGHT + 40;
  const body = charts.map((c, i) => `<g transform="translate(${i * WIDTH} 0)">\n${chart(c)}\n</g>`).join("\n");
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${charts.length * WIDTH} ${height}" font-family="sans-serif" font-size="12">
<rect width="100%" height="100%" fill="white"/>
${body}
</svg>
`;
}
