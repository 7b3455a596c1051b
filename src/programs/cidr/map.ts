// The verb of cidr(1) that draws how a block is used, along a Hilbert curve: neighbours in the block are neighbours in the
// picture, and every prefix is a rectangle of its own. As text for a terminal, or as SVG.

import { Address, AddressSet, Prefix } from '../../address/index.ts';
import { EXIT } from '../../command/exit.ts';
import { type Verb, verb } from '../../command/program.ts';
import { widthOf } from './blocks.ts';
import { endOf, LIST, lenientForms, listsOf, prefixArgument, READING, readerOf } from './reading.ts';

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
    const block = prefixArgument('BLOCK', word, lenientForms(invocation));
    const used = reader.union(listsOf(lists));
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

/** 0 to 4 for a share: what is used at all is not blank, and what has room is not full. */
function shadeOf(share: number): number {
  return share === 0 ? 0 : share >= 1 ? 4 : Math.max(1, Math.min(3, Math.round(share * 4)));
}

/** A shade a cell, two columns wide, since characters are twice as high as wide. */
function text(block: Prefix, order: number, shares: Float64Array): string {
  const side = 2 ** order;
  const rows = Array.from({ length: side }, () => Array.from({ length: side }, () => ' '));
  shares.forEach((share, index) => {
    const { x, y } = hilbert(order, index);
    const row = rows[y];
    if (row !== undefined) row[x] = SHADES[shadeOf(share)] ?? ' ';
  });
  const edge = `+${'-'.repeat(side * 2)}+`;
  const lines = rows.map((row) => `|${row.map((shade) => shade + shade).join('')}|`);
  return `${[edge, ...lines, edge, legend(block, order, shares)].join('\n')}\n`;
}

function legend(block: Prefix, order: number, shares: Float64Array): string {
  let sum = 0;
  for (const share of shares) sum += share;
  const percent = (sum / shares.length) * 100;
  const used = percent > 0 && percent < 0.01 ? 'under 0.01' : percent.toFixed(2);
  return `${block}, a cell is a /${block.length + 2 * order}, ${used} % used`;
}

/** A rectangle of cells: where it lies and how many it is wide and high. */
export interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Where an aligned block of cells (their number a power of two, the first a multiple of it) lies. */
export function areaOf(order: number, first: number, cells: number): Area {
  const squares = Math.log2(cells) % 2 === 0 ? 1 : 2;
  const side = Math.sqrt(cells / squares);
  const corners = Array.from({ length: squares }, (_, index) => {
    const { x, y } = hilbert(order, first + index * side * side);
    return { x: x - (x % side), y: y - (y % side) };
  });
  const x = Math.min(...corners.map((corner) => corner.x));
  const y = Math.min(...corners.map((corner) => corner.y));
  const reach = (values: readonly number[]): number => Math.max(...values) - Math.min(...values) + side;
  return {
    x,
    y,
    width: reach(corners.map((corner) => corner.x)),
    height: reach(corners.map((corner) => corner.y)),
  };
}

/** The cells as few aligned blocks: full ones as wide as they can be, and each that has room by itself. */
export function* blocksOf(
  shares: Float64Array,
): Generator<{ readonly first: number; readonly cells: number }> {
  for (let first = 0; first < shares.length; ) {
    const share = shares[first] ?? 0;
    let cells = 1;
    if (share >= 1) {
      const isFull = (from: number, to: number): boolean =>
        to <= shares.length && shares.subarray(from, to).every((each) => each >= 1);
      while (first % (cells * 2) === 0 && isFull(first + cells, first + cells * 2)) cells *= 2;
    }
    if (share > 0) yield { first, cells };
    first += cells;
  }
}

/**
 * Each full prefix is a rectangle with its name to be read under the pointer, a cell with room a paler square; a grid with the
 * names of the blocks one or two steps down tells where one is.
 */
function svg(block: Prefix, order: number, shares: Float64Array): string {
  const unit = SIDE / 2 ** order;
  const place = (first: number, cells: number): string => {
    const { x, y, width, height } = areaOf(order, first, cells);
    return `x="${x * unit}" y="${y * unit}" width="${width * unit}" height="${height * unit}"`;
  };
  const drawn: string[] = [];
  for (const { first, cells } of blocksOf(shares)) {
    const share = shares[first] ?? 0;
    const name = `${Prefix.of(cellOf(block, order, first).address, block.length + 2 * order - Math.log2(cells))}`;
    const [pale, words] =
      share < 1 ? [` fill-opacity="${(shadeOf(share) + 1) / 5}"`, `${name}, in part`] : ['', name];
    drawn.push(`    <rect ${place(first, cells)}${pale}><title>${words}</title></rect>\n`);
  }
  const grid: string[] = [];
  const down = Math.min(order, 2);
  for (let index = 0; index < 4 ** down && down > 0; index++) {
    const cells = 4 ** (order - down);
    const name = String(cellOf(block, down, index));
    const { x, y } = areaOf(order, index * cells, cells);
    const size = Math.min(10, (1.5 * SIDE) / 2 ** down / name.length);
    grid.push(
      `    <rect ${place(index * cells, cells)} fill="none" stroke="#b0b0b0"/>\n`,
      `    <text x="${x * unit + 4}" y="${y * unit + 12}" font-size="${size}">${name}</text>\n`,
    );
  }
  const title = legend(block, order, shares);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${SIDE + 2 * MARGIN} ${SIDE + 2 * MARGIN}" font-family="sans-serif" role="img">
  <title>${title}</title>
  <rect width="100%" height="100%" fill="#ffffff"/>
  <text x="${MARGIN}" y="16" font-size="12">${title}</text>
  <g transform="translate(${MARGIN} ${MARGIN})" fill="#5b9fde" shape-rendering="crispEdges">
${drawn.join('')}  </g>
  <g transform="translate(${MARGIN} ${MARGIN})" fill="#303030">
${grid.join('')}    <rect width="${SIDE}" height="${SIDE}" fill="none" stroke="#606060"/>
  </g>
  <text x="${MARGIN}" y="${SIDE + MARGIN + 14}" font-size="10">upper left ${block.first}, along a Hilbert curve to ${block.last}, upper right</text>
</svg>
`;
}
