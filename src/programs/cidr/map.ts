// The verb of cidr(1) that draws how a block is used, along a Hilbert curve: neighbours in the block are neighbours in the
// picture, and every prefix is a rectangle of its own. As text for a terminal, or as SVG.

import { Address, AddressSet, type Family, Prefix } from '../../address/index.ts';
import { EXIT } from '../../command/exit.ts';
import { type Verb, verb } from '../../command/program.ts';
import { UsageError } from '../../command/usage.ts';
import { Source } from '../../document/source.ts';
import { diagnose } from './list.ts';
import { argument, endOf, LIST, lenientForms, READING, readerOf } from './reading.ts';

/** The picture has 2^order cells a side; by default so many, or fewer where the block has not that many addresses. */
const TEXT_ORDER = 5;
const SVG_ORDER = 7;

/** The side of the SVG picture in its own units, and of the margin that holds the words. */
const SIDE = 512;
const MARGIN = 24;

const SHADES = [' ', '░', '▒', '▓', '█'];

export const map: Verb = verb({
  name: 'map',
  summary: 'draw how a block is used, along a Hilbert curve',
  operands: [
    { name: 'BLOCK', summary: 'the prefix that the picture shows', count: 'one' },
    { name: 'USED', summary: LIST, count: 'many', complete: 'file' },
  ],
  options: {
    ...READING,
    svg: { type: 'flag', summary: 'draw SVG, instead of text' },
    order: {
      type: 'integer',
      value: 'N',
      least: 1,
      most: 10,
      summary: 'draw 2^N cells a side, instead of 32 as text and 128 as SVG',
    },
  },
  run: (invocation, io) => {
    const reader = readerOf(invocation, io);
    const [word = '', ...lists] = invocation.operands;
    const block = argument('BLOCK', word, lenientForms(invocation));
    if (!(block instanceof Prefix)) {
      throw new UsageError(
        diagnose('CIDR001', new Source('BLOCK', word).all(), 'a range is no block to draw', {
          hint: 'give a prefix',
        }),
      );
    }
    const used = reader.union(lists.length === 0 ? ['-'] : lists);
    if (reader.stopped) return EXIT.data;
    const wanted = invocation.number('order') ?? (invocation.flag('svg') ? SVG_ORDER : TEXT_ORDER);
    const order = Math.min(wanted, Math.floor((widthOf(block.family) - block.length) / 2));
    const shares = coverage(block, used, order);
    if (invocation.flag('json')) {
      const length = block.length + 2 * order;
      shares.forEach((share, index) => {
        if (share > 0)
          io.write(
            `${JSON.stringify({ prefix: String(cellOf(block, order, index)), length, used: share })}\n`,
          );
      });
    } else io.write(invocation.flag('svg') ? svg(block, order, shares) : text(block, order, shares));
    return endOf(reader);
  },
});

function widthOf(family: Family): number {
  return family === 4 ? 32 : 128;
}

/** The prefix of a cell, by its place along the curve. */
function cellOf(block: Prefix, order: number, index: number): Prefix {
  const length = block.length + 2 * order;
  const step = 1n << BigInt(widthOf(block.family) - length);
  return Prefix.of(Address.fromBigInt(block.family, block.first.toBigInt() + BigInt(index) * step), length);
}

/** How much of each cell is used, 0 to 1, in the order of addresses. */
export function coverage(block: Prefix, used: AddressSet, order: number): Float64Array {
  const cells = new Float64Array(4 ** order);
  const shift = BigInt(widthOf(block.family) - block.length - 2 * order);
  const size = 1n << shift;
  const start = block.first.toBigInt();
  for (const { first, last } of AddressSet.of(block).intersect(used).ranges()) {
    const from = first.toBigInt() - start;
    const to = last.toBigInt() - start + 1n;
    const head = Number(from >> shift);
    const tail = Number((to - 1n) >> shift);
    for (let index = head; index <= tail; index++) {
      const low = BigInt(index) * size;
      const inside = (to < low + size ? to : low + size) - (from > low ? from : low);
      cells[index] = (cells[index] ?? 0) + Number(inside) / Number(size);
    }
  }
  return cells;
}

/**
 * Where a place along the Hilbert curve of an order lies, from the upper left. Every aligned block of 4^k places is a square,
 * and of 2 * 4^k places a rectangle.
 */
export function hilbert(order: number, index: number): { readonly x: number; readonly y: number } {
  let x = 0;
  let y = 0;
  let rest = index;
  for (let side = 1; side < 2 ** order; side *= 2) {
    const right = (rest >> 1) & 1;
    const down = (rest ^ right) & 1;
    if (down === 0) {
      if (right === 1) {
        x = side - 1 - x;
        y = side - 1 - y;
      }
      [x, y] = [y, x];
    }
    x += side * right;
    y += side * down;
    rest >>= 2;
  }
  return { x, y };
}

/** A shade a cell, two columns wide, since characters are twice as high as wide. A cell with anything in it is not blank. */
function text(block: Prefix, order: number, shares: Float64Array): string {
  const side = 2 ** order;
  const rows = Array.from({ length: side }, () => Array.from({ length: side }, () => ' '));
  shares.forEach((share, index) => {
    const { x, y } = hilbert(order, index);
    const row = rows[y];
    if (row !== undefined)
      row[x] = SHADES[share === 0 ? 0 : Math.max(1, Math.min(4, Math.round(share * 4)))] ?? ' ';
  });
  const edge = `+${'-'.repeat(side * 2)}+`;
  const lines = rows.map((row) => `|${row.map((shade) => shade + shade).join('')}|`);
  return `${[edge, ...lines, edge, legend(block, order, shares)].join('\n')}\n`;
}

function legend(block: Prefix, order: number, shares: Float64Array): string {
  let sum = 0;
  for (const share of shares) sum += share;
  return `${block}, a cell is a /${block.length + 2 * order}, ${((sum / shares.length) * 100).toFixed(2)} % used`;
}

/** Used cells as squares of one path a shade; the curve runs from the first address, upper left, to the last, upper right. */
function svg(block: Prefix, order: number, shares: Float64Array): string {
  const cell = SIDE / 2 ** order;
  const paths: string[] = ['', '', '', '', ''];
  shares.forEach((share, index) => {
    if (share === 0) return;
    const shade = Math.max(1, Math.min(4, Math.round(share * 4)));
    const { x, y } = hilbert(order, index);
    paths[shade] += `M${x * cell} ${y * cell}h${cell}v${cell}h${-cell}z`;
  });
  const drawn = paths
    .map((path, shade) =>
      path === '' ? '' : `    <path d="${path}" fill="#1f5fa8" fill-opacity="${shade / 4}"/>\n`,
    )
    .join('');
  const title = legend(block, order, shares);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${SIDE + 2 * MARGIN} ${SIDE + 2 * MARGIN}" role="img">
  <title>${title}</title>
  <rect width="100%" height="100%" fill="#ffffff"/>
  <text x="${MARGIN}" y="16" font-family="sans-serif" font-size="12">${title}</text>
  <g transform="translate(${MARGIN} ${MARGIN})" shape-rendering="crispEdges">
    <rect width="${SIDE}" height="${SIDE}" fill="none" stroke="#888888"/>
${drawn}  </g>
  <text x="${MARGIN}" y="${SIDE + MARGIN + 14}" font-family="sans-serif" font-size="10">upper left ${block.first}, upper right ${block.last}</text>
</svg>
`;
}
