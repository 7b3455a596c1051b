// The site as a picture: neighbours above, its routers below, and what each neighbour hears. The same as a graph in DOT, for
// Graphviz, and drawn as SVG, for everybody.

import type { Artifact } from '../../emit/artifact.ts';
import { Writer } from '../../emit/writer.ts';
import { type Announcement, announcementsOf } from '../announced.ts';
import { Mesh } from '../interior.ts';
import type { Neighbor, Router, Site } from '../model.ts';
import type { SiteTarget } from './site-target.ts';

export const graph: SiteTarget = {
  name: 'graph',
  summary: 'the site and what is announced where, as SVG and DOT',
  emit: (site): readonly Artifact[] => [
    { path: '/topology.dot', mode: 0o644, text: dot(site) },
    { path: '/topology.svg', mode: 0o644, text: svg(site) },
  ],
};

/** A neighbour or router as it is drawn. */
interface Box {
  readonly id: string;
  readonly lines: readonly string[];
}

function neighborBox(neighbor: Neighbor, announcements: readonly Announcement[]): Box {
  const hears = announcements.flatMap(({ prefix, heard }) =>
    heard
      .filter((each) => each.neighbor === neighbor)
      .map(({ treatment }) => `${prefix.toString()}${treatment === 'plain' ? '' : ` (${treatment})`}`),
  );
  return {
    id: `neighbor ${neighbor.name.value}`,
    lines: [neighbor.name.value, `${neighbor.role.value}, AS ${neighbor.as.value.toString()}`, ...hears],
  };
}

function routerBox({ name, daemon, dataCenter }: Router): Box {
  return {
    id: `router ${name.value}`,
    lines: [name.value, ...(daemon === undefined ? [] : [daemon.value])].concat(
      dataCenter === undefined ? [] : [dataCenter.value],
    ),
  };
}

/** Pairs of routers that a path of links leads between: they tell each other what they learned. */
function pairsOf(site: Site): readonly (readonly [Router, Router])[] {
  const mesh = new Mesh(site);
  return site.routers.flatMap((second, index) =>
    site.routers
      .slice(0, index)
      .filter((first) => mesh.reaches(first, second, 4) || mesh.reaches(first, second, 6))
      .map((first) => [first, second] as const),
  );
}

function dot(site: Site): string {
  const announcements = announcementsOf(site);
  const out = new Writer('  ');
  const label = ({ lines }: Box): string => JSON.stringify(lines.join('\n'));
  out.line(`graph "AS ${site.as.value.toString()}" {`).indent(() => {
    out.line('node [shape=box, fontname="sans-serif"];');
    for (const neighbor of site.neighbors) {
      const box = neighborBox(neighbor, announcements);
      out.line(`${JSON.stringify(box.id)} [label=${label(box)}, style=rounded];`);
    }
    const centers = new Map<string | undefined, Router[]>();
    for (const router of site.routers) {
      const name = router.dataCenter?.value;
      centers.set(name, [...(centers.get(name) ?? []), router]);
    }
    for (const [name, routers] of centers) {
      const nodes = (): void => {
        for (const router of routers) {
          const box = routerBox(router);
          out.line(`${JSON.stringify(box.id)} [label=${label(box)}, style=bold];`);
        }
      };
      if (name === undefined) nodes();
      else {
        out.line(`subgraph ${JSON.stringify(`cluster ${name}`)} {`).indent(() => {
          out.line(`label=${JSON.stringify(name)};`);
          nodes();
        });
        out.line('}');
      }
    }
    for (const { name, router } of site.neighbors)
      out.line(`${JSON.stringify(`neighbor ${name.value}`)} -- ${JSON.stringify(`router ${router.value}`)};`);
    for (const [a, b] of pairsOf(site)) {
      out.line(
        `${JSON.stringify(`router ${a.name.value}`)} -- ${JSON.stringify(`router ${b.name.value}`)} [style=dashed, constraint=false];`,
      );
    }
  });
  return out.line('}').text();
}

/** Sizes in pixels; the width of a letter is that of a sans-serif font at its widest usual. */
const LETTER = 8;
const LINE = 18;
const GAP = 30;
const PADDING = 12;
const BETWEEN = 110;

interface Placed extends Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

function sized(box: Box): { readonly width: number; readonly height: number } {
  const longest = Math.max(...box.lines.map(({ length }) => length));
  return { width: longest * LETTER + 2 * PADDING, height: box.lines.length * LINE + 2 * PADDING };
}

/** Boxes side by side, centred on a line of the given width. */
function row(boxes: readonly Box[], y: number, total: number, bottom: boolean): readonly Placed[] {
  const sizes = boxes.map(sized);
  const height = Math.max(0, ...sizes.map((size) => size.height));
  let x = (total - widthOf(boxes)) / 2;
  return boxes.map((box, index) => {
    const size = sizes[index] ?? { width: 0, height: 0 };
    const placed = { ...box, ...size, x, y: bottom ? y + height - size.height : y };
    x += size.width + GAP;
    return placed;
  });
}

function widthOf(boxes: readonly Box[]): number {
  return boxes.reduce((sum, box) => sum + sized(box).width, 0) + GAP * Math.max(boxes.length - 1, 0);
}

function svg(site: Site): string {
  const announcements = announcementsOf(site);
  // Neighbours stand in the order of their routers, so that few lines cross.
  const order = new Map(site.routers.map(({ name }, index) => [name.value, index] as const));
  const neighbors = [...site.neighbors].sort(
    (a, b) => (order.get(a.router.value) ?? 0) - (order.get(b.router.value) ?? 0),
  );
  const upper = neighbors.map((neighbor) => neighborBox(neighbor, announcements));
  const lower = site.routers.map(routerBox);
  const inner = Math.max(widthOf(upper), widthOf(lower), 200);
  const width = inner + 2 * GAP;
  const upperHeight = Math.max(0, ...upper.map((box) => sized(box).height));
  const lowerHeight = Math.max(0, ...lower.map((box) => sized(box).height));
  const top = row(upper, 2 * GAP, width, true);
  const under = row(lower, 2 * GAP + upperHeight + BETWEEN, width, false);
  const height = 2 * GAP + upperHeight + BETWEEN + lowerHeight + 2 * GAP;
  const places = new Map([...top, ...under].map((placed) => [placed.id, placed] as const));
  const out = new Writer('  ');
  const title = `AS ${site.as.value.toString()}`;
  out.line(
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="sans-serif" font-size="13" role="img">`,
  );
  out.indent(() => {
    out.line(`<title>${escaped(title)}</title>`, '<rect width="100%" height="100%" fill="white"/>');
    out.line(
      `<text x="${width / 2}" y="${GAP}" text-anchor="middle" font-weight="bold">${escaped(title)}</text>`,
    );
    for (const { name, router } of neighbors)
      line(out, places.get(`neighbor ${name.value}`), places.get(`router ${router.value}`));
    for (const [a, b] of pairsOf(site))
      arc(out, places.get(`router ${a.name.value}`), places.get(`router ${b.name.value}`));
    for (const placed of top) drawn(out, placed, 10);
    for (const placed of under) drawn(out, placed, 0);
  });
  return out.line('</svg>').text();
}

function line(out: Writer, from: Placed | undefined, to: Placed | undefined): void {
  if (from === undefined || to === undefined) return;
  out.line(
    `<line x1="${from.x + from.width / 2}" y1="${from.y + from.height}" x2="${to.x + to.width / 2}" y2="${to.y}" stroke="black"/>`,
  );
}

/** Below the routers, so that it passes through none that stands between them. */
function arc(out: Writer, from: Placed | undefined, to: Placed | undefined): void {
  if (from === undefined || to === undefined) return;
  const [x, y] = [from.x + from.width / 2, from.y + from.height];
  const [endX, endY] = [to.x + to.width / 2, to.y + to.height];
  const low = Math.max(y, endY) + GAP;
  out.line(
    `<path d="M ${x} ${y} C ${x} ${low} ${endX} ${low} ${endX} ${endY}" fill="none" stroke="black" stroke-dasharray="5 4"/>`,
  );
}

function drawn(out: Writer, { x, y, width, height, lines }: Placed, radius: number): void {
  out.line(
    `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="${radius}" fill="white" stroke="black"/>`,
  );
  for (const [index, text] of lines.entries()) {
    const weight = index === 0 ? ' font-weight="bold"' : '';
    out.line(
      `<text x="${x + width / 2}" y="${y + PADDING + LINE * index + 13}" text-anchor="middle"${weight}>${escaped(text)}</text>`,
    );
  }
}

function escaped(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
}
