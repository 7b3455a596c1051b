// A plot as SVG, both axes logarithmic: points with lines between them, a legend, a grid of decades. Text in, text out.

export interface Series {
  readonly name: string;
  readonly colour: string;
  /** Pairs of x and y, both above zero, ascending by x. */
  readonly points: readonly (readonly [number, number])[];
  /** Drawn as a thin dashed line without points: a slope to compare with. */
  readonly guide?: boolean;
}

export interface PlotText {
  readonly title: string;
  readonly x: string;
  readonly y: string;
}

const WIDTH = 720;
const HEIGHT = 480;
const LEFT = 70;
const RIGHT = 20;
const TOP = 50;
const BOTTOM = 60;

/** Draws the series over axes that go from decade to decade. */
export function logLogPlot(text: PlotText, series: readonly Series[]): string {
  const [x0, x1] = decades(series.flatMap(({ points }) => points.map(([x]) => x)));
  const [y0, y1] = decades(series.flatMap(({ points }) => points.map(([, y]) => y)));
  const x = (value: number): number => LEFT + ((Math.log10(value) - x0) / (x1 - x0)) * (WIDTH - LEFT - RIGHT);
  const y = (value: number): number =>
    HEIGHT - BOTTOM - ((Math.log10(value) - y0) / (y1 - y0)) * (HEIGHT - TOP - BOTTOM);
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="13">`,
    `<title>${escaped(text.title)}</title>`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    `<text x="${WIDTH / 2}" y="24" text-anchor="middle" font-size="16">${escaped(text.title)}</text>`,
    `<text x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 14}" text-anchor="middle">${escaped(text.x)}</text>`,
    `<text transform="translate(18 ${(TOP + HEIGHT - BOTTOM) / 2}) rotate(-90)" text-anchor="middle">${escaped(text.y)}</text>`,
  ];
  for (let decade = x0; decade <= x1; decade++) {
    const at = round(x(10 ** decade));
    parts.push(
      `<path d="M${at} ${TOP}V${HEIGHT - BOTTOM}" stroke="#ddd"/>`,
      `<text x="${at}" y="${HEIGHT - BOTTOM + 18}" text-anchor="middle">${label(decade)}</text>`,
    );
  }
  for (let decade = y0; decade <= y1; decade++) {
    const at = round(y(10 ** decade));
    parts.push(
      `<path d="M${LEFT} ${at}H${WIDTH - RIGHT}" stroke="#ddd"/>`,
      `<text x="${LEFT - 8}" y="${at + 4}" text-anchor="end">${label(decade)}</text>`,
    );
  }
  for (const [index, { name, colour, points, guide }] of series.entries()) {
    const line = points
      .map(([px, py], i) => `${i === 0 ? 'M' : 'L'}${round(x(px))} ${round(y(py))}`)
      .join('');
    const style = guide === true ? 'stroke-dasharray="4 4"' : 'stroke-width="2"';
    parts.push(`<path d="${line}" fill="none" stroke="${colour}" ${style}/>`);
    if (guide !== true) {
      for (const [px, py] of points)
        parts.push(`<circle cx="${round(x(px))}" cy="${round(y(py))}" r="3.5" fill="${colour}"/>`);
    }
    const row = TOP + 16 + index * 19;
    parts.push(
      `<path d="M${LEFT + 12} ${row - 4}h24" stroke="${colour}" ${style}/>`,
      `<text x="${LEFT + 44}" y="${row}">${escaped(name)}</text>`,
    );
  }
  return `${parts.join('\n')}\n</svg>\n`;
}

/** The decades around the values: the lowest and the highest exponent. */
function decades(values: readonly number[]): readonly [number, number] {
  return [Math.floor(Math.log10(Math.min(...values))), Math.ceil(Math.log10(Math.max(...values)))];
}

function label(decade: number): string {
  return (10 ** decade).toLocaleString('en-US');
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
