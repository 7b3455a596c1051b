// A failure as a picture: one dot for each answered probe by its time there and back, a red bar where answers are missing, a
// line for each event. SVG as text; the same figures give the same bytes.

import type { Family } from '../../address/index.ts';
import { Writer } from '../../emit/writer.ts';
import type { Answer } from './probe.ts';

export interface Series {
  readonly family: Family;
  readonly answers: readonly Answer[];
}

export interface PlotEvent {
  /** Seconds since 1970. */
  readonly at: number;
  readonly what: string;
}

const WIDTH = 960;
const LEFT = 60;
const ROW = 150;
const TOP = 60;
const GAP = 40;

/** The picture; times count from the first event, which is the failure. */
export function plot(title: string, series: readonly Series[], events: readonly PlotEvent[]): string {
  const times = [
    ...series.flatMap(({ answers }) => answers.map(({ at }) => at)),
    ...events.map(({ at }) => at),
  ];
  const zero = events[0]?.at ?? times[0] ?? 0;
  const least = times.reduce((a, b) => Math.min(a, b), zero);
  const most = times.reduce((a, b) => Math.max(a, b), zero + 1);
  const x = (at: number): number => LEFT + ((at - least) / (most - least)) * (WIDTH - LEFT - 20);
  const height = TOP + series.length * (ROW + GAP) + 30;
  const out = new Writer('  ');
  out.line(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" font-family="sans-serif" font-size="12">`,
  );
  out.line(`<rect width="${WIDTH}" height="${height}" fill="white"/>`);
  out.line(`<text x="${LEFT}" y="20" font-size="15">${escaped(title)}</text>`);
  for (const [index, { family, answers }] of series.entries())
    row(out, TOP + index * (ROW + GAP), family, answers, x);
  for (const [index, { at, what }] of events.entries()) {
    const place = x(at).toFixed(1);
    out.line(
      `<line x1="${place}" x2="${place}" y1="${TOP - 10}" y2="${height - 30}" stroke="#555" stroke-dasharray="4 3"/>`,
    );
    out.line(
      `<text x="${place}" y="${34 + (index % 2) * 13}" fill="#333">${escaped(what)}, ${(at - zero).toFixed(2)} s</text>`,
    );
  }
  for (const at of ticks(least - zero, most - zero)) {
    const place = x(at + zero).toFixed(1);
    out.line(`<text x="${place}" y="${height - 10}" text-anchor="middle">${at} s</text>`);
  }
  out.line('</svg>');
  return out.text();
}

function row(
  out: Writer,
  top: number,
  family: Family,
  answers: readonly Answer[],
  x: (at: number) => number,
): void {
  const slowest = answers.reduce((a, { took }) => Math.max(a, took), 1);
  const y = (took: number): string => (top + ROW - (took / slowest) * (ROW - 20)).toFixed(1);
  out.line(`<text x="8" y="${top + 12}">IPv${family}</text>`);
  out.line(`<text x="8" y="${top + 28}" fill="#777">${slowest.toFixed(1)} ms</text>`);
  out.line(`<line x1="${LEFT}" x2="${WIDTH - 20}" y1="${top + ROW}" y2="${top + ROW}" stroke="#999"/>`);
  for (const [index, answer] of answers.entries()) {
    const previous = answers[index - 1];
    if (previous === undefined || answer.sequence === previous.sequence + 1) continue;
    const from = x(previous.at);
    const width = Math.max(1, x(answer.at) - from);
    out.line(
      `<rect x="${from.toFixed(1)}" y="${top}" width="${width.toFixed(1)}" height="${ROW}" fill="#e33" fill-opacity="0.35"/>`,
    );
  }
  const dots = answers.map(({ at, took }) => `M${x(at).toFixed(1)} ${y(took)}h0`).join('');
  out.line(`<path d="${dots}" stroke="#27c" stroke-width="2" stroke-linecap="round" fill="none"/>`);
}

/** Whole seconds, at most a dozen of them. */
function ticks(least: number, most: number): readonly number[] {
  const step = [1, 2, 5, 10, 20, 50, 100, 200].find((each) => (most - least) / each <= 12) ?? 500;
  const all: number[] = [];
  for (let at = Math.ceil(least / step) * step; at <= most; at += step) all.push(at);
  return all;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
